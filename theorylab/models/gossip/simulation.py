"""Decentralised SGD simulated, and the covariance of its workers on a quadratic, exactly, by matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.gossip import kernels, model
from theorylab.models.gossip.model import Landscape, Method
from theorylab.numerics.arguments import finite_row, increasing_steps, positive, whole
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]


def simulate(
    mixing: ArrayLike, landscape: Landscape, method: Method, start: ArrayLike, steps: ArrayLike, *, replicas: int,
    seed: int
) -> dict[str, Curve]:  # fmt: skip
    """Curves 'mean', 'diversity', 'central', and of shares, 'mean left' and 'central left' of 0, from `start` (m,).
    Derived: tests/models/gossip/test_simulation.py::test_paths_are_numpys.

    Raises InputError for a start that does not fit, and as `model.mixing`, `model.method` and `replicate`;
    DivergedError.
    """
    w, first, points = model.mixing(mixing), finite_row("start", start), increasing_steps(steps)
    require(first.size == w.shape[0], f"start of {first.size} workers does not fit mixing of shape {w.shape}")
    given = (w, model.landscape(landscape), model.method(method), first, points)
    names = ("mean", "diversity", "central", "mean left", "central left")
    curves = replicate(kernels.gossip_paths, *given, x=points, replicas=replicas, seed=seed, names=names)
    return curves | {name: curves[name].bounded(0.0, 1.0) for name in names[3:]}


def covariance(mixing: ArrayLike, curvature: float, method: Method, doublings: int | None = None) -> Floats:
    """Covariance (m, m) of the workers on h w^2 / 2, 2^doublings steps after all were at 0: sum_t A^t Q A^t.

    Stationary without `doublings`: until what is left out is below rounding.
    Derived: tests/models/gossip/test_simulation.py::test_covariance_is_that_of_plain_steps.
    A = W - step_size h, Q = (step_size noise_std)^2, or W (1 - step_size h), W Q W where workers adapt first. Raises
    InputError for a curvature that is not > 0, a recursion that is not stable, and as `simulate`.
    """
    w, given, h = model.mixing(mixing), model.method(method), positive("curvature", curvature)
    load, unit = given.step_size * h, np.eye(w.shape[0])
    step = w * (1 - load) if given.adapt_first else w - load * unit
    spread = (given.step_size * given.noise_std) ** 2 * (w @ w if given.adapt_first else unit)
    left = 64 if doublings is None else whole("doublings", doublings, least=0)
    with np.errstate(over="ignore", invalid="ignore"):
        while left and np.abs(step).max() > 1e-17:
            spread, step, left = spread + step @ spread @ step, step @ step, left - 1
    require(
        doublings is not None or np.abs(step).max() <= 1e-17,
        f"step_size={given.step_size} is not stable for curvature {h:g}: all |W - step_size h| must be < 1",
    )
    return np.asarray(spread)


def split(covariance: ArrayLike) -> tuple[float, float]:
    """Variance of the mean of the workers, and mean diversity, of their covariance (m, m) around 0."""
    c = np.asarray(covariance)
    mean = float(c.mean())
    return mean, float(np.trace(c) / c.shape[0] - mean)
