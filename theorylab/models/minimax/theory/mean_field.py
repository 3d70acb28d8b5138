"""Gaussian mean-field Langevin flows on a bilinear game: closed forms, in the complex mean m = E x + i E y.

The game is L(mu, nu) = c E x E y + lambda KL(mu|rho) - lambda KL(nu|rho), rho = N(0, s^2), pull k = lambda/s^2; its
equilibrium is (rho, rho), m = 0. Descent-ascent has m' = -k m + i c m; the averaged flow m' = -k m + i c a, a the mean
of m over the past with weights t^r.
"""

from __future__ import annotations

from typing import Any


def descent_ascent_mean(coupling: Any, pull: Any, time: Any, exponential: Any) -> Any:
    """Mean m(t)/m(0) = exp((i c - k) t) of mean-field descent-ascent
    Derived: tests/models/minimax/test_mean_field.py::test_flows_solve_their_equations.
    """
    return exponential((1j * coupling - pull) * time)


def averaged_mean(coupling: Any, pull: Any, power: Any, time: Any, kummer: Any) -> Any:
    """Averaged mean a(t)/m(0) = M((r+1)(1 - i c/k), r+2, -k t) of the averaged flow, M Kummer's function
    Derived: tests/models/minimax/test_mean_field.py::test_flows_solve_their_equations.

    `kummer(a, b, z)` as mpmath.hyp1f1. From t a'' + (r + 2 + k t) a' + (r+1)(k - i c) a = 0, a(0) = m(0).
    """
    return kummer((power + 1) * (1 - 1j * coupling / pull), power + 2, -pull * time)


def averaged_limit(coupling: Any, pull: Any, power: Any, gamma: Any) -> Any:
    """Limit Gamma(r+2)/|Gamma(1 + i (r+1) c/k)| of (k t)^(r+1) |a(t)|/|m(0)|
    Derived: tests/models/minimax/test_mean_field.py::test_the_averaged_mean_falls_as_a_power.

    The last mean m = a + t a'/(r+1) has c/k times it.
    """
    return gamma(power + 2) / abs(gamma(1 + 1j * (power + 1) * coupling / pull))


def exponential_weights_limit(pull: Any) -> Any:
    """Coupling sqrt(k) (1 + k) beyond which the averaged flow with weights e^t diverges
    Derived: tests/models/minimax/test_mean_field.py::test_exponential_weights_lose_stability.
    """
    return pull**0.5 * (1 + pull)


def largest_time_step(coupling: Any, pull: Any) -> Any:
    """Time step 2 k/(k^2 + c^2) beyond which discrete descent-ascent diverges
    Derived: tests/models/minimax/test_mean_field.py::test_discrete_steps_by_hand.
    """
    return 2 * pull / (pull**2 + coupling**2)


def discrete_variance(pull: Any, spread: Any, time_step: Any) -> Any:
    """Stationary variance s^2/(1 - k h/2) of Langevin steps h: x+ = x - h k x + sqrt(2 k s^2 h) xi
    Derived: tests/models/minimax/test_mean_field.py::test_discrete_steps_by_hand.
    """
    return spread**2 / (1 - pull * time_step / 2)


def equilibrium_gap(coupling: Any, pull: Any, first: Any, second: Any) -> Any:
    """Nikaido-Isoda error (k + c^2/k)(E x^2 + E y^2 of the means)/2, variances s^2
    Derived: tests/models/minimax/test_mean_field.py::test_the_gap_over_all_laws.

    max_nu L(mu, nu) - min_mu L(mu, nu), over all laws; lambda times both Kullback-Leibler divergences is k |m|^2/2.
    """
    return (pull + coupling**2 / pull) * (first**2 + second**2) / 2


def best_response_factor(coupling: Any, pull: Any, weight: Any, kept: Any = 0) -> Any:
    """Factor 1 - b + i b (1 - kept) c/k on m of the anchored best response with weight b; `kept` = e^(-k tau)
    Derived: tests/models/minimax/test_mean_field.py::test_best_responses_by_hand.

    Inner Langevin flows run for a time tau from rho, and reach 1 - e^(-k tau) of the best response's mean.
    """
    return 1 - weight + 1j * weight * (1 - kept) * coupling / pull


def best_response_limit(coupling: Any, pull: Any) -> Any:
    """Weight 2/(1 + (c/k)^2) beyond which anchored best responses diverge; half of it contracts fastest
    Derived: tests/models/minimax/test_mean_field.py::test_best_responses_by_hand.
    """
    return 2 / (1 + (coupling / pull) ** 2)


def shifted_equilibrium(coupling: Any, pull: Any, linear: Any, kept: Any = 0) -> Any:
    """Mean m of the game with a E x - b E y added, linear = a + i b: -(1 - e)/(k - i (1 - e) c) linear, e = `kept`
    Derived: tests/models/minimax/test_mean_field.py::test_best_responses_by_hand.

    The equilibrium at kept = 0, and what best responses cut off at time tau settle at for kept = e^(-k tau).
    """
    share = 1 - kept
    return -share * linear / (pull - 1j * share * coupling)
