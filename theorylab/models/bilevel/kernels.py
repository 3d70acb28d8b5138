"""Simulation: roots of penalised lower problems, the penalty method, its noisy hypergradient.

Conventions of `model`. One call handles arrays of settings; divergence is inf in the output.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.bilevel.model import Terms
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal

Floats = NDArray[np.float64]


@kernel
def penalised_slope(p: Terms, sigma: float, t: float) -> float:
    """d/dt of f + (g - g*) / sigma at y = z + t."""
    lower = t * (p.curvature + t * (p.third / 2.0 + t * p.fourth / 6.0))
    return float(p.upper_slope + p.upper_curvature * t + lower / sigma)


@kernel
def penalised_roots(p: Terms, sigmas: Floats) -> Floats:
    """t = y_sigma - z > 0 where `penalised_slope` vanishes, by bisection to neighbouring floats, (points,)."""
    out = np.empty(sigmas.size)
    for k in range(sigmas.size):
        high = 1.0
        while penalised_slope(p, sigmas[k], high) < 0.0:
            high *= 2.0
        low = high
        while penalised_slope(p, sigmas[k], low) >= 0.0:
            low *= 0.5
        while True:
            middle = 0.5 * (low + high)
            if middle <= low or middle >= high:
                break
            if penalised_slope(p, sigmas[k], middle) < 0.0:
                low = middle
            else:
                high = middle
        out[k] = 0.5 * (low + high)
    return out


@kernel
def upper_slope(power: float, target: float, y: float) -> float:
    """f_y: that of 1/2 (y - target)^2 for power 0, else that of the tail (1 + y^2)^(-power/2)."""
    if power == 0.0:
        return y - target
    tail: float = (1.0 + y * y) ** (-0.5 * power - 1.0)
    return -power * y * tail


class DoubleLoop(NamedTuple):
    """g = curvature/2 (y - x)^2, f = pull/2 x^2 + that of `upper_slope`; outer step, start, most calls."""

    curvature: float
    power: float
    target: float
    pull: float
    step_size: float
    start: float
    limit: int


@kernel
def penalty_calls(p: DoubleLoop, tolerances: Floats, sigmas: Floats) -> Floats:
    """Gradient calls of the double loop until |psi'(x)| <= tolerance, (points,); inf beyond `limit` calls.

    psi' = pull x + f_y(x). Inner loops on g and on sigma f + g: gradient steps of half the inverse curvature,
    warm-started, until the error is at most sigma * tolerance / (8 curvature).
    """
    out = np.empty(tolerances.size)
    for k in range(tolerances.size):
        sigma, tolerance = sigmas[k], tolerances[k]
        accuracy = sigma * tolerance / (8.0 * p.curvature)
        x = y = z = p.start
        calls = 0
        while abs(p.pull * x + upper_slope(p.power, p.target, x)) > tolerance and calls < p.limit:
            while True:
                calls += 1
                slope = p.curvature * (z - x)
                if abs(slope) <= p.curvature * accuracy:
                    break
                z -= 0.5 * slope / p.curvature
            while calls < p.limit:
                calls += 1
                slope = sigma * upper_slope(p.power, p.target, y) + p.curvature * (y - x)
                if abs(slope) <= 0.5 * p.curvature * accuracy:
                    break
                y -= 0.5 * slope / p.curvature
            x -= p.step_size * (p.pull * x + p.curvature * (z - y) / sigma)
        out[k] = calls if calls < p.limit else math.inf
    return out


@kernel
def penalised_descent(hessian: Floats, start: Floats, step_size: float, steps: int) -> float:
    """Norm after `steps` of gradient descent on 1/2 v^T hessian v, over the norm of the start; inf on overflow."""
    d = start.size
    v = start.copy()
    w = np.empty(d)
    for _ in range(steps):
        for i in range(d):
            slope = 0.0
            for j in range(d):
                slope += hessian[i, j] * v[j]
            w[i] = v[i] - step_size * slope
        v[:] = w
    total, before = 0.0, 0.0
    for i in range(d):
        total += v[i] * v[i]
        before += start[i] * start[i]
    return math.sqrt(total / before) if math.isfinite(total) else math.inf


@kernel
def hypergradient_errors(
    slope: float,
    curvature: float,
    additive: float,
    multiplicative: float,
    batch: int,
    sigmas: Floats,
    stream: Stream,
) -> Floats:
    """Squared errors of sampled penalty hypergradients about their mean, (2, points): fresh, then common samples.

    g = curvature/2 (y - a x)^2, f = 1/2 (y - d)^2, slope = a x - d, y_sigma and z* exact. A sample
    of d g/dx at y is its value + additive * xi + multiplicative * xi' * (y - a x), and the hypergradient takes the
    difference of the means of `batch` samples at y_sigma and at z*, over sigma: with samples of its own at each of
    the two, or with common ones.
    """
    out = np.empty((2, sigmas.size))
    normals = np.empty(4)
    for k in range(sigmas.size):
        shift = -sigmas[k] * slope / (curvature + sigmas[k])
        fresh, common = 0.0, 0.0
        for _ in range(batch):
            fill_normal(stream, normals)
            at_y = additive * normals[0] + multiplicative * normals[1] * shift
            fresh += at_y - additive * normals[2]
            common += at_y - additive * normals[0]
        out[0, k] = (fresh / batch / sigmas[k]) ** 2
        out[1, k] = (common / batch / sigmas[k]) ** 2
    return out
