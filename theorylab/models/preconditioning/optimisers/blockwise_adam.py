"""Blockwise Adam as it is analysed by Xie, Mohamadi and Li (arXiv 2410.08198, recalled): one v a block, no debiasing.

Blocks of one coordinate make it Adam without momentum and debiasing, one block of all of them AdaSGD. The decay and
epsilon, which stands under the root, are left open.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of blockwise Adam: blocks are runs of `block` coordinates, the last may be shorter."""

    rate: float
    second_decay: float
    epsilon: float
    block: int = 1


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
    """v_B <- b v_B + (1 - b) mean of g^2 over block B; x_i <- x_i - a g_i / sqrt(v_B + epsilon); 0/0 counts as 0.

    memory[0, i] is v_B at the first coordinate i of a block. Nothing depends on t.
    """
    for first in range(0, x.size, method.block):
        last = min(first + method.block, x.size)
        squares = 0.0
        for i in range(first, last):
            squares += gradient[i] * gradient[i]
        memory[0, first] = method.second_decay * memory[0, first] + (1.0 - method.second_decay) * squares / (
            last - first
        )
        under = math.sqrt(memory[0, first] + method.epsilon)
        for i in range(first, last):
            if under > 0.0:
                x[i] -= method.rate * gradient[i] / under
