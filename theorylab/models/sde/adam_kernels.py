"""Adam's steps on a quadratic, compiled: all noise sequences one by one, and polynomials in (x, m, log u) backwards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import inlined, kernel

Floats = NDArray[np.float64]


class Steps(NamedTuple):
    """What the kernel sees: constants, and per step the factors of the bias corrections, (steps,) each."""

    curvature: float
    noise: float
    epsilon: float
    momentum_share: float
    share: float
    time_step: float
    momentum_correction: Floats
    correction: Floats
    """sqrt(1 - b2^k) of the v that divides."""
    old: bool


@kernel
def enumerate_paths(p: Steps, values: Floats, weights: Floats, start: Floats, steps: int) -> Floats:
    """E x and E x^2 after `steps`, (2,): the weighted sum over all noise sequences, depth first.
    Derived: tests/models/sde/test_adam.py::test_enumeration_is_adam_as_in_use.
    """
    x = np.empty(steps + 1)
    m = np.empty(steps + 1)
    u = np.empty(steps + 1)
    x[0], m[0], u[0] = start[0], start[1], start[2]
    chosen = np.zeros(steps + 1, np.int64)
    total = np.zeros((steps + 1, 2))
    root = p.time_step**0.5
    depth = 0
    while True:
        while depth < steps:
            z = values[chosen[depth]]
            force = p.curvature * x[depth]
            scaled = z + root * force / p.noise
            m[depth + 1] = m[depth] + p.momentum_share * (force + p.noise * z / root - m[depth])
            u[depth + 1] = u[depth] + p.share * (scaled * scaled - u[depth])
            under = u[depth] if p.old else u[depth + 1]
            divisor = p.noise * under**0.5 / p.correction[depth] + p.epsilon
            x[depth + 1] = x[depth] - p.time_step * m[depth + 1] / (p.momentum_correction[depth] * divisor)
            depth += 1
        total[depth, 0] = x[depth]
        total[depth, 1] = x[depth] * x[depth]
        while depth > 0:  # a finished node adds its mean to its parent's
            depth -= 1
            weight = weights[chosen[depth]]
            total[depth, 0] += weight * total[depth + 1, 0]
            total[depth, 1] += weight * total[depth + 1, 1]
            total[depth + 1, 0] = 0.0
            total[depth + 1, 1] = 0.0
            if chosen[depth] + 1 < values.size:
                chosen[depth] += 1
                break
            chosen[depth] = 0
        else:
            out: Floats = total[0]
            return out


@inlined
def waves(value: float, out: Floats) -> None:
    """Chebyshev polynomials 0..out.size - 1 at `value`, also beyond [-1, 1].
    Derived: tests/models/sde/test_adam.py::test_waves_are_chebyshev_polynomials.
    """
    out[0] = 1.0
    if out.size > 1:
        out[1] = value
    for n in range(2, out.size):
        out[n] = 2.0 * value * out[n - 1] - out[n - 2]


@inlined
def _contracted(held: Floats, tu: Floats, out: Floats) -> None:
    """The polynomials in (x, m), out (2, a, b), that `held` (2, a, b, c) is at one log u, where tu (c,) was placed."""
    for f in range(2):
        for q in range(out.shape[1]):
            for r in range(out.shape[2]):
                total = 0.0
                for t in range(tu.size):
                    total += held[f, q, r, t] * tu[t]
                out[f, q, r] = total


@inlined
def _evaluated(flat: Floats, tx: Floats, tm: Floats) -> tuple[float, float]:
    """The two polynomials in (x, m) with coefficients `flat` (2, a, b) where tx (a,) and tm (b,) were placed."""
    first, second = 0.0, 0.0
    for q in range(tx.size):
        along0, along1 = 0.0, 0.0
        for r in range(tm.size):
            along0 += flat[0, q, r] * tm[r]
            along1 += flat[1, q, r] * tm[r]
        first += tx[q] * along0
        second += tx[q] * along1
    return first, second


@inlined
def _backward(
    p: Steps, k: int, values: Floats, weights: Floats, box: Floats, points: tuple[Floats, Floats, Floats],
    held: Floats, fresh: Floats,
) -> None:  # fmt: skip
    """Fill `fresh` (2, a, b, c) with the means, at the points, of the polynomials `held` after step k."""
    a, b, c = points[0].size, points[1].size, points[2].size
    tx, tm, tu, flat = np.empty(a), np.empty(b), np.empty(c), np.empty((2, a, b))
    root = p.time_step**0.5
    fresh[:] = 0.0
    for i in range(a):
        x = points[0][i]
        force = p.curvature * x
        for level in range(c):
            u = np.exp(points[2][level])
            for n in range(values.size):
                scaled = values[n] + root * force / p.noise
                after_u = u + p.share * (scaled * scaled - u)
                under = u if p.old else after_u
                divisor = p.momentum_correction[k] * (p.noise * under**0.5 / p.correction[k] + p.epsilon)
                waves((np.log(after_u) - box[2, 0]) / box[2, 1], tu)
                _contracted(held, tu, flat)
                for j in range(b):
                    m = points[1][j]
                    after_m = m + p.momentum_share * (force + p.noise * values[n] / root - m)
                    waves((x - p.time_step * after_m / divisor - box[0, 0]) / box[0, 1], tx)
                    waves((after_m - box[1, 0]) / box[1, 1], tm)
                    first, second = _evaluated(flat, tx, tm)
                    fresh[0, i, j, level] += weights[n] * first
                    fresh[1, i, j, level] += weights[n] * second


@kernel
def transfer(
    p: Steps, values: Floats, weights: Floats, box: Floats, grid: tuple[Floats, Floats, Floats],
    into: tuple[Floats, Floats, Floats], start: Floats, steps: int,
) -> Floats:  # fmt: skip
    """E x and E x^2 after `steps` from start, (2,), by backward steps on polynomials in (x, m, log u).
    Derived: tests/models/sde/test_adam.py::test_polynomial_transfer_matches_enumeration.

    `grid`: Chebyshev points in [-1, 1] per variable; `into`: matrices from values there to coefficients; box (3, 2):
    centre and half-width in x, m, log u. A step costs as u' and the divisor do not depend on m: at each (x, u, z) the
    polynomial in log u' is summed once for all m.
    """
    points = box[0, 0] + box[0, 1] * grid[0], box[1, 0] + box[1, 1] * grid[1], box[2, 0] + box[2, 1] * grid[2]
    a, b, c = grid[0].size, grid[1].size, grid[2].size
    held, fresh = np.empty((2, a, b, c)), np.empty((2, a, b, c))
    for i in range(a):
        fresh[0, i], fresh[1, i] = points[0][i], points[0][i] ** 2
    for k in range(steps - 1, -2, -1):
        for f in range(2):  # values to coefficients, one variable at a time
            part = np.dot(into[0], fresh[f].copy().reshape(a, b * c)).reshape(a, b, c)
            for i in range(a):
                held[f, i] = np.dot(np.dot(into[1], part[i].copy()), into[2].T)
        if k >= 0:
            _backward(p, k, values, weights, box, points, held, fresh)
    tx, tm, tu, flat = np.empty(a), np.empty(b), np.empty(c), np.empty((2, a, b))
    waves((start[0] - box[0, 0]) / box[0, 1], tx)
    waves((start[1] - box[1, 0]) / box[1, 1], tm)
    waves((np.log(start[2]) - box[2, 0]) / box[2, 1], tu)
    _contracted(held, tu, flat)
    return np.array(_evaluated(flat, tx, tm))
