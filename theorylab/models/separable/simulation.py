"""Gradient descent and perceptron on labelled points: validated arguments in, iterations, positions, losses out."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.models.separable import kernels
from theorylab.models.separable.model import Labelled
from theorylab.numerics.arguments import increasing_steps, whole

Floats = NDArray[np.float64]

NORMALISATIONS = ("none", "weights", "gradient")
LIMIT = 10_000_000


class Solved(NamedTuple):
    """How a run ended."""

    iterations: float
    """Steps until all points were right; inf if they were not within the limit."""
    weight: float
    """Weights q_i summed over points and steps; for the perceptron with tie 1, the number of mistakes."""
    closest_tie: float
    """Smallest |margin| after step 1, relative to the radius times the longest position: how sure its signs are."""


def solve(
    problem: Labelled, step_size: float, normalisation: str = "none", *, tie: float = 0.5, limit: int = LIMIT
) -> Solved:
    """Iterations until every point is right, from 0. step_size = inf is the batch perceptron.

    Raises InputError for a step size that is not > 0, a normalisation other than 'none', 'weights', 'gradient', a tie
    outside (0, 1] (or other than 1/2 at a finite step size, where it follows from the logistic), or limit < 0.
    """
    most = whole("limit", limit, least=0)
    found = kernels.solve(problem.signed, _rule(step_size, normalisation, tie), most)
    return Solved(float(found[0]), float(found[1]), float(found[2] / problem.radius))


def positions(
    problem: Labelled, step_size: float, steps: ArrayLike, normalisation: str = "none", *, tie: float = 0.5
) -> Floats:
    """Iterates in units of the step size, theta_t / step_size at t = steps, (points, d). Errors as `solve`.

    Goes on after all points are right; a perceptron rests there. Raises InputError for steps that are not increasing
    integers >= 0.
    """
    points = increasing_steps(steps)
    rule = _rule(step_size, normalisation, tie)
    return np.asarray(kernels.path(problem.signed, rule, points))


def accuracy(problem: Labelled, places: ArrayLike) -> Floats:
    """Share of points with a margin > 0 at each position, (points,). InputError for positions of another dimension."""
    return np.asarray((_margins(problem, places) > 0).mean(axis=1))


def loss(problem: Labelled, places: ArrayLike, step_size: float) -> Floats:
    """Logistic loss f(step_size * position) / step_size, (points,): the mean of max(0, -margin) at step_size = inf.

    Differs from that limit by less than log 2 / step_size. Raises InputError as `accuracy`, and for a step size that
    is not > 0.
    """
    margins, step_size = _margins(problem, places), _step_size(step_size)
    hinge = np.maximum(0.0, -margins)
    if math.isinf(step_size):
        return np.asarray(hinge.mean(axis=1))
    return np.asarray((hinge + np.log1p(np.exp(-step_size * np.abs(margins))) / step_size).mean(axis=1))


def _margins(problem: Labelled, places: ArrayLike) -> Floats:
    given = np.asarray(places, dtype=float)
    require(
        given.ndim == 2 and given.shape[1] == problem.dimension,
        f"positions have shape {given.shape}: give (points, {problem.dimension})",
    )
    return np.asarray(given @ problem.signed.T)


def _step_size(step_size: float) -> float:
    try:
        value = float(step_size)
    except (TypeError, ValueError) as error:
        raise InputError(f"step_size={step_size!r} is not allowed: give a number > 0, or inf") from error
    require(value > 0, f"step_size={step_size} is not allowed: give a number > 0, or inf for the perceptron")
    return value


def _rule(step_size: float, normalisation: str, tie: float) -> kernels.Rule:
    value = _step_size(step_size)
    require(
        normalisation in NORMALISATIONS,
        f"normalisation={normalisation!r} is not allowed: give one of {', '.join(NORMALISATIONS)}",
    )
    require(0 < tie <= 1, f"tie={tie} is not allowed: give the weight of a zero margin, in (0, 1]")
    require(
        tie == 0.5 or math.isinf(value),
        f"tie={tie} at step_size={value:g} is not allowed: a finite step size gives a zero margin the weight 1/2",
    )
    return kernels.Rule(value, float(tie), NORMALISATIONS.index(normalisation))
