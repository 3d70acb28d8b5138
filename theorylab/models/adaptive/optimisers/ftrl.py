"""FTRL-Proximal (McMahan et al. 2013, Algorithm 1, recalled).

The paper starts at 0; here z starts so that the first point is x.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of FTRL-Proximal; the paper leaves its `rate` and both penalties open."""

    rate: float
    beta: float = 1.0
    first_penalty: float = 0.0
    second_penalty: float = 0.0


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """z starts so that the minimiser is x."""
    for i in range(x.size):
        weight = method.beta / method.rate + method.second_penalty
        memory[0, i] = -x[i] * weight - math.copysign(method.first_penalty, x[i]) if x[i] != 0.0 else 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """s = (sqrt(n + g^2) - sqrt(n)) / a, z <- z + g - s x, n <- n + g^2; x minimises z x and the penalties."""
    for i in range(x.size):
        before = math.sqrt(memory[1, i])
        memory[1, i] += gradient[i] * gradient[i]
        root = math.sqrt(memory[1, i])
        memory[0, i] += gradient[i] - (root - before) / method.rate * x[i]
        short = max(abs(memory[0, i]) - method.first_penalty, 0.0)
        weight = (method.beta + root) / method.rate + method.second_penalty
        x[i] = -math.copysign(short, memory[0, i]) / weight
