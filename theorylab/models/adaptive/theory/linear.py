"""Adam and AMSGrad on linear losses: stationary moments, drifts, and regret.

Phase k = 0, ..., period - 1 of a period counts the rounds since the high slope, which has k = 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from theorylab.errors import require
from theorylab.models.adaptive.model import PeriodicLosses
from theorylab.numerics.arguments import increasing_steps, number, positive, whole

Floats = NDArray[np.float64]


def periodic_first_moment(high: Any, low: Any, period: Any, decay: Any, phase: Any) -> Any:
    """First moment m at a phase, in the long run: -low + (high + low) (1 - b1) b1^phase / (1 - b1^period).
    Derived: tests/models/adaptive/test_linear.py::test_periodic_moments_solve_their_recursions.
    """
    return -low + (high + low) * (1 - decay) * decay**phase / (1 - decay**period)


def periodic_second_moment(high: Any, low: Any, period: Any, decay: Any, phase: Any) -> Any:
    """Second moment v at a phase, in the long run: low^2 + (high^2 - low^2) (1 - b2) b2^phase / (1 - b2^period).
    Derived: tests/models/adaptive/test_linear.py::test_periodic_moments_solve_their_recursions.
    """
    return low**2 + (high**2 - low**2) * (1 - decay) * decay**phase / (1 - decay**period)


def periodic_drift(losses: PeriodicLosses, first_decay: Any, second_decay: Any, epsilon: Any = 0) -> Any:
    """Sum of Adam's directions m / sqrt(v + epsilon) over a period, in the long run: > 0 moves x towards -1.
    Derived: tests/models/adaptive/test_linear.py::test_drift_is_what_a_period_of_the_kernel_adds_up.

    With first_decay = 0 and period 3 it is C / sqrt(v_0) - 1 / sqrt(v_1) - 1 / sqrt(v_2). Rates that decline as
    t^(-1/2) change it by a relative 1/t, which adds up to a finite move: the sign tells where Adam ends.
    """
    phases = np.arange(losses.period)
    shape = (losses.high, losses.low, losses.period)
    first = periodic_first_moment(*shape, first_decay, phases) if first_decay != 0 else _slopes(losses)
    second = periodic_second_moment(*shape, second_decay, phases)
    return np.sum(first / (second + epsilon) ** 0.5)


def _slopes(losses: PeriodicLosses) -> Floats:
    return np.append([losses.high], np.full(losses.period - 1, -losses.low))


def forgetting_boundary(losses: PeriodicLosses, first_decay: float = 0.0) -> float:
    """The 1 - b2 at which `periodic_drift` is 0: Adam ends at +1 above it, at -1 below.
    Derived: tests/models/adaptive/test_linear.py::test_boundary_is_a_sign_change_of_the_drift.

    Raises InputError unless the mean slope is > 0 and the drift at b2 = b1^2 + 0.001 (below it Adam's moves have no
    bound) is < 0.
    """
    require(losses.mean_slope > 0, f"the mean slope {losses.mean_slope:g} is not > 0: give a higher slope")
    least, most = 1e-10, 0.999 - first_decay**2

    def drift(forgetting: float) -> float:
        return float(periodic_drift(losses, first_decay, 1 - forgetting))

    require(drift(most) < 0 < drift(least), f"Adam ends at -1 for every b2 on {losses}: give a longer period")
    return float(brentq(drift, least, most, xtol=1e-15, rtol=1e-14))


def forgetting_boundary_leading(period: Any) -> Any:
    """`forgetting_boundary` for slopes C, then C - 1 times -1, b1 = 0, to leading order in 1/C: 4 / C^2.
    Derived: tests/models/adaptive/test_linear.py::test_boundary_of_long_periods.

    v is C up to a slope of 1 - b2 per round, so that sqrt(v) S = 1 - (1 - b2) C^2 / 4 + ...: Adam with b2 fails from
    period 2 / sqrt(1 - b2) on.
    """
    return 4 / period**2


def sufficient_period(first_decay: float, second_decay: float) -> int:
    """Smallest even period C from which on three inequalities hold that Theorem 2's proof asks for, as recalled
    (reddi2018convergence, appendix, recalled).

    (1 - b1) b1^(C-1) C <= 1 - b1^(C-1); b2^((C-2)/2) C^2 <= 1; 3 (1 - b1) / (2 sqrt(1 - b2)) (1 + gamma (1 -
    gamma^(C-1)) / (1 - gamma)) + b1^(C/2-1) / (1 - b1) < C / 3, gamma = b1 / sqrt(b2). Raises InputError for gamma >=
    1.
    """
    gamma = first_decay / second_decay**0.5
    require(gamma < 1, f"first_decay={first_decay} is not allowed: give b1 < sqrt(b2) = {second_decay**0.5:.4g}")

    def holds(c: int) -> bool:
        b1, b2 = first_decay, second_decay
        third = 3 * (1 - b1) / (2 * (1 - b2) ** 0.5) * (1 + gamma * (1 - gamma ** (c - 1)) / (1 - gamma))
        return (
            (1 - b1) * b1 ** (c - 1) * c <= 1 - b1 ** (c - 1)
            and (c - 2) / 2 * np.log(b2) + 2 * np.log(c) <= 0
            and third + b1 ** (c / 2 - 1) / (1 - b1) < c / 3
        )

    high = 4
    while not (holds(high) and holds(2 * high)):
        high *= 2
    low = high // 2
    while high - low > 2:
        middle = (low + high) // 4 * 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def worst_point_regret(high: Any, steps: Any) -> Any:
    """Regret of standing at +1 for T = 3k rounds of slopes C, -1, -1: 2 (C - 2) T / 3.
    Derived: tests/models/adaptive/test_linear.py::test_regret_of_standing_at_a_point.
    """
    return 2 * (high - 2) * steps / 3


def worst_point_excess_bound(step_size: float, second_decay: float, steps: ArrayLike, declining: bool = True) -> Floats:
    """Bound on what Adam's regret exceeds `worst_point_regret` by, slopes C, -1, -1, at T = 3k rounds, (points,).
    Derived: tests/models/adaptive/test_linear.py::test_excess_over_the_worst_point_is_two_moves_a_period.

    From x = 1 the round of slope C moves x by at most rate / sqrt(1 - b2), as v >= (1 - b2) C^2. The two rounds of
    slope -1 that follow see x that far below 1 at most, and pay at most that more each: the sum of 2 rate / sqrt(1 -
    b2) over the periods.
    """
    rows = increasing_steps(steps, least=3)
    require((rows % 3 == 0).all(), "steps must be multiples of 3: a bound at the end of periods")
    first = 1.0 + 3.0 * np.arange(rows[-1] // 3)
    moves = positive("step_size", step_size) / np.sqrt(first) if declining else np.full(first.size, step_size)
    return np.asarray(2 * np.cumsum(moves)[rows // 3 - 1] / (1 - second_decay) ** 0.5)


def return_ratio_bound(high: Any, step: Any) -> Any:
    """Lower bound on the way up over the way down in a period from x = 1, C at t = 4, 7, ..., b2 as in the theorem.
    Derived: tests/models/adaptive/test_linear.py::test_what_goes_down_comes_up_for_every_high_slope.

    With b2 = 1 / (1 + C^2): sqrt(t / (2 (t + 1))) + sqrt(t / (t + 2) (1 + C^2) / (3 + C^2)), above 1 for all C >= 2,
    so that x_{3k+1} = 1 for all k and every step size. It rests on v_t <= C^2, v_{t+1} <= b2 C^2 + 1 - b2, v_{t+2} <=
    b2 v_{t+1} + 1 - b2.
    """
    return (step / (2 * (step + 1))) ** 0.5 + (step / (step + 2) * (1 + high**2) / (3 + high**2)) ** 0.5


def settled_regret_leading(losses: PeriodicLosses, step_size: Any, square: Any, steps: Any) -> Any:
    """Regret at large T of a method that stays near -1, whose directions are g / sqrt(square), rates a / sqrt(t).
    Derived: tests/models/adaptive/test_linear.py::test_settled_regret_adds_up_one_period.

    A period starts (period - 1) u above -1, u = rate low / sqrt(square); the high slope brings x to -1, and each other
    round raises it by u. That costs u (period - 1) (high - low (period - 2) / 2) a period; the rates add up to
    2 a sqrt(T) / period.
    """
    p, high, low = losses.period, losses.high, losses.low
    cost = (p - 1) * (high - low * (p - 2) / 2) * low / square**0.5
    return 2 * step_size * cost / p * steps**0.5


def amsgrad_regret_bound(
    *,
    step_size: Any,
    first_decay: Any,
    second_decay: Any,
    width: Any,
    steps: Any,
    roots: Any,
    faded: Any,
    norms: Any,
) -> Any:
    """Bound on AMSGrad's regret after T rounds of convex losses on a box of that width D, rates a / sqrt(t).
    Derived: tests/models/adaptive/test_linear.py::test_regret_bound_adds_up_its_proof.

    D^2 sqrt(T) / (2 a (1 - b1)) sum_i sqrt(u_T,i) + D^2 / (2 (1 - b1)) sum_t sum_i b1_t sqrt(u_t,i) / rate_t
    + (1 + b1) a sqrt(1 + log T) / (2 (1 - b1)^2 (1 - gamma) sqrt(1 - b2)) sum_i |g_{1:T,i}|, gamma = b1 / sqrt(b2) < 1,
    b1_t <= b1 falling. `roots`, `faded` and `norms` are the three sums over coordinates of `kernels.online_sums`. The
    proof needs sqrt(u_t) / rate_t to grow with t, in every coordinate.
    """
    left = 1 - first_decay
    gamma = first_decay / second_decay**0.5
    moved = (1 + first_decay) * step_size * (1 + np.log(steps)) ** 0.5 * norms
    return (
        width**2 * (steps**0.5 * roots / step_size + faded) / (2 * left)
        + moved / (2 * left**2 * (1 - gamma) * (1 - second_decay) ** 0.5)
    )  # fmt: skip


def drawn_direction_limits(high: float, chance: float, decay: float, nodes: int = 4000) -> tuple[float, float]:
    """Lower and upper bound of E g / sqrt(v) in the long run, slopes C with probability p, else -1; Adam with b1 = 0.
    Derived: tests/models/adaptive/test_linear.py::test_limits_of_the_drawn_direction_hold_that_of_enumeration.

    v <- b2 v + (1 - b2) g^2, in [1, C^2], forgets its start. Followed back through the two branches, v^(-1/2) stays
    convex, so that chords between nodes, v a factor e^h apart, lie above it, by at most 3/32 h^2 in each of the first
    log C^2 / log(1 / b2) steps and by b2^2 times less in every later one: the lower bound is that much below the upper.
    Raises InputError for C <= 1, or p or b2 outside (0, 1).
    """
    number("high", high, above=1.0)
    for name, value in (("chance", chance), ("decay", decay)):
        require(0 < value < 1, f"{name}={value} is not allowed: give a number in (0, 1)")
    whole("nodes", nodes, least=10)
    v = np.geomspace(1.0, high**2, nodes)
    branches = [np.clip(decay * v + (1 - decay) * g**2, 1.0, high**2) for g in (high, 1.0)]
    left = [np.clip(np.searchsorted(v, w, side="right") - 1, 0, nodes - 2) for w in branches]
    weight = [(w - v[k]) / (v[k + 1] - v[k]) for w, k in zip(branches, left, strict=True)]
    spacing = np.log(high**2) / (nodes - 1)
    chords = 3 / 32 * spacing**2 * (1 + np.log(high**2) / -np.log(decay) + 1 / (1 - decay**2))
    low = top = 0.0
    for share, start in zip((chance * high, -(1 - chance)), branches, strict=True):
        values, spread = start**-0.5, np.inf
        while spread > 1e-7:  # the operator is a contraction, and both ends are bounds before its limit
            ends = [values[k] + x * (values[k + 1] - values[k]) for k, x in zip(left, weight, strict=True)]
            values = chance * ends[0] + (1 - chance) * ends[1]
            spread = float(values.max() - values.min())
        sides = share * (float(values.min()) - chords - 1e-12), share * (float(values.max()) + 1e-12)
        low, top = low + min(sides), top + max(sides)
    return float(low), float(top)
