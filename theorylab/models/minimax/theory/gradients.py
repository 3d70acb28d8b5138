"""Descent-ascent, extragradient and their anchored forms on bilinear modes, and what no method can beat."""

from __future__ import annotations

from typing import Any


def gradient_descent_ascent_growth(step_size: Any, singular_value: Any, steps: Any) -> Any:
    """|z_k|^2 / |z_0|^2 of gradient descent-ascent on a bilinear mode: (1 + (a sigma)^2)^k.
    Derived: tests/models/minimax/test_theory.py::test_extragradient_closed_forms_are_the_recursions.
    """
    return (1 + step_size**2 * singular_value**2) ** steps


def extragradient_value(slope: Any, step_size: Any, steps: Any) -> Any:
    """F(z_k) of extragradient on a mode: s m^k with m = 1 - a s + (a s)^2.
    Derived: tests/models/minimax/test_theory.py::test_extragradient_closed_forms_are_the_recursions.
    """
    scaled = step_size * slope
    return slope * (1 - scaled + scaled**2) ** steps


def extragradient_worst_singular_value(step_size: Any, steps: Any) -> Any:
    """The sigma <= 1/(sqrt(2) a) where |F(z_k)| of extragradient is largest on a bilinear game; for k >= 10.
    Derived: tests/models/minimax/test_theory.py::test_worst_modes_are_stationary_points.

    x = (a sigma)^2 maximises x (1 - x + x^2)^k: the smaller root of (1+2k) x^2 - (1+k) x + 1. (For fewer steps the
    end x = 1/2 is worse.)
    """
    root = ((1 + steps) - ((1 + steps) ** 2 - 4 * (1 + 2 * steps)) ** 0.5) / (2 * (1 + 2 * steps))
    return root**0.5 / step_size


def extragradient_bound(steps: Any, lipschitz: Any = 1, distance: Any = 1) -> Any:
    """4 L^2 D^2 / (k+1) >= |F(z_k)|^2 at step 1/(sqrt(2) L); for the last iterate recalled, on trial on modes.
    (yoon2021eag, comparison with extragradient, recalled).
    """
    return 4 * lipschitz**2 * distance**2 / (steps + 1)


def anchored_constant(step_size: Any, lipschitz: Any = 1) -> Any:
    """C of EAG-C: |F(z_k)|^2 <= C L^2 D^2/(k+1)^2, C = 4 (1 + x + x^2)/(x^2 (1 + x)), x = a L (Yoon & Ryu 2021).
    (yoon2021eag, rates of EAG in a secondary text, read).
    """
    x = step_size * lipschitz
    return 4 * (1 + x + x**2) / (x**2 * (1 + x))


def varying_anchored_bound(steps: Any, first_step: Any, step_limit: Any, lipschitz: Any = 1, distance: Any = 1) -> Any:
    """4 (1 + a_0 a_inf L^2)/a_inf^2 D^2/((k+1)(k+2)) >= |F(z_k)|^2 of EAG-V (Yoon & Ryu 2021).
    (yoon2021eag, rates of EAG in a secondary text, read).
    """
    return 4 * (1 + first_step * step_limit * lipschitz**2) / step_limit**2 * distance**2 / ((steps + 1) * (steps + 2))


def anchored_leading(step_size: Any, steps: Any) -> Any:
    """Worst |F(z_k)|^2 of EAG over bilinear modes, for many steps: 4/(a (k+1))^2, a the limit of the step sizes.
    Derived: tests/models/minimax/test_theory.py::test_anchored_extragradient_is_halpern_on_its_slow_modes.

    At sigma ~ 1/k, EAG is Halpern on the rotation by a sigma, up to terms sigma^2: see `halpern_difference`.
    """
    return 4 / (step_size * (steps + 1)) ** 2


def fast_value(slope: Any, step_size: Any, steps: Any) -> Any:
    """F(z_k) of fast extragradient on a mode: (1 - m^k)/(k a), m = 1 - a s + (a s)^2.
    Derived: tests/models/minimax/test_theory.py::test_extragradient_closed_forms_are_the_recursions.

    Since k z_k = (1 - a s) + (k-1) m z_{k-1} and 1 - m = a s (1 - a s). As |m| <= 1 where Re s >= 0 and |a s| <= 1
    (by the maximum principle on the half disc), |F(z_k)| <= 2 D/(k a) on every mode; at a s = i, m = -i.
    """
    scaled = step_size * slope
    return (1 - (1 - scaled + scaled**2) ** steps) / (steps * step_size)


def fast_bound(steps: Any, lipschitz: Any = 1, distance: Any = 1) -> Any:
    """4 L^2 D^2/k^2 >= |F(z_k)|^2 of fast extragradient at step 1/L: see `fast_value` for the proof on modes.
    Derived: tests/models/minimax/test_theory.py::test_fast_extragradient_bound_holds_on_all_monotone_modes.
    """
    return 4 * lipschitz**2 * distance**2 / steps**2


def query_lower_bound(queries: Any, lipschitz: Any = 1, distance: Any = 1) -> Any:
    """(L D / (2 floor(N/2) + 1))^2 <= worst |F(z)|^2 over bilinear games, after N queries of F, for any span method.
    Derived: tests/models/minimax/test_theory.py::test_lower_bound_is_attained_by_a_chebyshev_polynomial.

    z = p(F) z_0 with p(0) = 1 and degree N. The even part q of p on the imaginary axis has q(0) = 1, and sigma q is
    odd, of degree 2 floor(N/2) + 1 and slope 1 at 0: by Chebyshev its largest value on [0, L] is at least that of
    L T_(2m+1)(sigma/L)/(2m+1), which is attained. (Yoon & Ryu 2021 state the same bound for any deterministic method.)
    """
    return (lipschitz * distance / (2 * (queries // 2) + 1)) ** 2
