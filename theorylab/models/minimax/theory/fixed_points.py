"""Fixed-point iterations: Halpern, Krasnoselskii-Mann, proximal point; closed forms on modes, worst modes, bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from theorylab.errors import require

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def halpern_difference(multiplier: Any, steps: Any) -> Any:
    """x_k - T x_k of Halpern on a mode of T: (1 - T^(k+1)) / (k+1), since x_k is the mean of 1, T, ..., T^k.
    Derived: tests/models/minimax/test_theory.py::test_halpern_closed_form_is_the_recursion.
    """
    return (1 - multiplier ** (steps + 1)) / (steps + 1)


def halpern_bound(steps: Any, distance: Any = 1) -> Any:
    """2 D / (k+1) >= |x_k - T x_k| for every nonexpansive T (Lieder 2021); equality at T = e^(i pi/(k+1)).
    (lieder2021halpern, convergence rate, recalled).
    """
    return 2 * distance / (steps + 1)


def halpern_worst_angle(steps: Any) -> Any:
    """pi / (k+1): there T^(k+1) = -1, and `halpern_difference` is largest.
    Derived: tests/models/minimax/test_certificates.py::test_halpern_on_cocoercive_operators_is_certified_and_tight.
    """
    return np.pi / (steps + 1)


def krasnoselskii_mann_difference(multiplier: Any, steps: Any, relaxation: Any = 0.5) -> Any:
    """x_k - T x_k of Krasnoselskii-Mann with relaxation t on a mode of T: (1 - T)(1 - t + t T)^k.
    Derived: tests/models/minimax/test_theory.py::test_krasnoselskii_mann_closed_form_is_the_recursion.
    """
    return (1 - multiplier) * (1 - relaxation + relaxation * multiplier) ** steps


def krasnoselskii_mann_worst(steps: Any, relaxation: Any = 0.5) -> Any:
    """Largest |x_k - T x_k| over all rotations: (k/(k+1))^(k/2) / (t (1-t) (k+1))^(1/2), for 4 t (1-t)(k+1) >= 1.
    Derived: tests/models/minimax/test_theory.py::test_worst_modes_are_stationary_points.

    max_s 2 s (1 - 4 t (1-t) s^2)^(k/2), s = sin(a/2), at 4 t (1-t)(k+1) s^2 = 1. With fewer steps the worst angle is
    pi, of residual 2 |1 - 2t|^k.
    """
    return (steps / (steps + 1)) ** (steps / 2) / (relaxation * (1 - relaxation) * (steps + 1)) ** 0.5


def krasnoselskii_mann_worst_angle(steps: Any, relaxation: Any = 0.5) -> Any:
    """The angle of `krasnoselskii_mann_worst`, 2 arcsin((4 t (1-t)(k+1))^(-1/2)), and pi for fewer steps.
    Derived: tests/models/minimax/test_theory.py::test_worst_angle_of_krasnoselskii_mann_attains_its_worst.
    """
    return 2 * np.arcsin(np.minimum(1.0, (4 * relaxation * (1 - relaxation) * (steps + 1)) ** -0.5))


def contractive_halpern_difference(multiplier: Any, contraction: Any, steps: Any) -> Any:
    """x_k - T x_k of Halpern for contractions (`schedules.contractive_halpern`) on a mode of T, |T| <= c < 1.
    Derived: tests/models/minimax/test_theory.py::test_contractive_halpern_closed_form_is_the_recursion.

    x_k = sum_{j<=k} (T/c^2)^j / sum_{j<=k} c^(-2j), so that the residual is (1 - T) (1 - (T/c^2)^(k+1)) / (1 - T/c^2)
    times (1 - c^2) c^(2k) / (1 - c^(2k+2)). In floats up to k log(1/c) ~ 350.
    """
    c2 = contraction**2
    grown = (1 - (multiplier / c2) ** (steps + 1)) / (1 - multiplier / c2)
    return (1 - multiplier) * grown * (1 - c2) * c2**steps / (1 - c2 ** (steps + 1))


def contractive_halpern_bound(contraction: Any, steps: Any, distance: Any = 1) -> Any:
    """(1 + c) D / sum_{j<=k} c^(-j) >= |x_k - T x_k| on normal linear contractions, attained at T = -c for even k.
    Derived: tests/models/minimax/test_theory.py::test_contractive_halpern_bound_is_attained_and_holds_on_modes.

    Park and Ryu (2022) state it for every c-contractive T (recalled); c = 1 is `halpern_bound`.
    """
    return distance * (1 + contraction) * (1 - contraction) * contraction**steps / (1 - contraction ** (steps + 1))


def proximal_point_difference(slope: Any, resolvent_step: Any, steps: Any) -> Any:
    """z_k - J z_k of the proximal point method z+ = J z, J = (I + a F)^-1, on a mode: a s / (1 + a s)^(k+1).
    Derived: tests/models/minimax/test_theory.py::test_proximal_point_closed_form_is_the_recursion.

    It is a F(z_{k+1}), and half the residual of Krasnoselskii-Mann with t = 1/2 on T = 2 J - I.
    """
    return resolvent_step * slope / (1 + resolvent_step * slope) ** (steps + 1)


def proximal_point_worst(steps: Any) -> Any:
    """Largest |z_k - J z_k| over bilinear modes, D = 1: (k/(k+1))^(k/2) / (k+1)^(1/2), at a sigma = k^(-1/2).
    Derived: tests/models/minimax/test_theory.py::test_proximal_point_worst_is_half_of_krasnoselskii_mann.
    """
    return (steps / (steps + 1)) ** (steps / 2) / (steps + 1) ** 0.5


def resolvent_worst_singular_value(steps: Any, resolvent_step: Any) -> Any:
    """sigma = tan(pi / (2 (k+1))) / eta: T = 2 J_(eta F) - I is then the worst rotation of Halpern.
    Derived: tests/models/minimax/test_theory.py::test_worst_singular_value_of_the_resolvent_is_the_worst_rotation.
    """
    return np.tan(np.pi / (2 * (steps + 1))) / resolvent_step


def inexact_halpern_bound(steps: Integers, errors: Floats, distance: float = 1.0) -> Floats:
    """Bound (points,) on |x_k - T x_k| where Halpern uses T x_j + e_j, |e_j| <= errors[j]; all nonexpansive T.
    Derived: tests/models/minimax/test_theory.py::test_inexact_halpern_bound_by_hand.

    2 D/(k+1) + 2/(k+1) sum_{j<k} (j+1) |e_j|. Proof: let y_j be the exact iterates. (j+2)|x_{j+1} - y_{j+1}| <=
    (j+1)(|x_j - y_j| + |e_j|), so (k+1)|x_k - y_k| is at most the sum, and |x_k - T x_k| <= |y_k - T y_k| +
    2 |x_k - y_k|. Raises InputError for errors that are negative, not finite, or fewer than the steps.
    """
    errors = np.asarray(errors, dtype=float)
    require(errors.ndim == 1, f"errors need shape (steps,), not {errors.shape}")
    require((np.isfinite(errors) & (errors >= 0)).all(), "errors must be finite and >= 0")
    require(int(np.max(steps)) <= errors.size, f"{errors.size} errors given for {int(np.max(steps))} steps: give all")
    total = np.concatenate([[0.0], np.cumsum(np.arange(1, errors.size + 1) * errors)])
    return np.asarray((2 * distance + 2 * total[np.asarray(steps)]) / (np.asarray(steps) + 1))


def slow_anchor_constant() -> float:
    """max_y |1 - (1 - e^(-iy))/(iy)| = 1.2596: what anchors 2/(k+4) lose to 1/(k+2) on the worst mode, for large k.
    Derived: tests/models/minimax/test_theory.py::test_slow_anchor_constant_is_the_limit_of_the_weighted_sum.

    With x_k = sum_j 2(j+2) T^(k-j)/((k+2)(k+3)) + ..., (k+1)|x_k - T x_k|/2 tends to |1 - (1 - e^(-iy))/(iy)| at the
    angle y/k.
    """

    def loss(y: float) -> float:
        return -float(abs(1 - (1 - np.exp(-1j * y)) / (1j * y)))

    found = minimize_scalar(loss, bounds=(3.0, 5.5), method="bounded", options={"xatol": 1e-9})
    return float(-found.fun)
