"""The risks of `sgd` at any horizon, to 1e12 steps and beyond: by modes of the recursion instead of its steps.

Same arguments, conventions and values as `sgd_risk`, `ema_risk`, `average_risk` and the moments; those step the
recursion and are the oracle of these, which cost the same at every horizon: O(d^2) once, then O(d) per point for the
risk of the last iterate and O(d^2) per point (times log2 of the steps for averages) for everything else. Stable step
sizes only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.regression import horizons
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory.sgd import (
    averaging_starts,
    feedback,
    increasing_steps,
    noise_amplification,
    risk_of,
    valid_decay,
    valid_step_size,
)

Floats = NDArray[np.float64]


def spectral_sgd_risk(problem: LeastSquares, step_size: float, steps: ArrayLike) -> Floats:
    """Expected excess risk 1/2 sum_i l_i E e_{t,i}^2 of the iterate after each number of `steps`, (points,).

    Raises InputError for a step size <= 0 or at or beyond `critical_step_size`, or steps that are not increasing
    integers in [0, 2^53].
    """
    points = _points(steps)
    if feedback(problem):
        return 0.5 * horizons.feedback_sum(_driven(problem, step_size), points)
    return risk_of(problem, spectral_sgd_moments(problem, step_size, points))


def spectral_ema_risk(problem: LeastSquares, step_size: float, ema_decay: float, steps: ArrayLike) -> Floats:
    """Expected excess risk of the EMA of the iterates, (points,). Raises as that of SGD, and unless 0 <= a < 1."""
    return risk_of(problem, spectral_ema_moments(problem, step_size, ema_decay, steps))


def spectral_average_risk(problem: LeastSquares, step_size: float, start: ArrayLike, steps: ArrayLike) -> Floats:
    """Expected excess risk of the mean of e_t over start <= t < N, at each N of `steps`, (points,).

    start: one integer, or one per step, not decreasing, each below its N. Raises as `spectral_sgd_risk`.
    """
    return risk_of(problem, spectral_average_moments(problem, step_size, start, steps))


def spectral_sgd_moments(problem: LeastSquares, step_size: float, steps: ArrayLike) -> Floats:
    """E e_{t,i}^2 in every direction, (points, d). Raises as `spectral_sgd_risk`."""
    points = _points(steps)
    return np.asarray(horizons.last(_driven(problem, step_size), points))


def spectral_ema_moments(problem: LeastSquares, step_size: float, ema_decay: float, steps: ArrayLike) -> Floats:
    """E m_{t,i}^2 of m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, (points, d). Raises as `spectral_ema_risk`."""
    points = _points(steps)
    valid_decay(ema_decay)
    return np.asarray(horizons.ema(_driven(problem, step_size), float(ema_decay), points))


def spectral_average_moments(problem: LeastSquares, step_size: float, start: ArrayLike, steps: ArrayLike) -> Floats:
    """E of the squared mean of e_{t,i} over start <= t < N, (points, d). Arguments and errors as of the risk."""
    points = _points(steps)
    starts = averaging_starts(start, points)
    driven = _driven(problem, step_size)
    out = np.empty((points.size, problem.dimension))
    for first in np.unique(starts):
        mask = starts == first
        out[mask] = horizons.average(driven, int(first), points[mask])
    return out


def spectral_relative_rounding(problem: LeastSquares, step_size: float, steps: ArrayLike, risks: ArrayLike) -> Floats:
    """Bound (points,) on the relative rounding errors of `risks` (points,) of this module after `steps` (points,).

    (d + 64 + 16 log2(t + 1)) (2 + log max(R_0 / R_t, 1)) 2^-52 / (1 - K), K = `noise_amplification` summed (0 if
    one-hot). Sums of d terms and the doublings give the first factor, in the rates and in the amplitudes. A relative
    error e of the rates moves exp(-x_k), x_k = rate_k t, by e x_k; the mean of x_k under weights p_k exp(-x_k) is at
    most log(sum p_k / sum p_k exp(-x_k)), by Jensen. Of noise it moves (1 - exp(-x_k)) / rate_k by at most e. Roots are
    relatively exact to 2^-52 / (1 - K), as 1 - K is a difference. Amplitudes p_k of the start are of both signs where
    slow directions start larger than fast ones, of size 1 / (1 - K) in units of their sum: that errors of consistent
    eigenvectors do not add up to more than that is tried in tests, not proven. Raises InputError where step_size *
    largest eigenvalue > 1 (averages cancel there), or unstable.
    """
    valid_step_size(problem, step_size, False)
    points, values = _points(steps), np.asarray(risks, dtype=float)
    scaled = step_size * float(problem.eigenvalues[0])
    require(scaled <= 1, f"step_size * largest eigenvalue = {scaled:.3g}: the rounding bound needs <= 1")
    require(values.shape == points.shape, f"risks have shape {values.shape}, steps {points.shape}: give one per step")
    amplified = 0.0
    if feedback(problem):
        amplified = float(noise_amplification(step_size, problem.eigenvalues, problem.batch).sum())
    first = 0.5 * float(problem.eigenvalues @ problem.error0**2)
    with np.errstate(divide="ignore"):
        fallen = np.where(values < first, np.log(first) - np.log(values), 0.0)
    terms = problem.dimension + 64 + 16 * np.log2(points + 1.0)
    return np.asarray(terms * (2 + fallen) * 2.0**-52 / (1 - amplified))


def moment_losses(problem: LeastSquares, step_size: float) -> Floats:
    """1 - keep of the recursion without cancellation, (d,), with l = step_size * eigenvalue.

    Gaussian: l (2 - l (1 + 1/B)); one-hot: l (2 - l - step_size (1 - eigenvalue) / B).
    """
    lam, scaled = problem.eigenvalues, step_size * problem.eigenvalues
    if problem.design == "one-hot":
        return np.asarray(scaled * (2.0 - scaled - step_size * (1.0 - lam) / problem.batch))
    return np.asarray(scaled * (2.0 - scaled * (1.0 + 1.0 / problem.batch)))


def _points(steps: ArrayLike) -> NDArray[np.int64]:
    points = increasing_steps(steps)
    require(points[-1] <= 2**53, f"steps reach {points[-1]}: give at most 2^53, beyond which floats skip integers")
    return points


def _driven(problem: LeastSquares, step_size: float) -> horizons.Driven:
    valid_step_size(problem, step_size, False)
    return horizons.driven(
        problem.eigenvalues, moment_losses(problem, step_size), float(step_size), problem.batch, feedback(problem),
        problem.noise_std**2, problem.error0**2,
    )  # fmt: skip
