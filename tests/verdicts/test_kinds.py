"""Every kind of check on both roads: a claim that holds; nothing there, not a number, divergence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.verdicts.synthetic import (
    DECADES,
    EPS,
    HOLDS,
    INF,
    NAN,
    TIMES,
    P,
    X,
    noisy,
    one_bad,
    replicas,
    rival,
    row,
)
from theorylab.curves import Curve, exact
from theorylab.verdicts import (
    LEVEL,
    Check,
    above,
    agrees,
    below,
    brackets,
    decays_as,
    geometric,
    monotone,
    ordered,
    threshold,
)

EVALUATED = {"agrees": P, "below": P, "above": P, "ordered": P, "monotone": P - 1, "decays_as": 12, "geometric": 12}


@pytest.mark.parametrize("monte_carlo", [True, False], ids=["monte carlo", "exact"])
@pytest.mark.parametrize("kind", HOLDS)
def test_true_claim_is_supported_with_its_error_probability_and_count(kind: str, monte_carlo: bool) -> None:
    check = HOLDS[kind](monte_carlo)
    assert check.verdict == "supported"
    assert check.as_declared
    assert check.kind == kind
    if kind in ("decays_as", "geometric"):  # the measured miss rate of its cell, whatever the road
        assert 0.002 < check.error_probability < 0.02
    else:
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


def test_level_of_a_mean_is_stated_as_error_probability_on_monte_carlo_roads_only() -> None:
    for level in (0.05, 1e-6):
        assert agrees("c", replicas(1.0), 1.0, rival=rival(predicted=2.0), level=level).error_probability == level
        assert below("c", replicas(1.0), 1.5, rival=rival(predicted=0.5), level=level).error_probability == level
        assert agrees("c", row(1.0), 1.0, rival=rival(predicted=2.0), level=level).error_probability == 0
    # One exact side does not make a Monte Carlo road exact.
    assert ordered("c", row(0.0), replicas(1.0), rival=rival(predicted=row(-1.0))).error_probability == LEVEL


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


@pytest.mark.parametrize("start", [1, 3], ids=["one infinity", "three infinities"])
def test_series_that_returns_from_infinity_is_not_decreasing(start: int) -> None:
    values = -X.copy()
    values[:start] = INF
    check = monotone("c", exact(X, values, 1e-12), rival=rival(measured=row(X)))
    assert check.verdict == "error"  # neither supported nor refuted: no step goes the wrong way


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


@pytest.mark.parametrize("monte_carlo", [True, False], ids=["monte carlo", "exact"])
@pytest.mark.parametrize(
    ("smaller", "larger", "verdict"),
    [
        (None, INF, "inconclusive"),
        (-INF, None, "inconclusive"),
        (-INF, INF, "inconclusive"),
        (INF, INF, "inconclusive"),
        (-INF, -INF, "inconclusive"),
        (None, -INF, "refuted"),
        (INF, None, "refuted"),
        (INF, -INF, "refuted"),
    ],
)
def test_an_order_that_divergence_keeps_is_undecided_and_one_that_it_breaks_refuted(
    smaller: float | None, larger: float | None, verdict: str, monte_carlo: bool
) -> None:
    def side(value: float, here: float | None, key: int) -> Curve:
        curve = replicas(value, key=key) if monte_carlo else row(value)
        return curve if here is None else one_bad(here, curve)

    other = rival(predicted=side(0.5, None, 2))
    check = ordered("c", side(1.0, smaller, 0), side(2.0, larger, 1), rival=other)
    assert check.verdict == verdict
    assert "diverged in 1 of" in check.note
    assert "first at steps 3" in check.note
    assert check.to_json()["score"] is not None
    assert check.separates_at is not None
    if verdict == "inconclusive":
        assert "does not show it" in check.note
        assert check.raw_p_values[0] == 1.0
    # The points that are left may break the order by themselves.
    wrong = ordered("c", side(1.0, smaller, 0), side(0.5, larger, 1), rival=rival(predicted=side(2.0, None, 2)))
    assert wrong.verdict == "refuted"


@pytest.mark.parametrize("value", [INF, -INF, NAN])
@pytest.mark.parametrize("place", ["measured", "predicted", "rival measured", "rival predicted"])
@pytest.mark.parametrize("monte_carlo", [True, False], ids=["monte carlo", "exact"])
@pytest.mark.parametrize("check", [agrees, below, above, ordered])
def test_a_value_that_is_not_finite_is_a_verdict_with_words_and_never_an_exception(
    check: Callable[..., Check], monte_carlo: bool, place: str, value: float
) -> None:
    def side(number: float, here: str, key: int) -> Curve:
        curve = replicas(number, key=key) if monte_carlo else row(number)
        return one_bad(value, curve) if here == place else curve

    for within in ({}, {"within": 0.1}) if check is agrees else ({},):
        other = rival(measured=side(1.5, "rival measured", 0), predicted=side(2.0, "rival predicted", 1))
        found = check("c", side(1.0, "measured", 2), side(1.0, "predicted", 3), rival=other, **within)
        assert found.verdict != "supported" or "rival" in place
        assert any(word in found.note for word in ("diverged", "infinite", "not a number")) or "rival" in place
        found.to_json()
