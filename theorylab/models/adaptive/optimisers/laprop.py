"""LaProp (Ziyin, Wang and Ueda 2020, Algorithm 1, recalled): momentum of normalised gradients.

Both averages are debiased.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of LaProp."""

    rate: float = 4e-4
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-15


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v as Adam's, m <- b1 m + (1 - b1) g / (sqrt(v / (1 - b2^t)) + epsilon); x <- x - a m / (1 - b1^t)."""
    scale = method.rate / (1.0 - method.first_decay**t)
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    for i in range(x.size):
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        scaled = gradient[i] / (math.sqrt(second * unbiased) + method.epsilon)
        memory[0, i] = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * scaled
        memory[1, i] = second
        x[i] -= scale * memory[0, i]
