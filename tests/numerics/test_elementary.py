"""The polynomials against 50-digit arithmetic: coefficients are the fits they are said to be, errors are as said."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from theorylab.numerics import elementary
from theorylab.numerics.jit import kernel

LAST_PLACE = 2.0**-53


def log_remainder(z):
    s = mpmath.sqrt(z)
    return (2 * mpmath.atanh(s) / s - 2) / z if z > 1e-12 else mpmath.mpf(2) / 3 + 2 * z / 5


def sin_remainder(y):
    w = mpmath.sqrt(y)
    return (mpmath.sinpi(w) / w - mpmath.pi) / y if y > 1e-14 else -(mpmath.pi**3) / 6 + mpmath.pi**5 * y / 120


def cos_remainder(y):
    return (mpmath.cospi(mpmath.sqrt(y)) - 1) / y if y > 1e-14 else -(mpmath.pi**2) / 2 + mpmath.pi**4 * y / 24


def exp_remainder(r):
    return (mpmath.exp(r) - 1 - r) / r**2 if abs(r) > 1e-9 else mpmath.mpf(1) / 2 + r / 6


REACH = ((mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1)) ** 2
FITS = {
    "LOG": (elementary.LOG, log_remainder, REACH),
    "SIN": (elementary.SIN, sin_remainder, mpmath.mpf(1) / 16),
    "COS": (elementary.COS, cos_remainder, mpmath.mpf(1) / 16),
}


@pytest.mark.parametrize("name", FITS)
def test_coefficients_are_the_chebyshev_fit(name):
    found, remainder, reach = FITS[name]
    with mpmath.workdps(50):
        expected = mpmath.chebyfit(remainder, [mpmath.mpf(0), reach], len(found))[::-1]
    assert found == pytest.approx([float(c) for c in expected], rel=1e-9)
    # Where the fit is added to its first term (2, pi or 1) its own error is below a rounding.
    with mpmath.workdps(50):
        points = [reach * k / 500 for k in range(1, 501)]
        error = max(abs((mpmath.polyval(found[::-1], y) - remainder(y)) * y) for y in points)
    assert error < LAST_PLACE


def test_coefficients_of_the_exponential_are_the_chebyshev_fit():
    with mpmath.workdps(50):
        end = mpmath.log(2) / 2
        expected = mpmath.chebyfit(exp_remainder, [-end, end], len(elementary.EXP))[::-1]
        assert pytest.approx([float(c) for c in expected], rel=1e-9) == elementary.EXP
        points = [end * k / 250 for k in range(-250, 251) if k]
        error = max(abs((mpmath.polyval(elementary.EXP[::-1], r) - exp_remainder(r)) * r**2) for r in points)
    assert error < LAST_PLACE


def test_the_exponential_at_its_ends():
    ends = np.array([-np.inf, -1e4, -745.2, 0.0, 709.79, 1e4, np.inf, np.nan])
    assert each(elementary.exp, ends) == pytest.approx([0, 0, 0, 1, np.inf, np.inf, np.inf, np.nan], nan_ok=True)
    small = each(elementary.exp, np.linspace(-745, -708.5, 300))
    with mpmath.workdps(40):
        truth = [float(mpmath.exp(x)) for x in np.linspace(-745, -708.5, 300)]
    assert np.abs(small - truth).max() <= 2 * 5e-324


@pytest.mark.parametrize("name", FITS)
def test_short_coefficients_are_the_chebyshev_fit_with_fewer_terms(name):
    found, (_, remainder, reach) = getattr(elementary, f"{name}32"), FITS[name]
    with mpmath.workdps(50):
        expected = mpmath.chebyfit(remainder, [mpmath.mpf(0), reach], len(found))[::-1]
        assert found == tuple(np.float32(float(c)) for c in expected)
        points = [reach * k / 100 for k in range(1, 101)]
        error = max(abs((mpmath.polyval([float(c) for c in found[::-1]], y) - remainder(y)) * y) for y in points)
    assert error < 2.0**-24


@kernel
def each32(function, x):
    out = np.empty(x.size, np.float32)
    for i in range(x.size):
        out[i] = function(x[i])
    return out


@pytest.mark.parametrize(("name", "places"), [("log32", 2.0), ("sin_pi32", 2.0), ("cos_pi32", 1.0)])
def test_errors_of_short_functions_stay_within_the_units_of_the_last_place_said(name, places):
    grid = np.linspace(2.0**-24, 1, 20011) if name == "log32" else np.linspace(-0.25, 0.25, 20011)
    small = np.geomspace(2.0**-32, 1, 4000) if name == "log32" else np.geomspace(1e-8, 0.25, 4000)
    x = np.concatenate([grid, small]).astype(np.float32)
    truth = TRUTH64[name](x.astype(float))
    found = each32(getattr(elementary, name), x)
    assert np.abs((found - truth) / np.spacing(np.abs(truth).astype(np.float32)))[truth != 0].max() < places
    assert not found[truth == 0].any()


TRUTH64 = {"log32": np.log, "sin_pi32": lambda w: np.sin(np.pi * w), "cos_pi32": lambda w: np.cos(np.pi * w)}


@kernel
def each(function, x):
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = function(x[i])
    return out


GRIDS = {
    "log": np.concatenate([np.linspace(2.0**-53, 1 - 2.0**-53, 2001), 1 - np.geomspace(2.0**-53, 0.5, 500),
                           np.geomspace(2.0**-53, 1, 500), np.geomspace(1e-300, 1e300, 500)]),
    "sin_pi": np.concatenate([np.linspace(-0.25, 0.25, 2000), np.geomspace(1e-16, 0.25, 500)]),
    "cos_pi": np.linspace(-0.25, 0.25, 2001),
    "exp": np.concatenate([np.linspace(-708, 709.7, 4000), np.linspace(-1, 1, 2001), np.geomspace(1e-18, 1, 300)]),
}  # fmt: skip
TRUTH = {"log": mpmath.log, "sin_pi": mpmath.sinpi, "cos_pi": mpmath.cospi, "exp": mpmath.exp}
PLACES = {"log": 1.0, "sin_pi": 1.5, "cos_pi": 1.0, "exp": 1.0}


@pytest.mark.parametrize("name", GRIDS)
def test_errors_stay_within_the_units_of_the_last_place_said(name):
    x = GRIDS[name]
    found = each(getattr(elementary, name), x)
    with mpmath.workdps(40):
        truth = [TRUTH[name](mpmath.mpf(v)) for v in x.tolist()]
        error = [
            abs(float((mpmath.mpf(f) - t) / np.spacing(abs(float(t))))) if t else abs(f)
            for f, t in zip(found.tolist(), truth, strict=True)
        ]
    assert max(error) < PLACES[name]


def test_the_open_uniform_is_exact_symmetric_and_never_at_an_end():
    words = np.array([0, 2**64 - 1, 2**63, 2**63 - 1, 0x123456789ABCDEF0], dtype=np.uint64)
    expected = [(2 * (int(w) >> 12) + 1) / 2**53 for w in words]
    assert each(elementary.open_uniform, words).tolist() == expected
    assert min(expected) > 0
    assert max(expected) == 1 - 2.0**-53


@kernel
def words_of(value, other, bits, product, out):
    """What the machine's own operations give, for comparison with integers and fractions."""
    out[0] = elementary.as_bits(value)
    out[1] = elementary.as_bits(elementary.as_float(bits))
    out[2] = elementary.as_bits(elementary.fused(value, other, value))
    out[3] = elementary.high_product(bits, product)
    single = elementary.as_float32(np.uint32(0x40490FDB))
    out[4] = elementary.as_bits32(single)
    out[5] = elementary.as_bits32(elementary.fused32(single, single, single))


def test_bits_products_and_fused_sums_are_those_of_the_machine():
    value, other, bits, product = 1.0 + 2.0**-52, 1.0 - 2.0**-30, 0x3FF123456789ABCD, 0xFEDCBA9876543210
    out = np.empty(6, np.uint64)
    words_of(value, other, np.uint64(bits), np.uint64(product), out)
    assert int(out[0]) == int(np.float64(value).view(np.uint64))
    assert int(out[1]) == bits
    exactly = Fraction(value) * Fraction(other) + Fraction(value)
    assert np.uint64(out[2]).view(np.float64) == exactly.numerator / exactly.denominator  # rounded once
    assert int(out[3]) == bits * product >> 64
    assert int(out[4]) == 0x40490FDB
    single = Fraction(float(np.uint32(0x40490FDB).view(np.float32)))
    assert np.uint32(out[5]).view(np.float32) == np.float32(float(single * single + single))
