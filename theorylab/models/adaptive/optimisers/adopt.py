"""ADOPT (Taniguchi et al. 2024, Algorithm 2 with clipping, recalled): the second moment is that of the step before.

The first gradient only starts it; what enters the momentum is clipped at (t - 1)^(1/4) in step t = 2, 3, ...
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of ADOPT."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.9999
    epsilon: float = 1e-6


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) clip(g / max(sqrt(v), epsilon)), x <- x - a m, then v <- b2 v + (1 - b2) g^2."""
    limit = (t - 1.0) ** 0.25
    for i in range(x.size):
        square = gradient[i] * gradient[i]
        if t == 1:
            memory[1, i] = square
            continue
        scaled = gradient[i] / max(math.sqrt(memory[1, i]), method.epsilon)
        scaled = min(max(scaled, -limit), limit)
        memory[0, i] = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * scaled
        memory[1, i] = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * square
        x[i] -= method.rate * memory[0, i]
