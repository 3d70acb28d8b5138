"""Nesterov's accelerated gradient at a constant momentum, written at the points where gradients are taken (recalled).

Nesterov 1983 in the form that Sutskever et al. 2013 gave it, g_k = grad f(w_k - rate momentum m_{k-1}),
m_k = momentum m_{k-1} + g_k, w_{k+1} = w_k - rate m_k. x here is the point w_k - rate momentum m_{k-1} in brackets, so
that gradients are those at x. No parameter has a default.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of Nesterov's method."""

    rate: float
    momentum: float


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- momentum m + g, x <- x - rate (g + momentum m), from m = 0."""
    for i in range(x.size):
        memory[0, i] = method.momentum * memory[0, i] + gradient[i]
        x[i] -= method.rate * (gradient[i] + method.momentum * memory[0, i])
