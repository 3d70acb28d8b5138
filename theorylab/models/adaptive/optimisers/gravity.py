"""Gravity (Bahrami and Pouriyan Zadeh 2021; the recursion read in the authors' notes and their code for Keras).

The velocity starts as normal numbers of standard deviation alpha/rate, alpha = 0.01; here it starts at 0 unless who
calls fills memory[0]. The authors' code for PyTorch begins to count at t = 1, the notes and Keras' at 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of Gravity."""

    rate: float = 0.1
    decay: float = 0.9


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """With G the largest |g_i| of the layer and b = (decay (t - 1) + 1)/(t + 1):
    V <- b V + (1 - b) g/(1 + (g G)^2), x <- x - rate V."""
    largest = 0.0
    for i in range(x.size):
        largest = max(largest, abs(gradient[i]))
    decay = (method.decay * (t - 1) + 1.0) / (t + 1.0)
    for i in range(x.size):
        tilt = gradient[i] * largest
        memory[0, i] = decay * memory[0, i] + (1.0 - decay) * gradient[i] / (1.0 + tilt * tilt)
        x[i] -= method.rate * memory[0, i]
