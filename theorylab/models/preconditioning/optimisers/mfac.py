"""M-FAC (Frantar, Kurtic, Alistarh, arXiv 2107.03356; authors' code optim.py, read), with the code's parameters.

The window is a ring of m gradients, at first zeros; today's gradient replaces the oldest before the product. The
product F^-1 g, F = lam I + (1/m) sum g_i g_i^T, is that of the static recursion over the window: the same number as the
dynamic algorithm's, whose cost is lower.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel


class Method(NamedTuple):
    """Parameters of M-FAC; `damping` is lam."""

    rate: float = 1e-3
    momentum: float = 0.0
    weight_decay: float = 0.0
    window: int = 1024
    damping: float = 1e-5


def memories(method: Method) -> int:
    """Rows of memory, (2 m + 1, d): the window, the products c_i of the recursion, and the average of steps."""
    return 2 * method.window + 1


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """c_i = F_{i-1}^-1 g_i, F_i^-1 y = F_{i-1}^-1 y - c_i (c_i.y) / (m + g_i.c_i), F_0 = lam I; then x <- x - a F^-1 g,
    or x <- x - a v, v <- b v + (1 - b) F^-1 g, with momentum b. g has weight_decay x added.
    """
    m, d, last = method.window, x.size, 2 * method.window
    place = (t - 1) % m
    for i in range(d):
        memory[place, i] = gradient[i] + method.weight_decay * x[i]
    for k in range(m + 1):  # the last of these is the product with today's gradient
        source = k if k < m else place
        target = m + k if k < m else last
        keep = method.momentum if k == m else 0.0
        new = 1.0 - keep
        for i in range(d):
            memory[target, i] = keep * memory[target, i] + new * memory[source, i] / method.damping
        for j in range(min(k, m)):
            dot, size = 0.0, float(m)
            for i in range(d):
                dot += memory[m + j, i] * memory[source, i]
                size += memory[m + j, i] * memory[j, i]
            for i in range(d):
                memory[target, i] -= new * dot / size * memory[m + j, i]
    for i in range(d):
        x[i] -= method.rate * memory[last, i]
