"""Linearised SGD by drawn batches, one run a call: the simulation beside the exact second moments of `operators`."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.edge.operators import SAMPLINGS, LinearisedSGD
from theorylab.numerics.arguments import finite_row, increasing_steps, positive
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import fill_integers, fill_uniform
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Drawn(NamedTuple):
    """What a run needs: Hessians (n, d, d), start (d,), step size, batch size, place of the sampling in SAMPLINGS."""

    hessians: Floats
    start: Floats
    step_size: float
    batch: int
    sampling: int


@kernel
def draw_batch(batch: int, sampling: int, counts: Integers, uniforms: Floats, order: Integers, stream: Any) -> None:
    """Fill `counts` (n,) with how often each sample enters the next batch; uniforms and order (n,) are scratch."""
    n = counts.size
    counts[:] = 0
    if sampling == 0:
        fill_uniform(stream, uniforms)
        for i in range(n):
            counts[i] = uniforms[i] * n < batch
    elif sampling == 1:
        for i in range(n):
            order[i] = i
        fill_uniform(stream, uniforms[:batch])
        for k in range(batch):
            j = k + int(uniforms[k] * (n - k))
            order[k], order[j] = order[j], order[k]
            counts[order[k]] = 1
    else:
        for _ in range(batch):
            fill_integers(stream, n, order[:1])
            counts[order[0]] += 1


@kernel
def norms(given: Drawn, steps: Integers, stream: Any) -> Floats:
    """|w_t|^2 and log(|w_t| / |w_0|) at t = steps, (2, points).

    The iterate is brought back to length 1 at every step, so that no product of factors leaves the floats; the log is
    -inf once it is exactly 0.
    """
    n, d = given.hessians.shape[:2]
    w, moved = given.start.copy(), np.empty(d)
    counts, order, uniforms = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n)
    out = np.empty((2, steps.size))
    first, size, t = math.log(np.sqrt((w * w).sum())), 0.0, 0
    w /= math.exp(first)
    for j in range(steps.size):
        while t < steps[j]:
            draw_batch(given.batch, given.sampling, counts, uniforms, order, stream)
            moved[:] = 0.0
            for i in range(n):
                if counts[i] > 0:
                    for a in range(d):
                        for b in range(d):
                            moved[a] += counts[i] * given.hessians[i, a, b] * w[b]
            square = 0.0
            for a in range(d):
                w[a] -= given.step_size / given.batch * moved[a]
                square += w[a] * w[a]
            size += 0.5 * math.log(square) if square > 0.0 else -math.inf
            for a in range(d):
                w[a] = w[a] / math.sqrt(square) if square > 0.0 else 0.0
            t += 1
        out[0, j], out[1, j] = math.exp(2.0 * (first + size)), size
    return out


def simulate(
    problem: LinearisedSGD, start: ArrayLike, step_size: float, steps: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'square', |w_t|^2, and 'log', log(|w_t| / |w_0|), of independent runs from the start (d,).

    Raises InputError for a start that is 0 or of another shape, steps that do not increase, a step size that is not
    finite and > 0, and as `replicate`.
    """
    w, points = finite_row("start", start), increasing_steps(steps)
    require(
        w.size == problem.dimension and np.abs(w).max() > 0,
        f"start={w} is not allowed: give {problem.dimension} numbers, one per dimension, not all 0",
    )
    eta, sampling = positive("step_size", step_size), SAMPLINGS.index(problem.sampling)
    given = Drawn(np.array(problem.hessians), w, eta, problem.batch, sampling)
    return replicate(
        norms, given, points, x=points, replicas=replicas, seed=seed, names=("square", "log"), rounding=1e-13
    )
