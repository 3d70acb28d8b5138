"""Simulation where no transfer operator reaches: RMSprop in several dimensions, USAM on the line, integrators."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal

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
            x[i] -= root * gradient[i] / (p.noise * u[i] ** 0.5 + p.epsilon)
            scaled = gradient[i] / p.noise
            u[i] += p.rate * p.time_step * (scaled * scaled - u[i])
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
