"""Exponents and factors: intervals for the limit, on known truths, on real tables, and on data to be refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from tests.calibration import factors, panel
from theorylab.curves import Curve, exact
from theorylab.errors import InputError
from theorylab.trials import calibration
from theorylab.verdicts import cells
from theorylab.verdicts.drift import Kind
from theorylab.verdicts.rates import LOGARITHM_MISS, Rate, geometric_factor, power_law, rate
from theorylab.verdicts.series import Axis, UndecidedError, means_without, positive_mean, series, tabulated

Floats = NDArray[np.float64]
Form = Callable[[Floats], Floats]
Reader = Callable[..., Rate]

X = np.geomspace(10, 1000, 18)
T = np.linspace(0, 40, 18)
ROUNDING = 1e-13
FAILURE = 1e-6
"""Probability that a test of a count fails though the instrument keeps its word."""


def generator(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((20252, *key))))


def covers(found: Rate, truth: float) -> bool:
    return found.interval[0] <= truth <= found.interval[1]


def width(found: Rate) -> float:
    return found.interval[1] - found.interval[0]


# Deterministic curves.


@pytest.mark.parametrize("exponent", [-2.0, -1.0, -0.5, -0.1, 0.0, 0.5, 2.0])
def test_exact_power_law_is_read_up_to_rounding(exponent: float) -> None:
    found = power_law(exact(X, 7 * X**exponent, ROUNDING))
    assert found.kind is Kind.FLAT
    assert covers(found, exponent)
    assert width(found) < 40 * ROUNDING


@pytest.mark.parametrize("factor", [0.2, 0.9, 0.999, 1.0, 1.3])
def test_exact_geometric_factor_is_read_up_to_rounding(factor: float) -> None:
    found = geometric_factor(exact(T, 7 * factor**T, ROUNDING))
    assert covers(found, factor)
    assert width(found) < 40 * ROUNDING


@pytest.mark.parametrize("start", [0.0, 1e11, 1e15])
def test_factor_does_not_depend_on_where_x_starts(start: float) -> None:
    found = geometric_factor(exact(start + np.arange(60.0), 0.5 ** np.arange(60.0), 2e-16))
    assert covers(found, 0.5)
    assert width(found) < 1e-13


FADING: dict[str, Form] = {
    "1 + 5/x": lambda x: 1 + 5 / x,
    "1 - 5/x": lambda x: 1 - 5 / x,
    "1 + 20/x^2": lambda x: 1 + 20 / x**2,
    "1 + x^-1/2": lambda x: 1 + x**-0.5,
    "log x": np.log,
    "log^2 x": lambda x: np.log(x) ** 2,
    "1/log x": lambda x: 1 / np.log(x),
    "shift": lambda x: x / (x + 10),
    "wiggle": lambda x: np.where(x < 20, (x / 20) ** 0.6, 1.0) * (1 + 1.5 / x),
    "parity": lambda x: 1 + 0.01 * (-1.0) ** np.arange(x.size),
}


@pytest.mark.parametrize("points", [8, 18, 200])
@pytest.mark.parametrize("last", [1e2, 1e3, 1e5])
@pytest.mark.parametrize("form", FADING.values(), ids=list(FADING))
def test_interval_holds_the_asymptotic_exponent(form: Form, last: float, points: int) -> None:
    x = np.geomspace(10, last, points)
    assert covers(power_law(exact(x, form(x) / x, ROUNDING)), -1.0)


@pytest.mark.parametrize("points", [8, 18, 100])
@pytest.mark.parametrize("mode", ["second mode", "power in front"])
def test_interval_holds_the_asymptotic_factor(mode: str, points: int) -> None:
    t = np.linspace(1, 60, points)
    values = 0.9**t * (1 + 0.5 * 0.8**t if mode == "second mode" else t)
    assert covers(geometric_factor(exact(t, values, ROUNDING)), 0.9)


def test_drift_that_grows_has_an_open_end_and_no_x_that_would_do() -> None:
    x = np.geomspace(10, 1e4, 30)
    for values, side in ((1 / x + 1e-5, 1), (1 / x + 1e-4, 1), (np.exp(-x / 3000) / x, 0)):
        found = power_law(exact(x, values, 1e-15))
        assert np.isinf(found.interval[side])
        assert np.isfinite(found.interval[1 - side])
        assert found.x_needed(0.1, 0.05) is None
        assert "drift grows" in repr(found)


def test_logarithm_is_named_where_it_fits_as_well() -> None:
    assert power_law(exact(X, np.log(X) / X, ROUNDING)).logarithm
    assert "a logarithm fits as well" in repr(power_law(exact(X, np.log(X) / X, ROUNDING)))
    assert not power_law(exact(X, (1 + 0.5 / X**2) / X, ROUNDING)).logarithm


def test_exponent_towards_zero_is_that_of_the_reversed_curve() -> None:
    x = np.geomspace(1e-5, 0.1, 20)
    curve = exact(x, x**2 * (1 + 5 * x), ROUNDING)
    small = rate(series(curve, Axis.SMALL))
    large = power_law(exact(1 / x[::-1], curve.mean[::-1], ROUNDING))
    assert covers(small, 2.0)
    assert small.interval == pytest.approx((-large.interval[1], -large.interval[0]), rel=1e-9)
    assert small.last_x == pytest.approx(1e-5)


def test_any_curve_within_the_rounding_bound_has_its_exponent_in_the_interval() -> None:
    bound, centred = 1e-3, np.log(X) - np.log(X).mean()
    worst = np.sign(centred)  # moves the slope over the whole range by the most
    for signs in [worst, -worst, *generator(11).choice([-1.0, 1.0], size=(200, X.size))]:
        found = power_law(exact(X, (1 + bound * signs) / X, bound * 1.01))
        assert covers(found, -1.0)
        assert width(found) < 30 * bound


# What must not matter.


@pytest.mark.parametrize("scale", [1e-250, 1e-9, 1e6, 1e250])
def test_rates_do_not_depend_on_the_unit_of_the_curve(scale: float) -> None:
    for values in ((1 + 5 / X) / X, np.log(X) / X, X**2 * (1 + 0.01 * generator(12).standard_normal(X.size))):
        plain, scaled = power_law(exact(X, values, 1e-12)), power_law(exact(X, scale * values, 1e-12))
        assert scaled.interval == pytest.approx(plain.interval, rel=1e-6)
        assert scaled.kind is plain.kind


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 60.0, 1e6])
def test_rates_do_not_depend_on_the_unit_of_x(unit: float) -> None:
    for values in ((1 + 5 / X) / X, X**0.5 * (1 + X**-0.5), X**2 * (1 + 0.01 * generator(12).standard_normal(X.size))):
        plain, other = power_law(exact(X, values, 1e-12)), power_law(exact(unit * X, values, 1e-12))
        # A form may just fit or just not fit: by the last digit of log x.
        assert other.interval == pytest.approx(plain.interval, abs=0.05 * width(plain))
    plain, other = (geometric_factor(exact(u * T, 0.9**T * (1 + 0.5**T), 1e-12)) for u in (1.0, unit))
    assert other.slope * unit == pytest.approx(plain.slope, rel=1e-6)  # the logarithm of the factor


def test_data_of_exactly_the_expected_order_are_no_division_by_zero() -> None:
    for points in (4, 5, 7, 30):
        x = 2.0 ** np.arange(points)
        found = power_law(exact(x, x**-2, 0.0))
        assert covers(found, -2.0)
        assert width(found) < 1e-12


def test_diverging_data_have_a_diverging_exponent() -> None:
    x = 2.0 ** np.arange(6)
    assert covers(power_law(exact(x, x, ROUNDING)), 1.0)
    assert not covers(power_law(exact(x, x, ROUNDING)), -1.0)
    assert geometric_factor(exact(T, 1.1**T, ROUNDING)).value == pytest.approx(1.1)


def test_ratios_of_x_may_be_unequal() -> None:
    x = np.array([1.0, 1.5, 4, 5, 20, 22, 100])
    assert covers(power_law(exact(x, x**-1.5 * (1 + 1 / x), ROUNDING)), -1.5)


# Real tables, and the promise.

TABLES = json.loads((Path(__file__).parent / "tables" / "fem_orders.json").read_text())
COLUMNS = [(name, column) for name, table in TABLES.items() if name != "source" for column in table["orders"]]


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_real_table_as_printed_holds_its_order(name: str, column: str) -> None:
    # Deal.II tutorials, results as printed; the order is a theorem's.
    table, order = TABLES[name], TABLES[name]["orders"][column]
    x, y = np.array(table["cells"], float) ** (1 / table["dim"]), np.array(table[column])
    digits = 0.0005 * 10 ** np.floor(np.log10(y))
    assert covers(rate(tabulated(x, y, 0 * y, digits, Axis.POWER, 0.0)), -order)


def test_real_tables_tell_their_order_from_its_neighbours_in_most_columns() -> None:
    # Intervals so wide that they hold every order would pass the test above.
    told = 0
    for name, column in COLUMNS:
        table, order = TABLES[name], TABLES[name]["orders"][column]
        x, y = np.array(table["cells"], float) ** (1 / table["dim"]), np.array(table[column])
        digits = 0.0005 * 10 ** np.floor(np.log10(y))
        found = rate(tabulated(x, y, 0 * y, digits, Axis.POWER, 0.0))
        told += not covers(found, -order - 1) and not covers(found, -order + 1)
    assert told >= 0.8 * len(COLUMNS)


def test_smallest_known_miss_of_fixed_windows_is_held() -> None:
    x = 10 * 10 ** (1.4 * np.arange(10) / 9)
    y = np.array([float(f"{value:.3e}") for value in (1 + 0.3 * x**-0.5) / x])
    assert covers(rate(tabulated(x, y, 0 * y, 0.0005 * 10 ** np.floor(np.log10(y)), Axis.POWER, 0.0)), -1.0)


def misses(family: str, points: int, decades: tuple[float, float], curves: int) -> tuple[Any, Floats, Floats]:
    """(misses of the truth, lower, upper half-widths) of intervals of fresh truths, (curves,) each."""
    return factors.judged(panel.draw(generator(17, points), family, curves, points, decades))


@pytest.mark.parametrize("decades", [(0.5, 1.0), (1.0, 2.0), (2.0, 4.0)])
@pytest.mark.parametrize("points", [4, 7, 12, 27])
def test_intervals_of_fresh_truths_miss_as_often_as_they_say(points: int, decades: tuple[float, float]) -> None:
    assert kept(np.concatenate([misses(family, points, decades, 300)[0] for family in panel.POWERS]))


def kept(missed: Any) -> bool:
    """Whether misses of 3% to 5% explain these: an interval that is too wide is a fault too."""
    return bool(binom.ppf(FAILURE, missed.size, 0.03) <= missed.sum() <= binom.ppf(1 - FAILURE, missed.size, 0.05))


def table_times(by: float) -> dict[Any, Any]:
    """The table of cells with all factors times a number."""
    return {key: (by * a, miss, by * b, rare, truths) for key, (a, miss, b, rare, truths) in cells.TABLE.items()}


@pytest.mark.parametrize("by", [0.5, 2.0])
def test_factors_that_are_too_small_or_too_large_would_be_found_out(by: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "TABLE", table_times(by))
    for decades in ((0.5, 1.0), (2.0, 4.0)):
        assert not kept(np.concatenate([misses(family, 12, decades, 300)[0] for family in panel.POWERS]))


def test_seven_rows_tell_neighbouring_orders_and_smooth_curves_a_quarter() -> None:
    decided = []
    for family in panel.POWERS:
        missed, lower, upper = misses(family, 7, (1.0, 2.0), 300)
        decided.append(~missed & (lower < 1) & (upper < 1))
    assert np.mean(decided) >= 0.8
    for family in ("pure", "one power", "x^-1/2", "two powers", "shift", "wiggle", "log x"):
        missed, lower, upper = misses(family, 24, (3.0, 3.0001), 300)
        decided.append(~missed & (lower < 0.25) & (upper < 0.25))
    assert np.mean(decided[-7:]) >= 0.9


def unkept(table: dict[Any, Any]) -> list[Any]:
    """Cells whose measured misses are not what is promised."""
    return [
        key
        for key, (_, miss, _, rare_miss, truths) in table.items()
        if not 0.03 <= miss <= 0.05 + 3 * (0.05 * 0.95 / truths) ** 0.5
        or rare_miss > 0.01 + 3 * (0.01 * 0.99 / truths) ** 0.5
    ]


def test_committed_cells_keep_the_promise() -> None:
    full = {key: row for key, row in cells.TABLE.items() if row[-1] >= 10_000}
    assert len(full) >= 150
    assert not unkept(full)


def test_a_cell_that_breaks_the_promise_is_seen() -> None:
    rows = [(1.0, 0.04, 2.0, 0.008, 10_000), (1.0, 0.06, 2.0, 0.008, 10_000), (1.0, 0.02, 2.0, 0.008, 10_000),
            (1.0, 0.04, 2.0, 0.02, 10_000)]  # fmt: skip
    assert unkept(dict(enumerate(rows))) == [1, 2, 3]


# Powers of the logarithm.


def power_of_log(rng: np.random.Generator, noise: float) -> tuple[Curve, float]:
    """A curve y = x^-1 log(x)^q (1 + a log(x)^-theta), 6 to 24 points over 3 to 8 decades, and its q."""
    q, theta, size = rng.choice([-1.0, 0, 1, 2]), rng.choice([0.5, 1, 2]), rng.uniform(-0.6, 1.0)
    points, first = int(rng.integers(6, 25)), 10 ** rng.uniform(0.7, 1.5)
    x = np.geomspace(first, first * 10 ** rng.uniform(3, 8), points)
    y = np.log(x) ** q * (1 + size * np.log(x) ** -theta) / x
    if not noise:
        return exact(x, y, ROUNDING), q
    return Curve(x, y * (1 + noise * rng.standard_normal((256, points)))), q


def missed_powers_of_log(noise: float, curves: int) -> int:
    """How many of so many intervals at a level of 1e-3 miss the power of the logarithm."""
    rng, missed = generator(18, int(10 * noise)), 0
    for _ in range(curves):
        curve, q = power_of_log(rng, noise)
        found = rate(series(curve, Axis.LOGARITHM, -np.log(curve.x)))
        assert found.cell(1e-3).miss >= LOGARITHM_MISS
        low, high = found.limits(1e-3)
        missed += not low <= q <= high
    return missed


LOGARITHMS = [(0.0, 600), (0.1, 400)]


@pytest.mark.parametrize(("noise", "curves"), LOGARITHMS)
def test_interval_of_the_power_of_the_logarithm_misses_as_seldom_as_is_stated(noise: float, curves: int) -> None:
    assert LOGARITHM_MISS <= 0.05
    assert missed_powers_of_log(noise, curves) <= binom.ppf(1 - FAILURE, curves, LOGARITHM_MISS)


@pytest.mark.parametrize(("noise", "curves"), LOGARITHMS)
def test_an_interval_of_the_power_of_the_logarithm_that_is_too_narrow_would_be_found_out(
    noise: float, curves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "TABLE", table_times(0.02))
    assert missed_powers_of_log(noise, curves // 2) > binom.ppf(1 - FAILURE, curves // 2, LOGARITHM_MISS)


# Noise.


def along(key: int, *shape: int) -> Floats:
    """Normal noise of variance 1, (draws, replicas, points), as errors of one run are along the points."""
    return calibration.along("normal", generator(key), *shape)


@pytest.mark.parametrize("deviation", [0.3, 0.05, 0.005])
@pytest.mark.parametrize("form", ["1 + 5/x", "1 - 5/x", "log x"])
def test_intervals_of_replicas_cover_whatever_noise_hides(form: str, deviation: float) -> None:
    mean = FADING[form](X) / X
    curves = [Curve(X, mean * (1 + deviation * draw)) for draw in along(21, 100, 64, X.size)]
    missed = sum(not covers(power_law(curve, level=0.05), -1.0) for curve in curves)
    assert missed <= binom.ppf(1 - FAILURE, 100, 0.05)


def test_intervals_of_factors_of_replicas_cover() -> None:
    curves = [Curve(T, 0.9**T * (1 + 0.5 * 0.8**T) * (1 + 0.1 * draw)) for draw in along(22, 100, 64, T.size)]
    missed = sum(not covers(geometric_factor(curve, level=0.05), 0.9) for curve in curves)
    assert missed <= binom.ppf(1 - FAILURE, 100, 0.05)


def test_standard_errors_of_a_table_cover() -> None:
    z = generator(23).standard_normal((200, X.size))
    error = 0.02 / X
    found = [rate(tabulated(X, (1 + 5 / X) / X + error * row, error, 0 * X, Axis.POWER, 0.0)) for row in z]
    assert sum(not covers(each, -1.0) for each in found) <= binom.ppf(1 - FAILURE, 200, 0.05)


def test_more_replicas_narrow_the_interval_by_their_root_or_more() -> None:
    # More, where the slopes of fewer replicas also leave it open what they do.
    draws = along(24, 1, 6400, X.size)[0]
    few, many = (power_law(Curve(X, (1 + 0.1 * draws[:n]) / X), level=1e-6) for n in (400, 6400))
    assert width(few) / width(many) > 3


def test_noise_common_to_all_points_does_not_enter_the_slope() -> None:
    # Whole replicas are left out, not points: an amplitude of its own per replica leaves the slope as it is.
    found = power_law(Curve(X, generator(12).exponential(size=(64, 1)) / X))
    assert found.interval == pytest.approx((-1.0, -1.0), abs=1e-11)


def test_mean_within_its_noise_of_zero_waits_for_replicas() -> None:
    noise = generator(13).standard_normal((64, X.size))
    with pytest.raises(UndecidedError, match="within its noise"):
        power_law(Curve(X, 1e-3 / X + noise))
    with pytest.raises(UndecidedError, match="a few replicas carry the whole mean"):
        power_law(Curve(X, np.array([[1.0]] + [[1e-9]] * 3) / X - 1e-8 / X))


def test_means_without_a_group_are_those_of_the_other_replicas() -> None:
    samples = 1 + generator(14).random((10, 4))
    curve = Curve(X[:4], samples)
    assert means_without(curve, 5)[0] == pytest.approx(samples[2:].mean(axis=0), rel=1e-15)
    assert means_without(curve, 10)[3] == pytest.approx(np.delete(samples, 3, axis=0).mean(axis=0), rel=1e-15)
    assert positive_mean(X[:4], curve.mean, None, "steps") is not None


# Refusals. Each says what was given.


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
@pytest.mark.parametrize("value", [-0.5, 0.0, float("inf"), float("nan")])
def test_values_not_finite_and_positive_are_refused_with_their_place(value: float, reader: Reader) -> None:
    samples = np.ones((1, 40))
    samples[0, 7] = value
    with pytest.raises(InputError, match=rf"the curve is {value:g} at steps 8: a rate needs finite values > 0"):
        reader(Curve(np.arange(1.0, 41), samples, exact=True))


def test_negative_means_are_refused_not_mirrored() -> None:
    noise = generator(13).standard_normal((64, X.size))
    for curve in (exact(X, -1 / X, ROUNDING), Curve(X, -(1 + 0.1 * noise) / X)):
        with pytest.raises(InputError, match="a rate needs finite values > 0"):
            power_law(curve)


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
def test_fewer_than_four_points_are_refused_and_four_are_read(reader: Reader) -> None:
    curve = exact(X, 1 / X, ROUNDING)
    for points in (0, 1, 3):
        with pytest.raises(InputError, match=r"points"):
            reader(curve.at(slice(points)))
    assert width(reader(curve.at(slice(4)))) >= 0


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
def test_x_that_does_not_increase_is_refused(reader: Reader) -> None:
    with pytest.raises(InputError, match="x must increase"):
        reader(exact(X[::-1], 1 / X, ROUNDING))


def test_power_law_from_zero_is_refused() -> None:
    with pytest.raises(InputError, match="x > 0"):
        power_law(exact(T, 1 / (1 + T), ROUNDING))


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, float("nan")])
def test_level_outside_zero_and_one_is_refused(level: float, reader: Reader) -> None:
    with pytest.raises(InputError, match="an error probability lies in"):
        reader(exact(1 + T, 1 / (1 + T) ** 2, ROUNDING), level=level)


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        (Curve(X, 1 / X[None]), "at least 2 replicas"),
        (exact(X, np.stack([1 / X, 2 / X]), ROUNDING), "one row, not 2"),
        (Curve(X, np.array([[1.0], [0.0], [0.0]]) / X), "carry the whole mean"),
    ],
    ids=["one replica", "two deterministic rows", "one replica that carries the mean"],
)
def test_curves_without_an_uncertainty_are_refused(curve: Curve, message: Any) -> None:
    with pytest.raises(InputError, match=message):
        power_law(curve)


@pytest.mark.parametrize("form", ["log x", "log^2 x", "1/log x", "1 + x^-1/2"])
def test_points_out_to_the_x_that_is_named_suffice(form: str) -> None:
    x = np.geomspace(10, 1e3, 24)
    found = power_law(exact(x, FADING[form](x) / x, ROUNDING))
    distance = width(found) / 4
    needed = found.x_needed(distance, 0.05)
    assert needed is not None
    assert needed > 1e3
    # An estimate from what is seen so far: within a factor of two on the axis of log x.
    far = np.geomspace(10, needed**2, 24)
    assert width(power_law(exact(far, FADING[form](far) / far, ROUNDING))) / 2 <= distance


@pytest.mark.parametrize("reader", [power_law, geometric_factor])
def test_numbers_of_a_rate_are_plain_floats(reader: Reader) -> None:
    found = reader(exact(1 + T, 0.9**T, ROUNDING))
    for number in (found.value, *found.interval, found.miss, found.last_x, found.noise, found.bound):
        assert type(number) is float
