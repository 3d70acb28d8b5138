"""SWATS, from Adam to SGD (Keskar and Socher 2017, Algorithm 1, recalled; an implementation by another hand was read).

An array is all that is optimised: the trigger looks at it as a whole. epsilon is both Adam's and the threshold. Ports
demand a positive rate or a relative closeness as well; the paper, as recalled, does not.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 6


class Method(NamedTuple):
    """Parameters of SWATS."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-9


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """Adam's step p until the switch; s = |p|^2/(-p.g), l <- b2 l + (1 - b2) s, neither where p.g = 0; after the step
    t > 1 with |l/(1 - b2^t) - s| < epsilon: v <- b1 v + g, x <- x - (1 - b1) r v for ever, r = l/(1 - b2^t), v_0 = 0.

    memory[0:2] are m and the second moment, memory[2] is v; memory[3, 0] = l, memory[4, 0] = r, and memory[5, 0] is 1
    after the switch, before it 0."""
    if memory[5, 0] > 0.0:
        for i in range(x.size):
            memory[2, i] = method.first_decay * memory[2, i] + gradient[i]
            x[i] -= (1.0 - method.first_decay) * memory[4, 0] * memory[2, i]
        return
    scale = method.rate / (1.0 - method.first_decay**t)
    unbiased = 1.0 / (1.0 - method.second_decay**t)
    squares, along = 0.0, 0.0
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = first, second
        under = math.sqrt(second * unbiased) + method.epsilon
        move = -scale * first / under if under > 0.0 else 0.0
        x[i] += move
        squares += move * move
        along += move * gradient[i]
    if along != 0.0:
        single = squares / -along
        memory[3, 0] = method.second_decay * memory[3, 0] + (1.0 - method.second_decay) * single
        memory[4, 0] = memory[3, 0] * unbiased
        if t > 1 and abs(memory[4, 0] - single) < method.epsilon:
            memory[5, 0] = 1.0
