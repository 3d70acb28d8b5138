"""DoG, distance over gradients (Ivgi, Hinder and Carmon 2023; the step and its defaults read in the authors' code).

The step size needs no rate: the largest distance from the start so far, over the root of all squared gradients so far.
An array is one layer: layer by layer, this is the paper's L-DoG.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of DoG: r_0 = first_distance (1 + |x_0|); epsilon is added once, to the sum of squares."""

    first_distance: float = 1e-6
    epsilon: float = 1e-8
    factor: float = 1.0


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """The start memory[0] = x_0, the distance memory[1, 0] = r_0, the sum memory[2, 0] = epsilon."""
    norm = 0.0
    for i in range(x.size):
        memory[0, i] = x[i]
        norm += x[i] * x[i]
    memory[1, 0] = method.first_distance * (1.0 + math.sqrt(norm))
    memory[2, 0] = method.epsilon


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """r <- max(r, |x - x_0|), G <- G + |g|^2, both of today; x <- x - factor r / sqrt(G) g, and x where G is 0."""
    distance, total = 0.0, memory[2, 0]
    for i in range(x.size):
        distance += (x[i] - memory[0, i]) * (x[i] - memory[0, i])
        total += gradient[i] * gradient[i]
    memory[1, 0], memory[2, 0] = max(memory[1, 0], math.sqrt(distance)), total
    if total > 0.0:
        size = method.factor * memory[1, 0] / math.sqrt(total)
        for i in range(x.size):
            x[i] -= size * gradient[i]
