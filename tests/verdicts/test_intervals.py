"""Limits for means: Hall's correction and its inverse, Student's interval as a special case, and how often they miss.

Frequencies are judged against binomial quantiles of tail probability 1e-6: that is the chance that one such test fails
though the limits keep their word. Draws are made many points at a time: at P points each limit has level / P.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
import sympy
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

from theorylab.errors import InputError
from theorylab.verdicts.intervals import (
    TURN,
    Limits,
    Moments,
    _long,
    bounded_limits,
    clopper_pearson,
    mean_limits,
    median_limits,
    student_from_symmetric,
)
from theorylab.verdicts.tails import MIN_REPLICAS, tail_index

Floats = NDArray[np.float64]
Generator = np.random.Generator

FAILURE = 1e-6


def generator(*key: int) -> Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((20251, *key))))


def normal(rng: Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_normal(shape)


def exponential(rng: Generator, shape: tuple[int, ...]) -> Floats:
    """Skewness 2."""
    return rng.exponential(size=shape) - 1


def squared_normal(rng: Generator, shape: tuple[int, ...]) -> Floats:
    """Skewness 2.8."""
    return rng.standard_normal(shape) ** 2 - 1


def lognormal(rng: Generator, shape: tuple[int, ...]) -> Floats:
    """Skewness 6.2."""
    return np.asarray(np.exp(rng.standard_normal(shape)) - np.exp(0.5))


def same(limits: Limits, lower: ArrayLike, upper: ArrayLike, tolerance: float) -> None:
    np.testing.assert_allclose(limits.lower, np.asarray(lower, dtype=float), rtol=0, atol=tolerance)
    np.testing.assert_allclose(limits.upper, np.asarray(upper, dtype=float), rtol=0, atol=tolerance)


# The transformation. Hall (1992), T_1: with a = 1/3, b = 1/6 and skewness s of n replicas,
# z = t + a s t^2 / sqrt n + (a s)^2 t^3 / (3 n) + b s / sqrt n.


def test_hall_transformation_is_a_perfect_cube() -> None:
    t, s = sympy.symbols("t s", real=True)
    n = sympy.symbols("n", positive=True)
    a, b = sympy.Rational(1, 3), sympy.Rational(1, 6)
    hall = t + a * s * t**2 / sympy.sqrt(n) + (a * s) ** 2 * t**3 / (3 * n) + b * s / sympy.sqrt(n)
    g = s / sympy.sqrt(n)
    assert sympy.simplify(((1 + g * t / 3) ** 3 - 1) / g + g / 6 - hall) == 0


@pytest.mark.parametrize("replicas", [32, 100, 10_000])
def test_student_from_symmetric_inverts_hall_transformation(replicas: int) -> None:
    skewness = np.array([-5.0, -2.0, -0.1, 1e-3, 0.1, 2.0, 5.0])
    a, b, root = 1 / 3, 1 / 6, np.sqrt(replicas)
    for z in (-8.0, -3.3, -0.5, 0.0, 0.5, 3.3, 8.0):
        t = student_from_symmetric(z, skewness / root)
        back = t + a * skewness * t**2 / root + (a * skewness) ** 2 * t**3 / (3 * replicas) + b * skewness / root
        np.testing.assert_allclose(back, z, atol=1e-9)


def test_student_from_symmetric_increases_with_its_argument() -> None:
    skewness = np.linspace(-8, 8, 41)
    t = np.stack([student_from_symmetric(z, skewness / 8) for z in np.linspace(-9, 9, 181)])
    assert (np.diff(t, axis=0) > 0).all()


def test_student_from_symmetric_is_the_identity_without_skewness() -> None:
    np.testing.assert_array_equal(student_from_symmetric(3.0, np.zeros(2)), [3.0, 3.0])
    # Just above the switch to the identity, cancellation has not yet eaten the answer.
    np.testing.assert_allclose(student_from_symmetric(3.0, np.array([2e-9, -2e-9])), 3.0, atol=1e-6)


# Symmetric replicas: the Student interval, from an independent road.


def symmetric(points: int) -> Floats:
    half = generator(1).standard_normal((40, points))
    return np.asarray(np.concatenate([half, -half]) + np.arange(1.0, points + 1))


@pytest.mark.parametrize("level", [0.05, 0.001])
@pytest.mark.parametrize("points", [1, 7])
def test_symmetric_replicas_give_the_student_interval(points: int, level: float) -> None:
    samples = symmetric(points)
    test = scipy.stats.ttest_1samp(samples, 0.0, axis=0)
    two = test.confidence_interval(1 - level / points)
    same(mean_limits(samples, level), two.low, two.high, 1e-12)


def test_limits_at_more_points_are_those_of_a_smaller_level() -> None:
    samples = exponential(generator(2), (64, 10))
    alone = [mean_limits(samples[:, [i]], 0.005) for i in range(10)]
    together = mean_limits(samples, 0.05)
    np.testing.assert_allclose(together.lower, [limit.lower[0] for limit in alone], rtol=1e-12)
    np.testing.assert_allclose(together.upper, [limit.upper[0] for limit in alone], rtol=1e-12)


def test_skewness_moves_the_limit_of_the_long_tail_out_and_never_widens_the_other() -> None:
    samples = exponential(generator(3), (64, 5))
    limits = mean_limits(samples, 0.01)
    student = scipy.stats.ttest_1samp(samples, 0.0, axis=0).confidence_interval(1 - 0.01 / 5)
    assert (limits.lower > student.low - 1e-12).all()
    assert (limits.lower > student.low + 1e-3).any()
    assert (limits.upper > student.high).all()


def test_skewness_within_its_noise_changes_nothing() -> None:
    samples = normal(generator(15), (256, 40))
    quiet = np.abs(scipy.stats.skew(samples)) < 1.4 * np.sqrt(6 / 256)
    limits = mean_limits(samples, 0.01)
    student = scipy.stats.ttest_1samp(samples, 0.0, axis=0).confidence_interval(1 - 0.01 / 40)
    assert quiet.sum() > 20
    np.testing.assert_allclose(limits.lower[quiet], student.low[quiet], atol=1e-12)
    np.testing.assert_allclose(limits.upper[quiet], student.high[quiet], atol=1e-12)


def test_the_limit_of_the_long_tail_never_turns_back() -> None:
    # Hall's inverse is furthest out near g z = TURN; more skewness must not bring the limit in again.
    z, g = 3.3, np.linspace(0, 3, 3001)
    reach = -student_from_symmetric(-z, g)
    assert g[reach.argmax()] * z == pytest.approx(TURN, abs=0.05)
    assert (np.diff(_long(z, g)) >= 0).all()
    assert (_long(z, g) >= z).all()


def test_limits_follow_a_change_of_sign_and_of_origin() -> None:
    samples = exponential(generator(4), (64, 5))
    limits, mirrored, moved = (mean_limits(s, 0.01) for s in (samples, -samples, samples + 3))
    same(mirrored, -limits.upper, -limits.lower, 1e-12)
    same(moved, limits.lower + 3, limits.upper + 3, 1e-12)


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e-110, 1e-20, 1e20, 1e110, 1e160, 1e300])
def test_limits_follow_a_change_of_unit(scale: float) -> None:
    # Squares and cubes leave the floats long before the numbers do: limits must not shrink to nothing, nor be NaN.
    samples = 2 + exponential(generator(4), (64, 5))
    limits, scaled = mean_limits(samples, 0.01), mean_limits(scale * samples, 0.01)
    np.testing.assert_allclose(scaled.lower / scale, limits.lower, rtol=1e-12)
    np.testing.assert_allclose(scaled.upper / scale, limits.upper, rtol=1e-12)


def test_rounding_widens_limits_by_itself() -> None:
    samples = exponential(generator(5), (64, 4))
    bound = np.array([0.0, 0.1, 0.2, 3.0])
    plain, widened = mean_limits(samples, 0.01), mean_limits(samples, 0.01, rounding=bound)
    same(widened, plain.lower - bound, plain.upper + bound, 1e-12)


@pytest.mark.parametrize("replicas", [2, 5, 33, 1000])
def test_coinciding_replicas_are_known_up_to_rounding_alone(replicas: int) -> None:
    values = np.array([0.1, 0.7, 1 / 3, 5.0])
    limits = mean_limits(np.tile(values, (replicas, 1)), 0.001, rounding=0.25)
    np.testing.assert_array_equal(limits.lower, values - 0.25)
    np.testing.assert_array_equal(limits.upper, values + 0.25)
    assert limits.warning == ""


@pytest.mark.parametrize("replicas", [33, 1000])
def test_coinciding_replicas_have_exactly_their_value_as_mean(replicas: int) -> None:
    # The float sum of equal numbers is not a multiple of them: with no rounding bound, an ulp would be a refutation.
    values = np.array([0.1, 0.7, 1 / 3, 5.0])
    limits = mean_limits(np.tile(values, (replicas, 1)), 0.001)
    np.testing.assert_array_equal(limits.lower, values)
    np.testing.assert_array_equal(limits.upper, values)
    # But what they are replicas of may take other values.
    assert f"all {replicas} replicas are 0.1, and without bounds equal values allow no interval" in limits.warning


def test_points_where_replicas_coincide_do_not_touch_the_others() -> None:
    samples = exponential(generator(6), (64, 3))
    samples[:, 1] = 0.5
    limits, apart = mean_limits(samples, 0.03), mean_limits(samples[:, [0]], 0.01)
    assert limits.lower[1] == limits.upper[1] == 0.5
    assert (limits.lower[0], limits.upper[0]) == pytest.approx((apart.lower[0], apart.upper[0]), rel=1e-12)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_level_outside_zero_and_one_is_refused(level: float) -> None:
    with pytest.raises(InputError, match=r"level=.* an error probability lies in \(0, 1\)"):
        mean_limits(symmetric(1), level)


# Warnings.


@pytest.mark.parametrize("replicas", [3, MIN_REPLICAS - 1])
def test_too_few_replicas_are_doubted_with_the_number_needed(replicas: int) -> None:
    limits = mean_limits(normal(generator(7), (replicas, 2)), 0.01)
    assert f"{replicas} replicas are too few" in limits.warning
    assert f"give {MIN_REPLICAS} or more" in limits.warning


def test_sixty_four_replicas_are_enough_and_one_less_is_not() -> None:
    samples = normal(generator(14), (64, 3))
    assert "give 64 or more" in mean_limits(samples[:63], 0.01).warning
    assert mean_limits(samples, 0.01).warning == ""


def test_one_replica_is_doubted_and_has_no_nan() -> None:
    # It coincides with itself, but says nothing about a mean.
    limits = mean_limits(np.array([[1.0, 2.0]]), 0.01)
    assert f"give {MIN_REPLICAS} or more" in limits.warning
    assert np.isfinite([limits.lower, limits.upper]).all()


def test_enough_normal_replicas_are_not_doubted() -> None:
    assert mean_limits(symmetric(3)[: MIN_REPLICAS // 2 * 2], 0.01).warning == ""
    assert mean_limits(normal(generator(8), (MIN_REPLICAS, 3)), 0.01).warning == ""


def test_a_replica_that_carries_the_variance_is_suspected_and_named() -> None:
    samples = np.concatenate([normal(generator(16), (63, 1)), [[0.0]]])
    warnings = {}
    for outlier in (2.0, 100.0):
        samples[63] = outlier
        warnings[outlier] = mean_limits(samples, 0.01).warning
    assert warnings[2.0] == ""
    assert "one replica of 64 carries 9" in warnings[100.0]
    assert "heavy tail" in warnings[100.0]


def test_two_values_are_suspected_and_told_to_be_declared() -> None:
    samples = 3 + (generator(17).random((200, 1)) < 0.4)
    assert "two values, 3 and 4" in mean_limits(samples, 0.01).warning
    assert "curve.bounded(3, 4)" in mean_limits(samples, 0.01).warning
    assert mean_limits(samples + 1e-9 * normal(generator(18), (200, 1)), 0.01).warning == ""


def test_heavy_tails_are_doubted_at_any_of_the_points() -> None:
    samples = normal(generator(9), (64, 5))
    assert mean_limits(samples, 0.01).warning == ""
    samples[17, 3] = 1e6
    assert "one replica of 64" in mean_limits(samples, 0.01).warning


# How often limits miss. Draws are independent points; a suspected draw is answered with a warning, not with a miss.

Side = str


def misses(draw: Callable[..., Floats], replicas: int, level: float, side: Side, draws: int) -> tuple[int, int]:
    """(misses without warning, warnings) over `draws` points with limits of the given level each."""
    rng = generator(10, replicas)
    points = round(0.5 / level)  # together they have level 0.5
    missed = warned = 0
    for _ in range(draws // points):
        samples = draw(rng, (replicas, points))
        moments = Moments.of(samples)
        heavy, limits = moments.suspect, moments.limits(level * points)
        above, below = limits.lower > 0, limits.upper < 0  # the true mean is 0
        wrong = above | below if side == "both" else above if side == "lower" else below
        missed += int((wrong & ~heavy).sum())
        warned += int(heavy.sum())
    return missed, warned


RUNS = {0.05: 10_000, 0.01: 30_000, 0.001: 100_000}


@pytest.mark.parametrize("level", RUNS)
def test_limits_of_normal_replicas_miss_at_their_level(level: float) -> None:
    draws = RUNS[level]
    missed, warned = misses(normal, 64, level, "both", draws)
    # Neither more often nor less: limits that never miss are too wide to say anything.
    assert binom.ppf(FAILURE, draws, level) <= missed <= binom.ppf(1 - FAILURE, draws, level)
    assert warned <= 2e-3 * draws


@pytest.mark.parametrize("level", RUNS)
@pytest.mark.parametrize("draw", [exponential, squared_normal])
def test_two_sided_limits_of_skewed_replicas_miss_at_or_below_their_level(
    draw: Callable[..., Floats], level: float
) -> None:
    missed, _ = misses(draw, 64, level, "both", RUNS[level])
    assert missed <= binom.ppf(1 - FAILURE, RUNS[level], level)


@pytest.mark.parametrize("level", RUNS)
@pytest.mark.parametrize("side", ["lower", "upper"])
def test_one_sided_limits_of_exponential_replicas_miss_at_or_below_their_level(side: Side, level: float) -> None:
    # One-sided checks rest on it; what a side leaves of its half of the level is the other side's.
    missed, _ = misses(exponential, 64, level, side, RUNS[level])
    assert missed <= binom.ppf(1 - FAILURE, RUNS[level], level)


@pytest.mark.parametrize("level", RUNS)
def test_limits_of_lognormal_replicas_miss_at_most_three_times_as_often(level: float) -> None:
    missed, _ = misses(lognormal, 64, level, "both", RUNS[level])
    assert missed <= binom.ppf(1 - FAILURE, RUNS[level], 3 * level)


def test_correction_for_skewness_is_needed() -> None:
    # Student's own limits, of the same replicas, miss the long tail's side far more often than they say.
    samples = exponential(generator(11), (64, 20_000))
    upper = scipy.stats.ttest_1samp(samples, 0.0, axis=0).confidence_interval(1 - 2 * 0.01).high
    assert np.count_nonzero(upper < 0) > binom.ppf(1 - FAILURE, 20_000, 2 * 0.01)


def uniform(rng: Generator, shape: tuple[int, ...]) -> Floats:
    return rng.random(shape) - 0.5


def gamma(rng: Generator, shape: tuple[int, ...]) -> Floats:
    return rng.gamma(2.0, size=shape) - 2


@pytest.mark.parametrize("replicas", [64, 256, 1024])
@pytest.mark.parametrize("draw", [normal, uniform, exponential, gamma])
def test_light_tails_are_suspected_in_at_most_two_per_cent(draw: Callable[..., Floats], replicas: int) -> None:
    draws = 4000
    suspect = Moments.of(draw(generator(19, replicas), (replicas, draws))).suspect
    assert suspect.sum() <= binom.ppf(1 - FAILURE, draws, 0.02)
    # The promise itself, with room: the limit above would let 3% pass.
    assert suspect.mean() <= 0.02


@pytest.mark.parametrize("replicas", [256, 1024])
def test_heavy_tails_are_suspected_nearly_always(replicas: int) -> None:
    rng = generator(20, replicas)
    for samples in (
        rng.lognormal(0, 2, (replicas, 500)),
        rng.pareto(1.5, (replicas, 500)),
        rng.standard_cauchy((replicas, 500)),
    ):
        assert Moments.of(samples).suspect.mean() > 0.95


# Bounds.


def test_coinciding_samples_within_bounds_have_clopper_pearsons_limits() -> None:
    limits = bounded_limits(np.zeros((64, 1)), 1e-3, 0, 1)
    assert limits.lower[0] == 0
    assert limits.upper[0] == pytest.approx(1 - (1e-3 / 4) ** (1 / 64), rel=1e-12)  # half of the level, half to a side
    assert limits.warning == ""


def test_clopper_pearson_agrees_with_another_implementation() -> None:
    for hits in (0, 1, 17, 63, 64):
        theirs = scipy.stats.binomtest(hits, 64).proportion_ci(0.99, method="exact")
        lower, upper = clopper_pearson(np.array([hits]), 64, 0.01)
        assert (lower[0], upper[0]) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.1, 0.5])
@pytest.mark.parametrize("other", [0.0, 0.02, 0.5])
def test_limits_within_bounds_hold_for_two_values_and_for_laws_between(share: float, other: float) -> None:
    # A draw that leaves the two ends changes the road: neither that choice nor the roads may break the level.
    rng, draws, level, missed = generator(21, round(1000 * share), round(1000 * other)), 2000, 0.05, 0
    truth = (1 - other) * share + other / 2
    for _ in range(draws):
        samples = np.where(rng.random(64) < other, rng.random(64), rng.random(64) < share)[:, None]
        limits = bounded_limits(samples, level, 0, 1)
        missed += bool(limits.lower[0] > truth or limits.upper[0] < truth)
    assert missed <= binom.ppf(1 - FAILURE, draws, level)


def test_equal_bounds_say_that_nothing_is_random() -> None:
    limits = bounded_limits(np.column_stack([np.full(64, 2.0), np.zeros(64)]), 0.01, [2.0, 0.0], [2.0, 1.0])
    assert (limits.lower[0], limits.upper[0]) == (2.0, 2.0)
    assert limits.upper[1] > 0


@pytest.mark.parametrize("level", [0.05, 0.01, 0.001])
@pytest.mark.parametrize("draw", [normal, exponential, squared_normal])
def test_limits_at_correlated_points_hold_together(draw: Callable[..., Floats], level: float) -> None:
    rng, draws, missed = generator(12), 1000, 0
    for _ in range(draws):
        samples = np.cumsum(draw(rng, (64, 8)), axis=1)
        limits = mean_limits(samples, level)
        missed += bool(((limits.lower > 0) | (limits.upper < 0)).any()) and not limits.warning
    assert missed <= binom.ppf(1 - FAILURE, draws, level)


def test_limits_at_independent_points_use_up_their_level() -> None:
    # A union bound over independent points loses next to nothing: together they miss 1 - (1 - level/P)^P of the time.
    rng, draws, level, points, missed = generator(13), 2000, 0.05, 8, 0
    for _ in range(draws):
        limits = mean_limits(normal(rng, (64, points)), level)
        missed += bool(((limits.lower > 0) | (limits.upper < 0)).any())
    together = 1 - (1 - level / points) ** points
    assert binom.ppf(FAILURE, draws, together) <= missed <= binom.ppf(1 - FAILURE, draws, level)


@pytest.mark.parametrize("index", [0.8, 1.5, 3.0])
def test_the_tail_index_of_a_power_is_found(index):
    # Hill's estimate has relative standard error 1/sqrt(top): 4 of them.
    values = np.random.default_rng(5).pareto(index, 40_000) + 1
    assert tail_index(values) == pytest.approx(index, rel=4 / np.sqrt(4000))


def test_a_heavy_tail_is_named():
    draws = np.random.default_rng(6)
    heavy = next(x for x in (draws.pareto(1.2, (200, 1)) for _ in range(50)) if mean_limits(x, 0.05).warning)
    assert float(mean_limits(heavy, 0.05).warning.split("tail index about ")[1].split(",")[0]) < 2
    assert "the variance is infinite" in mean_limits(heavy, 0.05).warning


# Medians.


def test_limits_of_a_median_are_order_statistics_by_hand():
    # Of 5 values the median is below all with probability 2^-5: both ends together miss it with 1/16.
    values = np.array([[3.0], [1.0], [2.0], [5.0], [4.0]])
    limits = median_limits(values, 1 / 16)
    assert (limits.lower[0], limits.upper[0], limits.warning) == (1.0, 5.0, "")
    assert "give 6" in median_limits(values, 1 / 16 - 1e-9).warning
    # One left out at each end: 2 (1 + 8) / 2^8 of 8 values.
    eight = np.arange(8.0)[:, None]
    assert median_limits(eight, 9 / 128).lower[0] == 1.0
    assert median_limits(eight, 9 / 128 - 1e-9).lower[0] == 0.0


def test_a_median_of_means_needs_replicas_for_its_blocks():
    assert "too few for a median of 32 means" in median_limits(np.arange(63.0)[:, None], 0.05, of_means=True).warning
    assert median_limits(np.arange(64.0)[:, None], 0.05, of_means=True).warning == ""


@pytest.mark.parametrize("of_means", [False, True])
@pytest.mark.parametrize("freedom", [0.8, 1.3, 3.0])
def test_limits_of_medians_miss_at_their_level_whatever_the_tail(freedom, of_means):
    draws, trials, misses = np.random.default_rng(int(10 * freedom) + of_means), 2000, 0
    for _ in range(trials):
        limits = median_limits(draws.standard_t(freedom, (128, 1)), 0.05, of_means=of_means)
        misses += bool(limits.lower[0] > 0 or limits.upper[0] < 0)
    assert misses <= binom.isf(1e-6, trials, 0.05)


def test_a_median_of_means_is_nearer_to_the_mean_than_a_median():
    # Exponential replicas: mean 1, median log 2; a mean of 64 of them has its median within 1/64 of 1.
    limits = [
        median_limits(np.random.default_rng(1).exponential(size=(64 * 32, 1)), 0.05, of_means=of_means)
        for of_means in (False, True)
    ]
    assert limits[0].upper[0] < 0.8
    assert limits[1].lower[0] < 1 < limits[1].upper[0]
