"""Closed forms, worst modes, bounds and costs. D is the distance from start to solution, L the Lipschitz constant.

Conventions of `model` and `schedules`: k counts iterations made, 0 is the start; anchors 1/(k+2) at k = 0, 1, ....
Closed forms on a mode are those of its slope s (or T = 1 - 2 s / L), from the start 1. Where no paper is named in a
docstring, the statement is derived here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from theorylab.errors import require
from theorylab.numerics.arguments import positive, whole

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


def krasnoselskii_mann_difference(multiplier: Any, steps: Any) -> Any:
    """x_k - T x_k of Krasnoselskii-Mann on a mode of T: (1 - T) ((1 + T)/2)^k.
    Derived: tests/models/minimax/test_theory.py::test_krasnoselskii_mann_closed_form_is_the_recursion.
    """
    return (1 - multiplier) * ((1 + multiplier) / 2) ** steps


def krasnoselskii_mann_worst(steps: Any) -> Any:
    """Largest |x_k - T x_k| over all rotations: max_a 2 sin(a/2) cos^k(a/2), at tan^2(a/2) = 1/k.
    Derived: tests/models/minimax/test_theory.py::test_worst_modes_are_stationary_points.
    """
    return 2 * (steps / (steps + 1)) ** (steps / 2) / (steps + 1) ** 0.5


def krasnoselskii_mann_worst_angle(steps: Any) -> Any:
    """The angle 2 arctan(k^-1/2) of `krasnoselskii_mann_worst`.
    Derived: tests/models/minimax/test_theory.py::test_worst_angle_of_krasnoselskii_mann_attains_its_worst.
    """
    return 2 * np.arctan(steps**-0.5)


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


def page_batch(size: int) -> int:
    """ceil(sqrt(n)): samples of one PAGE step.
    (cai2024halpern, Algorithm 1, recalled).
    """
    return int(np.ceil(valid_size(size) ** 0.5))


def page_refresh(size: int, steps: int) -> Floats:
    """Probabilities p_0 = 1, p_k = 4/(k+5) up to sqrt(n), then 4/(sqrt(n)+5), of a full evaluation, (steps+1,).
    (cai2024halpern, Algorithm 1, recalled).

    The schedule is recalled; what it guarantees, `page_bound`, is derived here.
    """
    k = np.minimum(np.arange(steps + 1, dtype=float), valid_size(size) ** 0.5)
    out = 4 / (k + 5)
    out[0] = 1.0
    return np.asarray(out)


def page_anchors(steps: int) -> Floats:
    """lam_1, ..., lam_steps with lam_k = 2/(k+4): the anchor of step k+1 stands at index k, (steps,).
    (cai2024halpern, Algorithm 1, recalled).
    """
    return 2 / (np.arange(1, steps + 1) + 4.0)


def page_bound(steps: Any, smoothness: Any = 1, distance: Any = 1) -> Any:
    """16 L D/(k+4) >= sqrt(E|F(u_k)|^2), k >= 1, for Algorithm 1 with G = 0 and any n; derived, parameters recalled.
    Derived: tests/models/minimax/test_theory.py::test_page_proof_step_three_ends_below_sixteen.

    Step 1/(4L), anchors 2/(k+4), batch b >= sqrt(n), `page_refresh`. With d = u_{k+1} - u_k, lam = lam_{k+1},
    Q_k = <F(u_k), u_k - u_0>, S = (1/n) sum |F_i(u_{k+1}) - F_i(u_k)|^2, e the error of PAGE:
    1. Cocoercivity on average, <F(u_{k+1}) - F(u_k), d> >= S/L, and d written in u_0 - u_k and in u_0 - u_{k+1} give
       for C_k = Q_k + (k+4)/(16 L) |F(u_k)|^2, by |xy| <= (x^2+y^2)/2 on both terms with e,
       C_{k+1} <= (1-lam) C_k + (k+9)/(16 L) |e_k|^2 - (3k+7)/(8 L) S.
    2. E|e_{k+1}|^2 <= (1-p_{k+1})(E|e_k|^2 + S/b). Weighted by (k+3)(k+4) and summed, every S enters with a factor
       <= 0 (`page_absorbs`), so that (k+3)(k+4) E C_k <= 12 |F(u_0)|^2/(4 L) <= 3 L D^2.
    3. Q_k >= |F(u_k)|^2/L - D |F(u_k)|. With X = sqrt(E|F(u_k)|^2): (k+20) X^2/16 <= L D X + 3 L^2 D^2/((k+3)(k+4)), so
       X <= 8 L D/(k+20) (1 + sqrt(1 + 3(k+20)/(4(k+3)(k+4)))) <= 16 L D/(k+4).
    """
    return 16 * smoothness * distance / (steps + 4)


def page_absorbs(size: int, steps: int) -> Floats:
    """Step 2 of `page_bound`: weight of |F_i(u_j) - F_i(u_{j-1})|^2 in all later errors, over its credit, (steps,).
    Derived: tests/models/minimax/test_theory.py::test_page_proof_step_two_holds_at_every_step.

    j = 1..steps. Below 1 everywhere: with s = sqrt(n) <= b, dividing by (j+3)(j+4)/8, errors up to k = s add at most
    1.39 (j+2) to the left of 3j + 4 (by (j+1) log((s+2)/(j+1)) <= (s+2)/e) and those beyond at most 0.81 (j+2); for
    j > s the sum is geometric, and a polynomial (tests/minimax/test_theory.py). Here errors are summed numerically, to
    40 refresh times beyond the last j.
    """
    s = valid_size(size) ** 0.5
    horizon = steps + int(40 * (s + 5)) + 1
    k = np.arange(1, horizon + 1, dtype=float)
    keep = 1 - page_refresh(size, horizon)[1:]
    weight = (k + 4) * (k + 5) * (k + 9) / 16
    later = 0.0
    out = np.empty(horizon)
    for j in range(horizon - 1, -1, -1):
        later = keep[j] * (weight[j] + later)
        out[j] = later
    credit = (k + 3) * (k + 4) * (3 * k + 4) / 8
    return np.asarray(out / page_batch(size) / credit)[:steps]


def page_cost(size: int, steps: ArrayLike) -> Floats:
    """Expected component evaluations n + sum_{k<=K} (p_k n + 2 (1-p_k) b) of K steps of Algorithm 1, (points,).
    Derived: tests/models/minimax/test_theory.py::test_page_cost_by_hand_and_at_large_horizons.
    """
    steps = np.asarray(steps)
    p = page_refresh(size, int(steps.max()))[1:]
    each = p * size + 2 * (1 - p) * page_batch(size)
    return np.asarray(size + np.concatenate([[0.0], np.cumsum(each)])[steps])


def page_crossover(rate: Any) -> Any:
    """sqrt(n) beyond which Algorithm 1 needs fewer evaluations than Halpern's n L D/eps, for many steps rate L D/eps.
    Derived: tests/models/minimax/test_theory.py::test_page_crossover_solves_its_quadratic.

    `page_cost_late` of rate L D/eps steps is n L D/eps: s (s+5) = rate (6 s + 2) at s = sqrt(n).
    """
    return ((6 * rate - 5) + ((6 * rate - 5) ** 2 + 8 * rate) ** 0.5) / 2


def page_cost_late(size: Any, steps: Any) -> Any:
    """(p n + 2 (1-p) sqrt(n)) K with the last p = 4/(sqrt(n)+5): K (6 n + 2 sqrt(n))/(sqrt(n) + 5).
    Derived: tests/models/minimax/test_theory.py::test_page_crossover_solves_its_quadratic.
    """
    return steps * (6 * size + 2 * size**0.5) / (size**0.5 + 5)


def page_cost_leading(size: Any, steps: Any) -> Any:
    """6 sqrt(n) K: the part of `page_cost` that grows with K.
    Derived: tests/models/minimax/test_theory.py::test_page_cost_by_hand_and_at_large_horizons.
    """
    return 6 * size**0.5 * steps


def minibatch_variance(noise: Any, steps: Any) -> Any:
    """E|x_k - E x_k|^2 of Halpern on a rotation with independent noise E|e|^2 = noise in T x: k(2k+1)/(6(k+1)) noise.
    Derived: tests/models/minimax/test_theory.py::test_minibatch_variance_is_its_sum.

    x_k - E x_k = sum_{j=1..k} j T^(k-j) e_j/(k+1): it grows without end.
    """
    return noise * steps * (2 * steps + 1) / (6 * (steps + 1))


def inner_matrix(slope: complex, spread: float, step_size: float, refresh: float) -> Floats:
    """Matrix (4, 4) of variance-reduced extragradient on (E|z|^2, Re, Im of E z conj(w), E|w|^2), one mode.
    Derived: tests/models/minimax/test_theory.py::test_inner_matrix_is_the_mean_over_samples_and_coins.

    The inner problem of Algorithm 2: 0 = z - c + H(z), H = eta F with mean slope `slope` and spread of slopes `spread`,
    z its error, w the error of the snapshot. With t = step_size, q = 1/(1+t), p = refresh, one sample xi:
    z_half = q((1-p) z + p w - t H(w)); z+ = q((1-p) z + p w - t (H(w) + H_xi(z_half) - H_xi(w))); w+ = z+ with
    probability p. Written as z+ = A z + B w - q t (h_xi - h)(a z + d w).
    """
    t, q, p, h = step_size, 1 / (1 + step_size), refresh, slope
    a, d = q * (1 - p) + 0j, q * (p - t * h) - 1
    A, B = q * ((1 - p) - t * h * a), q * (p - t * h - t * h * d)
    noise = q**2 * t**2 * spread
    cross = 2 * (A * np.conj(B) + noise * a * np.conj(d))  # times E z conj(w), real part
    fresh = np.array([abs(A) ** 2 + noise * abs(a) ** 2, cross.real, -cross.imag, abs(B) ** 2 + noise * abs(d) ** 2])
    out = np.empty((4, 4))
    out[0] = fresh
    out[1] = p * fresh + (1 - p) * np.array([0.0, A.real, -A.imag, B.real])
    out[2] = (1 - p) * np.array([0.0, A.imag, A.real, B.imag])
    out[3] = p * fresh + (1 - p) * np.array([0.0, 0.0, 0.0, 1.0])
    return out


def inner_step_size(size: int, resolvent_step: float, lipschitz: float = 1.0, share: float = 0.9) -> float:
    """share sqrt(p)/(eta L) with p = 2/n, 0 < share < 1: the step of the inner solver.
    Derived: tests/models/minimax/test_theory.py::test_inner_solver_contracts_at_every_resolvent_step.
    """
    require(0 < share < 1, f"share={share} is not allowed: give a number in (0, 1)")
    positive("resolvent_step", resolvent_step)
    positive("lipschitz", lipschitz)
    return float(share * (2 / valid_size(size)) ** 0.5 / (resolvent_step * lipschitz))


def inner_rate(size: int, resolvent_step: float, lipschitz: float = 1.0, modes: int = 33) -> float:
    """-log of the worst mean-square contraction per component evaluation of the inner solver of Algorithm 2.
    Derived: tests/models/minimax/test_theory.py::test_inner_solver_contracts_at_every_resolvent_step.

    Exact (a spectral radius) on each of `modes` bilinear modes with components of mean slope i sigma eta and mean
    square (eta L)^2, 0 <= sigma <= L; an iteration costs 2 + p n = 4 evaluations.
    """
    t = inner_step_size(size, resolvent_step, lipschitz)
    scale = resolvent_step * lipschitz
    worst = 0.0
    for sigma in np.linspace(0.0, 1.0, modes):
        matrix = inner_matrix(1j * sigma * scale, scale**2 * (1 - sigma**2), t, 2 / size)
        worst = max(worst, float(np.abs(np.linalg.eigvals(matrix)).max()))
    return -float(np.log(worst)) / 4


def resolvent_cost(size: int, resolvent_step: float, accuracy: float, lipschitz: float = 1.0) -> float:
    """Component evaluations of Algorithm 2 to |F| <= accuracy, per unit of -log(inner accuracy), D = 1.
    Derived: tests/models/minimax/test_theory.py::test_cost_of_the_resolvent_method_by_hand.

    D/(eta accuracy) outer steps (`resolvent_worst_singular_value`), each 1/`inner_rate` evaluations long.
    """
    positive("accuracy", accuracy)
    outer = 1 / (resolvent_step * accuracy)
    require(outer >= 1, f"accuracy={accuracy:g} needs no outer step at eta = {resolvent_step:g}: ask for less")
    return outer / inner_rate(size, resolvent_step, lipschitz)


def valid_size(size: int) -> int:
    """`size` as an integer. InputError unless it is a number of components n >= 2."""
    return whole("size", size, least=2)
