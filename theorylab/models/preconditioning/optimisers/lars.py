"""LARS as the paper of LAMB writes it (You et al., arXiv 1904.00962, Algorithm 1, recalled); x is one layer.

The size of x, within limits, is the size of the step. Where either norm is 0 their ratio counts as 1 (as in common
implementations). The first paper of LARS weighs the two norms in another way; it is not this recursion.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of LARS; phi(z) = min(max(z, least), most)."""

    rate: float
    decay: float = 0.9
    weight_decay: float = 0.0
    least: float = 0.0
    most: float = math.inf


@inner_kernel
def trust_ratio(weights: float, updates: float, least: float, most: float) -> float:
    """phi(|x|) / |u| from squared norms; 1 where phi or |u| is 0."""
    size = min(max(math.sqrt(weights), least), most)
    return size / math.sqrt(updates) if size > 0.0 and updates > 0.0 else 1.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b m + (1 - b) (g + lam x); x <- x - a phi(|x|) m / |m|. Nothing depends on t."""
    weights, updates = 0.0, 0.0
    for i in range(x.size):
        memory[0, i] = method.decay * memory[0, i] + (1.0 - method.decay) * (gradient[i] + method.weight_decay * x[i])
        weights += x[i] * x[i]
        updates += memory[0, i] * memory[0, i]
    scale = method.rate * trust_ratio(weights, updates, method.least, method.most)
    for i in range(x.size):
        x[i] -= scale * memory[0, i]
