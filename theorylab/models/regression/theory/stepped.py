"""The second moments of `sgd` by their recursion, step by step: O(d) per step, at any step size.

The functions have the names, arguments and values of those of `spectral`: `sgd` validates, and chooses between the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.models.regression import moments
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory.recursions import recursion, risk_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def sgd_risk(problem: LeastSquares, step_size: float, points: Integers) -> Floats:
    """Expected excess risk of the iterate at each of `points`, (points,).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    return risk_of(problem, sgd_moments(problem, step_size, points))


def sgd_moments(problem: LeastSquares, step_size: float, points: Integers) -> Floats:
    """E e_{t,i}^2 in every direction, (points, d).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    return np.asarray(moments.last(recursion(problem, step_size), points))


def ema_moments(problem: LeastSquares, step_size: float, ema_decay: float, points: Integers) -> Floats:
    """E m_{t,i}^2 of m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, (points, d).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    return np.asarray(moments.ema(recursion(problem, step_size), float(ema_decay), points))


def average_moments(problem: LeastSquares, step_size: float, start: int, points: Integers) -> Floats:
    """E of the squared mean of e_{t,i} over start <= t < N, at each N of `points`, (points, d).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    return np.asarray(moments.average(recursion(problem, step_size), start, points))


def relative_rounding(problem: LeastSquares, step_size: float, points: Integers) -> Floats:
    """Bound on the relative rounding error of every moment and risk of this module, (points,).
    Derived: tests/models/regression/test_theory.py::test_rounding_bound_holds_against_exact_rationals.

    (t + 1)(d + 24) 2^-52. All terms are non-negative where step_size * largest eigenvalue <= 1/2, so nothing
    cancels: relative errors of sums are those of their terms, the dot product adds d, coefficients and updates add
    fewer than 24 units 2^-53 per step, and the factor two covers second order. Raises InputError beyond 1/2.
    """
    scaled = step_size * float(problem.eigenvalues[0])
    require(scaled <= 0.5, f"step_size * largest eigenvalue = {scaled:.3g}: the rounding bound needs <= 1/2")
    return (points.astype(float) + 1.0) * (problem.dimension + 24) * 2.0**-52
