"""Lookahead over SGD with momentum (Zhang, Lucas, Hinton and Ba 2019, Algorithm 1, read).

Slow weights phi and fast weights x: k = `period` steps of the inner method from x = phi, then phi moves towards x by
the share `slow_step`, and x starts again at phi. Period 5 and slow_step 0.5 are recalled as the paper's; the inner
method is any, here SGD, whose velocity is kept at such a synchronisation, or set to 0 where `reset` is true.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of Lookahead, and of the SGD inside."""

    rate: float
    period: int = 5
    slow_step: float = 0.5
    momentum: float = 0.0
    reset: bool = False


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """Slow weights memory[0] at x, velocity memory[1] at 0."""
    for i in range(x.size):
        memory[0, i] = x[i]
        memory[1, i] = 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v <- momentum v + g, x <- x - rate v; where t is a multiple of k: phi <- phi + slow_step (x - phi), x <- phi."""
    together = t % method.period == 0
    for i in range(x.size):
        memory[1, i] = method.momentum * memory[1, i] + gradient[i]
        x[i] -= method.rate * memory[1, i]
        if together:
            memory[0, i] += method.slow_step * (x[i] - memory[0, i])
            x[i] = memory[0, i]
            if method.reset:
                memory[1, i] = 0.0
