"""AMSGrad as its paper writes it (Reddi, Kale and Kumar 2018, Algorithm 2, recalled), without its projection.

There is no correction of the start. The paper has no epsilon, and rate / sqrt(t) in its theorem; its parameters are
those of its experiments.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of AMSGrad; epsilon, 0 in the paper, keeps a coordinate without a gradient where it is."""

    rate: float
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, u <- max(u, v); x <- x - a m / (sqrt(u) + epsilon)."""
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i], memory[2, i] = first, second, max(memory[2, i], second)
        x[i] -= method.rate * first / (math.sqrt(memory[2, i]) + method.epsilon)
