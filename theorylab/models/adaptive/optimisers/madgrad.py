"""MADGRAD (Defazio and Jelassi 2021, Algorithm 1, recalled; read in the authors' code).

The code adds epsilon to the rate, too.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of MADGRAD; momentum 1 - c."""

    rate: float = 1e-2
    momentum: float = 0.9
    epsilon: float = 1e-6


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """The sums s and v of 0 in memory[0] and memory[1], the start x_0 in memory[2]."""
    for i in range(x.size):
        memory[0, i], memory[1, i], memory[2, i] = 0.0, 0.0, x[i]


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """With weight w = rate t^(1/2): s <- s + w g, v <- v + w g^2, z = x_0 - s/(v^(1/3) + epsilon);
    x <- momentum x + (1 - momentum) z."""
    weight = method.rate * math.sqrt(t)
    for i in range(x.size):
        total = memory[0, i] + weight * gradient[i]
        squares = memory[1, i] + weight * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = total, squares
        under = squares ** (1.0 / 3.0) + method.epsilon
        z = memory[2, i] - total / under if under > 0.0 else memory[2, i]
        x[i] = method.momentum * x[i] + (1.0 - method.momentum) * z
