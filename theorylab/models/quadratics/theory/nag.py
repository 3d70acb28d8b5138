"""NAG-GS on quadratics: spectrum, optimal and critical steps, covariance at rest; constant gamma unless said otherwise.

Per curvature lam the scheme of `model.nag_gs` has trace and determinant

    det = gamma / ((1 + a)(gamma + a mu)),   trace = (w - a^2 lam) / ((1 + a)(gamma + a mu)),
    w = a^2 mu + a gamma + a mu + 2 gamma.
"""

from __future__ import annotations

from typing import Any


def optimal_step(mu: Any, gamma: Any, largest: Any) -> Any:
    """Step alpha_c = (mu + gamma + 2 sqrt(gamma L)) / (L - mu) (leplat2022naggs, authors' notebook, read).

    There the eigenvalues at lam = L are equal. 2 sqrt(mu) / (sqrt L - sqrt mu) at gamma = mu.
    """
    return (mu + gamma + 2 * (gamma * largest) ** 0.5) / (largest - mu)


def critical_step(mu: Any, gamma: Any, largest: Any) -> Any:
    """Step (mu + gamma + sqrt(gamma^2 - 6 gamma mu + mu^2 + 4 gamma L)) / (L - 2 mu) (leplat2022naggs, notebook, read).

    For mu < L / 2: there an eigenvalue at lam = L is -1. For mu >= L / 2 no step is unstable.
    """
    return (mu + gamma + (gamma**2 - 6 * gamma * mu + mu**2 + 4 * gamma * largest) ** 0.5) / (largest - 2 * mu)


def optimal_rate(condition: Any) -> Any:
    """Rate (sqrt(kappa) - 1) / (sqrt(kappa) + 1) at the optimal step with gamma = mu.
    Derived: tests/models/quadratics/test_nag.py::test_rates_at_the_optimal_step.
    """
    return (condition**0.5 - 1) / (condition**0.5 + 1)


def optimal_path(condition: Any, steps: Any) -> Any:
    """x_k / x_0 = (-rho)^k (1 - k (1 + 1 / rho)) at lam = L from v_0 = x_0, at the optimal step with gamma = mu.
    Derived: tests/models/quadratics/test_nag.py::test_at_the_optimal_step_paths_at_the_largest_curvature.

    rho is `optimal_rate`: the matrix is one Jordan block, x_k falls as k rho^k.
    """
    rho = optimal_rate(condition)
    return (1 - 2 * (steps % 2)) * rho**steps * (1 - steps * (1 + 1 / rho))


def complex_rate(alpha: Any, mu: Any, gamma: Any) -> Any:
    """Rate 1 / sqrt((1 + a)(1 + a mu / gamma)), the root of the determinant, where eigenvalues are complex.
    Derived: tests/models/quadratics/test_nag.py::test_rates_at_the_optimal_step.
    """
    return ((1 + alpha) * (1 + alpha * mu / gamma)) ** -0.5


def unequal_rate(alpha: Any, mu: Any, gamma: float) -> Any:
    """Rate at the optimal step for any gamma: 1 / (1 + min(a, a mu / gamma)), the larger eigenvalue at lam = mu.
    Derived: tests/models/quadratics/test_nag.py::test_rates_at_the_optimal_step.
    """
    return 1 / (1 + alpha * min(1.0, mu / gamma))


def gamma_path(start: Any, mu: Any, alpha: Any, steps: Any) -> Any:
    """gamma_k = mu + (gamma_0 - mu) (1 + alpha)^-k of gamma' = (gamma + alpha mu) / (1 + alpha).
    Derived: tests/models/quadratics/test_nag.py::test_gamma_comes_to_mu.
    """
    return mu + (start - mu) * (1 + alpha) ** (-steps)


def rest_covariance(alpha: Any, mu: Any, gamma: Any, curvature: Any, diffusion: Any) -> tuple[Any, Any, Any]:
    """E x^2, E x v, E v^2 at rest: E x^2 = sigma^2 gamma^2 w / (lam (gamma + mu + a mu)(2 w - a^2 lam)),
    E x v = E x^2 (1 - a (1 + a) lam / w), E v^2 = E x^2 (1 + 2 (1 + a) lam / w).
    Derived: tests/models/quadratics/test_nag.py::test_covariance_at_rest_solves_the_lyapunov_equation.

    With gradient noise of deviation s in place of the diffusion, sigma^2 = alpha s^2 / gamma^2. For alpha -> 0 it is
    sigma^2 gamma^2 / (2 lam (gamma + mu)) (1, 1, 1 + lam / gamma), that of the stochastic differential equation.
    """
    w = alpha**2 * mu + alpha * gamma + alpha * mu + 2 * gamma
    square = diffusion**2 * gamma**2 * w / (curvature * (gamma + mu + alpha * mu) * (2 * w - alpha**2 * curvature))
    pull = (1 + alpha) * curvature / w
    return square, square * (1 - alpha * pull), square * (1 + 2 * pull)
