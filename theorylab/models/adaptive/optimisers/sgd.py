"""Stochastic gradient descent (Robbins and Monro 1951, recalled)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 0


class Method(NamedTuple):
    """Parameter of SGD."""

    rate: float


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """x <- x - a g."""
    for i in range(x.size):
        x[i] -= method.rate * gradient[i]
