"""Optimistic gradient descent (Popov 1980; Daskalakis et al. 2018, Equation of OMD, recalled).

The gradient before the first is 0, as if the method had stood still.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameter of optimistic gradient descent."""

    rate: float


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """x <- x - 2 a g + a g_before; the first step is x <- x - 2 a g."""
    for i in range(x.size):
        x[i] -= method.rate * (2.0 * gradient[i] - memory[0, i])
        memory[0, i] = gradient[i]
