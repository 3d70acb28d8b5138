"""The second moments of `sgd` with a step size for every step: step t has size step_sizes[t].

The functions have the names, arguments and values of those of `stepped`, with an array in place of the step size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.regression import scheduled
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory.recursions import feedback, gradient_spread, risk_of
from theorylab.numerics.arguments import finite_row

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def coefficients(problem: LeastSquares) -> scheduled.Scheduled:
    """What the compiled recursions need of a problem, per unit of the squared step size.
    Derived: tests/models/regression/test_scheduled.py::test_moments_are_those_of_dense_covariances_of_the_path.
    """
    return scheduled.Scheduled(
        eigenvalues=np.ascontiguousarray(problem.eigenvalues),
        spread=gradient_spread(problem) / problem.batch,
        gain=problem.noise_spectrum / problem.batch,
        feedback=feedback(problem),
        noise=float(problem.noise_std) ** 2,
        start=np.ascontiguousarray(problem.error0**2),
    )


def valid_schedule(name: str, sizes: ArrayLike, points: Integers) -> Floats:
    """`sizes` as an array (T,) of finite numbers >= 0 that reaches the last of `points`; InputError otherwise."""
    row = finite_row(name, sizes)
    require(bool((row >= 0).all()), f"{name} holds {row.min():g}: give sizes >= 0")
    require(row.size >= points[-1], f"{name} has {row.size} sizes for {points[-1]} steps: give one for each step")
    return row


def sgd_risk(problem: LeastSquares, step_sizes: Floats, points: Integers) -> Floats:
    """Expected excess risk of the iterate at each of `points`, (points,).
    Derived: tests/models/regression/test_scheduled.py::test_moments_are_those_of_dense_covariances_of_the_path.
    """
    return risk_of(problem, sgd_moments(problem, step_sizes, points))


def sgd_moments(problem: LeastSquares, step_sizes: Floats, points: Integers) -> Floats:
    """E e_{t,i}^2 in every direction, (points, d).
    Derived: tests/models/regression/test_scheduled.py::test_moments_are_those_of_dense_covariances_of_the_path.
    """
    return np.asarray(scheduled.sgd(coefficients(problem), step_sizes, 0.0, 0, points)[0])


def ema_moments(problem: LeastSquares, step_sizes: Floats, ema_decay: float, points: Integers) -> Floats:
    """E m_{t,i}^2 of m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, (points, d).
    Derived: tests/models/regression/test_scheduled.py::test_moments_are_those_of_dense_covariances_of_the_path.
    """
    return np.asarray(scheduled.sgd(coefficients(problem), step_sizes, float(ema_decay), 0, points)[1])


def average_moments(problem: LeastSquares, step_sizes: Floats, start: int, points: Integers) -> Floats:
    """E of the squared mean of e_{t,i} over start <= t < N, at each N of `points`, (points, d).
    Derived: tests/models/regression/test_scheduled.py::test_moments_are_those_of_dense_covariances_of_the_path.
    """
    return np.asarray(scheduled.sgd(coefficients(problem), step_sizes, 0.0, start, points)[2])


def relative_rounding(problem: LeastSquares, step_sizes: Floats, points: Integers) -> Floats:
    """Bound on the relative rounding error of every moment and risk of this module, (points,).
    Derived: tests/models/regression/test_scheduled.py::test_rounding_bound_holds_against_sixty_digits.

    As that of `stepped`: (t + 1)(d + 24) 2^-52 where no step_size * largest eigenvalue exceeds 1/2, so that nothing
    cancels; a step's coefficients are made anew, by no more operations. Raises InputError beyond 1/2.
    """
    scaled = float(step_sizes[: points[-1]].max(initial=0.0)) * float(problem.eigenvalues[0])
    require(scaled <= 0.5, f"step_size * largest eigenvalue = {scaled:.3g}: the rounding bound needs <= 1/2")
    return (points.astype(float) + 1.0) * (problem.dimension + 24) * 2.0**-52
