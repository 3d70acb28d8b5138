"""Variances of iterates and of their averages, for SGD with additive noise on one curvature, at rest.

There SGD is an AR(1) process: Cov(x_t, x_{t+k}) = variance * correlation^k, correlation 1 - step_size * curvature per
step. Points taken every c steps, or once per cycle of step sizes, are AR(1) too, with the product of the factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def sgd_variance(step_size: Any, curvature: Any, noise_std: Any) -> Any:
    """Stationary variance eta s^2 / (h (2 - eta h)) of SGD, for 0 < eta h < 2.
    Derived: tests/models/quadratics/test_theory.py::test_stationary_variance_solves_its_equation.
    """
    return step_size * noise_std**2 / (curvature * (2 - step_size * curvature))


def average_variance(variance: Any, correlation: Any, count: Any) -> Any:
    """Variance (v / n) ((1 + p) / (1 - p) - 2 p (1 - p^n) / (n (1 - p)^2)) of the mean of n successive points.
    Derived: tests/models/quadratics/test_theory.py::test_variance_of_the_average_sums_all_covariances.
    """
    v, p, n = variance, correlation, count
    return v / n * ((1 + p) / (1 - p) - 2 * p * (1 - p**n) / (n * (1 - p) ** 2))


def average_variance_leading(variance: Any, correlation: Any, count: Any) -> Any:
    """The same for n -> infinity, v (1 + p) / (n (1 - p)); s^2 / (n h^2) for SGD's own iterates, at any step size.
    Derived: tests/models/quadratics/test_theory.py::test_average_forgets_the_step_size.
    """
    return variance * (1 + correlation) / (count * (1 - correlation))


def ema_variance(variance: Any, correlation: Any, weight: Any) -> Any:
    """Stationary variance v w / (2 - w) (1 + q) / (1 - q), q = (1 - w) p, of m' = (1 - w) m + w x.
    Derived: tests/models/quadratics/test_theory.py::test_variance_of_the_ema_solves_its_equations.
    """
    q = (1 - weight) * correlation
    return variance * weight / (2 - weight) * (1 + q) / (1 - q)


def cycle_correlation(step_sizes: Sequence[Any], curvature: Any) -> Any:
    """Factor prod_j (1 - eta_j h) of the mean over a cycle of step sizes.
    Derived: tests/models/quadratics/test_theory.py::test_ends_of_a_cycle_are_an_autoregression.
    """
    product: Any = 1
    for step_size in step_sizes:
        product = product * (1 - step_size * curvature)
    return product


def cycle_variance(step_sizes: Sequence[Any], curvature: Any, noise_std: Any) -> Any:
    """Stationary variance at the end of a cycle: fresh noise sum_j (eta_j s prod_{i > j} (1 - eta_i h))^2 / (1 - p^2).
    Derived: tests/models/quadratics/test_theory.py::test_ends_of_a_cycle_are_an_autoregression.
    """
    fresh: Any = 0
    for step_size in step_sizes:
        fresh = fresh * (1 - step_size * curvature) ** 2 + (step_size * noise_std) ** 2
    return fresh / (1 - cycle_correlation(step_sizes, curvature) ** 2)


def best_weight_leading(steps: Any, curvature: Any, noise_std: Any, start: Any) -> Any:
    """Weight log(4 x_0^2 h^2 t / s^2) / (2 t) of the EMA that has the least E m_t^2, for weight << eta h.
    Derived: tests/models/quadratics/test_rollouts.py::test_best_weight_minimises_the_leading_error.

    Minimises x_0^2 e^(-2 w t) + w s^2 / (2 h^2): memory of the start against variance.
    """
    return np.log(4 * (start * curvature / noise_std) ** 2 * steps) / (2 * steps)
