"""DoWG, distance over weighted gradients (Khaled, Mishchenko and Jin 2023, Algorithm 1, recalled).

As DoG, with each squared gradient weighted by the squared distance of its day. How r_0 is chosen is the user's affair.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of DoWG: r_0 > 0, which the paper leaves open."""

    first_distance: float


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """The start memory[0] = x_0, the distance memory[1, 0] = r_0, the sum memory[2, 0] = 0."""
    for i in range(x.size):
        memory[0, i] = x[i]
    memory[1, 0], memory[2, 0] = method.first_distance, 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """r <- max(r, |x - x_0|), v <- v + r^2 |g|^2; x <- x - r^2 / sqrt(v) g, and x where v is 0."""
    distance, squares = 0.0, 0.0
    for i in range(x.size):
        distance += (x[i] - memory[0, i]) * (x[i] - memory[0, i])
        squares += gradient[i] * gradient[i]
    r = max(memory[1, 0], math.sqrt(distance))
    memory[1, 0] = r
    memory[2, 0] += r * r * squares
    if memory[2, 0] > 0.0:
        size = r * r / math.sqrt(memory[2, 0])
        for i in range(x.size):
            x[i] -= size * gradient[i]
