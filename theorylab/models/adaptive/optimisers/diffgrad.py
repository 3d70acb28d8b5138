"""diffGrad (Dubey et al. 2020; the recursion read in the second version of the authors' code).

The first version, which by a remark of its authors made the paper's experiments, compares each gradient with itself:
there every factor is 1/2, and the method is Adam at half its rate.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


class Method(NamedTuple):
    """Parameters of diffGrad; those of Adam."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m, v as in Adam; f = 1/(1 + exp(-|g_before - g|)), with 0 before the first gradient;
    x <- x - a sqrt(1 - b2^t)/(1 - b1^t) f m / (sqrt(v) + epsilon)."""
    scale = method.rate * math.sqrt(1.0 - method.second_decay**t) / (1.0 - method.first_decay**t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        friction = 1.0 / (1.0 + math.exp(-abs(memory[2, i] - gradient[i])))
        memory[0, i], memory[1, i], memory[2, i] = first, second, gradient[i]
        x[i] -= scale * friction * first / (math.sqrt(second) + method.epsilon)
