"""Closed forms: adaptive methods' limits, SAM on quadratics, moments of integrators of linear equations.

Plain arithmetic, so that floats, arrays and SymPy symbols go through; each is derived in tests/sde. Where a form is
that of a paper, its shape was recalled and the form derived here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_continuous_lyapunov, solve_discrete_lyapunov
from scipy.special import ive

from theorylab.errors import require
from theorylab.models.sde.model import Limit, square
from theorylab.numerics.arguments import number, positive

Floats = NDArray[np.float64]


def adaptive_stationary_variance(curvature: Any, noise: Any, epsilon: Any, covariance: Any = 1) -> Any:
    """Stationary Var x = noise^2 C / (2 h P), P = noise sqrt(C) + epsilon: the limits of RMSprop and of Adam alike.
    Derived: tests/models/sde/test_theory.py::test_adaptive_variance_is_at_rest_under_both_limits.

    f = h x^2 / 2, gradient noise of covariance C. It depends neither on the momentum nor on the averaging rates.
    """
    return noise**2 * covariance / (2 * curvature * (noise * covariance**0.5 + epsilon))


def adaptive_stationary_cosine(limit: Limit) -> float:
    """Stationary E cos x of the limit of RMSprop on height (1 - cos x): I_1(k) / I_0(k), k = 2 height P / noise^2.
    Derived: tests/models/sde/test_theory.py::test_stationary_cosine_matches_quadrature.

    u = 1 there, and x has the density exp(k cos x), up to its constant.
    """
    k = 2 * limit.height * (limit.noise + limit.epsilon) / limit.noise**2
    return float(ive(1, k) / ive(0, k))


def adaptive_stationary_covariance(hessian: ArrayLike, covariance: ArrayLike, noise: float, epsilon: float) -> Floats:
    """Stationary covariance S (d, d) of dx = -P^-1 (H x dt + noise C^(1/2) dW).
    Derived: tests/models/sde/test_theory.py::test_stationary_covariance_solves_its_equation.

    P^-1 H S + S H P^-1 = noise^2 P^-1 C P^-1, P = diag(noise sqrt(C_ii) + epsilon).
    Raises InputError unless H is positive definite and C_ii > 0.
    """
    h = square("hessian", hessian)
    c = square("covariance", covariance, h.shape[0])
    positive("noise", noise)
    number("epsilon", epsilon, least=0.0)
    require((np.linalg.eigvalsh(h) > 0).all(), "hessian must be positive definite: no stationary law exists else")
    require((np.diag(c) > 0).all(), "covariance has a diagonal entry <= 0: every direction needs noise")
    inverse = np.diag(1 / (noise * np.sqrt(np.diag(c)) + epsilon))
    return np.asarray(solve_continuous_lyapunov(inverse @ h, noise**2 * inverse @ c @ inverse))


def adaptive_covariance_slope(
    hessian: ArrayLike, covariance: ArrayLike, limit: Limit, *, old_denominator: bool = False
) -> Floats:
    """Slope (d, d) in eta^2, at 0, of RMSprop's stationary E x x^T on x^T H x / 2 with normal noise of covariance C.
    Derived: tests/models/sde/test_covariance.py::test_the_slope_is_that_of_runs_at_two_steps.

    Moments of x and v = u - diag C at rest, each to first order in e = eta^2, a(u) = 1 / (noise sqrt(u) + epsilon):
    E v_i = e (H S H)_ii / noise^2, E v_i v_j = e rate C_ij^2, and E x x^T v_j from what a step adds to it; the new v in
    the denominator feels the step's own noise, E (z^2 - C) z = 0 at rest but 2 C times the gradient's share away from
    it. Raises InputError as `adaptive_stationary_covariance`.
    """
    h, c, noise, rate = square("hessian", hessian), square("covariance", covariance), limit.noise, limit.rate
    s, level = adaptive_stationary_covariance(h, c, noise, limit.epsilon), np.diag(c)
    a = 1 / (noise * level**0.5 + limit.epsilon)
    first = -(a**2) * noise / (2 * level**0.5)  # a'(u), a''(u)
    second = 2 * first**2 / a + a**2 * noise / (4 * level**1.5)
    pull, push = s @ h, h @ s @ h  # E x f^T, E f f^T of the gradient f = H x
    drift, spread = np.diag(push) / noise**2, rate * c**2  # E v, E v v^T
    move, term = a[:, None] * h, np.empty_like(s)
    for j in range(level.size):  # E x x^T v_j
        late = np.outer(first * spread[:, j], a)
        mixed = (first * spread[:, j])[:, None] * pull.T + 2 * rate * np.outer(a * c[:, j], pull[:, j])
        gain = noise**2 * c * (np.outer(a, a) * drift[j] + late + late.T) - mixed - mixed.T
        gain += 2 * rate * noise**2 * np.outer(a * c[:, j], a * c[:, j])
        gain += rate / noise**2 * (s * push[j, j] + 2 * np.outer(pull[:, j], pull[:, j]))
        held = solve_continuous_lyapunov(move + rate / 2 * np.eye(level.size), gain)
        own = 0.0 if old_denominator else 2 * rate * first[j] * level[j]
        term[:, j] = first[j] * held @ h[:, j] + (second[j] * spread[j, j] / 2 + own) * pull[:, j]
    shift = first * drift + second * np.diag(spread) / 2
    if not old_denominator:
        shift = shift + 2 * rate * first * level
    gain = np.outer(shift, a) + np.outer(a, shift) + np.outer(first, first) * spread
    return np.asarray(solve_continuous_lyapunov(move, noise**2 * c * gain + np.outer(a, a) * push - term - term.T))


def svag_skewness(factor: Any) -> Any:
    """Third moment of (r1 z1 + r2 z2) / l over that of z: (3 l^2 - 1) / (2 l^3), l = factor.
    Derived: tests/models/sde/test_theory.py::test_svag_weights_keep_the_mean_and_scale_covariance_and_third_moment.
    """
    return (3 * factor**2 - 1) / (2 * factor**3)


def second_moment_variance(decay: Any, fourth_moment: Any, steps: Any) -> Any:
    """Var u_k after `steps` of u <- b u + (1 - b) z^2 from a fixed start: (1-b)/(1+b) (E z^4 - 1) (1 - b^(2k)).
    Derived: tests/models/sde/test_theory.py::test_second_moment_variance_is_the_recursion.
    """
    return (1 - decay) / (1 + decay) * (fourth_moment - 1) * (1 - decay ** (2 * steps))


def usam_contraction(step_size: Any, curvature: Any, radius: Any) -> Any:
    """Mean factor per step of USAM on h x^2 / 2: 1 - eta h (1 + rho h). Gradient descent at rho = 0.
    Derived: tests/models/sde/test_theory.py::test_usam_forms_follow_from_its_linear_step.
    """
    return 1 - step_size * curvature * (1 + radius * curvature)


def usam_stationary_variance(step_size: Any, curvature: Any, radius: Any, noise_std: Any) -> Any:
    """Stationary Var x of USAM on h x^2 / 2: eta (1 + rho h) s^2 / (2 h - eta h^2 (1 + rho h)), exact.
    Derived: tests/models/sde/test_theory.py::test_usam_forms_follow_from_its_linear_step.
    """
    bend = 1 + radius * curvature
    return step_size * bend * noise_std**2 / (2 * curvature - step_size * curvature**2 * bend)


def usam_limit_variance(step_size: Any, curvature: Any, radius: Any, noise_std: Any, correction: Any = 1) -> Any:
    """Stationary Var x of the diffusion: eta s^2 (1 + 2 c rho h) / (2 h (1 + rho h)); c = 0 drops the covariance S1.
    Derived: tests/models/sde/test_theory.py::test_usam_limit_variance_is_that_of_an_ornstein_uhlenbeck_process.
    """
    bend = 1 + radius * curvature
    return step_size * noise_std**2 * (1 + 2 * correction * radius * curvature) / (2 * curvature * bend)


def usam_loss_ratio(step_size: Any, curvature: Any, radius: Any) -> Any:
    """Stationary loss of USAM over SGD's on h x^2 / 2: (1 + rho h)(2 - eta h) / (2 - eta h (1 + rho h)), exact.
    Derived: tests/models/sde/test_theory.py::test_usam_forms_follow_from_its_linear_step.
    """
    bend = 1 + radius * curvature
    return bend * (2 - step_size * curvature) / (2 - step_size * curvature * bend)


def usam_covariance(step_size: float, hessian: ArrayLike, covariance: ArrayLike, radius: float) -> Floats:
    """Stationary covariance (d, d) of USAM on x^T H x / 2: C = M C M + eta^2 K S K, K = 1 + rho H, M = 1 - eta H K.
    Derived: tests/models/sde/test_theory.py::test_usam_covariance_is_the_variance_in_dimension_one.

    Raises InputError where M is not a contraction.
    """
    h = square("hessian", hessian)
    s = square("covariance", covariance, h.shape[0])
    bend = np.eye(h.shape[0]) + number("radius", radius, least=0.0) * h
    step = np.eye(h.shape[0]) - positive("step_size", step_size) * h @ bend
    top = float(np.abs(np.linalg.eigvals(step)).max())
    require(top < 1, f"step_size={step_size:g} is unstable: the mean factor reaches {top:.4g}; lower it below 1")
    return np.asarray(solve_discrete_lyapunov(step, step_size**2 * bend @ s @ bend))


def usam_moments(
    step_size: float, curvature: float, radius: float, noise_std: float, start: float, steps: int
) -> tuple[float, float]:
    """E x and E x^2 of USAM on h x^2 / 2 after `steps`, exact.
    Derived: tests/models/sde/test_theory.py::test_usam_moments_match_the_recursion_and_the_limit_its_equations.
    """
    m = usam_contraction(step_size, curvature, radius)
    kick = (step_size * (1 + radius * curvature) * noise_std) ** 2
    geometric = float(steps) if m * m == 1 else (1 - m ** (2 * steps)) / (1 - m * m)
    return start * m**steps, start**2 * m ** (2 * steps) + kick * geometric


def usam_limit_moments(
    step_size: float, curvature: float, radius: float, noise_std: float, start: float, time: float
) -> tuple[float, float]:
    """E x and E x^2 at `time` of dx = -h (1 + rho h) x dt + sqrt(eta (1 + 2 rho h)) s dW; rho = 0 is that of SGD.
    Derived: tests/models/sde/test_theory.py::test_usam_moments_match_the_recursion_and_the_limit_its_equations.
    """
    pull = curvature * (1 + radius * curvature)
    decay = float(np.exp(-pull * time))
    variance = step_size * noise_std**2 * (1 + 2 * radius * curvature)
    spread = variance * time if pull == 0 else variance * (1 - decay**2) / (2 * pull)
    return start * decay, start**2 * decay**2 + spread


def sam_orbit(step_size: Any, curvature: Any, radius: Any) -> Any:
    """|x| of the two-cycle of full-batch SAM x <- x - eta h (x + rho sign x): eta |h| rho / |2 - eta h|.
    Derived: tests/models/sde/test_theory.py::test_sam_two_cycle_returns_with_the_opposite_sign.
    """
    return step_size * abs(curvature) * radius / abs(2 - step_size * curvature)


def usam_saddle_radius(curvature: Any) -> Any:
    """Radius beyond which USAM draws in a direction of negative curvature: -1 / curvature.
    Derived: tests/models/sde/test_theory.py::test_usam_saddle_radius_is_where_the_factor_is_one.
    """
    return -1 / curvature


def euler_moments(growth: Any, volatility: Any, time_step: Any, steps: Any) -> tuple[Any, Any, Any]:
    """E Y, E Y^2, E Y X of Euler-Maruyama Y and exact X of dX = a X dt + b X dW, X_0 = 1, driven by the same W.
    Derived: tests/models/sde/test_theory.py::test_integrator_moments_follow_from_one_normal_step.
    """
    a, b, h = growth, volatility, time_step
    return (
        (1 + a * h) ** steps,
        ((1 + a * h) ** 2 + b**2 * h) ** steps,
        (1 + a * h + b**2 * h) ** steps * _exp(a * h * steps),
    )


def milstein_moments(growth: Any, volatility: Any, time_step: Any, steps: Any) -> tuple[Any, Any, Any]:
    """E Y, E Y^2, E Y X of Milstein's method, as `euler_moments`.
    Derived: tests/models/sde/test_theory.py::test_integrator_moments_follow_from_one_normal_step.
    """
    a, b, h = growth, volatility, time_step
    extra = b**4 * h**2 / 2
    return (
        (1 + a * h) ** steps,
        ((1 + a * h) ** 2 + b**2 * h + extra) ** steps,
        (1 + a * h + b**2 * h + extra) ** steps * _exp(a * h * steps),
    )


def exact_moments(growth: Any, volatility: Any, time: Any) -> tuple[Any, Any]:
    """E X and E X^2 of dX = a X dt + b X dW at `time`, X_0 = 1.
    Derived: tests/models/sde/test_theory.py::test_exact_moments_solve_their_equations.
    """
    return _exp(growth * time), _exp((2 * growth + volatility**2) * time)


def _exp(value: Any) -> Any:
    """exp of numbers, arrays and symbols."""
    numeric = isinstance(value, (float, int, np.ndarray, np.number))
    return np.exp(value) if numeric else sympy.exp(value)
