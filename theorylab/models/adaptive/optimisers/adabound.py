"""AdaBound (Luo, Xiong, Liu and Sun 2019, Algorithm 2, recalled), without its projection.

The paper's theory divides by t^(1/2), has no correction of the start and no epsilon; the authors' code, whose defaults
these are, has no t^(1/2), corrects, and adds epsilon: `declining` and `corrected` tell them apart.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of the method: final_rate f and speed g of the bounds f (1 - 1/(g t + 1)) and f (1 + 1/(g t))."""

    rate: float = 1e-3
    final_rate: float = 0.1
    first_decay: float = 0.9
    second_decay: float = 0.999
    speed: float = 1e-3
    epsilon: float = 1e-8
    declining: bool = True
    corrected: bool = False


@inner_kernel
def clipping(method: Method, t: int) -> tuple[float, float, float, float]:
    """What step t = 1, 2, ... divides by the root, the two ends that it is clipped to, and what scales the step."""
    rate, down = method.rate, 1.0 / math.sqrt(t) if method.declining else 1.0
    if method.corrected:
        rate *= math.sqrt(1.0 - method.second_decay**t) / (1.0 - method.first_decay**t)
    low = method.final_rate * (1.0 - 1.0 / (method.speed * t + 1.0))
    return rate, low, method.final_rate * (1.0 + 1.0 / (method.speed * t)), down


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2;
    x <- x - clip(rate/(sqrt(v) + epsilon), low, high) m, over t^(1/2) where `declining`.

    `corrected` multiplies `rate` by sqrt(1 - b2^t)/(1 - b1^t) before it is clipped; where v and epsilon are 0 the rate
    is the upper bound."""
    rate, low, high, down = clipping(method, t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = first, second
        under = math.sqrt(second) + method.epsilon
        clipped = min(max(rate / under, low), high) if under > 0.0 else high
        x[i] -= down * clipped * first
