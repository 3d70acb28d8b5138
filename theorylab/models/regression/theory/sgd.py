"""SGD and its averages: second moments and risks at any number of steps, closed forms of their means.

Conventions of `model`: risk 1/2 sum_i lambda_i E e_i^2; step t uses the gradient at e_t; averages over N steps hold
e_0, ..., e_{N-1}. There are two roads to one value: few steps are made (`stepped`), many are leapt over by the modes of
the recursion (`spectral`); `steps_are_made` says which. An array of step sizes, one for every step, takes the road of
`scheduled` instead, where any sizes >= 0 are allowed: over finitely many steps moments are finite.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory import scheduled, spectral, stepped
from theorylab.models.regression.theory.recursions import (
    averaging_starts,
    is_stable,
    risk_of,
    valid_decay,
    valid_step_size,
)
from theorylab.numerics.arguments import increasing_steps, numbers

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
CHEAP_WORK = 2**28
"""Steps times directions that are made one by one: a tenth of a second or a few."""


def sgd_risk(problem: LeastSquares, step_size: ArrayLike, steps: ArrayLike, *, allow_unstable: bool = False) -> Floats:
    """Expected excess risk of the iterate after each number of `steps`, (points,).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.

    Raises InputError for a step size <= 0, one at or beyond `critical_step_size` (unless allow_unstable) or too close
    to it for many steps, step sizes that are not one finite number >= 0 for every step, or steps that are not
    increasing integers in [0, 2^53].
    """
    points = increasing_steps(steps)
    road, size = _road(problem, step_size, points, allow_unstable)
    return np.asarray(road.sgd_risk(problem, size, points))


def ema_risk(
    problem: LeastSquares, step_size: ArrayLike, ema_decay: float, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """Expected excess risk of the EMA of the iterates, (points,); ema_decay in [0, 1). Raises as `sgd_risk`.
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    return risk_of(problem, ema_moments(problem, step_size, ema_decay, steps, allow_unstable=allow_unstable))


def average_risk(
    problem: LeastSquares, step_size: ArrayLike, start: ArrayLike, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """Expected excess risk of the mean of e_t over start <= t < N, at each N of `steps`, (points,).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.

    start: one integer (0: average from the beginning), or one per entry of `steps`, not decreasing; each below its
    N. Raises as `sgd_risk`.
    """
    return risk_of(problem, average_moments(problem, step_size, start, steps, allow_unstable=allow_unstable))


def weighted_risk(problem: LeastSquares, step_size: ArrayLike, weights: ArrayLike) -> Floats:
    """Expected excess risk of sum_t weights_t e_t over t = 0, ..., N - 1, for each row of `weights`, (schemes, N).
    Derived: tests/models/regression/test_theory.py::test_weighted_risks_are_those_of_the_averages_they_name.

    Any averaging scheme, (schemes,): last iterate, EMA and means are rows among others. By E e_{t+k} e_t = q^k E e_t^2
    the sum is that of weights_t^2 c_t + 2 weights_t p_t, p_t = sum_{s<t} weights_s q^(t-s) c_s; O(schemes N d). Raises
    InputError for weights that are not (schemes, N) finite numbers, and as `sgd_risk`.
    """
    rows = numbers("weights", weights)
    require(
        rows.ndim == 2 and bool(rows.size) and bool(np.isfinite(rows).all()),
        f"weights of shape {rows.shape} are not allowed: give finite numbers (schemes, N), N >= 1",
    )
    moments = sgd_moments(problem, step_size, np.arange(rows.shape[1]))
    sizes = np.broadcast_to(np.ravel(step_size)[: rows.shape[1]], rows.shape[1:])
    crossed, total = np.zeros((rows.shape[0], problem.dimension)), np.zeros((rows.shape[0], problem.dimension))
    for weight, now, contraction in zip(
        rows.T[:, :, None], moments, 1 - np.outer(sizes, problem.eigenvalues), strict=True
    ):
        total += weight * (weight * now + 2 * crossed)
        crossed = contraction * (crossed + weight * now)
    return risk_of(problem, total)


def sgd_moments(
    problem: LeastSquares, step_size: ArrayLike, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """E e_{t,i}^2 in every direction, (points, d). Raises as `sgd_risk`.
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    points = increasing_steps(steps)
    road, size = _road(problem, step_size, points, allow_unstable)
    return np.asarray(road.sgd_moments(problem, size, points))


def ema_moments(
    problem: LeastSquares, step_size: ArrayLike, ema_decay: float, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """E m_{t,i}^2 of m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, (points, d): takes e_t, not e_{t+1}.
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.

    Raises as `sgd_risk`, and for a decay outside [0, 1).
    """
    points = increasing_steps(steps)
    valid_decay(ema_decay)
    road, size = _road(problem, step_size, points, allow_unstable)
    return np.asarray(road.ema_moments(problem, size, float(ema_decay), points))


def average_moments(
    problem: LeastSquares, step_size: ArrayLike, start: ArrayLike, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """E of the squared mean of e_{t,i} over start <= t < N, (points, d). Arguments and errors as `average_risk`.
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    points = increasing_steps(steps)
    starts = averaging_starts(start, points)
    road, size = _road(problem, step_size, points, allow_unstable)
    out = np.empty((points.size, problem.dimension))
    for first in np.unique(starts):
        mask = starts == first
        out[mask] = road.average_moments(problem, size, int(first), points[mask])
    return out


def relative_rounding(
    problem: LeastSquares, step_size: ArrayLike, steps: ArrayLike, risks: ArrayLike | None = None
) -> Floats:
    """Bound on the relative rounding errors of this module's risks, after `steps` as they were asked for, (points,).
    Derived: tests/models/regression/test_theory.py::test_rounding_bound_holds_against_exact_rationals.

    Where steps are made it holds for every moment as well, and needs no risks: see `stepped.relative_rounding`.
    Where they are leapt over it needs the `risks` (points,) themselves: see `spectral.relative_rounding`. Raises
    InputError without risks there, for other than one per step, or for step sizes that no bound is proved for.
    """
    points = increasing_steps(steps)
    if np.ndim(step_size):
        return scheduled.relative_rounding(problem, scheduled.valid_schedule("step_size", step_size, points), points)
    size: Any = step_size
    if steps_are_made(problem, size, points):
        return stepped.relative_rounding(problem, size, points)
    require(risks is not None, f"steps reach {points[-1]}, which are not made one by one: the bound needs risks=")
    values = np.asarray(risks, dtype=float)
    require(values.shape == points.shape, f"risks have shape {values.shape}, steps {points.shape}: give one per step")
    return spectral.relative_rounding(problem, size, points, values)


def steps_are_made(problem: LeastSquares, step_size: float, points: Integers) -> bool:
    """Whether moments after `points` steps are computed by making them: where that is cheap, or there is no other way.

    They are leapt over at the cost of about 64 steps per direction and point.
    """
    steps, d = int(points[-1]), problem.dimension
    return d * steps <= CHEAP_WORK or steps <= 64 * d * points.size or not is_stable(problem, step_size)


def _road(
    problem: LeastSquares, step_size: ArrayLike, points: Integers, allow_unstable: bool
) -> tuple[types.ModuleType, Any]:
    """`scheduled`, `stepped` or `spectral`, and the step sizes or the step size, valid."""
    if np.ndim(step_size):
        return scheduled, scheduled.valid_schedule("step_size", step_size, points)
    size: Any = step_size
    valid_step_size(problem, size, allow_unstable)
    return (stepped if steps_are_made(problem, float(size), points) else spectral), float(size)


def ema_bias_factor(step_size: Any, eigenvalue: Any, ema_decay: Any, steps: Any) -> Any:
    """E m_N / e_0 in one direction: (l a^N - (1-a) q^N) / (l - (1-a)), l = step_size * eigenvalue, q = 1 - l.
    Derived: tests/models/regression/test_theory.py::test_ema_bias_factor_is_the_sum_it_stands_for.

    0/0 at q = a, where `ema_bias_factor_at_coincidence` is the limit; cancels near it.
    """
    scaled = step_size * eigenvalue
    return (scaled * ema_decay**steps - (1 - ema_decay) * (1 - scaled) ** steps) / (scaled - (1 - ema_decay))


def ema_bias_factor_at_coincidence(ema_decay: Any, steps: Any) -> Any:
    """E m_N / e_0 where 1 - step_size * eigenvalue = a: a^N + N (1-a) a^(N-1), N >= 1.
    Derived: tests/models/regression/test_theory.py::test_ema_bias_factor_has_its_limit_at_coincidence.
    """
    return ema_decay**steps + steps * (1 - ema_decay) * ema_decay ** (steps - 1)


def sgd_bias_factor(step_size: Any, eigenvalue: Any, steps: Any) -> Any:
    """E e_N / e_0 in one direction: (1 - step_size * eigenvalue)^N.
    Derived: tests/models/regression/test_theory.py::test_closed_forms_match_recursions_numerically.
    """
    return (1 - step_size * eigenvalue) ** steps


def average_bias_factor(step_size: Any, eigenvalue: Any, steps: Any) -> Any:
    """E of the mean of e_0..e_{N-1}, over e_0, in one direction: (1 - q^N) / (N l), l = step_size * eigenvalue.
    Derived: tests/models/regression/test_theory.py::test_average_bias_factor_is_the_mean_of_powers.
    """
    scaled = step_size * eigenvalue
    return (1 - (1 - scaled) ** steps) / (steps * scaled)


def stationary_variance_ratio(ema_decay: Any, contraction: Any) -> Any:
    """Stationary E m_i^2 / E e_i^2 at mean factor q per step: (1-a)(1+aq) / ((1+a)(1-aq)) < 1.
    Derived: tests/models/regression/test_theory.py::test_stationary_variance_ratio_solves_the_recursion.
    """
    a, q = ema_decay, contraction
    return (1 - a) * (1 + a * q) / ((1 + a) * (1 - a * q))


def mean_paths(problem: LeastSquares, step_size: float, ema_decay: float, steps: ArrayLike) -> dict[str, Floats]:
    """Expected errors 'last', 'ema', 'average' (from 0), each (points, d), by their recursions; steps from 1.
    Derived: tests/models/regression/test_theory.py::test_closed_forms_match_recursions_numerically.

    The road beside the closed forms `sgd_bias_factor`, `ema_bias_factor`, `average_bias_factor`. Raises as
    `sgd_risk`.
    """
    steps = increasing_steps(steps)
    require(steps[0] >= 1, "steps must start at 1: an average over no iterate is not defined")
    valid_step_size(problem, step_size, True)
    valid_decay(ema_decay)
    contraction = 1 - step_size * problem.eigenvalues
    last, ema, total = problem.error0.copy(), problem.error0.copy(), np.zeros(problem.dimension)
    wanted = {int(step): k for k, step in enumerate(steps)}
    out = {name: np.empty((steps.size, problem.dimension)) for name in ("last", "ema", "average")}
    for t in range(1, int(steps[-1]) + 1):
        ema = ema_decay * ema + (1 - ema_decay) * last
        total = total + last
        last = contraction * last
        if (k := wanted.get(t)) is not None:
            out["last"][k], out["ema"][k], out["average"][k] = last, ema, total / t
    return out
