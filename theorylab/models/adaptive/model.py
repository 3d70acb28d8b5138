"""The problems: periodic linear losses on [-1, 1], online losses on a box, quadratics; and the choice of an optimiser.

Online rounds t = 1, 2, ...: x_t is played, the loss f_t(x_t) is paid, its gradient seen, and the optimiser steps
(`optimisers.rules`) and clips every coordinate to [-1, 1]. The regret of T
rounds is R_T = sum_{t <= T} f_t(x_t) - min_x sum_{t <= T} f_t(x).

Periodic linear losses have f_t(x) = high x in the rounds t = 1, 1 + period, 1 + 2 period, ... and -low x else. Where
high > (period - 1) low the best point is -1. Quadratics are w^T H w / 2 with gradient H w, minimiser 0, minimum 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.adaptive.optimisers import rules
from theorylab.numerics.arguments import number, numbers, positive, whole

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PeriodicLosses:
    """Slopes `high` > 0 once in a period and -`low` < 0 else; `period` >= 2."""

    high: float
    low: float = 1.0
    period: int = 3

    def __post_init__(self) -> None:
        positive("high", self.high)
        positive("low", self.low)
        whole("period", self.period, least=2)

    @property
    def mean_slope(self) -> float:
        """Of the losses of a period: > 0 where -1 is the best point."""
        return (self.high - (self.period - 1) * self.low) / self.period


def method(
    rule: str,
    step_size: float,
    *,
    declining: bool = True,
    first_decay: float = 0.0,
    first_fading: float = 1.0,
    second_decay: float = 0.999,
    epsilon: float = 0.0,
) -> rules.Method:
    """An optimiser by its name in `rules.RULES`, with its parameters.

    Raises InputError for another name, step_size <= 0, decays outside [0, 1), a fading outside (0, 1], epsilon < 0.
    """
    require(rule in rules.RULES, f"rule={rule!r} is not allowed: give one of {', '.join(map(repr, rules.RULES))}")
    for name, decay in (("first_decay", first_decay), ("second_decay", second_decay)):
        require(0 <= number(name, decay) < 1, f"{name}={decay} is not allowed: give a number in [0, 1)")
    require(
        0 < number("first_fading", first_fading) <= 1,
        f"first_fading={first_fading} is not allowed: give a number in (0, 1]; 1 keeps the decay constant",
    )
    return rules.Method(
        rules.RULES.index(rule), positive("step_size", step_size), bool(declining), float(first_decay),
        float(first_fading), float(second_decay), number("epsilon", epsilon, least=0.0),
    )  # fmt: skip


def symmetric_matrix(name: str, values: ArrayLike) -> Floats:
    """`values` as a symmetric, positive definite matrix (d, d). InputError for anything else."""
    matrix = numbers(name, values)
    require(
        matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] and matrix.size > 0,
        f"{name} has shape {matrix.shape}: give a square matrix (d, d)",
    )
    require(np.isfinite(matrix).all(), f"{name} holds a value that is not finite: give finite numbers")
    require(np.allclose(matrix, matrix.T, rtol=1e-12, atol=0.0), f"{name} is not symmetric: give (A + A^T) / 2")
    least = float(np.linalg.eigvalsh(matrix)[0])
    require(least > 0, f"{name} has the eigenvalue {least:.3g}: give a positive definite matrix")
    return matrix
