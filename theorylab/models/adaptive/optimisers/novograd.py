"""NovoGrad (Ginsburg et al. 2019, Algorithm 1, recalled): one second moment for a layer, that of its norm.

The first one is the squared norm of the first gradient; the momentum adds up without a factor 1 - b1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of NovoGrad."""

    rate: float = 1e-2
    first_decay: float = 0.95
    second_decay: float = 0.98
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v <- b2 v + (1 - b2) |g|^2, m <- b1 m + g / (sqrt(v) + epsilon); x <- x - a m."""
    square = 0.0
    for i in range(x.size):
        square += gradient[i] * gradient[i]
    if t > 1:
        square = method.second_decay * memory[1, 0] + (1.0 - method.second_decay) * square
    memory[1, 0] = square
    for i in range(x.size):
        memory[0, i] = method.first_decay * memory[0, i] + gradient[i] / (math.sqrt(square) + method.epsilon)
        x[i] -= method.rate * memory[0, i]
