"""Runs of what `kernels` and `normalised` compute: validated arguments, replicated kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.bilevel import double_loop, kernels, normalised
from theorylab.models.bilevel.double_loop import DoubleLoop
from theorylab.models.bilevel.kernels import Sampled
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
    """Validated `BoRep`; lower_start is `start` unless given, which is y*(x_0) where y*(x) = x.

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
    """Curves 'all', 'late', 'clipped', 'calls' and more of the runs of a `method`, over the observation's x.

    Mean |Phi'(x_k)| over all steps, over the second half, there clipped at 1, and oracle calls, counted where they are
    made; 'moved', 'momentum error' and 'lower error' as in `normalised.bilevel_runs`. With goals > 0 a run stops where
    |Phi'| averages at most its goal; one that never does counts inf calls, which is divergence. Raises InputError for
    noise < 0, steps of z or y at or beyond 2 / curvature, where they are unstable, or goals < 0; DivergedError as
    `replicate`.
    """
    stds = {name: number(f"noise.{name}", getattr(noise, name), least=0.0) for name in Noise._fields[:-1]}
    limit, plan = 2 / problem.curvature, given.schedule
    for name, step in (("aux_step", given.aux_step), ("lower_step", plan.lower_step.max())):
        require(step < limit, f"{name}={step:g} is unstable: the lower problem needs < {limit:g} = 2 / curvature")
    goals = np.array(np.broadcast_to(np.asarray(observation.goals, dtype=float), plan.steps.shape))
    require((goals >= 0).all(), "goals must be numbers >= 0; 0 counts all calls")
    return replicate(
        normalised.bilevel_runs, problem.terms(), given, Noise(**stds, skewed=bool(noise.skewed)), goals,
        x=plan.steps if observation.x is None else observation.x, replicas=replicas, seed=seed,
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
    return np.asarray(normalised.descents(problem.terms(), at, sizes, float(momentum), normalise, int(steps)))


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
    return np.asarray(normalised.entry_steps(problem.terms(), at, sizes, float(radius), normalise, int(limit)))


def penalty_runs(loop: DoubleLoop, tolerances: ArrayLike, sigmas: ArrayLike) -> tuple[Floats, Floats]:
    """Gradient calls of the double loop of `double_loop.penalty_runs`, and the x reached, (points,), a sigma each.

    Raises InputError for tolerances, sigmas, curvature, step_size, tilt or reach <= 0 or not numbers, arrays of
    different shapes, power outside [0, 1], growth < 0, low >= high, or sigma above 1/8 of the error-bound constant, the
    range of `theory.penalty_calls_bound` (f is 1-smooth).
    """
    wanted, strengths = positive_row("tolerances", tolerances), positive_row("sigmas", sigmas)
    require(wanted.shape == strengths.shape, f"sigmas has shape {strengths.shape}: give {wanted.shape}, one each")
    curvature, growth = positive("curvature", loop.curvature), number("growth", loop.growth, least=0.0)
    require(0 <= loop.power <= 1, f"power={loop.power} is not allowed: give a number in [0, 1]")
    limit = (growth or curvature) / 8
    require(strengths.max() <= limit, f"sigma={strengths.max():g} is too large: give sigma <= {limit:g} = growth / 8")
    require(loop.low < loop.high, f"low={loop.low}, high={loop.high} is not allowed: give low < high")
    for name in ("tilt", "reach"):
        require(getattr(loop, name) > 0, f"{name}={getattr(loop, name)} is not allowed: give a number > 0")
    finite = {name: number(name, getattr(loop, name)) for name in ("target", "pull", "start", "ripple", "aside")}
    given = loop._replace(
        curvature=curvature,
        growth=growth,
        power=float(loop.power),
        step_size=positive("step_size", loop.step_size),
        limit=whole("limit", loop.limit),
        **{name: float(getattr(loop, name)) for name in ("tilt", "low", "high", "reach")},
        **finite,
    )
    calls, reached = double_loop.penalty_runs(given, wanted, strengths)
    return calls, reached


def hypergradient_errors(
    problem: Sampled, sigmas: ArrayLike, batches: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves over sigma of `kernels.hypergradient_errors`, a batch per sigma or one for all.

    'fresh' and 'common' have variances as means, 'fresh, all' and 'common, all' mean squares with the bias. Raises
    InputError for sigmas or curvature <= 0 or not finite, a slope or coupling that is not finite, noise < 0, or batches
    that are not integers >= 1 that fit.
    """
    strengths = positive_row("sigmas", sigmas)
    counts = np.atleast_1d(np.asarray(batches))
    require(counts.shape in ((1,), strengths.shape), f"batches has shape {counts.shape}: give {strengths.shape}")
    given = Sampled(
        number("slope", problem.slope),
        positive("curvature", problem.curvature),
        number("coupling", problem.coupling),
        number("additive", problem.additive, least=0.0),
        number("multiplicative", problem.multiplicative, least=0.0),
    )
    drawn = np.array([whole("batch", b) for b in np.broadcast_to(counts, strengths.shape).tolist()], dtype=np.int64)
    return replicate(
        kernels.hypergradient_errors, given, strengths, drawn, x=strengths, replicas=replicas, seed=seed,
        names=("fresh", "common", "fresh, all", "common, all"), x_name="sigma",
    )  # fmt: skip


def _pairs(starts: ArrayLike, step_sizes: ArrayLike) -> tuple[Floats, Floats]:
    at = np.atleast_1d(np.asarray(starts, dtype=float))
    require(at.ndim == 1 and at.size and np.isfinite(at).all(), "starts need shape (points,) and finite numbers")
    sizes = positive_row("step_size", step_sizes)
    require(sizes.size in (1, at.size), f"step_sizes has shape {sizes.shape}: give one, or one per start {at.shape}")
    return at, np.array(np.broadcast_to(sizes, at.shape))
