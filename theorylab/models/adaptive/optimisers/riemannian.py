"""RAdaGrad, RAdam and RAMSGrad on products of manifolds (Becigneul and Ganea 2019; read in outline, recalled).

x is (n, d), a row per factor, all of one kind: R^d (curvature 0), the unit sphere of R^d (curvature 1), or the
hyperboloid -x_0^2 + x_1^2 + ... = -1, x_0 > 0 (curvature -1). The gradient is the Riemannian one, tangent at x, in the
coordinates of the space around. Each factor has one second moment, of the norm of its gradient.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3
RADAGRAD, RADAM, RAMSGRAD = range(3)


class Method(NamedTuple):
    """Parameters: rule, rate, curvature; RAdaGrad has no decays."""

    rule: int
    rate: float
    curvature: int = 0
    first_decay: float = 0.9
    second_decay: float = 0.999


@inner_kernel
def squared_norm(curvature: int, x: np.ndarray, i: int) -> float:
    """Of row i of tangent vectors, in the metric of the manifold."""
    total = 0.0
    for j in range(x.shape[1]):
        total += -x[i, j] * x[i, j] if curvature < 0 and j == 0 else x[i, j] * x[i, j]
    return max(0.0, total)


@inner_kernel
def move(curvature: int, x: np.ndarray, direction: np.ndarray, i: int, factor: float) -> None:
    """x <- exp_x(-factor direction), row i, and the direction is transported there along the way."""
    if curvature == 0:
        for j in range(x.shape[1]):
            x[i, j] -= factor * direction[i, j]
        return
    norm = math.sqrt(squared_norm(curvature, direction, i))
    if norm == 0.0:
        return
    way = factor * norm
    along, across = (math.cosh(way), math.sinh(way)) if curvature < 0 else (math.cos(way), math.sin(way))
    for j in range(x.shape[1]):
        point, unit = x[i, j], direction[i, j] / norm
        x[i, j] = along * point - across * unit
        direction[i, j] = norm * (along * unit - across * point if curvature < 0 else along * unit + across * point)
    onto(curvature, x, i)


@inner_kernel
def onto(curvature: int, x: np.ndarray, i: int) -> None:
    """Row i of x back onto the manifold, which rounding has left: scaled to norm 1, or x_0 by the others."""
    total = 0.0
    for j in range(1 if curvature < 0 else 0, x.shape[1]):
        total += x[i, j] * x[i, j]
    if curvature < 0:
        x[i, 0] = math.sqrt(1.0 + total)
    elif curvature > 0:
        for j in range(x.shape[1]):
            x[i, j] /= math.sqrt(total)


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) |g|^2, u <- max(u, v); x <- exp_x(-rate m / sqrt(v)), m transported.

    A factor at a time, |.| in its metric. RAMSGrad divides by sqrt(u). RAdaGrad: m = g, v <- v + |g|^2. m is in
    memory[0], v in memory[1, :, 0], u in memory[2, :, 0]; a factor whose gradients have all been 0 stays.
    """
    summed = method.rule == RADAGRAD
    b1 = 0.0 if summed else method.first_decay
    for i in range(x.shape[0]):
        square = squared_norm(method.curvature, gradient, i)
        if summed:
            memory[1, i, 0] += square
        else:
            memory[1, i, 0] = method.second_decay * memory[1, i, 0] + (1.0 - method.second_decay) * square
        memory[2, i, 0] = max(memory[2, i, 0], memory[1, i, 0])
        for j in range(x.shape[1]):
            memory[0, i, j] = b1 * memory[0, i, j] + (1.0 - b1) * gradient[i, j]
        under = memory[2, i, 0] if method.rule == RAMSGRAD else memory[1, i, 0]
        if under > 0.0:
            move(method.curvature, x, memory[0], i, method.rate / math.sqrt(under))
