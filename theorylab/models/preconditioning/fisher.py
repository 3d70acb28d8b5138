"""Runs of M-FAC's reference step: its product with a window, on a parabola, and gradients of least squares drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.models.preconditioning import theory_fisher
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


def leaves_zero(rate: float, damping: float, curvature: float, steps: int) -> bool:
    """Whether those steps from 1e-6 end farther from 0."""
    return bool(parabola_end(rate, damping, curvature, 1e-6, steps) > 1e-6)


def leaves_cycle(rate: float, damping: float, curvature: float, steps: int) -> bool:
    """Whether those steps from a thousandth outside the cycle x, -x end at least as far from it."""
    cycle = theory_fisher.cycle_at_interpolation(rate, damping, curvature)
    return bool(abs(parabola_end(rate, damping, curvature, 1.001 * cycle, steps) / cycle - 1) > 1e-3)


def pruned(matrix: Floats, weights: Floats, place: int) -> float:
    """Least d^T F d / 2 with d_p = -w_p, by the equations of its multiplier, p the place of the weight."""
    n = len(weights)
    system = np.block([[matrix, np.eye(n)[:, [place]]], [np.eye(n)[[place]], np.zeros((1, 1))]])
    step = np.linalg.solve(system, np.append(np.zeros(n), -weights[place]))[:n]
    return float(step @ matrix @ step / 2)


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
