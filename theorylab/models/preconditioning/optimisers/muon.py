"""Muon: momentum, orthogonalised by Newton-Schulz (Jordan, KellerJordan/Muon, muon.py, read; there in bfloat16).

Its polynomial is the quintic a s + b s^3 + c s^5 of each singular value s, whose coefficients do not lead to 1. With
`nesterov` the gradient is averaged in once more. A step has the length of the rate in every direction, about, times
sqrt(rows / columns) where that is above 1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 5
"""Momentum, and room for the iteration: X, X X^T, a polynomial of it, the next X."""


class Method(NamedTuple):
    """Parameters of Muon."""

    rate: float = 0.02
    decay: float = 0.95
    weight_decay: float = 0.0
    nesterov: bool = True
    iterations: int = 5
    linear: float = 3.4445
    cubic: float = -4.7750
    quintic: float = 2.0315
    epsilon: float = 1e-7


@inner_kernel
def product(x: np.ndarray, i: int, j: int, across: bool) -> float:
    """Entry (i, j) of X X^T, or of X^T X where `across`."""
    total = 0.0
    if across:
        for k in range(x.shape[0]):
            total += x[k, i] * x[k, j]
    else:
        for k in range(x.shape[1]):
            total += x[i, k] * x[j, k]
    return total


@inner_kernel
def newton_schulz(method: Method, memory: np.ndarray) -> None:
    """X <- a X + (b A + c A^2) X, A = X X^T, in memory[1], or with A = X^T X from the right where that is smaller."""
    rows, columns = memory.shape[1:]
    across, small = rows > columns, min(rows, columns)
    x, gram, powers, new = memory[1], memory[2], memory[3], memory[4]
    for i in range(small):
        for j in range(small):
            gram[i, j] = product(x, i, j, across)
    for i in range(small):
        for j in range(small):
            square = 0.0
            for k in range(small):
                square += gram[i, k] * gram[k, j]
            powers[i, j] = method.cubic * gram[i, j] + method.quintic * square
    for i in range(rows):
        for j in range(columns):
            total = method.linear * x[i, j]
            for k in range(small):
                total += x[i, k] * powers[k, j] if across else powers[i, k] * x[k, j]
            new[i, j] = total
    for i in range(rows):
        for j in range(columns):
            x[i, j] = new[i, j]


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """M <- b M + (1 - b) G, U = b M + (1 - b) G (or M), U <- U / (|U|_F + epsilon), orthogonalised in some iterations;
    x <- (1 - a lam) x - a sqrt(max(1, rows / columns)) U. Nothing depends on t."""
    rows, columns = x.shape
    squares = 0.0
    for i in range(rows):
        for j in range(columns):
            memory[0, i, j] = method.decay * memory[0, i, j] + (1.0 - method.decay) * gradient[i, j]
            update = memory[0, i, j]
            if method.nesterov:
                update = method.decay * update + (1.0 - method.decay) * gradient[i, j]
            memory[1, i, j] = update
            squares += update * update
    size = math.sqrt(squares) + method.epsilon
    for i in range(rows):
        for j in range(columns):
            memory[1, i, j] /= size
    for _ in range(method.iterations):
        newton_schulz(method, memory)
    scale = method.rate * math.sqrt(max(1.0, rows / columns))
    for i in range(rows):
        for j in range(columns):
            x[i, j] = (1.0 - method.rate * method.weight_decay) * x[i, j] - scale * memory[1, i, j]
