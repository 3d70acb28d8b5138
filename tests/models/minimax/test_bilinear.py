"""Bilinear games at any horizon: against the direct iterations on the matrix, and modes in sixty digits."""

import mpmath
import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.minimax import bilinear, kernels, schedules, theory
from theorylab.models.minimax.bilinear import METHODS

RNG = np.random.default_rng(3)
STEPS = np.array([0, 1, 2, 3, 10, 101, 2000])


def game(rows, columns, rank=None):
    A = RNG.standard_normal((rows, columns))
    if rank is not None:
        A = A[:, :rank] @ RNG.standard_normal((rank, columns))
    return A / np.linalg.norm(A, 2), RNG.standard_normal(rows + columns)


def operator(A):
    n, m = A.shape
    return np.block([[np.zeros((n, n)), A], [-A.T, np.zeros((m, m))]])


def directly(A, z0, method, step, steps):
    """The iterates by matrix products alone, (points, n + m)."""
    F, last = operator(A), int(steps[-1])
    if method in ("gradient", "extragradient", "fast extragradient"):
        make = {
            "gradient": lambda: schedules.gradient_descent_ascent(last, step),
            "extragradient": lambda: schedules.extragradient(last, step, 1.0, allow_outside=True),
            "fast extragradient": lambda: schedules.fast_extragradient(last, step, 1.0, allow_outside=True),
        }[method]
        return kernels.affine_iterates(F, z0, make(), steps)
    z, before, out = z0, z0, []
    reflected = 2 * np.linalg.inv(np.eye(z0.size) + step * F) - np.eye(z0.size)
    for k in range(last + 1):
        if k in steps:
            out.append(z)
        if method == "optimistic":
            z, before = z - 2 * step * (F @ z) + step * (F @ before), z
        elif method == "proximal point":
            z = (z + reflected @ z) / 2
        else:
            z = (z0 + (k + 1) * (reflected @ z)) / (k + 2)
    return np.array(out)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (3, 7), (6, 2), (30, 30)])
def test_iterates_are_those_of_the_direct_iteration(method, shape):
    for step in (0.1, 0.5, 0.55) if method != "gradient" else (0.01, 0.1):
        A, z0 = game(*shape)
        found = bilinear.bilinear_iterates(A, z0, method, step, STEPS)
        expected = directly(A, z0, method, step, STEPS)
        size = np.maximum.accumulate(np.abs(expected).max(axis=1))
        assert (np.abs(found - expected).max(axis=1) <= 1e-11 * size).all()
        residual = bilinear.bilinear_residuals(A, z0, method, step, STEPS)
        allowed = 1e-11 * np.linalg.norm(operator(A) @ z0)
        assert residual == pytest.approx(np.linalg.norm(expected @ operator(A).T, axis=1), rel=1e-11, abs=allowed)


@pytest.mark.parametrize("method", METHODS)
def test_null_directions_of_a_game_of_low_rank_stay(method):
    A, z0 = game(6, 5, rank=2)
    found = bilinear.bilinear_iterates(A, z0, method, 0.3, STEPS)
    expected = directly(A, z0, method, 0.3, STEPS)
    assert np.abs(found - expected).max() <= 1e-11 * np.abs(expected).max()


def mode(method, x, k):
    """z_k on the slope i sigma with a sigma = x, from powers of 2x2 matrices or sums, in the working precision."""
    s = mpmath.mpc(0, x)
    if method == "gradient":
        return (1 - s) ** k
    if method == "extragradient":
        return (1 - s + s**2) ** k
    if method == "fast extragradient":
        return (1 - (1 - s + s**2) ** k) / (k * s)
    if method == "proximal point":
        return (1 + s) ** -k
    if method == "halpern":
        T = (1 - s) / (1 + s)
        return (1 - T ** (k + 1)) / ((k + 1) * (1 - T))
    step, power = mpmath.matrix([[1 - 2 * s, s], [1, 0]]), mpmath.eye(2)
    while k:
        if k % 2:
            power = power * step
        step, k = step * step, k // 2
    return power[0, 0] + power[0, 1]


@pytest.mark.parametrize("method", METHODS)
def test_modes_after_any_number_of_steps_in_sixty_digits(method):
    for x in (1e-12, 3e-7, 1e-3, 0.1, 0.4999999, 0.5, 0.5 + 1e-12, 0.55, 1.0):
        for k in (1, 2, 3, 50, 10**4, 10**6, 10**12):
            found = bilinear.bilinear_modes([x], method, 1.0, [k])[0, 0]
            with mpmath.workdps(90):
                true = mode(method, mpmath.mpf(x), k)
                if abs(true) > 1e290:
                    assert not abs(found) < 1e289
                    continue
                # A power of m is off by k |log m| 2^-53 relative to itself: its angle, or decay, has that many digits.
                turned = k * (x + x**2) if method != "optimistic" else k * min(4 * x, abs(mpmath.log(abs(true))) + x)
                size = 1 if method in ("halpern", "fast extragradient") else abs(true)
                if method == "halpern":
                    size = 1 / (1 + (k + 1) * x)
                if method == "fast extragradient":
                    size = max(1 / (1 + k * x), abs(true))
                assert abs(mpmath.mpc(complex(found)) - true) <= (16 + 4 * turned) * 2.0**-52 * size + 1e-300, (x, k)


@pytest.mark.parametrize("method", ["halpern", "proximal point"])
def test_resolvent_residuals_are_those_of_linear_solves(method):
    A, z0 = game(4, 6)
    F, steps = operator(A), np.array([0, 1, 5, 40])
    iterates = directly(A, z0, method, 0.7, steps)
    expected = np.linalg.norm(np.linalg.solve(np.eye(10) + 0.7 * F, iterates.T).T @ F.T, axis=1)
    found = bilinear.resolvent_residuals(A, z0, method, 0.7, steps)
    assert found == pytest.approx(expected, rel=1e-10)


def test_closed_forms_of_the_family_are_these():
    x, k = np.array([0.1, 0.7]), np.array([1, 8, 300])
    found = 1j * x * bilinear.bilinear_modes(x, "extragradient", 1.0, k)
    assert found == pytest.approx(theory.extragradient_value(1j * x, 1.0, k[:, None]), rel=1e-12)
    found = 1j * x * bilinear.bilinear_modes(x, "fast extragradient", 1.0, k)
    assert found == pytest.approx(theory.fast_value(1j * x, 1.0, k[:, None]), rel=1e-12)
    found = 1j * x / (1 + 1j * x) * bilinear.bilinear_modes(x, "proximal point", 1.0, k)
    assert found == pytest.approx(theory.proximal_point_difference(1j * x, 1.0, k[:, None]), rel=1e-12)
    growth = np.abs(bilinear.bilinear_modes(x, "gradient", 1.0, k)) ** 2
    assert growth == pytest.approx(theory.gradient_descent_ascent_growth(1.0, x, k[:, None]), rel=1e-12)


def test_halpern_at_its_worst_singular_value_after_a_million_million_steps():
    k = 10**12
    sigma = theory.resolvent_worst_singular_value(k, 0.5)
    residual = 2 * abs(sigma * 0.5 / (1 + 0.5j * sigma) * bilinear.bilinear_modes([sigma], "halpern", 0.5, [k])[0, 0])
    assert residual == pytest.approx(theory.halpern_bound(k), rel=1e-11)  # |x - T x| = |(1 - T) x|, T - 1 = -2ix/(1+ix)


def test_extragradient_leaves_its_slow_modes_in_order():
    A, z0 = np.diag([1.0, 1e-3, 1e-6]), np.ones(6)
    residual = bilinear.bilinear_residuals(A, z0, "extragradient", 0.5, [10**4, 10**8, 10**12])
    squares = (0.5 * np.array([1e-3, 1e-6])) ** 2
    powers = np.exp(np.array([[1e4], [1e8], [1e12]]) * np.log1p(-squares * (1 - squares)))
    expected = np.sqrt(2 * (powers * [1e-6, 1e-12]).sum(axis=1))
    assert residual == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [1.0, 1.0], "gradient", 0.1, [1]), "payoffs need shape"),
        (([[np.nan]], [1.0, 1.0], "gradient", 0.1, [1]), "not finite"),
        (([[1.0]], [1.0], "gradient", 0.1, [1]), "start has 1 coordinates, the game 1 \\+ 1"),
        (([[1.0]], [1.0, 1.0], "descent", 0.1, [1]), "method='descent' is not known: give one of gradient"),
        (([[1.0]], [1.0, 1.0], "gradient", 0.0, [1]), "step_size=0.0"),
        (([[1.0]], [1.0, 1.0], "gradient", 0.1, [2, 1]), "steps must increase"),
    ],
)
def test_bad_input_is_named(arguments, message):
    for call in (bilinear.bilinear_iterates, bilinear.bilinear_residuals):
        with pytest.raises(InputError, match=message):
            call(*arguments)


def test_singular_values_are_checked():
    with pytest.raises(InputError, match=">= 0"):
        bilinear.bilinear_modes([-1.0], "gradient", 0.1, [1])
