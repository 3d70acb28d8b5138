"""Monte Carlo of what `theory` computes: validated arguments, replicated kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.regression import kernels, theory
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.numerics.arguments import increasing_steps
from theorylab.running.replicas import replicate

OUTPUTS = ("last", "ema", "average", "tail")


@dataclass(frozen=True)
class Observation:
    """When and what a simulation observes, where that is not the risk at some numbers of steps.

    `start`: where the tail average begins, one integer or one per step. `weights` (d,) replace the eigenvalues in
    1/2 sum_i weights_i e_i^2, and degree=1 gives the linear observable sum_i weights_i e_i instead.
    """

    steps: ArrayLike
    start: ArrayLike = 0
    weights: ArrayLike | None = None
    degree: int = 2


def simulate(
    problem: LeastSquares,
    step_size: float,
    ema_decay: float,
    observed: ArrayLike | Observation,
    *,
    replicas: int,
    seed: int,
    allow_unstable: bool = False,
) -> dict[str, Curve]:
    """Curves 'last', 'ema', 'average' (from 0) and 'tail' (from a start, by default 0) of SGD, from the same runs.

    Excess risks at the steps `observed`, or what the `Observation` says. Errors as in `theory`; steps start at 1.
    """
    observation = _observation(problem, observed)
    theory.valid_step_size(problem, step_size, allow_unstable)
    theory.valid_decay(ema_decay)
    return replicate(
        kernels.paths, problem.data(), float(step_size), float(ema_decay), observation,
        x=observation.steps, replicas=replicas, seed=seed, names=OUTPUTS, keep_diverged=allow_unstable,
    )  # fmt: skip


def simulate_accelerated(
    problem: LeastSquares,
    parameters: Acceleration,
    observed: ArrayLike | Observation,
    *,
    replicas: int,
    seed: int,
    allow_unstable: bool = False,
) -> dict[str, Curve]:
    """Curves 'last' and 'tail' (mean of w_t from a start) of accelerated SGD, from the same runs.

    Observed as in `simulate`. Raises InputError as `theory.asgd_risk`; DivergedError unless allow_unstable.
    """
    observation = _observation(problem, observed)
    if not allow_unstable:
        theory.asgd_risk(problem, parameters, [0])  # refuses unstable parameters
    p = parameters
    return replicate(
        kernels.accelerated_paths, problem.data(), kernels.Method(p.alpha, p.beta, p.long_step, p.short_step),
        observation, x=observation.steps, replicas=replicas, seed=seed, names=("last", "tail"),
        keep_diverged=allow_unstable,
    )  # fmt: skip


def simulate_heavy_ball(
    problem: LeastSquares,
    step_sizes: ArrayLike,
    momentum: float,
    observed: ArrayLike | Observation,
    *,
    replicas: int,
    seed: int,
) -> Curve:
    """Curve of the heavy ball's last iterate with a step size for every step; SGD with a schedule at momentum 0.

    Observed as in `simulate`. Raises InputError as `theory.heavy_ball_moments`; a run that diverges is kept.
    """
    observation, memory = _observation(problem, observed), theory.valid_momentum(momentum)
    sizes = theory.valid_schedule("step_sizes", step_sizes, observation.steps)
    return replicate(
        kernels.heavy_ball_paths, problem.data(), sizes, memory, observation,
        x=observation.steps, replicas=replicas, seed=seed, keep_diverged=True,
    )  # fmt: skip


def simulate_drifting(
    problem: LeastSquares,
    step_sizes: ArrayLike,
    observed: ArrayLike | Observation,
    *,
    shifts: ArrayLike = 0.0,
    walks: ArrayLike = 0.0,
    replicas: int,
    seed: int,
) -> Curve:
    """Curve of SGD's last iterate where the minimiser moves after every step: by a shift, and normal noise.

    Observed as in `simulate`; moves and errors as in `theory.drifting_moments`; a run that diverges is kept.
    """
    observation = _observation(problem, observed)
    sizes = theory.valid_schedule("step_sizes", step_sizes, observation.steps)
    means, variances = theory.valid_moves(problem, sizes.size, shifts, walks)
    return replicate(
        kernels.drifting_paths, problem.data(), sizes, (means, variances**0.5), observation,
        x=observation.steps, replicas=replicas, seed=seed, keep_diverged=True,
    )  # fmt: skip


def _observation(problem: LeastSquares, observed: ArrayLike | Observation) -> kernels.Observation:
    """When and what to observe, validated."""
    given = observed if isinstance(observed, Observation) else Observation(observed)
    steps = increasing_steps(given.steps)
    require(steps[0] >= 1, "steps must start at 1: an average over no iterate is not defined")
    starts = theory.averaging_starts(given.start, steps)
    chosen = np.ascontiguousarray(problem.eigenvalues if given.weights is None else given.weights, dtype=float)
    require(
        chosen.shape == (problem.dimension,) and np.isfinite(chosen).all(),
        f"weights of shape {chosen.shape} are not allowed: give {problem.dimension} finite numbers",
    )
    require(given.degree in (1, 2), f"degree={given.degree} is not allowed: give 2 (quadratic) or 1 (linear)")
    return kernels.Observation(steps, starts, chosen, int(given.degree))
