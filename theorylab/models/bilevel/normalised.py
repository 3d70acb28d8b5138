"""Simulation on `Cosh` problems: plain and normalised descent, and the bilevel method with normalised momentum.

The method (BO-REP of Hao et al., arXiv 2401.09587; its structure was read, details and constants are ours):

    refinement: `refinement` stochastic gradient steps on g(x_0, .) before the first step;
    every `interval` steps: `lower_steps` stochastic gradient steps on g(x, .), kept in a ball around their start;
    z <- z - aux_step (g_yy z - f_y),  m <- momentum m + (1 - momentum) (f_x - g_xy z),  x <- x - step_size m / |m|.

Each of the oracles g_y, g_yy z, f_y, g_xy z and f_x adds noise of its own, and counts its calls. Divergence is inf in
the output.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.bilevel.model import CoshTerms
from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.streams import Stream, fill_exponential, fill_normal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
RUN_OUTPUTS = ("all", "late", "clipped", "calls", "moved", "momentum error", "lower error")
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
    """Standard deviations of the oracles' noise, and whether it is a centred exponential in place of a normal."""

    lower: float
    """Of g_y."""
    product: float
    """Of g_yy z."""
    slope: float
    """Of f_y."""
    mixed: float
    """Of g_xy z."""
    direct: float
    """Of f_x."""
    skewed: bool = False


def equal_noise(std: float, skewed: bool = False) -> Noise:
    """The same standard deviation in every oracle."""
    return Noise(std, std, std, std, std, skewed)


@inner_kernel
def _sign(value: float) -> float:
    return 1.0 if value > 0.0 else -1.0 if value < 0.0 else 0.0


@inner_kernel
def lower_slope(p: CoshTerms, x: float, y: float, noise: float, calls: Integers) -> float:
    """A call of g_y."""
    calls[0] += 1
    return p.curvature * (y - p.coupling * x) + noise


@inner_kernel
def upper_slope(p: CoshTerms, y: float, noise: float, calls: Integers) -> float:
    """A call of f_y."""
    calls[0] += 1
    return p.scale * math.sinh(p.scale * y) - p.amplitude * p.frequency * math.sin(p.frequency * y) + noise


@inner_kernel
def hessian_product(p: CoshTerms, z: float, noise: float, calls: Integers) -> float:
    """A call of g_yy z."""
    calls[0] += 1
    return p.curvature * z + noise


@inner_kernel
def mixed_product(p: CoshTerms, z: float, noise: float, calls: Integers) -> float:
    """A call of g_xy z."""
    calls[0] += 1
    return -p.curvature * p.coupling * z + noise


@inner_kernel
def direct_slope(p: CoshTerms, x: float, noise: float, calls: Integers) -> float:
    """A call of f_x."""
    calls[0] += 1
    return p.pull * x + noise


@inner_kernel
def hyper_slope(p: CoshTerms, x: float) -> float:
    """Phi'(x)."""
    y = p.coupling * x
    upper = p.scale * math.sinh(p.scale * y) - p.amplitude * p.frequency * math.sin(p.frequency * y)
    return p.pull * x + p.coupling * upper


@kernel
def draw(skewed: bool, buffer: Floats, stream: Stream) -> None:
    """Fill the buffer with independent noise of mean zero and standard deviation 1."""
    if skewed:
        fill_exponential(stream, buffer)
        for i in range(buffer.size):
            buffer[i] -= 1.0
    else:
        fill_normal(stream, buffer)


@kernel
def ready(skewed: bool, pool: Floats, at: int, count: int, stream: Stream) -> int:
    """Where the next `count` draws lie in `pool`, of which those from `at` on are unused; drawn many at once."""
    left = pool.size - at
    if left >= count:
        return at
    for i in range(left):
        pool[i] = pool[at + i]
    draw(skewed, pool[left:], stream)
    return 0


class Descent(NamedTuple):
    """Stochastic gradient steps on g(x, .): step, the ball around their start, noise, how many."""

    step: float
    radius: float
    std: float
    steps: int


@kernel
def lower_descent(p: CoshTerms, x: float, y: float, given: Descent, pool: Floats, at: int, calls: Integers) -> float:
    """y after the steps, kept within the radius of its start; their noise is in pool[at : at + steps]."""
    low, high = y - given.radius, y + given.radius
    for i in range(at, at + given.steps):
        y -= given.step * lower_slope(p, x, y, given.std * pool[i], calls)
        y = min(max(y, low), high)
    return y


@kernel
def _stepped(
    p: CoshTerms, method: BoRep, noise: Noise, k: int, now: tuple[float, float, float, float], draws: Floats,
    calls: Integers,
) -> tuple[float, float, float]:  # fmt: skip
    """m, z and x after a step from (m, z, x, y), by the parameters of run k and four draws."""
    m, z, x, y = now
    s = method.schedule
    product = hessian_product(p, z, noise.product * draws[0], calls)
    z -= method.aux_step * (product - upper_slope(p, y, noise.slope * draws[1], calls))
    mixed = mixed_product(p, z, noise.mixed * draws[2], calls)
    fresh = direct_slope(p, x, noise.direct * draws[3], calls) - mixed
    m = s.momentum[k] * m + (1.0 - s.momentum[k]) * fresh
    x -= s.step_size[k] * (_sign(m) if method.normalise else m)
    return m, z, x


@kernel
def bilevel_runs(p: CoshTerms, method: BoRep, noise: Noise, goals: Floats, stream: Stream) -> Floats:
    """One run per point, (7, points), the rows those of RUN_OUTPUTS.

    Mean |Phi'(x_k)| over all steps, over the second half, there clipped at 1, oracle calls, the largest move of y in an
    update, and, at the last step, (m - Phi'(x))^2 and (y - y*(x))^2 for its x. A run stops where |Phi'| first averages
    at most goals[k] over the steps made (never, for goal 0): means are over the steps made, 0 if none of the second
    half was, and a run that misses its goal counts inf calls. A diverged run is inf throughout.
    """
    s = method.schedule
    out = np.empty((7, s.steps.size))
    pool = np.empty(max(POOL, s.refinement.max(), s.lower_steps.max()))
    at = pool.size
    for k in range(s.steps.size):
        x, z, m, moved = method.start, 0.0, 0.0, 0.0
        calls = np.zeros(1, dtype=np.int64)
        refine = Descent(s.lower_step[k], math.inf, noise.lower, s.refinement[k])
        update = Descent(s.lower_step[k], method.radius, noise.lower, s.lower_steps[k])
        at = ready(noise.skewed, pool, at, refine.steps, stream)
        y = lower_descent(p, x, method.lower_start, refine, pool, at, calls)
        at += refine.steps
        sums = np.zeros(3)
        counted, made, last, reached = 0, 0, x, math.inf
        for t in range(s.steps[k]):
            gradient = abs(hyper_slope(p, x))
            sums[0] += gradient
            made += 1
            if t >= s.steps[k] // 2:
                counted += 1
                sums[1] += gradient
                sums[2] += min(gradient, 1.0)
            if sums[0] <= goals[k] * (t + 1):
                reached = float(calls[0])
                break
            if t % s.interval[k] == 0:
                at = ready(noise.skewed, pool, at, update.steps, stream)
                before = y
                y = lower_descent(p, x, y, update, pool, at, calls)
                at += update.steps
                moved = max(moved, abs(y - before))
            at = ready(noise.skewed, pool, at, 4, stream)
            last = x
            m, z, x = _stepped(p, method, noise, k, (m, z, x, y), pool[at : at + 4], calls)
            at += 4
            if not (abs(p.scale * p.coupling * x) < LARGEST and abs(p.scale * y) < LARGEST):
                sums[:], moved, reached = math.inf, math.inf, math.inf
                break
        out[0, k] = sums[0] / made
        out[1, k] = sums[1] / max(counted, 1)
        out[2, k] = sums[2] / max(counted, 1)
        out[3, k] = reached if goals[k] > 0.0 or sums[0] == math.inf else float(calls[0])
        out[4, k] = moved
        out[5, k] = (m - hyper_slope(p, last)) ** 2 if moved < math.inf else math.inf
        out[6, k] = (y - p.coupling * last) ** 2 if moved < math.inf else math.inf
    return out


@kernel
def descents(p: CoshTerms, starts: Floats, step_sizes: Floats, momentum: float, normalise: bool, steps: int) -> Floats:
    """Paths of descent on Phi, (points, steps + 1), deterministic; inf from divergence on."""
    out = np.full((starts.size, steps + 1), math.inf)
    for k in range(starts.size):
        x, m = starts[k], 0.0
        out[k, 0] = x
        for t in range(steps):
            m = momentum * m + (1.0 - momentum) * hyper_slope(p, x)
            if normalise:
                x -= step_sizes[k] * _sign(m)
            else:
                x -= step_sizes[k] * m
            if not abs(p.scale * p.coupling * x) < LARGEST:
                break
            out[k, t + 1] = x
    return out


@kernel
def entry_steps(p: CoshTerms, starts: Floats, step_sizes: Floats, radius: float, normalise: bool, limit: int) -> Floats:
    """Steps of descent on Phi until |x| <= radius, (points,); inf beyond `limit`, or if it diverges."""
    out = np.full(starts.size, math.inf)
    for k in range(starts.size):
        x = starts[k]
        for t in range(limit + 1):
            if abs(x) <= radius:
                out[k] = t
                break
            if not abs(p.scale * p.coupling * x) < LARGEST:
                break
            slope = hyper_slope(p, x)
            x -= step_sizes[k] * ((1.0 if slope > 0.0 else -1.0) if normalise else slope)
    return out
