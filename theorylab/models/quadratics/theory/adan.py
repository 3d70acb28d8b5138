"""What Adan's direction does to gradients: weights of the past, variance, lag, second moment, limits of step sizes.

Weights of new samples b1 (gradients), b2 (differences), a = 1 - b. The direction u = m + a2 v weighs the gradient of
j steps ago by w_0 = b1 + a2 b2 and w_j = b1 a1^j - b2^2 a2^j; for b1 = b2 = b these are Nesterov's, b (1 + a) and b
a^(j+1).
"""

from __future__ import annotations

from typing import Any


def direction_weight(b1: Any, b2: Any, age: int) -> Any:
    """Weight of the gradient of so many steps ago in Adan's direction.
    Derived: tests/models/quadratics/test_adan.py::test_weights_are_those_of_the_moments.
    """
    if age == 0:
        return b1 + (1 - b2) * b2
    return b1 * (1 - b1) ** age - b2**2 * (1 - b2) ** age


def direction_variance(b1: Any, b2: Any, noise_std: Any) -> Any:
    """Variance of the direction at rest, gradients independent: noise_std^2 times the sum of squared weights.
    Derived: tests/models/quadratics/test_adan.py::test_variance_sums_the_squared_weights.
    """
    p, q = 1 - b1, 1 - b2
    old = b1**2 * p**2 / (1 - p**2) - 2 * b1 * b2**2 * p * q / (1 - p * q) + b2**4 * q**2 / (1 - q**2)
    return noise_std**2 * ((b1 + q * b2) ** 2 + old)


def average_variance(weight: Any, noise_std: Any) -> Any:
    """Variance b s^2 / (2 - b) of an exponential average with weight b for the new gradient, Adam's direction.
    Derived: tests/models/quadratics/test_adan.py::test_variance_sums_the_squared_weights.
    """
    return weight * noise_std**2 / (2 - weight)


def direction_lag(b1: Any, b2: Any) -> Any:
    """Steps a1 / b1 - a2 by which the direction is late where gradients move at a constant speed.
    Derived: tests/models/quadratics/test_adan.py::test_lag_is_the_mean_age.
    """
    return (1 - b1) / b1 - (1 - b2)


def second_moment(b2: Any, mean: Any, noise_std: Any) -> Any:
    """Expected n at rest, mean^2 + noise_std^2 ((1 + a)^2 + a^2), a = 1 - b2, gradients independent.
    Derived: tests/models/quadratics/test_adan.py::test_second_moment_of_two_gradients.
    """
    keep = 1 - b2
    return mean**2 + noise_std**2 * ((1 + keep) ** 2 + keep**2)


def step_limit(b1: Any, b2: Any) -> Any:
    """Largest rate * curvature / sqrt n that is stable with n frozen, 2 / (b1 / (2 - b1) + 2 b2 (1 - b2) / (2 - b2)).
    Derived: tests/models/quadratics/test_adan.py::test_at_the_limit_minus_one_is_a_root.
    """
    return 2 / (b1 / (2 - b1) + 2 * b2 * (1 - b2) / (2 - b2))


def average_limit(weight: Any) -> Any:
    """The same of an exponential average in its place, Adam's: 2 (2 - b) / b.
    Derived: tests/models/quadratics/test_adan.py::test_at_the_limit_minus_one_is_a_root.
    """
    return 2 * (2 - weight) / weight


def nesterov_momentum(condition: Any) -> Any:
    """Momentum (1 - sqrt q) / (1 + sqrt q), q = 1 / condition, at which the slowest curvature has a double root.
    Derived: tests/models/quadratics/test_adan.py::test_double_root_of_the_slowest_curvature.
    """
    root = condition**-0.5
    return (1 - root) / (1 + root)


def nesterov_slowest(condition: Any, steps: Any) -> Any:
    """x_k = (1 - sqrt q)^k (1 + k sqrt q / (1 + sqrt q)) from 1 on the smallest curvature, step size 1 / the largest.
    Derived: tests/models/quadratics/test_adan.py::test_double_root_of_the_slowest_curvature.
    """
    root = condition**-0.5
    return (1 - root) ** steps * (1 + steps * root / (1 + root))


def heavy_ball_radius(momentum: Any) -> Any:
    """Factor sqrt a per step of the heavy ball on every curvature where it oscillates.
    Derived: tests/models/quadratics/test_adan.py::test_heavy_ball_oscillates_with_the_root_of_its_momentum.
    """
    return momentum**0.5
