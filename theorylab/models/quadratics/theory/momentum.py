"""SGD with momentum in its theory form, m' = beta m + (1 - beta) g, x' = x - step_size m', beside SGD."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from scipy.special import lambertw


def momentum_variance(step_size: Any, beta: Any, curvature: Any, noise_std: Any) -> Any:
    """Stationary variance eta s^2 / (h (2 - eta h (1 - beta) / (1 + beta))) of x.
    Derived: tests/models/quadratics/test_momentum.py::test_stationary_variance_solves_the_lyapunov_equation.
    """
    eta, h = step_size, curvature
    return eta * noise_std**2 / (h * (2 - eta * h * (1 - beta) / (1 + beta)))


def momentum_limit(beta: Any, curvature: Any) -> Any:
    """Step size 2 (1 + beta) / ((1 - beta) h) beyond which the mean diverges; 2 / h for SGD, beta = 0.
    Derived: tests/models/quadratics/test_momentum.py::test_at_the_limit_a_root_is_minus_one.
    """
    return 2 * (1 + beta) / ((1 - beta) * curvature)


def momentum_lag_leading(time: float) -> float:
    """Limit of (E x of momentum - E x of SGD) / (eta h beta / (1 - beta)) at eta h t = time, per unit of the start:
    (1 - time) e^-time. Derived: tests/models/quadratics/test_momentum.py::test_lag_at_small_step_sizes.

    From m_0 = 0, which starts one memory late (+1); the slow root then falls by eta h beta / (1 - beta) faster (-time).
    """
    return (1 - time) * math.exp(-time)


def averaged_rates(step_sizes: Sequence[Any], betas: Sequence[Any]) -> list[Any]:
    """Weight of each gradient in all later updates, (1 - beta_k) sum_{s >= k} eta_s prod_{k < r <= s} beta_r.
    Derived: tests/models/quadratics/test_momentum.py::test_averaged_rates_of_three_steps_by_hand.

    The step size that SGD has to use in place of a schedule with momentum, up to the last step of the schedule.
    """
    rates, kept = [], 0 * step_sizes[-1]
    for k in range(len(step_sizes) - 1, -1, -1):
        kept = step_sizes[k] + (betas[k + 1] * kept if k + 1 < len(betas) else 0)
        rates.append((1 - betas[k]) * kept)
    return rates[::-1]


def label_noise_balance(step_size: float, time: float) -> float:
    """E (u^2 - v^2) of SGD from (1, 0) at eta^2 sigma^2 k = time, to an error of order eta^2.
    Derived: tests/models/quadratics/test_momentum.py::test_balance_of_the_label_noise_valley.

    A step multiplies D = u^2 - v^2 by 1 - eta^2 g^2, g the residual, E g^2 = 2 sigma^2 / (2 - eta D) at rest across the
    valley: D exp(-eta D / 2) = exp(-eta / 2 - time), exp(-time) to leading order.
    """
    half = step_size / 2
    return float(-lambertw(-half * math.exp(-half - time)).real / half)
