"""Exact theory of gradient descent on scalar networks: the flow's solution, balances, the invariant class, D = 2.

Conventions of `model`. The forms are derived for this project in the setting of Kreisler, Shpigel Nacson, Soudry and
Carmon (arXiv 2305.13064), whose abstract states the monotone decrease; its theorems were not read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.models.edge import kernels
from theorylab.models.edge.model import positive_rows, step_sizes, weight_rows
from theorylab.numerics.arguments import whole

Floats = NDArray[np.float64]

EDGE = 2.0
"""Load (step size x sharpness) beyond which a minimum repels gradient descent."""
LOAD_LIMIT = 2.0 * 2.0**0.5
"""Load up to which a step that keeps the weights positive cannot raise the sharpness of the flow's solution."""
UNIT = 2.0**-53


def gradient_flow_solution(weights: ArrayLike) -> Floats:
    """The minimum that gradient flow reaches from weights (D,) or (points, D), of the same shape.
    Derived: tests/models/edge/test_theory.py::test_solution_is_where_the_differential_equation_ends.

    All balances w_i^2 - w_j^2 are kept and the product becomes 1: s_i^2 = w_i^2 + c, with the signs of w. From a
    product <= 0 the squares shrink together until the one smallest weight passes through 0 and changes its sign.
    Relative error of each s_i at most `flow_rounding(D)`. Raises InputError for weights that are not finite, and where
    the flow never arrives: product <= 0 with two smallest weights of equal size (they meet at the saddle 0).
    """
    rows, shape = weight_rows(weights), np.shape(weights)
    signs = _arrival_signs(rows)
    return np.asarray((signs * _solution_squares(rows) ** 0.5).reshape(shape))


def flow_sharpness(weights: ArrayLike) -> Any:
    """Largest Hessian eigenvalue, sum_i 1/s_i^2, at the gradient-flow solution s: a float, or (points,).
    Derived: tests/models/edge/test_theory.py::test_flow_sharpness_is_exact_to_its_bound_and_to_1e_14.

    Relative error at most `flow_rounding(D)`. Raises InputError as `gradient_flow_solution`.
    """
    rows, shape = weight_rows(weights), np.shape(weights)
    _arrival_signs(rows)
    values = (1.0 / _solution_squares(rows)).sum(axis=1)
    return float(values[0]) if len(shape) == 1 else np.asarray(values)


def _solution_squares(rows: Floats) -> Floats:
    """Squares of the flow's solution, (points, D). InputError where the smallest leaves the range of floats."""
    squares = kernels.flow_squares(rows, np.ones(rows.shape[0]))
    bad = squares.min(axis=1) < 1e-300
    if bad.any():
        raise InputError(
            f"weights {rows[bad][0]} are too unequal: the flow's solution has a weight below 1e-150; scale some down"
        )
    return np.asarray(squares)


def _arrival_signs(rows: Floats) -> Floats:
    """Signs of the minimum that the flow reaches, (points, D). InputError where it ends at a saddle."""
    size, negatives = np.abs(rows), (rows < 0).sum(axis=1)
    lowest = size.argmin(axis=1)
    blocked = (negatives % 2 == 1) | (size.min(axis=1) == 0)
    ties = blocked & ((size == size.min(axis=1, keepdims=True)).sum(axis=1) > 1)
    if ties.any():
        raise InputError(
            f"gradient flow from {rows[ties][0]} ends at a saddle with product 0, not at a minimum: from a product "
            "<= 0 it needs one weight smaller in size than all others"
        )
    signs = np.where(rows < 0, -1.0, 1.0)
    odd = signs.prod(axis=1) < 0
    signs[odd, lowest[odd]] *= -1.0
    return signs


def flow_point(weights: ArrayLike, product: ArrayLike) -> Floats:
    """Positive point with the given product > 0 on the flow's trajectory through positive weights, of their shape.
    Derived: tests/models/edge/test_theory.py::test_flow_keeps_every_balance_and_passes_through_its_points.

    Raises InputError for weights or products that are not positive and finite, or products of another shape.
    """
    rows, shape = positive_rows(weights), np.shape(weights)
    products = np.asarray(product, dtype=float)
    require(
        products.ndim == 0 or products.shape == (rows.shape[0],),
        f"product has shape {products.shape}: give one number, or one per point ({rows.shape[0]},)",
    )
    require(
        (np.isfinite(products) & (products > 1e-40) & (products < 1e40)).all(),
        f"product={product!r} is not allowed: give numbers between 1e-40 and 1e40",
    )
    wanted = np.ascontiguousarray(np.broadcast_to(products, rows.shape[:1]))
    return np.asarray(kernels.flow_squares(rows, wanted).reshape(shape) ** 0.5)


def flow_rounding(dimension: int) -> float:
    """Relative rounding bound of the flow's solution and of its sharpness.
    Derived: tests/models/edge/test_theory.py::test_flow_sharpness_is_exact_to_its_bound_and_to_1e_14.

    Gaps and sums u + g_i are good to 4 units 2^-53, so the product of D of them to 5 D + 3; the root moves by no more
    than that in relative size (slope >= 1 in log u), plus 3 for the last Newton step. The sharpness moves by no more
    than the root, by 4 for the gaps, and its sum adds D + 2.
    """
    return (6 * dimension + 12) * UNIT


def run_rounding(dimension: int, product: ArrayLike) -> Floats:
    """Relative rounding bound of the sharpness after a step whose larger product is `product`, same shape.
    Derived: tests/models/edge/test_theory.py::test_run_rounding_covers_a_step_against_many_digits.

    A step in floats is an exact step, its common factor (p - 1) p a little off, with each weight moved by at most
    2 D + 5 units, relative to the larger of its values before and after. That moves w_i^2 by twice as much, and the
    sharpness by at most (D + 1) max_i w_i^2 / s_i^2 times that, where w_i^2 / s_i^2 <= max(1, p^2).
    """
    moved = (4 * dimension + 10) * (dimension + 1) * np.maximum(1.0, np.asarray(product, dtype=float) ** 2)
    return np.asarray(flow_rounding(dimension) + moved * UNIT)


def hessian(weights: ArrayLike) -> Floats:
    """Hessian of the loss at nonzero weights (D,) or (points, D): (D, D) or (points, D, D).
    Derived: tests/models/edge/test_theory.py::test_hessian_is_the_second_derivative.

    p^2 / w_i^2 on the diagonal, (2 p - 1) p / (w_i w_j) off it. Raises InputError for a weight that is 0 or not finite.
    """
    rows, shape = weight_rows(weights), np.shape(weights)
    require((rows != 0).all(), "a weight is 0: move it, the Hessian is written with the products of the others")
    product = rows.prod(axis=1)[:, None, None]
    inverse = (1 / rows)[:, :, None] * (1 / rows)[:, None, :]
    diagonal = np.eye(rows.shape[1], dtype=bool)
    out = np.where(diagonal, product**2, (2 * product - 1) * product) * inverse
    return np.asarray(out[0] if len(shape) == 1 else out)


def balance_contraction(step_size: Any, product: Any, first: Any, second: Any) -> Any:
    """Factor of w_i^2 - w_j^2 over one step: 1 - (step_size (p - 1) p / (w_i w_j))^2, an identity for any D.
    Derived: tests/models/edge/test_theory.py::test_balance_contraction_is_an_identity_at_depth_two_and_three.
    """
    return 1 - (step_size * (product - 1) * product / (first * second)) ** 2


def flow_sharpness_of_two(first: Any, second: Any) -> Any:
    """Sharpness of the flow's solution for D = 2, product > 0: sqrt(4 + (w_1^2 - w_2^2)^2).
    Derived: tests/models/edge/test_theory.py::test_sharpness_of_two_is_the_closed_form.
    """
    return (4 + (first**2 - second**2) ** 2) ** 0.5


def critical_load_of_two(balance: Any, product: Any) -> Any:
    """Load beyond which one step from product p < 1 raises the sharpness for D = 2: sqrt(2 (4 + b^2)) / (1 - p).
    Derived: tests/models/edge/test_theory.py::test_critical_load_of_two_is_where_the_balance_keeps_its_size.

    The balance grows where step_size (1 - p) > sqrt 2. The infimum over b = w_1^2 - w_2^2 and p is 2 sqrt 2.
    """
    return (2 * (4 + balance**2)) ** 0.5 / (1 - product)


def balanced_map(product: Any, step_size: Any) -> Any:
    """Product after one step for D = 2 and equal weights: p (1 + step_size (1 - p))^2.
    Derived: tests/models/edge/test_theory.py::test_balanced_peak_and_escape.
    """
    return product * (1 + step_size * (1 - product)) ** 2


def balanced_peak(step_size: Any) -> Any:
    """Largest product that `balanced_map` reaches from (0, 1) for step sizes eta > 1/2: 4 (1 + eta)^3 / (27 eta).
    Derived: tests/models/edge/test_theory.py::test_balanced_peak_and_escape.
    """
    return 4 * (1 + step_size) ** 3 / (27 * step_size)


def balanced_two_cycle_multiplier(step_size: Any) -> Any:
    """Slope of `balanced_map` over its 2-cycle: 9 - 2 (1 + eta)^2, within (-1, 1) for eta in (1, sqrt 5 - 1).
    Derived: tests/models/edge/test_theory.py::test_balanced_two_cycle_multiplier.
    """
    return 9 - 2 * (1 + step_size) ** 2


BALANCED_FOUR_CYCLE_LOAD = 2 * (5**0.5 - 1)
"""Load at which the 2-cycle of two equal weights gives way to a 4-cycle: multiplier -1."""
BALANCED_ESCAPE_LOAD = 27**0.5 - 2
"""Load beyond which two equal weights can change sign: `balanced_peak` beyond 1 + 1 / step_size."""


def class_margins(weights: ArrayLike, step_size: ArrayLike) -> Floats:
    """Margins (2,) or (2, points) of the invariant class, both >= 0 inside it, from positive weights.
    Derived: tests/models/edge/test_theory.py::test_class_margins_match_the_definition.

    First 2 sqrt 2 / load - 1. Second 1 - step_size (P - 1) P / u(P): relative room of the smallest weight's square u
    for the step from the largest product P that the trajectory can have, P = max(p, sup of the frozen map over (0, 1]).
    The frozen map is one step of gradient descent followed by the return to the old balances. There is a B > p whose
    interval (0, B) it maps into itself if and only if this room is > 0: below 1 a step only raises weights; above 1 it
    lowers the product as long as weights stay positive, and u(p) / p^2 falls, so that the room shrinks with p.
    """
    rows, shape = positive_rows(weights), np.shape(weights)
    margins = kernels.class_margins(rows, step_sizes(step_size, rows.shape[0]))
    return np.asarray(margins[:, 0] if len(shape) == 1 else margins)


def frozen_orbit(weights: ArrayLike, step_size: ArrayLike, *, skip: int, keep: int) -> Floats:
    """Products (keep,) or (points, keep) of the frozen map's orbit from positive weights, after skip + 1, ... steps.
    Derived: tests/models/edge/test_theory.py::test_frozen_map_of_equal_weights_is_the_balanced_map.

    The map takes a step of gradient descent and returns along gradient flow to the balances of `weights`; its slope at
    the fixed point 1 is 1 - load. -inf once a weight does not stay positive. Raises InputError for weights that are not
    positive, a bad step size, skip < 0 or keep < 1.
    """
    rows, shape = positive_rows(weights), np.shape(weights)
    for name, value, least in (("skip", skip, 0), ("keep", keep, 1)):
        whole(name, value, least)
    sizes = step_sizes(step_size, rows.shape[0])
    orbits = kernels.frozen_orbits(rows, sizes, rows.prod(axis=1), int(skip), int(keep))
    return np.asarray(orbits[0] if len(shape) == 1 else orbits)
