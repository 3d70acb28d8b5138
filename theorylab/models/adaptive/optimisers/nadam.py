"""NAdam (Dozat 2016, Algorithm 2 with the schedule of its momentum, recalled).

The momentum of step t is b1_t = b1 (1 - lowered 0.96^(t / span)); `lowered` = 0 keeps it constant.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of NAdam."""

    rate: float = 2e-3
    first_decay: float = 0.99
    second_decay: float = 0.999
    epsilon: float = 1e-8
    lowered: float = 0.5
    span: float = 250.0


@inner_kernel
def momentum(method: Method, t: int) -> float:
    """b1_t of step t = 1, 2, ..."""
    fade: float = 0.96 ** (t / method.span)
    return method.first_decay * (1.0 - method.lowered * fade)


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1_t m + (1 - b1_t) g, v <- b2 v + (1 - b2) g^2; with P_t = b1_1 ... b1_t,
    x <- x - rate ((1 - b1_t) g/(1 - P_t) + b1_(t+1) m/(1 - P_(t+1))) / (sqrt(v/(1 - b2^t)) + epsilon).

    memory[2, 0] is 1 - P_t."""
    today, tomorrow = momentum(method, t), momentum(method, t + 1)
    product = (1.0 - memory[2, 0]) * today
    memory[2, 0] = 1.0 - product
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    for i in range(x.size):
        first = today * memory[0, i] + (1.0 - today) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = first, second
        ahead = (1.0 - today) * gradient[i] / (1.0 - product) + tomorrow * first / (1.0 - product * tomorrow)
        x[i] -= method.rate * ahead / (math.sqrt(second * unbiased) + method.epsilon)
