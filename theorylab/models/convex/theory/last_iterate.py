"""Schedules and bounds for the last iterate x_T of subgradient steps x_(t+1) = x_t - eta_t g_t, t = 1..T.

T gradients are seen, T - 1 steps count. D is the distance from x_1 to the comparator u, G_t bounds |g_t|. With weights
w_t > 0 and tails w_(t+1) + ... + w_T, any z_(t+1) = z_t + Delta_t and x_(t+1) = x_t + (tail_(t+1)/total) Delta_t have

    f(x_T) - f(u) <= (1/total) sum_t w_t <g_t, z_t - u>,  g_t a subgradient at x_t:

regret of z becomes the gap of the last x.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def tails(weights: ArrayLike) -> Floats:
    """Share of the weights still to come after step t, tail_(t+1)/total (T,): the factor on Delta_t
    Derived: tests/models/convex/test_last_iterate.py::test_the_reduction_holds_for_any_moves.
    """
    w = np.asarray(weights, dtype=float)
    return np.asarray((w[::-1].cumsum()[::-1] - w) / w.sum())


def weighted_schedule(weights: ArrayLike, norms: ArrayLike, distance: float) -> Floats:
    """Step sizes eta_t = D/sqrt(sum w^2 G^2) w_t tail_(t+1)/total, (T,)
    Derived: tests/models/convex/test_last_iterate.py::test_bounds_of_schedules_hold_on_random_functions.
    """
    w, G = np.asarray(weights, dtype=float), np.asarray(norms, dtype=float)
    return np.asarray(distance / math.sqrt(float((w**2 * G**2).sum())) * w * tails(w))


def weighted_bound(weights: ArrayLike, norms: ArrayLike, distance: float) -> float:
    """Bound D sqrt(sum w^2 G^2)/sum w on the last iterate's gap under `weighted_schedule`
    Derived: tests/models/convex/test_last_iterate.py::test_bounds_of_schedules_hold_on_random_functions.

    Least, D/sqrt(sum G^-2), at w = G^-2 (Cauchy-Schwarz).
    """
    w, G = np.asarray(weights, dtype=float), np.asarray(norms, dtype=float)
    return distance * math.sqrt(float((w**2 * G**2).sum())) / float(w.sum())


def linear_decay(distance: Any, lipschitz: Any, horizon: Any, step: Any) -> Any:
    """Step size D/(G sqrt T) (1 - t/T) at step t = 1..T
    Derived: tests/models/convex/test_last_iterate.py::test_equal_weights_give_linear_decay.
    """
    return distance / (lipschitz * horizon**0.5) * (1 - step / horizon)


def scaled_decay_bound(scale: Any, distance: Any, lipschitz: Any, steps: Any) -> Any:
    """Bound (s + 1/s)/2 D G/sqrt T on the last iterate's gap under s times linear decay
    Derived: tests/models/convex/test_last_iterate.py::test_bounds_of_schedules_hold_on_random_functions.
    """
    return (scale + 1 / scale) / 2 * distance * lipschitz / steps**0.5


def short_decay_gap(scale: Any, distance: Any, lipschitz: Any, steps: Any) -> Any:
    """Gap (1 + 1/T) D G/(2 s sqrt T) of s times linear decay on |x| G/(s sqrt T), s sqrt T >= 1
    Derived: tests/models/convex/test_last_iterate.py::test_a_short_schedule_ends_half_way.
    """
    return (1 + 1 / steps) * distance * lipschitz / (2 * scale * steps**0.5)


def schedule_terms(step_sizes: ArrayLike, norms: ArrayLike) -> tuple[float, float]:
    """A and B of the bound A D^2 + B on the last iterate's gap, for any schedule eta_1..eta_T > 0
    Derived: tests/models/convex/test_last_iterate.py::test_the_bound_of_any_schedule_telescopes.

    A = 1/(2 S_1), B = Q_1/(2 S_1) + 1/2 sum_(k<T) eta_k Q_k/(S_k S_(k+1)), S_k and Q_k the sums of eta_t and
    eta_t^2 G_t^2 from k on.
    """
    eta, G = np.asarray(step_sizes, dtype=float), np.asarray(norms, dtype=float)
    S, Q = eta[::-1].cumsum()[::-1], ((eta * G) ** 2)[::-1].cumsum()[::-1]
    rest = float((eta[:-1] * Q[:-1] / (S[:-1] * S[1:])).sum())
    return float(1 / (2 * S[0])), float(Q[0] / (2 * S[0])) + rest / 2


def best_scaled_bound(step_sizes: ArrayLike, norms: ArrayLike, distance: float) -> float:
    """Bound of `schedule_terms` at the best multiple of the schedule, 2 D sqrt(A B)
    Derived: tests/models/convex/test_last_iterate.py::test_the_bound_of_any_schedule_telescopes.
    """
    a, b = schedule_terms(step_sizes, norms)
    return 2 * distance * math.sqrt(a * b)


def shape(name: str, steps: int) -> Floats:
    """Step sizes of a shape, (T,), t = 1..T: 'linear' (T-t+1)/T, 'cosine', 'root' 1/sqrt t, 'constant'
    Derived: tests/models/convex/test_last_iterate.py::test_shapes_by_hand.

    All are > 0 at t = T, where `schedule_terms` asks for it.
    """
    t = np.arange(1, steps + 1)
    forms = {"linear": (steps - t + 1) / steps, "cosine": (1 + np.cos(np.pi * (t - 1) / steps)) / 2,
             "root": t**-0.5, "constant": np.ones(steps)}  # fmt: skip
    return np.asarray(forms[name], dtype=float)
