"""Schedule-free SGD (Defazio et al. 2024, Algorithm of the introduction, recalled), with a constant rate.

x is the point at which gradients are taken, the paper's y; memory has its z and its average, which is what it returns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of schedule-free SGD."""

    rate: float
    momentum: float = 0.9


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """z and the average start at x."""
    for i in range(x.size):
        memory[0, i], memory[1, i] = x[i], x[i]


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """z <- z - a g, average <- (1 - 1/t) average + z / t; x <- (1 - b) z + b average."""
    weight = 1.0 / t
    for i in range(x.size):
        memory[0, i] -= method.rate * gradient[i]
        memory[1, i] = (1.0 - weight) * memory[1, i] + weight * memory[0, i]
        x[i] = (1.0 - method.momentum) * memory[0, i] + method.momentum * memory[1, i]
