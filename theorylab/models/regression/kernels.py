"""Simulation of what `theory` computes: one call is one run of SGD with all its averages.

Same conventions as `model` and `theory`: step t uses the gradient at e_t, averages after N steps hold e_0..e_{N-1}.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.regression.model import Data
from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.streams import Stream, fill_normal, fill_uniform

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Observation(NamedTuple):
    """When and what is observed: steps and starts of the tail averages (points,), weights (d,), degree 1 or 2."""

    steps: Integers
    starts: Integers
    weights: Floats
    degree: int


class Method(NamedTuple):
    """Accelerated SGD, as `model.Acceleration`."""

    alpha: float
    beta: float
    long_step: float
    short_step: float


@inner_kernel
def observe(weights: Floats, degree: int, scale: float, error: Floats) -> float:
    """1/2 sum_i weights_i (scale e_i)^2 for degree 2, sum_i weights_i scale e_i for degree 1; inf if not a number."""
    total = 0.0
    if degree == 2:
        for i in range(error.size):
            total += weights[i] * error[i] * error[i]
        total *= 0.5 * scale * scale
    else:
        for i in range(error.size):
            total += weights[i] * error[i]
        total *= scale
    return math.inf if math.isnan(total) else total


@inner_kernel
def draw_gradient(data: Data, error: Floats, normals: Floats, choice: Floats, gradient: Floats, stream: Stream) -> None:
    """Fill `gradient` (d,) with minus the sum of the gradients of a fresh batch at `error`; the others are scratch."""
    d = error.size
    if data.additive:  # normal noise of a batch is one normal, sqrt(batch) times as large
        fill_normal(stream, normals[:d])
        size = math.sqrt(float(data.batch)) * data.noise_std
        for i in range(d):
            noise = data.scales[i] * normals[i]
            if data.mixing.size > 0:
                noise = 0.0
                for j in range(i + 1):
                    noise += data.mixing[i, j] * normals[j]
            gradient[i] = size * noise - data.batch * data.eigenvalues[i] * error[i]
        return
    for b in range(data.batch):
        if b == 0 and (data.one_hot or data.batch > 1):
            gradient[:] = 0.0
        if data.one_hot:
            fill_uniform(stream, choice)
            feature = np.searchsorted(data.cumulative, choice[0], side="right")
            fill_normal(stream, normals[:1])
            if feature < d:
                gradient[feature] += data.noise_std * normals[0] - error[feature]
        else:
            fill_normal(stream, normals)
            residual = data.noise_std * normals[d]
            for i in range(d):
                residual -= data.scales[i] * normals[i] * error[i]
            if data.batch == 1:
                for i in range(d):
                    gradient[i] = residual * data.scales[i] * normals[i]
            else:
                for i in range(d):
                    gradient[i] += residual * data.scales[i] * normals[i]


@kernel
def paths(data: Data, step_size: float, ema_decay: float, observation: Observation, stream: Stream) -> Floats:
    """Observables (4, points) of last iterate, EMA, average from 0, and average from starts[k], at each steps[k]."""
    steps, starts, weights, degree = observation
    d = data.error0.size
    error = data.error0.copy()
    mean = data.error0.copy()
    total = np.zeros(d)
    before = np.zeros((steps.size, d))
    gradient = np.empty(d)
    normals = np.empty(d + 1)
    choice = np.empty(1)
    out = np.empty((4, steps.size))
    rate = step_size / data.batch
    begun = 0
    done = 0
    t = 0
    while True:
        while begun < steps.size and starts[begun] == t:
            before[begun] = total
            begun += 1
        if t == steps[done]:
            out[0, done] = observe(weights, degree, 1.0, error)
            out[1, done] = observe(weights, degree, 1.0, mean)
            out[2, done] = observe(weights, degree, 1.0 / t, total)
            for i in range(d):
                gradient[i] = total[i] - before[done, i]
            out[3, done] = observe(weights, degree, 1.0 / (t - starts[done]), gradient)
            done += 1
            if done == steps.size:
                return out
        draw_gradient(data, error, normals, choice, gradient, stream)
        for i in range(d):
            e = error[i]
            mean[i] = ema_decay * mean[i] + (1.0 - ema_decay) * e
            total[i] += e
            error[i] = e + rate * gradient[i]
        t += 1


@kernel
def accelerated_paths(data: Data, method: Method, observation: Observation, stream: Stream) -> Floats:
    """Observables (2, points) of accelerated SGD: w at each steps[k], and the mean of w_t over starts[k] <= t < N."""
    steps, starts, weights, degree = observation
    alpha, beta, long_step, short_step = method
    d = data.error0.size
    w = data.error0.copy()
    v = data.error0.copy()
    u = np.empty(d)
    total = np.zeros(d)
    before = np.zeros((steps.size, d))
    gradient = np.empty(d)
    normals = np.empty(d + 1)
    choice = np.empty(1)
    out = np.empty((2, steps.size))
    begun = 0
    done = 0
    t = 0
    while True:
        while begun < steps.size and starts[begun] == t:
            before[begun] = total
            begun += 1
        if t == steps[done]:
            out[0, done] = observe(weights, degree, 1.0, w)
            for i in range(d):
                gradient[i] = total[i] - before[done, i]
            out[1, done] = observe(weights, degree, 1.0 / (t - starts[done]), gradient)
            done += 1
            if done == steps.size:
                return out
        for i in range(d):
            u[i] = alpha * w[i] + (1.0 - alpha) * v[i]
            total[i] += w[i]
        draw_gradient(data, u, normals, choice, gradient, stream)
        for i in range(d):
            w[i] = u[i] + short_step / data.batch * gradient[i]
            v[i] = beta * u[i] + (1.0 - beta) * v[i] + long_step / data.batch * gradient[i]
        t += 1


@kernel
def heavy_ball_paths(
    data: Data, step_sizes: Floats, momentum: float, observation: Observation, stream: Stream
) -> Floats:
    """Observables (points,) of the heavy ball v' = m v + h_t g, e' = e - v', from v = 0, at each steps[k]."""
    steps, _, weights, degree = observation
    d = data.error0.size
    error = data.error0.copy()
    velocity = np.zeros(d)
    gradient = np.empty(d)
    normals = np.empty(d + 1)
    choice = np.empty(1)
    out = np.empty(steps.size)
    done = 0
    t = 0
    while True:
        if t == steps[done]:
            out[done] = observe(weights, degree, 1.0, error)
            done += 1
            if done == steps.size:
                return out
        draw_gradient(data, error, normals, choice, gradient, stream)
        for i in range(d):
            velocity[i] = momentum * velocity[i] - step_sizes[t] / data.batch * gradient[i]
            error[i] -= velocity[i]
        t += 1


@kernel
def drifting_paths(
    data: Data, step_sizes: Floats, moves: tuple[Floats, Floats], observation: Observation, stream: Stream
) -> Floats:
    """Observables (points,) of SGD; after step t the minimiser moves by moves[0][t] + moves[1][t] * normals, (T, d)."""
    steps, _, weights, degree = observation
    d = data.error0.size
    error = data.error0.copy()
    gradient = np.empty(d)
    normals = np.empty(d + 1)
    choice = np.empty(1)
    out = np.empty(steps.size)
    done = 0
    t = 0
    while True:
        if t == steps[done]:
            out[done] = observe(weights, degree, 1.0, error)
            done += 1
            if done == steps.size:
                return out
        draw_gradient(data, error, normals, choice, gradient, stream)
        fill_normal(stream, normals[:d])
        for i in range(d):
            error[i] += step_sizes[t] / data.batch * gradient[i] - moves[0][t, i] - moves[1][t, i] * normals[i]
        t += 1
