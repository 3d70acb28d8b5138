"""Adan (Xie, Zhou, Li, Lin and Yan 2022, Algorithm 1: moments and step read, start and defaults recalled).

Weights b1, b2, b3 are those of the new sample, as in the paper; its code has one minus them. The first gradient starts
m and, squared, n; its difference counts as 0. There is no correction of the start, and no restart. The defaults are
b = (0.02, 0.08, 0.01), epsilon 1e-8, no decay.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 4


class Method(NamedTuple):
    """Parameters of Adan."""

    rate: float = 1e-3
    first_weight: float = 0.02
    difference_weight: float = 0.08
    second_weight: float = 0.01
    epsilon: float = 1e-8
    weight_decay: float = 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- (1 - b1) m + b1 g, v <- (1 - b2) v + b2 d, d = g - g_before, n <- (1 - b3) n + b3 (g + (1 - b2) d)^2;
    x <- (x - eta (m + (1 - b2) v) / (sqrt n + epsilon)) / (1 + decay eta)."""
    keep = 1.0 - method.difference_weight
    for i in range(x.size):
        g = gradient[i]
        difference = 0.0 if t == 1 else g - memory[3, i]
        ahead = g + keep * difference
        if t == 1:
            memory[0, i], memory[1, i], memory[2, i] = g, 0.0, g * g
        else:
            memory[0, i] = (1.0 - method.first_weight) * memory[0, i] + method.first_weight * g
            memory[1, i] = keep * memory[1, i] + method.difference_weight * difference
            memory[2, i] = (1.0 - method.second_weight) * memory[2, i] + method.second_weight * ahead * ahead
        memory[3, i] = g
        move = method.rate * (memory[0, i] + keep * memory[1, i]) / (math.sqrt(memory[2, i]) + method.epsilon)
        x[i] = (x[i] - move) / (1.0 + method.weight_decay * method.rate)
