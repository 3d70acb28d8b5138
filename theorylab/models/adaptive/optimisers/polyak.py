"""Stochastic Polyak step (Loizou et al. 2021, SPS_max with c = 1/2, recalled); `loss` is that of the sample at x.

Where the sample's gradient is 0 nothing moves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 0


class Method(NamedTuple):
    """Parameters of the stochastic Polyak step."""

    largest: float = 1.0
    least_loss: float = 0.0
    factor: float = 1.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray, loss: float) -> None:
    """x <- x - min((loss - least) / (factor |g|^2), largest) g."""
    square = 0.0
    for i in range(x.size):
        square += gradient[i] * gradient[i]
    if square > 0.0:
        rate = min((loss - method.least_loss) / (method.factor * square), method.largest)
        for i in range(x.size):
            x[i] -= rate * gradient[i]
