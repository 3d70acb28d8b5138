"""Loops on quadratics w^T H w / 2: preconditioners that stay, and methods that adapt."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theorylab.models.adaptive.optimisers.rules import Method, State, rate, step
from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.streams import Stream, fill_normal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@inner_kernel
def fill_gradient(hessian: Floats, w: Floats, gradient: Floats) -> float:
    """Fill the gradient H w, (d,), and return the loss."""
    loss = 0.0
    for i in range(w.size):
        total = 0.0
        for j in range(w.size):
            total += hessian[i, j] * w[j]
        gradient[i] = total
        loss += 0.5 * total * w[i]
    return loss


@kernel
def frozen_path(hessian: Floats, diagonal: Floats, step_size: float, start: Floats, steps: Integers) -> Floats:
    """Losses after `steps` steps w <- w - step_size g / diagonal, (points,)."""
    out, gradient, w, t = np.empty(steps.size), np.empty(start.size), start.copy(), 0
    for j in range(steps.size):
        loss = fill_gradient(hessian, w, gradient)
        while t < steps[j]:
            for i in range(w.size):
                w[i] -= step_size * gradient[i] / diagonal[i]
            loss = fill_gradient(hessian, w, gradient)
            t += 1
        out[j] = loss
    return out


@kernel
def frozen_steps(
    hessians: Floats, diagonals: Floats, step_sizes: Floats, starts: Floats, ratio: float, limit: int
) -> Floats:
    """Steps until the loss is at most `ratio` of that of the start, (problems,); inf where `limit` do not do."""
    out = np.empty(starts.shape[0])
    gradient = np.empty(starts.shape[1])
    for k in range(starts.shape[0]):
        w = starts[k].copy()
        first = fill_gradient(hessians[k], w, gradient)
        out[k] = math.inf
        for t in range(1, limit + 1):
            for i in range(w.size):
                w[i] -= step_sizes[k] * gradient[i] / diagonals[k, i]
            if fill_gradient(hessians[k], w, gradient) <= ratio * first:
                out[k] = t
                break
    return out


@kernel
def adaptive_path(hessian: Floats, method: Method, start: Floats, steps: Integers) -> Floats:
    """Largest loss over the steps t/2 <= s <= t, t = `steps`, of a method of `optimisers.rules`, (points,)."""
    d = start.size
    out, gradient, w, moments = np.zeros(steps.size), np.empty(d), start.copy(), np.zeros((3, d))
    last = steps[-1]
    for t in range(last + 1):
        loss = fill_gradient(hessian, w, gradient)
        for j in range(steps.size):
            if t <= steps[j] and 2 * t >= steps[j]:
                out[j] = max(out[j], loss)
        for i in range(d):
            state = State(moments[0, i], moments[1, i], moments[2, i])
            state, direction = step(method, state, gradient[i], t + 1)
            moments[0, i], moments[1, i], moments[2, i] = state.first, state.second, state.largest
            w[i] -= rate(method, t + 1) * direction
    return out


@kernel
def exceeding_shares(first: float, off: float, second: float, levels: Floats, draws: int, stream: Stream) -> Floats:
    """Share of `draws` starts with kD of frozen Adam above each level, H = [[first, off], [off, second]], (levels,)."""
    out, w = np.zeros(levels.size), np.empty(2)
    for _ in range(draws):
        fill_normal(stream, w)
        g1, g2 = abs(first * w[0] + off * w[1]), abs(off * w[0] + second * w[1])
        trace, det = first / g1 + second / g2, (first * second - off * off) / (g1 * g2)
        largest = 0.5 * (trace + math.sqrt(max(trace * trace - 4.0 * det, 0.0)))
        for k in range(levels.size):
            if largest * largest > levels[k] * det:
                out[k] += 1.0
    return out / draws
