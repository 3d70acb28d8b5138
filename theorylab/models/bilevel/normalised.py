"""Simulation on `Cosh` problems: plain and normalised descent, and the bilevel method with normalised momentum.

The method (BO-REP of Hao et al., arXiv 2401.09587; its structure was read, details and constants are ours):

    refinement: `refinement` stochastic gradient steps on g(x_0, .) before the first step;
    every `interval` steps: `lower_steps` stochastic gradient steps on g(x, .), kept in a ball around their start;
    z <- z - aux_step (g_yy z - f_y),  m <- momentum m + (1 - momentum) (f_x - g_xy z),  x <- x - step_size m / |m|,

here with f_x = 0, g_yy = -g_xy = curvature, f_y = scale sinh(scale y). Each of the oracles g_y,
g_yy z, f_y, g_xy z adds noise of its own. Divergence is inf in the output.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.streams import Stream, fill_exponential, fill_normal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
RUN_OUTPUTS = ("all", "late", "clipped", "calls")
POOL = 1024  # draws made at once
LARGEST = 700.0  # |scale x| beyond which cosh leaves the floats: counted as divergence


class Schedule(NamedTuple):
    """Parameters of the method, one entry per run, (points,)."""

    steps: Integers
    step_size: Floats
    momentum: Floats
    interval: Integers
    lower_steps: Integers
    lower_step: Floats
    refinement: Integers


class BoRep(NamedTuple):
    """The method: its schedule, its starts, and what does not change with the number of steps."""

    schedule: Schedule
    start: float
    lower_start: float
    aux_step: float
    radius: float
    """The ball around its start that the lower iterate is kept in."""
    normalise: bool


class Noise(NamedTuple):
    """Standard deviation of each oracle's noise, and whether it is a centred exponential in place of a normal."""

    std: float
    skewed: bool = False


@inner_kernel
def _sign(value: float) -> float:
    return 1.0 if value > 0.0 else -1.0 if value < 0.0 else 0.0


@kernel
def draw(noise: Noise, buffer: Floats, stream: Stream) -> None:
    """Fill the buffer with independent noise of mean zero and standard deviation noise.std."""
    if noise.skewed:
        fill_exponential(stream, buffer)
        for i in range(buffer.size):
            buffer[i] = noise.std * (buffer[i] - 1.0)
    else:
        fill_normal(stream, buffer)
        for i in range(buffer.size):
            buffer[i] *= noise.std


@kernel
def ready(noise: Noise, pool: Floats, at: int, count: int, stream: Stream) -> int:
    """Where the next `count` draws lie in `pool`, of which those from `at` on are unused; drawn many at once."""
    left = pool.size - at
    if left >= count:
        return at
    for i in range(left):
        pool[i] = pool[at + i]
    draw(noise, pool[left:], stream)
    return 0


@kernel
def lower_descent(
    curvature: float, x: float, y: float, step: float, radius: float, pool: Floats, at: int, steps: int
) -> float:
    """y after `steps` stochastic gradient steps on curvature/2 (y - x)^2, kept within `radius` of its start.

    Their noise is in pool[at : at + steps].
    """
    low, high = y - radius, y + radius
    for i in range(at, at + steps):
        y -= step * (curvature * (y - x) + pool[i])
        y = min(max(y, low), high)
    return y


@kernel
def bilevel_runs(scale: float, curvature: float, method: BoRep, noise: Noise, goals: Floats, stream: Stream) -> Floats:
    """Per run, (4, points): mean |Phi'(x_k)| over all steps, over the second half, there clipped at 1, oracle calls.

    A run stops where |Phi'| first averages at most goals[k] over the steps made (never, for goal 0): means are over the
    steps made, 0 if none of the second half was, and a run that misses its goal counts inf calls. A diverged run is
    inf throughout.
    """
    s = method.schedule
    out = np.empty((4, s.steps.size))
    pool = np.empty(max(POOL, s.refinement.max(), s.lower_steps.max()))
    at = pool.size
    for k in range(s.steps.size):
        x, z, m = method.start, 0.0, 0.0
        count = s.refinement[k]
        at = ready(noise, pool, at, count, stream)
        y = lower_descent(curvature, x, method.lower_start, s.lower_step[k], math.inf, pool, at, count)
        at += count
        total, late, clipped, calls, reached = 0.0, 0.0, 0.0, float(count), math.inf
        half = s.steps[k] // 2
        made, counted = 0, 0
        for t in range(s.steps[k]):
            gradient = abs(scale * math.sinh(scale * x))
            total += gradient
            made += 1
            if t >= half:
                counted += 1
                late += gradient
                clipped += min(gradient, 1.0)
            if total <= goals[k] * (t + 1):
                reached = calls
                break
            if t % s.interval[k] == 0:
                count = s.lower_steps[k]
                at = ready(noise, pool, at, count, stream)
                y = lower_descent(curvature, x, y, s.lower_step[k], method.radius, pool, at, count)
                at += count
                calls += count
            at = ready(noise, pool, at, 3, stream)
            z -= method.aux_step * (curvature * z + pool[at] - scale * math.sinh(scale * y) - pool[at + 1])
            m = s.momentum[k] * m + (1.0 - s.momentum[k]) * (curvature * z + pool[at + 2])
            at += 3
            calls += 3.0
            x -= s.step_size[k] * (_sign(m) if method.normalise else m)
            if not (abs(scale * x) < LARGEST and abs(scale * y) < LARGEST):
                total, late, clipped, calls, reached = math.inf, math.inf, math.inf, math.inf, math.inf
                break
        out[0, k] = total / made
        out[1, k] = late / max(counted, 1)
        out[2, k] = clipped / max(counted, 1)
        out[3, k] = calls if goals[k] == 0.0 else reached
    return out


@kernel
def descents(scale: float, starts: Floats, step_sizes: Floats, momentum: float, normalise: bool, steps: int) -> Floats:
    """Paths of descent on cosh(scale x), (points, steps + 1), deterministic; inf from divergence on."""
    out = np.full((starts.size, steps + 1), math.inf)
    for k in range(starts.size):
        x, m = starts[k], 0.0
        out[k, 0] = x
        for t in range(steps):
            m = momentum * m + (1.0 - momentum) * scale * math.sinh(scale * x)
            if normalise:
                x -= step_sizes[k] * _sign(m)
            else:
                x -= step_sizes[k] * m
            if not abs(scale * x) < LARGEST:
                break
            out[k, t + 1] = x
    return out


@kernel
def entry_steps(scale: float, starts: Floats, step_sizes: Floats, radius: float, normalise: bool, limit: int) -> Floats:
    """Steps of descent on cosh(scale x) until |x| <= radius, (points,); inf beyond `limit`, or if it diverges."""
    out = np.full(starts.size, math.inf)
    for k in range(starts.size):
        x = starts[k]
        for t in range(limit + 1):
            if abs(x) <= radius:
                out[k] = t
                break
            if not abs(scale * x) < LARGEST:
                break
            slope = scale * math.sinh(scale * x)
            x -= step_sizes[k] * ((1.0 if slope > 0.0 else -1.0) if normalise else slope)
    return out
