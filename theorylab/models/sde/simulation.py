"""Monte Carlo where no transfer operator reaches: RMSprop and USAM in several dimensions, batches drawn in earnest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.sde import kernels
from theorylab.models.sde.model import Limit, Noise, RMSprop, square
from theorylab.numerics.arguments import number, positive, whole
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
    old_denominator: bool = False,
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
        float(limit.epsilon), rate, step, np.diag(c).copy(), old_denominator,
    )  # fmt: skip
    entries = np.arange(h.shape[0] * (h.shape[0] + 1) // 2)
    return replicate(
        kernels.rmsprop_moments, problem, int(steps), x=entries, replicas=replicas, seed=seed, x_name="entry"
    )


def rmsprop_batches(
    base: RMSprop,
    samples: Noise,
    *,
    rule: str,
    factor: int,
    start: tuple[float, float],
    steps: int,
    replicas: int,
    seed: int,
) -> Curve:
    """Curve over the share of samples seen of f = 1 - cos x along `steps` of RMSprop with batches of `factor` samples.

    `base` is the setting at batch 1, whose noise_std is that of one sample; `rule` sets the rates of the larger batch
    (see `RMSprop.scaled`), and the batch itself is drawn, sample by sample, and averaged. start = (x, u), v = u times
    the variance of the batch. Raises InputError as `RMSprop.scaled`.
    """
    given = base.scaled(whole("factor", factor), rule)
    problem = kernels.Batches(
        given.height, given.learning_rate, given.decay, given.epsilon, base.noise_std * samples.values,
        np.cumsum(samples.probabilities), factor, float(start[0]), float(start[1]) * base.noise_std**2 / factor, False,
    )  # fmt: skip
    x = np.arange(whole("steps", steps) + 1) / steps
    return replicate(kernels.rmsprop_batches, problem, int(steps), x=x, replicas=replicas, seed=seed, x_name="samples")


def usam_covariance(
    hessian: ArrayLike,
    covariance: ArrayLike,
    *,
    step_size: float,
    radius: float,
    replicas: int,
    seed: int,
    one_batch: bool = True,
) -> Curve:
    """Curve over the entries i <= j of E x_i x_j of USAM on x^T H x / 2 at rest, normal noise of covariance S.

    Runs of 40 relaxation times of the slowest direction, of which the second half counts. `one_batch`: both gradients
    of a step see the same noise, as the method has it. Raises InputError for shapes that do not fit, matrices that are
    not positive definite, or a step that is not below 2 / (h (1 + rho h)), h the largest eigenvalue.
    """
    h, s = square("hessian", hessian), square("covariance", covariance, np.atleast_2d(hessian).shape[0])
    modes = np.linalg.eigvalsh(h)
    require(modes[0] > 0 and np.linalg.eigvalsh(s)[0] > 0, "hessian and covariance must be positive definite")
    eta, rho = positive("step_size", step_size), number("radius", radius, least=0.0)
    limit = 2 / (modes[-1] * (1 + rho * modes[-1]))
    require(eta < limit, f"step_size={eta:g} is unstable: USAM at radius {rho:g} needs < {limit:.4g}")
    steps, entries = int(np.ceil(40 / (eta * modes[0]))), np.arange(h.shape[0] * (h.shape[0] + 1) // 2)
    root = np.asarray(np.linalg.cholesky(s), dtype=float)
    return replicate(
        kernels.usam_moments, np.ascontiguousarray(h), root, eta, rho, one_batch, steps,
        x=entries, replicas=replicas, seed=seed, x_name="entry",
    )  # fmt: skip


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
