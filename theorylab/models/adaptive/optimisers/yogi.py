"""Yogi (Zaheer, Reddi, Sachan, Kale and Kumar 2018, Algorithm 2, recalled).

v starts at 0 here; the paper's experiments, as recalled, start it at the mean square of a first gradient. There is no
correction of the start.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of Yogi."""

    rate: float = 1e-2
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-3


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- v - (1 - b2) sign(v - g^2) g^2; x <- x - rate m/(sqrt(v) + epsilon)."""
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second, square = memory[1, i], gradient[i] * gradient[i]
        if second > square:
            second -= (1.0 - method.second_decay) * square
        elif second < square:
            second += (1.0 - method.second_decay) * square
        memory[0, i], memory[1, i] = first, second
        x[i] -= method.rate * first / (math.sqrt(second) + method.epsilon)
