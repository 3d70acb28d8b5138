"""Weak errors as curves: measured minus predicted expectations, with what both do not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require

Pair: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]


def weak_error(
    x: ArrayLike, measured: ArrayLike, predicted: ArrayLike, bound: ArrayLike, x_name: str = "steps per unit of time"
) -> Curve:
    """Deterministic curve of measured - predicted, with the sign of its value at the largest x, known up to `bound`.
    Derived: tests/models/sde/test_integrators.py::test_weak_errors_keep_one_sign_and_their_bounds.

    One sign for the whole curve: an error that changes its sign stays negative somewhere, and no rate is read from
    it. Raises InputError unless there are points, and x increases.
    """
    points = np.asarray(x, dtype=float)
    require(points.ndim == 1 and points.size and (np.diff(points) > 0).all(), "x must hold points that increase")
    difference = np.broadcast_to(np.asarray(measured, float) - np.asarray(predicted, float), points.shape)
    sign = -1.0 if difference[-1] < 0 else 1.0
    return Curve(points, sign * difference[None], True, np.broadcast_to(np.asarray(bound, float), points.shape), x_name)


def variance_error(steps: ArrayLike, runs: Sequence[Pair], limits: Sequence[Pair]) -> Curve:
    """Curve over steps per unit of time, 1 / eta, of Var sin x / eta of runs minus that of limits, as `weak_error`.
    Derived: tests/models/sde/test_sam.py::test_variance_of_the_sine.

    Each pair holds E cos x, sin x, cos 2x, sin 2x and bounds of their errors, as `sam.expectations`. Means are blind to
    noise of fixed size in the order eta; Var / eta is made of it.
    """
    k, gaps, bounds = np.asarray(steps, dtype=float), np.zeros(np.size(steps)), np.zeros(np.size(steps))
    for sign, pairs in ((1.0, runs), (-1.0, limits)):
        for i, (mean, unsure) in enumerate(pairs):
            gaps[i] += sign * ((1 - mean[2]) / 2 - mean[1] ** 2)
            bounds[i] += unsure[2] / 2 + unsure[1] * (2 * abs(mean[1]) + unsure[1])
    return weak_error(k, k * gaps, 0.0, k * bounds)


def through_last(curve: Curve, exponent: float) -> Curve:
    """The power law x^exponent through the curve's last point: a slope to lay over it.
    Derived: tests/models/sde/test_integrators.py::test_weak_errors_keep_one_sign_and_their_bounds.
    """
    return Curve(curve.x, curve.samples[:1, -1:] * (curve.x / curve.x[-1])[None] ** exponent, True, x_name=curve.x_name)
