"""Bilinear games min_x max_y x' A y at any horizon: one SVD of A, then closed forms per singular value.

With A = U S V', the numbers u_j x - i v_j y are modes of F(x, y) = (A y, -A' x) with slopes i sigma_j (see `model`);
what is orthogonal to the singular vectors stays where it starts. Every method here is a power of one or two complex
numbers per mode, taken from the logarithm of its modulus, written without cancellation, and from its angle.

Methods, of step size a, x = a sigma the `scaled` singular value:

    gradient            z+ = z - a F(z)
    extragradient       z+ = z - a F(z - a F(z))
    optimistic          z+ = z - 2 a F(z) + a F(z_before), z_before = z_0 at first
    fast extragradient  as in `schedules`
    halpern             z_k the mean of T^j z_0, j <= k: Halpern of T = 2 J - I, J = (I + a F)^-1, anchors 1/(k+2)
    proximal point      z+ = J z

Rounding: a mode after k steps is off by at most about (8 + k angle) 2^-52 of its size, angle ~ x; the SVD moves every
sigma by a few 2^-53 of the largest one, hence iterates by (k a |A|) times that. A mode turns thousands of times before
it decays, so that from k a |A| ~ 1e4 on it is this, not the closed form, that limits an iterate; its norm is not hit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import finite_row, increasing_steps, positive

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
METHODS = ("gradient", "extragradient", "optimistic", "fast extragradient", "proximal point", "halpern")


def bilinear_iterates(payoffs: ArrayLike, start: ArrayLike, method: str, step_size: float, steps: ArrayLike) -> Floats:
    """Iterates (x, y) after each number of `steps`, (points, n + m), for payoffs (n, m) and start (x_0, y_0), (n + m,).
    Derived: tests/models/minimax/test_bilinear.py::test_iterates_are_those_of_the_direct_iteration.

    Raises InputError for payoffs that are not a finite matrix, a start that does not fit, an unknown method, a step
    size that is not > 0, or steps that are not increasing integers >= 0. Diverging methods may reach infinity.
    """
    left, singular, right = _decomposed(payoffs)
    z0 = _start(start, left.shape[0], right.shape[0])
    x0, y0 = z0[: left.shape[0]], z0[left.shape[0] :]
    at_start = x0 @ left - 1j * (y0 @ right)
    moved = at_start * (bilinear_modes(singular, method, step_size, steps) - 1)
    return np.concatenate([x0 + moved.real @ left.T, y0 - moved.imag @ right.T], axis=1)


def bilinear_residuals(payoffs: ArrayLike, start: ArrayLike, method: str, step_size: float, steps: ArrayLike) -> Floats:
    """|F(z_k)| after each number of `steps`, (points,); O(n + m) each after the SVD. Raises as `bilinear_iterates`.
    Derived: tests/models/minimax/test_bilinear.py::test_iterates_are_those_of_the_direct_iteration.
    """
    left, singular, right = _decomposed(payoffs)
    z0 = _start(start, left.shape[0], right.shape[0])
    at_start = singular * np.abs(z0[: left.shape[0]] @ left - 1j * (z0[left.shape[0] :] @ right))
    return np.asarray(np.linalg.norm(at_start * np.abs(bilinear_modes(singular, method, step_size, steps)), axis=1))


def resolvent_residuals(
    payoffs: ArrayLike, start: ArrayLike, method: str, step_size: float, steps: ArrayLike
) -> Floats:
    """|F(J z_k)|, J = (I + a F)^-1, after each number of `steps`, (points,): what Algorithm 2 reports, solved exactly.
    Derived: tests/models/minimax/test_bilinear.py::test_resolvent_residuals_are_those_of_linear_solves.

    Raises as `bilinear_iterates`.
    """
    left, singular, right = _decomposed(payoffs)
    z0 = _start(start, left.shape[0], right.shape[0])
    at_start = singular * np.abs(z0[: left.shape[0]] @ left - 1j * (z0[left.shape[0] :] @ right))
    shrunk = at_start / np.sqrt(1 + (step_size * singular) ** 2)
    return np.asarray(np.linalg.norm(shrunk * np.abs(bilinear_modes(singular, method, step_size, steps)), axis=1))


def bilinear_modes(singular_values: ArrayLike, method: str, step_size: float, steps: ArrayLike) -> Complexes:
    """Iterates of the modes of slopes i sigma from the start 1 after each number of `steps`, (points, modes).
    Derived: tests/models/minimax/test_bilinear.py::test_closed_forms_of_the_family_are_these.

    Raises as `bilinear_iterates`, and for singular values that are not one finite row >= 0.
    """
    sigma, points = finite_row("singular_values", singular_values), increasing_steps(steps)
    require((sigma >= 0).all(), "singular_values must be >= 0")
    positive("step_size", step_size)
    x, k = step_size * sigma, np.asarray(points, dtype=float)[:, None]
    with np.errstate(over="ignore"):
        if method == "gradient":
            return np.asarray(np.exp(k * _logarithm(x**2, np.arctan(x))))
        if method == "proximal point":
            return np.asarray(np.exp(-k * (0.5 * np.log1p(x**2) + 1j * np.arctan(x))))
        if method == "extragradient":
            return np.asarray(np.exp(k * _extragradient_logarithm(x)))
        if method == "optimistic":
            return _optimistic(x, k)
        if method == "fast extragradient":
            ratio = -np.expm1(k * _extragradient_logarithm(x)) / np.where(k * x > 0, 1j * k * x, 1.0)
            return np.asarray(np.where(k * x > 0, ratio, 1.0))
    require(method == "halpern", f"method={method!r} is not known: give one of {', '.join(METHODS)}")
    half = np.arctan(x)  # T = (1 - i x) / (1 + i x) turns by -2 arctan(x)
    mean = np.sin((k + 1) * half) / np.where(x > 0, (k + 1) * np.sin(half), 1.0)
    return np.asarray(np.where(x > 0, np.exp(-1j * k * half) * mean, 1.0))


def _logarithm(excess: Any, angle: Any) -> Any:
    """Logarithm of the number of squared modulus 1 + excess that is turned by -angle."""
    return 0.5 * np.log1p(excess) - 1j * angle


def _extragradient_logarithm(x: Floats) -> Any:
    """Logarithm of m = 1 - i x - x^2: |m|^2 - 1 = -x^2 (1 - x^2)."""
    return _logarithm(-(x**2) * (1 - x) * (1 + x), np.arctan2(x, (1 - x) * (1 + x)))


def _optimistic(x: Floats, k: Floats) -> Complexes:
    """z+ = (1 - 2ix) z + ix z_before: z_k = (1 - ix) U_k + ix U_(k-1), U_k = (r_+^k - r_-^k) / (r_+ - r_-).

    r = h +- w, h = 1/2 - ix, w^2 = 1/4 - x^2: a double root at x = 1/2.
    """
    w = 0.5 * np.sqrt((1 - 2 * x) * (1 + 2 * x) + 0j)
    over = x > 0.5
    small = np.where(over, 0.5, 2 * x**2 / (1 + 2 * w.real))  # 1/2 - w; where w is real, |r_+-|^2 = 1/2 +- w
    near, far = np.where(over, 0.25 / (x + w.imag), x), x + w.imag
    with np.errstate(divide="ignore"):
        high = _logarithm(np.where(over, near**2 - 0.75, -small), np.arctan2(near, 0.5 + w.real))
        low = 0.5 * np.log(np.where(over, 0.25 + far**2, small)) - 1j * np.arctan2(far, small)
    h, rest = np.asarray(0.5 - 1j * x, dtype=complex), x > 0
    out = (1 - 1j * x) * _divided(high, low, h, w, k) + 1j * x * _divided(high, low, h, w, np.maximum(k - 1, 0))
    return np.asarray(np.where((k > 0) & rest, out, 1.0))


def _divided(high: Complexes, low: Complexes, h: Complexes, w: Complexes, k: Floats) -> Complexes:
    """(exp(k high) - exp(k low)) / (2 w); a hyperbolic sine where that is small, k exp(k high) / h at a double root."""
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (np.exp(k * high) - np.exp(k * low)) / (2 * w)
        half = np.arctanh(w / h)
        close = np.abs(k * half) < 1
        middle = np.exp(0.5 * k * (high + low))
        together = np.where(w == 0, k / h, np.sinh(np.where(close, k * half, 0)) / np.where(w == 0, 1, w))
    return np.asarray(np.where(close, middle * together, apart))


def _decomposed(payoffs: ArrayLike) -> tuple[Floats, Floats, Floats]:
    matrix = np.asarray(payoffs, dtype=float)
    require(matrix.ndim == 2 and matrix.size, f"payoffs need shape (n, m), n, m >= 1, not {matrix.shape}")
    require(np.isfinite(matrix).all(), "payoffs hold a value that is not finite: give finite numbers")
    left, singular, right = np.linalg.svd(matrix, full_matrices=False)
    return left, singular, right.T


def _start(start: ArrayLike, rows: int, columns: int) -> Floats:
    z = finite_row("start", start)
    if z.size != rows + columns:
        raise InputError(f"start has {z.size} coordinates, the game {rows} + {columns}: give (x_0, y_0)")
    return z
