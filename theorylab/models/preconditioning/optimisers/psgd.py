"""PSGD with a diagonal preconditioner P = Q^2 (Pooladzandi and Li, arXiv 2402.04553; the form of the update read).

The probe v has E v v^T = I and meets h = H v + noise. The step of the fit is normalised by the sum of both squares, as
in the authors' code for dense preconditioners (read: psgd_torch); their diagonal one takes signs instead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of PSGD: rates of the point and of the preconditioner."""

    rate: float
    fitting_rate: float = 0.01


def start(method: Method, x: np.ndarray, memory: np.ndarray) -> None:
    """Q = 1."""
    memory[:] = 1.0


@inner_kernel
def step(
    method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray,
    probe: np.ndarray, product: np.ndarray,
) -> None:  # fmt: skip
    """Q <- Q - mu (Q^2 h^2 - v^2 / Q^2) Q / sum(Q^2 h^2 + v^2 / Q^2), then x <- x - a Q^2 g.

    `probe` and `product` (d,): v and h = H v of this step, Q = diag(memory[0]). Nothing depends on t.
    """
    total = 0.0
    for i in range(x.size):
        total += (memory[0, i] * product[i]) ** 2 + (probe[i] / memory[0, i]) ** 2
    for i in range(x.size):
        q = memory[0, i]
        if total > 0.0:
            q -= method.fitting_rate / total * ((q * product[i]) ** 2 - (probe[i] / q) ** 2) * q
        memory[0, i] = q
        x[i] -= method.rate * q * q * gradient[i]
