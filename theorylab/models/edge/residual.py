"""Two weights on one residual: how fast a strong and a weak feature of the same datum grow, and where they end.

f = a^2 + b^2 with pre-activations a, b > 0 of the strong and the weak feature, of squared lengths V > U; loss r^2 / 2,
r = 1 - f. A step of gradient descent multiplies both by factors of the same residual,

    a <- a (1 + 2 step_size V r),    b <- b (1 + 2 step_size U r).

load = step_size V. The fixed point a = 1, b = 0 has sharpness 4 V, so that residuals oscillate beyond load 1/2; for b =
0, f follows the map f (1 + s (1 - f))^2, s = 2 load, of `theory.balanced_map`. A run stops where a factor is not > 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import increasing_steps, number, positive
from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OSCILLATES = 0.5
"""Load beyond which the residual of one feature does not settle at 0."""
FOUR_CYCLE = (5**0.5 - 1) / 2
"""Load at which its 2-cycle gives way."""
SIGN_CHANGE = (27**0.5 / 2 - 1) / 2
"""Load beyond which a factor can become negative: (1 + s)^2 = 27/4."""


class Path(NamedTuple):
    """A run at the recorded steps, (points,) each; not a number from where a factor was not > 0."""

    strong: Floats
    """a."""
    weak: Floats
    """b."""
    residuals: Floats
    """Sum of r over the steps made."""
    squares: Floats
    """Sum of r^2."""
    cubes: Floats
    """Sum of r^3."""
    logarithms: Floats
    """Sum of log(1 + 2 step_size V r)."""


@kernel
def descend(start: Floats, lengths: Floats, step_size: float, linear: bool, steps: Integers) -> Floats:
    """The rows of `Path`, (6, points), from start (a, b) with lengths (V, U); linear: f = a + b, for comparison.
    Derived: tests/models/edge/test_residual.py::test_a_run_is_that_of_plain_python.

    There a <- a + step_size V r, b <- b + step_size U r, and no factor is recorded.
    """
    out = np.full((6, steps.size), np.nan)
    a, b, t = start[0], start[1], 0
    first, second, third, logs, alive = 0.0, 0.0, 0.0, 0.0, True
    for j in range(steps.size):
        while t < steps[j] and alive:
            if linear:
                r = 1.0 - a - b
                a, b = a + step_size * lengths[0] * r, b + step_size * lengths[1] * r
            else:
                r = 1.0 - a * a - b * b
                factor = 1.0 + 2.0 * step_size * lengths[0] * r
                alive = factor > 0.0
                if alive:
                    a, b = a * factor, b * (1.0 + 2.0 * step_size * lengths[1] * r)
                    logs += np.log(factor)
            first, second, third = first + r, second + r * r, third + r * r * r
            t += 1
        if alive:
            out[0, j], out[1, j], out[2, j] = a, b, first
            out[3, j], out[4, j], out[5, j] = second, third, logs
    return out


def run(start: ArrayLike, lengths: ArrayLike, step_size: float, steps: ArrayLike, *, linear: bool = False) -> Path:
    """Gradient descent from (a, b), lengths (V, U); `linear` takes f = a + b instead of a^2 + b^2.
    Derived: tests/models/edge/test_residual.py::test_a_run_is_that_of_plain_python.

    Raises InputError for a start that is not a > 0, b >= 0, lengths that are not V > 0, U >= 0, a step size that is not
    finite and > 0, or steps that do not increase.
    """
    pairs = [np.asarray(pair, dtype=float) for pair in (start, lengths)]
    for name, pair in zip(("start", "lengths"), pairs, strict=True):
        require(pair.shape == (2,), f"{name} of shape {pair.shape}: give two numbers, of the strong and the weak one")
        positive(f"{name}[0]", float(pair[0]))
        number(f"{name}[1]", float(pair[1]), least=0.0)
    points = increasing_steps(steps)
    return Path(*descend(*pairs, positive("step_size", step_size), bool(linear), points))


def cycle_residual(load: Any) -> Any:
    """Mean residual over the 2-cycle of one feature: 1/2 - 1 / (4 load), for loads in (1/2, (sqrt 5 - 1) / 2).
    Derived: tests/models/edge/test_residual.py::test_cycle_of_one_feature.
    """
    return (2 * load - 1) / (4 * load)


def residual_sum_bound(load: Any, log_growth: Any, squares: Any, cubes: Any) -> Any:
    """Lower bound of sum r after any run with positive factors: log(a_T / a_0) / (2 load) + load S2 - 4/3 load^2 S3.
    Derived: tests/models/edge/test_residual.py::test_residual_sum_bound_is_the_cubic_of_the_logarithm.
    """
    return log_growth / (2 * load) + load * squares - 4 * load**2 * cubes / 3


def cycle_weak_growth(load: Any, ratio: Any) -> Any:
    """Factor of a small b over two steps of that cycle: 1 + k (1 - k) (2 load - 1), k = ratio = U / V.
    Derived: tests/models/edge/test_residual.py::test_weak_feature_over_a_cycle.
    """
    return 1 + ratio * (1 - ratio) * (2 * load - 1)


def weak_growth_bound(strong_growth: Any, ratio: Any) -> Any:
    """Lower bound of b_T / b_0: (a_T / a_0)^(U/V), by concavity of the logarithm; equality as the step size goes to 0.
    Derived: tests/models/edge/test_residual.py::test_weak_growth_bound_holds_at_every_step_size.
    """
    return strong_growth**ratio


def weak_share_bound(step_size: Any, strong: Any, weak: Any, edge: Any = 2) -> Any:
    """Least b^2 of a minimum of sharpness 4 (V a^2 + U b^2) <= edge / step_size: (V - edge / (4 step_size)) / (V - U).
    Derived: tests/models/edge/test_residual.py::test_weak_share_bound_is_the_edge_of_stability.

    Negative where every minimum is that flat.
    """
    return (strong - edge / (4 * step_size)) / (strong - weak)
