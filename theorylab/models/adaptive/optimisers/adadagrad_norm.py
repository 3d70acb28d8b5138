"""AdAdaGrad-Norm: AdaGrad-Norm whose batch a norm test chooses (Lau, Liu and Kolar 2024; both forms recalled).

The caller draws the batch: `step` sees its mean gradient, `next_batch` says how large the batch after it should be.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters: the rate, the v_0 that sums start with, and eta of the norm test. The paper leaves them open."""

    rate: float
    first_sum: float
    test: float


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """The sum memory[0, 0] = v_0^2."""
    memory[0, 0] = method.first_sum * method.first_sum


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v^2 <- v^2 + |g|^2, then x <- x - rate g / v, and x where v is 0."""
    for i in range(x.size):
        memory[0, 0] += gradient[i] * gradient[i]
    if memory[0, 0] > 0.0:
        size = method.rate / math.sqrt(memory[0, 0])
        for i in range(x.size):
            x[i] -= size * gradient[i]


@inner_kernel
def next_batch(method: Method, batch: int, variance: float, squared_norm: float) -> float:
    """`batch` where variance / batch <= eta^2 squared_norm, else variance / (eta^2 squared_norm), rounded up.

    The test in force: variance that of a sample gradient, in all coordinates, squared_norm of the gradient of the
    batch; the exact test has the true ones in their place. Infinite where the squared norm is 0.
    """
    if variance <= method.test * method.test * squared_norm * batch:
        return float(batch)
    if squared_norm == 0.0:
        return math.inf
    return math.ceil(variance / (method.test * method.test * squared_norm))
