"""Bounds of deterministic gradient methods, and the worst values that are known. Conventions as in `model`."""

from __future__ import annotations

from typing import Any


def descent_gap_bound(step_size: Any, distance: Any, steps: Any) -> Any:
    """Bound D^2/(2 g T) on the gap of gradient descent, f convex, g <= 1/L
    Derived: tests/models/convex/test_descent.py::test_bounds_of_descent_hold_on_random_functions.
    """
    return distance**2 / (2 * step_size * steps)


def huber_worst_gap(smoothness: Any, step_size: Any, distance: Any, steps: Any) -> Any:
    """Gap L D^2/(4 T g L + 2) of gradient descent on the Huber function with its kink at D/(2 T g L + 1)
    Derived: tests/models/convex/test_descent.py::test_worst_huber_gap_by_hand.

    The worst case over convex functions for g <= 1/L (Drori and Teboulle, recalled; certified for few steps).
    """
    return smoothness * distance**2 / (4 * steps * step_size * smoothness + 2)


def huber_worst_kink(smoothness: Any, step_size: Any, distance: Any, steps: Any) -> Any:
    """Kink D/(2 T g L + 1) of the Huber function on which gradient descent is slowest
    Derived: tests/models/convex/test_descent.py::test_worst_huber_gap_by_hand.
    """
    return distance / (2 * steps * step_size * smoothness + 1)


def strongly_convex_bound(step_size: Any, strong_convexity: Any, distance: Any, steps: Any) -> Any:
    """Bound (1 - g mu)^T D^2 on |x_T - x*|^2 of gradient descent, g <= 1/L
    Derived: tests/models/convex/test_descent.py::test_bounds_of_descent_hold_on_random_functions.
    """
    return (1 - step_size * strong_convexity) ** steps * distance**2


def strongly_convex_worst(step_size: Any, strong_convexity: Any, smoothness: Any, distance: Any, steps: Any) -> Any:
    """Worst |x_T - x*|^2 of gradient descent, max(|1 - g mu|, |1 - g L|)^(2T) D^2, any g > 0
    Derived: tests/models/convex/test_descent.py::test_bounds_of_descent_hold_on_random_functions.
    """
    slow, fast = abs(1 - step_size * strong_convexity), abs(1 - step_size * smoothness)
    return ((slow + fast + abs(slow - fast)) / 2) ** (2 * steps) * distance**2


def lojasiewicz_bound(step_size: Any, constant: Any, smoothness: Any, gap: Any, steps: Any) -> Any:
    """Bound (1 - 2 mu g (1 - g L/2))^T gap_0 on the gap under |grad f|^2 >= 2 mu gap, g < 2/L
    Derived: tests/models/convex/test_descent.py::test_bounds_of_descent_hold_on_random_functions.

    At g = 1/L it is the textbook's (1 - mu/L)^T; below that the textbook's (1 - g mu)^T is weaker.
    """
    return (1 - 2 * constant * step_size * (1 - step_size * smoothness / 2)) ** steps * gap


def smallest_gradient_bound(step_size: Any, gap: Any, steps: Any) -> Any:
    """Bound 2 gap_0/(g T) on the smallest |grad f(x_t)|^2, t < T, of any L-smooth f, g <= 1/L
    Derived: tests/models/convex/test_descent.py::test_bounds_of_descent_hold_on_random_functions.
    """
    return 2 * gap / (step_size * steps)


def smallest_gradient_worst(smoothness: Any, gap: Any, steps: Any) -> Any:
    """Worst smallest |grad f(x_t)|^2, t < T, of any L-smooth f at g = 1/L: 4 L gap_0/(3 T - 1)
    Derived: tests/models/convex/test_descent.py::test_worst_smallest_gradient_is_the_certified_one.

    Its shape is recalled; for few steps it is the certified optimum, and no proof for all T is given here.
    """
    return 4 * smoothness * gap / (3 * steps - 1)


def huber_smallest_gradient(smoothness: Any, step_size: Any, gap: Any, steps: Any) -> Any:
    """|grad f|^2 = 2 L gap_0/(1 + 2 (T - 1) g L), all through a run on the Huber slope that ends at the kink
    Derived: tests/models/convex/test_descent.py::test_smallest_gradient_on_a_slope_by_hand.
    """
    return 2 * smoothness * gap / (1 + 2 * (steps - 1) * step_size * smoothness)


def proximal_worst_gap(step_size: Any, distance: Any, steps: Any) -> Any:
    """Gap D^2/(4 g T) of the proximal point method on c |x|, c = D/(2 g T): half of D^2/(2 g T)
    Derived: tests/models/convex/test_descent.py::test_worst_kink_of_the_proximal_method_by_hand.

    The worst case of proximal gradient too (certified for few steps).
    """
    return distance**2 / (4 * step_size * steps)
