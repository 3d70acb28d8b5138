"""Resilient propagation without backtracking (iRprop-; Igel and Huesken 2000, recalled).

Where the sign of the gradient turns, the step shrinks, nothing moves, and the gradient counts as 0 next time. `rate` is
the first step of every coordinate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of Rprop."""

    rate: float = 0.1
    shrinking: float = 0.5
    growth: float = 1.2
    least: float = 1e-6
    largest: float = 50.0


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """Every coordinate's step starts at `rate`."""
    for i in range(x.size):
        memory[0, i] = method.rate


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """D <- D * (growth, shrinking or 1) by the sign of g g_before; x <- x - D sign(g)."""
    for i in range(x.size):
        today, turn = gradient[i], gradient[i] * memory[1, i]
        if turn > 0.0:
            memory[0, i] = min(memory[0, i] * method.growth, method.largest)
        elif turn < 0.0:
            memory[0, i] = max(memory[0, i] * method.shrinking, method.least)
            today = 0.0
        memory[1, i] = today
        if today != 0.0:
            x[i] -= memory[0, i] if today > 0.0 else -memory[0, i]
