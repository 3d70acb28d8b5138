"""The penalty method as a double loop in one dimension, with constraints, and lower problems that need not be convex.

    g(x, y) = curvature/2 (y - x)^2 + ripple/2 (1 - cos(2 (y - x))),  y in [low, high],  x in [-reach, reach],
    f(x, y) = pull/2 x^2 + phi(y): phi' is y - target cut off at +-tilt, or that of the tail (1 + y^2)^(-power/2).

With |ripple| of more than half the curvature g is not convex; where |g_y| >= growth |y - x| it satisfies the error
bound (a Polyak-Lojasiewicz inequality), for which 2 t + 3 sin(2 t) is the usual example. Gradients count their calls.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class DoubleLoop(NamedTuple):
    """The problem of the module, and the method: outer step, start of x, that of y and z from it, most calls."""

    curvature: float
    power: float
    target: float
    pull: float
    step_size: float
    start: float
    limit: int
    tilt: float = math.inf
    ripple: float = 0.0
    growth: float = 0.0
    """Error-bound constant of g, for 0 its curvature."""
    low: float = -math.inf
    high: float = math.inf
    reach: float = math.inf
    aside: float = 0.0
    """Distance of the first y and z from x."""


@kernel
def upper_slope(p: DoubleLoop, y: float) -> float:
    """f_y: y - target between -tilt and tilt for power 0, else that of the tail (1 + y^2)^(-power/2)."""
    if p.power == 0.0:
        return min(max(y - p.target, -p.tilt), p.tilt)
    tail: float = (1.0 + y * y) ** (-0.5 * p.power - 1.0)
    return -p.power * y * tail


@kernel
def lower_slope(p: DoubleLoop, x: float, y: float) -> float:
    """g_y = -g_x."""
    return p.curvature * (y - x) + p.ripple * math.sin(2.0 * (y - x))


@kernel
def hyper_slope(p: DoubleLoop, x: float) -> float:
    """|psi'| at x of the problem, up to what the constraint on x holds: 0 where it presses x outwards.

    The lower minimiser is x, cut off at low and high, beyond which it does not move with x.
    """
    slope = p.pull * x
    if p.low < x < p.high:
        slope += upper_slope(p, x)
    if (x >= p.reach and slope < 0.0) or (x <= -p.reach and slope > 0.0):
        return 0.0
    return abs(slope)


@kernel
def solved(p: DoubleLoop, x: float, y: float, sigma: float, accuracy: float, calls: Integers) -> float:
    """A minimiser of sigma f + g over y to `accuracy`, by projected gradient steps from y; sigma = 0 for g alone."""
    growth = p.growth if p.growth > 0.0 else p.curvature
    step = 0.5 / (p.curvature + 2.0 * abs(p.ripple))
    wanted = growth * accuracy * (0.5 if sigma > 0.0 else 1.0)
    while calls[0] < p.limit:
        calls[0] += 1
        slope = lower_slope(p, x, y)
        if sigma > 0.0:
            slope += sigma * upper_slope(p, y)
        moved = min(max(y - step * slope, p.low), p.high)
        if abs(moved - y) <= step * wanted:
            break
        y = moved
    return y


@kernel
def penalty_runs(p: DoubleLoop, tolerances: Floats, sigmas: Floats) -> Floats:
    """Gradient calls of the double loop until |psi'(x)| <= tolerance, and x there, (2, points); inf beyond `limit`.

    Inner loops on g and on sigma f + g: gradient steps of half the inverse smoothness of g, warm-started, until the
    error is at most sigma * tolerance / (8 smoothness). Calls are those of the inner loops.
    """
    out = np.empty((2, tolerances.size))
    calls = np.zeros(1, dtype=np.int64)
    for k in range(tolerances.size):
        sigma, tolerance = sigmas[k], tolerances[k]
        accuracy = sigma * tolerance / (8.0 * (p.curvature + 2.0 * abs(p.ripple)))
        x = p.start
        y = z = min(max(x + p.aside, p.low), p.high)
        calls[0] = 0
        while hyper_slope(p, x) > tolerance and calls[0] < p.limit:
            z = solved(p, x, z, 0.0, accuracy, calls)
            y = solved(p, x, y, sigma, accuracy, calls)
            x -= p.step_size * (p.pull * x + (lower_slope(p, x, z) - lower_slope(p, x, y)) / sigma)
            x = min(max(x, -p.reach), p.reach)
        out[0, k] = calls[0] if calls[0] < p.limit else math.inf
        out[1, k] = x
    return out
