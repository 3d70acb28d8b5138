"""Optimistic AMSGrad (Wang, Li, Karimi and Li 2021, Algorithm 2, recalled), without its projection.

A state w, here memory[3], steps by AMSGrad; the point x that is played lies a further step ahead, by a guess h of the
next gradient. The guess is an argument; the gradient of today is the plainest one. The second moment is recalled as
that of g - h, of today's gradient and of its own guess, memory[4], 0 for the first one; there is no correction of the
start, and no epsilon in the paper.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 5


class Method(NamedTuple):
    """Parameters of optimistic AMSGrad; epsilon keeps a coordinate without a gradient where it is."""

    rate: float
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8


@inner_kernel
def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """Moments m, v and the largest v of 0 in memory[0:3], the state w = x_0 in memory[3], a guess of 0 in memory[4]."""
    for i in range(x.size):
        for k in range(5):
            memory[k, i] = x[i] if k == 3 else 0.0


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray, guess: np.ndarray) -> None:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) (g - h)^2, u <- max(u, v), w <- w - a m/(sqrt(u) + epsilon);
    x <- w - a (b1 m + (1 - b1) h_next)/(sqrt(u) + epsilon), and w, x stay where u and epsilon are 0."""
    for i in range(x.size):
        apart = gradient[i] - memory[4, i]
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * apart * apart
        memory[0, i], memory[1, i], memory[2, i] = first, second, max(memory[2, i], second)
        memory[4, i] = guess[i]
        under = math.sqrt(memory[2, i]) + method.epsilon
        if under > 0.0:
            memory[3, i] -= method.rate * first / under
            ahead = method.first_decay * first + (1.0 - method.first_decay) * guess[i]
            x[i] = memory[3, i] - method.rate * ahead / under
