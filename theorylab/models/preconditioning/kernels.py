"""Draws of signs of noisy gradients, and sign descent and Lion on a quadratic."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.preconditioning.optimisers.signs import averaged, lion_step, sign, sign_step
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal

Floats = NDArray[np.float64]


class Lion(NamedTuple):
    """Lion's settings: step h, decay lam, b1 of the direction and b2 of the momentum.

    `implicit`: the decay acts at the new point; `coupled`: no decay, but lam x is added to the gradient.
    """

    step_size: float
    weight_decay: float
    direction_decay: float
    momentum_decay: float
    implicit: bool = False
    coupled: bool = False


@kernel
def sign_draws(
    gradient: Floats, noise_std: Floats, hessian: Floats, batches: Floats, draws: int, stream: Stream
) -> Floats:
    """Means over `draws` draws of mu.V and of V^T H V, V = sign(G), for each batch size, (2, batches)."""
    d = gradient.size
    out, normals, signs = np.zeros((2, batches.size)), np.empty(d), np.empty(d)
    for k in range(batches.size):
        for _ in range(draws):
            fill_normal(stream, normals)
            for i in range(d):
                signs[i] = sign(gradient[i] + noise_std[i] / math.sqrt(batches[k]) * normals[i])
            for i in range(d):
                total = 0.0
                for j in range(d):
                    total += hessian[i, j] * signs[j]
                out[0, k] += gradient[i] * signs[i]
                out[1, k] += signs[i] * total
    return out / draws


@kernel
def sign_descent(
    hessian: Floats, noise_std: Floats, batch: float, step_size: float, start: Floats, steps: int, stream: Stream
) -> Floats:
    """Points after 0, 1, ..., `steps` steps of noisy sign descent on w^T H w / 2, (steps + 1, d)."""
    d = start.size
    out, normals = np.empty((steps + 1, d)), np.empty(d)
    out[0] = start
    for t in range(steps):
        fill_normal(stream, normals)
        for i in range(d):
            gradient = noise_std[i] / math.sqrt(batch) * normals[i]
            for j in range(d):
                gradient += hessian[i, j] * out[t, j]
            out[t + 1, i] = sign_step(out[t, i], gradient, step_size)
    return out


@kernel
def lion_descent(rule: Lion, hessian: Floats, target: Floats, noise: Floats, start: Floats) -> Floats:
    """Points and momenta of Lion with gradients H (x - c) + noise[t], from start (2, d), (2, steps + 1, d)."""
    steps, d = noise.shape
    out = np.empty((2, steps + 1, d))
    out[:, 0] = start
    for t in range(steps):
        for i in range(d):
            gradient = noise[t, i]
            for j in range(d):
                gradient += hessian[i, j] * (out[0, t, j] - target[j])
            decay = rule.weight_decay
            if rule.coupled:
                gradient += decay * out[0, t, i]
                decay = 0.0
            direction = sign(averaged(out[1, t, i], gradient, rule.direction_decay))
            out[1, t + 1, i] = averaged(out[1, t, i], gradient, rule.momentum_decay)
            out[0, t + 1, i] = lion_step(out[0, t, i], direction, rule.step_size, decay, rule.implicit)
    return out
