"""Runs of what `kernels` and `normalised` compute: validated arguments, replicated kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.bilevel import kernels, normalised
from theorylab.models.bilevel.kernels import DoubleLoop
from theorylab.models.bilevel.model import Cosh
from theorylab.models.bilevel.normalised import BoRep, Noise, Schedule
from theorylab.numerics.arguments import number, positive, positive_row, whole
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]


def schedule(
    steps: object,
    step_size: object,
    momentum: object,
    *,
    interval: object = 1,
    lower_steps: object = 1,
    lower_step: object = 0.5,
    refinement: object = 0,
) -> Schedule:
    """Validated `Schedule`: entries broadcast to the shape (points,) of `steps`.

    Raises InputError for shapes that do not broadcast, steps, interval or lower_steps below 1, refinement < 0, step
    sizes <= 0 or not finite, or momentum outside [0, 1).
    """
    count = np.atleast_1d(np.asarray(steps, dtype=float))
    require(count.ndim == 1 and count.size, f"steps needs shape (points,), points >= 1, not {count.shape}")
    given = {"steps": count, "step_size": step_size, "momentum": momentum, "interval": interval,
             "lower_steps": lower_steps, "lower_step": lower_step, "refinement": refinement}  # fmt: skip
    out = {}
    for name, value in given.items():
        array = np.asarray(value, dtype=float)
        require(array.ndim == 0 or array.shape == count.shape, f"{name} has shape {array.shape}: give {count.shape}")
        array = np.array(np.broadcast_to(array, count.shape))
        if name in ("step_size", "lower_step"):
            good, allowed = np.isfinite(array) & (array > 0), "finite numbers > 0"
        elif name == "momentum":
            good, allowed = (array >= 0) & (array < 1), "numbers in [0, 1)"
        else:
            least = 0 if name == "refinement" else 1
            with np.errstate(invalid="ignore"):
                good, allowed = (
                    (array == np.round(array)) & (array >= least) & np.isfinite(array),
                    f"integers >= {least}",
                )
        bad = np.flatnonzero(~good)
        require(not bad.size, f"{name}={array[bad[0]] if bad.size else 0:g} is not allowed: give {allowed}")
        out[name] = array if name in ("step_size", "lower_step", "momentum") else array.astype(np.int64)
    return Schedule(**out)  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Where runs stop, at their `goals` (0: never), and the `x` of their curves, by default their steps."""

    goals: ArrayLike = 0.0
    x: ArrayLike | None = None
    x_name: str = "steps"


STEPS = Observation()


def method(
    plan: Schedule,
    *,
    start: float,
    lower_start: float | None = None,
    aux_step: float = 0.2,
    radius: float = 1.0,
    normalise: bool = True,
) -> BoRep:
    """Validated `BoRep`; lower_start is y*(x_0) = x_0 unless given.

    Raises InputError for starts that are not finite, aux_step <= 0 or not finite, or radius <= 0.
    """
    lower = start if lower_start is None else lower_start
    require(np.ndim(radius) == 0 and radius > 0, f"radius={radius} is not allowed: give a number > 0")
    given = number("start", start), number("lower_start", lower), positive("aux_step", aux_step)
    return BoRep(plan, *given, float(radius), bool(normalise))


def bo_rep(
    problem: Cosh,
    given: BoRep,
    noise: Noise,
    *,
    replicas: int,
    seed: int,
    observation: Observation = STEPS,
    keep_diverged: bool = False,
) -> dict[str, Curve]:
    """Curves 'all', 'late', 'clipped', 'calls' of the runs of a `method`, over the observation's x.

    Mean |Phi'(x_k)| over all steps, over the second half, there clipped at 1, and oracle calls. With goals > 0 a run
    stops where |Phi'| averages at most its goal; one that never does counts inf calls, which is divergence. Raises
    InputError for noise.std < 0, steps of z or y at or beyond 2 / curvature, where they are unstable, or goals < 0;
    DivergedError as `replicate`.
    """
    number("noise_std", noise.std, least=0.0)
    limit, plan = 2 / problem.curvature, given.schedule
    for name, step in (("aux_step", given.aux_step), ("lower_step", plan.lower_step.max())):
        require(step < limit, f"{name}={step:g} is unstable: the lower problem needs < {limit:g} = 2 / curvature")
    goals = np.array(np.broadcast_to(np.asarray(observation.goals, dtype=float), plan.steps.shape))
    require((goals >= 0).all(), "goals must be numbers >= 0; 0 counts all calls")
    return replicate(
        normalised.bilevel_runs, problem.scale, problem.curvature, given, Noise(float(noise.std), bool(noise.skewed)),
        goals, x=plan.steps if observation.x is None else observation.x, replicas=replicas, seed=seed,
        names=normalised.RUN_OUTPUTS, keep_diverged=keep_diverged, x_name=observation.x_name,
    )  # fmt: skip


def descent(
    problem: Cosh,
    starts: ArrayLike,
    step_sizes: ArrayLike,
    steps: int,
    *,
    momentum: float = 0.0,
    normalise: bool = False,
) -> Floats:
    """Paths of deterministic descent on Phi, (points, steps + 1), a start and a step size each; inf from divergence.

    Raises InputError for starts that are not finite, step sizes <= 0, other shapes, steps < 0, momentum outside [0, 1).
    """
    at, sizes = _pairs(starts, step_sizes)
    whole("steps", steps, least=0)
    require(
        np.ndim(momentum) == 0 and 0 <= momentum < 1, f"momentum={momentum} is not allowed: give a number in [0, 1)"
    )
    return np.asarray(normalised.descents(problem.scale, at, sizes, float(momentum), normalise, int(steps)))


def descent_entry(
    problem: Cosh,
    starts: ArrayLike,
    step_sizes: ArrayLike,
    radius: float,
    *,
    normalise: bool = False,
    limit: int = 10**9,
) -> Floats:
    """Steps of deterministic descent on Phi until |x| <= radius, (points,); inf beyond `limit`, or if it diverges.

    Raises InputError as `descent`, and for radius <= 0, or a normalised step above 2 radius, which may jump across.
    """
    at, sizes = _pairs(starts, step_sizes)
    positive("radius", radius)
    require(
        not normalise or sizes.max() <= 2 * radius,
        f"step_size={sizes.max():g} may jump across |x| <= {radius:g}: give normalised steps <= {2 * radius:g}",
    )
    return np.asarray(normalised.entry_steps(problem.scale, at, sizes, float(radius), normalise, int(limit)))


def penalty_calls(loop: DoubleLoop, tolerances: ArrayLike, sigmas: ArrayLike) -> Floats:
    """Gradient calls of the double loop of `kernels.penalty_calls`, (points,), a sigma per tolerance.

    Raises InputError for tolerances, sigmas, curvature or step_size <= 0 or not finite, arrays of different shapes,
    power < 0, or sigma above curvature / 8, the range of `theory.penalty_calls_bound` (f is 1-smooth for power <= 1).
    """
    wanted, strengths = positive_row("tolerances", tolerances), positive_row("sigmas", sigmas)
    require(wanted.shape == strengths.shape, f"sigmas has shape {strengths.shape}: give {wanted.shape}, one each")
    curvature = positive("curvature", loop.curvature)
    require(0 <= loop.power <= 1, f"power={loop.power} is not allowed: give a number in [0, 1]")
    require(
        strengths.max() <= curvature / 8,
        f"sigma={strengths.max():g} is too large: give sigma <= {curvature / 8:g} = curvature / 8",
    )
    given = DoubleLoop(
        curvature=curvature,
        power=float(loop.power),
        target=number("target", loop.target),
        pull=number("pull", loop.pull),
        step_size=positive("step_size", loop.step_size),
        start=number("start", loop.start),
        limit=whole("limit", loop.limit),
    )
    return np.asarray(kernels.penalty_calls(given, wanted, strengths))


def hypergradient_errors(
    *,
    slope: float,
    curvature: float,
    additive: float,
    multiplicative: float,
    batch: int,
    sigmas: ArrayLike,
    replicas: int,
    seed: int,
) -> dict[str, Curve]:
    """Curves 'fresh' and 'common' over sigma of `kernels.hypergradient_errors`: means are variances.

    Raises InputError for sigmas or curvature <= 0 or not finite, a slope that is not finite, noise < 0, batch < 1.
    """
    strengths = positive_row("sigmas", sigmas)
    noise = number("additive", additive, least=0.0), number("multiplicative", multiplicative, least=0.0)
    given = (number("slope", slope), positive("curvature", curvature), *noise, whole("batch", batch))
    return replicate(
        kernels.hypergradient_errors, *given, strengths,
        x=strengths, replicas=replicas, seed=seed, names=("fresh", "common"), x_name="sigma",
    )  # fmt: skip


def _pairs(starts: ArrayLike, step_sizes: ArrayLike) -> tuple[Floats, Floats]:
    at = np.atleast_1d(np.asarray(starts, dtype=float))
    require(at.ndim == 1 and at.size and np.isfinite(at).all(), "starts need shape (points,) and finite numbers")
    sizes = positive_row("step_size", step_sizes)
    require(sizes.size in (1, at.size), f"step_sizes has shape {sizes.shape}: give one, or one per start {at.shape}")
    return at, np.array(np.broadcast_to(sizes, at.shape))
