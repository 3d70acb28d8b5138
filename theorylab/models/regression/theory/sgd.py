"""SGD and its averages: second moments, risks, the stability limit, closed forms.

Conventions of `model`: risk 1/2 sum_i lambda_i E e_i^2; step t uses the gradient at e_t; averages over N steps hold
e_0, ..., e_{N-1}. The recursions are derived in Li & Gu's setting (arXiv 2502.14123) for this project: fourth moments
E[x x^T A x x^T] = 2 H A H + H tr(H A) of Gaussian data, and diag(p) diag(A) of one-hot data.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from theorylab.errors import InputError, require
from theorylab.models.regression import moments
from theorylab.models.regression.model import LeastSquares

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def sgd_risk(problem: LeastSquares, step_size: float, steps: ArrayLike, *, allow_unstable: bool = False) -> Floats:
    """Expected excess risk of the iterate after each number of `steps`, (points,).

    Raises InputError for a step size <= 0, one at or beyond `critical_step_size` (unless allow_unstable), or steps
    that are not increasing integers >= 0.
    """
    return risk_of(problem, sgd_moments(problem, step_size, steps, allow_unstable=allow_unstable))


def ema_risk(
    problem: LeastSquares, step_size: float, ema_decay: float, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """Expected excess risk of the EMA of the iterates, (points,); ema_decay in [0, 1). Raises as `sgd_risk`."""
    return risk_of(problem, ema_moments(problem, step_size, ema_decay, steps, allow_unstable=allow_unstable))


def average_risk(
    problem: LeastSquares, step_size: float, start: ArrayLike, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """Expected excess risk of the mean of e_t over start <= t < N, at each N of `steps`, (points,).

    start: one integer (0: average from the beginning), or one per entry of `steps`, not decreasing; each below its
    N. Raises as `sgd_risk`.
    """
    return risk_of(problem, average_moments(problem, step_size, start, steps, allow_unstable=allow_unstable))


def sgd_moments(problem: LeastSquares, step_size: float, steps: ArrayLike, *, allow_unstable: bool = False) -> Floats:
    """E e_{t,i}^2 in every direction, (points, d). Raises as `sgd_risk`."""
    steps = increasing_steps(steps)
    return np.asarray(moments.last(recursion(problem, step_size, allow_unstable), steps))


def ema_moments(
    problem: LeastSquares, step_size: float, ema_decay: float, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """E m_{t,i}^2 of m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, (points, d): takes e_t, not e_{t+1}.

    Raises as `sgd_risk`, and for a decay outside [0, 1).
    """
    steps = increasing_steps(steps)
    valid_decay(ema_decay)
    return np.asarray(moments.ema(recursion(problem, step_size, allow_unstable), float(ema_decay), steps))


def average_moments(
    problem: LeastSquares, step_size: float, start: ArrayLike, steps: ArrayLike, *, allow_unstable: bool = False
) -> Floats:
    """E of the squared mean of e_{t,i} over start <= t < N, (points, d). Arguments and errors as `average_risk`."""
    steps = increasing_steps(steps)
    starts = averaging_starts(start, steps)
    coefficients = recursion(problem, step_size, allow_unstable)
    out = np.empty((steps.size, problem.dimension))
    for first in np.unique(starts):
        mask = starts == first
        out[mask] = moments.average(coefficients, int(first), steps[mask])
    return out


def critical_step_size(problem: LeastSquares) -> float:
    """Step size at and beyond which second moments diverge.

    Gaussian: noise_amplification = 1 (with step_size * largest eigenvalue < 2 B / (B + 1)); one-hot:
    min_i 2 / (p_i + (1 - p_i) / B). For d = 1, B = 1: 2 / (3 lambda) and 2.
    """
    largest, batch = float(problem.eigenvalues[0]), problem.batch
    if problem.design == "one-hot":
        return 2.0 / (largest + (1.0 - largest) / batch)
    pole = 2.0 * batch / (batch + 1.0) / largest
    # K rises from 0 to infinity on (0, pole): the root is simple, and found to the last bits.
    tight = 4 * np.finfo(float).eps
    root = brentq(
        lambda step: noise_amplification(step, problem.eigenvalues, batch).sum() - 1.0,
        0.0, pole * (1 - tight), xtol=pole * tight, rtol=tight,
    )  # fmt: skip
    return float(root)


def noise_amplification(step_size: Any, eigenvalues: Any, batch: Any = 1) -> Any:
    """Terms of K(step_size), one per eigenvalue: l / (2 - l (1 + 1/B)) / B with l = step_size * eigenvalue.

    Stationary Gaussian SGD sees the label noise sigma^2 / (1 - K), K the sum: S_inf = sigma^2 K / (1 - K); stable
    if and only if K < 1 (and l < 2 B / (B + 1)). Derived from the fixed point of the recursion.
    """
    scaled = step_size * eigenvalues
    return scaled / (2 - scaled * (1 + 1 / batch)) / batch


def ema_bias_factor(step_size: Any, eigenvalue: Any, ema_decay: Any, steps: Any) -> Any:
    """E m_N / e_0 in one direction: (l a^N - (1-a) q^N) / (l - (1-a)), l = step_size * eigenvalue, q = 1 - l.

    0/0 at q = a, where `ema_bias_factor_at_coincidence` is the limit; cancels near it. Derived.
    """
    scaled = step_size * eigenvalue
    return (scaled * ema_decay**steps - (1 - ema_decay) * (1 - scaled) ** steps) / (scaled - (1 - ema_decay))


def ema_bias_factor_at_coincidence(ema_decay: Any, steps: Any) -> Any:
    """E m_N / e_0 where 1 - step_size * eigenvalue = a: a^N + N (1-a) a^(N-1), N >= 1. Derived."""
    return ema_decay**steps + steps * (1 - ema_decay) * ema_decay ** (steps - 1)


def sgd_bias_factor(step_size: Any, eigenvalue: Any, steps: Any) -> Any:
    """E e_N / e_0 in one direction: (1 - step_size * eigenvalue)^N."""
    return (1 - step_size * eigenvalue) ** steps


def average_bias_factor(step_size: Any, eigenvalue: Any, steps: Any) -> Any:
    """E of the mean of e_0..e_{N-1}, over e_0, in one direction: (1 - q^N) / (N l), l = step_size * eigenvalue."""
    scaled = step_size * eigenvalue
    return (1 - (1 - scaled) ** steps) / (steps * scaled)


def stationary_variance_ratio(ema_decay: Any, contraction: Any) -> Any:
    """Stationary E m_i^2 / E e_i^2 at mean factor q per step: (1-a)(1+aq) / ((1+a)(1-aq)) < 1. Derived."""
    a, q = ema_decay, contraction
    return (1 - a) * (1 + a * q) / ((1 + a) * (1 - a * q))


def mean_paths(problem: LeastSquares, step_size: float, ema_decay: float, steps: ArrayLike) -> dict[str, Floats]:
    """Expected errors 'last', 'ema', 'average' (from 0), each (points, d), by their recursions; steps from 1.

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


def relative_rounding(problem: LeastSquares, step_size: float, steps: ArrayLike) -> Floats:
    """Bound on the relative rounding error of every moment and risk of this module, (points,).

    (t + 1)(d + 24) 2^-52. All terms are non-negative where step_size * largest eigenvalue <= 1/2, so nothing
    cancels: relative errors of sums are those of their terms, the dot product adds d, coefficients and updates add
    fewer than 24 units 2^-53 per step, and the factor two covers second order. Raises InputError beyond 1/2.
    """
    scaled = step_size * float(problem.eigenvalues[0])
    require(scaled <= 0.5, f"step_size * largest eigenvalue = {scaled:.3g}: the rounding bound needs <= 1/2")
    return (np.asarray(steps, dtype=float) + 1.0) * (problem.dimension + 24) * 2.0**-52


def recursion_matrix(problem: LeastSquares, step_size: float) -> Floats:
    """Matrix (d, d) that takes the second moments of noiseless SGD one step on: diag(keep) + gain feedback l^T."""
    r = recursion(problem, step_size, True)
    return np.asarray(np.diag(r.keep) + r.feedback * np.outer(r.gain, r.eigenvalues))


def recursion(problem: LeastSquares, step_size: float, allow_unstable: bool) -> moments.Recursion:
    """Coefficients of the compiled recursions, validated: gain = step_size^2 lambda / B,

    keep = (1-l)^2 + step_size^2 / B times the variance of the gradient per unit of c_i itself.
    """
    valid_step_size(problem, step_size, allow_unstable)
    lam, step, batch = np.ascontiguousarray(problem.eigenvalues), float(step_size), problem.batch
    contraction = 1.0 - step * lam
    return moments.Recursion(
        eigenvalues=lam,
        keep=contraction**2 + step**2 / batch * gradient_spread(problem),
        gain=step**2 / batch * lam,
        contraction=contraction,
        feedback=feedback(problem),
        noise=float(problem.noise_std) ** 2,
        start=np.ascontiguousarray(problem.error0**2),
    )


def gradient_spread(problem: LeastSquares) -> Floats:
    """Variance of one sample's gradient in direction i per unit of its own E e_i^2, beyond its mean, (d,)."""
    lam = problem.eigenvalues
    return np.asarray(lam * (1.0 - lam) if problem.design == "one-hot" else lam**2)


def feedback(problem: LeastSquares) -> float:
    """Whether noise is fed from direction to direction through S: 1 for Gaussian data, 0 for one-hot data."""
    return 0.0 if problem.design == "one-hot" else 1.0


def risk_of(problem: LeastSquares, second_moments: Floats) -> Floats:
    """1/2 sum_i lambda_i m_i of second moments (points, d), (points,)."""
    return np.asarray(0.5 * (second_moments @ problem.eigenvalues))


def valid_step_size(problem: LeastSquares, step_size: float, allow_unstable: bool) -> None:
    """Raise InputError for a step size that is not finite and > 0, or unstable where that is not allowed."""
    require(
        np.ndim(step_size) == 0 and np.isfinite(step_size) and step_size > 0,
        f"step_size={step_size} is not allowed: give a finite number > 0",
    )
    if not allow_unstable:
        limit = critical_step_size(problem)
        require(
            step_size < limit,
            f"step_size={step_size:g} is unstable: second moments of SGD on this {problem.design} problem need "
            f"< {limit:.6g}; lower it, or allow_unstable=True to study divergence",
        )


def valid_decay(ema_decay: float) -> None:
    """Raise InputError for a decay outside [0, 1)."""
    require(
        np.ndim(ema_decay) == 0 and 0 <= ema_decay < 1,
        f"ema_decay={ema_decay} is not allowed: give a number in [0, 1)",
    )


def increasing_steps(steps: ArrayLike) -> Integers:
    """`steps` as an array of integers, (points,). InputError unless they are integers >= 0 that increase."""
    given = np.asarray(steps)
    whole = np.asarray(given, dtype=float)
    require(given.ndim == 1 and given.size, f"steps need shape (points,), points >= 1, not {given.shape}")
    require(
        np.isfinite(whole).all() and (whole == np.round(whole)).all() and (whole >= 0).all(),
        "steps must be integers >= 0",
    )
    falls = np.flatnonzero(np.diff(whole) <= 0)
    if falls.size:
        k = falls[0]
        raise InputError(f"steps must increase, but {whole[k]:g} is followed by {whole[k + 1]:g}: sort, drop repeats")
    return whole.astype(np.int64)


def averaging_starts(start: ArrayLike, steps: Integers) -> Integers:
    """One start of averaging per entry of `steps`. InputError unless integers, not decreasing, 0 <= start < N."""
    given = np.asarray(start, dtype=float)
    require(
        given.ndim == 0 or given.shape == steps.shape,
        f"start has shape {given.shape}: give one integer, or one per step {steps.shape}",
    )
    starts = np.broadcast_to(given, steps.shape)
    bad = np.flatnonzero(~((starts == np.round(starts)) & (starts >= 0) & (starts < steps)))
    if bad.size:
        raise InputError(
            f"start={starts[bad[0]]:g} at steps={steps[bad[0]]} is not allowed: an average over [start, steps) needs "
            "an integer start with 0 <= start < steps"
        )
    require((np.diff(starts) >= 0).all(), "start must not decrease along the steps")
    return starts.astype(np.int64)
