"""Sophia as its paper writes it (Liu et al., arXiv 2305.14342, Algorithm 3, recalled), with the paper's parameters.

`scale` is gamma, 0.01 with Hutchinson's estimate of the curvature and 0.05 with that of Gauss, Newton and Bartlett. The
update is clipped at 1, so that no coordinate moves by more than the rate, up to the decay.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of Sophia; the curvature is looked at in steps 1, 1 + period, 1 + 2 period, ..."""

    rate: float
    first_decay: float = 0.96
    curvature_decay: float = 0.99
    scale: float = 0.01
    epsilon: float = 1e-12
    weight_decay: float = 0.0
    period: int = 10


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray, estimate: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g; every k steps h <- b2 h + (1 - b2) e; x <- (1 - a lam) x - a clip(m / max(gamma h, eps)).

    `estimate` (d,): of the Hessian's diagonal, of any sign; only read in steps where t - 1 is a multiple of the period.
    """
    looks = (t - 1) % method.period == 0
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        memory[0, i] = first
        if looks:
            memory[1, i] = method.curvature_decay * memory[1, i] + (1.0 - method.curvature_decay) * estimate[i]
        ratio = first / max(method.scale * memory[1, i], method.epsilon)
        x[i] -= method.rate * (method.weight_decay * x[i] + max(-1.0, min(1.0, ratio)))
