"""Optimistic Adam (Daskalakis et al. 2018, Algorithm 1, recalled).

The direction before the first is 0.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of optimistic Adam."""

    rate: float
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """d = m^ / (sqrt(v^) + epsilon) as Adam's; x <- x - 2 a d + a d_before."""
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        direction = first / (1.0 - method.first_decay**t) / (math.sqrt(second * unbiased) + method.epsilon)
        x[i] -= method.rate * (2.0 * direction - memory[2, i])
        memory[0, i], memory[1, i], memory[2, i] = first, second, direction
