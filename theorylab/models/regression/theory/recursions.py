"""The recursion of second moments: its coefficients, when it is stable, and what its functions accept.

Conventions of `model`: risk 1/2 sum_i lambda_i E e_i^2; step t uses the gradient at e_t. Derived in Li & Gu's setting
(arXiv 2502.14123) for this project: fourth moments E[x x^T A x x^T] = 2 H A H + H tr(H A) of Gaussian data, and
diag(p) diag(A) of one-hot data; H A H where noise is additive.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from theorylab.errors import InputError, require
from theorylab.models.regression import moments
from theorylab.models.regression.model import ADDITIVE, LeastSquares
from theorylab.numerics.arguments import positive

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def recursion(problem: LeastSquares, step_size: float) -> moments.Recursion:
    """Coefficients of the compiled recursions at a valid step size: gain = step_size^2 / B times the noise spectrum,
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.

    keep = (1-l)^2 + step_size^2 / B times the variance of the gradient per unit of c_i itself.
    """
    lam, step, batch = np.ascontiguousarray(problem.eigenvalues), float(step_size), problem.batch
    contraction = 1.0 - step * lam
    return moments.Recursion(
        eigenvalues=lam,
        keep=contraction**2 + step**2 / batch * gradient_spread(problem),
        gain=step**2 / batch * problem.noise_spectrum,
        contraction=contraction,
        feedback=feedback(problem),
        noise=float(problem.noise_std) ** 2,
        start=np.ascontiguousarray(problem.error0**2),
    )


def recursion_matrix(problem: LeastSquares, step_size: float) -> Floats:
    """Matrix (d, d) that takes the second moments of noiseless SGD one step on: diag(keep) + gain feedback l^T.
    Derived: tests/models/regression/test_theory.py::test_moments_grow_exactly_beyond_the_critical_step_size.
    """
    r = recursion(problem, positive("step_size", step_size))
    return np.asarray(np.diag(r.keep) + r.feedback * np.outer(r.gain, r.eigenvalues))


def moment_losses(problem: LeastSquares, step_size: float) -> Floats:
    """1 - keep of the recursion without cancellation, (d,), with l = step_size * eigenvalue.
    Derived: tests/models/regression/test_spectral.py::test_losses_are_one_minus_keep.

    Gaussian: l (2 - l (1 + 1/B)); one-hot: l (2 - l - step_size (1 - eigenvalue) / B); additive noise: l (2 - l).
    """
    lam, scaled = problem.eigenvalues, step_size * problem.eigenvalues
    if problem.design in ADDITIVE:
        return np.asarray(scaled * (2.0 - scaled))
    if problem.design == "one-hot":
        return np.asarray(scaled * (2.0 - scaled - step_size * (1.0 - lam) / problem.batch))
    return np.asarray(scaled * (2.0 - scaled * (1.0 + 1.0 / problem.batch)))


def gradient_spread(problem: LeastSquares) -> Floats:
    """Variance of one sample's gradient in direction i per unit of its own E e_i^2, beyond its mean, (d,).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    lam = problem.eigenvalues
    if problem.design in ADDITIVE:
        return np.zeros(problem.dimension)
    return np.asarray(lam * (1.0 - lam) if problem.design == "one-hot" else lam**2)


def feedback(problem: LeastSquares) -> float:
    """Whether noise is fed from direction to direction through S: 1 for Gaussian data, 0 for all other designs.
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    return 1.0 if problem.design == "gaussian" else 0.0


def risk_of(problem: LeastSquares, second_moments: Floats) -> Floats:
    """1/2 sum_i lambda_i m_i of second moments (points, d), (points,).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    return np.asarray(0.5 * (second_moments @ problem.eigenvalues))


def critical_step_size(problem: LeastSquares) -> float:
    """Step size at and beyond which second moments diverge.
    Derived: tests/models/regression/test_theory.py::test_critical_step_size_in_dimension_one.

    Gaussian: noise_amplification = 1 (with step_size * largest eigenvalue < 2 B / (B + 1)); one-hot:
    min_i 2 / (p_i + (1 - p_i) / B); additive noise: 2 / largest eigenvalue. For d = 1: 2 B / ((B + 2) lambda), and for
    B = 1 2. To a few 2^-53, relatively.
    """
    largest, batch = float(problem.eigenvalues[0]), problem.batch
    if problem.design in ADDITIVE:
        return 2.0 / largest
    if problem.design == "one-hot":
        return 2.0 / (largest + (1.0 - largest) / batch)
    if problem.dimension == 1:
        return 2.0 * batch / (batch + 2.0) / largest
    pole = 2.0 * batch / (batch + 1.0) / largest
    # K rises from 0 to infinity on (0, pole): the root is simple, and found to the last bits.
    tight = 4 * np.finfo(float).eps
    root = brentq(
        lambda step: noise_amplification(step, problem.eigenvalues, batch).sum() - 1.0,
        0.0, pole * (1 - tight), xtol=pole * tight, rtol=tight,
    )  # fmt: skip
    # One step of Newton takes what the tolerance of brentq leaves.
    scaled = root * problem.eigenvalues
    slope = (2.0 * problem.eigenvalues / (2.0 - scaled * (1.0 + 1.0 / batch)) ** 2 / batch).sum()
    return float(root - (noise_amplification(root, problem.eigenvalues, batch).sum() - 1.0) / slope)


def noise_amplification(step_size: Any, eigenvalues: Any, batch: Any = 1) -> Any:
    """Terms of K(step_size), one per eigenvalue: l / (2 - l (1 + 1/B)) / B with l = step_size * eigenvalue.
    Derived: tests/models/regression/test_theory.py::test_noise_amplification_is_the_fixed_point.

    Stationary Gaussian SGD sees the label noise sigma^2 / (1 - K), K the sum: S_inf = sigma^2 K / (1 - K); stable
    if and only if K < 1 (and l < 2 B / (B + 1)). Derived from the fixed point of the recursion.
    """
    scaled = step_size * eigenvalues
    return scaled / (2 - scaled * (1 + 1 / batch)) / batch


def is_stable(problem: LeastSquares, step_size: float) -> bool:
    """Whether second moments stay bounded: K < 1 and all losses > 0, by the last digits of a float.
    Derived: tests/models/regression/test_theory.py::test_critical_step_size_in_dimension_one.
    """
    return amplification(problem, step_size) < 1 and bool((moment_losses(problem, step_size) > 0).all())


def amplification(problem: LeastSquares, step_size: float) -> float:
    """K of `noise_amplification`, summed; 0 where noise is not fed back, inf beyond its pole.
    Derived: tests/models/regression/test_theory.py::test_stationary_risk_is_reached.
    """
    if not feedback(problem):
        return 0.0
    if not (moment_losses(problem, step_size) > 0).all():
        return np.inf
    return float(noise_amplification(step_size, problem.eigenvalues, problem.batch).sum())


def valid_step_size(problem: LeastSquares, step_size: float, allow_unstable: bool) -> None:
    """Raise InputError for a step size that is not finite and > 0, or unstable where that is not allowed."""
    positive("step_size", step_size)
    if not allow_unstable:
        limit = critical_step_size(problem)
        require(
            step_size < limit and is_stable(problem, step_size),
            f"step_size={step_size:g} is unstable: second moments of SGD on this {problem.design} problem need "
            f"< {limit:.6g}; lower it, or allow_unstable=True to study divergence",
        )


def valid_decay(ema_decay: float) -> None:
    """Raise InputError for a decay outside [0, 1)."""
    require(
        np.ndim(ema_decay) == 0 and 0 <= ema_decay < 1,
        f"ema_decay={ema_decay} is not allowed: give a number in [0, 1)",
    )


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
