"""LARS (You, Gitman and Ginsburg 2017, Algorithm 1, recalled), with a constant rate.

Where the layer is 0, or 0/0 would be the trust ratio, it is 1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of LARS."""

    rate: float
    trust: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 5e-4


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """l = trust |x| / (|g| + lambda |x|), v <- b v + a l (g + lambda x); x <- x - v."""
    here, slope = 0.0, 0.0
    for i in range(x.size):
        here += x[i] * x[i]
        slope += gradient[i] * gradient[i]
    here, slope = math.sqrt(here), math.sqrt(slope)
    ratio = 1.0
    if here > 0.0 and slope + method.weight_decay > 0.0:
        ratio = method.trust * here / (slope + method.weight_decay * here)
    for i in range(x.size):
        whole = gradient[i] + method.weight_decay * x[i]
        memory[0, i] = method.momentum * memory[0, i] + method.rate * ratio * whole
        x[i] -= memory[0, i]
