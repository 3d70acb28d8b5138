"""SGDP, momentum without its radial part (Heo et al., arXiv 2006.08217; authors' code adamp/sgdp.py, read).

x is one weight vector, a channel or a layer. It is taken for scale invariant where the gradient is nearly orthogonal to
it, |cos| < threshold / sqrt(d); then the part of the update along x is removed, and little weight decay is left.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of SGDP; the momentum is that of the paper's experiments (recalled), the code leaves it at 0."""

    rate: float
    first_decay: float = 0.9
    weight_decay: float = 0.0
    threshold: float = 0.1
    decay_ratio: float = 0.1


@inner_kernel
def counts_as_invariant(x: np.ndarray, gradient: np.ndarray, threshold: float) -> bool:
    """|x.g| < threshold / sqrt(d) |x| |g|, where lengths of product below 1e-8 count as 1e-8: true without a slope."""
    dot, weight, slope = 0.0, 0.0, 0.0
    for i in range(x.size):
        dot += x[i] * gradient[i]
        weight += x[i] * x[i]
        slope += gradient[i] * gradient[i]
    lengths = max(math.sqrt(weight) * math.sqrt(slope), 1e-8)
    return abs(dot) < threshold / math.sqrt(x.size) * lengths


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """p <- b p + g; q = p - (w.p) w, w = x/|x|, where x counts as invariant, else p; x <- (1 - a lam r/(1-b)) x - a q.

    r is 1, or the decay ratio where x counts as invariant. Nothing depends on t.
    """
    radial, weight = 0.0, 0.0
    for i in range(x.size):
        memory[0, i] = method.first_decay * memory[0, i] + gradient[i]
        radial += x[i] * memory[0, i]
        weight += x[i] * x[i]
    share, shrink = 0.0, method.rate * method.weight_decay / (1.0 - method.first_decay)
    if counts_as_invariant(x, gradient, method.threshold):
        shrink *= method.decay_ratio
        share = radial / weight if weight > 0.0 else 0.0
    for i in range(x.size):
        x[i] = (1.0 - shrink) * x[i] - method.rate * (memory[0, i] - share * x[i])
