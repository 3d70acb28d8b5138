"""Rounding errors of the moments of accelerated SGD, carried along beside them: a bound that is proved, not tried.

Per direction the second moments of z = (sum of w, w, u) follow S <- A S A' + n(S) b b', n(S) >= 0 linear in S: a map
that keeps the order of positive semidefinite matrices. One step in floats makes an error of n, relatively f, and adds
an error R to the block with |R_jk| <= e sqrt(m_j m_k), m the squares that its other terms are made of, e a few units
2^-53; then -3 e diag(m) <= R <= 3 e diag(m) in that order. So a block D that follows the same map, without noise, with
3 e diag(m) + f n b b' added in every step, bounds the error from both sides for ever, however terms cancel and however
long the memory is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.models.regression.moments import Accelerated
from theorylab.numerics.jit import inlined, kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SS, SW, SU, WW, WU, UU = range(6)
"""Rows of a block: second moments of the sum of w, of w and of u."""


@inlined
def _advance(r: Accelerated, block: Floats, noise: float, inside: float) -> None:
    """One step of the block (6, d), in place; the sum takes w where `inside` is 1."""
    d = r.start.size
    fed = 0.0
    for i in range(d):
        fed += r.eigenvalues[i] * block[UU, i]
    fed = r.feedback * fed + noise
    for i in range(d):
        stay = 1.0 - r.short_step * r.eigenvalues[i]
        ahead = 1.0 + r.memory - r.pull * r.eigenvalues[i]
        ss, sw, su = block[SS, i], block[SW, i], block[SU, i]
        ww, wu, uu = block[WW, i], block[WU, i], block[UU, i]
        n = r.spread[i] * uu + r.gain[i] * fed
        with_w, with_u = sw + inside * ww, su + inside * wu
        block[SS, i] = ss + inside * (2.0 * sw + ww)
        block[SW, i] = stay * with_u
        block[SU, i] = ahead * with_u - r.memory * with_w
        block[WW, i] = stay * stay * uu + r.short_step * r.short_step * n
        block[WU, i] = stay * (ahead * uu - r.memory * wu) + r.short_step * r.pull * n
        block[UU, i] = r.memory**2 * ww - 2.0 * r.memory * ahead * wu + ahead * ahead * uu + r.pull * r.pull * n


@kernel
def accelerated_budget(r: Accelerated, unit: float, fed_unit: float, start: int, steps: Integers) -> Floats:
    """Bounds on the errors of `moments.accelerated`: of E w_t^2 at t = steps, and of the tail mean's, (2, points, d).
    Derived: tests/models/regression/test_asgd.py::test_rounding_bounds_hold_against_fifty_digits.

    The e and the f of one step. With the bounds go the moments themselves, in the last two rows: (4, points, d).
    """
    d = r.start.size
    moments, budget = np.zeros((6, d)), np.zeros((6, d))
    for i in range(d):
        for row in (WW, WU, UU):
            moments[row, i] = r.start[i]
        budget[WW, i] = budget[UU, i] = 3.0 * unit * r.start[i]
    out = np.zeros((4, steps.size, d))
    added, noisy = np.empty((3, d)), np.empty(d)
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            inside = 1.0 if t >= start else 0.0
            fed = 0.0
            for i in range(d):
                fed += r.eigenvalues[i] * moments[UU, i]
            fed = r.feedback * fed + r.noise
            for i in range(d):
                lam = r.eigenvalues[i]
                noisy[i] = fed_unit * (r.spread[i] * moments[UU, i] + r.gain[i] * fed)
                w, u = np.sqrt(max(moments[WW, i], 0.0)), np.sqrt(max(moments[UU, i], 0.0))
                total = np.sqrt(max(moments[SS, i], 0.0))
                added[0, i] = inside * (total + w) ** 2
                added[1, i] = ((1.0 + r.short_step * lam) * u) ** 2
                added[2, i] = (r.memory * w + (1.0 + r.memory + r.pull * lam) * u) ** 2
            _advance(r, moments, r.noise, inside)
            _advance(r, budget, 0.0, inside)
            for i in range(d):
                budget[SS, i] += 3.0 * unit * added[0, i]
                budget[WW, i] += 3.0 * unit * added[1, i] + r.short_step**2 * noisy[i]
                budget[WU, i] += r.short_step * r.pull * noisy[i]
                budget[UU, i] += 3.0 * unit * added[2, i] + r.pull**2 * noisy[i]
            t += 1
        count = max(float(steps[k] - start), 1.0) ** 2
        for i in range(d):
            out[0, k, i], out[1, k, i] = budget[WW, i], budget[SS, i] / count
            out[2, k, i], out[3, k, i] = moments[WW, i], moments[SS, i] / count
    return out
