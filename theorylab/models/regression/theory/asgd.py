"""Accelerated SGD: exact second moments in 2x2 blocks, mean dynamics, stability.

With c = alpha (1 - beta) and q = alpha delta + (1 - alpha) gamma the second sequence drops out of the method of
`model.Acceleration`: w' = u - delta g, u' = (1 + c) u - c w - q g. Per direction of eigenvalue l the mean is a 2x2 map
A on (w, u), and S = E (w, u)(w, u)^T follows S <- A S A^T + n (delta, q)(delta, q)^T, n the variance of the gradient
beyond its mean. Derived here from the parametrisation; all moments are errors, risk 1/2 sum_i l_i E w_i^2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import bisect

from theorylab.errors import require
from theorylab.models.regression import budgets, moments, scheduled
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.models.regression.theory.recursions import averaging_starts, feedback, gradient_spread, risk_of
from theorylab.models.regression.theory.scheduled import coefficients, valid_schedule
from theorylab.numerics.arguments import increasing_steps

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def asgd_risk(
    problem: LeastSquares,
    parameters: Acceleration,
    steps: ArrayLike,
    *,
    allow_unstable: bool = False,
    schedule: ArrayLike | None = None,
) -> Floats:
    """Expected excess risk of w after each number of `steps`, (points,).
    Derived: tests/models/regression/test_asgd.py::test_risks_match_dense_covariances_of_the_method_as_written.

    A `schedule` has a factor >= 0 for every step, by which both steps are multiplied in it, stable or not.
    Raises InputError for steps that are not increasing integers >= 0, or parameters whose second moments diverge
    (unless allow_unstable).
    """
    steps = increasing_steps(steps)
    if schedule is not None:
        return risk_of(problem, _scheduled(problem, parameters, steps, schedule)[0])
    recursion = _recursion(problem, parameters, allow_unstable)
    return risk_of(problem, moments.accelerated(recursion, 0, steps)[0])


def asgd_lookahead_risk(
    problem: LeastSquares, parameters: Acceleration, steps: ArrayLike, *, schedule: ArrayLike | None = None
) -> Floats:
    """Expected excess risk of u, where gradients are taken, after each number of `steps`, (points,).
    Derived: tests/models/regression/test_asgd.py::test_lookahead_risk_is_that_of_the_method_as_written.

    Twice it is what Gaussian data feed into the noise of every direction. Schedule and errors as in `asgd_risk`.
    """
    if schedule is not None:
        return risk_of(problem, _scheduled(problem, parameters, increasing_steps(steps), schedule)[1])
    recursion = _recursion(problem, parameters, False)
    return risk_of(problem, moments.accelerated(recursion, 0, increasing_steps(steps))[2])


def asgd_tail_risk(
    problem: LeastSquares,
    parameters: Acceleration,
    start: ArrayLike,
    steps: ArrayLike,
    *,
    allow_unstable: bool = False,
) -> Floats:
    """Expected excess risk of the mean of w_t over start <= t < N, at each N of `steps`, (points,).
    Derived: tests/models/regression/test_asgd.py::test_risks_match_dense_covariances_of_the_method_as_written.

    start: one integer or one per step, not decreasing, each below its N. Raises as `asgd_risk`.
    """
    steps = increasing_steps(steps)
    starts = averaging_starts(start, steps)
    recursion = _recursion(problem, parameters, allow_unstable)
    out = np.empty(steps.size)
    for first in np.unique(starts):
        mask = starts == first
        out[mask] = risk_of(problem, moments.accelerated(recursion, int(first), steps[mask])[1])
    return out


def asgd_mean_paths(problem: LeastSquares, parameters: Acceleration, steps: ArrayLike) -> Floats:
    """Expected errors E w_t of accelerated gradient descent, (points, d), from w_0 = u_0 = error0.
    Derived: tests/models/regression/test_asgd.py::test_mean_paths_follow_the_method_as_written.
    """
    lam, p = problem.eigenvalues, parameters
    stay, ahead = 1 - p.short_step * lam, 1 + p.memory - p.pull * lam
    return np.asarray(moments.accelerated_means(stay, ahead, p.memory, problem.error0, increasing_steps(steps)))


def asgd_contraction(parameters: Acceleration, eigenvalues: ArrayLike) -> Floats:
    """Modulus of the mean error per step in each direction: the larger root of its characteristic polynomial.
    Derived: tests/models/regression/test_asgd.py::test_contraction_is_the_spectral_radius_of_the_mean_map.

    x^2 - (1 + c - q l) x + c (1 - delta l) = 0; (d,).
    """
    lam = np.asarray(eigenvalues, dtype=float)
    half = (1 + parameters.memory - parameters.pull * lam) / 2
    product = parameters.memory * (1 - parameters.short_step * lam)
    root = np.sqrt(np.maximum(half**2 - product, 0.0))
    return np.asarray(np.where(half**2 < product, np.sqrt(np.maximum(product, 0.0)), np.abs(half) + root))


def asgd_complex_window(memory: Any, pull: Any, short_step: Any) -> tuple[Any, Any]:
    """Eigenvalues (low, high) between which the roots are complex: ((sqrt(q - c d) -+ sqrt(c (q - d))) / q)^2.
    Derived: tests/models/regression/test_asgd.py::test_ends_of_the_complex_window_are_double_roots.
    """
    outer, inner = (pull - memory * short_step) ** 0.5, (memory * (pull - short_step)) ** 0.5
    return ((outer - inner) / pull) ** 2, ((outer + inner) / pull) ** 2


def asgd_crossover(memory: Any, short_step: Any) -> Any:
    """Eigenvalue (1 - c) / delta inside the complex window: ASGD contracts faster than SGD below it, slower above.
    Derived: tests/models/regression/test_asgd.py::test_slow_rate_of_the_family_is_the_mean_of_both_steps.
    """
    return (1 - memory) / short_step


def asgd_slow_rate(memory: Any, pull: Any, short_step: Any) -> Any:
    """Limit of (1 - contraction) / l for l -> 0: (q - c delta) / (1 - c).
    Derived: tests/models/regression/test_asgd.py::test_slow_rate_of_the_family_is_the_mean_of_both_steps.

    (gamma + delta) / 2 where alpha = 1 / (1 + beta).
    """
    return (pull - memory * short_step) / (1 - memory)


def asgd_amplification(problem: LeastSquares, parameters: Acceleration) -> float:
    """K: stationary moments see the label noise sigma^2 / (1 - K); they exist if and only if K < 1.
    Derived: tests/models/regression/test_asgd.py::test_second_moments_diverge_where_the_amplification_says.

    Infinite where a single direction diverges by itself. The map of second moments preserves the cone of positive
    semidefinite blocks, so it is stable if and only if every block is, and the feedback loop has gain K < 1.
    """
    return _loop_gain(problem, parameters, 0.0)


def asgd_time_constant(problem: LeastSquares, parameters: Acceleration) -> float:
    """Steps in which noiseless second moments fall by e in the long run, -1 / log(spectral radius).
    Derived: tests/models/regression/test_asgd.py::test_time_constant_matches_the_dense_spectral_radius.

    The radius r^2 is where the loop gain of moments that are discounted by r^2 per step reaches 1, found by
    bisection of 1 - r; no eigenvalues of the ill-conditioned recursion matrix are taken. Raises InputError for
    parameters whose moments do not decay.
    """
    gain = asgd_amplification(problem, parameters)
    require(gain < 1, f"{parameters} does not decay on this problem: noise feedback K = {gain:.4g} must be < 1")
    slack = bisect(
        lambda x: 1.0 if _loop_gain(problem, parameters, float(np.exp(x))) >= 1 else -1.0,
        np.log(1e-15),
        0.0,
        xtol=1e-12,
    )
    return float(-0.5 / np.log1p(-np.exp(slack)))


def asgd_noise_response(eigenvalue: Any, memory: Any, pull: Any, short_step: Any, slack: Any = 0) -> Any:
    """Stationary E u^2 per unit of gradient variance, u an ARMA(2,1) process driven by the gradient noise.
    Derived: tests/models/regression/test_asgd.py::test_noise_response_solves_the_block_recursion.

    With r = 1 - slack moments are discounted by r^2 per step. With p(x) = x^2 - tau x + pi the polynomial of the mean:
    ((r^2 + pi)(q r - c d)^2 + 2 q c d r p(r)) / ((r^2 - pi) p(r) p(-r)), written without cancellation. Derived; for
    c = 0 and r = 1 it is SGD's d / (l (2 - d l)).
    """
    lam, c, q, d = eigenvalue, memory, pull, short_step
    r, pi = 1 - slack, c * (1 - d * lam)
    ahead = lam * (q - c * d) - slack * (1 - c + q * lam) + slack**2  # p(r)
    behind = r**2 + r * (1 + c - q * lam) + pi  # p(-r)
    inner = (1 - c) + c * d * lam - slack * (2 - slack)  # r^2 - pi
    return ((r**2 + pi) * (q - c * d - slack * q) ** 2 + 2 * q * c * d * r * ahead) / (inner * ahead * behind)


def _loop_gain(problem: LeastSquares, parameters: Acceleration, slack: float) -> float:
    """Gain of the feedback of moments discounted by (1 - slack)^2 per step; infinite if a direction outgrows that."""
    lam, p = problem.eigenvalues, parameters
    c, q, d, r = p.memory, p.pull, p.short_step, 1 - slack
    pi = c * (1 - d * lam)
    ahead = lam * (q - c * d) - slack * (1 - c + q * lam) + slack**2
    behind = r**2 + r * (1 + c - q * lam) + pi
    # Both roots of the mean polynomial inside the circle of radius r (Jury's conditions).
    if (ahead <= 0).any() or (behind <= 0).any() or (np.abs(pi) >= r**2).any():
        return float("inf")
    response = asgd_noise_response(lam, c, q, d, slack)
    alone = response * gradient_spread(problem) / problem.batch
    if (alone >= 1).any():
        return float("inf")
    return float(feedback(problem) * (lam * response * lam / problem.batch / (1 - alone)).sum())


def asgd_recursion_matrix(problem: LeastSquares, parameters: Acceleration) -> Floats:
    """Matrix (3d, 3d) that takes (E w^2, E w u, E u^2) of all directions one step on, without label noise.
    Derived: tests/models/regression/test_asgd.py::test_recursion_matrix_takes_one_step_of_the_recursion.
    """
    blocks, drive = _blocks(problem, parameters)
    d = problem.dimension
    matrix = np.zeros((d, 3, d, 3))
    for i in range(d):
        matrix[i, :, i, :] = blocks[i]
    matrix[..., 2] += feedback(problem) * drive[:, :, None] * problem.eigenvalues
    return matrix.reshape(3 * d, 3 * d)


def asgd_relative_rounding(problem: LeastSquares, parameters: Acceleration, steps: ArrayLike) -> Floats:
    """Bound on the relative rounding error of `asgd_risk` after each number of `steps`, (points,).
    Derived: tests/models/regression/test_asgd.py::test_rounding_bounds_hold_against_fifty_digits.

    Carried along beside the moments: see `budgets`. A step's terms and coefficients are off by fewer than 24 units
    2^-53, sums over d directions by d more; twice that covers second order. Large where a risk passes near 0 on its
    way, as that of a mean path without noise does: inf where it is 0 but need not be. Raises InputError as `asgd_risk`.
    """
    return np.asarray(_budget(problem, parameters, 0, increasing_steps(steps))[0])


def asgd_tail_relative_rounding(
    problem: LeastSquares, parameters: Acceleration, start: ArrayLike, steps: ArrayLike
) -> Floats:
    """Bound on the relative rounding error of `asgd_tail_risk`, (points,): as `asgd_relative_rounding`.
    Derived: tests/models/regression/test_asgd.py::test_rounding_bounds_hold_against_fifty_digits.
    """
    steps = increasing_steps(steps)
    starts = averaging_starts(start, steps)
    out = np.empty(steps.size)
    for first in np.unique(starts):
        mask = starts == first
        out[mask] = _budget(problem, parameters, int(first), steps[mask])[1]
    return out


def _budget(problem: LeastSquares, parameters: Acceleration, start: int, steps: Integers) -> Floats:
    """Relative bounds of the risks of w and of its mean from `start`, (2, points)."""
    unit, fed_unit = 24 * 2.0**-52, (problem.dimension + 24) * 2.0**-52
    rows = budgets.accelerated_budget(_recursion(problem, parameters, False), unit, fed_unit, start, steps)
    errors, risks = (np.array([risk_of(problem, row) for row in pair]) for pair in (rows[:2], rows[2:]))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(errors > 0, errors / np.maximum(risks, 0.0), 0.0) + fed_unit


def _scheduled(problem: LeastSquares, parameters: Acceleration, points: Integers, schedule: ArrayLike) -> Floats:
    """Moments of w and u, (2, points, d), with both steps times a factor per step."""
    factors, p = valid_schedule("schedule", schedule, points), parameters
    moments_of = scheduled.accelerated(
        coefficients(problem), p.short_step * factors, p.pull * factors, p.memory, points
    )
    return np.asarray(moments_of)


def _blocks(problem: LeastSquares, parameters: Acceleration) -> tuple[Floats, Floats]:
    """Per direction the map (d, 3, 3) of (E w^2, E w u, E u^2), and what a unit of S + sigma^2 adds, (d, 3)."""
    lam, p = problem.eigenvalues, parameters
    stay, ahead = 1 - p.short_step * lam, 1 + p.memory - p.pull * lam
    own, zero = gradient_spread(problem) / problem.batch, np.zeros(problem.dimension)
    push = np.array([p.short_step**2, p.short_step * p.pull, p.pull**2])
    blocks = np.stack(
        [
            np.stack([zero, zero, stay**2 + push[0] * own], axis=-1),
            np.stack([zero, -p.memory * stay, stay * ahead + push[1] * own], axis=-1),
            np.stack([zero + p.memory**2, -2 * p.memory * ahead, ahead**2 + push[2] * own], axis=-1),
        ],
        axis=1,
    )
    return blocks, (problem.noise_spectrum / problem.batch)[:, None] * push


def _recursion(problem: LeastSquares, parameters: Acceleration, allow_unstable: bool) -> moments.Accelerated:
    if not allow_unstable:
        gain = asgd_amplification(problem, parameters)
        require(
            gain < 1,
            f"{parameters} is unstable on this {problem.design} problem: noise feedback K = {gain:.4g} must be < 1; "
            "lower both steps, or allow_unstable=True to study divergence",
        )
    return moments.Accelerated(
        eigenvalues=np.ascontiguousarray(problem.eigenvalues),
        spread=gradient_spread(problem) / problem.batch,
        gain=problem.noise_spectrum / problem.batch,
        feedback=feedback(problem),
        noise=float(problem.noise_std) ** 2,
        start=np.ascontiguousarray(problem.error0**2),
        memory=parameters.memory,
        pull=parameters.pull,
        short_step=parameters.short_step,
    )
