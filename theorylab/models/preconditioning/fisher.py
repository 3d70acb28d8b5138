"""Runs of M-FAC's reference step: its product with a window, on a parabola, and gradients of least squares drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.models.preconditioning.optimisers import mfac
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal

Floats = NDArray[np.float64]


@kernel
def last_product(window: Floats, damping: float) -> Floats:
    """F^-1 g of the reference step once the whole window (m, d) has been seen in order, g its last row, (d,)."""
    m, d = window.shape
    method = mfac.Method(1.0, 0.0, 0.0, m, damping)
    x, memory = np.zeros(d), np.zeros((2 * m + 1, d))
    for t in range(m):
        x[:] = 0.0
        mfac.step(method, t + 1, x, window[t].copy(), memory)
    return -x


@kernel
def parabola_end(rate: float, damping: float, curvature: float, start: float, steps: int) -> float:
    """|x| after steps of M-FAC with a window of today's gradient alone on h x^2 / 2."""
    method = mfac.Method(rate, 0.0, 0.0, 1, damping)
    x, gradient, memory = np.array([start]), np.empty(1), np.zeros((3, 1))
    for t in range(steps):
        gradient[0] = curvature * x[0]
        mfac.step(method, t + 1, x, gradient, memory)
    return float(abs(x[0]))


@kernel
def drawn_fisher(root: Floats, error: Floats, noise: float, draws: int, stream: Stream) -> Floats:
    """Mean of g g^T over draws of g = (e.x + noise) x, x = root z, z standard normal, (d d,)."""
    d = error.size
    z, x, out = np.empty(d + 1), np.empty(d), np.zeros(d * d)
    for _ in range(draws):
        fill_normal(stream, z)
        residual = noise * z[d]
        for i in range(d):
            x[i] = 0.0
            for j in range(d):
                x[i] += root[i, j] * z[j]
            residual += error[i] * x[i]
        for i in range(d):
            for j in range(d):
                out[i * d + j] += residual * residual * x[i] * x[j] / draws
    return out
