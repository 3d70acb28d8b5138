"""Runs of momentum on scale-invariant losses, with the radial part of the update and without it.

Gradients are orthogonal to w and of size c / |w|: always turning w the same way in the plane, or in a fresh direction
each step; or those of the Rayleigh quotient with noise. A threshold of 0 never projects, 0.1 always does here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theorylab.models.preconditioning.optimisers import adamp, sgdp
from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.streams import Stream, fill_normal

Floats = NDArray[np.float64]
PERSISTENT, NOISE, RAYLEIGH = range(3)
PLAIN, PROJECTED = 0.0, 0.1
"""Thresholds of the cosine below which the radial part is removed."""


@inner_kernel
def invariant_gradient(toy: int, size: float, w: np.ndarray, gradient: np.ndarray, stream: Stream) -> None:
    """The gradient at w, in place: orthogonal to w, of the toy and of that size times 1 / |w|.

    Of the Rayleigh quotient sum_i i w_i^2 / |w|^2 the gradient is added to the noise of that size.
    """
    square = 0.0
    for i in range(w.size):
        square += w[i] * w[i]
    if toy == PERSISTENT:
        gradient[0], gradient[1] = -size * w[1] / square, size * w[0] / square
        return
    fill_normal(stream, gradient)
    along, length = 0.0, 0.0
    for i in range(w.size):
        along += gradient[i] * w[i] / square
    for i in range(w.size):
        gradient[i] -= along * w[i]
        length += gradient[i] * gradient[i]
    quotient = 0.0
    for i in range(w.size):
        gradient[i] *= size / math.sqrt(length * square)
        quotient += (i + 1.0) * w[i] * w[i] / square
    if toy == RAYLEIGH:
        for i in range(w.size):
            gradient[i] += 2.0 * (i + 1.0 - quotient) * w[i] / square


@kernel
def invariant_run(method: sgdp.Method, toy: int, size: float, start: Floats, steps: Floats, stream: Stream) -> Floats:
    """|w|^2, the angle turned so far and |p|^2 of the step before, at increasing `steps`, (3 steps,)."""
    w, before, gradient = start.copy(), start.copy(), np.empty(start.size)
    memory, out = np.zeros((sgdp.MEMORIES, start.size)), np.zeros((3, steps.size))
    t, turned = 0, 0.0
    for k in range(steps.size):
        while t < steps[k]:
            t += 1
            invariant_gradient(toy, size, w, gradient, stream)
            before[:] = w
            sgdp.step(method, t, w, gradient, memory)
            dot, old, new = 0.0, 0.0, 0.0
            for i in range(w.size):
                dot += w[i] * before[i]
                old += before[i] * before[i]
                new += w[i] * w[i]
            turned += math.atan2(math.sqrt(max(old * new - dot * dot, 0.0)), dot)
        for i in range(w.size):
            out[0, k] += w[i] * w[i]
            out[2, k] += memory[0, i] * memory[0, i]
        out[1, k] = turned
    return out.ravel()


@kernel
def growth_slopes(
    rates: Floats, decays: Floats, thresholds: Floats, toy: int, start: Floats, horizon: int, stream: Stream
) -> Floats:
    """Mean growth of |w|^4 a step over the second half of `horizon` steps, for each method, c = 1, (methods,)."""
    out = np.empty(rates.size)
    steps = np.array([horizon // 2, horizon], np.float64)
    for k in range(rates.size):
        method = sgdp.Method(rates[k], decays[k], 0.0, thresholds[k], 1.0)
        square = invariant_run(method, toy, 1.0, start, steps, stream)[:2]
        out[k] = (square[1] ** 2 - square[0] ** 2) / (horizon - horizon // 2)
    return out


@kernel
def decayed_fourth_powers(
    rate: float, decays: Floats, weight_decay: float, threshold: float, start: Floats, horizon: int, stream: Stream
) -> Floats:
    """Mean of |w|^4 over the second half of `horizon` steps under noise and weight decay, c = 1, (decays,)."""
    out, steps = np.empty(decays.size), np.arange(horizon // 2, horizon).astype(np.float64)
    for k in range(decays.size):
        method = sgdp.Method(rate, decays[k], weight_decay, threshold, 0.1)
        square = invariant_run(method, NOISE, 1.0, start, steps, stream)[: steps.size]
        out[k] = (square**2).mean()
    return out


def direction_gaps(rates: Floats, start: Floats, momentum: Floats, gradient: Floats) -> Floats:
    """Angle between w after a plain step and after a projected one, from the same momentum, (rates,)."""
    found = []
    for rate in rates:
        ends = []
        for threshold in (PLAIN, PROJECTED):
            w, memory = start.copy(), momentum[None].copy()
            sgdp.step(sgdp.Method(rate, 0.9, 0.0, threshold), 1, w, gradient, memory)
            ends.append(w / np.linalg.norm(w))
        found.append(2 * np.arcsin(np.linalg.norm(ends[1] - ends[0]) / 2))
    return np.array(found)


def first_growths(rates: Floats, start: Floats, gradient: Floats, threshold: float) -> Floats:
    """| |w|^2 - |start|^2 | after the first step of Adam, or AdamP, (rates,)."""
    found = []
    for rate in rates:
        w, memory = start.copy(), np.zeros((adamp.MEMORIES, start.size))
        adamp.step(adamp.Method(rate, threshold=threshold), 1, w, gradient, memory)
        found.append(abs((w - start) @ (w + start)))
    return np.array(found)
