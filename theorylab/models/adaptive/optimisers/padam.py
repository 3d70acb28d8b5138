"""Padam (Chen et al. 2018, Algorithm 1, recalled): AMSGrad with a power p of the second moment, 1/8 in the paper.

There is no correction of the start; epsilon, which the paper does not have, is added to the root.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of Padam; a power of 1/2 is AMSGrad."""

    rate: float = 0.1
    first_decay: float = 0.9
    second_decay: float = 0.999
    power: float = 0.125
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m, v and u as AMSGrad's; x <- x - a m / (sqrt(u) + epsilon)^(2 p)."""
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i], memory[2, i] = first, second, max(memory[2, i], second)
        x[i] -= method.rate * first / (math.sqrt(memory[2, i]) + method.epsilon) ** (2.0 * method.power)
