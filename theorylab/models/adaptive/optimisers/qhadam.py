"""QHAdam (Ma and Yarats 2019, Equations of Section 4, recalled): gradient and debiased averages mixed.

nu_1 = 0.7 and nu_2 = 1 are what the paper proposes to try first.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of QHAdam."""

    rate: float = 1e-3
    first_mix: float = 0.7
    second_mix: float = 1.0
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """x <- x - a ((1 - nu1) g + nu1 m^) / (sqrt((1 - nu2) g^2 + nu2 v^) + epsilon), with m^ and v^ as Adam's."""
    one, two = 1.0 - method.first_decay**t, 1.0 - method.second_decay**t
    for i in range(x.size):
        square = gradient[i] * gradient[i]
        memory[0, i] = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        memory[1, i] = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * square
        top = (1.0 - method.first_mix) * gradient[i] + method.first_mix * memory[0, i] / one
        below = (1.0 - method.second_mix) * square + method.second_mix * memory[1, i] / two
        x[i] -= method.rate * top / (math.sqrt(below) + method.epsilon)
