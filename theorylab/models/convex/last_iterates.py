"""Runs whose last iterate is judged: subgradient steps on any convex function, and the reduction to regret.

Conventions of `theory.last_iterate`: x_1 is the start, T gradients are seen, T - 1 steps count, x_T is the output.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.convex.theory import last_iterate
from theorylab.numerics.arguments import positive_row, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_signs, generator

Floats = NDArray[np.float64]
Function = Callable[[Floats], tuple[float, Floats]]
FAMILIES = ("l1 distance", "l2 distance", "largest residual", "max-affine", "hinge loss", "logistic loss")


class Problem(NamedTuple):
    """A convex Lipschitz function with a subgradient of it, its Lipschitz constant, a start and a comparator."""

    function: Function
    lipschitz: float
    start: Floats
    comparator: Floats


class Run(NamedTuple):
    """Iterates x_1..x_T (T, d), and values and subgradient norms there (T,)."""

    iterates: Floats
    values: Floats
    norms: Floats


def subgradient(function: Function, start: ArrayLike, step_sizes: ArrayLike) -> Run:
    """Subgradient steps x_(t+1) = x_t - eta_t g_t from x_1, a step size for each of the T gradients (the last unused).

    Raises InputError for step sizes that are no row of finite numbers.
    """
    x, rows = np.array(start, dtype=float), []
    for eta in np.atleast_1d(np.asarray(step_sizes, dtype=float)):
        value, slope = function(x)
        rows.append((x, value, float(np.linalg.norm(slope))))
        x = x - eta * slope
    return Run(*(np.array(column) for column in zip(*rows, strict=True)))


class Reduction(NamedTuple):
    """Values f(x_t) and linearised regret w_t <g_t, z_t - u> of each step, (T,)."""

    values: Floats
    regrets: Floats


def reduced(function: Function, start: ArrayLike, comparator: ArrayLike, weights: ArrayLike, moves: ArrayLike,
            *, late: bool = False) -> Reduction:  # fmt: skip
    """The iterates x_t and z_t = x_1 + earlier moves (T, d) of the reduction, whatever the moves.

    `late` puts tail_t in place of tail_(t+1), an index too late. Raises InputError for weights that are not > 0.
    """
    w, u = positive_row("weights", weights), np.asarray(comparator, dtype=float)
    delta = np.asarray(moves, dtype=float)
    require(len(delta) == w.size, f"{len(delta)} moves for {w.size} weights: give one each")
    factors = last_iterate.tails(w) + (w / w.sum() if late else 0.0)
    x = z = np.array(start, dtype=float)
    values, regrets = [], []
    for t in range(w.size):
        value, slope = function(x)
        values.append(value)
        regrets.append(w[t] * float(slope @ (z - u)))
        x, z = x + factors[t] * delta[t], z + delta[t]
    return Reduction(np.array(values), np.array(regrets))


def random_problem(family: str, dimension: int, seed: int, key: int) -> Problem:
    """A problem of a family of FAMILIES, data standard normal, start 0, the comparator a minimiser where it is known.

    Of the losses, whose minimisers are not known, it is the best of 100 steps towards one. Raises InputError for an
    unknown family.
    """
    require(family in FAMILIES, f"family={family!r} is not known: give one of {', '.join(FAMILIES)}")
    draws = generator(seed, key)
    rows, solution = (
        draws.standard_normal((2 * whole("dimension", dimension), dimension)),
        draws.standard_normal(dimension),
    )
    norms = np.linalg.norm(rows, axis=1)
    if family == "l1 distance":
        function, lipschitz = _l1(rows, rows @ solution), float(norms.sum())
    elif family == "l2 distance":
        function, lipschitz = _l2(rows, rows @ solution), float(np.linalg.norm(rows, 2))
    elif family == "largest residual":
        function, lipschitz = _largest(np.concatenate([rows, -rows]), solution), float(norms.max())
    elif family == "max-affine":  # the mean of the rows is 0: the minimum of max <h_i, x - solution> is 0
        rows = rows - rows.mean(axis=0)
        function, lipschitz = _largest(rows, solution), float(np.linalg.norm(rows, axis=1).max())
    else:
        function, lipschitz = _loss(rows, family == "hinge loss"), float(norms.mean())
        schedule = last_iterate.linear_decay(3.0, 0.3 * lipschitz, 100, np.arange(1, 101))
        run = subgradient(function, np.zeros(dimension), schedule)
        solution = run.iterates[run.values.argmin()]
    return Problem(function, lipschitz, np.zeros(dimension), solution)


def _l1(rows: Floats, targets: Floats) -> Function:
    def function(x: Floats) -> tuple[float, Floats]:
        residual = rows @ x - targets
        return float(np.abs(residual).sum()), np.sign(residual) @ rows

    return function


def _l2(rows: Floats, targets: Floats) -> Function:
    def function(x: Floats) -> tuple[float, Floats]:
        residual = rows @ x - targets
        norm = float(np.linalg.norm(residual))
        return norm, residual @ rows / norm if norm else np.zeros(rows.shape[1])

    return function


def _largest(rows: Floats, centre: Floats) -> Function:
    def function(x: Floats) -> tuple[float, Floats]:
        pieces = rows @ (x - centre)
        i = int(pieces.argmax())
        return float(pieces[i]), rows[i]

    return function


def _loss(rows: Floats, hinge: bool) -> Function:
    """Mean hinge or logistic loss of the margins <row, x>."""

    def function(x: Floats) -> tuple[float, Floats]:
        margin = rows @ x
        if hinge:
            return float(np.maximum(1 - margin, 0).mean()), -1.0 * (margin < 1) @ rows / len(rows)
        return float(np.logaddexp(0, -margin).mean()), -(1 / (1 + np.exp(margin))) @ rows / len(rows)

    return function


@kernel
def noisy_slope(slope: float, noise: float, steps: int, distance: float, own: int, stream: Stream) -> Floats:
    """Gap f(x_T) - f(u), and `weighted_bound` of its weights, (2, 1), on f = slope * x with noise +-`noise` on f'.

    u = -D. Weights are 1, or with own = 1 |g_t|^-2 of the run itself, tails and all, as no algorithm could know them.
    """
    gradients, weights = np.empty(steps), np.ones(steps)
    fill_signs(stream, gradients)
    total, squares = 0.0, 0.0
    for t in range(steps):
        gradients[t] = slope + noise * gradients[t]
        size = gradients[t] ** 2
        if own == 1:
            weights[t] = 1.0 / size
        else:
            size = slope**2 + noise**2  # its mean, which is all that may be known beforehand
        total += weights[t]
        squares += weights[t] ** 2 * size
    x, rest = 0.0, total
    for t in range(steps):
        rest -= weights[t]
        x -= distance / squares**0.5 * weights[t] * rest / total * gradients[t]
    out = np.empty((2, 1))
    out[0, 0] = slope * (x + distance)
    out[1, 0] = distance * squares**0.5 / total
    return out
