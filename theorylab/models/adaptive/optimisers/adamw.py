"""AdamW (Loshchilov and Hutter 2019, Algorithm 2, recalled): the decay is not multiplied by the rate.

Its schedule multiplier is 1 here; the paper leaves the decay open.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of AdamW."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """As Adam, and x <- x - lambda x, both at the old point."""
    scale = method.rate / (1.0 - method.first_decay**t)
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = first, second
        x[i] -= scale * first / (math.sqrt(second * unbiased) + method.epsilon) + method.weight_decay * x[i]
