"""EXAdam (Adly 2024; the recursion read in the author's code, without its weight decay)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of EXAdam; those of Adam."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m, v as in Adam; d1 = 1 + v/(v + epsilon) b2^t, d2 = 1 + m^2/(m^2 + epsilon) b1^t;
    x <- x - a d1 (m + g)/(1 - b1^t) / (sqrt(d2 v/(1 - b2^t)) + epsilon), and x where that is 0/0."""
    first_fade, second_fade = method.first_decay**t, method.second_decay**t
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = first, second
        if second > 0.0:
            raised = 1.0 + second / (second + method.epsilon) * second_fade
            square = first * first
            widened = 1.0 + (square / (square + method.epsilon) if square > 0.0 else 0.0) * first_fade
            root = math.sqrt(widened * second / (1.0 - second_fade))
            x[i] -= method.rate * raised * (first + gradient[i]) / (1.0 - first_fade) / (root + method.epsilon)
