"""AdaMax (Kingma and Ba 2015, Algorithm 2, recalled).

The paper has no epsilon; here it is added to u, and a coordinate that has seen no gradient stays without it too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of AdaMax."""

    rate: float = 2e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, u <- max(b2 u, |g|); x <- x - a / (1 - b1^t) m / (u + epsilon)."""
    scale = method.rate / (1.0 - method.first_decay**t)
    for i in range(x.size):
        memory[0, i] = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        memory[1, i] = max(method.second_decay * memory[1, i], abs(gradient[i]))
        if memory[1, i] > 0.0:
            x[i] -= scale * memory[0, i] / (memory[1, i] + method.epsilon)
