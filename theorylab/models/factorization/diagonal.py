"""Diagonal linear networks: SGD and gradient descent on beta = u v, entry by entry, for noiseless sparse regression.

    u' = u - step_size g v,   v' = v - step_size g u,   g = (x_i . beta - y_i) x_i (SGD, i uniform), or their mean.

Both factors move together. The loss of one point is (x_i . beta - y_i)^2 / 2; inputs are standard normal, so that the
excess risk is |beta - truth|^2 / 2. The state is kept as the sum p = u + v and the difference q = u - v, which a step
multiplies by 1 - step_size g and 1 + step_size g: the balance u^2 - v^2 = p q then keeps its relative accuracy however
small it is, and beta = (p^2 - q^2) / 4. The start is u = start, v = 0. Step 0 is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, increasing_steps, number, positive, positive_row, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_integers, generator, stream

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Data(NamedTuple):
    """Inputs (n, d), labels (n,) without noise, and the weights (d,) that made them."""

    inputs: Floats
    labels: Floats
    truth: Floats


class Schedule(NamedTuple):
    """Step size `large` for the first `until` steps, `small` after them."""

    large: float
    until: int
    small: float


class Path(NamedTuple):
    """At the steps: p and q, the sums of step_size g and of its squares so far, all (points, d), and the mean training
    loss of the steps since the point before, (points,), 0 at the first if it is step 0."""

    sums: Floats
    differences: Floats
    slopes: Floats
    squares: Floats
    losses: Floats


class Kept(NamedTuple):
    """A seed, its data, the first step size that keeps the loss up, and the path of that run."""

    seed: int
    data: Data
    step_size: float
    path: Path


def sparse_data(samples: int, dimension: int, support: int, *, seed: int) -> Data:
    """Normal inputs and labels of weights that are |normal| on the first `support` entries, 0 elsewhere, of norm 1.

    Raises InputError for numbers that are not >= 1, or a support above the dimension.
    """
    n, d = whole("samples", samples), whole("dimension", dimension)
    r = whole("support", support, most=d)
    draw = generator(seed, 11)
    inputs, truth = draw.standard_normal((n, d)), np.zeros(d)
    truth[:r] = np.abs(draw.standard_normal(r))
    truth /= np.linalg.norm(truth)
    return Data(inputs, inputs @ truth, truth)


@kernel
def _move(step_size: float, slopes: Floats, p: Floats, q: Floats, total: Floats, squared: Floats) -> None:
    """One step of p and q, in place, from the slopes g (d,)."""
    for j in range(p.size):
        move = step_size * slopes[j]
        p[j] *= 1.0 - move
        q[j] *= 1.0 + move
        total[j] += move
        squared[j] += move * move


@kernel
def _record(out: Floats, k: int, p: Floats, q: Floats, total: Floats, squared: Floats) -> None:
    out[0, k], out[1, k], out[2, k], out[3, k] = p, q, total, squared


@kernel
def sgd_path(
    inputs: Floats, labels: Floats, start: float, schedule: Schedule, steps: Integers, stream: Stream
) -> tuple[Floats, Floats]:
    """Rows (4, points, d) and losses (points,) of SGD: p, q, sums of step_size g and of its squares.
    Derived: tests/models/factorization/test_diagonal.py::test_runs_are_numpys_in_the_two_factors.
    """
    n, d = inputs.shape
    p, q, total, squared = np.full(d, start), np.full(d, start), np.zeros(d), np.zeros(d)
    out, losses, t = np.empty((4, steps.size, d)), np.empty(steps.size), 0
    drawn, slopes = np.empty(1, np.int64), np.empty(d)
    for k in range(steps.size):
        loss, first = 0.0, t
        while t < steps[k]:
            fill_integers(stream, n, drawn)
            residual = -labels[drawn[0]]
            for j in range(d):
                residual += inputs[drawn[0], j] * (p[j] * p[j] - q[j] * q[j]) / 4.0
            loss += residual * residual / 2.0
            for j in range(d):
                slopes[j] = residual * inputs[drawn[0], j]
            _move(schedule.large if t < schedule.until else schedule.small, slopes, p, q, total, squared)
            t += 1
        _record(out, k, p, q, total, squared)
        losses[k] = loss / max(t - first, 1)
    return out, losses


@kernel
def descent_path(
    inputs: Floats, labels: Floats, start: float, schedule: Schedule, steps: Integers
) -> tuple[Floats, Floats]:
    """As `sgd_path`, with the mean gradient over all points.
    Derived: tests/models/factorization/test_diagonal.py::test_runs_are_numpys_in_the_two_factors.
    """
    n, d = inputs.shape
    p, q, total, squared = np.full(d, start), np.full(d, start), np.zeros(d), np.zeros(d)
    out, losses, t = np.empty((4, steps.size, d)), np.empty(steps.size), 0
    for k in range(steps.size):
        loss, first = 0.0, t
        while t < steps[k]:
            residuals = np.dot(inputs, (p * p - q * q) / 4.0) - labels
            loss += np.dot(residuals, residuals) / (2.0 * n)
            slopes = np.dot(inputs.T, residuals) / n
            _move(schedule.large if t < schedule.until else schedule.small, slopes, p, q, total, squared)
            t += 1
        _record(out, k, p, q, total, squared)
        losses[k] = loss / max(t - first, 1)
    return out, losses


def run(data: Data, schedule: Schedule, steps: ArrayLike, *, start: float = 0.1, seed: int | None = None) -> Path:
    """The path of SGD on the stream of `seed`, or of gradient descent where there is none.

    What diverges is inf or NaN. Raises InputError for data that do not fit, step sizes that are not > 0, `until` < 0,
    steps that do not increase, or a start that is not > 0.
    """
    inputs, labels = np.ascontiguousarray(data.inputs, dtype=float), finite_row("labels", data.labels)
    require(
        inputs.ndim == 2 and inputs.shape[0] == labels.size and bool(np.isfinite(inputs).all()),
        f"inputs of shape {inputs.shape} do not fit {labels.size} labels: give finite numbers (n, d)",
    )
    large, small = positive("schedule.large", schedule.large), positive("schedule.small", schedule.small)
    plan = Schedule(large, whole("schedule.until", schedule.until, least=0), small)
    points, first = increasing_steps(steps), positive("start", start)
    if seed is None:
        rows, losses = descent_path(inputs, labels, first, plan, points)
    else:
        rows, losses = sgd_path(inputs, labels, first, plan, points, stream(seed, 0))
    return Path(rows[0], rows[1], rows[2], rows[3], losses)


def stabilised(
    sizes: tuple[int, int, int],
    loads: ArrayLike,
    horizon: int,
    *,
    level: float,
    count: int,
    seed: int,
    noisy: bool = True,
) -> Iterator[Kept]:
    """`count` data sets of (samples, dimension, support), each with the first step size that keeps the loss up.

    Step sizes are load / (2 |truth|_1), where 2 |truth|_1 is the trace of the loss's Hessian at truth, in the mean over
    inputs, for balanced factors. Up means: the mean loss of the last tenth of `horizon` steps is finite and above
    `level`; paths have eleven points. Data sets where no load does it are left out. They and the orders of SGD have
    seeds seed, seed + 1000, ...; gradient descent if not `noisy`. Raises InputError where none of 20 x count data sets
    has such a load, for a horizon below 10, and as `run`.
    """
    row, size, most = positive_row("loads", loads), whole("horizon", horizon, least=10), 20 * whole("count", count)
    limit, steps = number("level", level, least=0.0), np.unique(np.linspace(0, size, 11).astype(np.int64))
    left = count
    for place in range(seed, seed + 1000 * most, 1000):
        data = sparse_data(*sizes, seed=place)
        for load in row:
            step_size = float(load / (2 * np.abs(data.truth).sum()))
            path = run(data, Schedule(step_size, size, step_size), steps, seed=place if noisy else None)
            if np.isfinite(path.sums[-1]).all() and limit < path.losses[-1] < np.inf:
                left -= 1
                yield Kept(place, data, step_size, path)
                break
        if not left:
            return
    require(False, f"of {most} data sets too few keep the loss above {limit:g}: give more loads, or a lower level")


def weights(path: Path) -> Floats:
    """beta = (p^2 - q^2) / 4, (points, d)."""
    return (path.sums**2 - path.differences**2) / 4


def log_balance(path: Path) -> Floats:
    """log |u^2 - v^2| = log |p| + log |q|, (points, d)."""
    with np.errstate(divide="ignore"):
        return np.log(np.abs(path.sums)) + np.log(np.abs(path.differences))


def risk(data: Data, path: Path) -> Floats:
    """Excess risk |beta - truth|^2 / 2 on fresh inputs, (points,)."""
    return np.asarray(((weights(path) - data.truth) ** 2).sum(axis=1) / 2)
