"""Simulation: roots of penalised lower problems, descent on a penalised quadratic, the sampled hypergradient.

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
Integers = NDArray[np.int64]


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


class Sampled(NamedTuple):
    """g = curvature/2 (y - coupling x)^2, f = 1/2 (y - d)^2, slope = f_y at y = coupling x, and its noise.

    A sample of d g/dx at y is its value + additive * xi + multiplicative * xi' * (y - coupling x).
    """

    slope: float
    curvature: float
    coupling: float
    additive: float
    multiplicative: float


@kernel
def hypergradient_errors(p: Sampled, sigmas: Floats, batches: Integers, stream: Stream) -> Floats:
    """Squared errors of sampled penalty hypergradients, (4, points): about their mean, then about psi'.

    Each with fresh samples at y_sigma and at z*, then with common ones; y_sigma and z* exact. The hypergradient is the
    difference of the means of `batches[k]` samples at the two, over sigma.
    """
    out = np.empty((4, sigmas.size))
    normals = np.empty(4)
    for k in range(sigmas.size):
        shift = -sigmas[k] * p.slope / (p.curvature + sigmas[k])
        mean = -p.coupling * p.curvature * shift / sigmas[k]  # of the hypergradient, d g/dx being 0 at z*
        fresh, common = 0.0, 0.0
        for _ in range(batches[k]):
            fill_normal(stream, normals)
            at_y = p.additive * normals[0] + p.multiplicative * normals[1] * shift
            fresh += at_y - p.additive * normals[2]
            common += at_y - p.additive * normals[0]
        bias = mean - p.coupling * p.slope
        for i, noise in enumerate((fresh / batches[k] / sigmas[k], common / batches[k] / sigmas[k])):
            out[i, k] = noise**2
            out[2 + i, k] = (noise + bias) ** 2
    return out
