"""D-Adaptation, its form with Adam (Defazio and Mishchenko 2023, recalled; packages hold several versions of it).

d estimates the distance from the start to the solution; the rate multiplies it. There is no correction of
the start.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 5


class Method(NamedTuple):
    """Parameters of D-Adaptation with Adam; d_0 = first_distance."""

    rate: float = 1.0
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8
    first_distance: float = 1e-6


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """m, v, s in memory[:3] and the sum r in memory[3, 0] are 0; memory[4, 0] = d_0."""
    for i in range(x.size):
        for k in range(5):
            memory[k, i] = 0.0
    memory[4, 0] = method.first_distance


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) rate d g, v <- b2 v + (1 - b2) g^2, A = sqrt(v) + epsilon, and with b3 = sqrt(b2):
    r <- b3 r + (1 - b3) rate d <g, s / A> (s of before), s <- b3 s + (1 - b3) rate d g; x <- x - m / A, then
    d <- max(d, r / ((1 - b3) |s|_1))."""
    d, third, along, length = memory[4, 0], math.sqrt(method.second_decay), 0.0, 0.0
    weight = method.rate * d
    for i in range(x.size):
        g = gradient[i]
        memory[0, i] = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * weight * g
        memory[1, i] = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * g * g
        under = math.sqrt(memory[1, i]) + method.epsilon
        if under > 0.0:
            along += g * memory[2, i] / under
            x[i] -= memory[0, i] / under
        memory[2, i] = third * memory[2, i] + (1.0 - third) * weight * g
        length += abs(memory[2, i])
    memory[3, 0] = third * memory[3, 0] + (1.0 - third) * weight * along
    if length > 0.0:
        memory[4, 0] = max(d, memory[3, 0] / ((1.0 - third) * length))
