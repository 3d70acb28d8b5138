"""Where averages end up in valleys that are no parabolas; leading order in the step size where the name says so."""

from __future__ import annotations

import math
from typing import Any


def kinked_mean_leading(step_size: float, left: float, right: float, noise_std: float) -> float:
    """E x = sqrt(2 / pi) (s_right - s_left), s_k = s sqrt(eta / (2 k)), of SGD at rest on f = k x^2 / 2, kinked at 0.
    Derived: tests/models/quadratics/test_valleys.py::test_kinked_law_by_integration.

    Density in proportion to exp(-2 f / (eta s^2)), as eta -> 0; curvature `left` for x < 0, `right` for x > 0.
    """
    sides = [noise_std * math.sqrt(step_size / (2 * k)) for k in (left, right)]
    return math.sqrt(2 / math.pi) * (sides[1] - sides[0])


def kinked_loss_leading(step_size: Any, noise_std: Any) -> Any:
    """E f = eta s^2 / 4 at rest as eta -> 0, for any two curvatures.
    Derived: tests/models/quadratics/test_valleys.py::test_kinked_law_by_integration.
    """
    return step_size * noise_std**2 / 4


def kinked_curvature_leading(left: Any, right: Any) -> Any:
    """E f'' = sqrt(left right) at rest as eta -> 0: the flat side has share sqrt(right) / (sqrt(left) + sqrt(right)).
    Derived: tests/models/quadratics/test_valleys.py::test_kinked_law_by_integration.
    """
    return (left * right) ** 0.5


def bent_mean_leading(step_size: Any, curvature: Any, third: Any, noise_std: Any) -> Any:
    """E x = -eta s^2 f''' / (4 h^2) at rest as eta -> 0, in a smooth valley with f''(0) = h.
    Derived: tests/models/quadratics/test_valleys.py::test_bent_law_by_integration.
    """
    return -step_size * noise_std**2 * third / (4 * curvature**2)


def shifted_best(left: Any, right: Any, shift: Any) -> Any:
    """Minimiser -d (b - a) / (a + b) of the mean of a kinked valley shifted by d and by -d.
    Derived: tests/models/quadratics/test_valleys.py::test_best_point_of_two_shifted_valleys.
    """
    return -shift * (right - left) / (left + right)


def shifted_loss(left: Any, right: Any, shift: Any, point: Any) -> Any:
    """Mean (a (x - d)^2 + b (x + d)^2) / 4 of the two shifted valleys at |x| <= d; a b d^2 / (a + b) at the best point.
    Derived: tests/models/quadratics/test_valleys.py::test_best_point_of_two_shifted_valleys.
    """
    return (left * (point - shift) ** 2 + right * (point + shift) ** 2) / 4


def coupled_variances(
    step_size: float, across: float, along: float, coupling: float, noise_std: float
) -> tuple[float, float, float, float]:
    """Curvatures (x, y) and variances (x, y) at rest of f = (h + k y^2) x^2 / 2 + m y^2 / 2, each in the other's mean.
    Derived: tests/models/quadratics/test_valleys.py::test_coupled_variances_are_consistent.

    An approximation: curvature h + k v_y of x and m + k v_x of y, v the variances of SGD at these, by iteration.
    """
    x, y = across, along
    for _ in range(200):
        v_x, v_y = (step_size * noise_std**2 / (c * (2 - step_size * c)) for c in (x, y))
        x, y = across + coupling * v_y, along + coupling * v_x
    return x, y, v_x, v_y
