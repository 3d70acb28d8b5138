"""Statements about values, bounds, orders and steps: what they report, and known ways to say yes to anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.verdicts.synthetic import (
    EPS,
    INF,
    P,
    X,
    generator,
    one_bad,
    replicas,
    rival,
    row,
)
from theorylab.curves import Curve, exact
from theorylab.errors import InputError
from theorylab.verdicts import (
    LEVEL,
    Bounded,
    Check,
    above,
    agrees,
    below,
    decays_as,
    monotone,
    ordered,
)
from theorylab.verdicts.interim import InterimAnalysis, interim
from theorylab.verdicts.intervals import Moments
from theorylab.verdicts.levels import LEAST
from theorylab.verdicts.tails import MIN_REPLICAS


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


def test_agreement_at_both_ends_is_not_agreement() -> None:
    measured, predicted = replicas([1.0, 1.0, 1.5, 1.0, 1.0]), row(1.0)
    assert agrees("c", measured, predicted, rival=rival(predicted=row(3.0))).verdict == "refuted"
    assert below("c", measured, row(1.2), rival=rival(predicted=row(0.1))).verdict == "refuted"
    assert (
        above("c", replicas([1.0, 1.0, 0.5, 1.0, 1.0]), row(0.8), rival=rival(predicted=row(3.0))).verdict == "refuted"
    )
    assert ordered("c", measured, row(1.2), rival=rival(predicted=row(0.1))).verdict == "refuted"
    assert monotone("c", replicas([5.0, 4.0, 4.5, 3.0, 2.0]), rival=rival(measured=row(X))).verdict == "refuted"


def test_coinciding_replicas_are_judged_by_rounding() -> None:
    samples = np.full((64, P), 0.7)
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
    # Declared as not random, by equal bounds or by a rounding bound.
    samples = np.full((count, P), value)
    for curve in (Curve(X, samples).bounded(value, value), Curve(X, samples, rounding=EPS * samples)):
        assert agrees("c", curve, value, rival=rival(predicted=2 * value)).verdict == "supported"


@pytest.mark.parametrize("count", [64, 1000])
def test_coinciding_replicas_without_a_declaration_decide_nothing(count: int) -> None:
    zeros = Curve(X[:1], np.zeros((count, 1)))
    for claim, other in ((0.01, 0.5), (0.0, 0.01), (0.5, 0.0)):
        check = agrees("c", zeros, claim, rival=rival(predicted=other))
        assert check.verdict == "inconclusive"
        assert f"all {count} replicas are 0" in check.note
        assert "curve.bounded(low, high)" in check.note


def test_coinciding_shares_are_judged_by_their_bounds() -> None:
    zeros = Curve(X[:1], np.zeros((64, 1))).bounded(0, 1)
    assert agrees("c", zeros, 0.01, rival=rival(predicted=0.5)).verdict == "supported"
    assert agrees("c", zeros, 0.0, rival=rival(predicted=0.01)).verdict == "inconclusive"
    assert agrees("c", zeros, 0.5, rival=rival(predicted=0.0)).verdict == "refuted"


def test_two_values_are_recognised_and_told_what_to_declare() -> None:
    share = Curve(X[:1], (generator(93).random((200, 1)) < 0.3).astype(float))
    check = agrees("c", share, 0.3, rival=rival(predicted=0.9))
    assert check.verdict == "inconclusive"
    assert "two values, 0 and 1" in check.note
    assert "curve.bounded(0, 1)" in check.note
    assert agrees("c", share.bounded(0, 1), 0.3, rival=rival(predicted=0.9)).verdict == "supported"


def test_points_with_bounds_and_points_without_share_a_statement() -> None:
    # A start that is not random, a share, and a quantity of unknown law, in one curve.
    samples = np.concatenate(
        [np.ones((200, 1)), generator(94).random((200, 1)) < 0.5, replicas(3.0, count=200).samples], 1
    )
    low, high = np.full(P + 2, -INF), np.full(P + 2, INF)
    low[:2], high[:2] = (1.0, 0.0), (1.0, 1.0)
    curve = Curve(np.arange(P + 2.0), samples).bounded(low, high)
    truth = exact(curve.x, [1.0, 0.5] + [3.0] * P, 0.0)
    check = agrees("c", curve, truth, rival=rival(predicted=exact(curve.x, [1.0, 0.1] + [3.0] * P, 0.0)))
    assert (check.verdict, check.separates_at, check.last_x) == ("supported", 1.0, P + 1)
    assert agrees("c", replace(curve, bounds=None), truth, rival=rival(predicted=9.0)).verdict == "inconclusive"


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


@pytest.mark.parametrize("count", [3, 5, MIN_REPLICAS - 1])
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


def test_warning_about_the_rival_alone_is_inconclusive() -> None:
    other = rival(measured=one_bad(1e9, replicas(50.0, key=1)))
    check = below("c", replicas(1.0), 2.0, rival=other)
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")
    assert "rival not rejected: the mean may be a heavy tail" in check.note


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


def test_a_median_spends_its_level_over_interim_analyses() -> None:
    curve = replicas(1.0, count=256)
    fixed = agrees("c", curve, 1.0, rival=rival(predicted=9.0), about="median")
    with interim(InterimAnalysis(3, 32)):
        grown = agrees("c", curve, 1.0, rival=rival(predicted=9.0), about="median")
    assert fixed.interval is not None
    assert grown.interval is not None
    assert grown.interval[0] < fixed.interval[0]  # type: ignore[operator]


def test_shares_are_judged_by_bounds_where_few_are_told() -> None:
    share, other = (Curve(X[:1], (generator(key).random((31, 1)) < 0.5).astype(float)) for key in (91, 92))
    given = {"level": 0.05, "rival": rival(predicted=0.001)}
    told = agrees("c", share, 0.5, **given)
    assert (told.verdict, "two values, 0 and 1" in told.note) == ("inconclusive", True)
    bounded = Bounded(0, 1)
    assert agrees("c", share, 0.5, about=bounded, **given).verdict == "supported"
    assert (
        agrees("c", share, exact(X[:1], [0.001], 0.0), about=bounded, level=0.05, rival=rival(predicted=0.5)).verdict
        == "refuted"
    )
    assert agrees("c", share, other, rival=rival(predicted=-0.5), about=bounded, level=0.05).verdict == "supported"


def test_replicas_outside_their_bounds_make_one_check_an_error_that_names_the_furthest() -> None:
    inside, other = replicas(0.5, 0.01), rival(predicted=0.1)
    high = replicas(1.0)
    furthest = f"the furthest is {high.samples.max():g}, in replica "
    check = below("c", high, 2.0, rival=other, about=Bounded(0, 1), source="eq. 1")
    assert (check.verdict, check.source) == ("error", "eq. 1")
    assert "samples lie outside the bounds: give bounds that every replica is known to obey" in check.note
    assert furthest in check.note
    by_curve = below("c", high.bounded(0, 1), 2.0, rival=other)  # declared with the curve: the study's others stand
    assert by_curve.verdict == "error"
    assert furthest in by_curve.note
    assert decays_as("c", high.bounded(0, 1), 0, rival=rival(predicted=-1)).verdict == "error"
    check = agrees("c", inside, 0.5, rival=rival(measured=high), about=Bounded(0, 1))
    assert (check.verdict, check.rival.verdict) == ("error", "error")
    assert "rival: " in check.note
    assert furthest in check.note
    check = ordered("c", inside, high, rival=rival(predicted=replicas(0.1, 0.01)), about=Bounded(0, 1))
    assert (check.verdict, check.rival.verdict) == ("error", "inconclusive")
    assert agrees("c", inside, 0.5, rival=other, about=Bounded(0, 1)).verdict == "supported"
    with pytest.raises(InputError, match=r"Bounded\(low=1, high=0\) is not allowed: low < high"):
        Bounded(1, 0)


def test_steps_of_bounded_replicas_are_judged_by_the_bounds_of_both_ends() -> None:
    falling = Curve(X, (generator(95).random((4000, P)) < 1 - 0.15 * X).astype(float))
    rising = rival(measured=Curve(X, falling.samples[:, ::-1]))
    assert monotone("c", falling, rival=rising, about=Bounded(0, 1)).verdict == "supported"
    bounded = rival(measured=rising.measured.bounded(0, 1))
    assert monotone("c", falling.bounded(0, 1), rival=bounded).verdict == "supported"


# Populations: what holds of all instances drawn bounds the share of counterexamples.


def test_instances_drawn_at_random_bound_the_share_of_counterexamples() -> None:
    drawn = exact(X, generator(96).random((300, P)), EPS).drawn_from("the unit cube")
    check = below("c", drawn, 1.0, rival=rival(predicted=0.5))
    assert (check.verdict, check.error_probability) == ("supported", pytest.approx(0.05))
    assert "none of 300 drawn from the unit cube is a counterexample: their share is at most 0.0099" in check.covers
    assert pytest.approx(0.0099, abs=1e-4) == 1 - 0.05 ** (1 / 300)
    assert 1 - 0.05 ** (1 / 300) < 3 / 300
    broken = below("c", drawn, 0.99, rival=rival(predicted=0.1))
    count = int((drawn.samples > 0.99).any(axis=1).sum())
    assert (broken.verdict, broken.error_probability) == ("refuted", 0.0)
    assert broken.covers == f"{count} of 300 instances are counterexamples, 300 drawn from the unit cube"
    # Without a declaration the statement is about these values, and no others.
    plain = below("c", exact(X, drawn.samples, EPS), 1.0, rival=rival(predicted=0.5))
    assert (plain.error_probability, plain.covers) == (0.0, f"error 0: these 300 x {P} values, up to rounding")


def test_instances_of_one_row_are_its_points() -> None:
    drawn = exact(np.arange(50.0), generator(97).random(50), EPS).drawn_from("the unit interval")
    check = below("c", drawn, 1.0, rival=rival(predicted=0.5))
    assert "none of 50 drawn from the unit interval" in check.covers


def test_replicas_are_instances_where_a_claim_is_about_each_run() -> None:
    runs = replicas(1.0, count=100)
    assert below("c", runs, 1.1, rival=rival(predicted=0.5)).verdict == "supported"
    check = below("c", runs.drawn_from("runs"), 1.1, rival=rival(predicted=0.5))
    assert (check.verdict, check.noisy) == ("refuted", False)
    with pytest.raises(InputError, match="a row is the mean of 4 replicas: instances are drawn one by one"):
        replace(runs, block=4).drawn_from("runs")


# Which replicas and laws the error probability is about.


def test_what_the_error_probability_covers_is_said() -> None:
    def said(curve: Curve, **options: Any) -> str:
        return agrees("c", curve, 0.5, rival=rival(predicted=2.0), **options).covers

    plain = replicas(0.5, count=1000)
    assert "finite variance" in said(plain)
    assert "a branch rarer than 0.0069 may go unseen" in said(plain)  # 1 - (1e-3)^(1/1000)
    share = Curve(X, (generator(98).random((64, P)) < 0.5).astype(float))
    assert (
        said(share.bounded(0, 1))
        == said(share, about=Bounded(0, 1))
        == "the mean of any law within the declared bounds"
    )
    assert said(plain, about="median of means") == "the median of means of any law"
    assert said(row(0.5, EPS)) == f"error 0: these {P} values, up to rounding"


def test_limits_at_another_level_rest_on_what_is_known_of_the_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = replicas(1.0)
    check = agrees("c", measured, 1.0, rival=rival(predicted=2.0))
    monkeypatch.setattr(Moments, "of", None)
    assert check.raw_p_values == (1.0, LEAST)
    assert check.score is not None


def test_bounded_sides_that_are_both_replicated_have_a_score() -> None:
    small, like, large = (
        Curve(X[:2], base + 0.3 * generator(key).random((2000, 2))) for key, base in ((111, 0), (112, 0), (113, 0.5))
    )
    swapped = rival(measured=large, predicted=small)
    apart = ordered("c", small, large, rival=swapped, about=Bounded(0, 1))
    assert (apart.verdict, apart.score.killed) == ("supported", ("order swapped",))
    assert apart.score.detectable is not None
    equal = agrees("c", small, like, rival=rival(predicted=large), about=Bounded(0, 1))
    assert equal.verdict == "supported"
    assert equal.score is not None


def test_median_of_two_replicated_sides_says_that_it_is_of_their_differences() -> None:
    one = X[:1]
    left = Curve(one, generator(114).exponential(1.0, (4000, 1)))
    right = Curve(one, generator(115).uniform(np.log(2) - 3, np.log(2) + 3, (4000, 1)))  # the same median
    paired = agrees("c", left, right, rival=rival(predicted=exact(one, [9.0], 0.0)), about="median")
    assert paired.covers.startswith("the median of the differences of paired replicas, of any law")
    alone = agrees("c", left, float(np.log(2)), rival=rival(predicted=9.0), about="median")
    assert (alone.verdict, alone.covers) == ("supported", "the median of any law")
    steps = monotone("c", replicas(1 / X), rival=rival(measured=replicas(X)), about="median")
    assert steps.covers == "the median of the replicas' steps, of any law"


def test_branch_that_may_go_unseen_is_that_of_the_side_with_fewer_draws() -> None:
    single, means = (Curve(X[:1], generator(116 + b).standard_normal((100, 1)) / b**0.5, block=b) for b in (1, 100))
    check = agrees("c", single, means, rival=rival(predicted=exact(X[:1], [2.0], 0.0)))
    assert check.covers.endswith("a branch rarer than 0.067 may go unseen")  # 1 - LEVEL ** (1 / 100)


@pytest.mark.parametrize("level", [0.0, 1.0, 7.0, float("nan")])
def test_level_outside_0_1_is_an_input_error_without_noise_too(level: float) -> None:
    with pytest.raises(InputError, match="an error probability lies in"):
        agrees("c", row(1.0), row(1.0), rival=rival(predicted=2.0), level=level)
