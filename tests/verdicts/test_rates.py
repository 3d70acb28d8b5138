"""Exponents and factors: intervals that cover the truth as often as they say, and silence where there is no rate yet.

Coverage is judged among the draws that are answered, against the binomial quantile of tail probability 1e-6. How many
draws are answered at all is asserted apart, so that silence cannot stand for coverage.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from tests.calibration import rates as calibration
from theorylab.curves import Curve, exact
from theorylab.errors import InputError
from theorylab.verdicts.rates import (
    MIN_POINTS,
    STARTS,
    Rate,
    compare,
    geometric_factor,
    power_law,
    slope,
    window_slopes,
)

Floats = NDArray[np.float64]
Form = Callable[[Floats], Floats]

FAILURE = 1e-6
DRAWS = 1000
REPLICAS = 64
NOISES = ("normal", "exponential")
X = np.geomspace(10, 1000, 18)
T = np.linspace(0, 40, 18)
ROUNDING = 1e-13


@cache
def noise(name: str, draws: int, replicas: int, points: int) -> Floats:
    """Noise of mean 0 and variance 1, (draws, replicas, points): sums along the points, as errors of one run are."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20252, NOISES.index(name)))))
    shape = (draws, replicas, points)
    increments = rng.standard_normal(shape) if name == "normal" else rng.exponential(size=shape) - 1
    return np.asarray(np.cumsum(increments, axis=2) / np.sqrt(np.arange(1, points + 1)))


def covers(rate: Rate, truth: float) -> bool:
    assert rate.interval is not None
    return rate.interval[0] <= truth <= rate.interval[1]


def count(curves: list[Curve], reader: Callable[..., Rate], truth: float, level: float) -> tuple[int, int]:
    """(answers, answers that miss the truth)."""
    rates = [reader(curve, level=level) for curve in curves]
    answered = [rate for rate in rates if rate.value is not None]
    assert all((rate.value is None) == (rate.interval is None) for rate in rates)
    assert all((rate.value is None) == (rate.status == "pre-asymptotic") for rate in rates)
    return len(answered), sum(not covers(rate, truth) for rate in answered)


# Exact roads.


@pytest.mark.parametrize("exponent", [-2.0, -1.0, -0.5, -0.1, 0.0, 0.5, 2.0])
def test_exact_power_law_is_read_up_to_rounding(exponent: float) -> None:
    rate = power_law(exact(X, 7 * X**exponent, ROUNDING))
    assert rate.status == "settled"
    assert covers(rate, exponent)
    assert rate.value == pytest.approx(exponent, abs=10 * ROUNDING)
    assert rate.interval is not None
    assert rate.interval[1] - rate.interval[0] < 20 * ROUNDING
    assert rate.local == pytest.approx((exponent,) * 3, abs=20 * ROUNDING)


@pytest.mark.parametrize("factor", [0.2, 0.9, 0.999, 1.0, 1.3])
def test_exact_geometric_factor_is_read_up_to_rounding(factor: float) -> None:
    rate = geometric_factor(exact(T, 7 * factor**T, ROUNDING))
    assert rate.status == "settled"
    assert covers(rate, factor)
    assert rate.value == pytest.approx(factor, rel=10 * ROUNDING)
    assert rate.local == pytest.approx((factor,) * 3, rel=20 * ROUNDING)


@pytest.mark.parametrize("scale", [1e-250, 1e250])
def test_rates_do_not_depend_on_the_unit_of_the_curve(scale: float) -> None:
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20252, 10))))
    samples = (1 + 0.1 * rng.standard_normal((REPLICAS, X.size))) / X
    plain, scaled = power_law(Curve(X, samples)), power_law(Curve(X, scale * samples))
    assert scaled.interval == pytest.approx(plain.interval, rel=1e-12)


def test_growth_has_a_positive_exponent_and_a_factor_above_one() -> None:
    # Slopes are not taken through an absolute value: a diverging series is not a decay.
    assert power_law(exact(X, X, ROUNDING)).value == pytest.approx(1.0)
    assert geometric_factor(exact(T, 1.1**T, ROUNDING)).value == pytest.approx(1.1)


def test_any_curve_within_the_rounding_bound_has_its_exponent_in_the_interval() -> None:
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20252, 11))))
    bound = 1e-3
    centred = np.log(X) - np.log(X).mean()
    worst = np.sign(centred)  # moves the slope over the whole range by the most
    for signs in [worst, -worst, *rng.choice([-1.0, 1.0], size=(200, X.size))]:
        rate = power_law(exact(X, (1 + bound * signs) / X, bound * 1.01))
        assert covers(rate, -1.0)
        assert rate.interval is not None
        assert rate.interval[1] - rate.interval[0] < 10 * bound


TRANSIENTS: dict[str, Form] = {
    "1 + 5/x": lambda x: 1 + 5 / x,
    "1 + 0.5/x": lambda x: 1 + 0.5 / x,
    "1 - 0.5/x": lambda x: 1 - 0.5 / x,
    "1 - 5/x": lambda x: 1 - 5 / x,
    "1 + 20/x^2": lambda x: 1 + 20 / x**2,
}


@pytest.mark.parametrize("points", [12, 18, 60, 200])
@pytest.mark.parametrize("last", [1e3, 1e4, 1e5])
@pytest.mark.parametrize("form", TRANSIENTS.values(), ids=list(TRANSIENTS))
def test_fading_transient_is_settled_and_covered(form: Form, last: float, points: int) -> None:
    x = np.geomspace(10, last, points)
    rate = power_law(exact(x, form(x) / x, ROUNDING))
    assert rate.status == "settled"
    assert covers(rate, -1.0)


@pytest.mark.parametrize("amplitude", [-0.5, 0.5])
@pytest.mark.parametrize("points", [12, 18, 60, 200])
def test_fading_second_mode_is_settled_and_covered(amplitude: float, points: int) -> None:
    t = np.linspace(0, 40, points)
    rate = geometric_factor(exact(t, 0.9**t * (1 + amplitude * 0.8**t), ROUNDING))
    assert rate.status == "settled"
    assert covers(rate, 0.9)


RANGES = [(10.0, 1e3), (10.0, 1e4), (100.0, 1e5), (100.0, 1e6)]
UNSETTLED: dict[str, Form] = {
    "log(x)/x": lambda x: np.log(x) / x,
    "log(x)^2/x": lambda x: np.log(x) ** 2 / x,
    "1/(x log x)": lambda x: 1 / (x * np.log(x)),
    "exponential": lambda x: np.exp(-20 * x / x[-1]),
    "growing exponential": lambda x: np.exp(20 * x / x[-1]),
    "a floor": lambda x: 1 / x + 0.3 / x[-1],
    "(1 + 20/sqrt x)/x": lambda x: (1 + 20 / np.sqrt(x)) / x,
}


@pytest.mark.parametrize("points", [9, 18, 60, 200])
@pytest.mark.parametrize("limits", RANGES, ids=str)
@pytest.mark.parametrize("form", UNSETTLED.values(), ids=list(UNSETTLED))
def test_exact_curve_without_a_rate_is_pre_asymptotic(form: Form, limits: tuple[float, float], points: int) -> None:
    x = np.geomspace(*limits, points)
    rate = power_law(exact(x, form(x), ROUNDING))
    assert rate.status == "pre-asymptotic"
    assert rate.value is None
    assert rate.interval is None


@pytest.mark.parametrize("limits", [(2.0, 1e2), (10.0, 1e6), (10.0, 1e9), (100.0, 1e12)], ids=str)
@pytest.mark.parametrize("power", [-1.0, 1.0, 2.0])
def test_logarithm_is_never_taken_for_a_fading_transient(power: float, limits: tuple[float, float]) -> None:
    # The share of its drift that stays from third to third falls with the length of the range: a line drawn at one
    # share for all ranges lets it pass on long ones.
    x = np.geomspace(*limits, 60)
    rate = power_law(exact(x, np.log(x) ** power / x, ROUNDING))
    assert rate.value is None or covers(rate, -1.0)


NO_FACTOR: dict[str, Form] = {
    "a floor": lambda t: 0.9**t + 0.3 * 0.9 ** t[-1],
    "a power law": lambda t: 1 / (1 + t),
    "a power in front": lambda t: (1 + t) * 0.9**t,
    "a stretched exponential": lambda t: 0.9 ** np.sqrt(1 + t),
    "a Gaussian": lambda t: 0.999 ** (t**2),
}


@pytest.mark.parametrize("start", [10.0, 20.0, 50.0])
@pytest.mark.parametrize("form", NO_FACTOR.values(), ids=list(NO_FACTOR))
def test_exact_curve_without_a_factor_is_pre_asymptotic(form: Form, start: float) -> None:
    t = start + T
    rate = geometric_factor(exact(t, form(t), ROUNDING))
    assert rate.status == "pre-asymptotic"
    assert rate.value is None
    assert rate.interval is None


def test_drift_below_the_resolution_is_reported_inside_the_interval() -> None:
    curve = exact(X, 1 / X + 1e-5, ROUNDING)  # a floor of 1% at the end moves the slope by half a per cent
    assert power_law(curve, resolution=1e-4).status == "pre-asymptotic"
    rate = power_law(curve, resolution=0.01)
    assert rate.status == "settled"
    assert covers(rate, rate.local[2])


def test_resolution_of_a_factor_is_relative_to_its_decay_rate() -> None:
    # The same curve against a slower clock: the same answer.
    for clock in (1.0, 1e3):
        t = T * clock
        curve = exact(t, 0.9**T + 1e-3, ROUNDING)
        assert geometric_factor(curve, resolution=0.01).status == "pre-asymptotic"
        assert geometric_factor(curve, resolution=0.3).status == "settled"


def test_curve_whose_ends_fit_but_whose_middle_does_not_has_no_rate() -> None:
    # A slope through the two ends would be exactly -1.
    share = np.log(X / X[0]) / np.log(X[-1] / X[0])
    bent = np.exp(np.sin(np.pi * share)) / X
    assert np.log(bent[-1] / bent[0]) / np.log(X[-1] / X[0]) == pytest.approx(-1.0)
    rate = power_law(exact(X, bent, ROUNDING))
    assert rate.value is None or not covers(rate, -1.0)
    # Likewise against time.
    bent = 0.9**T * np.exp(np.sin(np.pi * T / T[-1]))
    rate = geometric_factor(exact(T, bent, ROUNDING))
    assert rate.value is None or not covers(rate, 0.9)


# Monte Carlo roads.


@pytest.mark.parametrize("level", [0.05, 0.01])
@pytest.mark.parametrize("deviation", [0.3, 0.05])
@pytest.mark.parametrize("name", NOISES)
def test_intervals_of_pure_power_laws_cover_at_their_level(name: str, deviation: float, level: float) -> None:
    curves = [Curve(X, (1 + deviation * draw) / X) for draw in noise(name, DRAWS, REPLICAS, X.size)]
    answered, missed = count(curves, power_law, -1.0, level)
    assert missed <= binom.ppf(1 - FAILURE, answered, level)
    # Two drifts are tried at the level each, and the skewness of the replicas adds its share.
    assert answered >= DRAWS - binom.ppf(1 - FAILURE, DRAWS, 3 * level)


@pytest.mark.parametrize("level", [0.05, 0.01])
@pytest.mark.parametrize("name", NOISES)
def test_intervals_of_pure_factors_cover_at_their_level(name: str, level: float) -> None:
    curves = [Curve(T, 0.9**T * (1 + 0.2 * draw)) for draw in noise(name, DRAWS, REPLICAS, T.size)]
    answered, missed = count(curves, geometric_factor, 0.9, level)
    assert missed <= binom.ppf(1 - FAILURE, answered, level)
    assert answered >= DRAWS - binom.ppf(1 - FAILURE, DRAWS, 3 * level)


@pytest.mark.parametrize("level", [0.05, 0.01])
@pytest.mark.parametrize("deviation", [0.1, 0.05, 0.005])
@pytest.mark.parametrize("name", NOISES)
@pytest.mark.parametrize("form", ["1 + 5/x", "1 - 0.5/x", "1 - 5/x"])
def test_intervals_of_power_laws_with_transient_cover_at_their_level(
    form: str, name: str, deviation: float, level: float
) -> None:
    # From noise that hides the drift to noise that shows all of it. Between them, only part of it is seen.
    mean = TRANSIENTS[form](X) / X
    curves = [Curve(X, mean * (1 + deviation * draw)) for draw in noise(name, DRAWS, REPLICAS, X.size)]
    answered, missed = count(curves, power_law, -1.0, level)
    assert missed <= binom.ppf(1 - FAILURE, answered, level)
    if deviation == 0.005:
        assert answered >= 0.99 * DRAWS


@pytest.mark.parametrize("level", [0.05, 0.01])
@pytest.mark.parametrize("name", NOISES)
@pytest.mark.parametrize("amplitude", [-0.5, 0.5])
def test_intervals_of_factors_with_transient_cover_at_their_level(amplitude: float, name: str, level: float) -> None:
    mean = 0.9**T * (1 + amplitude * 0.8**T)
    for deviation in (0.1, 0.02):
        curves = [Curve(T, mean * (1 + deviation * draw)) for draw in noise(name, DRAWS // 2, REPLICAS, T.size)]
        answered, missed = count(curves, geometric_factor, 0.9, level)
        assert missed <= binom.ppf(1 - FAILURE, answered, level)
        assert answered >= DRAWS // 4  # half: noise may hide whether the drift fades, and then no rate is reported


@pytest.mark.parametrize("form", UNSETTLED.values(), ids=list(UNSETTLED))
def test_noisy_curve_without_a_rate_is_pre_asymptotic_in_nearly_all_draws(form: Form) -> None:
    draws = noise("normal", DRAWS, REPLICAS, X.size)[:200]
    rates = [power_law(Curve(X, form(X) * (1 + 0.01 * draw)), level=0.01) for draw in draws]
    assert sum(rate.status == "pre-asymptotic" and rate.value is None for rate in rates) >= 0.95 * len(rates)


def test_more_replicas_narrow_the_interval_by_their_root() -> None:
    draws = noise("normal", 1, 6400, X.size)[0]
    level = 1e-6  # so that the interval is noise, not the spread of the three windows
    few, many = (power_law(Curve(X, (1 + 0.1 * draws[:n]) / X), level=level).interval for n in (400, 6400))
    assert few is not None
    assert many is not None
    assert (few[1] - few[0]) / (many[1] - many[0]) == pytest.approx(4, rel=0.15)


def test_noise_common_to_all_points_does_not_enter_the_slope() -> None:
    # Whole replicas are left out, not points: an amplitude of its own per replica leaves the slope as it is.
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20252, 12))))
    rate = power_law(Curve(X, rng.exponential(size=(REPLICAS, 1)) / X))
    assert rate.value == pytest.approx(-1.0, abs=1e-12)
    assert rate.interval == pytest.approx((-1.0, -1.0), abs=1e-12)


def test_few_replicas_have_wide_intervals_that_cover() -> None:
    draws = noise("normal", DRAWS, REPLICAS, X.size)[:, :4]
    answered, missed = count([Curve(X, (1 + 0.1 * draw) / X) for draw in draws], power_law, -1.0, 0.05)
    assert answered >= 0.8 * DRAWS
    assert missed <= binom.ppf(1 - FAILURE, answered, 0.05)


def test_rounding_adds_to_noise() -> None:
    samples = (1 + 0.1 * noise("normal", DRAWS, REPLICAS, X.size)[0]) / X
    plain, rounded = power_law(Curve(X, samples)), power_law(Curve(X, samples, rounding=0.01 * samples.mean(axis=0)))
    assert plain.interval is not None
    assert rounded.interval is not None
    assert rounded.interval[0] < plain.interval[0] - 0.001
    assert rounded.interval[1] > plain.interval[1] + 0.001


def without_luck(mean: Floats, deviation: float) -> Curve:
    """Replicas whose sample mean is exactly the given one, and whose noise is independent from point to point."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20252, 14))))
    z = rng.standard_normal((REPLICAS, mean.size))
    z -= z.mean(axis=0)
    return Curve(X, mean * (1 + deviation * z))


def test_fading_that_noise_hides_is_pre_asymptotic() -> None:
    mean = (1 + 5 / X) / X
    assert power_law(exact(X, mean, ROUNDING)).status == "settled"
    assert power_law(without_luck(mean, 0.01)).status == "settled"
    # The same means: how far the second drift falls is not seen at 0.1, nor at 0.2 that there is one.
    assert power_law(without_luck(mean, 0.1)).status == "pre-asymptotic"
    assert power_law(without_luck(mean, 0.2)).status == "pre-asymptotic"
    # Noise that hides the first drift as well leaves a wide interval, which covers.
    hidden = power_law(without_luck(mean, 0.6))
    assert hidden.status == "settled"
    assert covers(hidden, -1.0)


def test_drift_that_only_begins_at_the_end_is_pre_asymptotic() -> None:
    mean = 1 / X + 0.3 / X[-1]  # the first drift, 0.02, is below the noise, the second, 0.11, is above
    assert power_law(without_luck(mean, 0.1)).status == "pre-asymptotic"


def test_drift_that_noise_may_hide_widens_the_interval_on_both_sides() -> None:
    rate = power_law(without_luck(1 / X, 0.1))
    assert rate.interval is not None
    assert rate.local_interval[0] - rate.interval[0] > 0.001
    assert rate.interval[1] - rate.local_interval[1] > 0.001


# What a Rate tells.


def test_windows_start_from_a_third_to_two_thirds_and_reach_the_end() -> None:
    x = np.geomspace(1, 1e6, 61)
    rate = power_law(exact(x, 1 / x, ROUNDING))
    assert STARTS == (1 / 3, 5 / 12, 1 / 2, 7 / 12, 2 / 3)
    np.testing.assert_allclose(rate.windows, [(10 ** (6 * start), 1e6) for start in STARTS])


def test_first_third_is_burn_in() -> None:
    wild = np.where(X < 40, 100.0, 1.0) / X  # the first third ends at 46
    assert covers(power_law(exact(X, wild, ROUNDING), resolution=100.0), -1.0)
    assert power_law(exact(X, wild, ROUNDING), resolution=100.0).local[1:] == pytest.approx((-1.0, -1.0))


def test_local_slopes_and_window_slopes_are_least_squares_fits() -> None:
    curve = exact(X, (1 + 5 / X) / X, ROUNDING)
    rate = power_law(curve)
    log_x, log_y = np.log(X), np.log(curve.mean)
    share = (log_x - log_x[0]) / (log_x[-1] - log_x[0])
    for i in range(3):
        third = (share >= i / 3 - 1e-12) & (share <= (i + 1) / 3 + 1e-12)
        assert rate.local[i] == pytest.approx(np.polyfit(log_x[third], log_y[third], 1)[0])
    fits = [np.polyfit(log_x[share >= start - 1e-12], log_y[share >= start - 1e-12], 1)[0] for start in STARTS]
    assert window_slopes(log_x, log_y) == pytest.approx(fits)
    assert rate.local_interval == pytest.approx((min(fits), max(fits)))
    assert rate.value == pytest.approx(fits[len(STARTS) // 2])


def test_pre_asymptotic_rate_still_tells_local_slopes_and_their_range() -> None:
    rate = power_law(exact(X, np.log(X) / X, ROUNDING))
    assert rate.local == pytest.approx((-0.66, -0.78, -0.84), abs=0.005)
    assert rate.local_interval[0] == pytest.approx(rate.local[2], abs=0.005)
    assert "pre-asymptotic" in repr(rate)
    assert "-0.78" in repr(rate)


def test_settled_rate_shows_value_and_interval() -> None:
    text = repr(power_law(exact(X, 1 / X, ROUNDING)))
    assert text.startswith("Rate(-1 in [-1, -1]")


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
def test_numbers_of_a_rate_are_plain_floats(reader: Callable[..., Rate]) -> None:
    rate = (
        geometric_factor(exact(T, 0.9**T, ROUNDING))
        if reader is geometric_factor
        else power_law(exact(X, 1 / X, ROUNDING))
    )
    assert rate.interval is not None
    for number in (rate.value, *rate.interval, *rate.local, *rate.local_interval):
        assert type(number) is float


def test_form_is_taken_out_before_the_fit() -> None:
    curve = exact(X, np.log(X) / X, ROUNDING)
    form = np.log(np.log(X)) - np.log(X)
    rate = slope(curve, np.log(X), form, level=0.05, resolution=0.01)
    assert rate.value == pytest.approx(0.0, abs=1e-12)


# Refusals. Each says what was given.


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
@pytest.mark.parametrize("value", [-0.5, 0.0, float("inf"), float("nan")])
def test_values_not_finite_and_positive_are_refused_with_their_place(value: float, reader: Callable[..., Rate]) -> None:
    samples = np.ones((1, 40))
    samples[0, 7] = value
    with pytest.raises(InputError, match=rf"the curve is {value:g} at steps 8: a rate needs finite values > 0"):
        reader(Curve(np.arange(1.0, 41), samples, exact=True))


def test_negative_means_are_refused_not_mirrored() -> None:
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20252, 13))))
    for curve in (exact(X, -1 / X, ROUNDING), Curve(X, -(1 + 0.1 * rng.standard_normal((REPLICAS, X.size))) / X)):
        with pytest.raises(InputError, match="a rate needs finite values > 0"):
            power_law(curve)


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
def test_empty_selection_is_refused(reader: Callable[..., Rate]) -> None:
    curve = exact(X, 1 / X, ROUNDING)
    with pytest.raises(InputError, match="no points"):
        reader(curve.at(curve.x < 0))


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
def test_too_few_points_in_a_third_are_refused_with_their_counts(reader: Callable[..., Rate]) -> None:
    curve = exact([1.0, 2.0, 3.0, 100.0, 101.0], [5.0, 4.0, 3.0, 2.0, 1.0], ROUNDING)
    with pytest.raises(InputError, match=rf"the thirds of the range hold \[.*\] points.* at least {MIN_POINTS}"):
        reader(curve)


def test_three_points_in_each_third_are_enough_and_two_are_not() -> None:
    for points, enough in ((9, True), (6, False)):
        x = np.geomspace(1, 100, points)
        curve = exact(x, 1 / x, ROUNDING)
        if enough:
            assert covers(power_law(curve), -1.0)
        else:
            with pytest.raises(InputError, match=r"hold \[2, 2, 2\] points"):
                power_law(curve)


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
def test_x_that_does_not_increase_is_refused(reader: Callable[..., Rate]) -> None:
    with pytest.raises(InputError, match="x must increase"):
        reader(exact(X[::-1], 1 / X, ROUNDING))


def test_power_law_from_zero_is_refused() -> None:
    with pytest.raises(InputError, match="x > 0"):
        power_law(exact(T, 1 / (1 + T), ROUNDING))


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, float("nan")])
def test_level_outside_zero_and_one_is_refused(level: float, reader: Callable[..., Rate]) -> None:
    with pytest.raises(InputError, match="an error probability lies in"):
        reader(exact(1 + T, 1 / (1 + T) ** 2, ROUNDING), level=level)


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        (Curve(X, 1 / X[None]), "at least 2 replicas"),
        (exact(X, np.stack([1 / X, 2 / X]), ROUNDING), "one row, not 2"),
        (Curve(X, np.array([[1.0], [0.0], [0.0]]) / X), "one replica carries the whole mean"),
    ],
    ids=["one replica", "two exact rows", "one replica that carries the mean"],
)
def test_curves_without_an_uncertainty_are_refused(curve: Curve, message: Any) -> None:
    with pytest.raises(InputError, match=message):
        power_law(curve)


@pytest.mark.parametrize("resolution", [0.02, 0.1])
@pytest.mark.parametrize("form", ["log(x)/x", "log(x)^2/x", "1/(x log x)"])
def test_points_out_to_the_horizon_that_is_named_suffice(form: str, resolution: float) -> None:
    x = np.geomspace(10, 1e3, 60)
    rate = power_law(exact(x, UNSETTLED[form](x), ROUNDING), resolution=resolution)
    assert rate.status == "settled" or rate.horizon is not None
    if rate.status == "settled":
        return
    # An estimate from three slopes: a factor of two on the axis of log x, and not at hand already.
    far = np.geomspace(10, min(rate.horizon**2, 1e300), 60)
    assert power_law(exact(far, UNSETTLED[form](far), ROUNDING), resolution=resolution).status == "settled"
    near = np.geomspace(10, 10 * (rate.horizon / 10) ** (1 / 3), 60)
    if near[-1] > 1e3:
        near_rate = power_law(exact(near, UNSETTLED[form](near), ROUNDING), resolution=resolution)
        assert near_rate.status == "pre-asymptotic"


@pytest.mark.parametrize("form", ["a floor", "exponential"])
def test_drift_that_grows_has_no_horizon(form: str) -> None:
    rate = power_law(exact(X, UNSETTLED[form](X), ROUNDING))
    assert rate.horizon is None
    assert "no horizon" in repr(rate)


# Comparison of forms.

FORMS: dict[str, Form] = {
    "power": lambda x: 1 / x,
    "power x log": lambda x: np.log(x) / x,
    "power / log": lambda x: 1 / (x * np.log(x)),
    "power + floor": lambda x: 1 / x + 1e-4,
    "power of x + shift": lambda x: 1 / (x + 30),
}


@pytest.mark.parametrize("name", FORMS)
def test_exact_curve_of_a_form_keeps_it_with_its_exponent_and_rejects_the_opposite_logarithm(name: str) -> None:
    x = calibration.X
    seen = compare(exact(x, FORMS[name](x), ROUNDING))
    forms = {form.name: form for form in seen.forms}
    interval = forms[name].interval
    assert interval is not None
    assert forms[name].kept == forms[name].windows
    assert interval[0] <= -1 + 1e-6
    assert interval[1] >= -1 - 1e-6
    assert seen.interval is not None
    assert seen.interval[0] <= interval[0]
    assert seen.interval[1] >= interval[1]
    assert any(form.rejected for form in seen.forms)
    assert f"{name}: exponent in [" in repr(seen)


def test_exact_curve_of_no_form_has_no_interval() -> None:
    seen = compare(exact(X, np.exp(np.sin(4 * np.log(X))) / X, ROUNDING))
    assert seen.interval is None
    assert "no form fits" in repr(seen)


def test_comparison_at_x_below_one_leaves_out_logarithms() -> None:
    names = [form.name for form in compare(exact(X / 100, 1 / X, ROUNDING)).forms]
    assert names == ["power", "power + floor", "power of x + shift"]


@pytest.mark.parametrize("truth", calibration.NAMED)
def test_union_over_forms_and_windows_covers_truths_of_these_forms_at_its_level(truth: str) -> None:
    for row in calibration.measure(20, (truth,)):
        if row.reader == "compare":
            assert row.answered >= row.draws - binom.ppf(1 - FAILURE, row.draws, calibration.LEVEL / 2)
            assert row.answered - row.covered <= binom.ppf(1 - FAILURE, row.answered, calibration.LEVEL)
