"""Scalar AdaGrad: how large its sum of squared gradients gets, and the gradients of its noisy phase."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.numerics.arguments import increasing_steps, number, positive, positive_row

Floats = NDArray[np.float64]


def root_sum_bound(gap: float, smoothness: float, step_size: float, gamma: float) -> float:
    """Bound on sqrt(S_T) without noise, for every T: the largest y with y = gamma + D/eta + beta eta log(y / gamma).
    Derived: tests/models/adaptive/test_norm.py::test_root_of_the_sum_solves_its_equation_by_lambert.

    D = f(w_1) - inf f. Summed over steps, f(w_{t+1}) <= f(w_t) - eta_t |g_t|^2 + beta/2 eta_t^2 |g_t|^2 with
    sum |g|^2 / S_t <= log(S_T / gamma^2) and eta_t >= eta / sqrt(S_T). So the mean of |grad f|^2 is at most y^2 / T.
    """
    first = positive("gamma", gamma) + number("gap", gap, least=0.0) / positive("step_size", step_size)
    slope = positive("smoothness", smoothness) * step_size
    y = 2 * first + 4 * slope * (1 + np.log1p(slope / gamma) + np.log1p(first / gamma))  # above the root
    for _ in range(100):  # Newton from above: the equation is convex
        after = y - (y - first - slope * np.log(y / gamma)) / (1 - slope / y)
        if not after < y:
            break
        y = after
    return float(y)


def slow_root_sum_leading(gap: Any, step_size: Any, gamma: Any) -> Any:
    """sqrt(S_T) as T grows, without noise, for small step sizes: gamma + D / (2 eta).
    Derived: tests/models/adaptive/test_norm.py::test_slow_flow_conserves_loss_plus_root.

    In the flow dw = -eta grad f / sqrt(S) dt, dS = |grad f|^2 dt: f + 2 eta sqrt(S) stays. Half of what the bound says.
    """
    return gamma + gap / (2 * step_size)


def convex_gap_bound(distance_squared: Any, step_size: Any, total: Any, steps: Any) -> Any:
    """Bound on the mean of f(w_t) - f* over T steps, f convex: (R^2 / (2 eta) + eta) sqrt(S_T) / T.
    Derived: tests/models/adaptive/test_norm.py::test_convex_gap_is_the_sum_of_two_telescopes.

    R^2: the largest |w_t - w*|^2 up to T + 1.
    """
    return (distance_squared / (2 * step_size) + step_size) * total**0.5 / steps


def noisy_gradient_leading(step_size: Any, noise: Any, trace: Any, dimension: Any, steps: Any) -> Any:
    """Mean over t <= T of E |grad f|^2 under noise of size sigma, f = w^T H w / 2: eta sigma tr H / (d sqrt T).
    Derived: tests/models/adaptive/test_norm.py::test_noisy_gradient_by_hand_in_dimension_one.

    eta_t is nearly eta / (sigma sqrt t), and E |grad f(w_t)|^2 = eta_t sigma^2 tr H / (2 d).
    """
    return step_size * noise * trace / (dimension * steps**0.5)


def noisy_gradient(
    eigenvalues: ArrayLike, start: ArrayLike, step_size: float, gamma: float, noise: float, steps: ArrayLike
) -> Floats:
    """Mean over t <= T of E |grad f|^2 on a quadratic with S_t replaced by its mean, T = steps >= 1, (points,).
    Derived: tests/models/adaptive/test_norm.py::test_noisy_gradient_by_hand_in_dimension_one.

    Second moments m_i <- (1 - eta_t l_i)^2 m_i + eta_t^2 sigma^2 / d, eta_t = eta / sqrt(gamma^2 + sum of sigma^2 +
    sum_i l_i^2 m_i). An approximation: S_t varies, and its g_t is the one that it divides.
    """
    lam, rows = positive_row("eigenvalues", eigenvalues), increasing_steps(steps, least=1)
    m, out, squares, total = np.asarray(start, dtype=float) ** 2 * np.ones(lam.size), np.empty(rows.size), 0.0, gamma**2
    t = 0
    for j, last in enumerate(rows):
        while t < last:
            now = float(lam**2 @ m)
            squares += now
            total += now + noise**2
            rate = step_size / total**0.5
            m = (1 - rate * lam) ** 2 * m + rate**2 * noise**2 / lam.size
            t += 1
        out[j] = squares / t
    return out
