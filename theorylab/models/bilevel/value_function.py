"""The proximal Lagrangian value function of lower problems with constraints, where its saddle point is explicit.

    v(x, y, z) = min_theta max_lam f(x, theta) + lam^T g(x, theta) + |theta - y|^2/(2 gamma1) - |lam - z|^2/(2 gamma2)

Coupled: f = 1/2 y^T P y + y^T (R x + p) + 1/2 x^T S x with P positive semidefinite, and g = A y + B x = 0, multipliers
of any sign. Inequality: f = 1/2 (y - x)^2, g = y - level <= 0, multipliers in [0, most].
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import positive, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]


class Coupled(NamedTuple):
    """P (m, m), R (m, k), p (m,), S (k, k), A (c, m), B (c, k)."""

    lower: Floats
    mixing: Floats
    linear: Floats
    upper: Floats
    constraint: Floats
    coupling: Floats


class Inequality(NamedTuple):
    """Level of the constraint y <= level, the largest multiplier, gamma1 and gamma2."""

    level: float
    most: float
    gamma1: float
    gamma2: float


def coupled(given: Coupled) -> Coupled:
    """The same, validated. Raises InputError for shapes that do not fit, or P not symmetric positive semidefinite."""
    P, R, p, S, A, B = (np.asarray(part, dtype=float) for part in given)
    m, k, c = P.shape[0], S.shape[0], A.shape[0]
    shapes = {"lower": (P, (m, m)), "mixing": (R, (m, k)), "linear": (p, (m,)), "upper": (S, (k, k)),
              "constraint": (A, (c, m)), "coupling": (B, (c, k))}  # fmt: skip
    for name, (part, wanted) in shapes.items():
        require(
            part.shape == wanted and np.isfinite(part).all(), f"{name} has shape {part.shape}: give {wanted}, finite"
        )
    require(
        np.allclose(P, P.T) and np.linalg.eigvalsh(P)[0] > -1e-10 and np.allclose(S, S.T),
        "lower and upper need to be symmetric, and lower without negative eigenvalues",
    )
    return Coupled(P, R, p, S, A, B)


def random_coupled(seed: int, size: int, rank: int, upper: int, constraints: int) -> Coupled:
    """A problem of normal entries with P of the given rank. Raises InputError for sizes below 1, or rank > size."""
    m, k, c = whole("size", size), whole("upper", upper), whole("constraints", constraints)
    draws = generator(seed)
    root = draws.standard_normal((m, whole("rank", rank, most=m)))
    S = draws.standard_normal((k, k))
    R, p = draws.standard_normal((m, k)), draws.standard_normal(m)
    A, B = draws.standard_normal((c, m)), draws.standard_normal((c, k))
    return coupled(Coupled(root @ root.T / m, R, p, (S + S.T) / 2, A, B))


def plain_toy(size: int) -> Coupled:
    """The paper's convex toy: f = |y1|^2/2 - x^T y1 + 1^T y2, the sum of x, y1 and y2 being 0; y = (y1, y2)."""
    n = whole("size", size)
    unit, zero, one = np.eye(n), np.zeros((n, n)), np.ones((1, n))
    P, R = np.block([[unit, zero], [zero, zero]]), np.vstack([-unit, zero])
    return coupled(Coupled(P, R, np.append(np.zeros(n), np.ones(n)), zero, np.hstack([one, one]), one))


def objective(given: Coupled, x: Any, y: Any) -> Any:
    """f(x, y)."""
    return y @ given.lower @ y / 2 + y @ (given.mixing @ x + given.linear) + x @ given.upper @ x / 2


def constraint(given: Coupled, x: Any, y: Any) -> Any:
    """g(x, y), (c,)."""
    return given.constraint @ y + given.coupling @ x


def saddle(given: Coupled, point: tuple[Any, Any, Any], gamma1: float, gamma2: float) -> tuple[Any, Any, Any]:
    """(theta, lam, v) at (x, y, z), from the linear equations of the saddle point; complex numbers too."""
    x, y, z = point
    m, c = given.constraint.shape[1], given.constraint.shape[0]
    matrix = np.block([[given.lower + np.eye(m) / gamma1, given.constraint.T],
                       [given.constraint, -np.eye(c) / gamma2]])  # fmt: skip
    right = np.concatenate([y / gamma1 - given.mixing @ x - given.linear, -given.coupling @ x - z / gamma2])
    solution = np.linalg.solve(matrix, right)
    theta, lam = solution[:m], solution[m:]
    value = objective(given, x, theta) + lam @ constraint(given, x, theta)
    near, far = (theta - y) @ (theta - y), (lam - z) @ (lam - z)
    return theta, lam, value + near / (2 * gamma1) - far / (2 * gamma2)


def gradient(given: Coupled, point: tuple[Floats, Floats, Floats], gamma1: float, gamma2: float) -> Floats:
    """grad v in (x, y, z): (grad_x f + B^T lam, (y - theta)/gamma1, (lam - z)/gamma2) at the saddle, (k + m + c,).
    Derived: tests/models/bilevel/test_value_function.py::test_gradient_of_the_value_function_by_complex_steps.
    """
    x, y, z = point
    theta, lam, _ = saddle(given, point, gamma1, gamma2)
    in_x = given.mixing.T @ theta + given.upper @ x + given.coupling.T @ lam
    return np.concatenate([in_x, (y - theta) / gamma1, (lam - z) / gamma2])


def residual(given: Coupled, point: tuple[Floats, Floats, Floats], gamma1: float, gamma2: float) -> float:
    """f - v at a feasible (x, y): 1/2 q^T (P + I/gamma1 + gamma2 A^T A)^-1 q, q = grad_y f + A^T z.
    Derived: tests/models/bilevel/test_value_function.py::test_residual_of_a_feasible_point_in_closed_form.

    0 if and only if q = 0: y solves the lower problem and z is a multiplier of it.
    """
    x, y, z = point
    q = given.lower @ y + given.mixing @ x + given.linear + given.constraint.T @ z
    m = q.size
    matrix = given.lower + np.eye(m) / gamma1 + gamma2 * given.constraint.T @ given.constraint
    return float(q @ np.linalg.solve(matrix, q) / 2)


def rounding(given: Coupled, point: tuple[Floats, Floats, Floats], gamma1: float, gamma2: float) -> tuple[float, float]:
    """Bounds on the rounding of `saddle`'s v (and of f - v) and of any entry of `gradient`.
    Derived: tests/models/bilevel/test_value_function.py::test_values_and_gradients_keep_their_rounding_bounds.

    v is stationary at the saddle: its sums of n terms are rounded, and the solution enters in second order. In the
    gradient it enters as it is, off by n^2 units times the condition number of the saddle's equations.
    """
    x, y, z = point
    theta, lam, _ = saddle(given, point, gamma1, gamma2)
    operator = saddle_operator(given, gamma1, gamma2)
    largest = sum(np.linalg.norm(part, 2) for part in (operator, given.mixing, given.upper, given.coupling))
    reach = sum(np.linalg.norm(part) for part in (x, y, z, theta, lam)) + np.linalg.norm(given.linear)
    count = operator.shape[0] + x.size
    solved = count**2 * 2.0**-52 * np.linalg.cond(operator)
    value = (8 * count * 2.0**-52 + 8 * solved**2) * (largest + 1 + 1 / gamma1 + 1 / gamma2) * reach**2
    return float(value), float(8 * (solved + count * 2.0**-52) * largest * reach)


def saddle_operator(given: Coupled, gamma1: float, gamma2: float) -> Floats:
    """Matrix of the saddle operator in (theta, lam): ((P + I/gamma1, A^T), (-A, I/gamma2)), (m + c, m + c)."""
    m, c = given.constraint.shape[1], given.constraint.shape[0]
    return np.block([[given.lower + np.eye(m) / positive("gamma1", gamma1), given.constraint.T],
                     [-given.constraint, np.eye(c) / positive("gamma2", gamma2)]])  # fmt: skip


def contraction_bound(monotone: Any, lipschitz: Any, step: Any) -> Any:
    """(1 - 2 step rho + step^2 L^2)^(1/2) >= |I - step T|, T rho-strongly monotone and L-Lipschitz.
    Derived: tests/models/bilevel/test_value_function.py::test_contraction_bound_over_random_operators.
    """
    return (1 - 2 * step * monotone + step**2 * lipschitz**2) ** 0.5


def largest_forward_step(operator: Floats) -> float:
    """Step at which forward steps on an operator stop converging: the least 2 Re l / |l|^2 of its eigenvalues l.
    Derived: tests/models/bilevel/test_value_function.py::test_largest_forward_step_of_random_operators.
    """
    values = np.linalg.eigvals(operator)
    return float((2 * values.real / np.abs(values) ** 2).min())


def inequality_saddle(given: Inequality, x: float, y: float, z: float) -> tuple[float, float, float]:
    """(theta, lam, v) of the problem with an inequality, by its three cases: lam = 0, in between, or the largest one.

    lam is z + gamma2 (theta - level), cut off at 0 and `most`; the slope in theta is increasing, so that the case in
    between says on which side the saddle is.
    """
    b, most, gamma1, gamma2 = given
    right, weight = x + y / gamma1, 1 + 1 / gamma1
    theta = (right - z + gamma2 * b) / (weight + gamma2)
    lam = z + gamma2 * (theta - b)
    if lam < 0:
        theta, lam = right / weight, 0.0
    elif lam > most:
        theta, lam = (right - most) / weight, most
    value = (theta - x) ** 2 / 2 + lam * (theta - b) + (theta - y) ** 2 / (2 * gamma1) - (lam - z) ** 2 / (2 * gamma2)
    return theta, lam, value


def feasible(given: Coupled, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """The nearest (x, y) with g = 0."""
    at, k = np.concatenate([np.asarray(x, dtype=float), np.asarray(y, dtype=float)]), given.coupling.shape[1]
    rows = np.hstack([given.coupling, given.constraint])
    moved = at - rows.T @ np.linalg.solve(rows @ rows.T, rows @ at)
    return moved[:k], moved[k:]
