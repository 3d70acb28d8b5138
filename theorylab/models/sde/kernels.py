"""Simulation where no transfer operator reaches: RMSprop and USAM in several dimensions, real batches, integrators."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal, fill_uniform

Floats = NDArray[np.float64]


class Quadratic(NamedTuple):
    """What the kernel sees: Hessian and root of the noise covariance (d, d), limit constants, second moments' start."""

    hessian: Floats
    root: Floats
    noise: float
    epsilon: float
    rate: float
    time_step: float
    start: Floats
    old: bool
    """The step divides by the v from before it."""


@kernel
def rmsprop_moments(p: Quadratic, steps: int, stream: Stream) -> Floats:
    """Time averages of x_i x_j, i <= j, over the second half of `steps` from x = 0, u = `start`, row by row."""
    d = p.start.size
    x = np.zeros(d)
    u = p.start.copy()
    gradient = np.empty(d)
    normals = np.empty(d)
    out = np.zeros(d * (d + 1) // 2)
    root = p.time_step**0.5
    from_step = steps // 2
    for k in range(steps):
        fill_normal(stream, normals)
        for i in range(d):
            force, push = 0.0, 0.0
            for j in range(d):
                force += p.hessian[i, j] * x[j]
            for j in range(i + 1):
                push += p.root[i, j] * normals[j]
            gradient[i] = p.noise * push + root * force  # sqrt(e) g
        for i in range(d):
            scaled = gradient[i] / p.noise
            after = u[i] + p.rate * p.time_step * (scaled * scaled - u[i])
            under = u[i] if p.old else after
            x[i] -= root * gradient[i] / (p.noise * under**0.5 + p.epsilon)
            u[i] = after
        if k >= from_step:
            entry = 0
            for i in range(d):
                for j in range(i, d):
                    out[entry] += x[i] * x[j]
                    entry += 1
    out /= steps - from_step
    for i in range(out.size):
        if math.isnan(out[i]):
            out[i] = math.inf
    return out


class Batches(NamedTuple):
    """What the kernel sees: RMSprop on height (1 - cos x), the law of a sample's noise, samples in a batch, start."""

    height: float
    learning_rate: float
    decay: float
    epsilon: float
    noise: Floats
    """Values of the noise of one sample, in units of the gradient."""
    share: Floats
    """Probabilities of these values, added up."""
    batch: int
    x: float
    v: float
    old: bool


@kernel
def rmsprop_batches(p: Batches, steps: int, stream: Stream) -> Floats:
    """1 - cos x of RMSprop after 0..steps steps, (steps + 1,), on batches drawn sample by sample."""
    out = np.empty(steps + 1)
    draws = np.empty(p.batch)
    x, v = p.x, p.v
    for k in range(steps + 1):
        out[k] = 1.0 - math.cos(x)
        fill_uniform(stream, draws)
        total = 0.0
        for i in range(p.batch):
            which = 0
            while draws[i] >= p.share[which] and which < p.noise.size - 1:
                which += 1
            total += p.height * math.sin(x) + p.noise[which]
        gradient = total / p.batch
        after = p.decay * v + (1.0 - p.decay) * gradient * gradient
        under = v if p.old else after
        x -= p.learning_rate * gradient / (under**0.5 + p.epsilon)
        v = after
    return out


@kernel
def usam_moments(
    hessian: Floats, root: Floats, step_size: float, radius: float, one: bool, steps: int, stream: Stream
) -> Floats:
    """Time averages of x_i x_j, i <= j, over the second half of `steps` of USAM on x^T H x / 2 from 0, row by row.

    `root`: root of the noise covariance. `one`: the two gradients of a step see one noise, as on one batch; else each
    its own.
    """
    d = hessian.shape[0]
    x, ahead = np.zeros(d), np.empty(d)
    noise, other, normals = np.empty(d), np.empty(d), np.empty(2 * d)
    out = np.zeros(d * (d + 1) // 2)
    from_step = steps // 2
    for k in range(steps):
        fill_normal(stream, normals)
        for i in range(d):
            noise[i], other[i] = 0.0, 0.0
            for j in range(i + 1):
                noise[i] += root[i, j] * normals[j]
                other[i] += root[i, j] * normals[j if one else d + j]
        for i in range(d):
            gradient = noise[i]
            for j in range(d):
                gradient += hessian[i, j] * x[j]
            ahead[i] = x[i] + radius * gradient
        for i in range(d):
            gradient = other[i]
            for j in range(d):
                gradient += hessian[i, j] * ahead[j]
            x[i] -= step_size * gradient
        if k >= from_step:
            entry = 0
            for i in range(d):
                for j in range(i, d):
                    out[entry] += x[i] * x[j]
                    entry += 1
    out /= steps - from_step
    return out


@kernel
def usam_squares(curvature: float, step_size: float, radii: Floats, steps: int, stream: Stream) -> Floats:
    """Mean of x^2 over the second half of `steps` of USAM on h x^2 / 2 from 0, one per radius, from the same noise."""
    x = np.zeros(radii.size)
    out = np.zeros(radii.size)
    normal = np.empty(1)
    from_step = steps // 2
    for k in range(steps):
        fill_normal(stream, normal)
        for i in range(radii.size):
            seen = curvature * x[i] + normal[0]
            x[i] -= step_size * (curvature * (x[i] + radii[i] * seen) + normal[0])
            if k >= from_step:
                out[i] += x[i] * x[i] / (steps - from_step)
    return out


class Scheme(NamedTuple):
    """What the kernel sees: the equation, one time step, and the law of the exact step (see `Linear.scheme`)."""

    growth: float
    volatility: float
    additive: float
    start: float
    time_step: float
    decay: float
    slope: float
    rest: float


@kernel
def linear_paths(p: Scheme, steps: int, stream: Stream) -> Floats:
    """X at the end of each step by Euler-Maruyama, Milstein and exactly, on one Brownian path, (3, steps)."""
    out = np.empty((3, steps))
    euler, milstein, truth = p.start, p.start, p.start
    normals = np.empty(2)
    root = p.time_step**0.5
    for k in range(steps):
        fill_normal(stream, normals)
        kick = root * normals[0]
        euler += p.growth * euler * p.time_step + (p.volatility * euler + p.additive) * kick
        spread = p.volatility * milstein + p.additive
        milstein += p.growth * milstein * p.time_step + spread * kick
        milstein += 0.5 * spread * p.volatility * (kick * kick - p.time_step)
        if p.volatility == 0.0:
            truth = p.decay * truth + p.slope * kick + p.rest * normals[1]
        else:
            truth *= p.decay * math.exp(p.volatility * kick - 0.5 * p.volatility * p.volatility * p.time_step)
        out[0, k], out[1, k], out[2, k] = euler, milstein, truth
    for i in range(3):
        for k in range(steps):
            if math.isnan(out[i, k]):
                out[i, k] = math.inf
    return out
