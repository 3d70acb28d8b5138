"""The doors: validated arguments, curves out. Methods without noise, and moments, are deterministic."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import InputError, require
from theorylab.models.minimax import kernels, moments, theory
from theorylab.models.minimax.model import SLACK, Affine, Components, FiniteSum
from theorylab.models.minimax.schedules import PageRule, Schedule, page_rule
from theorylab.numerics.arguments import finite_row, increasing_steps, positive, whole
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Integers = NDArray[np.int64]
UNIT = 2.0**-53


def residuals(slopes: ArrayLike, schedule: Schedule, steps: ArrayLike) -> Curve:
    """|F(z_k)| from the start 1 on modes F(z) = slope z: exact, a row per mode.

    Rounding: one step is fewer than 24 operations, complex products counting three, on numbers of size at most
    M_k = max(1, |z_0|, ..., |z_k|), and no method here amplifies an error more than the iterate itself: an error of
    24 (k+1) 2^-53 M_k in z_k. Raises InputError for slopes that are not one finite row, steps that do not increase, or
    that go beyond the schedule.
    """
    values, points = _modes(slopes), steps_within(steps, schedule)
    iterates = kernels.mode_iterates(values, schedule, points).T
    size = np.maximum.accumulate(np.maximum(1.0, np.abs(iterates)), axis=1)
    rounding = 24 * UNIT * (points + 1) * size * np.abs(values)[:, None]
    samples = np.abs(iterates) * np.abs(values)[:, None]
    return Curve(points.astype(float), samples, exact=True, rounding=np.asarray(rounding))


def envelope(slopes: ArrayLike, schedule: Schedule, steps: ArrayLike) -> Curve:
    """Largest |F(z_k)| over the modes at each number of steps: exact, one row. Raises as `residuals`."""
    return _best(residuals(slopes, schedule, steps))


def at_own_mode(slopes: ArrayLike, schedule: Schedule, steps: ArrayLike) -> Curve:
    """|F(z_k)| at each number of steps on that step's own mode, slopes (points,): exact, one row.

    For worst cases, whose mode moves with k. Raises as `residuals`, and for other than one slope per step.
    """
    values, points = _modes(slopes), steps_within(steps, schedule)
    require(values.size == points.size, f"{values.size} slopes for {points.size} steps: give one per step")
    curve = residuals(values, schedule, points)
    return Curve(curve.x, np.diag(curve.samples)[None], True, np.diag(curve.rounding)[None], "steps")


def squared(curve: Curve) -> Curve:
    """The curve of squares, with the rounding of squares."""
    rounding = 2 * curve.samples * curve.rounding + curve.rounding**2 + 2 * UNIT * curve.samples**2
    return Curve(curve.x, curve.samples**2, curve.exact, rounding, curve.x_name)


def affine_iterates(problem: Affine, start: ArrayLike, schedule: Schedule, steps: ArrayLike) -> Floats:
    """Iterates (points, d) of a method on a dense affine operator. Raises InputError for a start that does not fit."""
    z = finite_row("start", start)
    d = problem.matrix.shape[0]
    require(z.size == d, f"start has {z.size} coordinates, the operator {d}: give as many")
    return np.asarray(kernels.affine_iterates(problem.matrix, z, schedule, steps_within(steps, schedule)))


def halpern_residuals(
    mapping: Callable[[Floats], Floats], start: ArrayLike, anchors: ArrayLike, steps: ArrayLike
) -> Floats:
    """|x_k - T x_k| (points, rows) of Halpern on any nonexpansive `mapping` of rows (rows, d), row by row.

    Raises InputError where the mapping is seen not to be nonexpansive (naming the iterates between which it expands),
    changes the shape, or leaves the finite numbers; and for weights outside [0, 1] or too few of them.
    """
    x0 = np.atleast_2d(np.asarray(start, dtype=float))
    require(x0.ndim == 2 and x0.size, f"start needs shape (rows, d), not {x0.shape}")
    require(np.isfinite(x0).all(), "start holds a value that is not finite: give finite numbers")
    weights, points = finite_row("anchors", anchors), increasing_steps(steps)
    require(((weights >= 0) & (weights <= 1)).all(), "anchors must lie in [0, 1]")
    require(points[-1] <= weights.size, f"{weights.size} anchors for {points[-1]} steps: give one per step")
    x, out, previous = x0, np.empty((points.size, x0.shape[0])), None
    wanted = {int(step): i for i, step in enumerate(points)}
    for k in range(int(points[-1]) + 1):
        image = np.asarray(mapping(x), dtype=float)
        require(image.shape == x.shape, f"the mapping takes shape {x.shape} to {image.shape}: it must keep the shape")
        require(np.isfinite(image).all(), f"the mapping is not finite at iterate {k}")
        if previous is not None:
            _nonexpansive(x, image, *previous, k)
        if k in wanted:
            out[wanted[k]] = np.linalg.norm(x - image, axis=1)
        if k < points[-1]:
            previous = x, image
            x = weights[k] * x0 + (1 - weights[k]) * image
    return out


def _nonexpansive(x: Floats, image: Floats, before: Floats, image_before: Floats, k: int) -> None:
    near, far = np.linalg.norm(x - before, axis=1), np.linalg.norm(image - image_before, axis=1)
    # Distances are known up to the rounding of the points themselves: nothing is said below that.
    size = np.linalg.norm(x, axis=1) + np.linalg.norm(image, axis=1)
    bad = np.flatnonzero(far > near * (1 + SLACK) + SLACK * size)
    if bad.size:
        i = bad[0]
        raise InputError(
            f"the mapping is not nonexpansive: in row {i} it takes iterates {k - 1} and {k}, {near[i]:.6g} apart, to "
            f"points {far[i]:.6g} apart; average it with the identity, or scale it to Lipschitz constant 1"
        )


def page_moments(
    slopes: ArrayLike,
    spreads: ArrayLike,
    size: int,
    steps: ArrayLike,
    *,
    smoothness: float = 1.0,
    source: str = "paper",
) -> dict[str, Curve]:
    """Exact E|F(u_k)|^2 ('value') and E|e_k|^2 ('error') of Algorithm 1, a row per mode with its slope and spread.

    Start 1, step 1/(4L), parameters `schedules.page_rule` of that source. Rounding:
    a step of the moment recursion is fewer than 64 operations on terms of size at most M_k, the largest of 1 and the
    second moments so far, and second moments do not amplify errors more than themselves: 64 (k+1) 2^-53 M_k, times
    |slope|^2 for values. Raises InputError for rows that do not fit, or spreads that no cocoercive sum has.
    """
    values, points = _modes(slopes), increasing_steps(steps)
    widths = finite_row("spreads", spreads)
    positive("smoothness", smoothness)
    require(widths.size == values.size, f"{widths.size} spreads for {values.size} slopes: give one per mode")
    room = smoothness * values.real - np.abs(values) ** 2
    bad = np.flatnonzero((widths < 0) | (widths > room + SLACK * smoothness**2))
    if bad.size:
        i = bad[0]
        raise InputError(
            f"spread number {i} is {widths[i]:.6g}: a sum of slope {values[i]:.6g}, cocoercive on average with "
            f"L = {smoothness:g}, has spread between 0 and {room[i]:.6g}"
        )
    horizon = int(points[-1])
    rule = page_rule(size, max(horizon, 1), source)
    samples = independent_samples(rule, size)
    value, error = moments.page(values, widths, rule.anchors, rule.refresh, samples, 0.25 / smoothness, points)
    unit = 64 * UNIT * (points[:, None] + 1.0)
    weight = np.abs(values) ** 2
    largest = np.maximum(1.0, value / np.where(weight > 0, weight, 1.0))
    curves = {"value": (value, unit * largest * weight), "error": (error, unit * largest * np.maximum(widths, UNIT))}
    return {
        name: Curve(points.astype(float), rows.T, exact=True, rounding=bound.T)
        for name, (rows, bound) in curves.items()
    }


def independent_samples(rule: PageRule, size: int) -> float:
    """How many samples with replacement have the variance of the rule's batch: b, or b (n-1)/(n-b) without."""
    if rule.replacement:
        return float(rule.batch)
    return rule.batch * (size - 1) / (size - rule.batch) if rule.batch < size else math.inf


def page_envelope(
    slopes: ArrayLike,
    spreads: ArrayLike,
    size: int,
    steps: ArrayLike,
    *,
    smoothness: float = 1.0,
    source: str = "paper",
) -> Curve:
    """Largest sqrt(E|F(u_k)|^2) of Algorithm 1 over the modes: exact, one row. Raises as `page_moments`."""
    best = _best(page_moments(slopes, spreads, size, steps, smoothness=smoothness, source=source)["value"])
    root = best.samples**0.5
    return Curve(best.x, root, exact=True, rounding=best.rounding / root)


def page_steps(size: int, accuracy: float, angles: int) -> tuple[int, int]:
    """First k from which the worst sqrt(E|F(u_k)|^2) of Algorithm 1 is <= accuracy, and the search's step.

    L = D = 1. Scalar sums of slope (1 - r e^(ia))/2 and spread (1 - r^2)/4, r = 1 and 0.99, `angles` of them around
    the worst one, which is 32.7/k; 600 values of k around the limit 8 `theory.slow_anchor_constant`/accuracy. Raises
    InputError for an accuracy outside (0, 0.1) or angles < 1.
    """
    require(0 < accuracy < 0.1, f"accuracy={accuracy} is not allowed: give a number in (0, 0.1)")
    limit = 8 * theory.slow_anchor_constant() / accuracy
    turns = np.tile(np.geomspace(1.2, 120, whole("angles", angles)) / limit, 2)
    radii = np.repeat([1.0, 0.99], angles)
    slopes = 0.5 * ((1 - radii) - 2j * radii * np.exp(0.5j * turns) * np.sin(0.5 * turns))
    k = np.unique(np.linspace(0.8 * limit, 1.1 * limit, 600).astype(int))
    curve = page_envelope(slopes, (1 - radii**2) / 4, size, k)
    last = np.flatnonzero(curve.samples[0] > accuracy)[-1]
    return int(k[last + 1]), int(np.diff(k).max())


def simulate_page(
    problem: FiniteSum, steps: ArrayLike, *, replicas: int, seed: int, source: str = "paper"
) -> dict[str, Curve]:
    """Monte Carlo of Algorithm 1 on a finite sum: 'value' |F(u_k)|^2, 'error' |e_k|^2, 'cost' in calls counted.

    Parameters as in `page_moments`. Raises InputError as `replicate`, and for a sum of fewer than two components.
    """
    points = increasing_steps(steps)
    rule = page_rule(problem.size, max(int(points[-1]), 1), source)
    return replicate(
        kernels.page_runs, problem.data(), rule, 0.25 / problem.smoothness, points,
        x=points, replicas=replicas, seed=seed, names=("value", "error", "cost"), rounding=1e-12,
    )  # fmt: skip


def simulate_inner(
    slopes: ArrayLike, step_size: float, refresh: float, steps: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Monte Carlo of the inner solver of Algorithm 2 on 0 = z + F(z): 'value' |z|^2, and 'cost' in calls counted.

    F the mean of components with these slopes, a mode. Raises InputError for slopes that are not one finite row, a
    step_size <= 0, a chance of refresh outside (0, 1], or as `replicate`.
    """
    values, points = _modes(slopes), increasing_steps(steps)
    require(0 < refresh <= 1, f"refresh={refresh} is not allowed: give a probability in (0, 1]")
    return replicate(
        kernels.inner_runs, Components(values, 0 * values), positive("step_size", step_size), float(refresh), points,
        x=points, replicas=replicas, seed=seed, names=("value", "cost"), rounding=1e-12,
    )  # fmt: skip


def halpern_calls(problem: FiniteSum, accuracy: float, limit: int = 10**7) -> float:
    """Component calls that Halpern makes on the sum from 1 until |F(u_k)| <= accuracy; inf beyond `limit` steps.

    Raises InputError for an accuracy <= 0.
    """
    step = 2 / problem.smoothness
    return float(kernels.halpern_calls(problem.data(), step, positive("accuracy", accuracy), limit))


def simulate_page_error(
    problem: FiniteSum, path: ArrayLike, refresh: ArrayLike, batch: int, *, replicas: int, seed: int
) -> Curve:
    """Monte Carlo of PAGE's squared error along a path (steps+1,) given beforehand, at every step.

    Raises InputError for probabilities outside [0, 1] or not one per point of the path, a first one other than 1, or
    batch < 1.
    """
    points, chances = _modes(path), finite_row("refresh", refresh)
    require(chances.size == points.size, f"{chances.size} refresh probabilities for {points.size} points: one each")
    require(((chances >= 0) & (chances <= 1)).all(), "refresh probabilities must lie in [0, 1]")
    require(chances[0] == 1, f"refresh[0]={chances[0]:g} is not allowed: PAGE starts from a full evaluation, give 1")
    steps = np.arange(points.size)
    return replicate(
        kernels.page_errors,
        problem.data(),
        points,
        chances,
        whole("batch", batch),
        steps,
        x=steps,
        replicas=replicas,
        seed=seed,
    )


def simulate_minibatch(problem: FiniteSum, batch: int, steps: ArrayLike, *, replicas: int, seed: int) -> Curve:
    """Monte Carlo of |F(u_k)|^2 of Halpern, anchors 1/(k+2), with F sampled by `batch` components and no reduction."""
    points = increasing_steps(steps)
    anchors = 1 / (np.arange(int(points[-1])) + 2.0)
    return replicate(
        kernels.minibatch_runs, problem.data(), anchors, whole("batch", batch), 2 / problem.smoothness, points,
        x=points, replicas=replicas, seed=seed,
    )  # fmt: skip


def _best(curve: Curve) -> Curve:
    """The largest row at each point, known between the largest lower end and the largest upper end of the rows."""
    best = curve.samples.max(axis=0)
    above = (curve.samples + curve.rounding).max(axis=0) - best
    below = best - (curve.samples - curve.rounding).max(axis=0)
    return Curve(curve.x, best[None], True, np.maximum(above, below)[None], curve.x_name)


def _modes(values: ArrayLike) -> Complexes:
    row = np.atleast_1d(np.asarray(values, dtype=complex))
    require(row.ndim == 1 and row.size, f"slopes need shape (modes,), modes >= 1, not {row.shape}")
    bad = np.flatnonzero(~np.isfinite(row))
    if bad.size:
        raise InputError(f"slope number {bad[0]} is {row[bad[0]]}: all must be finite")
    return np.ascontiguousarray(row)


def steps_within(steps: ArrayLike, schedule: Schedule) -> Integers:
    """`steps` as an array of integers, (points,). InputError unless they increase and the schedule holds them."""
    points = increasing_steps(steps)
    made = schedule.step.size
    require(points[-1] <= made, f"the schedule holds {made} steps, {points[-1]} are asked for: make it longer")
    return points
