"""Midpoints and radii: the truth, at 60 digits, is never outside, and what is exact stays exact."""

import mpmath
import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.numerics.known import Known, known, stacked, table

RNG = np.random.default_rng(3)


def far(count=300):
    """Numbers of both signs and of sizes from 1e-6 to 1e6."""
    return RNG.choice([-1, 1], count) * np.exp(RNG.uniform(-14, 14, count))


def holds(found, truth):
    """Whether every true value (mpmath) is within the error of the one found."""
    return all(
        abs(mpmath.mpf(float(value)) - true) <= mpmath.mpf(float(error))
        for value, error, true in zip(found.value.ravel(), found.error.ravel(), truth, strict=True)
    )


FORMULAS = {
    "product and sum": lambda a, b, c: a * b + c,
    "difference": lambda a, b, c: (a - b) - (a - c) * 2.5,
    "quotient": lambda a, b, c: (a + 1.5) / (b * b + 1) - 1 / (c * c + 0.5),
    "powers": lambda a, b, c: (a * a) ** 0.5 + b**3 - (c * c + 1) ** -1.5,
    "cancelled": lambda a, b, c: ((a + b) ** 2 - a**2 - 2 * a * b) / (b**2) + 0 * c,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_the_truth_is_within_the_error(name):
    numbers = [far() for _ in range(3)]
    found = FORMULAS[name](*map(known, numbers))
    with mpmath.workdps(60):
        truth = [FORMULAS[name](*map(mpmath.mpf, map(float, row))) for row in zip(*numbers, strict=True)]
        assert holds(found, truth)
        # ... and the bound is one of rounding: a wrong formula is outside.
        assert not holds(found, [value * (1 + mpmath.mpf(10) ** -6) + 1 for value in truth])


def test_inherited_errors_are_carried_to_the_worst_case():
    for _ in range(100):
        a, b = Known(RNG.uniform(1, 2), 1e-3), Known(RNG.uniform(-2, -1), 2e-3)
        for sign_a in (-1, 1):
            for sign_b in (-1, 1):
                x, y = float(a.value) + sign_a * 1e-3, float(b.value) + sign_b * 2e-3
                for form in (lambda p, q: p * q, lambda p, q: p / q, lambda p, q: p - q, lambda p, q: p**-2.5 + q**3):
                    found = form(a, b)
                    assert abs(form(x, y) - found.value) <= found.error


def test_powers_of_many_steps_keep_their_error():
    base, n = known(0.3) / 0.30000001, 10**9
    found = base**n
    with mpmath.workdps(60):
        truth = (mpmath.mpf(0.3) / mpmath.mpf(0.30000001)) ** n
        assert abs(found.value - truth) <= found.error
    assert found.relative < 1e-6
    assert (known(1.0) ** 10**12).error <= 2e-15
    assert not np.isfinite((Known(0.0, 1e-3) ** 0.5).error)
    assert (Known(0.0, 1e-3) ** 2).error >= 1e-6


def test_matrix_products_of_random_shapes_hold():
    for terms in (1, 2, 5, 9):
        a, b = RNG.standard_normal((3, 4, terms)), RNG.standard_normal((3, terms, 2))
        e = np.abs(a) * 1e-9
        found = Known(a, e) @ known(b)
        with mpmath.workdps(60):
            moved = a + e * RNG.choice([-1, 1], a.shape)
            for k in range(3):
                left, right = mpmath.matrix(moved[k].tolist()), mpmath.matrix(b[k].tolist())
                assert holds(found[k], list(left * right))
    assert np.abs(found.error).max() < 1e-7


def test_what_is_exact_stays_exact():
    assert (known(0.1) * 1.0).error == 0
    assert (known(0.1) + 0.0).error == 0
    assert (known(0.0) * 0.3).error == 0
    shear = table([[1.0, 0.0], [1.0, 1.0]])
    for _ in range(20):
        shear = shear @ shear
    assert (shear.error[[0, 0, 1], [0, 1, 1]] == 0).all()
    assert shear.value[1, 0] == 2**20


def test_arrays_numbers_and_known_mix_on_either_side():
    x = known([1.0, 2.0])
    for mixed in (np.array([1.0, 2.0]) + x, x + np.array([1.0, 2.0]), 2 * x, x * np.float64(2)):
        assert isinstance(mixed, Known)
        assert mixed.value.tolist() == [2.0, 4.0]
    assert (1 - x).value.tolist() == [0.0, -1.0]
    assert (np.array([1.0, 2.0]) / x).value.tolist() == [1.0, 1.0]
    assert x.sum(0).value == 3.0
    assert x.high.tolist() == [1.0, 2.0]
    assert stacked([x, x]).shape == (2, 2)
    assert "Known" in repr(x)


def test_a_division_by_what_may_be_zero_has_no_bound():
    assert not np.isfinite((1 / Known(1e-9, 1e-8)).error)


def test_tables_of_unequal_rows_are_refused():
    with pytest.raises(InputError, match="rows of one length"):
        table([[1.0, 2.0], [3.0]])
    assert table([[1.0, np.array([2.0, 3.0])]]).shape == (2, 1, 2)
