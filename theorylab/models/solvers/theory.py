"""Errors of derivatives of solutions. Conventions of `model`: A = -d_x F, B = d_theta F, J the solution of A J = B."""

from __future__ import annotations

from typing import Any


def jacobian_constant(alpha: Any, beta: Any, gamma: Any, size: Any) -> Any:
    """Constant beta/alpha + gamma R/alpha^2 of |J(x) - dx*| <= constant |x - x*|
    Derived: tests/models/solvers/test_solvers.py::test_the_constant_follows_from_one_linear_equation.

    alpha bounds |A v|/|v| from below, beta and gamma are Lipschitz constants of B and A, R bounds |B(x*)|.
    """
    return beta / alpha + gamma * size / alpha**2


def ridge_error(curvature: Any, error: Any) -> Any:
    """Error -error/curvature of the implicit derivative of ridge regression, mode by mode, curvature with its penalty
    Derived: tests/models/solvers/test_solvers.py::test_ridge_errors_by_hand.
    """
    return -error / curvature


def unrolled_error(step_size: Any, curvature: Any, error: Any, derivative_error: Any, steps: Any) -> Any:
    """Error r^t E_0 - step t r^(t-1) e_0, r = 1 - step curvature, of derivatives unrolled through gradient descent
    Derived: tests/models/solvers/test_solvers.py::test_unrolled_errors_by_hand.

    Of a mode whose iterate is off by e_0 at the start and its derivative by E_0. Over |e_t| it grows as step t/r.
    """
    r = 1 - step_size * curvature
    return r**steps * derivative_error - step_size * steps * r ** (steps - 1) * error


def root_derivative_error(point: Any, parameter: Any) -> Any:
    """Error (x* - x)/(2 x x*) of the implicit derivative of x^2 = parameter at a point x > 0
    Derived: tests/models/solvers/test_solvers.py::test_the_root_by_hand.
    """
    root = parameter**0.5
    return (root - point) / (2 * point * root)


def adjoint_bound(tolerance: Any, size: Any, alpha: Any) -> Any:
    """Bound tolerance |B|/alpha on the error of u' J by a system A' w = u solved up to a residual of that norm
    Derived: tests/models/solvers/test_solvers.py::test_adjoint_solves_keep_their_bound.
    """
    return tolerance * size / alpha
