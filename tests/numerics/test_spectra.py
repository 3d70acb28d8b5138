"""Spectra: the values that their names promise, refused unless positive, finite and falling."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.numerics import spectra

MADE = {
    "power_law": lambda d: spectra.power_law(d, 1.5),
    "exponential": lambda d: spectra.exponential(d, 0.5),
    "spiked": lambda d: spectra.spiked(d, [3.0]),
    "flat": lambda d: spectra.flat(d),
}


def test_power_law_values():
    assert spectra.power_law(4, 2.0) == pytest.approx([1, 1 / 4, 1 / 9, 1 / 16], rel=1e-15)
    assert spectra.power_law(3, 1, largest=6.0) == pytest.approx([6, 3, 2], rel=1e-15)
    assert spectra.power_law(3, 0.0).tolist() == [1, 1, 1]


def test_exponential_values():
    assert spectra.exponential(4, 0.5, largest=8.0).tolist() == [8, 4, 2, 1]
    assert spectra.exponential(3, 1.0).tolist() == [1, 1, 1]


def test_spiked_values():
    assert spectra.spiked(5, [10, 4], bulk=0.5).tolist() == [10, 4, 0.5, 0.5, 0.5]
    assert spectra.spiked(2, [10, 4]).tolist() == [10, 4]
    assert spectra.spiked(3, 7).tolist() == [7, 1, 1]


def test_flat_and_custom_values():
    assert spectra.flat(3, 0.25).tolist() == [0.25] * 3
    assert spectra.custom((3, 2, 2, 1)).tolist() == [3, 2, 2, 1]


@pytest.mark.parametrize("name", MADE)
def test_every_spectrum_is_a_read_only_row_of_floats(name):
    values = MADE[name](6)
    assert values.shape == (6,)
    assert values.dtype == np.float64
    assert (np.diff(values) <= 0).all()
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 2.0


def test_custom_keeps_a_copy_of_its_own():
    given = np.array([2.0, 1.0])
    kept = spectra.custom(given)
    given[0] = 9.0
    assert kept.tolist() == [2, 1]


@pytest.mark.parametrize("name", MADE)
def test_one_dimension_is_enough(name):
    assert MADE[name](1).shape == (1,)


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("dimension", [0, -1, 2.0, True, "3", None])
def test_a_dimension_is_an_integer_from_one(name, dimension):
    with pytest.raises(InputError, match=r"^dimension=.* is not allowed: give an integer >= 1$"):
        MADE[name](dimension)


@pytest.mark.parametrize(
    ("eigenvalues", "message"),
    [
        ([1.0, 0.0], "eigenvalue number 1 is 0.0"),
        ([1.0, -1.0], "eigenvalue number 1 is -1.0"),
        ([np.nan, 1.0], "eigenvalue number 0 is nan"),
        ([np.inf, 1.0], "eigenvalue number 0 is inf"),
        ([3.0, 1.0, 2.0], r"rise at number 2 \(1.0 < 2.0\)"),
        ([], r"shape \(d,\), d >= 1, not \(0,\)"),
        (1.0, r"shape \(d,\), d >= 1, not \(\)"),
        ([[2.0, 1.0]], r"not \(1, 2\)"),
        (["a"], "are not numbers"),
        ([[1.0], [1.0, 2.0]], "are not numbers"),
    ],
)
def test_custom_refuses_what_is_no_spectrum(eigenvalues, message):
    with pytest.raises(InputError, match=message):
        spectra.custom(eigenvalues)


@pytest.mark.parametrize("exponent", [-0.1, np.nan, np.inf, -np.inf])
def test_a_power_law_does_not_rise(exponent):
    with pytest.raises(InputError, match=r"^exponent=.* is not allowed: give a number >= 0$"):
        spectra.power_law(3, exponent)


@pytest.mark.parametrize("factor", [0.0, -0.5, 1.1, np.nan, np.inf])
def test_an_exponential_spectrum_falls(factor):
    with pytest.raises(InputError, match=r"^factor=.* is not allowed: give a number in \(0, 1\]$"):
        spectra.exponential(3, factor)


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan, np.inf])
def test_scales_are_positive_and_finite(scale):
    for spectrum in (
        lambda: spectra.power_law(3, 1.0, largest=scale),
        lambda: spectra.exponential(3, 0.5, largest=scale),
        lambda: spectra.flat(3, scale),
        lambda: spectra.spiked(3, [scale]),
    ):
        with pytest.raises(InputError):
            spectrum()


def test_spikes_fit_and_stand_out():
    with pytest.raises(InputError, match="3 spikes do not fit into dimension=2"):
        spectra.spiked(2, [3, 2, 1])
    with pytest.raises(InputError, match="rise"):
        spectra.spiked(3, [0.5], bulk=1.0)
    with pytest.raises(InputError, match="rise"):
        spectra.spiked(3, [2.0, 3.0])
