"""Closed forms and bounds of the penalty method and of relaxed smoothness, in the notation of `model`.

Derived here throughout; the shapes are those of Kwon et al. (arXiv 2309.01753) and Hao et al. (arXiv 2401.09587).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.bilevel.kernels import penalised_roots
from theorylab.models.bilevel.model import Quadratic, Scalar, Terms
from theorylab.numerics.arguments import positive, positive_row

Floats = NDArray[np.float64]

SCALAR_ROUNDING = 2.0**-46
"""Relative rounding bound of the scalar roots and gaps below, for sigma |upper_curvature| <= curvature / 2.

Unit 2^-53. Where f is convex all terms are positive; where it is concave the cancellation (1 + 1/2) / (1 - 1/2)
triples errors. The slope is evaluated within 8 units and its relative derivative in t is at least 1: t is good to
3 * 8 + 1 units; a gap has powers up to t^4 and fewer than 10 operations: 4 * 25 + 3 * 10 < 2^7 units.
"""


def penalised_drift(problem: Scalar, sigma: ArrayLike) -> Floats:
    """y_sigma - z of the scalar problem, (points,), to SCALAR_ROUNDING.
    Derived: tests/models/bilevel/test_kernels.py::test_penalised_root_of_a_quadratic_is_its_closed_form.

    Raises InputError for sigma <= 0 or not finite, and where f is concave for sigma > curvature / (2 |its
    curvature|): from twice that on the penalised problem loses its minimum.
    """
    sigmas = positive_row("sigma", sigma)
    if problem.upper_curvature < 0:
        limit = problem.curvature / (2 * abs(problem.upper_curvature))
        require(
            sigmas.max() <= limit,
            f"sigma={sigmas.max():g} is too large for this concave f: give sigma <= {limit:g} = curvature / "
            "(2 |upper_curvature|)",
        )
    return np.asarray(penalised_roots(problem.terms(), sigmas))


def value_gap(p: Terms, sigma: Any, t: Any) -> Any:
    """psi - psi_sigma of the scalar problem with y_sigma = z + t; stationarity has removed what cancels.
    Derived: tests/models/bilevel/test_theory.py::test_value_gap_is_its_definition_at_a_stationary_point.
    """
    return p.upper_curvature * t**2 / 2 + (p.curvature * t**2 / 2 + p.third * t**3 / 3 + p.fourth * t**4 / 8) / sigma


def gradient_gap(p: Terms, sigma: Any, t: Any) -> Any:
    """psi_sigma' - psi' of the scalar problem with y_sigma = z + t, curvature > 0; cancellation removed likewise.
    Derived: tests/models/bilevel/test_theory.py::test_gradient_gap_is_danskin_minus_the_implicit_function.
    """
    return p.coupling / p.curvature * (p.upper_curvature * t + (p.third * t**2 / 2 + p.fourth * t**3 / 6) / sigma)


def value_gap_bound(slope: Any, curvature: Any, upper_smoothness: Any, sigma: Any) -> Any:
    """sigma C^2 / (2 (mu - sigma L)) >= psi - psi_sigma, C = |f_y| at the projection of y_sigma, sigma < mu / L.
    Derived: tests/models/bilevel/test_theory.py::test_bound_is_the_maximum_over_the_drift.

    From quadratic growth g - g* >= mu/2 dist^2: the maximum over t of C t + L t^2/2 - mu t^2 / (2 sigma).
    """
    return sigma * slope**2 / (2 * (curvature - sigma * upper_smoothness))


def value_gap_floor(slope: Any, lower_smoothness: Any, upper_smoothness: Any, sigma: Any) -> Any:
    """sigma C^2 / (2 (l + sigma L)) <= psi - psi_sigma for a lower problem that is l-smooth, f L-smooth.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_gaps_by_hand_in_dimension_one.
    """
    return sigma * slope**2 / (2 * (lower_smoothness + sigma * upper_smoothness))


def drift_bound(slope: Any, curvature: Any, upper_smoothness: Any, sigma: Any) -> Any:
    """sigma C / (mu - sigma L) >= dist(y_sigma, lower minimisers): mu t <= |g_y| = sigma |f_y| <= sigma (C + L t).
    Derived: tests/models/bilevel/test_theory.py::test_bound_is_the_maximum_over_the_drift.
    """
    return sigma * slope / (curvature - sigma * upper_smoothness)


def cubic_gradient_gap_bound(p: Terms, sigma: Any) -> Any:
    """sigma coupling third slope^2 / (2 curvature^3) >= psi_sigma' - psi', linear f, fourth = 0: t <= sigma C / mu.
    Derived: tests/models/bilevel/test_theory.py::test_cubic_gradient_gap_approaches_its_bound_and_grows_as_the_cube.
    """
    return sigma * p.coupling * p.third * p.upper_slope**2 / (2 * p.curvature**3)


def hypergradient(problem: Quadratic, x: ArrayLike) -> Floats:
    """grad psi(x) = x - c + K e + (B + A K^T)^T (A A^T)^-1 r with e = d - K^T x, r = B x - A e, (k,).
    Derived: tests/models/bilevel/test_theory.py::test_hypergradient_by_hand_in_dimension_one_and_two.
    """
    return _gradient(problem, x, 0.0)


def penalised_hypergradient(problem: Quadratic, x: ArrayLike, sigma: float) -> Floats:
    """grad psi_sigma(x): as `hypergradient` with (sigma I + A A^T)^-1. Raises InputError for sigma <= 0.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_forms_match_dense_definitions.
    """
    return _gradient(problem, x, positive("sigma", sigma))


def quadratic_gaps(problem: Quadratic, x: ArrayLike, sigma: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """psi - psi_sigma, |grad psi_sigma - grad psi| and dist(y_sigma, lower minimisers), each (points,).
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_forms_match_dense_definitions.

    With eigenpairs (l_i, u_i) of A A^T and r_i = u_i^T r: sigma/2 sum r_i^2 / (l_i (l_i + sigma)), sigma
    |(B + A K^T)^T sum u_i r_i / (l_i (l_i + sigma))|, sigma (sum r_i^2 / (l_i (l_i + sigma)^2))^(1/2).
    Raises InputError for bad x or sigma.
    """
    sigmas = positive_row("sigma", sigma)[:, None]
    values, vectors = np.linalg.eigh(problem.lower @ problem.lower.T)
    r = vectors.T @ _residual(problem, x)
    weights = r / (values * (values + sigmas))
    slopes = weights @ vectors.T @ _turned(problem)
    value = sigmas[:, 0] / 2 * (weights @ r)
    gradient = sigmas[:, 0] * np.linalg.norm(slopes, axis=1)
    drift = sigmas[:, 0] * np.sqrt((r**2 / (values * (values + sigmas) ** 2)).sum(axis=1))
    return value, gradient, drift


def quadratic_rounding(problem: Quadratic) -> float:
    """Relative rounding bound of `quadratic_gaps`: 64 m^2 cond(A A^T) 2^-53 times the cancellation in r and slopes.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_gaps_are_good_to_their_bound.

    A A^T and its eigenpairs are good to a few m units in norm (LAPACK's backward error, constant 64 m^2 taken), which
    the smallest eigenvalue magnifies by the condition number; the gaps are quadratic at most in what is rounded.
    """
    rows = problem.lower.shape[0]
    return float(64 * rows**2 * np.linalg.cond(problem.lower) ** 2 * 2.0**-52)


def smallest_eigenvalue(problem: Quadratic, sigma: float) -> float:
    """Smallest eigenvalue of the Hessian A^T A + sigma I of sigma f + g: the error-bound constant of that problem.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_forms_match_dense_definitions.
    """
    strength = positive("sigma", sigma)
    if not problem.unique:
        return strength
    return float(np.linalg.eigvalsh(problem.lower @ problem.lower.T)[0]) + strength


def penalty_calls_bound(
    tolerance: Any, sigma: Any, curvature: float, smoothness: float, slope: float, step_size: float, drop: float
) -> Any:
    """Gradient calls that the double loop of `double_loop.penalty_runs` needs at most for |psi'| <= tolerance.
    Derived: tests/models/bilevel/test_theory.py::test_penalty_calls_bound_by_hand.

    For psi of smoothness 1 / (4 step_size) and value `drop` above its minimum, f of smoothness L in y and slope at
    most C = `slope` in y, sigma <= tolerance mu / (8 L C), tolerance <= C. Bias and inner errors are each below
    tolerance/4, so each outer step lowers psi by 7/32 step_size tolerance^2 at least; inner errors shrink by 1/2 (on
    g) and 9/16 (on sigma f + g) per call, from a move of the minimiser that is at most 3 step_size times the
    largest |psi'| <= 2 C.
    """
    accuracy = sigma * tolerance / (8 * curvature)
    span = 1 + 6 * step_size * slope / accuracy
    outer = 1 + 32 * drop / (7 * step_size * tolerance**2)
    return outer * (6 + np.log2(span) + np.log(3 * span) / np.log(16 / 9))


def penalty_calls_floor(
    tolerance: Any, sigma: Any, curvature: float, slope: Any, step_size: float, distance: Any
) -> Any:
    """Gradient calls that the double loop of `double_loop.penalty_runs` needs at least to travel `distance` in x.
    Derived: tests/models/bilevel/test_theory.py::test_penalty_calls_floor_by_hand.

    Where f has the slope C = `slope` in y and none in x. Inner errors make the hypergradient C +- tolerance/4, so that
    a step moves x, and with it both minimisers, by step_size times that. Each call halves the distance to them: it
    takes 1 + log2(move/accuracy - 1) of them on g, and one more on sigma f + g, which is solved to half the accuracy.
    """
    accuracy = sigma * tolerance / (8 * curvature)
    least, most = (step_size * (slope + sign * tolerance / 4) for sign in (-1, 1))
    return distance / most * (3 + 2 * np.log2(least / accuracy - 1))


def momentum_error(
    fixed: tuple[float, float, float], gains: tuple[float, float], stds: tuple[float, float], steps: ArrayLike
) -> Floats:
    """E (m_T - Phi')^2 of BO-REP's momentum at a fixed x and y = y*(x), after T = steps, (points,), from z = m = 0.
    Derived: tests/models/bilevel/test_theory.py::test_momentum_error_is_the_mean_over_all_signs.

    fixed = (f_x, z*, mu c), z* = f_y / mu: z+ = (1 - nu mu) z + nu (f_y + a xi), m+ = beta m + (1 - beta)(f_x + mu c z+
    + b xi'), with gains = (nu mu, beta) and stds = (a / mu, b). The error is the bias of both filters, squared, and the
    sum of squared weights of every xi and xi'.
    """
    (direct, upper, cross), (rate, beta), (inner, outer) = fixed, gains, stds
    points = np.atleast_1d(np.asarray(steps, dtype=int))
    out = np.empty(points.size)
    for i, last in enumerate(points):
        ages = np.arange(last)  # of the draws, from the last step back
        through = np.convolve((1 - rate) ** ages, beta**ages)[:last] * (1 - beta) * rate * cross
        alone = beta**ages * (1 - beta)
        mean = through.sum() * upper + alone.sum() * direct
        bias = mean - (direct + cross * upper)
        out[i] = bias**2 + (through**2).sum() * inner**2 + (alone**2).sum() * outer**2
    return out


def lower_error(step: Any, curvature: Any, std: Any, steps: Any) -> Any:
    """E (y_T - y*)^2 after T noisy gradient steps on curvature/2 (y - y*)^2 from y*: step^2 std^2 (1-r^2T)/(1-r^2).
    Derived: tests/models/bilevel/test_theory.py::test_lower_error_is_a_geometric_sum.

    r = 1 - step curvature, no ball.
    """
    rest = 1 - step * curvature
    return step**2 * std**2 * (1 - rest ** (2 * steps)) / (1 - rest**2)


def hypergradient_variance(
    sigma: Any, slope: Any, curvature: Any, additive: Any, multiplicative: Any, batch: Any, common: bool
) -> Any:
    """Variance of the sampled penalty hypergradient of `kernels.hypergradient_errors`.
    Derived: tests/models/bilevel/test_theory.py::test_variance_forms_follow_from_independent_samples.

    Fresh samples: (2 s^2 + m^2 t^2) / (b sigma^2); common ones: m^2 t^2 / (b sigma^2), bounded as sigma -> 0, since
    t = y_sigma - z* = sigma |slope| / (mu + sigma).
    """
    shift = sigma * slope / (curvature + sigma)
    fresh = 0 if common else 2 * additive**2
    return (fresh + multiplicative**2 * shift**2) / (batch * sigma**2)


def penalised_hessian(sigma: Any, curvature: Any, coupling: Any) -> Any:
    """psi_sigma'' of f = 1/2 (x-c)^2 + 1/2 (y-d)^2, g = mu/2 (y - a x)^2: 1 + a^2 mu / (mu + sigma), a = coupling.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_gaps_by_hand_in_dimension_one.
    """
    return 1 + coupling**2 * curvature / (curvature + sigma)


def joint_curvature(sigma: Any, curvature: Any, coupling: Any) -> Any:
    """Largest eigenvalue of the Hessian of f + g / sigma in (x, y), f and g as in `penalised_hessian`.
    Derived: tests/models/bilevel/test_theory.py::test_quadratic_gaps_by_hand_in_dimension_one.

    The Hessian is I + mu / sigma (a, -1)^T (a, -1): 1 + mu (1 + a^2) / sigma.
    """
    return 1 + curvature * (1 + coupling**2) / sigma


def relaxed_smoothness(scale: Any, amplitude: Any = 0, frequency: Any = 0) -> tuple[Any, Any]:
    """(K0, K1) with |Phi''| <= K0 + K1 |Phi'| for Phi = cosh(a x) + c cos(b x), c >= 0: (a^2 + c b^2 + a c b, a).
    Derived: tests/models/bilevel/test_theory.py::test_relaxed_smoothness_constants_hold_and_are_least_for_cosh.

    cosh <= 1 + |sinh|, and |a sinh| <= |Phi'| + c b. Both constants are least for c = 0.
    """
    return scale**2 + amplitude * frequency**2 + scale * amplitude * frequency, scale


def descent_bound(gradient: Any, direction: Any, step_size: Any, k0: Any, k1: Any) -> Any:
    """Bound on Phi(x - step m / |m|) - Phi(x) where |Phi''| <= K0 + K1 |Phi'|; gradient = Phi'(x), direction = m.
    Derived: tests/models/bilevel/test_theory.py::test_descent_bound_integrates_the_growth_of_curvature.

    -step |Phi'| + 2 step |m - Phi'| + step^2 / 2 (K0 + K1 |Phi'|) e^(K1 step): along the step K0 + K1 |Phi'| grows by
    at most e^(K1 step) (Gronwall), and -Phi' m / |m| <= -|Phi'| + 2 |m - Phi'|.
    """
    growth = np.exp(k1 * step_size) * step_size**2 / 2 * (k0 + k1 * np.abs(gradient))
    return step_size * (2 * np.abs(direction - gradient) - np.abs(gradient)) + growth


def descent_threshold(scale: Any, start: Any) -> Any:
    """Step size 2 x0 / (a sinh(a x0)) beyond which gradient descent on cosh(a x) from x0 > 0 diverges.
    Derived: tests/models/bilevel/test_theory.py::test_descent_threshold_flips_the_first_step.

    |x| shrinks in a step if and only if step * a sinh(a x) / x < 2, whose left side increases in |x|: a first step
    that shrinks makes the next one safer, one that grows makes it worse. At the threshold x alternates in sign.
    """
    return 2 * start / (scale * np.sinh(scale * start))


def descent_entry_leading(scale: Any, start: Any, radius: Any) -> Any:
    """Steps of gradient descent from x0 into |x| <= r at a quarter of `descent_threshold`, to leading order.
    Derived: tests/models/bilevel/test_theory.py::test_entry_time_is_the_flow_of_cosh.

    The first step halves x; the rest is the gradient flow dx/dt = -step a sinh(a x):
    1 + 2 sinh(a x0) / (a x0) log(tanh(a x0 / 4) / tanh(a r / 2)).
    """
    flow = np.log(np.tanh(scale * start / 4) / np.tanh(scale * radius / 2))
    return 1 + 2 * np.sinh(scale * start) / (scale * start) * flow


def _residual(problem: Quadratic, x: ArrayLike) -> Floats:
    given = problem.point(np.asarray(x, dtype=float))
    return np.asarray(problem.coupling @ given - problem.lower @ _selected_target(problem, given))


def _selected_target(problem: Quadratic, x: Floats) -> Floats:
    return np.asarray(problem.lower_target - problem.mixing.T @ x)


def _turned(problem: Quadratic) -> Floats:
    """d r / d x = B + A K^T, (m, k)."""
    return np.asarray(problem.coupling + problem.lower @ problem.mixing.T)


def _gradient(problem: Quadratic, x: ArrayLike, sigma: float) -> Floats:
    given, A = problem.point(np.asarray(x, dtype=float)), problem.lower
    weights = np.linalg.solve(A @ A.T + sigma * np.eye(A.shape[0]), _residual(problem, given))
    direct = given - problem.upper_target + problem.mixing @ _selected_target(problem, given)
    return np.asarray(direct + _turned(problem).T @ weights)
