"""COCOB-Backprop, coin betting (Orabona and Tommasi 2017, Algorithm 2, recalled). There is no rate at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 5


class Method(NamedTuple):
    """Parameters of COCOB-Backprop."""

    alpha: float = 100.0


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """Start memory[0] = x_1; L, G, reward and theta in memory[1:] are 0."""
    for i in range(x.size):
        memory[0, i] = x[i]
        for k in range(1, 5):
            memory[k, i] = 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """Coordinate by coordinate: L <- max(L, |g|), G <- G + |g|, reward <- max(0, reward - g (x - x_1)),
    theta <- theta - g; x <- x_1 + theta (L + reward) / (L max(G + L, alpha L)), and x where all g have been 0."""
    for i in range(x.size):
        g = gradient[i]
        largest = max(memory[1, i], abs(g))
        memory[1, i] = largest
        memory[2, i] += abs(g)
        memory[3, i] = max(0.0, memory[3, i] - g * (x[i] - memory[0, i]))
        memory[4, i] -= g
        if largest > 0.0:
            under = largest * max(memory[2, i] + largest, method.alpha * largest)
            x[i] = memory[0, i] + memory[4, i] * (largest + memory[3, i]) / under
