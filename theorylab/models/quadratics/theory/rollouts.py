"""What the variance of a parameter does to a closed loop: cliffs, and horizons of scalar dynamics."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr

from theorylab.numerics.arguments import increasing_steps, number

Floats = NDArray[np.float64]


def log_cliff_probability(distance: ArrayLike, variance: ArrayLike) -> Floats:
    """log P(|x| > distance), x normal of mean 0: log erfc(distance / sqrt(2 variance)).
    Derived: tests/models/quadratics/test_rollouts.py::test_cliff_probabilities_by_integration.
    """
    return np.asarray(np.log(2.0) + log_ndtr(-np.asarray(distance) / np.sqrt(variance)))


def log_cliff_ratio_leading(distance: Any, variance: Any, averaged: Any) -> Any:
    """log of P of the iterate / P of its average, eps^2 / 2 (1 / averaged - 1 / variance), for cliffs far away.
    Derived: tests/models/quadratics/test_rollouts.py::test_cliff_probabilities_by_integration.
    """
    return distance**2 / 2 * (1 / averaged - 1 / variance)


def log_rollout_leading(horizon: Any, multiplier: Any, variance: Any) -> Any:
    """log E s_H^2 of s' = (A + theta) s, s_0 = 1, theta normal: 2 H log|A| + H (2 H - 1) variance / A^2, H sd = O(1).
    Derived: tests/models/quadratics/test_rollouts.py::test_rollouts_at_small_variance.
    """
    return 2 * horizon * np.log(np.abs(multiplier)) + horizon * (2 * horizon - 1) * variance / multiplier**2


def log_rollout(horizons: ArrayLike, multiplier: float, variance: float) -> Floats:
    """log E (A + theta)^(2 H) at each horizon H, (points,), theta normal of mean 0, exactly.
    Derived: tests/models/quadratics/test_rollouts.py::test_rollouts_are_moments_of_a_normal_variable.

    By E X^n = A E X^(n-1) + (n - 1) variance E X^(n-2), all terms >= 0. Raises InputError for horizons that do not
    increase from 0, or a multiplier or variance below 0.
    """
    points = increasing_steps(horizons)
    a, v = number("multiplier", multiplier, least=0.0), number("variance", variance, least=0.0)
    out, k = np.empty(points.size), 0
    before, now, scale = 0.0, 1.0, 0.0
    for n in range(2 * int(points[-1]) + 1):
        if n == 2 * points[k]:
            out[k] = np.log(now) + scale
            k += 1
        before, now = now, a * now + n * v * before
        if not 1e-100 < now < 1e100 and now > 0:
            before, now, scale = before / now, 1.0, scale + float(np.log(now))
    return out
