"""Prodigy with Adam (Mishchenko and Defazio 2023, recalled; steps and defaults as in the authors' code, read).

d, a lower estimate of the distance from the start to the solution, multiplies the rate. There is no correction of the
start, unless `corrected`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 6


class Method(NamedTuple):
    """Parameters of Prodigy; d_0 = first_distance."""

    rate: float = 1.0
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8
    first_distance: float = 1e-6
    corrected: bool = False


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """Start memory[0] = x_0; m, v, s in memory[1:4]; the sum r in memory[4, 0]; memory[5, 0] = d_0."""
    for i in range(x.size):
        memory[0, i] = x[i]
        for k in range(1, 6):
            memory[k, i] = 0.0
    memory[5, 0] = method.first_distance


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) d g, v <- b2 v + (1 - b2) d^2 g^2, and with b3 = sqrt(b2), weights w = rate d^2:
    r <- b3 r + (1 - b3) w <g, x_0 - x>, s <- b3 s + (1 - b3) w g; x <- x - rate d m / (sqrt(v) + d epsilon), then
    d <- max(d, r / |s|_1). `corrected` multiplies the rate by sqrt(1 - b2^t) / (1 - b1^t)."""
    d, third, rate = memory[5, 0], math.sqrt(method.second_decay), method.rate
    if method.corrected:
        rate *= math.sqrt(1.0 - method.second_decay**t) / (1.0 - method.first_decay**t)
    weight, along, length = (1.0 - third) * rate * d * d, 0.0, 0.0
    for i in range(x.size):
        g = gradient[i]
        along += g * (memory[0, i] - x[i])
        memory[1, i] = method.first_decay * memory[1, i] + (1.0 - method.first_decay) * d * g
        memory[2, i] = method.second_decay * memory[2, i] + (1.0 - method.second_decay) * d * d * g * g
        memory[3, i] = third * memory[3, i] + weight * g
        length += abs(memory[3, i])
        under = math.sqrt(memory[2, i]) + d * method.epsilon
        if under > 0.0:
            x[i] -= rate * d * memory[1, i] / under
    memory[4, 0] = third * memory[4, 0] + weight * along
    if length > 0.0:
        memory[5, 0] = max(d, memory[4, 0] / length)
