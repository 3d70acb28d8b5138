"""Monte Carlo of RMSprop in several dimensions, where no transfer operator reaches."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.jit import kernel
from theorylab.replicas import Curve, replicate
from theorylab.sde.model import count, positive, square
from theorylab.streams import Stream, fill_normal

Floats = NDArray[np.float64]


class Quadratic(NamedTuple):
    """What the kernel sees: Hessian and root of the noise covariance (d, d), limit constants, second moments' start."""

    hessian: Floats
    root: Floats
    noise: float
    epsilon: float
    rate: float
    time_step: float
    start: Floats


@kernel
def rmsprop_moments(p: Quadratic, steps: int, stream: Stream) -> Floats:
    """Time averages of x_i x_j, i <= j, over the second half of `steps` from x = 0, u = `start`, row by row."""
    d = p.start.size
    x = np.zeros(d)
    u = p.start.copy()
    gradient = np.empty(d)
    normals = np.empty(d)
    out = np.zeros(d * (d + 1) // 2)
    root = p.time_step**0.5
    from_step = steps // 2
    for k in range(steps):
        fill_normal(stream, normals)
        for i in range(d):
            force, push = 0.0, 0.0
            for j in range(d):
                force += p.hessian[i, j] * x[j]
                push += p.root[i, j] * normals[j]
            gradient[i] = p.noise * push + root * force  # sqrt(e) g
        for i in range(d):
            x[i] -= root * gradient[i] / (p.noise * u[i] ** 0.5 + p.epsilon)
            scaled = gradient[i] / p.noise
            u[i] += p.rate * p.time_step * (scaled * scaled - u[i])
        if k >= from_step:
            entry = 0
            for i in range(d):
                for j in range(i, d):
                    out[entry] += x[i] * x[j] / (steps - from_step)
                    entry += 1
    for i in range(out.size):
        if math.isnan(out[i]):
            out[i] = math.inf
    return out


def rmsprop_covariance(
    hessian: ArrayLike,
    covariance: ArrayLike,
    noise: float,
    epsilon: float,
    *,
    rate: float = 1.0,
    time_step: float,
    steps: int,
    replicas: int,
    seed: int,
) -> Curve:
    """Curve over the entries i <= j of E x_i x_j of RMSprop on x^T H x / 2 with normal noise of covariance C.

    Averaged over the second half of the run, from x = 0 and u = diag C; steps * time_step is the time that the first
    half is given to come to rest, and 1/rate that of u. Raises InputError for shapes that do not fit, a covariance that
    is not positive definite, or a decay outside [0, 1).
    """
    h = square("hessian", hessian)
    c = square("covariance", covariance, h.shape[0])
    require((np.linalg.eigvalsh(c) > 0).all(), "covariance must be positive definite: every direction needs noise")
    for name, value in (("noise", noise), ("time_step", time_step), ("rate", rate)):
        positive(name, value)
    positive("epsilon", epsilon, 0.0)
    require(rate * time_step <= 1, f"time_step={time_step:g} leaves no decay at rate {rate:g}: give <= {1 / rate:g}")
    count("steps", steps, 2)
    problem = Quadratic(
        np.ascontiguousarray(h), np.linalg.cholesky(c), float(noise), float(epsilon), float(rate), float(time_step),
        np.diag(c).copy(),
    )  # fmt: skip
    entries = np.arange(h.shape[0] * (h.shape[0] + 1) // 2)
    return replicate(rmsprop_moments, problem, int(steps), x=entries, replicas=replicas, seed=seed, x_name="entry")
