"""AdamP, Adam without its radial part (Heo et al., arXiv 2006.08217; authors' code adamp/adamp.py, read).

x is one weight vector, a channel or a layer, and taken for scale invariant as in `sgdp`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.models.preconditioning.optimisers.sgdp import counts_as_invariant
from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of AdamP."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    threshold: float = 0.1
    decay_ratio: float = 0.1


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """Adam's p = m/(1 - b1^t) / (sqrt(v/(1 - b2^t)) + epsilon); q = p - (w.p) w, w = x/|x|, where x counts as
    invariant, else p; x <- (1 - a lam r) x - a q.

    r is 1, or the decay ratio where x counts as invariant.
    """
    debiased, unbiased = 1.0 / (1.0 - method.first_decay**t), 1.0 / (1.0 - method.second_decay**t)
    radial, weight = 0.0, 0.0
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = first, second
        radial += x[i] * debiased * first / (math.sqrt(second * unbiased) + method.epsilon)
        weight += x[i] * x[i]
    share, shrink = 0.0, method.rate * method.weight_decay
    if counts_as_invariant(x, gradient, method.threshold):
        shrink *= method.decay_ratio
        share = radial / weight if weight > 0.0 else 0.0
    for i in range(x.size):
        update = debiased * memory[0, i] / (math.sqrt(memory[1, i] * unbiased) + method.epsilon)
        x[i] = (1.0 - shrink) * x[i] - method.rate * (update - share * x[i])
