"""RMSprop (Tieleman and Hinton 2012, lecture 6e, recalled), without momentum and centring.

epsilon, not in the lecture, is outside the root.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of RMSprop."""

    rate: float = 1e-3
    second_decay: float = 0.9
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v <- b2 v + (1 - b2) g^2, x <- x - rate g/(sqrt(v) + epsilon), and x where that is 0/0."""
    for i in range(x.size):
        memory[0, i] = method.second_decay * memory[0, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        under = math.sqrt(memory[0, i]) + method.epsilon
        if under > 0.0:
            x[i] -= method.rate * gradient[i] / under
