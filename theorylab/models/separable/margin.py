"""The hard margin: the shortest vector in the convex hull of the signed points, certified from both sides.

mu = max over unit directions of min_i <z_i, direction> = min over weights w >= 0, sum w = 1, of |sum_i w_i z_i|. Any
direction bounds mu from below and any weights bound it from above: the answer carries both. The quadratic program is
solved by Wolfe's active-set method (P. Wolfe, Finding the nearest point in a polytope, Math. Program. 11, 1976),
whose steps are small least-squares problems on the points in use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import InputError
from theorylab.models.separable.model import Labelled

Floats = NDArray[np.float64]

RELATIVE_GAP = 1e-8
"""Largest accepted relative distance between the two certificates."""
SWEEPS = 100
"""Active-set steps allowed per point or dimension, whichever are fewer; a step adds one point, and may drop some."""


class NotSeparableError(InputError):
    """No direction has a margin > 0; `weights` (n,), >= 0 with sum 1, combine the signed points to (nearly) nothing."""

    def __init__(self, message: str, weights: Floats) -> None:
        super().__init__(message)
        self.weights = weights


@dataclass(frozen=True, eq=False)
class HardMargin:
    """The hard margin between two certificates: lower = min_i <z_i, direction> <= mu <= upper = |sum_i weights_i z_i|.

    direction: unit vector (d,). weights: (n,), >= 0 with sum 1, positive on support points alone.
    """

    lower: float
    upper: float
    direction: Floats
    weights: Floats

    def __repr__(self) -> str:
        return f"HardMargin({self.lower:.10g} <= mu <= {self.upper:.10g}, {(self.weights > 0).sum()} support points)"


def hard_margin(problem: Labelled) -> HardMargin:
    """The largest margin of a unit direction, to a relative 1e-8, with its certificates.
    Derived: tests/models/separable/test_margin.py::test_two_points_by_hand.

    Raises NotSeparableError (an InputError, with the weights that prove it) where no direction has a margin that
    double precision tells from 0, and InputError where the certificates do not meet.
    """
    radius = problem.radius
    points = problem.signed / radius
    noise = 8 * (problem.count + problem.dimension) * float(np.finfo(float).eps)
    weights, normal = _shortest(points, noise)
    upper = float(((weights @ points) ** 2).sum() ** 0.5)
    if upper <= noise:
        raise NotSeparableError(_unseparated(weights, upper * radius, radius), weights)
    direction = normal / float((normal**2).sum() ** 0.5)
    lower = float((points @ direction).min())
    if not upper - lower <= RELATIVE_GAP * upper:
        raise InputError(
            f"the hard margin is not settled: it lies in [{lower * radius:.6g}, {upper * radius:.6g}] with points as "
            f"long as {radius:.6g}: too small beside them for double precision; shorten the longest points"
        )
    return HardMargin(lower * radius, upper * radius, direction, weights)


def _shortest(points: Floats, noise: float) -> tuple[Floats, Floats]:
    """Weights (n,) of the shortest vector in the convex hull, by Wolfe's method, and a vector (d,) along it.

    Along: the shortest x with <z_i, x> = 1 on the points in use. It is the shortest vector over its square, but keeps
    its relative accuracy where that one, a small difference of long vectors, loses it.
    """
    used, share = [int((points**2).sum(axis=1).argmin())], np.ones(1)
    for _ in range(SWEEPS * (min(points.shape) + 1)):
        normal = np.linalg.lstsq(points[used], np.ones(len(used)), rcond=None)[0]
        along = points @ normal
        enters = int(along.argmin())
        short = float(((share @ points[used]) ** 2).sum() ** 0.5) <= noise
        if short or along[enters] >= 1 - RELATIVE_GAP / 100 or enters in used:
            break
        used, share = _affine_steps(points, [*used, enters], np.append(share, 0.0))
    weights = np.zeros(len(points))
    weights[used] = share / share.sum()
    return weights, np.asarray(normal)


def _affine_steps(points: Floats, used: list[int], share: Floats) -> tuple[list[int], Floats]:
    """Move to the shortest vector of the affine hull of the points in use, dropping those that would turn negative."""
    while True:
        base, others = points[used[0]], points[used[1:]]
        rest = np.linalg.lstsq((others - base).T, -base, rcond=None)[0]
        target = np.concatenate([[1.0 - rest.sum()], rest])
        if (target > 0).all():
            return used, target
        falling = np.flatnonzero(target <= 0)
        falls = share[falling] - target[falling]
        reach = np.where(falls > 0, share[falling] / np.where(falls > 0, falls, 1.0), 0.0)
        share = share + reach.min() * (target - share)
        share[falling[reach.argmin()]] = 0.0
        kept = np.flatnonzero(share > 0)
        used, share = [used[i] for i in kept], share[kept] / share[kept].sum()
        if len(used) == 1:
            return used, share


def _unseparated(weights: Floats, length: float, radius: float) -> str:
    first = np.argsort(-weights, kind="stable")[:3]
    terms = " + ".join(f"{weights[i]:.3g} z_{i}" for i in first if weights[i] > 0)
    more = int((weights > 0).sum()) - len(first)
    tail = f" + {more} more" if more > 0 else ""
    return (
        f"the data are not separable: the signed points z_i = y_i a_i combine, with weights >= 0 of sum 1, to length "
        f"{length:.3g} of at most {radius:.3g} ({terms}{tail}), so no direction has a larger margin; drop such points"
    )
