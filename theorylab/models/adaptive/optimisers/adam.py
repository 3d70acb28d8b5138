"""Adam as its paper writes it (Kingma and Ba 2015, Algorithm 1, recalled), with the paper's parameters."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of Adam."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2; x <- x - a m/(1 - b1^t) / (sqrt(v/(1 - b2^t)) + epsilon)."""
    scale = method.rate / (1.0 - method.first_decay**t)
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = first, second
        x[i] -= scale * first / (math.sqrt(second * unbiased) + method.epsilon)
