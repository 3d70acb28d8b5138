"""signSGD, and with decay > 0 Signum (Bernstein et al., arXiv 1802.04434, recalled); a sign of 0 is 0."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.models.preconditioning.optimisers.signs import sign
from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of signSGD; `decay` of the momentum."""

    rate: float
    decay: float = 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b m + (1 - b) g; x <- x - a sign(m). Nothing depends on t."""
    for i in range(x.size):
        memory[0, i] = method.decay * memory[0, i] + (1.0 - method.decay) * gradient[i]
        x[i] -= method.rate * sign(memory[0, i])
