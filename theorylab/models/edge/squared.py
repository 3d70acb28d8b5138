"""Squared regression, beyond scalars: coefficients beta = plus^2 - minus^2 (elementwise), fitted by gradient descent.

Loss 1/(2 N) sum_n (x_n . beta - y_n)^2 over N samples, at most as many as directions. With g the
gradient in beta, a step is

    plus <- plus (1 - 2 step_size g),   minus <- minus (1 + 2 step_size g),

so that it multiplies each plus_i minus_i by 1 - (2 step_size g_i)^2, while gradient flow keeps it: the flow's solution
is plus exp(-X^T nu), minus exp(X^T nu) with the N numbers nu that fit the data, the root of the gradient of a convex
function. One sample and one direction is the scalar network of depth 2, with weights plus -+ minus and twice the step
size. Many problems are solved together: every array has a leading axis of rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.edge.model import step_sizes
from theorylab.numerics.arguments import whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]
UNIT = 2.0**-53
NEWTON_STEPS = 100


class Problems(NamedTuple):
    """Data and start of `rows` problems: inputs (rows, N, d), targets (rows, N), plus and minus (rows, d), > 0."""

    inputs: Floats
    targets: Floats
    plus: Floats
    minus: Floats


class Paths(NamedTuple):
    """What `descend` finds: sharpness of the flow's solution, (rows, steps + 1), and its relative rounding bound."""

    sharpness: Floats
    rounding: Floats
    survived: NDArray[np.bool_]
    """Rows in which no entry of plus and minus reached 0, (rows,); the others stop before that step."""
    iterate_sharpness: Floats
    """Largest Hessian eigenvalue at the iterate, (rows, steps + 1)."""


def problems(inputs: ArrayLike, targets: ArrayLike, plus: ArrayLike, minus: ArrayLike) -> Problems:
    """Problems from arrays; targets, plus and minus may lack leading axes that repeat.

    Raises InputError for inputs that are not (rows, N, d) with N <= d, shapes that do not fit, numbers that are not
    finite, or plus and minus that are not > 0.
    """
    x = np.asarray(inputs, dtype=float)
    require(
        x.ndim == 3 and 1 <= x.shape[1] <= x.shape[2] and x.shape[0] >= 1,
        f"inputs have shape {x.shape}: give (rows, N, d) with 1 <= N <= d",
    )
    rows, samples, d = x.shape
    parts = []
    for name, value, shape in (
        ("targets", targets, (rows, samples)),
        ("plus", plus, (rows, d)),
        ("minus", minus, (rows, d)),
    ):
        given = np.asarray(value, dtype=float)
        try:
            parts.append(np.array(np.broadcast_to(given, shape)))
        except ValueError:
            require(False, f"{name} of shape {given.shape} do not fit inputs of shape {x.shape}: give {shape}")
    require(all(np.isfinite(part).all() for part in (x, *parts)), "inputs, targets, plus and minus must be finite")
    require((parts[1] > 0).all() and (parts[2] > 0).all(), "plus and minus must be > 0: an entry at 0 never leaves it")
    return Problems(x, *parts)


def random_problems(rows: int, samples: int, directions: int, plus: float, minus: float, seed: int) -> Problems:
    """Standard normal inputs, targets of standard normal coefficients, the same start in all. Raises as `problems`."""
    draws = generator(seed, 1000 * samples + directions)
    inputs = draws.standard_normal((rows, samples, directions))
    beta = draws.standard_normal((rows, directions))
    return problems(inputs, (inputs @ beta[..., None])[..., 0], plus, minus)


def flow_sharpness(given: Problems) -> Floats:
    """Largest Hessian eigenvalue at the minimum that gradient flow reaches from plus and minus, (rows,).
    Derived: tests/models/edge/test_squared.py::test_flow_sharpness_is_that_of_the_differential_equation.
    """
    return _flow(given, np.zeros_like(given.targets), np.zeros_like(given.plus))[0]


def descend(given: Problems, step_size: ArrayLike, steps: int) -> Paths:
    """Gradient descent with one step size or one per row; see `Paths`.
    Derived: tests/models/edge/test_squared.py::test_a_step_multiplies_plus_times_minus_by_its_contraction.

    Raises InputError for a step size that is not finite and > 0, or steps that are not an integer >= 0.
    """
    whole("steps", steps, least=0)
    samples = given.inputs.shape[1]
    eta = step_sizes(step_size, given.inputs.shape[0])[:, None]
    survived = np.ones(eta.shape[0], dtype=bool)
    nu, moved = np.zeros_like(given.targets), np.zeros_like(given.plus)
    out = np.empty((3, eta.shape[0], steps + 1))
    for t in range(steps + 1):
        out[0, :, t], out[1, :, t], nu = _flow(given, nu, moved)
        out[2, :, t] = iterate_sharpness(given)
        residual = _apply(given.inputs, given.plus**2 - given.minus**2) - given.targets
        change = 2 * eta * _apply_transposed(given.inputs, residual) / samples
        survived &= (np.abs(change) < 1).all(axis=1)
        on = survived[:, None]
        moved = np.where(on, _step_rounding(given, eta, change), moved)
        nu = np.where(on, nu - 2 * eta * residual / samples, nu)  # where the flow would have gone: a good guess
        plus, minus = given.plus * (1 - change), given.minus * (1 + change)
        given = given._replace(plus=np.where(on, plus, given.plus), minus=np.where(on, minus, given.minus))
    return Paths(out[0], out[1], survived, out[2])


def iterate_sharpness(given: Problems) -> Floats:
    """Largest eigenvalue of the Hessian in (plus, minus) at the iterate, (rows,): J^T J / N + diag(2 g, -2 g).
    Derived: tests/models/edge/test_squared.py::test_iterate_sharpness_is_the_derivative_of_the_gradient.
    """
    samples, d = given.inputs.shape[1:]
    jacobian = 2 * np.concatenate([given.inputs * given.plus[:, None], -given.inputs * given.minus[:, None]], axis=2)
    residual = _apply(given.inputs, given.plus**2 - given.minus**2) - given.targets
    gradient = _apply_transposed(given.inputs, residual) / samples
    hessian = jacobian.transpose(0, 2, 1) @ jacobian / samples
    index = np.arange(2 * d)
    hessian[:, index, index] += 2 * np.concatenate([gradient, -gradient], axis=1)
    return np.asarray(np.linalg.eigvalsh(hessian)[:, -1])


def _flow(given: Problems, guess: Floats, moved: Floats) -> tuple[Floats, Floats, Floats]:
    """Sharpness of the flow's solution, its relative rounding bound, and nu; `moved`: rounding in log plus, minus.

    Newton, damped so that no exponent changes by more than 1, which the exponentials here allow from everywhere;
    inf where it has not arrived after NEWTON_STEPS.
    """
    x, nu = given.inputs, guess
    samples, d = x.shape[1:]
    last = False
    for _ in range(NEWTON_STEPS):
        exponent = 2 * _apply_transposed(x, nu)
        above, below = given.plus**2 * np.exp(-exponent), given.minus**2 * np.exp(exponent)
        curvature = 2 * (x * (above + below)[:, None]) @ x.transpose(0, 2, 1)
        missing = (_apply(x, above - below) - given.targets)[..., None]
        step = np.asarray(np.linalg.solve(curvature, missing)[..., 0], dtype=float)
        if last:
            break
        size = 2 * np.abs(_apply_transposed(x, step)).max(axis=1)
        nu = nu + step / np.maximum(1.0, size)[:, None]
        last = bool(size.max() < 1e-8)
    total = above + below
    sharpness = np.where(size < 1e-8, np.linalg.eigvalsh(2 / samples * curvature)[:, -1], np.inf)
    # Relative errors `off` of the squares move the residual of the fit, that moves nu, and both move the eigenvalue.
    off = 2 * (moved + (samples * _apply_transposed(np.abs(x), np.abs(nu)) + 4) * UNIT)
    fit = _apply(np.abs(x), total * off) + (d + 8) * UNIT * (_apply(np.abs(x), total) + np.abs(given.targets))
    response = np.abs(np.linalg.solve(curvature, x))
    shift = 2 * (response.transpose(0, 2, 1) @ fit[..., None])[..., 0]
    rounding = (shift + off).max(axis=1) + (8 * samples**2 + d + 8) * UNIT
    return sharpness, rounding, nu


def _step_rounding(given: Problems, eta: Floats, change: Floats) -> Floats:
    """Bound of the relative rounding of plus and minus in one step, (rows, d)."""
    samples, d = given.inputs.shape[1:]
    size = _apply(np.abs(given.inputs), given.plus**2 + given.minus**2) + np.abs(given.targets)
    gradient = (samples + d + 8) * UNIT * _apply_transposed(np.abs(given.inputs), size) / samples
    return np.asarray((2 * eta * gradient + 4 * UNIT) / np.maximum(1 - np.abs(change), UNIT))


def _apply(inputs: Floats, directions: Floats) -> Floats:
    return np.asarray((inputs @ directions[..., None])[..., 0])


def _apply_transposed(inputs: Floats, samples: Floats) -> Floats:
    return np.asarray((inputs.transpose(0, 2, 1) @ samples[..., None])[..., 0])
