"""LAMB (You et al., arXiv 1904.00962, Algorithm 2; read in the documentation of nnabla); x is one layer.

Adam's update with decay, scaled to the size of x within limits. Where either norm is 0 their ratio counts as 1, as in
`lars`. Default decays and epsilon recalled.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.models.preconditioning.optimisers.lars import trust_ratio
from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of LAMB; phi(z) = min(max(z, least), most)."""

    rate: float
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-6
    weight_decay: float = 0.0
    least: float = 0.0
    most: float = math.inf


@inner_kernel
def direction(method: Method, t: int, i: int, x: np.ndarray, memory: np.ndarray) -> float:
    """Coordinate i of m/(1 - b1^t) / (sqrt(v/(1 - b2^t)) + epsilon) + lam x; 0/0 counts as 0."""
    under = math.sqrt(memory[1, i] / (1.0 - method.second_decay**t)) + method.epsilon
    adam: float = memory[0, i] / (1.0 - method.first_decay**t) / under if under > 0.0 else 0.0
    decay: float = method.weight_decay * x[i]
    return adam + decay


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, u as `direction`; x <- x - a phi(|x|) u / |u|."""
    weights, updates = 0.0, 0.0
    for i in range(x.size):
        memory[0, i] = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        memory[1, i] = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        update = direction(method, t, i, x, memory)
        weights += x[i] * x[i]
        updates += update * update
    scale = method.rate * trust_ratio(weights, updates, method.least, method.most)
    for i in range(x.size):
        update = direction(method, t, i, x, memory)
        x[i] -= scale * update
