"""Solutions of `Quadratic` problems from their definition alone, by dense algebra: the road beside `theory`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.bilevel.model import Quadratic
from theorylab.numerics.arguments import positive

Floats = NDArray[np.float64]


def upper_value(problem: Quadratic, x: ArrayLike, y: ArrayLike) -> float:
    """f(x, y). Raises InputError for shapes that do not fit.
    Derived: tests/models/bilevel/test_theory.py::test_hypergradient_by_hand_in_dimension_one_and_two.
    """
    given, at = problem.point(np.asarray(x, dtype=float)), _lower_point(problem, y)
    squares = ((given - problem.upper_target) ** 2).sum() + ((at - problem.lower_target) ** 2).sum()
    return float(0.5 * squares + given @ problem.mixing @ at)


def selected_minimiser(problem: Quadratic, x: ArrayLike) -> Floats:
    """The lower minimiser that f selects, (n,): the stationary point of f on {A y = B x}, by Lagrange multipliers.
    Derived: tests/models/bilevel/test_theory.py::test_hypergradient_by_hand_in_dimension_one_and_two.
    """
    given, A = problem.point(np.asarray(x, dtype=float)), problem.lower
    m, n = A.shape
    system = np.block([[np.eye(n), A.T], [A, np.zeros((m, m))]])
    right = np.concatenate([problem.lower_target - problem.mixing.T @ given, problem.coupling @ given])
    return np.asarray(np.linalg.solve(system, right)[:n])


def penalised_minimiser(problem: Quadratic, x: ArrayLike, sigma: float) -> Floats:
    """The minimiser of sigma f + g over y, (n,). Raises InputError for sigma <= 0.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_forms_match_dense_definitions.
    """
    strength = positive("sigma", sigma)
    given, A = problem.point(np.asarray(x, dtype=float)), problem.lower
    target = problem.lower_target - problem.mixing.T @ given
    system = A.T @ A + strength * np.eye(A.shape[1])
    return np.asarray(np.linalg.solve(system, A.T @ (problem.coupling @ given) + strength * target))


def value(problem: Quadratic, x: ArrayLike) -> float:
    """psi(x).
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_forms_match_dense_definitions.
    """
    return upper_value(problem, x, selected_minimiser(problem, x))


def penalised_value(problem: Quadratic, x: ArrayLike, sigma: float) -> float:
    """psi_sigma(x) = f + (g - min g) / sigma at the penalised minimiser; min g = 0 at full row rank.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_forms_match_dense_definitions.
    """
    y = penalised_minimiser(problem, x, sigma)
    residual = problem.lower @ y - problem.coupling @ np.asarray(x, dtype=float)
    return upper_value(problem, x, y) + float(0.5 * (residual**2).sum()) / sigma


def pseudo_inverse_hypergradient(problem: Quadratic, x: ArrayLike, y: ArrayLike) -> Floats:
    """f_x - g_xy (g_yy)^+ f_y at the lower minimiser y, (k,): grad psi(x) if y is the one that f selects.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_forms_match_dense_definitions.

    Raises InputError for a y that does not minimise the lower problem.
    """
    given, at, A = problem.point(np.asarray(x, dtype=float)), _lower_point(problem, y), problem.lower
    residual = float(np.abs(A @ at - problem.coupling @ given).max())
    scale = float(np.abs(A).max() * np.abs(at).max() + np.abs(problem.coupling).max() * np.abs(given).max())
    require(
        residual <= 1e-8 * max(scale, 1e-300),
        f"y leaves the residual |A y - B x| = {residual:.3g}: give a lower minimiser, as selected_minimiser",
    )
    return _implicit(problem, given, at, np.linalg.pinv(A.T @ A, rcond=1e-10, hermitian=True))


def inverse_hypergradient(problem: Quadratic, x: ArrayLike) -> Floats:
    """f_x - g_xy (g_yy)^-1 f_y, (k,): the implicit-function formula, which needs one lower minimiser.
    Derived: tests/models/bilevel/test_theory.py::test_inverse_formula_agrees_where_it_exists_and_is_refused_where_not.

    Raises InputError where the lower problem is singular.
    """
    rows, columns = problem.lower.shape
    require(
        problem.unique,
        f"g_yy is singular: the lower minimisers fill {columns - rows} dimensions, and its inverse does not exist; "
        "use pseudo_inverse_hypergradient at the selected one",
    )
    y = selected_minimiser(problem, x)
    given = problem.point(np.asarray(x, dtype=float))
    return _implicit(problem, given, y, np.linalg.inv(problem.lower.T @ problem.lower))


def other_minimiser(problem: Quadratic, x: ArrayLike, distance: float) -> Floats:
    """A lower minimiser at that distance from the selected one, along the first null direction of A, (n,).
    Derived: tests/models/bilevel/test_theory.py::test_any_minimiser_serves_where_f_does_not_couple_x_and_y.

    Raises InputError where the lower minimiser is unique.
    """
    require(not problem.unique, "the lower minimiser is unique: give an A with fewer rows than columns")
    require(np.isfinite(distance), f"distance={distance} is not allowed: give a finite number")
    null = np.linalg.svd(problem.lower)[2][problem.lower.shape[0]]
    return selected_minimiser(problem, x) + distance * np.asarray(null)


def _lower_point(problem: Quadratic, y: ArrayLike) -> Floats:
    given = np.asarray(y, dtype=float)
    shape = problem.lower_target.shape
    require(given.shape == shape, f"y has shape {given.shape}: give {shape}, as lower_target")
    require(np.isfinite(given).all(), "y holds a value that is not finite: give finite numbers")
    return given


def _implicit(problem: Quadratic, x: Floats, y: Floats, inverse: NDArray[Any]) -> Floats:
    direct = x - problem.upper_target + problem.mixing @ y
    slope = y - problem.lower_target + problem.mixing.T @ x
    return np.asarray(direct + problem.coupling.T @ problem.lower @ inverse @ slope)


def penalised_gradient(problem: Quadratic, x: ArrayLike, sigma: float) -> Floats:
    """f_x + (g_x(x, y_sigma) - g_x(x, z*)) / sigma at the computed minimisers, (k,): what a first-order method uses.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_forms_match_dense_definitions.
    """
    y, given = penalised_minimiser(problem, x, sigma), problem.point(np.asarray(x, dtype=float))
    residual = problem.lower @ y - problem.coupling @ given
    return np.asarray(given - problem.upper_target + problem.mixing @ y - problem.coupling.T @ residual / sigma)


def residual_rounding(problem: Quadratic, x: ArrayLike) -> float:
    """Absolute rounding bound of A y - B x at any computed minimiser y.
    Derived: tests/models/bilevel/test_theory.py::test_residuals_of_computed_minimisers_stay_below_their_bound.

    A dense solve leaves a residual of 64 n^2 2^-53 |S| |y| in its system S (Cholesky's and Gauss' bounds without
    pivot growth), |S| <= |A|^2 + 1 for sigma <= 1, and A S^-1 is at most 1 / (smallest singular value of A); the
    product A y itself is good to less than that.
    """
    singular = np.linalg.svd(problem.lower, compute_uv=False)
    size = float(np.linalg.norm(selected_minimiser(problem, x))) + 1.0
    columns = problem.lower.shape[1]
    return float(64 * columns**2 * 2.0**-53 * (singular[0] ** 2 + 1) * size / singular[-1])
