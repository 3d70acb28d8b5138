"""AdaFisher as its authors' code has it (Gomes et al.; optimizers/AdaFisher.py at commit 07abbe9, read), and defaults.

One linear layer x (m, n). Of the squares of what comes in, a_j (n,), and of the gradients of what goes out, s_i (m,),
both mapped to [0, 1] by their least and largest, the code keeps u <- 0.1 gamma u + 0.01 gamma new, from u = 1: weights
that do not add to 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 3
"""The momentum; the factor of the outputs, in the first column of the second; that of the inputs, in the first row of
the third."""


class Method(NamedTuple):
    """Parameters of AdaFisher; `damping` is Lambda, `period` T_cov."""

    rate: float = 1e-3
    first_decay: float = 0.9
    damping: float = 1e-3
    gamma: float = 0.8
    period: int = 100
    weight_decay: float = 0.0


def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """No momentum, and factors of ones."""
    memory[0] = 0.0
    memory[1:] = 1.0


@inner_kernel
def averaged(method: Method, factor: np.ndarray, squares: np.ndarray) -> None:
    """The factor after a look at the mean squares, in place: 0.1 gamma u + 0.01 gamma (s - min)/(max - min + 1e-6)."""
    low, high = squares[0], squares[0]
    for i in range(squares.size):
        low, high = min(low, squares[i]), max(high, squares[i])
    for i in range(squares.size):
        scaled = (squares[i] - low) / (high - low + 1e-6)
        factor[i] = 0.1 * method.gamma * factor[i] + 0.01 * method.gamma * scaled


@inner_kernel
def step(
    method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray,
    outputs: np.ndarray, inputs: np.ndarray,
) -> None:  # fmt: skip
    """m <- b m + (1 - b)(g + lam x); x_ij <- x_ij - a m_ij/(1 - b^t) / (S_i A_j + Lambda).

    `outputs` (m,) and `inputs` (n,): mean squares over the batch, read where t - 1 is a multiple of the period.
    """
    if (t - 1) % method.period == 0:
        averaged(method, memory[1, :, 0], outputs)
        averaged(method, memory[2, 0, :], inputs)
    scale = method.rate / (1.0 - method.first_decay**t)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            slope = gradient[i, j] + method.weight_decay * x[i, j]
            first = method.first_decay * memory[0, i, j] + (1.0 - method.first_decay) * slope
            memory[0, i, j] = first
            x[i, j] -= scale * first / (memory[1, i, 0] * memory[2, 0, j] + method.damping)
