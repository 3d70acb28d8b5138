"""Adafactor without momentum (Shazeer and Stern 2018, algorithms read; the defaults of rate and epsilons recalled).

`step` is for matrices, whose second moment is kept as sums of rows and of columns; `vector_step` for vectors, whose
second moment is kept whole.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of Adafactor: rho_t = min(rate, t^-1/2) where `declining`, else rate; b_t = 1 - t^-decay_exponent.

    epsilon is added to squared gradients, least_size is the least RMS of x that counts, clipping the largest RMS of U.
    """

    rate: float = 1e-2
    declining: bool = True
    decay_exponent: float = 0.8
    clipping: float = 1.0
    epsilon: float = 1e-30
    least_size: float = 1e-3


@inner_kernel
def factor(method: Method, t: int, gradient: np.ndarray, memory: np.ndarray) -> float:
    """R <- b_t R + (1 - b_t) (G^2 + epsilon) 1 in memory[0, :, 0], and C by columns in memory[1, 0, :]; sum of R."""
    rows, columns = gradient.shape
    new = t ** (-method.decay_exponent)
    total = 0.0
    for j in range(columns):
        memory[1, 0, j] *= 1.0 - new
    for i in range(rows):
        row = 0.0
        for j in range(columns):
            square = gradient[i, j] * gradient[i, j] + method.epsilon
            row += square
            memory[1, 0, j] += new * square
        memory[0, i, 0] = (1.0 - new) * memory[0, i, 0] + new * row
        total += memory[0, i, 0]
    return total


@inner_kernel
def length(method: Method, t: int, size: float, squares: float, updates: float) -> float:
    """What multiplies U: max(least_size, RMS of x) rho_t / max(1, RMS of U / clipping), from sums of squares."""
    rate = method.rate
    if method.declining:
        rate = min(rate, 1.0 / math.sqrt(t))
    rate *= max(method.least_size, math.sqrt(squares / size))
    return rate / max(1.0, math.sqrt(updates / size) / method.clipping)


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """U = G / sqrt(R C / sum R), U <- U / max(1, RMS(U) / clipping), x <- x - max(least_size, RMS(x)) rho_t U."""
    total = factor(method, t, gradient, memory)
    rows, columns = gradient.shape
    squares, updates = 0.0, 0.0
    for i in range(rows):
        for j in range(columns):
            squares += x[i, j] * x[i, j]
            if gradient[i, j] != 0.0:
                updates += gradient[i, j] * gradient[i, j] * total / (memory[0, i, 0] * memory[1, 0, j])
    scale = length(method, t, float(rows * columns), squares, updates)
    for i in range(rows):
        for j in range(columns):
            if gradient[i, j] != 0.0:
                x[i, j] -= scale * gradient[i, j] * math.sqrt(total / (memory[0, i, 0] * memory[1, 0, j]))


@inner_kernel
def vector_step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """As `step` for a vector: V <- b_t V + (1 - b_t) (g^2 + epsilon) in memory[0], U = g / sqrt(V)."""
    new = t ** (-method.decay_exponent)
    squares, updates = 0.0, 0.0
    for i in range(x.size):
        memory[0, i] = (1.0 - new) * memory[0, i] + new * (gradient[i] * gradient[i] + method.epsilon)
        squares += x[i] * x[i]
        if gradient[i] != 0.0:
            updates += gradient[i] * gradient[i] / memory[0, i]
    scale = length(method, t, float(x.size), squares, updates)
    for i in range(x.size):
        if gradient[i] != 0.0:
            x[i] -= scale * gradient[i] / math.sqrt(memory[0, i])
