"""AdEMAMix (Pagliardini, Ablin and Grangier 2024, Algorithm 1, recalled), without its warm-ups and decay.

The slow average is not debiased.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of AdEMAMix."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    slow_decay: float = 0.9999
    weight: float = 5.0
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """s <- b3 s + (1 - b3) g beside Adam's m and v; x <- x - a (m^ + weight s) / (sqrt(v^) + epsilon)."""
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        slow = method.slow_decay * memory[2, i] + (1.0 - method.slow_decay) * gradient[i]
        memory[0, i], memory[1, i], memory[2, i] = first, second, slow
        mixed = first / (1.0 - method.first_decay**t) + method.weight * slow
        x[i] -= method.rate * mixed / (math.sqrt(second * unbiased) + method.epsilon)
