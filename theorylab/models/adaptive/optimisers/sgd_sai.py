"""SGD-SaI, rates scaled at the first step (Xu et al. 2024; the authors' code of version 1.0.4, read).

An array is one layer. Its signal-to-noise ratio |g| / (spread + epsilon) is that of the first gradient, the spread
over the elements of the layer; the largest one over all layers is an argument, which only the first step looks at.
Version 1.1.0 of the code puts sqrt(elements) in place of the ratio, and 1 in place of the largest: `by_size`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of SGD-SaI; the rate and the decay, whose defaults were not read, have none or 0."""

    rate: float
    momentum: float = 0.9
    weight_decay: float = 0.0
    epsilon: float = 1e-8
    by_size: bool = False


@inner_kernel
def signal_to_noise(gradient: np.ndarray, epsilon: float) -> float:
    """|g| / (spread of the elements + epsilon), spread with n - 1, and 0 for one element; 0 for a gradient of 0."""
    mean, squares, around = 0.0, 0.0, 0.0
    for i in range(gradient.size):
        mean += gradient[i] / gradient.size
        squares += gradient[i] * gradient[i]
    for i in range(gradient.size):
        around += (gradient[i] - mean) * (gradient[i] - mean)
    spread = math.sqrt(around / (gradient.size - 1)) if gradient.size > 1 else 0.0
    return math.sqrt(squares) / (spread + epsilon) if squares > 0.0 else 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray, largest: float) -> None:
    """buffer <- m buffer + (1 - m) g, at first g; x <- (1 - decay rate) x - rate ratio / largest buffer.

    memory[0] is the buffer, memory[1, 0] the ratio of the first gradient over `largest`.
    """
    if t == 1:
        ratio = math.sqrt(x.size) if method.by_size else signal_to_noise(gradient, method.epsilon) / largest
        memory[1, 0] = ratio
    for i in range(x.size):
        if t == 1:
            memory[0, i] = gradient[i]
        else:
            memory[0, i] = method.momentum * memory[0, i] + (1.0 - method.momentum) * gradient[i]
        x[i] = (1.0 - method.weight_decay * method.rate) * x[i] - method.rate * memory[1, 0] * memory[0, i]
