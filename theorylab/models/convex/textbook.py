"""The textbook's theorems, a row each: runs on the worst instances known here, over the bound; D = Lmax = G = 1.

A row computes, for numbers of steps T and a condition number (where it matters; mu = 1/condition), what a run attains,
(instances, points), the bound for it, and a statement that is too strong. Instances are small grids around worst cases
that were derived or found by search; what a row attains is a lower bound on the worst case of its theorem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.convex import model, moments, simulation, theory
from theorylab.models.convex.model import QuadraticSum
from theorylab.numerics.rounding import UNIT

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Trial(NamedTuple):
    """What was attained, the bound, and what is claimed too much, (instances, points) each; absolute rounding."""

    attained: Floats
    bound: Floats
    wrong: Floats
    rounding: Floats


class Row(NamedTuple):
    """A theorem: its worst instance and the statement that is too strong, in words, and how it is tried."""

    instance: str
    too_much: str
    trial: Callable[[Integers, float], Trial]
    conditioned: bool = False


def _trial(rows: Sequence[tuple[Any, Any, Any]], steps: Integers) -> Trial:
    attained, bound, wrong = (np.array(np.broadcast_arrays(*column)) for column in zip(*rows, strict=True))
    # Runs of T steps and closed forms with T-th powers round a few units a step, relative to what they add up.
    scale = np.maximum(np.abs(attained), np.abs(bound))
    return Trial(attained, bound, wrong, 32 * (steps + 8) * UNIT * scale)


def _each(steps: Integers, one: Callable[[int], list[tuple[float, float, float]]]) -> Trial:
    """A trial whose instances depend on the horizon: a column for each."""
    columns = [one(int(T)) for T in steps]
    table = np.array(columns)  # (points, instances, 3)
    return _trial([(table[:, i, 0], table[:, i, 1], table[:, i, 2]) for i in range(table.shape[1])], steps)


def _convex(steps: Integers, condition: float) -> Trial:
    def one(T: int) -> list[tuple[float, float, float]]:
        found = []
        for g in (0.25, 0.5, 1.0):
            kinks = theory.huber_worst_kink(1.0, g, 1.0, T) * np.array([0.5, 1.0, 2.0])
            run = simulation.descend(partial(model.huber, smoothness=1.0, kink=kinks), np.ones(3), g, T)
            found += [(gap, theory.descent_gap_bound(g, 1.0, T), 1 / (4 * g * (T + 1))) for gap in run.values[-1]]
        return found

    return _each(steps, one)


def _strongly_convex(steps: Integers, condition: float) -> Trial:
    mu, rows = 1 / condition, []
    curvatures = np.geomspace(mu, 1.0, 5)
    for g in (0.5, 1.0):
        run = simulation.descend(lambda x: (curvatures * x**2 / 2, curvatures * x), np.ones(5), g, int(steps[-1]))
        bound = theory.strongly_convex_bound(g, mu, 1.0, steps)
        rows += [(x**2, bound, (1 - 2 * g * mu) ** steps) for x in run.iterates[steps].T]
    return _trial(rows, steps)


def _lojasiewicz(steps: Integers, condition: float) -> Trial:
    mu, L = model.wavy_constant(), model.WAVY_SMOOTHNESS
    run = simulation.descend(model.wavy, np.linspace(0.1, 4.0, 80), 1 / L, int(steps[-1]))
    rows = [(values[steps], theory.lojasiewicz_bound(1 / L, mu, L, values[0], steps), (1 - 2 / L) ** steps * values[0])
            for values in run.values.T]  # fmt: skip
    return _trial(rows, steps)


def _smallest_gradient(steps: Integers, condition: float) -> Trial:
    def one(T: int) -> list[tuple[float, float, float]]:
        found = []
        for g in (0.5, 1.0):
            run = simulation.descend(lambda x: model.huber(x, 1.0, 1.0), [1 + (T - 1) * g], g, T)
            bound = theory.smallest_gradient_bound(g, run.values[0, 0], T)
            found.append((float((run.slopes[:T] ** 2).min()), bound, bound / 2))
        return found

    return _each(steps, one)


def _slopes(g: float, T: int) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Huber functions of curvature 1 with slopes around 1/(g T): those on which T steps end at the kink."""
    return partial(model.huber, smoothness=1.0, kink=np.array([0.5, 0.75, 1.0, 1.5]) / (g * T))


def _huber_averages(g: float, steps: Integers) -> list[Floats]:
    """Gap of the average of x_0..x_(T-1) of gradient descent on `_slopes`: a finite sum of one function."""
    found = []
    for T in steps:
        f = _slopes(g, int(T))
        found.append(f(simulation.descend(f, np.ones(4), g, int(T)).iterates[:-1].mean(axis=0))[0])
    return list(np.array(found).T)


def _average(steps: Integers, condition: float) -> Trial:
    rows = []
    for g in (0.05, 0.25, 0.4):
        bound = theory.average_bound(g, 1.0, 1.0, 0.0, steps)
        rows += [(found, bound, bound) for found in _huber_averages(g, steps)]
        for curvature in np.geomspace(1e-3, 1.0, 7):
            for noise in (0.0, 0.1, 1.0, 10.0):
                found = _moments(QuadraticSum.additive(curvature, noise), g, steps)["average"] * curvature / 2
                bound = theory.average_bound(g, 1.0, 1.0, noise, steps)
                rows.append((found, bound, theory.average_bound(g, 1.0, 1.0, 0.0, steps)))
    return _trial(rows, steps)


def _moments(problem: QuadraticSum, step_size: float | Floats, steps: Integers) -> dict[str, Floats]:
    plan = moments.sgd(step_size, int(steps[-1]))
    return {name: curve.samples[0] for name, curve in moments.moments(problem, plan, steps).items()}


def _distance(steps: Integers, condition: float) -> Trial:
    mu, rows = 1 / condition, []
    for g in (0.1, 0.5):
        for noise in (0.0, 0.1, 1.0, 10.0):
            found = _moments(QuadraticSum.gated(mu, noise), g, steps)["square"]
            wrong = (1 - g * mu) ** steps + 2 * g * noise
            rows.append((found, theory.distance_bound(g, mu, 1.0, noise, steps), wrong))
    return _trial(rows, steps)


def _decreasing(steps: Integers, condition: float) -> Trial:
    mu, rows = 1 / condition, []
    g = theory.decreasing_step_size(mu, 1.0, np.arange(int(steps[-1])))
    for noise in (0.0, 1.0, 100.0):
        found = _moments(QuadraticSum.gated(mu, noise), g, steps)["square"]
        wrong = theory.decreasing_bound(mu, 1.0, 1.0, noise / steps, steps)
        rows.append((found, theory.decreasing_bound(mu, 1.0, 1.0, noise, steps), wrong))
    return _trial(rows, steps)


def _interpolation(steps: Integers, condition: float) -> Trial:
    mu, rows = 1 / condition, []
    for g in (0.5, 1.0, 1.5, 1.9):
        found = _moments(QuadraticSum.gated(mu), g, steps)["square"]
        rows.append((found, theory.interpolation_bound(g, mu, 1.0, 1.0, steps), (1 - g * mu) ** (1.0 * steps)))
    return _trial([(x, y, np.abs(z)) for x, y, z in rows], steps)


def _interpolation_average(steps: Integers, condition: float) -> Trial:
    rows = []
    for g in (0.05, 0.25, 0.5, 0.9):
        bound = theory.interpolation_average_bound(g, 1.0, 1.0, steps)
        rows += [(found, bound, bound / steps) for found in _huber_averages(g, steps)]
        for share in np.geomspace(1e-3, 1.0, 13):
            found = _moments(QuadraticSum.gated(share), g, steps)["average"] * share / 2
            bound = theory.interpolation_average_bound(g, 1.0, 1.0, steps)
            rows.append((found, bound, bound / steps))
    return _trial(rows, steps)


def _mean_gradient(steps: Integers, condition: float) -> Trial:
    rows, every = [], np.arange(int(steps[-1]))
    for share in (0.1, 0.5, 1.0):
        for curvature in (0.01, 0.1, 1.0):
            for noise in (0.01, 1.0):
                g = share / curvature
                plan = moments.sgd(g, int(steps[-1]))
                square = moments.moments(QuadraticSum.additive(curvature, noise), plan, every)["square"].samples[0]
                found = curvature**2 * np.cumsum(square)[steps - 1] / steps
                bound = theory.mean_gradient_bound(g, curvature, curvature / 2, noise, steps)
                rows.append((found, bound, theory.mean_gradient_bound(g, curvature, curvature / 2, 0.0, steps)))
    return _trial(rows, steps)


def _lojasiewicz_sgd(steps: Integers, condition: float) -> Trial:
    mu, rows = 1 / condition, []
    for g in (0.25, 1.0):
        for noise in (0.1, 1.0, 10.0):
            problem = QuadraticSum.gated(mu, noise)
            found = _moments(problem, g, steps)["square"] * mu / 2
            bound, wrong = (theory.lojasiewicz_sgd_bound(g, mu, 1.0, mu / 2, share * problem.excess, steps, constant=mu)
                            for share in (1.0, 0.5))  # fmt: skip
            rows.append((found, bound, wrong))
    return _trial(rows, steps)


def _moving_average(steps: Integers, condition: float) -> Trial:
    rows = []
    for g in (0.05, 0.25):
        ends = [simulation.moving_average(_slopes(g, int(T)), np.ones(4), g, int(T)).values[-1] for T in steps]
        bound = theory.moving_average_bound(g, 1.0, 0.0, steps)
        rows += [(found, bound, bound) for found in np.array(ends).T]
        plan = moments.moving_average(g, int(steps[-1]))
        for curvature in np.geomspace(1e-3, 1.0, 7):
            for noise in (0.0, 1.0, 10.0):
                problem = QuadraticSum.additive(curvature, noise)
                found = moments.moments(problem, plan, steps)["square"].samples[0] * curvature / 2
                bound = theory.moving_average_bound(g, 1.0, noise, steps)
                rows.append((found, bound, theory.moving_average_bound(g, 1.0, 0.0, steps)))
    return _trial(rows, steps)


def _subgradient(steps: Integers, condition: float) -> Trial:
    def one(T: int) -> list[tuple[float, float, float]]:
        run = simulation.resist(model.coordinates(T), T**-0.5)
        lowest = -(T**-0.5)  # at -1/sqrt T in every coordinate, at distance 1
        average = run.iterates[:-1].mean(axis=0).max()
        bound = theory.tuned_subgradient_bound(1.0, 1.0, T)
        return [(float(gap) - lowest, bound, 0.9 * bound) for gap in (average, run.values.min())]

    return _each(steps, one)


def _strongly_convex_subgradient(steps: Integers, condition: float) -> Trial:
    def one(T: int) -> list[tuple[float, float, float]]:
        t = np.arange(1, T + 1)
        run = simulation.resist(model.coordinates(T), 2 / (t + 1), 1.0)
        subgradients = np.eye(T) + run.iterates[:-1]
        average = t @ run.iterates[:-1] / t.sum()
        gap = average.max() + average @ average / 2 + 1 / (2 * T)
        largest = float((subgradients**2).sum(axis=1).max()) ** 0.5
        bound = theory.strongly_convex_subgradient_bound(1.0, largest, T)
        return [(float(gap), bound, bound / (T + 1))]

    return _each(steps, one)


def _proximal_gradient(steps: Integers, condition: float) -> Trial:
    def one(T: int) -> list[tuple[float, float, float]]:
        scale = np.array([0.5, 1.0, 1.5]) / (2 * T)
        gaps = scale * simulation.proximal_kink(scale, np.ones(3), 1.0, T)[-1]
        return [(gap, theory.descent_gap_bound(1.0, 1.0, T), theory.huber_worst_gap(1.0, 1.0, 1.0, T)) for gap in gaps]

    return _each(steps, one)


def _proximal_point(steps: Integers, condition: float) -> Trial:
    def one(T: int) -> list[tuple[float, float, float]]:
        iterates = simulation.proximal_kink(np.ones(1), np.ones(1), T**-0.5, T)[:-1]
        bound = theory.tuned_subgradient_bound(1.0, 1.0, T)
        return [(float(np.abs(iterates.mean())), bound, bound / 2)]

    return _each(steps, one)


def _polyak(steps: Integers, condition: float) -> Trial:
    rows = []
    for share in np.geomspace(1e-3, 1.0, 13):  # on x^2/2 Polyak's step is x/2: SGD with step size 1/2
        found = _moments(QuadraticSum.gated(share), 0.5, steps)["average"] * share / 2
        rows.append((found, theory.polyak_bound(1.0, 1.0, steps), theory.polyak_bound(1.0, 1.0, 1.0 * steps**2)))
    return _trial(rows, steps)


ROWS = {
    "GD, convex": Row("Huber", "D^2/(4 g (T+1))", _convex),
    "GD, strongly convex": Row("mode of curvature mu", "(1 - 2 g mu)^T", _strongly_convex, True),
    "GD, Lojasiewicz": Row("x^2 + 3 sin(x)^2", "mu = 2, of its convex part", _lojasiewicz),
    "GD, smallest gradient": Row("Huber slope", "half of it", _smallest_gradient),
    "SGD, average": Row("Huber slope; noise", "without noise", _average),
    "SGD, distance": Row("gate with noise", "floor without 1/mu", _distance, True),
    "SGD, steps 2/(mu t)": Row("gate with noise", "noise falls as 1/T^2", _decreasing, True),
    "SGD, interpolation": Row("gate", "(1 - g mu)^T at any g", _interpolation, True),
    "SGD, interpolation, average": Row("Huber slope; gate", "1/T^2", _interpolation_average),
    "SGD, mean gradient": Row("additive noise", "without noise", _mean_gradient),
    "SGD, Lojasiewicz": Row("gate with noise", "half the floor", _lojasiewicz_sgd, True),
    "SGD, moving average": Row("Huber slope; noise", "noise averages out", _moving_average),
    "subgradient": Row("max of T coordinates", "0.9 of it", _subgradient),
    "subgradient, strongly convex": Row("max + |x|^2/2", "1/T^2", _strongly_convex_subgradient),
    "proximal gradient": Row("kink c|x|", "that of smooth descent", _proximal_gradient),
    "stochastic proximal point": Row("kink |x|", "half of it", _proximal_point),
    "Polyak step": Row("gate", "1/T^2", _polyak),
}
"""The theorems by name."""
