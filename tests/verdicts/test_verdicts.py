"""The one rule of all checks, and known ways for a check to say yes to anything: each trap is a test of its own."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from theorylab.curves import Curve, exact
from theorylab.errors import InputError
from theorylab.verdicts import (
    LEVEL,
    Bounded,
    Check,
    Power,
    Rival,
    Verdict,
    above,
    agrees,
    below,
    bracket,
    brackets,
    decays_as,
    geometric,
    monotone,
    ordered,
    threshold,
)
from theorylab.verdicts.interim import InterimAnalysis, interim
from theorylab.verdicts.intervals import MIN_REPLICAS
from theorylab.verdicts.rule import Outcome, broken, failure, judge

Floats = NDArray[np.float64]

P = 5
X = np.arange(1.0, P + 1)
DECADES = np.geomspace(1, 1000, 12)
TIMES = np.linspace(0, 44, 12)
INF, NAN = float("inf"), float("nan")
EPS = 2.0**-52


def generator(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((20253, *key))))


def replicas(mean: Any, deviation: float = 0.1, count: int = 64, x: Floats = X, key: int = 0) -> Curve:
    """Curve of normal replicas whose sample mean and deviation are exactly those given: verdicts without luck."""
    z = generator(key).standard_normal((count, x.size))
    z -= z.mean(axis=0)
    z /= z.std(axis=0, ddof=1)
    return Curve(x, np.broadcast_to(mean, x.shape) + deviation * z)


def row(values: Any, rounding: float = 0.0, x: Floats = X) -> Curve:
    return exact(x, np.broadcast_to(np.asarray(values, float), x.shape), rounding)


def noisy(mean: Floats, x: Floats) -> Curve:
    """Replicas within about a per cent of a mean that spans decades."""
    return Curve(x, mean * replicas(1.0, 0.01, x=x).samples)


def rival(**sides: Any) -> Rival:
    return Rival(claim="the rival", **sides)


def one_bad(value: float, curve: Curve) -> Curve:
    samples = curve.samples.copy()
    samples[0, 2] = value
    return Curve(curve.x, samples, curve.exact)


# The rule: supported = compatible with the claim and not with the rival; refuted = not with the claim.


def outcome(compatible: bool | None, hint: str = "", note: str = "") -> Outcome:
    return Outcome(
        compatible, evaluated=3, measured=1.0, interval=(0.5, 1.5), allowed=(0.0, None), note=note, hint=hint
    )


@pytest.mark.parametrize(
    ("claim", "other", "verdict", "rival_verdict"),
    [
        (True, False, "supported", "refuted"),
        (True, True, "inconclusive", "inconclusive"),
        (True, None, "inconclusive", "inconclusive"),
        (None, False, "inconclusive", "refuted"),
        (None, True, "inconclusive", "inconclusive"),
        (None, None, "inconclusive", "inconclusive"),
        (False, True, "refuted", "supported"),
        (False, False, "refuted", "refuted"),
        (False, None, "refuted", "inconclusive"),
    ],
)
def test_rule_gives_each_pair_of_outcomes_its_verdicts(
    claim: bool | None, other: bool | None, verdict: str, rival_verdict: str
) -> None:
    check = judge("c", "k", outcome(claim), rival(predicted=1), outcome(other), "supported")
    assert (check.verdict, check.rival.verdict) == (verdict, rival_verdict)
    # The same pair under a declared refutation: declarations do not change verdicts.
    check = judge("c", "k", outcome(claim), rival(predicted=1), outcome(other), "refuted")
    assert (check.verdict, check.rival.verdict) == (verdict, rival_verdict)


@pytest.mark.parametrize("other", [True, False, None])
def test_failed_claim_or_failed_rival_is_an_error(other: bool | None) -> None:
    check = judge("c", "k", failure("no data"), rival(predicted=1), outcome(other), "supported")
    assert check.verdict == "error"
    assert "no data" in check.note
    assert not check.as_declared
    check = judge("c", "k", outcome(other), rival(predicted=1), failure("no rival data"), "supported")
    assert (check.verdict, check.rival.verdict) == ("error", "error")
    assert "rival: no rival data" in check.note


def test_hints_are_told_where_nothing_was_decided_and_only_there() -> None:
    def note(claim: bool | None, other: bool | None) -> str:
        sides = outcome(claim, "more of the claim"), rival(predicted=1), outcome(other, "more of the rival", "seen")
        return judge("c", "k", *sides, "supported").note

    assert "more of the claim" in note(None, False)
    assert "rival" not in note(None, False)
    assert note(True, True) == "rival not rejected: seen: more of the rival"
    assert note(True, None) == "rival not rejected: seen: more of the rival"
    assert note(True, False) == note(False, True) == ""


def test_declared_defaults_to_support_of_the_claim_and_refutation_of_the_rival() -> None:
    check = judge("c", "k", outcome(True), rival(predicted=1), outcome(False), "supported")
    assert (check.declared, check.rival.declared) == ("supported", "refuted")
    check = judge("c", "k", outcome(True), rival(predicted=1), outcome(False), "refuted")
    assert (check.declared, check.rival.declared) == ("refuted", "supported")
    own = Rival(claim="r", predicted=1, declared=Verdict.INCONCLUSIVE)
    assert judge("c", "k", outcome(True), own, outcome(False), "supported").rival.declared == "inconclusive"


@pytest.mark.parametrize("declared", ["inconclusive", "error", "true", ""])
def test_declaring_anything_but_supported_or_refuted_is_an_input_error(declared: str) -> None:
    with pytest.raises(InputError, match="supported"):
        agrees("c", row(1.0), 1.0, rival=rival(predicted=2.0), declared=declared)


def test_refuted_finding_is_as_declared_only_while_claim_and_rival_keep_their_roles() -> None:
    measured = replicas(1.0)
    finding = agrees("published", measured, 2.0, rival=rival(predicted=1.0), declared="refuted")
    assert (finding.verdict, finding.rival.verdict) == ("refuted", "supported")
    assert finding.as_declared
    # Roles exchanged: the claim holds.
    swapped = agrees("published", measured, 1.0, rival=rival(predicted=2.0), declared="refuted")
    assert (swapped.verdict, swapped.rival.verdict) == ("supported", "refuted")
    assert not swapped.as_declared
    # The correction is wrong as well: no finding.
    both = agrees("published", measured, 2.0, rival=rival(predicted=3.0), declared="refuted")
    assert (both.verdict, both.rival.verdict) == ("refuted", "refuted")
    assert not both.as_declared
    # A refutation that nobody declared.
    surprise = agrees("published", measured, 2.0, rival=rival(predicted=1.0))
    assert surprise.verdict == "refuted"
    assert not surprise.as_declared
    assert agrees("published", measured, 1.0, rival=rival(predicted=2.0)).as_declared


def test_broken_study_is_an_error_that_is_never_as_declared() -> None:
    check = broken("a study", "ZeroDivisionError")
    assert check.verdict == "error"
    assert not check.as_declared
    assert check.evaluated == 0
    assert check.note == "ZeroDivisionError"


# Every kind, on both roads: a claim that holds, with a rival that does not.


HOLDS: dict[str, Callable[[bool], Check]] = {
    "agrees": lambda mc: agrees("c", replicas(1.0) if mc else row(1.0, EPS), row(1.0), rival=rival(predicted=row(2.0))),
    "below": lambda mc: below("c", replicas(1.0) if mc else row(1.0, EPS), row(1.5), rival=rival(predicted=row(0.5))),
    "above": lambda mc: above("c", replicas(1.0) if mc else row(1.0, EPS), row(0.5), rival=rival(predicted=row(1.5))),
    "ordered": lambda mc: ordered(
        "c",
        replicas(1.0) if mc else row(1.0, EPS),
        replicas(2.0, key=1) if mc else row(2.0, EPS),
        rival=rival(predicted=replicas(0.5, key=2) if mc else row(0.5, EPS)),
    ),
    "monotone": lambda mc: monotone(
        "c",
        replicas(-X) if mc else row(-X, EPS),
        rival=rival(measured=replicas(X, key=1) if mc else row(X, EPS)),
    ),
    "decays_as": lambda mc: decays_as(
        "c",
        noisy(1 / DECADES, DECADES) if mc else row(1 / DECADES, EPS, DECADES),
        -1.0,
        rival=rival(predicted=-0.5),
    ),
    "geometric": lambda mc: geometric(
        "c",
        noisy(0.9**TIMES, TIMES) if mc else row(0.9**TIMES, EPS, TIMES),
        0.9,
        rival=rival(predicted=0.8),
    ),
}
EVALUATED = {"agrees": P, "below": P, "above": P, "ordered": P, "monotone": P - 1, "decays_as": 12, "geometric": 12}


@pytest.mark.parametrize("monte_carlo", [True, False], ids=["monte carlo", "exact"])
@pytest.mark.parametrize("kind", HOLDS)
def test_true_claim_is_supported_with_its_error_probability_and_count(kind: str, monte_carlo: bool) -> None:
    check = HOLDS[kind](monte_carlo)
    assert check.verdict == "supported"
    assert check.as_declared
    assert check.kind == kind
    assert check.error_probability == (LEVEL if monte_carlo else 0.0)
    assert check.evaluated == EVALUATED[kind]
    assert check.measured is not None
    assert check.interval is not None
    low, high = check.interval
    assert low is not None
    assert high is not None
    assert low <= check.measured <= high
    assert check.allowed is not None
    allowed_low, allowed_high = check.allowed
    assert allowed_low is None or high >= allowed_low
    assert allowed_high is None or low <= allowed_high


def test_level_is_stated_as_error_probability_on_monte_carlo_roads_only() -> None:
    for level in (0.05, 1e-6):
        assert agrees("c", replicas(1.0), 1.0, rival=rival(predicted=2.0), level=level).error_probability == level
        assert below("c", replicas(1.0), 1.5, rival=rival(predicted=0.5), level=level).error_probability == level
        assert agrees("c", row(1.0), 1.0, rival=rival(predicted=2.0), level=level).error_probability == 0
        curve = noisy(1 / DECADES, DECADES)
        assert decays_as("c", curve, -1, rival=rival(predicted=-0.5), level=level).error_probability == level
    # One exact side does not make a Monte Carlo road exact.
    assert ordered("c", row(0.0), replicas(1.0), rival=rival(predicted=row(-1.0))).error_probability == LEVEL


def test_default_level_is_one_in_a_thousand() -> None:
    assert LEVEL == 1e-3


def test_smaller_level_asks_for_more() -> None:
    measured, other = replicas(1.0, 0.5), rival(predicted=1.24)  # 3.8 standard errors away, at five points
    assert agrees("c", measured, 1.0, rival=other, level=0.01).verdict == "supported"
    assert agrees("c", measured, 1.0, rival=other, level=1e-4).verdict == "inconclusive"


def test_exact_road_counts_every_row_and_point() -> None:
    measured = exact(X, np.ones((7, P)), EPS)
    assert below("c", measured, 1.5, rival=rival(predicted=0.5)).evaluated == 7 * P
    assert agrees("c", measured, 1.0, rival=rival(predicted=2.0)).evaluated == 7 * P
    falling = exact(X, np.tile(-X, (7, 1)), EPS)
    assert monotone("c", falling, rival=rival(measured=row(X))).evaluated == 7 * (P - 1)


# What `measured`, `interval` and `allowed` say.


def test_below_reports_the_largest_ratio_to_the_bound_and_above_the_smallest() -> None:
    measured, bound = row([0.5, 0.9, 0.6, 0.2, 0.1]), row(2.0)
    check = below("c", measured, bound, rival=rival(predicted=row(0.3)))
    assert check.measured == pytest.approx(0.45)
    assert check.allowed == (None, 1.0)
    assert "ratio 0.45 at steps 2, 0.05 at 5" in check.note
    check = above("c", measured, row(0.05), rival=rival(predicted=row(0.3)))
    assert check.measured == pytest.approx(2.0)
    assert check.allowed == (1.0, None)
    assert "ratio 2 at steps 5, 18 at 2" in check.note


def test_bound_that_is_not_positive_is_judged_by_the_difference() -> None:
    check = below("c", row([-3.0, -2.0, -4.0, -5.0, -6.0]), row(-1.0), rival=rival(predicted=row(-5.0)))
    assert check.verdict == "supported"
    assert check.measured == pytest.approx(-1.0)
    assert check.allowed == (None, 0.0)
    assert "difference -1 at steps 2" in check.note
    assert below("c", row(0.5), row([1.0, 1.0, 0.0, 1.0, 1.0]), rival=rival(predicted=row(-1.0))).verdict == "refuted"


def test_agrees_reports_the_point_that_misses_by_most() -> None:
    predicted = row([1.0, 2.0, 3.0, 4.0, 5.0], EPS)
    check = agrees("c", row([1.0, 2.0, 3.5, 4.0, 5.0], EPS), predicted, rival=rival(predicted=row(9.0)))
    assert check.verdict == "refuted"
    assert check.measured == pytest.approx(3.5)
    assert check.allowed == pytest.approx((3.0, 3.0))
    assert "at steps 3" in check.note


def test_agrees_reports_what_within_allows() -> None:
    check = agrees("c", row(1.04), row(1.0), rival=rival(predicted=row(1.5)), within=0.05)
    assert check.verdict == "supported"
    assert check.allowed == pytest.approx((0.95, 1.05))
    assert agrees("c", row(1.06), row(1.0), rival=rival(predicted=row(1.5)), within=0.05).verdict == "refuted"
    assert agrees("c", row(0.94), row(1.0), rival=rival(predicted=row(1.5)), within=0.05).verdict == "refuted"
    # Relative: of the size of the prediction, whatever its sign.
    assert agrees("c", row(-1.04), row(-1.0), rival=rival(predicted=row(-1.5)), within=0.05).verdict == "supported"


def test_point_of_interest_is_named_by_the_curve() -> None:
    measured = Curve(X, row(1.0).samples, True, x_name="batch size")
    assert "at batch size 1" in agrees("c", measured, 1.0, rival=rival(predicted=2.0)).note


def test_rate_shows_exponents_of_the_claim_and_its_cell() -> None:
    check = decays_as("c", row(1 / DECADES, EPS, DECADES), -1.0, rival=rival(predicted=-0.5))
    assert check.measured == pytest.approx(-1.0)
    assert check.allowed == pytest.approx((-1.25, -0.75))  # half way to the neighbour, on both sides
    check = geometric("c", row(0.9**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.4))
    assert check.measured == pytest.approx(0.9)
    assert check.allowed == pytest.approx((0.9 * 1.5**-1, 0.9 * 1.5))


# Traps: nothing there, and not a number.


def empty(curve: Curve) -> Curve:
    return curve.at(curve.x < 0)


@pytest.mark.parametrize("monte_carlo", [True, False], ids=["monte carlo", "exact"])
def test_empty_selection_is_an_error_in_every_kind(monte_carlo: bool) -> None:
    def flat(value: float) -> Curve:
        return empty(replicas(value) if monte_carlo else row(value))

    checks = [
        agrees("c", flat(1), 1.0, rival=rival(predicted=2.0)),
        agrees("c", flat(1), flat(1), rival=rival(predicted=flat(2))),
        below("c", flat(1), flat(2), rival=rival(predicted=flat(0))),
        above("c", flat(1), flat(0), rival=rival(predicted=flat(2))),
        ordered("c", flat(1), flat(2), rival=rival(predicted=flat(0))),
        monotone("c", flat(1), rival=rival(measured=flat(1))),
        decays_as("c", flat(1), -1.0, rival=rival(predicted=-0.5)),
        geometric("c", flat(1), 0.9, rival=rival(predicted=0.8)),
    ]
    if not monte_carlo:
        checks.append(threshold("c", flat(1), flat(1), rival=rival(predicted=flat(2))))
    for check in checks:
        assert check.verdict == "error", check
        assert check.evaluated == 0
        assert "no points" in check.note


def test_empty_selection_with_an_approximation_is_an_error_too() -> None:
    sides = empty(replicas(1.0)), empty(row(1.0))
    check = agrees("c", *sides, rival=rival(predicted=empty(row(2.0))), within=0.1)
    assert check.verdict == "error"


def test_empty_rival_is_an_error() -> None:
    check = monotone("c", row(-X), rival=rival(measured=empty(row(X))))
    assert check.verdict == "error"
    assert "rival: nothing to evaluate" in check.note


def test_one_point_is_not_monotone() -> None:
    check = monotone("c", row(-X).at(slice(0, 1)), rival=rival(measured=row(X)))
    assert check.verdict == "error"
    assert "fewer than two points" in check.note


@pytest.mark.parametrize("place", ["measured", "predicted", "rival measured", "rival predicted"])
@pytest.mark.parametrize("monte_carlo", [True, False], ids=["monte carlo", "exact"])
@pytest.mark.parametrize("check", [agrees, below, above, ordered])
def test_nan_anywhere_is_an_error(check: Callable[..., Check], monte_carlo: bool, place: str) -> None:
    def side(value: float, here: str) -> Curve:
        curve = replicas(value) if monte_carlo else row(value)
        return one_bad(NAN, curve) if here == place else curve

    other = rival(measured=side(1.0, "rival measured"), predicted=side(2.0, "rival predicted"))
    result = check("c", side(1.0, "measured"), side(1.0, "predicted"), rival=other)
    assert result.verdict == "error"
    assert "not a number" in result.note


@pytest.mark.parametrize("check", [agrees, below, above])
def test_nan_as_a_number_is_an_error(check: Callable[..., Check]) -> None:
    assert check("c", replicas(1.0), NAN, rival=rival(predicted=2.0)).verdict == "error"
    assert check("c", replicas(1.0), 1.0, rival=rival(predicted=NAN)).verdict == "error"


def test_nan_prediction_with_an_approximation_is_an_error() -> None:
    predicted, other = one_bad(NAN, row(1.0)), rival(predicted=row(2.0))
    assert agrees("c", replicas(1.0), predicted, rival=other, within=0.1).verdict == "error"


def test_nan_in_monotone_rates_and_thresholds_is_an_error() -> None:
    assert monotone("c", one_bad(NAN, row(-X)), rival=rival(measured=row(X))).verdict == "error"
    assert monotone("c", row(-X), rival=rival(measured=one_bad(NAN, row(X)))).verdict == "error"
    for curve in (row(1 / DECADES, 0.0, DECADES), noisy(1 / DECADES, DECADES)):
        assert decays_as("c", one_bad(NAN, curve), -1.0, rival=rival(predicted=-0.5)).verdict == "error"
    for curve in (row(0.9**TIMES, 0.0, TIMES), noisy(0.9**TIMES, TIMES)):
        assert geometric("c", one_bad(NAN, curve), 0.9, rival=rival(predicted=0.8)).verdict == "error"
    measured = brackets(X, [(0.9, 1.1)] * P)
    assert threshold("c", measured, one_bad(NAN, row(1.0)), rival=rival(predicted=2.0)).verdict == "error"
    assert threshold("c", one_bad(NAN, measured), 1.0, rival=rival(predicted=2.0)).verdict == "error"


def test_nan_rounding_bound_is_never_support() -> None:
    # With no bound there is nothing to judge a deterministic curve by.
    for check, bound in ((below, 1.0), (agrees, 1.0)):
        measured = exact(X, np.full(P, 9.0), NAN)
        assert check("c", measured, bound, rival=rival(measured=row(9.0))).verdict == "error"


# Traps: divergence.


@pytest.mark.parametrize("rounding", [0.0, 1e-12])
@pytest.mark.parametrize("monte_carlo", [True, False], ids=["monte carlo", "exact"])
def test_infinite_measurement_is_never_supported(monte_carlo: bool, rounding: float) -> None:
    def diverged(value: Any, sign: float = 1.0) -> Curve:
        if monte_carlo:
            return one_bad(sign * INF, replicas(value))
        values = np.broadcast_to(np.asarray(value, float), X.shape).copy()
        values[2] = sign * INF
        return exact(X, values, rounding)

    finite = [
        agrees("c", diverged(1.0), 1.0, rival=rival(predicted=5.0)),
        agrees("c", diverged(1.0, -1), 1.0, rival=rival(predicted=5.0)),
        below("c", diverged(1.0), 1.5, rival=rival(predicted=0.5)),
        above("c", diverged(1.0, -1), 0.5, rival=rival(predicted=1.5)),
        ordered("c", diverged(1.0), row(2.0), rival=rival(predicted=row(0.5))),
        monotone("c", diverged(X), rival=rival(measured=row(-X)), direction="decreasing"),
    ]
    assert [check.verdict for check in finite] == ["refuted"] * len(finite)
    # Where divergence lies on the side that the claim asks for, it is still no observation of the claim.
    vacuous = [
        above("c", diverged(1.0), 0.5, rival=rival(predicted=1.5)),
        below("c", diverged(1.0, -1), 1.5, rival=rival(predicted=0.5)),
        ordered("c", row(0.5), diverged(1.0), rival=rival(predicted=row(0.2))),
    ]
    assert "supported" not in [check.verdict for check in vacuous]


@pytest.mark.parametrize("value", [INF, -INF])
def test_rate_of_an_infinite_measurement_is_an_error(value: float) -> None:
    for curve in (row(1 / DECADES, 0.0, DECADES), noisy(1 / DECADES, DECADES)):
        assert decays_as("c", one_bad(value, curve), -1.0, rival=rival(predicted=-0.5)).verdict == "error"
    for curve in (row(0.9**TIMES, 0.0, TIMES), noisy(0.9**TIMES, TIMES)):
        assert geometric("c", one_bad(value, curve), 0.9, rival=rival(predicted=0.8)).verdict == "error"


@pytest.mark.parametrize("start", [1, 3], ids=["one infinity", "three infinities"])
def test_series_that_returns_from_infinity_is_not_decreasing(start: int) -> None:
    values = -X.copy()
    values[:start] = INF
    check = monotone("c", exact(X, values, 1e-12), rival=rival(measured=row(X)))
    assert check.verdict != "supported"


@pytest.mark.parametrize("rounding", [0.0, 1e-12])
def test_infinite_prediction_is_never_supported(rounding: float) -> None:
    values = np.array([1.0, 1.0, INF, 1.0, 1.0])
    infinite, other = exact(X, values, rounding), rival(predicted=row(5.0))
    for measured in (row(1.0, 1e-12), replicas(1.0), exact(X, values, rounding)):
        assert agrees("c", measured, infinite, rival=other).verdict != "supported"
    for measured in (row(1.0, 1e-12), replicas(1.0)):
        assert below("c", measured, INF, rival=rival(predicted=0.5)).verdict != "supported"
        assert above("c", measured, -INF, rival=rival(predicted=1.5)).verdict != "supported"


def test_rival_that_diverges_breaks_the_bound() -> None:
    # A method outside the assumptions: its divergence is what the claim says it does not do.
    other = rival(measured=one_bad(INF, replicas(1.0)))
    check = below("c", replicas(1.0), 1.5, rival=other)
    assert (check.verdict, check.rival.verdict) == ("supported", "refuted")


def test_rival_that_diverges_on_the_side_of_the_claim_is_not_rejected() -> None:
    for value, check in ((INF, above), (-INF, below)):
        other = rival(measured=one_bad(value, replicas(1.0, key=1)))
        result = check("c", replicas(1.0), 0.5 if check is above else 1.5, rival=other)
        assert result.verdict != "supported"
        assert result.rival.verdict != "refuted"


def test_growing_curve_is_refuted_against_a_decay() -> None:
    for curve in (row(DECADES, EPS, DECADES), noisy(DECADES, DECADES)):
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert (check.verdict, check.rival.verdict) == ("refuted", "refuted")
        assert check.measured == pytest.approx(1.0, abs=0.01)
    check = geometric("c", row(1.1**TIMES, EPS, TIMES), 1 / 1.1, rival=rival(predicted=0.8))
    assert check.verdict == "refuted"
    assert check.measured == pytest.approx(1.1)


@pytest.mark.parametrize("sign", [-1.0, 0.0])
def test_slopes_are_not_taken_through_an_absolute_value(sign: float) -> None:
    for curve in (
        exact(DECADES, sign / DECADES, EPS),
        Curve(DECADES, (sign + 0.0 * replicas(1.0, x=DECADES).samples) / DECADES),
    ):
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert check.verdict == "error"
        assert "a rate needs finite values > 0" in check.note


def test_one_value_that_is_not_positive_spoils_a_rate() -> None:
    values = 1 / DECADES
    values[4] *= -1
    assert decays_as("c", exact(DECADES, values, EPS), -1.0, rival=rival(predicted=-0.5)).verdict == "error"


# Traps: rates.


def test_rate_is_not_the_slope_between_the_two_ends() -> None:
    share = np.log(DECADES) / np.log(DECADES[-1])
    for bend in (0.5, -0.5):
        bent = np.exp(bend * np.sin(np.pi * share)) / DECADES
        assert math.log(bent[-1] / bent[0]) / math.log(DECADES[-1]) == pytest.approx(-1.0)
        check = decays_as("c", exact(DECADES, bent, EPS), -1.0, rival=rival(predicted=-0.9))
        assert check.verdict != "supported"


def test_agreement_at_both_ends_is_not_agreement() -> None:
    measured, predicted = replicas([1.0, 1.0, 1.5, 1.0, 1.0]), row(1.0)
    assert agrees("c", measured, predicted, rival=rival(predicted=row(3.0))).verdict == "refuted"
    assert below("c", measured, row(1.2), rival=rival(predicted=row(0.1))).verdict == "refuted"
    assert (
        above("c", replicas([1.0, 1.0, 0.5, 1.0, 1.0]), row(0.8), rival=rival(predicted=row(3.0))).verdict == "refuted"
    )
    assert ordered("c", measured, row(1.2), rival=rival(predicted=row(0.1))).verdict == "refuted"
    assert monotone("c", replicas([5.0, 4.0, 4.5, 3.0, 2.0]), rival=rival(measured=row(X))).verdict == "refuted"


def test_order_far_too_good_is_refuted() -> None:
    for curve in (row(DECADES**-3.0, EPS, DECADES), noisy(DECADES**-3.0, DECADES)):
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert (check.verdict, check.rival.verdict) == ("refuted", "refuted")
    assert geometric("c", row(0.5**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.95)).verdict == "refuted"


def test_exponents_nearer_to_the_rival_are_refuted_and_nearer_to_the_claim_supported() -> None:
    for exponent, verdict in ((-0.95, "supported"), (-0.76, "supported"), (-0.74, "refuted"), (-0.55, "refuted")):
        curve = row(DECADES**exponent, EPS, DECADES)
        assert decays_as("c", curve, -1.0, rival=rival(predicted=-0.5)).verdict == verdict


def test_dropped_logarithm_is_told_apart_on_an_exact_road() -> None:
    x = np.geomspace(10, 1e4, 24)
    with_log, without = row(np.log(x) / x, 1e-14, x), row(1 / x, 1e-14, x)
    right, wrong = Power(-1, 1), Power(-1)
    assert decays_as("c", with_log, right, rival=rival(predicted=wrong)).verdict == "supported"
    assert decays_as("c", with_log, wrong, rival=rival(predicted=right)).verdict == "refuted"
    assert decays_as("c", without, wrong, rival=rival(predicted=right)).verdict == "supported"
    assert decays_as("c", without, right, rival=rival(predicted=wrong)).verdict == "refuted"


def test_settling_on_the_claim_rejects_a_rival_that_still_drifts() -> None:
    x = np.geomspace(10, 1e4, 24)
    check = decays_as("c", row(np.log(x) / x, 1e-14, x), Power(-1, 1), rival=rival(predicted=-1))
    assert (check.verdict, check.rival.verdict) == ("supported", "refuted")
    check = decays_as("c", row(np.log(x) / x, 1e-14, x), -1, rival=rival(predicted=Power(-1, 1)))
    assert (check.verdict, check.rival.verdict) == ("refuted", "supported")


def test_curve_that_still_drifts_under_both_forms_is_inconclusive_and_says_what_would_decide() -> None:
    check = decays_as("c", row(np.exp(-DECADES / 100), 1e-14, DECADES), -1.0, rival=rival(predicted=-0.5))
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")
    assert "pre-asymptotic" in check.note
    assert "still drift; more points further out" in check.note
    assert check.measured is None
    assert check.interval is None
    assert check.evaluated == DECADES.size


def test_curve_whose_drift_fades_slowly_is_told_the_horizon_that_would_suffice() -> None:
    x = np.geomspace(10, 1e3, 24)
    check = decays_as("c", row(np.log(x) ** 2 / x, 1e-14, x), -1.0, rival=rival(predicted=-0.75))
    assert check.verdict == "inconclusive"
    assert "points out to about x = " in check.note


def test_rate_with_too_much_noise_is_inconclusive_and_says_what_would_decide() -> None:
    curve = Curve(DECADES, replicas(1.0, 2.0, x=DECADES).samples / DECADES)
    check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.9))
    assert check.verdict == "inconclusive"
    assert "more replicas, or points further out" in check.note


@pytest.mark.parametrize("edge", [-1.05, -0.95])
def test_interval_that_reaches_out_of_the_cell_on_either_side_decides_nothing(edge: float) -> None:
    curve = noisy(DECADES**edge, DECADES)
    check = decays_as("c", curve, -1.0, rival=rival(predicted=-1.1))
    assert check.verdict == "inconclusive"
    assert check.interval is not None
    low, high = check.interval
    assert low is not None
    assert high is not None
    assert low < edge < high


def test_cell_against_a_logarithm_is_half_of_what_the_logarithm_mimics_least() -> None:
    x = np.geomspace(10, 1e4, 25)
    check = decays_as("c", row(1 / x, 1e-14, x), -1.0, rival=rival(predicted=Power(-1, 1)))
    # Over the last third of the range the logarithm has the slope that is nearest to none.
    late = x >= 0.999 * 10 * 1000 ** (2 / 3)
    mimicked = np.polyfit(np.log(x[late]), np.log(np.log(x[late])), 1)[0]
    assert check.allowed == pytest.approx((-1 - mimicked / 2, -1 + mimicked / 2), rel=1e-9)


def test_drift_beyond_a_quarter_of_the_gap_is_not_taken_for_a_rate() -> None:
    # Gap 0.5: a drift of 0.16 that grows is pre-asymptotic, one of 0.10 lies inside the interval, and in the cell.
    for floor, drifts in ((0.5, True), (0.3, False)):
        curve = row(1 / DECADES + floor / DECADES[-1], 1e-14, DECADES)
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert ("pre-asymptotic" in check.note) == drifts


def test_rate_of_replicas_under_a_heavy_tail_is_not_decided() -> None:
    for key in range(20):
        heavy = np.abs(generator(20, key).standard_cauchy((64, DECADES.size)))
        check = decays_as("c", Curve(DECADES, heavy / DECADES), -1.0, rival=rival(predicted=-0.9))
        assert check.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("form", "other"),
    [(-1.0, -1.0), (-1.0, Power(-1.0)), (Power(-1, 1), Power(-1, 1)), (-1, Power(-1.0, 0.0))],
)
def test_rival_rate_equal_to_the_claim_is_an_input_error(form: Any, other: Any) -> None:
    x = np.geomspace(10, 1e4, 24)
    with pytest.raises(InputError, match="the rival 'the rival' has the rate of the claim"):
        decays_as("c", row(1 / x, EPS, x), form, rival=rival(predicted=other))


def test_rival_factor_equal_to_the_claim_is_an_input_error() -> None:
    with pytest.raises(InputError, match="has the rate of the claim"):
        geometric("c", row(0.9**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.9))


def test_rival_of_a_rate_is_a_form_for_the_same_data() -> None:
    curve = row(1 / DECADES, EPS, DECADES)
    with pytest.raises(InputError, match="needs a form of its own"):
        decays_as("c", curve, -1.0, rival=rival(measured=curve))
    with pytest.raises(InputError, match="another form for the same data, not other data"):
        decays_as("c", curve, -1.0, rival=rival(measured=curve, predicted=-0.5))


@pytest.mark.parametrize("form", ["x^-1", None, [1.0]])
def test_form_that_is_no_power_law_is_an_input_error(form: Any) -> None:
    with pytest.raises(InputError, match="no power law"):
        decays_as("c", row(1 / DECADES, EPS, DECADES), form, rival=rival(predicted=-0.5))


@pytest.mark.parametrize("factor", [0.0, -0.9, "0.9"])
def test_factor_that_is_not_positive_is_an_input_error(factor: Any) -> None:
    with pytest.raises(InputError, match=r"factor=.* is not allowed: give a number > 0"):
        geometric("c", row(0.9**TIMES, EPS, TIMES), factor, rival=rival(predicted=0.5))


def test_logarithm_at_one_and_power_at_zero_are_input_errors() -> None:
    with pytest.raises(InputError, match="a power of log x needs x > 1"):
        decays_as("c", row(1 / DECADES, EPS, DECADES), Power(-1, 1), rival=rival(predicted=-1.0))
    with pytest.raises(InputError, match="a power law needs x > 0"):
        decays_as("c", row(0.9**TIMES, EPS, TIMES), -1.0, rival=rival(predicted=-0.5))


def test_power_prints_as_it_is_written() -> None:
    assert str(Power(-1)) == "x^-1"
    assert str(Power(-0.5, 2)) == "x^-0.5 log^2 x"


# Traps: replicas.


def test_coinciding_replicas_are_judged_by_rounding() -> None:
    samples = np.full((64, P), 0.7)
    exactly = Curve(X, samples)
    assert agrees("c", exactly, 0.7, rival=rival(predicted=0.8)).verdict == "supported"
    assert agrees("c", exactly, 0.7 * (1 + 4 * EPS), rival=rival(predicted=0.7)).verdict == "refuted"
    rounded = Curve(X, samples, rounding=8 * EPS * samples)
    assert agrees("c", rounded, 0.7 * (1 + 4 * EPS), rival=rival(predicted=0.8)).verdict == "supported"
    assert agrees("c", rounded, 0.7 * (1 + 40 * EPS), rival=rival(predicted=0.7)).verdict == "refuted"
    assert below("c", rounded, 0.7 * (1 - 4 * EPS), rival=rival(predicted=0.6)).verdict == "supported"
    assert below("c", rounded, 0.7 * (1 - 40 * EPS), rival=rival(predicted=0.6)).verdict == "refuted"


def test_largest_rounding_bound_of_the_replicas_counts() -> None:
    rounding = np.full((64, P), 1e-12)
    rounding[5] = 1e-6
    measured = Curve(X, np.full((64, P), 0.7), rounding=rounding)
    assert agrees("c", measured, 0.7 + 0.9e-6, rival=rival(predicted=0.8)).verdict == "supported"
    assert agrees("c", measured, 0.7 + 1.1e-6, rival=rival(predicted=0.7)).verdict == "refuted"


@pytest.mark.parametrize("count", [33, 64, 1000])
@pytest.mark.parametrize("value", [0.1, 0.7, 1 / 3, 1e-7])
def test_coinciding_replicas_agree_with_their_own_value(value: float, count: int) -> None:
    check = agrees("c", Curve(X, np.full((count, P), value)), value, rival=rival(predicted=2 * value))
    assert check.verdict == "supported"


def test_exact_road_is_judged_by_the_rounding_of_both_sides() -> None:
    measured, other = row(1 + 10 * EPS, 6 * EPS), rival(predicted=row(2.0))
    assert agrees("c", measured, row(1.0, 6 * EPS), rival=other).verdict == "supported"
    assert agrees("c", measured, row(1.0, 1 * EPS), rival=other).verdict == "refuted"
    assert below("c", measured, row(1.0, 6 * EPS), rival=rival(predicted=row(0.5))).verdict == "supported"
    assert below("c", measured, row(1.0, 1 * EPS), rival=rival(predicted=row(0.5))).verdict == "refuted"
    lower = row(1 - 10 * EPS, 6 * EPS)
    assert above("c", lower, row(1.0, 6 * EPS), rival=rival(predicted=row(2.0))).verdict == "supported"
    assert above("c", lower, row(1.0, 1 * EPS), rival=rival(predicted=row(2.0))).verdict == "refuted"


@pytest.mark.parametrize("scale", [1e-250, 1e-170, 1e-110, 1e110, 1e160, 1e250])
def test_verdicts_do_not_depend_on_the_unit(scale: float) -> None:
    # A risk after many steps of decay, and one on its way to divergence.
    measured = Curve(X, scale * replicas(1.0).samples)
    check = agrees("c", measured, scale * 1.001, rival=rival(predicted=2 * scale))
    assert check.verdict == "supported"
    assert agrees("c", measured, 2 * scale, rival=rival(predicted=scale)).verdict == "refuted"
    assert below("c", measured, 1.001 * scale, rival=rival(predicted=0.5 * scale)).verdict == "supported"


@pytest.mark.parametrize("value", [1.0, 10.0, 1e300])
def test_exact_values_far_off_are_refuted_without_overflow(value: float) -> None:
    assert agrees("c", row(value), row(0.5), rival=rival(predicted=row(value))).verdict == "refuted"


def test_one_replica_is_no_monte_carlo() -> None:
    alone = Curve(X, np.full((1, P), 9.0))
    for check, target in ((agrees, 1.0), (below, 1.0), (above, 10.0)):
        result = check("c", alone, target, rival=rival(measured=replicas(9.0 if target == 1.0 else 1.0)))
        assert result.verdict != "supported"


@pytest.mark.parametrize("count", [2, 5, MIN_REPLICAS - 1])
def test_too_few_replicas_are_inconclusive_with_the_needed_number(count: int) -> None:
    few = replicas(1.0, count=count)
    for check in (
        agrees("c", few, 1.0, rival=rival(predicted=100.0)),
        below("c", few, 2.0, rival=rival(predicted=-100.0)),
        monotone("c", replicas(-10 * X, count=count), rival=rival(measured=row(X))),
    ):
        assert check.verdict == "inconclusive"
        assert f"{count} replicas are too few for a verdict: give {MIN_REPLICAS} or more" in check.note
    # Nor do they refute.
    assert agrees("c", few, 100.0, rival=rival(predicted=1.0)).verdict == "inconclusive"


@pytest.mark.parametrize("count", [64, 1000])
def test_one_replica_that_carries_the_variance_is_inconclusive_and_named(count: int) -> None:
    measured = one_bad(1e6, replicas(1.0, count=count))
    for check in (
        agrees("c", measured, 1.0, rival=rival(predicted=1e7)),
        below("c", measured, 2.0, rival=rival(predicted=-1e7)),
        ordered("c", measured, row(2.0), rival=rival(predicted=row(-1e7))),
    ):
        assert check.verdict == "inconclusive"
        assert f"one replica of {count} carries" in check.note
        assert "heavy tail" in check.note


def test_cauchy_replicas_are_inconclusive_in_nearly_all_draws() -> None:
    named = 0
    for key in range(200):
        measured = Curve(X, generator(21, key).standard_cauchy((256, P)))
        check = agrees("c", measured, 0.0, rival=rival(predicted=1e9))
        named += check.verdict == "inconclusive" and "heavy tail" in check.note
    # The quadratic sum of Cauchy numbers is one number or few: of 2000 draws all but 11 are named.
    assert named >= 190


def test_doubt_about_the_rival_alone_is_inconclusive() -> None:
    other = rival(measured=one_bad(1e9, replicas(50.0, key=1)))
    check = below("c", replicas(1.0), 2.0, rival=other)
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")
    assert "rival not rejected: one replica of 64 carries" in check.note


# Traps: rivals that are not rejected.


def needed(note: str) -> int:
    return int(note.split("would be decided by about ")[1].split()[0])


def test_rival_that_is_not_rejected_leaves_the_claim_inconclusive() -> None:
    measured = replicas(1.0, 1.0)
    checks = [
        agrees("c", measured, 1.0, rival=rival(predicted=1.1)),
        below("c", measured, 2.0, rival=rival(predicted=0.9)),
        above("c", measured, 0.5, rival=rival(predicted=1.1)),
        ordered("c", measured, replicas(3.0, 1.0, key=1), rival=rival(predicted=replicas(0.9, 1.0, key=2))),
        monotone("c", replicas(-9 * X, 1.0), rival=rival(measured=replicas(0.1 * X, 1.0, key=1))),
    ]
    for check in checks:
        assert check.verdict == "inconclusive"
        assert check.rival.verdict == "inconclusive"
        assert "rival not rejected" in check.note
        assert needed(check.note) > 64


def test_number_of_replicas_that_would_decide_is_where_the_interval_is_as_narrow_as_the_gap() -> None:
    check = agrees("c", replicas(1.0, 1.0), 1.0, rival=rival(predicted=1.1))
    asked = needed(check.note)
    assert agrees("c", replicas(1.0, 1.0, asked * 2), 1.0, rival=rival(predicted=1.1)).verdict == "supported"
    assert agrees("c", replicas(1.0, 1.0, asked // 2), 1.0, rival=rival(predicted=1.1)).verdict == "inconclusive"
    check = below("c", replicas(1.0, 1.0), 2.0, rival=rival(predicted=0.9))
    asked = needed(check.note)
    assert below("c", replicas(1.0, 1.0, asked * 2), 2.0, rival=rival(predicted=0.9)).verdict == "supported"
    assert below("c", replicas(1.0, 1.0, asked // 2), 2.0, rival=rival(predicted=0.9)).verdict == "inconclusive"


def test_number_of_replicas_is_told_whichever_side_is_replicated() -> None:
    check = below("c", row(1.0), replicas(2.0, 1.0), rival=rival(predicted=replicas(0.9, 1.0)))
    assert check.verdict == "inconclusive"
    assert needed(check.note) > 64


def test_exact_rival_within_rounding_is_not_rejected() -> None:
    check = agrees("c", row(1.0, 1e-3), row(1.0), rival=rival(predicted=row(1.0005)))
    assert check.verdict == "inconclusive"


def test_rival_that_is_the_claim_is_an_input_error() -> None:
    with pytest.raises(InputError, match="the rival 'same' equals the claim"):
        Rival(claim="same")


def test_rival_of_the_same_value_is_never_support() -> None:
    assert agrees("c", replicas(1.0), 1.0, rival=rival(predicted=1.0)).verdict == "inconclusive"
    assert agrees("c", row(1.0), 1.0, rival=rival(predicted=1.0)).verdict == "inconclusive"


def test_rival_measurement_is_judged_against_the_prediction_of_the_claim() -> None:
    check = below("c", replicas(1.0), 2.0, rival=rival(measured=replicas(3.0, key=1)))
    assert (check.verdict, check.rival.verdict) == ("supported", "refuted")
    check = below("c", replicas(1.0), 2.0, rival=rival(measured=replicas(1.5, key=1)))
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")


def test_rival_of_monotone_needs_a_measurement() -> None:
    with pytest.raises(InputError, match="needs its own measurement"):
        monotone("c", row(-X), rival=rival(predicted=row(X)))


@pytest.mark.parametrize("within", [0.2501, 0.3, 0.9, -0.1, NAN])
def test_approximation_beyond_half_way_to_the_rival_is_an_input_error(within: float) -> None:
    with pytest.raises(InputError, match=r"within=.* stay below 0\.25, half way to the rival"):
        agrees("c", replicas(1.0), row(1.0), rival=rival(predicted=row(1.5)), within=within)
    with pytest.raises(InputError, match=r"within=.* stay below 0\.25, half way to the rival"):
        agrees("c", replicas(1.0), 1.0, rival=rival(measured=replicas(0.5)), within=within)


def test_approximation_below_half_way_to_the_rival_is_allowed() -> None:
    assert agrees("c", replicas(1.0), 1.0, rival=rival(predicted=1.5), within=0.24).verdict == "supported"


def test_half_way_is_measured_where_the_rival_is_farthest() -> None:
    far_in_one_point = rival(predicted=row([1.01, 1.01, 1.5, 1.01, 1.01]))
    assert agrees("c", replicas(1.0), row(1.0), rival=far_in_one_point, within=0.2).verdict == "supported"
    with pytest.raises(InputError, match=r"stay below 0\.25"):
        agrees("c", replicas(1.0), row(1.0), rival=far_in_one_point, within=0.26)


def test_point_that_is_predicted_to_vanish_has_no_relative_distance() -> None:
    # Relative to zero nothing is near: that point counts as no distance, and does not silence the others.
    predicted = row([1.0, 0.0, 1.0, 1.0, 1.0])
    measured = exact(X, [1.01, 0.0, 1.0, 1.0, 1.0], EPS)
    check = agrees("c", measured, predicted, rival=rival(predicted=row([1.5, 0.0, 1.5, 1.5, 1.5])), within=0.02)
    assert check.verdict == "supported"


# Traps: sides that do not match.


@pytest.mark.parametrize("check", [agrees, below, above, ordered])
def test_different_points_are_an_input_error(check: Callable[..., Check]) -> None:
    shifted = exact(X + 1, np.ones(P), 0.0)
    with pytest.raises(InputError, match="not at the same points"):
        check("c", replicas(1.0), shifted, rival=rival(predicted=row(2.0)))
    with pytest.raises(InputError, match="not at the same points"):
        check("c", replicas(1.0), row(1.0), rival=rival(predicted=shifted))
    with pytest.raises(InputError, match="not at the same points"):
        check("c", replicas(1.0), row(1.0).at(slice(0, 3)), rival=rival(predicted=row(2.0)))


@pytest.mark.parametrize("check", [agrees, below, above, ordered])
def test_different_numbers_of_rows_are_an_input_error(check: Callable[..., Check]) -> None:
    for left, right in (
        (replicas(1.0), replicas(1.0, count=65)),
        (replicas(1.0), exact(X, np.ones((3, P)), 0.0)),
        (exact(X, np.ones((2, P)), 0.0), exact(X, np.ones((3, P)), 0.0)),
    ):
        with pytest.raises(InputError, match="different numbers of rows"):
            check("c", left, right, rival=rival(predicted=row(2.0)))
        with pytest.raises(InputError, match="different numbers of rows"):
            check("c", left, row(1.0), rival=rival(predicted=right))


def test_replicas_are_compared_with_those_of_the_same_number() -> None:
    # Noise that both share drops out of the difference.
    left = replicas(1.0, 1.0)
    right = Curve(X, left.samples + 0.01 + 0.001 * replicas(0.0, 1.0, key=1).samples)
    check = ordered("c", left, right, rival=rival(measured=right, predicted=left))
    assert (check.verdict, check.rival.verdict) == ("supported", "refuted")


# Monotone and ordered.


@pytest.mark.parametrize("place", [0, 49_999, 99_998])
def test_one_step_the_wrong_way_among_a_hundred_thousand_is_refuted(place: int) -> None:
    values = -np.arange(100_000.0).reshape(10, 10_000)
    line, step = divmod(place, 9_999)
    if line == 10:
        line, step = 9, 9_998
    values[line, step + 1 :] += 1.5  # one step up by a half, all others down by one
    x = np.arange(10_000.0)
    check = monotone("c", exact(x, values, 1e-15), rival=rival(measured=exact(x, x, 1e-15)))
    assert check.verdict == "refuted"
    assert check.measured == pytest.approx(0.5)
    assert check.evaluated == 10 * 9_999
    assert f"at steps {x[step + 1]:g}" in check.note


def test_monotone_looks_at_the_right_direction() -> None:
    rising, falling = row(X), row(-X)
    for measured, other, direction in ((falling, rising, "decreasing"), (rising, falling, "increasing")):
        assert monotone("c", measured, rival=rival(measured=other), direction=direction).verdict == "supported"
        assert monotone("c", other, rival=rival(measured=measured), direction=direction).verdict == "refuted"
    with pytest.raises(InputError, match="give 'decreasing' or 'increasing'"):
        monotone("c", rising, rival=rival(measured=falling), direction="up")


def test_monotone_allows_steps_within_rounding_and_no_more() -> None:
    values = np.array([5.0, 4.0, 4.0 + 1e-9, 3.0, 2.0])
    other = rival(measured=row(X))
    assert monotone("c", Curve(X, values[None], True, np.full(P, 0.6e-9)), rival=other).verdict == "supported"
    assert monotone("c", Curve(X, values[None], True, np.full(P, 0.4e-9)), rival=other).verdict == "refuted"


def test_monotone_judges_means_of_replicas_and_rows_of_an_ensemble() -> None:
    samples = replicas(-X, 1.0).samples
    assert (np.diff(samples, axis=1) > 0).any()  # single replicas go up
    other = rival(measured=row(X))
    assert monotone("c", Curve(X, samples), rival=other).verdict == "supported"
    assert monotone("c", Curve(X, samples, exact=True), rival=other).verdict == "refuted"


def test_tie_on_an_exact_road_is_no_strict_order() -> None:
    tied = row([2.0, 2.0, 1.0 + EPS, 2.0, 2.0])
    check = ordered("c", row(1.0, 4 * EPS), tied, rival=rival(predicted=row(0.5)))
    assert check.verdict == "inconclusive"
    assert "ties within rounding" in check.note
    apart = row([2.0, 2.0, 1.0 + 40 * EPS, 2.0, 2.0])
    assert ordered("c", row(1.0, 4 * EPS), apart, rival=rival(predicted=row(0.5))).verdict == "supported"
    # Equality is enough for a bound.
    assert below("c", row(1.0, 4 * EPS), tied, rival=rival(predicted=row(0.5))).verdict == "supported"


def test_wrong_order_beside_a_tie_is_refuted() -> None:
    check = ordered("c", row(1.0, 4 * EPS), row([2.0, 0.5, 1.0, 2.0, 2.0]), rival=rival(predicted=row(0.2)))
    assert check.verdict == "refuted"


# Thresholds.


def reaches(truth: float) -> Callable[[float], bool]:
    return lambda value: value >= truth


def test_bracket_encloses_the_change_to_its_relative_width() -> None:
    for truth in (1.0, 1e-6, 12345.678):
        low, high = bracket(reaches(truth), 0.1 * truth, 10 * truth, relative_width=1e-12)
        assert low <= truth <= high
        assert 0 < high - low <= 1e-12 * high


def test_bracket_narrows_to_negative_thresholds() -> None:
    low, high = bracket(lambda value: value > -3.0, -10.0, -1.0)
    assert low <= -3.0 <= high
    assert high - low <= 3e-9


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (-1.0, 0.5)])
def test_bracket_ends_at_a_threshold_at_zero(low: float, high: float) -> None:
    # Relative to zero no interval is narrow: the floats end first.
    calls = 0

    def beyond(value: float) -> bool:
        nonlocal calls
        calls += 1
        if calls > 10_000:
            raise AssertionError("the bisection does not end")
        return value > 0

    found = bracket(beyond, low, high)
    assert found[0] <= 0 <= found[1] <= 1e-9


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (2.0, 1.0, "low=2.0 must be below high=1.0"),
        (1.0, 1.0, "must be below"),
        (NAN, 1.0, "must be below"),
        (6.0, 9.0, r"beyond\(6.0\) is True; move that end"),
        (1.0, 4.0, r"beyond\(4.0\) is False; move that end"),
    ],
)
def test_bracket_that_encloses_no_change_is_an_input_error(low: float, high: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        bracket(lambda value: value > 5, low, high)


def test_bracket_with_an_infinite_end_is_an_input_error() -> None:
    calls = 0

    def beyond(value: float) -> bool:
        nonlocal calls
        calls += 1
        if calls > 10_000:
            raise AssertionError("the bisection does not end")
        return value > 5

    for low, high in ((1.0, INF), (-INF, 9.0)):
        with pytest.raises(InputError, match="finite"):
            bracket(beyond, low, high)


def test_bracket_narrower_than_floats_is_an_input_error() -> None:
    with pytest.raises(InputError, match="floats need >= 1e-15"):
        bracket(lambda value: value > 5, 1.0, 9.0, relative_width=1e-16)


def test_brackets_reach_their_ends_whichever_way_the_centre_is_rounded() -> None:
    low = 1.0
    for units in (1, 2, 3, 4, 5):
        high = low + units * EPS
        for curve in (brackets([0.0], [(low, high)]), brackets([0.0], [(-high, -low)])):
            for end in (low, high):
                value = math.copysign(end, curve.samples[0, 0])
                check = threshold("c", curve, exact([0.0], [value], 0.0), rival=rival(predicted=2.0))
                assert check.verdict == "supported", (units, end)


def test_threshold_is_supported_only_where_all_settings_agree_and_the_rival_is_out_in_one() -> None:
    measured = brackets([1.0, 2.0], [(0.9, 1.1), (1.9, 2.1)])
    own, textbook = exact([1.0, 2.0], [1.0, 2.0], 0.0), exact([1.0, 2.0], [1.0, 2.5], 0.0)
    check = threshold("c", measured, own, rival=rival(predicted=textbook))
    assert (check.verdict, check.kind, check.evaluated, check.error_probability) == ("supported", "threshold", 2, 0.0)
    assert "at setting" in check.note
    check = threshold("c", measured, textbook, rival=rival(predicted=own))
    assert (check.verdict, check.rival.verdict) == ("refuted", "supported")
    assert check.measured == pytest.approx(2.0)
    assert check.interval == pytest.approx((1.9, 2.1))
    near = exact([1.0, 2.0], [1.05, 2.05], 0.0)
    assert threshold("c", measured, own, rival=rival(predicted=near)).verdict == "inconclusive"


def test_threshold_of_samples_is_an_input_error() -> None:
    with pytest.raises(InputError, match="needs brackets"):
        threshold("c", replicas(1.0), 1.0, rival=rival(predicted=2.0))


# JSON.

KEYS = {
    "claim", "kind", "verdict", "declared", "measured", "interval", "allowed", "error_probability", "evaluated",
    "rival", "note", "source", "score",
}  # fmt: skip


def infinite_checks() -> list[Check]:
    infinite = one_bad(INF, replicas(1.0))
    return [
        agrees("c", infinite, 1.0, rival=rival(predicted=5.0)),
        below("c", infinite, 1.5, rival=rival(predicted=0.5)),
        above("c", infinite, 1.5, rival=rival(predicted=0.5)),
        below("c", exact(X, [1.0, INF, 1.0, 1.0, 1.0], 1e-12), 1.5, rival=rival(predicted=0.5)),
        below("c", replicas(1.0), INF, rival=rival(predicted=0.5)),
        agrees("c", one_bad(NAN, row(1.0)), 1.0, rival=rival(predicted=5.0)),
        Check("c", "k", Verdict.ERROR, Verdict.SUPPORTED, NAN, (NAN, INF), (-INF, None), 0.0, 0, broken("", "").rival),
    ]


def test_json_has_exactly_its_keys_and_no_nan() -> None:
    checks = [HOLDS[kind](road) for kind in HOLDS for road in (True, False)]
    checks += [*infinite_checks(), broken("a study", "reason")]
    for check in checks:
        as_json = check.to_json()
        assert set(as_json) == KEYS
        assert set(as_json["rival"]) == {"claim", "verdict", "declared"}
        assert json.loads(json.dumps(as_json, allow_nan=False)) == as_json
        assert type(as_json["verdict"]) is type(as_json["declared"]) is str


def test_json_holds_the_numbers_of_the_check() -> None:
    check = below("a claim", replicas(1.0), 2.0, rival=Rival(claim="another", predicted=0.5))
    assert check.interval is not None
    assert check.to_json() == {
        "claim": "a claim",
        "kind": "below",
        "source": "",
        "verdict": "supported",
        "declared": "supported",
        "measured": check.measured,
        "interval": list(check.interval),
        "allowed": [None, 1.0],
        "error_probability": LEVEL,
        "evaluated": P,
        "rival": {"claim": "another", "verdict": "refuted", "declared": "refuted"},
        "note": check.note,
        "score": check.score and check.score.to_json(),
    }
    assert check.measured == pytest.approx(0.5)


def test_a_check_of_every_kind_carries_its_source() -> None:
    one, other, line = row(1.0), rival(predicted=row(2.0)), row(1 / DECADES, EPS, DECADES)
    words = "Theorem 2 (read)"
    for check in (
        agrees("c", one, row(1.0), rival=other, source=words),
        below("c", one, row(1.5), rival=rival(predicted=row(0.5)), source=words),
        above("c", one, row(0.5), rival=other, source=words),
        ordered("c", one, row(1.5), rival=rival(predicted=row(0.5)), source=words),
        monotone("c", row(-X), rival=rival(measured=row(X)), source=words),
        decays_as("c", line, -1.0, rival=rival(predicted=-0.5), source=words),
        geometric("c", row(0.9**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.8), source=words),
        threshold("c", brackets([1.0], [(0.9, 1.1)]), 1.0, rival=rival(predicted=2.0), source=words),
    ):
        assert check.verdict == "supported"
        assert check.source == check.to_json()["source"] == words


# Heavy tails: a mean is warned, a median is judged.


def test_heavy_tails_are_named_and_a_median_judges_them() -> None:
    samples = generator(90).standard_t(0.7, (256, P))
    curve = Curve(X, 1 + samples)
    warned = agrees("c", curve, 1.0, rival=rival(predicted=9.0))
    assert warned.verdict == "inconclusive"
    assert "tail index" in warned.note
    assert "median of means" in warned.note
    for about in ("median", "median of means"):
        check = agrees("c", curve, 1.0, rival=rival(predicted=99.0), about=about)
        assert (check.verdict, check.error_probability) == ("supported", LEVEL)
        assert agrees("c", curve, 99.0, rival=rival(predicted=1.0), about=about).verdict == "refuted"
        assert below("c", curve, 99.0, rival=rival(predicted=-99.0), about=about).verdict == "supported"
    assert check.score is not None


def test_a_statement_is_about_a_mean_or_a_median() -> None:
    with pytest.raises(InputError, match=r"about='mode' is not allowed: give 'mean', 'median', 'median of means'"):
        agrees("c", replicas(1.0), 1.0, rival=rival(predicted=2.0), about="mode")  # type: ignore[arg-type]


def test_a_median_spends_its_level_over_looks() -> None:
    curve = replicas(1.0, count=256)
    fixed = agrees("c", curve, 1.0, rival=rival(predicted=9.0), about="median")
    with interim(InterimAnalysis(3, 32)):
        grown = agrees("c", curve, 1.0, rival=rival(predicted=9.0), about="median")
    assert fixed.interval is not None
    assert grown.interval is not None
    assert grown.interval[0] < fixed.interval[0]  # type: ignore[operator]


# Bounded replicas: limits that hold for any number of them.


def test_shares_are_judged_by_bounds_where_few_are_told() -> None:
    share, other = (Curve(X[:1], (generator(key).random((31, 1)) < 0.5).astype(float)) for key in (91, 92))
    given = {"level": 0.05, "rival": rival(predicted=0.001)}
    told = agrees("c", share, 0.5, **given)
    assert (told.verdict, "31 replicas are too few" in told.note) == ("inconclusive", True)
    bounded = Bounded(0, 1)
    assert agrees("c", share, 0.5, about=bounded, **given).verdict == "supported"
    assert (
        agrees("c", share, exact(X[:1], [0.001], 0.0), about=bounded, level=0.05, rival=rival(predicted=0.5)).verdict
        == "refuted"
    )
    assert agrees("c", share, other, rival=rival(predicted=-0.5), about=bounded, level=0.05).verdict == "supported"


def test_replicas_outside_their_bounds_are_an_input_error() -> None:
    with pytest.raises(InputError, match="lie outside the bounds: give bounds that every replica is known to obey"):
        below("c", replicas(1.0), 2.0, rival=rival(predicted=0.5), about=Bounded(0, 1))
    with pytest.raises(InputError, match="steps of bounded replicas have other bounds"):
        monotone("c", replicas(-X), rival=rival(measured=replicas(X)), about=Bounded(-9, 0))
