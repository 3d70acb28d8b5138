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
    slopes: Complexes, spreads: Floats, lam: Floats, refresh: Floats, batch: int, step_size: float, steps: Integers
) -> Floats:
    """E|F(u_k)|^2 and E|e_k|^2 at k = steps, (2, points, modes); conventions of `kernels.page_runs`.
    Derived: tests/models/minimax/test_kernels.py::test_moments_are_the_mean_over_all_outcomes.
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
