"""Runs of first-order methods: deterministic ones on extremal functions, stochastic ones by replicated kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.convex import kernels
from theorylab.models.convex.model import QuadraticSum
from theorylab.numerics.arguments import finite_row, increasing_steps, number, whole
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
METHODS = {"sgd": kernels.SGD, "proximal": kernels.PROXIMAL, "momentum": kernels.MOMENTUM}


class Descent(NamedTuple):
    """Iterates x_0..x_T of runs side by side, (T+1, runs), with values and derivatives there."""

    iterates: Floats
    values: Floats
    slopes: Floats


def descend(function: Callable[[Any], tuple[Any, Any]], start: ArrayLike, step_size: ArrayLike, steps: int) -> Descent:
    """Gradient descent x+ = x - g f'(x) on functions of one variable, `function(x)` giving values and derivatives.

    `start` and `step_size` hold a run per entry. Raises InputError for steps that are not an integer >= 0.
    """
    x = np.array(start, dtype=float)
    rows = []
    for _ in range(whole("steps", steps, least=0) + 1):
        value, slope = function(x)
        rows.append((x, value, slope))
        x = x - np.asarray(step_size) * slope
    return Descent(*(np.array(column) for column in zip(*rows, strict=True)))


def moving_average(
    function: Callable[[Any], tuple[Any, Any]], start: ArrayLike, step_size: float, steps: int
) -> Descent:
    """The iterate moving average z+ = z - g f'(x), x+ = ((t+1) x + 2 z+)/(t+3), as `descend`."""
    x = z = np.array(start, dtype=float)
    rows = []
    for t in range(whole("steps", steps, least=0) + 1):
        value, slope = function(x)
        rows.append((x, value, slope))
        z = z - step_size * slope
        x = ((t + 1) * x + 2 * z) / (t + 3)
    return Descent(*(np.array(column) for column in zip(*rows, strict=True)))


def proximal_kink(scale: ArrayLike, start: ArrayLike, step_size: float, steps: int) -> Floats:
    """Iterates x_0..x_T (T+1, runs) of the proximal point method on scale * |x|: soft thresholding."""
    x, rows = np.array(start, dtype=float), []
    for _ in range(whole("steps", steps, least=0) + 1):
        rows.append(x)
        x = np.sign(x) * np.maximum(np.abs(x) - step_size * np.asarray(scale), 0.0)
    return np.array(rows)


class Adversary(NamedTuple):
    """A run against rows h_1..h_T: iterates x_1..x_(T+1) (T+1, d), values of max_i <h_i, x_t> at x_1..x_T, and `lag`.

    The oracle answers at x_t with row t; `lag` (T,) is how far <h_t, x_t> is below the maximum: 0 up to rounding where
    that row is a subgradient.
    """

    iterates: Floats
    values: Floats
    lag: Floats


def resist(rows: ArrayLike, step_sizes: ArrayLike, strong_convexity: float = 0.0) -> Adversary:
    """Subgradient steps x_(t+1) = x_t - g_t (h_t + mu x_t) from x_1 = 0 on max_i <h_i, x> + mu/2 |x|^2.

    Raises InputError unless there is a step size for each row, or one for all.
    """
    h, g = np.asarray(rows, dtype=float), finite_row("step_sizes", step_sizes)
    require(h.ndim == 2 and g.size in (1, len(h)), f"{g.size} step sizes for rows of shape {h.shape}: give one per row")
    g = np.broadcast_to(g, len(h))
    iterates = np.zeros((len(h) + 1, h.shape[1]))
    for t in range(len(h)):
        iterates[t + 1] = iterates[t] - g[t] * (h[t] + strong_convexity * iterates[t])
    pieces = iterates[:-1] @ h.T
    highest = pieces.max(axis=1)
    values = highest + strong_convexity / 2 * (iterates[:-1] ** 2).sum(axis=1)
    return Adversary(iterates, values, highest - pieces.diagonal())


def simulate(
    problem: QuadraticSum, method: str, step_sizes: ArrayLike, steps: ArrayLike, *, replicas: int, seed: int,
    start: float = 1.0,
) -> dict[str, Curve]:  # fmt: skip
    """Simulated curves 'square' x_T^2 and 'average', the squared average, of a method of METHODS on a quadratic sum.

    One step size for all steps or one each. Raises InputError for an unknown method or step sizes that do not fit.
    """
    require(method in METHODS, f"method={method!r} is not known: give one of {', '.join(METHODS)}")
    row = increasing_steps(steps, least=1)
    g = finite_row("step_sizes", step_sizes)
    require(g.size in (1, row[-1]), f"{g.size} step sizes for {row[-1]} steps: give one, or one for each step")
    g = np.array(np.broadcast_to(g, row[-1]))
    return replicate(kernels.path, problem.data(), g, METHODS[method], number("start", start), row,
                     x=row, replicas=replicas, seed=seed, names=("square", "average"))  # fmt: skip


def polyak_path(
    features: ArrayLike, targets: ArrayLike, start: ArrayLike, choices: ArrayLike, least: ArrayLike
) -> Floats:
    """Iterates (T+1, d) of stochastic Polyak steps on f_i = (<a_i, x> - y_i)^2/2, component choices[t] at step t.

    x+ = x - (f_i(x) - least_i)_+/|grad f_i|^2 grad f_i; `least` (n,) are the values f_i(x*), or what is put there.
    Nothing moves where the gradient is 0.
    """
    a, y, low = (np.asarray(x, dtype=float) for x in (features, targets, least))
    x = np.array(start, dtype=float)
    rows = [x]
    for i in np.asarray(choices, dtype=int):
        residual = a[i] @ x - y[i]
        gradient = residual * a[i]
        square = gradient @ gradient
        if square > 0:
            x = x - max(residual**2 / 2 - low[i], 0.0) / square * gradient
        rows.append(x)
    return np.array(rows)
