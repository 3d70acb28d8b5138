"""p-values of rates: never below what their form misses, and the smallest levels of intervals that are nested."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from tests.verdicts.synthetic import DECADES, EPS, TIMES, noisy, rival, row
from theorylab.curves import Curve
from theorylab.trials.calibration import along
from theorylab.verdicts import Check, Power, agrees, cells, decays_as, geometric, levels, rates, suite
from theorylab.verdicts.rates import Rate, geometric_factor, power_law

Floats = NDArray[np.float64]
SOME_LEVELS = np.geomspace(levels.LEAST, levels.MOST, 40)


def generator(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((20254, *key))))


def random_curve(key: int) -> Curve:
    """A curve of 4 to 35 points over half a decade to four: a power, a correction, noise along the points."""
    rng = generator(1, key)
    points = int(rng.integers(4, 36))
    x = np.geomspace(2, 2 * 10 ** rng.uniform(0.5, 4), points)
    mean = x ** rng.choice([-2.0, -1.0, -0.5, 1.0]) * (1 + rng.choice([0.0, 0.5, 3.0]) * x ** -rng.choice([0.5, 1.0]))
    noise = along("normal", rng, int(rng.choice([64, 200])), points)
    return Curve(x, mean * (1 + rng.choice([0.005, 0.05, 0.3]) * noise))


def read(key: int) -> Rate:
    return (geometric_factor if key % 4 == 0 else power_law)(random_curve(key))


@pytest.mark.parametrize("key", range(40))
def test_intervals_of_a_rate_are_nested_in_the_level(key: int) -> None:
    found = read(key)
    for form in (None, 1e-3, 0.05):
        lower, upper = np.array([found.limits(level, form) for level in SOME_LEVELS]).T
        assert (np.diff(lower) >= 0).all()
        assert (np.diff(upper) <= 0).all()


def test_factors_fall_with_the_level_in_every_cell() -> None:
    # What the nesting of intervals over the two levels of the form rests on.
    assert all(wide >= usual for usual, _, wide, _, _ in cells.TABLE.values())


@pytest.mark.parametrize("key", range(40))
def test_p_values_of_a_rate_are_levels_at_which_it_leaves_the_interval_and_its_form_on_top(key: int) -> None:
    curve = random_curve(key)
    slope = power_law(curve).slope
    for gap in (0.02, 0.2, 1.0):
        check = decays_as("c", curve, slope, rival=rival(predicted=slope - gap), homogeneous=True)
        if check.verdict == "error":
            continue
        assert check.form_miss > 0 or check.raw_p_values == (1.0, 1.0)
        assert min(check.raw_p_values) >= check.form_miss
        assert check.raw_p_values[0] > levels.MOST  # the middle of its interval
        if check.verdict == "supported":
            assert check.raw_p_values[1] <= 1e-3 + check.form_miss
        elif check.rival.verdict == "inconclusive" and check.form_miss:
            assert check.raw_p_values[1] > 1e-3 + check.form_miss


def test_a_refuted_rate_has_a_small_p_value_though_neither_form_fits_at_large_levels() -> None:
    # At a level of 1e-3 the interval holds the rival, at 1/2 neither: a p-value is about one form, not about two.
    curve = Curve(DECADES, DECADES**-1.0 * (1 + 0.02 * along("normal", generator(2), 64, DECADES.size)))
    found = power_law(curve)
    low, high = found.limits(1e-3)
    inner, _ = found.limits(0.5, 1e-3)
    near = (low + inner) / 2
    assert low < near < inner
    check = decays_as("c", curve, high + 0.2, rival=rival(predicted=near), homogeneous=True)
    assert (check.verdict, check.rival.verdict) == ("refuted", "supported")
    claim, other = check.raw_p_values
    assert claim <= 1e-3 + check.form_miss
    assert other > 1e-3 + check.form_miss


def test_a_rate_without_noise_is_as_probable_as_its_form_is_missed() -> None:
    for check in (
        decays_as("c", row(1 / DECADES, EPS, DECADES), -1.0, rival=rival(predicted=-0.5)),
        geometric("c", row(0.9**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.8)),
    ):
        assert check.raw_p_values == (1.0, check.form_miss)
        assert 0.002 < check.form_miss == check.error_probability < 0.02
        assert Check.from_json(check.to_json()).form_miss == check.form_miss


def test_what_is_not_told_has_no_p_value() -> None:
    x = np.geomspace(10, 1e4, 30)
    unknown = decays_as("c", row(x**-0.7, EPS, x), -0.5, rival=rival(predicted=-1.0))
    floor = decays_as("c", row(1 / x + 1e-5, 1e-15, x), -1.0, rival=rival(predicted=-0.5))
    hidden = decays_as("c", noisy(1 / DECADES, DECADES), -1.0, rival=rival(predicted=1.0))
    for check in (unknown, floor, hidden):
        assert (check.verdict, check.raw_p_values, check.form_miss) == ("inconclusive", (1.0, 1.0), 0.0)


def test_a_table_adjusts_what_noise_does_and_adds_the_form_of_each_rate() -> None:
    def checks(count: int) -> list[Check]:
        rate = decays_as("c", noisy(1 / DECADES, DECADES), -1.0, rival=rival(predicted=-0.5), homogeneous=True)
        means = [agrees("c", Curve(np.ones(1), z), 0.0, rival=rival(predicted=9.0)) for z in draws[:count]]
        return [rate, *means]

    draws = generator(3).standard_normal((100, 64, 1))
    for count in (0, 100):
        found, tests = suite.controlled(checks(count))
        assert found[0].p_values is not None
        assert found[0].verdict == "supported"
        # Of 2 or 202 tests, the form is missed as often as of one.
        assert found[0].p_values[1] == pytest.approx(found[0].form_miss, abs=tests * levels.LEAST * 1.01)
        assert found[0].p_values[1] > found[0].form_miss
    strict, _ = suite.controlled(checks(0), level=0.5 * checks(0)[0].form_miss)
    assert strict[0].verdict == "inconclusive"
    assert "not in this table" in strict[0].note


def excess(draws: int = 150) -> bool:
    """Whether p-values of a true rate are at some level smaller than that level more often than it says."""
    found = []
    for draw in along("normal", generator(4), draws, 64, DECADES.size):
        curve = Curve(DECADES, DECADES**-1.0 * (1 + 0.1 * draw))
        check = decays_as("c", curve, -1.0, rival=rival(predicted=Power(-1.02)), homogeneous=True)
        found.append(check.raw_p_values[0])
    return any(sum(p <= level for p in found) > binom.isf(1e-4, draws, level) for level in (0.02, 0.05, 0.2))


def test_p_values_of_true_rates_are_uniform_or_larger() -> None:
    assert not excess()


def test_p_values_of_rates_that_take_noise_for_half_of_it_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    quantile = rates._quantile
    monkeypatch.setattr(rates, "_quantile", lambda dof, level: 0.25 * quantile(dof, level))
    monkeypatch.setattr(cells, "TABLE", dict.fromkeys(cells.TABLE, (0.1, 0.0, 0.1, 0.0, 10**6)))
    assert excess()
