"""Weak errors as curves: measured minus predicted expectations, with what both do not know."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theorylab.curves import Curve
from theorylab.errors import require


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


def through_last(curve: Curve, exponent: float) -> Curve:
    """The power law x^exponent through the curve's last point: a slope to lay over it.
    Derived: tests/models/sde/test_integrators.py::test_weak_errors_keep_one_sign_and_their_bounds.
    """
    return Curve(curve.x, curve.samples[:1, -1:] * (curve.x / curve.x[-1])[None] ** exponent, True, x_name=curve.x_name)
