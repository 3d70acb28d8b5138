"""Rounding bounds: units in the last place, and the measurement that catches an invented one."""

import math

import mpmath
import numpy as np
import pytest

from theorylab import exact
from theorylab.errors import InputError
from theorylab.numerics.rounding import UNIT, from_ulps, measured_ulps

SETTINGS = [(float(x),) for x in np.random.default_rng(0).uniform(0.1, 10, 200)]


def test_a_unit_is_the_spacing_of_floats_at_1():
    assert np.spacing(1.0) == UNIT
    assert from_ulps([0, 1, 3]).tolist() == [0.0, UNIT, 3 * UNIT]


@pytest.mark.parametrize("ulps", [0.5, -1, math.nan, math.inf, [1, 2.5]])
def test_ulps_are_whole_numbers(ulps):
    with pytest.raises(InputError, match="give whole numbers >= 0"):
        from_ulps(ulps)


def test_a_curve_takes_ulps_or_a_relative_bound_and_not_both():
    assert exact([1, 2], [3.0, 5.0], ulps=[2, 4]).rounding.tolist() == [[6 * UNIT, 20 * UNIT]]
    assert (exact([1], [3.0], ulps=4).rounding == exact([1], [3.0], 2.0**-50).rounding).all()
    for given in ({}, {"relative_rounding": 0.0, "ulps": 1}):
        with pytest.raises(InputError, match="needs one rounding bound"):
            exact([1], [3.0], **given)


def test_a_correctly_rounded_function_is_off_by_half_a_unit_at_most():
    assert 0 < measured_ulps(math.sqrt, mpmath.sqrt, SETTINGS) <= 0.5


def test_a_function_in_plain_arithmetic_is_its_own_oracle():
    def form(x):
        return 1 - 1 / (1 + x) ** 3

    assert 0.5 < measured_ulps(form, form, SETTINGS) < 8


def test_cancellation_is_seen_so_that_an_invented_bound_is_caught():
    def cancels(x):
        return (1 + x) - 1

    assert measured_ulps(cancels, cancels, [(1e-9,)]) * UNIT > 1e-12


def test_several_values_count_and_the_worst_decides():
    found = measured_ulps(lambda x: [x, x * (1 + 8 * UNIT)], lambda x: [x, x], SETTINGS)
    assert found == pytest.approx(8, abs=1)


def test_a_wrong_value_where_the_truth_is_0_or_a_nan_is_infinitely_wrong():
    assert measured_ulps(lambda x: 1e-300, lambda x: 0, SETTINGS) == math.inf
    assert measured_ulps(lambda x: 0.0, lambda x: 0, SETTINGS) == 0.0
    assert measured_ulps(lambda x: math.nan, lambda x: 1, SETTINGS) == math.inf


def test_nothing_to_measure_is_said():
    with pytest.raises(InputError, match="no settings"):
        measured_ulps(math.sqrt, mpmath.sqrt, [])
    with pytest.raises(InputError, match="give equally many"):
        measured_ulps(lambda x: [x, x], lambda x: x, SETTINGS)
