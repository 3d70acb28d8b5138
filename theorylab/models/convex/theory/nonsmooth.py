"""Bounds of subgradient, proximal and Polyak steps. Conventions as in `model`; G bounds the subgradients."""

from __future__ import annotations

from typing import Any


def subgradient_bound(step_size: Any, distance: Any, lipschitz: Any, steps: Any) -> Any:
    """Bound D^2/(2 g T) + g G^2/2 on the gap of the average, and of the best, of T subgradient steps
    Derived: tests/models/convex/test_nonsmooth.py::test_bounds_of_subgradient_steps_hold.

    D G/sqrt T at g = D/(G sqrt T). Projection onto a convex set and stochastic proximal point have the same.
    """
    return distance**2 / (2 * step_size * steps) + step_size * lipschitz**2 / 2


def tuned_subgradient_bound(distance: Any, lipschitz: Any, steps: Any) -> Any:
    """Bound D G/sqrt T, `subgradient_bound` at its best step size D/(G sqrt T)
    Derived: tests/models/convex/test_nonsmooth.py::test_bounds_of_subgradient_steps_hold.
    """
    return distance * lipschitz / steps**0.5


def strongly_convex_subgradient_bound(strong_convexity: Any, lipschitz: Any, steps: Any) -> Any:
    """Bound 2 G^2/(mu (T+1)) on the gap of the average weighted by t, steps 2/(mu (t+1)), t = 1..T
    Derived: tests/models/convex/test_nonsmooth.py::test_bounds_of_subgradient_steps_hold.
    """
    return 2 * lipschitz**2 / (strong_convexity * (steps + 1))


def polyak_bound(max_smoothness: Any, distance: Any, steps: Any) -> Any:
    """Bound 2 Lmax D^2/T on the mean gap of the average of stochastic Polyak steps under interpolation
    Derived: tests/models/convex/test_nonsmooth.py::test_polyak_steps_on_random_least_squares.
    """
    return 2 * max_smoothness * distance**2 / steps


def proximal_fixed_mean(step_size: Any, curvatures: Any, centres: Any, probabilities: Any) -> Any:
    """Stationary mean of stochastic proximal point, sum p r b/sum p r with r = g a/(1 + g a): not the minimiser
    Derived: tests/models/convex/test_nonsmooth.py::test_stationary_moments_of_proximal_point.
    """
    r = [p * step_size * a / (1 + step_size * a) for a, p in zip(curvatures, probabilities, strict=True)]
    return sum(x * b for x, b in zip(r, centres, strict=True)) / sum(r)


def proximal_fixed_square(step_size: Any, curvatures: Any, centres: Any, probabilities: Any) -> Any:
    """Stationary second moment of stochastic proximal point
    Derived: tests/models/convex/test_nonsmooth.py::test_stationary_moments_of_proximal_point.

    x+ = (1 - r) x + r b: E x^2 = (2 mean (1-r) r b E x + mean r^2 b^2)/(1 - mean (1-r)^2).
    """
    mean = proximal_fixed_mean(step_size, curvatures, centres, probabilities)
    cross = square = kept = 0
    for a, b, p in zip(curvatures, centres, probabilities, strict=True):
        r = step_size * a / (1 + step_size * a)
        cross, square, kept = cross + p * (1 - r) * r * b, square + p * (r * b) ** 2, kept + p * (1 - r) ** 2
    return (2 * cross * mean + square) / (1 - kept)


def stable_step_size(curvature: Any, square_curvature: Any) -> Any:
    """Step size 2 a/q above which SGD's second moment grows on a quadratic sum, a mean, q mean square curvature
    Derived: tests/models/convex/test_nonsmooth.py::test_mean_square_stability_of_sgd.
    """
    return 2 * curvature / square_curvature
