"""AMSBound (Luo, Xiong, Liu and Sun 2019, Algorithm 3, recalled): AdaBound with AMSGrad's maximum; not projected.

Its parameters, and what paper and code make of them, are those of `adabound`.
"""

from __future__ import annotations

import math

import numpy as np

from theorylab.models.adaptive.optimisers.adabound import Method, clipping
from theorylab.numerics.jit import inner_kernel

MEMORIES = 3


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, u <- max(u, v);
    x <- x - clip(rate/(sqrt(u) + epsilon), low, high) m, over t^(1/2) where `declining`.

    `corrected` multiplies `rate` by sqrt(1 - b2^t)/(1 - b1^t) before it is clipped; where u and epsilon are 0 the rate
    is the upper bound."""
    rate, low, high, down = clipping(method, t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i], memory[2, i] = first, second, max(memory[2, i], second)
        under = math.sqrt(memory[2, i]) + method.epsilon
        clipped = min(max(rate / under, low), high) if under > 0.0 else high
        x[i] -= down * clipped * first
