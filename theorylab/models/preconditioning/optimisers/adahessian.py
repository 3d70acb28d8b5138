"""AdaHessian as its paper writes it (Yao et al., arXiv 2006.00719, the algorithm, recalled).

Rate, decays, epsilon and the place of the weight decay are those of the authors' code (read: adahessian,
image_classification/optim_adahessian.py), which however averages sizes |D_i| over a block, not D_i.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of AdaHessian; `block` neighbours share one curvature, the last block holds what is left."""

    rate: float = 0.15
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-4
    weight_decay: float = 0.0
    power: float = 1.0
    block: int = 1


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray, estimate: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) D^2, both debiased; x <- x - a (m / (v^(k/2) + epsilon) + lam x).

    `estimate` (d,): z (H z) entry by entry with random signs z, of the Hessian's diagonal; D is its mean over a block.
    """
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    for start in range(0, x.size, method.block):
        stop = min(start + method.block, x.size)
        mean = 0.0
        for i in range(start, stop):
            mean += estimate[i] / (stop - start)
        for i in range(start, stop):
            first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
            second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * mean * mean
            memory[0, i], memory[1, i] = first, second
            size = math.sqrt(second * unbiased)
            if method.power != 1.0:
                size = size**method.power
            direction = first / (1.0 - method.first_decay**t) / (size + method.epsilon)
            x[i] -= method.rate * (direction + method.weight_decay * x[i])
