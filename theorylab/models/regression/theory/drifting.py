"""Least squares whose minimiser moves: second moments, the schedule of least regret, its limits.

After step t the minimiser moves by D_t, so that the error becomes e' = e - h_t g - D_t. D_t has a mean that is fixed in
advance and fresh noise independent of the past. For Gaussian data with H = I, batch B and D_t of mean 0 only
v = E |e|^2 counts:

    v' = (1 - 2 h + h^2 k1) v + h^2 k2 + gamma^2,   k1 = 1 + (d + 1) / B,  k2 = d sigma^2 / B,  gamma^2 = E |D|^2.

The risk before step t is v_t / 2, the regret of T steps sum_{t<T} v_t / 2. Derived here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.regression import scheduled
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory.recursions import risk_of
from theorylab.models.regression.theory.scheduled import coefficients, valid_schedule
from theorylab.numerics.arguments import finite_row, increasing_steps, number, numbers, positive

Floats = NDArray[np.float64]


def drifting_risk(
    problem: LeastSquares, step_sizes: ArrayLike, steps: ArrayLike, shifts: ArrayLike = 0.0, walks: ArrayLike = 0.0
) -> Floats:
    """Expected excess risk with respect to the minimiser of the time, (points,). Arguments as `drifting_moments`.
    Derived: tests/models/regression/test_drifting.py::test_moments_are_those_of_full_matrices_with_a_moving_minimiser.
    """
    return risk_of(problem, drifting_moments(problem, step_sizes, steps, shifts, walks))


def drifting_moments(
    problem: LeastSquares, step_sizes: ArrayLike, steps: ArrayLike, shifts: ArrayLike = 0.0, walks: ArrayLike = 0.0
) -> Floats:
    """E e_{t,i}^2 where the minimiser moves after step t by shifts[t] plus noise of variances walks[t], (points, d).
    Derived: tests/models/regression/test_drifting.py::test_moments_are_those_of_full_matrices_with_a_moving_minimiser.

    Both are broadcast to (T, d), T the number of step sizes. Raises InputError for step sizes that are not one per
    step, moves of another shape, variances < 0, or what is not finite.
    """
    points = increasing_steps(steps)
    sizes = valid_schedule("step_sizes", step_sizes, points)
    means, variances = valid_moves(problem, sizes.size, shifts, walks)
    error0 = np.ascontiguousarray(problem.error0)
    return np.asarray(scheduled.drifting(coefficients(problem), error0, sizes, means, variances, points))


def valid_moves(problem: LeastSquares, count: int, shifts: ArrayLike, walks: ArrayLike) -> tuple[Floats, Floats]:
    """Means and variances of the moves, (T, d) each; InputError for what is none."""
    shape, out = (count, problem.dimension), []
    for name, given in (("shifts", shifts), ("walks", walks)):
        rows = numbers(name, given)
        require(bool(np.isfinite(rows).all()), f"{name} hold a value that is not finite: give finite numbers")
        fits = rows.ndim <= 2 and all(a in (1, b) for a, b in zip(rows.shape[::-1], shape[::-1], strict=False))
        require(fits, f"{name} of shape {rows.shape} are not allowed: give {shape}, or what is broadcast to it")
        out.append(np.ascontiguousarray(np.broadcast_to(rows, shape)))
    require(bool((out[1] >= 0).all()), f"walks hold {out[1].min():g}: variances are >= 0")
    return out[0], out[1]


def shift_constants(dimension: Any, batch: Any, noise_variance: Any) -> tuple[Any, Any]:
    """k1 = 1 + (d + 1) / B and k2 = d sigma^2 / B of Gaussian data with H = I.
    Derived: tests/models/regression/test_drifting.py::test_one_number_closes_on_itself_where_all_eigenvalues_are_one.
    """
    return 1 + (dimension + 1) / batch, noise_variance * dimension / batch


def greedy_schedule(curvature: float, noise: float, walks: ArrayLike, start: float) -> tuple[Floats, Floats]:
    """The step sizes of least regret and v_t before each step, (T,) each, where the minimiser moves by walks[t].
    Derived: tests/models/regression/test_drifting.py::test_no_schedule_has_less_regret_than_the_greedy_one.

    h_t = v_t / (k1 v_t + k2) makes v_{t+1} least. v_{t+1} rises with v_t at any h, so its least value does too: the
    smallest v now is the best for all that follow, and the greedy schedule is optimal for every horizon and every
    non-negative weighting of the v_t. Raises InputError unless k1 >= 1, k2 >= 0, start > 0, walks[t] >= 0.
    """
    moves = finite_row("walks", walks)
    require(bool((moves >= 0).all()), f"walks hold {moves.min():g}: variances are >= 0")
    k1, k2 = number("curvature", curvature, least=1.0), number("noise", noise, least=0.0)
    sizes, values = scheduled.greedy(k1, k2, np.ascontiguousarray(moves), positive("start", start))
    return sizes, values


def steady_error(walk: Any, curvature: Any, noise: Any) -> Any:
    """v in the long run under the best schedule, moves of variance gamma^2 at every step.
    Derived: tests/models/regression/test_drifting.py::test_the_steady_state_is_the_fixed_point.

    (gamma^2 k1 + sqrt(gamma^4 k1^2 + 4 gamma^2 k2)) / 2; the step size there is gamma^2 / v.
    """
    return (walk * curvature + (walk**2 * curvature**2 + 4 * walk * noise) ** 0.5) / 2


def convex_regret_bound(step_size: Any, smoothness: Any, start: Any, travel: Any, noise: Any) -> Any:
    """Bound on the regret of SGD at a constant step h < 1 / L on convex losses whose minimiser moves.
    Derived: tests/models/regression/test_drifting.py::test_the_convex_bound_adds_up_the_steps.

    (|e_0|^2 / 2 + sum_t (gamma_t D + gamma_t^2 / 2) + T h^2 sigma^2 / 2) / (h (1 - h L)): start = |e_0|^2 / 2, travel
    the sum over t with D >= (E |e_t - h g|^2)^(1/2), noise = T h^2 sigma^2 / 2, E |g|^2 <= 2 L gap + sigma^2.
    """
    return (start + travel + noise) / (step_size * (1 - step_size * smoothness))
