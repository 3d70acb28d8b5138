"""RAdam, rectified Adam (Liu et al. 2020, Algorithm 2, recalled).

The paper has no epsilon; here it is where the authors' code has it. `threshold` is the paper's; their code takes 5.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 2


class Method(NamedTuple):
    """Parameters of RAdam."""

    rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8
    threshold: float = 4.0


@inner_kernel
def length(method: Method, t: int) -> float:
    """rho_t = rho - 2 t b2^t/(1 - b2^t), rho = 2/(1 - b2) - 1."""
    fade = method.second_decay**t
    return 2.0 / (1.0 - method.second_decay) - 1.0 - 2.0 * t * fade / (1.0 - fade)


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """m, v as in Adam; where rho_t > threshold: x <- x - a r m/(1 - b1^t) sqrt(1 - b2^t)/(sqrt(v) + epsilon),
    r^2 = (rho_t - 4)(rho_t - 2) rho / ((rho - 4)(rho - 2) rho_t); else x <- x - a m/(1 - b1^t)."""
    whole, now = 2.0 / (1.0 - method.second_decay) - 1.0, length(method, t)
    rectified = now > method.threshold
    scale = method.rate / (1.0 - method.first_decay**t)
    if rectified:
        scale *= math.sqrt((now - 4.0) * (now - 2.0) * whole / ((whole - 4.0) * (whole - 2.0) * now))
        scale *= math.sqrt(1.0 - method.second_decay**t)
    for i in range(x.size):
        first = method.first_decay * memory[0, i] + (1.0 - method.first_decay) * gradient[i]
        second = method.second_decay * memory[1, i] + (1.0 - method.second_decay) * gradient[i] * gradient[i]
        memory[0, i], memory[1, i] = first, second
        x[i] -= scale * first / (math.sqrt(second) + method.epsilon) if rectified else scale * first
