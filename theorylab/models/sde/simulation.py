"""Monte Carlo where no transfer operator reaches: RMSprop in several dimensions, USAM on the unbounded line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.sde import kernels
from theorylab.models.sde.model import Limit, square
from theorylab.numerics.arguments import positive, whole
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]


def rmsprop_covariance(
    hessian: ArrayLike,
    covariance: ArrayLike,
    limit: Limit,
    *,
    time_step: float,
    steps: int,
    replicas: int,
    seed: int,
) -> Curve:
    """Curve over the entries i <= j of E x_i x_j of RMSprop on x^T H x / 2, normal noise of covariance C.

    Averaged over the second half of the run, from x = 0 and u = diag C; steps * time_step is the time that the first
    half is given to come to rest, and 1/rate that of u. Raises InputError for shapes that do not fit, a covariance that
    is not positive definite, or a decay outside [0, 1).
    """
    h = square("hessian", hessian)
    c = square("covariance", covariance, h.shape[0])
    require((np.linalg.eigvalsh(c) > 0).all(), "covariance must be positive definite: every direction needs noise")
    rate, step = positive("rate", limit.rate), positive("time_step", time_step)
    require(rate * step <= 1, f"time_step={step:g} leaves no decay at rate {rate:g}: give <= {1 / rate:g}")
    whole("steps", steps, 2)
    problem = kernels.Quadratic(
        np.ascontiguousarray(h), np.asarray(np.linalg.cholesky(c), dtype=float), float(limit.noise),
        float(limit.epsilon), rate, step, np.diag(c).copy(),
    )  # fmt: skip
    entries = np.arange(h.shape[0] * (h.shape[0] + 1) // 2)
    return replicate(
        kernels.rmsprop_moments, problem, int(steps), x=entries, replicas=replicas, seed=seed, x_name="entry"
    )


def usam_stationary(curvature: float, step_size: float, radii: ArrayLike, *, replicas: int, seed: int) -> Curve:
    """Curve over radii of the stationary loss of USAM on h x^2 / 2, unit noise, in units of the exact one of SGD.

    Runs of 40 relaxation times 1/(eta h) each, of which the second half counts: what is left of the start is e^-40.
    Raises InputError for values that are not finite and positive, or a step at which USAM does not contract.
    """
    rho = np.asarray(radii, dtype=float)
    require(rho.ndim == 1 and rho.size and np.isfinite(rho).all() and (rho >= 0).all(), "radii must be numbers >= 0")
    h, eta = positive("curvature", curvature), positive("step_size", step_size)
    limit = 2 / (h * (1 + float(rho.max()) * h))
    require(eta < limit, f"step_size={eta:g} is unstable: USAM at radius {rho.max():g} needs < {limit:.4g}")
    steps = int(np.ceil(40 / (eta * h)))
    run = replicate(kernels.usam_squares, h, eta, rho, steps, x=rho, replicas=replicas, seed=seed, x_name="radius")
    return replace(run, samples=run.samples * (2 * h - eta * h**2) / eta)
