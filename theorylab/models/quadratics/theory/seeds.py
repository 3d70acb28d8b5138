"""How much runs of SGD with other seeds differ on one curvature, and what averages from the start leave of it.

A seed is the noise and the start x_0, of variance `spread` times that at rest, v. r = 1 - step_size * curvature;
means are of the n iterates x_1, ..., x_n after the start.
"""

from __future__ import annotations

from typing import Any

from theorylab.models.quadratics.theory.averaging import average_variance


def iterate_variance(variance: Any, correlation: Any, count: Any, spread: Any) -> Any:
    """Variance v (1 + (spread - 1) r^(2n)) of x_n over seeds.
    Derived: tests/models/quadratics/test_seeds.py::test_variances_from_a_start_sum_all_covariances.
    """
    return variance * (1 + (spread - 1) * correlation ** (2 * count))


def mean_variance(variance: Any, correlation: Any, count: Any, spread: Any) -> Any:
    """Variance over seeds of the mean: that at rest, and (spread - 1) v (r (1 - r^n) / (n (1 - r)))^2 of the start.
    Derived: tests/models/quadratics/test_seeds.py::test_variances_from_a_start_sum_all_covariances.
    """
    r, n = correlation, count
    share = r * (1 - r**n) / (n * (1 - r))
    return average_variance(variance, r, n) + (spread - 1) * variance * share**2


def count_leading(correlation: Any, share: Any) -> Any:
    """Iterates (1 + r) / ((1 - r) share) that bring the variance of a mean at rest to a share of v, for large counts.
    Derived: tests/models/quadratics/test_seeds.py::test_leading_count.
    """
    return (1 + correlation) / ((1 - correlation) * share)


def overwritten_contraction(correlation: Any, count: Any) -> Any:
    """Factor a = r (1 - r^m) / (m (1 - r)) of an epoch of m steps after which x is overwritten by their mean.
    Derived: tests/models/quadratics/test_seeds.py::test_overwritten_epochs_are_an_autoregression.
    """
    return correlation * (1 - correlation**count) / (count * (1 - correlation))


def overwritten_variance(variance: Any, correlation: Any, count: Any) -> Any:
    """Variance at rest of x right after it was overwritten, v (1 - r^2) sum_k (1 - r^k)^2 / (m (1 - r))^2 / (1 - a^2).
    Derived: tests/models/quadratics/test_seeds.py::test_overwritten_epochs_are_an_autoregression.
    """
    r, m = correlation, count
    squares = m - 2 * r * (1 - r**m) / (1 - r) + r**2 * (1 - r ** (2 * m)) / (1 - r**2)
    fresh = variance * (1 - r**2) * squares / (m * (1 - r)) ** 2
    return fresh / (1 - overwritten_contraction(r, m) ** 2)
