"""Lion (Chen et al., Symbolic Discovery of Optimization Algorithms, arXiv 2302.06675, recalled), decay decoupled.

The momentum is that of the gradient; `signs` has its coordinates with the momentum of -g, as its theory is written.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.models.preconditioning.optimisers.signs import sign
from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of Lion."""

    rate: float = 1e-4
    direction_decay: float = 0.9
    momentum_decay: float = 0.99
    weight_decay: float = 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """x <- x - a (sign(b1 m + (1 - b1) g) + lam x), then m <- b2 m + (1 - b2) g. Nothing depends on t."""
    for i in range(x.size):
        m, g = memory[0, i], gradient[i]
        along = sign(method.direction_decay * m + (1.0 - method.direction_decay) * g)
        x[i] -= method.rate * (along + method.weight_decay * x[i])
        memory[0, i] = method.momentum_decay * m + (1.0 - method.momentum_decay) * g
