"""The heavy ball (Polyak 1964, recalled): momentum is a share of the last move. No parameter has a default."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of the heavy ball."""

    rate: float
    momentum: float


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v <- momentum v - rate g, x <- x + v: x' = x - rate g + momentum (x - x_before), from v = 0."""
    for i in range(x.size):
        memory[0, i] = method.momentum * memory[0, i] - method.rate * gradient[i]
        x[i] += memory[0, i]
