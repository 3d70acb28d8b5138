"""AdaBelief (Zhuang et al. 2020, Algorithm 2, recalled; read in the authors' code, without its rectification).

epsilon, 1e-8 in version 0.0.5 of the code and 1e-16 since, is added to s at every step and stays there, so that s has a
floor of epsilon/(1 - b2), and once more to its root.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of AdaBelief."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, s <- b2 s + (1 - b2) (g - m)^2 + epsilon with the m of today;
    x <- x - a m/(1 - b1^t) / (sqrt(s/(1 - b2^t)) + epsilon), and x where that is 0/0."""
    scale = method.rate / (1.0 - method.first_decay**t)
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        apart = gradient[i] - first
        spread = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * apart * apart + method.epsilon
        memory[0, i], memory[1, i] = first, spread
        if first != 0.0:
            x[i] -= scale * first / (math.sqrt(spread * unbiased) + method.epsilon)
