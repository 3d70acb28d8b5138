"""Exact second moments of Halpern with PAGE on one mode, compiled: they close on (E u, E|u|^2, E u conj(e), E|e|^2).

e = estimate - F(u) has mean zero, given what happened before the last refresh or not: E e = 0. With s the mean slope,
V the spread of the slopes, c = 1 - lam - eta s, g = lam + eta s:

    u+ = lam + c u - eta e,   u+ - u = lam - g u - eta e,
    e+ = 0 with probability p, else e + (mean over the batch of slope_i - s) (u+ - u).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Integers = NDArray[np.int64]


@kernel
def page(
    slopes: Complexes, spreads: Floats, lam: Floats, refresh: Floats, batch: float, step_size: float, steps: Integers
) -> Floats:
    """E|F(u_k)|^2 and E|e_k|^2 at k = steps, (2, points, modes); conventions of `kernels.page_runs`.
    Derived: tests/models/minimax/test_kernels.py::test_moments_are_the_mean_over_all_outcomes.

    `batch` is that of independent samples: b (n-1)/(n-b) for b of n without replacement, inf for b = n.
    """
    m = slopes.size
    eta = step_size
    mean = np.ones(m, dtype=np.complex128)
    square = np.ones(m)
    cross = np.zeros(m, dtype=np.complex128)
    error = np.zeros(m)
    out = np.empty((2, steps.size, m))
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            weight, keep = lam[k], 1.0 - refresh[k + 1]
            for i in range(m):
                s, e, x = slopes[i], error[i], cross[i]
                g = weight + eta * s
                c = 1.0 - g
                moved = (
                    weight * weight
                    + (g.real * g.real + g.imag * g.imag) * square[i]
                    + eta * eta * e
                    - 2.0 * weight * (g * mean[i]).real
                    + 2.0 * eta * (g * x).real
                )
                square[i] = (
                    weight * weight
                    + (c.real * c.real + c.imag * c.imag) * square[i]
                    + eta * eta * e
                    + 2.0 * weight * (c * mean[i]).real
                    - 2.0 * eta * (c * x).real
                )
                cross[i] = keep * (c * x - eta * e)
                mean[i] = weight + c * mean[i]
                error[i] = keep * (e + spreads[i] / batch * moved)
            k += 1
        for i in range(m):
            out[0, point, i] = (slopes[i].real ** 2 + slopes[i].imag ** 2) * square[i]
            out[1, point, i] = error[i]
    return out


@kernel
def page_error(moved: Floats, spread: float, refresh: Floats, batch: int) -> Floats:
    """E|e_k|^2 (points,) of PAGE along a given path with |u_k - u_{k-1}|^2 = moved[k], moved[0] = 0.
    Derived: tests/models/minimax/test_kernels.py::test_moments_match_their_python_bodies.
    """
    out = np.zeros(moved.size)
    for k in range(1, moved.size):
        out[k] = (1.0 - refresh[k]) * (out[k - 1] + spread * moved[k] / batch)
    return out


@kernel
def minibatch(
    slope: complex, spread: float, noise: float, mixed: complex, batch: float, anchors: Floats, steps: Integers
) -> Floats:
    """E|F(u_k)|^2 at k = steps, (points,), of `kernels.minibatch_runs` with step 2/L, L = 1.
    Derived: tests/models/minimax/test_kernels.py::test_minibatch_moments_are_the_mean_over_all_samples.

    Components s_i u + b_i with mean slope s, spread = mean |s_i - s|^2, noise = mean |b_i|^2 and mixed = mean of
    (s_i - s) conj(b_i): a step has T x = (1 - 2s) u and noise of mean square (4/b) (spread |u|^2 + noise + 2 Re mixed
    u).
    """
    mean, square = 1.0 + 0.0j, 1.0
    turn = 1.0 - 2.0 * slope
    out = np.empty(steps.size)
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            lam = anchors[k]
            rest = 1.0 - lam
            sampled = 4.0 / batch * (spread * square + noise + 2.0 * (mixed * mean).real)
            kept = (turn.real * turn.real + turn.imag * turn.imag) * square
            square = lam * lam + 2.0 * lam * rest * (turn * mean).real + rest * rest * (kept + sampled)
            mean = lam + rest * turn * mean
            k += 1
        out[point] = (slope.real**2 + slope.imag**2) * square
    return out
