"""Loops over the optimisers: online rounds on [-1, 1]. The losses are linear, or functions of a margin."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theorylab.models.adaptive.optimisers.rules import Method, State, divisor, rate, step
from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.streams import Stream, fill_uniform

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
LINEAR, HINGE, LOGISTIC = range(3)
LOSSES = ("linear", "hinge", "logistic")


@inner_kernel
def clipped(x: float) -> float:
    """The point of [-1, 1] nearest to x."""
    return min(1.0, max(-1.0, x))


@kernel
def periodic_path(high: float, low: float, period: int, method: Method, start: float, steps: Integers) -> Floats:
    """Point x_{T+1}, regret R_T, and the sum of directions, after T = steps rounds from x_1 = start; (3, points)."""
    out = np.empty((3, steps.size))
    state, x, cost, slopes, directions, t, phase = State(0.0, 0.0, 0.0), start, 0.0, 0.0, 0.0, 0, 0
    for j in range(steps.size):
        while t < steps[j]:
            gradient = high if phase == 0 else -low
            phase = phase + 1 if phase + 1 < period else 0
            t += 1
            cost += gradient * x
            slopes += gradient
            state, direction = step(method, state, gradient, t)
            x = clipped(x - rate(method, t) * direction)
            directions += direction
        out[0, j], out[1, j], out[2, j] = x, cost + abs(slopes), directions
    return out


@kernel
def periodic_weights(high: float, low: float, period: int, method: Method, rounds: int) -> Floats:
    """sqrt(v_t) / rate_t of rounds t = 1, ..., `rounds`, v_t what the direction is divided by the root of."""
    out = np.empty(rounds)
    state = State(0.0, 0.0, 0.0)
    for t in range(1, rounds + 1):
        state, _ = step(method, state, high if (t - 1) % period == 0 else -low, t)
        out[t - 1] = math.sqrt(divisor(method, state)) / rate(method, t)
    return out


@kernel
def drawn_path(
    high: float, low: float, chance: float, method: Method, start: float, steps: Integers, stream: Stream
) -> Floats:
    """As `periodic_path`, each slope drawn: `high` with the given chance, else -low; (2, points).

    Point x_{T+1}, and the mean of the directions of the second half of the rounds, T/2 < t <= T; T even.
    """
    out = np.empty((2, steps.size))
    draw = np.empty(1)
    sums = np.zeros(steps.size)
    state, x, t = State(0.0, 0.0, 0.0), start, 0
    for j in range(steps.size):
        while t < steps[j]:
            fill_uniform(stream, draw)
            t += 1
            state, direction = step(method, state, high if draw[0] < chance else -low, t)
            x = clipped(x - rate(method, t) * direction)
            for k in range(j, steps.size):
                if 2 * t > steps[k]:
                    sums[k] += direction
        out[0, j], out[1, j] = x, sums[j] / (steps[j] - steps[j] // 2)
    return out


@inner_kernel
def loss_and_slope(kind: int, margin: float) -> tuple[float, float]:
    """Loss at a margin and its (sub)derivative: -margin, max(0, 1 - margin), or log(1 + exp(-margin))."""
    if kind == LINEAR:
        return -margin, -1.0
    if kind == HINGE:
        return (1.0 - margin, -1.0) if margin < 1.0 else (0.0, 0.0)
    tail = math.exp(-abs(margin))
    loss = math.log1p(tail) + max(0.0, -margin)
    return loss, (-1.0 / (1.0 + tail) if margin < 0.0 else -tail / (1.0 + tail))


@kernel
def online_sums(kind: int, points: Floats, method: Method, start: Floats, steps: Integers) -> Floats:
    """Sums after T = steps rounds of the losses at margins <points_t, x_t>, points (rounds, d), x_1 = start; (4, .).

    The cost sum_t f_t(x_t); sum_i sqrt(u_T,i), u what directions are divided by the root of; sum_t b1_t / rate_t
    sum_i sqrt(u_t,i), b1_t the first decay; sum_i of the root of sum_t g_t,i^2.
    """
    d = start.size
    out = np.empty((4, steps.size))
    x, squares, moments = start.copy(), np.zeros(d), np.zeros((3, d))
    cost, faded, t = 0.0, 0.0, 0
    for j in range(steps.size):
        roots = 0.0
        while t < steps[j]:
            margin = 0.0
            for i in range(d):
                margin += points[t, i] * x[i]
            loss, slope = loss_and_slope(kind, margin)
            cost += loss
            t += 1
            roots = 0.0
            for i in range(d):
                gradient = slope * points[t - 1, i]
                squares[i] += gradient * gradient
                state = State(moments[0, i], moments[1, i], moments[2, i])
                state, direction = step(method, state, gradient, t)
                moments[0, i], moments[1, i], moments[2, i] = state.first, state.second, state.largest
                x[i] = clipped(x[i] - rate(method, t) * direction)
                roots += math.sqrt(divisor(method, state))
            faded += method.first_decay * method.first_fading ** (t - 1) / rate(method, t) * roots
        norms = 0.0
        for i in range(d):
            norms += math.sqrt(squares[i])
        out[0, j], out[1, j], out[2, j], out[3, j] = cost, roots, faded, norms
    return out
