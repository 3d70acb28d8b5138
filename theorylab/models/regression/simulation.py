"""Monte Carlo of what `theory` computes: validated arguments, replicated kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.regression import theory
from theorylab.models.regression.kernels import accelerated_paths, paths
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.numerics.arguments import increasing_steps
from theorylab.running.replicas import replicate

OUTPUTS = ("last", "ema", "average", "tail")


def simulate(
    problem: LeastSquares,
    step_size: float,
    ema_decay: float,
    steps: ArrayLike,
    *,
    start: ArrayLike = 0,
    replicas: int,
    seed: int,
    weights: ArrayLike | None = None,
    power: int = 2,
    allow_unstable: bool = False,
) -> dict[str, Curve]:
    """Curves 'last', 'ema', 'average' (from 0) and 'tail' (from `start`) of SGD, from the same runs.

    By default excess risks; `weights` (d,) replace the eigenvalues in 1/2 sum_i weights_i e_i^2, and power=1 gives
    the linear observable sum_i weights_i e_i instead. Arguments and errors as in `theory`; steps start at 1.
    """
    steps, starts, chosen = _observation(problem, steps, start, weights, power)
    theory.valid_step_size(problem, step_size, allow_unstable)
    theory.valid_decay(ema_decay)
    return replicate(
        paths, problem.data(), float(step_size), float(ema_decay), starts, steps, chosen, power,
        x=steps, replicas=replicas, seed=seed, names=OUTPUTS, keep_diverged=allow_unstable,
    )  # fmt: skip


def simulate_accelerated(
    problem: LeastSquares,
    parameters: Acceleration,
    steps: ArrayLike,
    *,
    start: ArrayLike = 0,
    replicas: int,
    seed: int,
    weights: ArrayLike | None = None,
    power: int = 2,
    allow_unstable: bool = False,
) -> dict[str, Curve]:
    """Curves 'last' and 'tail' (mean of w_t from `start`) of accelerated SGD, from the same runs.

    Observables as in `simulate`. Raises InputError as `theory.asgd_risk`; DivergedError unless allow_unstable.
    """
    steps, starts, chosen = _observation(problem, steps, start, weights, power)
    if not allow_unstable:
        theory.asgd_risk(problem, parameters, [0])  # refuses unstable parameters
    p = parameters
    return replicate(
        accelerated_paths, problem.data(), p.alpha, p.beta, p.long_step, p.short_step, starts, steps, chosen, power,
        x=steps, replicas=replicas, seed=seed, names=("last", "tail"), keep_diverged=allow_unstable,
    )  # fmt: skip


def _observation(
    problem: LeastSquares, steps: ArrayLike, start: ArrayLike, weights: ArrayLike | None, power: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """When and what to observe, validated: steps, starts of averaging, weights."""
    steps = increasing_steps(steps)
    require(steps[0] >= 1, "steps must start at 1: an average over no iterate is not defined")
    starts = theory.averaging_starts(start, steps)
    chosen = np.ascontiguousarray(problem.eigenvalues if weights is None else weights, dtype=float)
    require(
        chosen.shape == (problem.dimension,) and np.isfinite(chosen).all(),
        f"weights of shape {chosen.shape} are not allowed: give {problem.dimension} finite numbers",
    )
    require(power in (1, 2), f"power={power} is not allowed: give 2 (quadratic) or 1 (linear)")
    return steps, starts, chosen
