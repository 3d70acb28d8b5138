"""Exact second-moment recursions, compiled: diagonal, since the diagonal of E e e^T closes on itself.

All designs and batch sizes share one form, with vectors (d,) `keep`, `gain`, `contraction`:

    c_i <- keep_i c_i + gain_i (feedback * S + sigma^2),   S = sum_j lambda_j c_j,        c_i = E e_i^2,
    E[e_{t+k} e_t]_i = contraction_i^k c_i.

Each function returns the moments at the requested steps, (points, d). `steps` increase.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.jit import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Recursion(NamedTuple):
    """Coefficients of the recursion: vectors (d,), the feedback (1 gaussian, 0 one-hot), sigma^2, the start."""

    eigenvalues: Floats
    keep: Floats
    gain: Floats
    contraction: Floats
    feedback: float
    noise: float
    start: Floats


@kernel
def dot(a: Floats, b: Floats) -> float:
    """Inner product of two vectors."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@kernel
def last(r: Recursion, steps: Integers) -> Floats:
    """E e_{t,i}^2 of the last iterate at t = steps, (points, d)."""
    d = r.start.size
    c = r.start.copy()
    out = np.empty((steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, c) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            for i in range(d):
                moment = r.keep[i] * c[i] + r.gain[i] * fed
                c[i] = moment
                fresh += r.eigenvalues[i] * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        out[k] = c
    return out


@kernel
def ema(r: Recursion, ema_decay: float, steps: Integers) -> Floats:
    """E m_{t,i}^2 of the average m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, at t = steps, (points, d)."""
    d = r.start.size
    a, b = ema_decay, 1.0 - ema_decay
    c = r.start.copy()
    p = r.start.copy()
    v = r.start.copy()
    out = np.empty((steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, c) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            for i in range(d):
                ci = c[i]
                pi = p[i]
                v[i] = a * a * v[i] + 2.0 * a * b * pi + b * b * ci
                p[i] = r.contraction[i] * (a * pi + b * ci)
                moment = r.keep[i] * ci + r.gain[i] * fed
                c[i] = moment
                fresh += r.eigenvalues[i] * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        out[k] = v
    return out


@kernel
def average(r: Recursion, start: int, steps: Integers) -> Floats:
    """E of the squared mean of e_t over start <= t < N at N = steps > start, (points, d)."""
    d = r.start.size
    c = r.start.copy()
    p = np.zeros(d)
    v = np.zeros(d)
    out = np.empty((steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, c) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            inside = 1.0 if t >= start else 0.0
            for i in range(d):
                ci = c[i]
                v[i] += inside * (2.0 * p[i] + ci)
                p[i] = inside * r.contraction[i] * (p[i] + ci)
                moment = r.keep[i] * ci + r.gain[i] * fed
                c[i] = moment
                fresh += r.eigenvalues[i] * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        count = float(steps[k] - start)
        for i in range(d):
            out[k, i] = v[i] / (count * count)
    return out
