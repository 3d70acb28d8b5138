"""Algorithm 1, Halpern with PAGE: its bound, its costs, and the noise of minibatches without variance reduction."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma

from theorylab.models.minimax.schedules import page_rule, valid_size

Floats = NDArray[np.float64]


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
    rule = page_rule(size, horizon)
    k = np.arange(1, horizon + 1, dtype=float)
    weight = (k + 4) * (k + 5) * (k + 9) / 16
    later = 0.0
    out = np.empty(horizon)
    for j in range(horizon - 1, -1, -1):
        later = (1 - rule.refresh[j + 1]) * (weight[j] + later)
        out[j] = later
    credit = (k + 3) * (k + 4) * (3 * k + 4) / 8
    return np.asarray(out / rule.batch / credit)[:steps]


def page_cost(size: int, steps: ArrayLike, source: str = "paper") -> Floats:
    """Expected component evaluations of K steps of Algorithm 1, (points,), by the rule of the paper or of its code.
    Derived: tests/models/minimax/test_theory.py::test_page_cost_by_hand_and_at_large_horizons.

    n + sum_{k<=K} (p_k n + 2 (1-p_k) b), where 4/(k+5) up to k = sqrt(n) adds up to a difference of digammas. The code
    has one more full step before, and K - 1 terms. No parameter is shared with `schedules.page_rule`.
    """
    n, counted = valid_size(size), np.asarray(steps, dtype=float)
    batch, start = (math.isqrt(n - 1) + 1, n) if source == "paper" else (math.isqrt(n), 2 * n)
    late = np.maximum(counted if source == "paper" else counted - 1, 0.0)
    early = np.minimum(late, math.isqrt(n))
    refreshes = 4 * (digamma(early + 6) - digamma(6)) + 4 / (n**0.5 + 5) * (late - early)
    whole = np.where(counted > 0, start, n)
    return np.asarray(whole + refreshes * n + 2 * (late - refreshes) * batch)


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


def component_lower_bound(calls: Any, size: Any, lipschitz: Any = 1, distance: Any = 1) -> Any:
    """sqrt(n) L D / (N + n) <= worst |F(z)| of span methods after N calls of n components, their order given.
    Derived: tests/models/minimax/test_theory.py::test_component_lower_bound_is_that_of_separate_blocks.

    Component i is a bilinear game on coordinates of its own, of singular values in [0, sqrt(n) L]: L-Lipschitz on
    average. F = (1/n) sum F_i has L/sqrt(n) there, the start is D/sqrt(n) from each block's solution, and N_i calls of
    F_i leave L D / (n (N_i + 1)) at least (`query_lower_bound`; 2 floor(N/2) + 1 <= N + 1). The squares add up to the
    least for equal N_i, by convexity: n (L D / (N + n))^2.
    """
    return size**0.5 * lipschitz * distance / (calls + size)
