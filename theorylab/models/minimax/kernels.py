"""The methods as plain loops. Modes: one call moves all modes of a grid; Monte Carlo: one call is one replica."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theorylab.models.minimax.model import Components
from theorylab.models.minimax.schedules import PageRule, Schedule
from theorylab.models.minimax.subsets import fill_subset
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_integers, fill_uniform

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Integers = NDArray[np.int64]


@kernel
def mode_iterates(slopes: Complexes, schedule: Schedule, steps: Integers) -> Complexes:
    """Iterates (points, modes) of F(z) = slope z from the start 1, after each number of steps."""
    m = slopes.size
    z = np.ones(m, dtype=np.complex128)
    out = np.empty((steps.size, m), dtype=np.complex128)
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            b1, a1, b2, a2 = schedule.look_anchor[k], schedule.look_step[k], schedule.anchor[k], schedule.step[k]
            for i in range(m):
                w = z[i] + b1 * (1.0 - z[i]) - a1 * slopes[i] * z[i]
                z[i] = z[i] + b2 * (1.0 - z[i]) - a2 * slopes[i] * w
            k += 1
        out[point] = z
    return out


@kernel
def affine_iterates(matrix: Floats, start: Floats, schedule: Schedule, steps: Integers) -> Floats:
    """Iterates (points, d) of F(z) = matrix z from `start`, after each number of steps."""
    d = start.size
    z = start.copy()
    w = np.empty(d)
    fresh = np.empty(d)
    out = np.empty((steps.size, d))
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            b1, a1, b2, a2 = schedule.look_anchor[k], schedule.look_step[k], schedule.anchor[k], schedule.step[k]
            for i in range(d):
                value = 0.0
                for j in range(d):
                    value += matrix[i, j] * z[j]
                w[i] = z[i] + b1 * (start[i] - z[i]) - a1 * value
            for i in range(d):
                value = 0.0
                for j in range(d):
                    value += matrix[i, j] * w[j]
                fresh[i] = z[i] + b2 * (start[i] - z[i]) - a2 * value
            z[:] = fresh
            k += 1
        out[point] = z
    return out


@kernel
def clipped_translation(horizon: int, steps: Integers) -> Floats:
    """Residuals |x - T x| (points,) of Halpern from 1 on the clipped translation T, after each number of steps.

    c = 2/(horizon+1); T x = x - c for x >= c/2, -x for |x| <= c/2, x + c for x <= -c/2.
    """
    c = 2.0 / (horizon + 1)
    x = 1.0
    out = np.empty(steps.size)
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            moved = x - c if x >= c / 2 else (x + c if x <= -c / 2 else -x)
            x = 1.0 / (k + 2) + (k + 1.0) / (k + 2) * moved
            k += 1
        out[point] = c if abs(x) >= c / 2 else 2 * abs(x)
    return out


@kernel
def component(data: Components, i: int, u: complex, calls: Integers) -> complex:
    """F_i(u): the oracle, which counts its calls."""
    calls[0] += 1
    value: complex = data.slopes[i] * u + data.offsets[i]
    return value


@kernel
def average(data: Components, u: complex, calls: Integers) -> complex:
    """F(u): a call of every component."""
    n = data.slopes.size
    total = 0.0j
    for i in range(n):
        total += component(data, i, u, calls)
    return total / n


@kernel
def page_estimate(data: Components, chosen: Integers, u: complex, before: complex, calls: Integers) -> complex:
    """Mean over the chosen components of F_i(u) - F_i(before)."""
    change = 0.0j
    for j in range(chosen.size):
        change += component(data, chosen[j], u, calls) - component(data, chosen[j], before, calls)
    return change / chosen.size


@kernel
def page_runs(data: Components, rule: PageRule, step_size: float, steps: Integers, stream: Stream) -> Floats:
    """One run of Halpern with PAGE from 1: |F(u_k)|^2, |estimate - F(u_k)|^2 and calls of components, (3, points).

    u_{k+1} = lam_k + (1 - lam_k) u_k - step_size * estimate_k. The estimate is F(u_k) with probability refresh[k]
    (refresh[0] = 1), else the last one plus the mean over a batch of F_i(u_k) - F_i(u_{k-1}).
    """
    n = data.slopes.size
    slope = data.slopes.mean()
    u = 1.0 + 0.0j
    before = u
    estimate = 0.0j
    calls = np.zeros(1, dtype=np.int64)
    coin = np.empty(1)
    chosen, order = np.empty(rule.batch, dtype=np.int64), np.arange(n)
    out = np.empty((3, steps.size))
    point = 0
    k = 0
    while True:
        fill_uniform(stream, coin)
        if coin[0] < rule.refresh[k]:
            estimate = average(data, u, calls)
        else:
            if rule.replacement:
                fill_integers(stream, n, chosen)
            else:
                fill_subset(stream, order, chosen)
            estimate += page_estimate(data, chosen, u, before, calls)
        if k == steps[point]:
            value = slope * u
            out[0, point] = value.real**2 + value.imag**2
            value = estimate - value
            out[1, point] = value.real**2 + value.imag**2
            out[2, point] = calls[0]
            for i in range(3):
                if math.isnan(out[i, point]):
                    out[i, point] = math.inf
            point += 1
            if point == steps.size:
                return out
        before = u
        u = rule.anchors[k] + (1.0 - rule.anchors[k]) * u - step_size * estimate
        k += 1


@kernel
def page_errors(
    data: Components, path: Complexes, refresh: Floats, batch: int, steps: Integers, stream: Stream
) -> Floats:
    """|estimate - F|^2 (points,) of one run of PAGE along a path given beforehand, (max(steps)+1,)."""
    n = data.slopes.size
    slope = data.slopes.mean()
    error = 0.0j
    coin = np.empty(1)
    chosen = np.empty(batch, dtype=np.int64)
    calls = np.zeros(1, dtype=np.int64)
    out = np.empty(steps.size)
    point = 0
    for k in range(path.size):
        fill_uniform(stream, coin)
        if coin[0] < refresh[k]:
            error = 0.0j
        else:
            fill_integers(stream, n, chosen)
            error += page_estimate(data, chosen, path[k], path[k - 1], calls) - slope * (path[k] - path[k - 1])
        if k == steps[point]:
            out[point] = error.real**2 + error.imag**2
            point += 1
            if point == steps.size:
                break
    return out


@kernel
def minibatch_runs(data: Components, anchors: Floats, batch: int, step_size: float, steps: Integers,
                   stream: Stream) -> Floats:  # fmt: skip
    """One run of Halpern from 1 with F replaced by the mean of `batch` fresh samples: |F(u_k)|^2, (points,)."""
    slope = data.slopes.mean()
    u = 1.0 + 0.0j
    chosen = np.empty(batch, dtype=np.int64)
    calls = np.zeros(1, dtype=np.int64)
    out = np.empty(steps.size)
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            fill_integers(stream, data.slopes.size, chosen)
            estimate = 0.0j
            for j in range(batch):
                estimate += component(data, chosen[j], u, calls)
            u = anchors[k] + (1.0 - anchors[k]) * (u - step_size * estimate / batch)
            k += 1
        value = slope * u
        out[point] = value.real**2 + value.imag**2
    return out


@kernel
def halpern_calls(data: Components, step_size: float, accuracy: float, limit: int) -> float:
    """Calls of components that Halpern from 1, anchors 1/(k+2), makes until |F(u_k)| <= accuracy; inf beyond limit."""
    u = 1.0 + 0.0j
    calls = np.zeros(1, dtype=np.int64)
    for k in range(limit):
        value = average(data, u, calls)
        if abs(value) <= accuracy:
            return float(calls[0])
        u = 1.0 / (k + 2) + (k + 1.0) / (k + 2) * (u - step_size * value)
    return math.inf


@kernel
def inner_runs(data: Components, step_size: float, refresh: float, steps: Integers, stream: Stream) -> Floats:
    """|z|^2 and calls of components, (2, points), of variance-reduced extragradient on 0 = z + F(z), from z = w = 1.

    The inner problem of Algorithm 2 on a mode, conventions of `theory.inner_matrix`.
    """
    n, t, p = data.slopes.size, step_size, refresh
    q = 1.0 / (1.0 + t)
    calls = np.zeros(1, dtype=np.int64)
    coin, chosen = np.empty(1), np.empty(1, dtype=np.int64)
    z = w = 1.0 + 0.0j
    value = average(data, w, calls)
    out = np.empty((2, steps.size))
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            held = (1.0 - p) * z + p * w
            half = q * (held - t * value)
            fill_integers(stream, n, chosen)
            change = component(data, chosen[0], half, calls) - component(data, chosen[0], w, calls)
            z = q * (held - t * (value + change))
            fill_uniform(stream, coin)
            if coin[0] < p:
                w = z
                value = average(data, w, calls)
            k += 1
        out[0, point] = z.real**2 + z.imag**2
        out[1, point] = calls[0]
    return out
