"""DoG: the regret that its steps cannot exceed, the best weighted average, and how fast its distance grows at first."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ZETA_HALF = -1.4603545088095868
EULER = 0.5772156649015329
UNIT = 2.0**-53
REST = 0.61560171096181999
"""sum_{k >= 1} [log(1 + k^-1/2) - k^-1/2 + 1/(2k)]."""
GROWTH_CONSTANT = ZETA_HALF - EULER / 2 + REST - math.log(2)
"""What log(r_t / r_0) - 2 sqrt(t) + log(t) / 2 tends to along a constant gradient."""


def regret_bound(radius: Any, distance: Any, squares: Any) -> Any:
    """Bound on sum_{k<t} r_k <g_k, x_k - x*> for every sequence of gradients: r_t (2 D_t + r_t) sqrt(G_{t-1}).
    Derived: tests/models/adaptive/test_parameter_free.py::test_regret_is_the_sum_of_two_telescopes.

    r_t the largest |x_i - x_0| and D_t the largest |x_i - x*| for i <= t. No convexity is asked.
    """
    return radius * (2 * distance + radius) * squares**0.5


def relative_weight_bound(steps: Any, growth: Any) -> Any:
    """Least that max_{t <= T} sum_{i<t} s_i / s_t can be for 0 < s_0 <= ... <= s_T: (T / (1 + log(s_T / s_0)) - 1) / e.
    Derived: tests/models/adaptive/test_parameter_free.py::test_one_of_the_blocks_grows_by_e_at_most.

    `growth` is log(s_T / s_0).
    """
    return (steps / (1 + growth) - 1) / math.e


def growth_leading(steps: Any) -> Any:
    """log(r_t / r_0) of DoG along a constant gradient, up to O(1/t): 2 sqrt(t) - log(t) / 2 + c - 1 / (6 sqrt(t)).
    Derived: tests/models/adaptive/test_parameter_free.py::test_growth_along_a_constant_gradient.

    The step of time k multiplies r by 1 + (k + 1)^-1/2, except the first, which makes it r_0; c is GROWTH_CONSTANT.
    """
    return 2 * steps**0.5 - np.log(steps) / 2 + GROWTH_CONSTANT - 1 / (6 * steps**0.5)


def burn_in(growth: float) -> float:
    """Time at which `growth_leading` reaches log(d_0 / r_0) = `growth` > 1.
    Derived: tests/models/adaptive/test_parameter_free.py::test_burn_in_inverts_the_growth.

    Nearly (growth / 2)^2, from above.
    """
    t = (growth / 2) ** 2 + growth
    for _ in range(100):
        after = t * math.exp(2 * (growth - growth_leading(t)) / (2 * t**0.5 - 1))
        if abs(after - t) <= 1e-15 * t:
            break
        t = after
    return float(t)


def wandering_leading(steps: Any, first: Any) -> Any:
    """E log(r_T / r_t) of DoG under noise alone, as t grows: log(T / t) / 2, whatever the dimension.
    Derived: tests/models/adaptive/test_parameter_free.py::test_wandering_is_the_local_time_of_a_reflection.

    In the time s = log t, y = x / r moves as a Brownian motion of variance 1 a unit, reflected at |y| = 1, and
    d log r = dL, its local time: d|y|^2 = martingale + ds - 2 dL.
    """
    return np.log(steps / first) / 2
