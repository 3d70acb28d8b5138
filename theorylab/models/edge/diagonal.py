"""Diagonal linear networks f(x) = sum_j u_j v_j x_j on squared loss: one run of SGD or of gradient descent.

Loss (1/2n) sum_i (f(x_i) - y_i)^2; a step takes the mean gradient of `batch` samples drawn with replacement, or of all
of them where batch = 0. Weights are (2, d), u first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import numbers, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import fill_integers, stream

Floats = NDArray[np.float64]


@kernel
def descend(
    inputs: Floats, targets: Floats, start: Floats, step_size: float, batch: int, steps: int, draws: Any
) -> Floats:
    """Weights (2, d) after so many steps from `start`, inputs (n, d), targets (n,)."""
    n, d = inputs.shape
    weights, gradient = start.copy(), np.empty(d)
    drawn = np.empty(max(batch, 1), np.int64)
    for _ in range(steps):
        gradient[:] = 0.0
        if batch > 0:
            fill_integers(draws, n, drawn)
        count = batch if batch > 0 else n
        for k in range(count):
            i = drawn[k] if batch > 0 else k
            residual = -targets[i]
            for j in range(d):
                residual += weights[0, j] * weights[1, j] * inputs[i, j]
            for j in range(d):
                gradient[j] += residual * inputs[i, j]
        for j in range(d):
            u, v, move = weights[0, j], weights[1, j], step_size / count * gradient[j]
            weights[0, j] = u - move * v
            weights[1, j] = v - move * u
    return weights


def train(
    inputs: ArrayLike, targets: ArrayLike, start: ArrayLike, step_size: float, *, batch: int, steps: int, seed: int,
    replica: int = 0,
) -> Floats:  # fmt: skip
    """Weights (2, d) at the end of a run, not finite where it diverged; the draws are those of stream (seed, replica).

    Raises InputError for shapes that do not fit, a step size that is not finite and > 0, batch or steps < 0.
    """
    x, y, w = numbers("inputs", inputs), numbers("targets", targets), numbers("start", start)
    require(
        x.ndim == 2 and y.shape == x.shape[:1] and w.shape == (2, x.shape[1]),
        f"inputs, targets and start of shapes {x.shape}, {y.shape}, {w.shape} do not fit: give (n, d), (n,), (2, d)",
    )
    size, count = whole("batch", batch, least=0), whole("steps", steps, least=0)
    return np.asarray(descend(x, y, w, positive("step_size", step_size), size, count, stream(seed, replica)))


def gradients(inputs: ArrayLike, weights: ArrayLike) -> Floats:
    """Gradients (n, 2 d) of the predictions f(x_i): (v x_i, u x_i).
    Derived: tests/models/edge/test_diagonal.py::test_gradients_are_derivatives_of_the_predictions.
    """
    x, (u, v) = numbers("inputs", inputs), numbers("weights", weights)
    return np.concatenate([x * v, x * u], axis=1)
