"""Adadelta (Zeiler 2012, Algorithm 1, recalled): it has no rate."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of Adadelta."""

    decay: float = 0.95
    epsilon: float = 1e-6


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v <- r v + (1 - r) g^2, d = g sqrt(u + epsilon) / sqrt(v + epsilon), u <- r u + (1 - r) d^2; x <- x - d."""
    for i in range(x.size):
        square = method.decay * memory[0, i] + (1.0 - method.decay) * gradient[i] * gradient[i]
        move = math.sqrt((memory[1, i] + method.epsilon) / (square + method.epsilon)) * gradient[i]
        memory[0, i] = square
        memory[1, i] = method.decay * memory[1, i] + (1.0 - method.decay) * move * move
        x[i] -= move
