"""AdaGrad with a diagonal (Duchi, Hazan and Singer 2011, recalled), by mirror descent and without its projection.

epsilon, the paper's delta, is outside the root, and the paper leaves it open.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of AdaGrad."""

    rate: float
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v <- v + g^2, x <- x - rate g/(sqrt(v) + epsilon), and x where that is 0/0."""
    for i in range(x.size):
        memory[0, i] += gradient[i] * gradient[i]
        under = math.sqrt(memory[0, i]) + method.epsilon
        if under > 0.0:
            x[i] -= method.rate * gradient[i] / under
