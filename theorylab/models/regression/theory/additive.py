"""Additive noise: second moments of momentum methods at any horizon, direction by direction, without steps.

Noise that does not depend on the iterate couples no directions. Per direction of eigenvalue l the pair z = (w, u - w)
of `asgd` follows z' = A z + (delta, q - delta) xi, with A - 1 = ((-delta l, 1 - delta l), (-(q - delta) l, c - 1 -
(q - delta) l)), small where the direction is slow. The covariance after m + n steps is V_m + A^m V_n A^m', and powers
of A come by squaring, 2 log2(t) products of 2x2 matrices: of A - 1 while that is small, so that a rate near 0 keeps its
digits. Derived here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.regression.model import ADDITIVE, Acceleration, LeastSquares
from theorylab.models.regression.theory.recursions import risk_of
from theorylab.numerics.arguments import increasing_steps

Floats = NDArray[np.float64]


def additive_risk(problem: LeastSquares, parameters: Acceleration, steps: ArrayLike) -> Floats:
    """Expected excess risk of w after each number of `steps` up to 2^53, (points,). Raises as `additive_moments`.
    Derived: tests/models/regression/test_additive.py::test_leaps_are_the_steps_of_the_recursion.
    """
    return risk_of(problem, additive_moments(problem, parameters, steps))


def additive_moments(problem: LeastSquares, parameters: Acceleration, steps: ArrayLike) -> Floats:
    """E w_{t,i}^2 in every direction after each number of `steps` up to 2^53, (points, d).
    Derived: tests/models/regression/test_additive.py::test_leaps_are_the_steps_of_the_recursion.

    Raises InputError for a design whose noise is not additive, or steps that are not increasing integers >= 0.
    """
    require(
        problem.design in ADDITIVE,
        f"the noise of design={problem.design!r} depends on the iterate: give one of {', '.join(ADDITIVE)}, or ask "
        "asgd_risk",
    )
    away, fresh = pairs(problem, parameters.short_step, parameters.pull, parameters.memory)
    points = increasing_steps(steps)
    out = np.empty((points.size, problem.dimension))
    for k, count in enumerate(points):
        power, covariance = leap(away, fresh, int(count))
        out[k] = (power[:, 0, 0] * problem.error0) ** 2 + covariance[:, 0, 0]
    return out


def pairs(problem: LeastSquares, short_step: float, pull: float, memory: float) -> tuple[Floats, Floats]:
    """A - 1 of the pair (w, u - w) in every direction, and the covariance of its noise in a step, (d, 2, 2) both.
    Derived: tests/models/regression/test_additive.py::test_leaps_are_the_steps_of_the_recursion.
    """
    lam, gap = problem.eigenvalues, pull - short_step
    away = np.empty((problem.dimension, 2, 2))
    away[:, 0, 0], away[:, 0, 1] = -short_step * lam, 1 - short_step * lam
    away[:, 1, 0], away[:, 1, 1] = -gap * lam, -(1 - memory) - gap * lam
    push, noise = np.array([short_step, gap]), problem.noise_spectrum * (problem.noise_std**2 / problem.batch)
    return away, noise[:, None, None] * np.outer(push, push)


def leap(away: Floats, fresh: Floats, count: int) -> tuple[Floats, Floats]:
    """A^count and the covariance after `count` steps, (d, 2, 2) both, by the binary digits of `count`; away = A - 1.
    Derived: tests/models/regression/test_additive.py::test_leaps_are_the_steps_of_the_recursion.
    """
    one = np.broadcast_to(np.eye(2), away.shape)
    power, beyond, covariance = one, np.zeros_like(away), np.zeros_like(away)  # beyond = power - 1
    for digit in f"{count:b}":
        covariance = covariance + power @ covariance @ power.transpose(0, 2, 1)
        power, beyond = _either(power @ power, 2 * beyond + beyond @ beyond)
        if digit == "1":
            covariance = (one + away) @ covariance @ (one + away).transpose(0, 2, 1) + fresh
            power, beyond = _either(power + away @ power, beyond + away + away @ beyond)
    return power, covariance


def _either(power: Floats, beyond: Floats) -> tuple[Floats, Floats]:
    """Both forms of a power by the one that is more accurate: by its distance from 1 while w keeps half or more."""
    near = beyond[:, :1, :1] > -0.5
    one = np.eye(2)
    return np.where(near, one + beyond, power), np.where(near, beyond, power - one)


def heavy_ball_variance(step_size: Any, momentum: Any, eigenvalue: Any) -> Any:
    """Stationary E x^2 of the heavy ball per unit of gradient variance, one direction.
    Derived: tests/models/regression/test_additive.py::test_stationary_variances_solve_their_equations.

    h (1 + m) / (l (1 - m) (2 (1 + m) - h l)), h = step_size; stable for h l < 2 (1 + m).
    """
    h, m, lam = step_size, momentum, eigenvalue
    return h * (1 + m) / (lam * (1 - m) * (2 * (1 + m) - h * lam))


def nesterov_variance(step_size: Any, momentum: Any, eigenvalue: Any) -> Any:
    """Stationary E w^2 of Nesterov's method per unit of gradient variance, one direction.
    Derived: tests/models/regression/test_additive.py::test_stationary_variances_solve_their_equations.

    h (1 + m k) / (l (1 - m k) (2 (1 + m) - (1 + 2 m) h l)), k = 1 - h l, h = step_size.
    """
    h, m, lam = step_size, momentum, eigenvalue
    kept = m * (1 - h * lam)
    return h * (1 + kept) / (lam * (1 - kept) * (2 * (1 + m) - (1 + 2 * m) * h * lam))
