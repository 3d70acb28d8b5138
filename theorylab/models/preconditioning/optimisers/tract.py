"""TrAct for a linear first layer (Petersen, Borgelt, Ermon, arXiv 2410.23970; the form recalled, derived again here).

A gradient step on pre-activations, then the weights that fit it best by ridge regression on the inputs of the batch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import kernel

MEMORIES = 0


class Method(NamedTuple):
    """Parameters of TrAct; `damping` is lambda, 0.1 for inputs of unit variance (recalled)."""

    rate: float
    damping: float = 0.1


@kernel
def step(
    method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray,
    inputs: np.ndarray,
) -> None:  # fmt: skip
    """x <- x - (eta/b) G X^T (X X^T / b + lam I)^-1: argmin |D X + eta G|^2 + lam b |D|^2 over the step D.

    x (k, d) are weights; `gradient` G (k, b) is with respect to the pre-activations x X of each of b samples, `inputs`
    X (d, b). Nothing depends on t or is remembered.
    """
    d, b = inputs.shape
    second = np.dot(inputs, inputs.T) / b
    for i in range(d):
        second[i, i] += method.damping
    x -= method.rate / b * np.linalg.solve(second, np.dot(inputs, gradient.T)).T
