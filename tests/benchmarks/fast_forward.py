"""SGD's risk at 200 horizons to 1e12, d = 2000: by the secular equation, and by dense eigenvectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

Floats = NDArray[np.float64]
STEPS = np.unique(np.geomspace(1, 1e12, 212).astype(np.int64))[:200]
STEPS[-1] = 10**12


def problem() -> tuple[LeastSquares, float]:
    """The problem and the step size."""
    p = LeastSquares.power_law(2000, 2.0, start=1.0, noise_std=1.0)
    return p, 1 / (6 * p.trace)


def ours() -> Floats:
    """Risks at `STEPS`, (200,)."""
    return theory.sgd_risk(*problem(), STEPS)


def dense() -> Floats:
    """The same from scipy.linalg.eigh of I - M, which is symmetric here, (200,)."""
    p, step = problem()
    lam = p.eigenvalues
    losses = theory.moment_losses(p, step)
    rates, vectors = eigh(np.diag(losses) - step**2 * np.outer(lam, lam), overwrite_a=True, check_finite=False)
    weights, start = vectors.T @ lam, vectors.T @ p.error0**2
    logs = np.log1p(-rates)
    powers = np.exp(STEPS[:, None] * logs)
    forced = step**2 * p.noise_std**2 * weights**2 / rates
    return np.asarray(0.5 * (powers @ (weights * start) - np.expm1(STEPS[:, None] * logs) @ forced))
