"""Two sides of a statement, point by point: what their difference is, and within which limits.

A side is a curve or a number. Simulated replicas are judged by an estimand, at all points together; deterministic
entries by their rounding bounds, each for itself. Where both sides are replicated, replica r of one is compared with
replica r of the other.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.verdicts.estimands import Estimand, Median
from theorylab.verdicts.intervals import Limits, clopper_pearson

Floats = NDArray[np.float64]
Side: TypeAlias = Curve | float

CONFIDENCE = 0.95
"""Of the bound on a population's share of counterexamples."""


@dataclass(frozen=True, eq=False)
class Difference:
    """left - right at the points of left."""

    left: Curve
    right: Side
    about: Estimand

    @property
    def simulated(self) -> bool:
        """Whether a side rests on replicas."""
        return not (self.left.exact and (not isinstance(self.right, Curve) or self.right.exact))

    @property
    def _one_random(self) -> bool:
        return self.left.exact or not isinstance(self.right, Curve) or self.right.exact

    @functools.cached_property
    def _parts(self) -> tuple[Curve, float, Floats, Floats]:
        """(curve, sign, shift, rounding) with left - right = sign * curve - shift: replicas of one curve suffice."""
        left, right = self.left, self.right
        if not isinstance(right, Curve):
            right = Curve(left.x, np.full((1, left.x.size), float(right)), exact=True)
        if self.simulated and right.exact and right.replicas == 1:
            return self.about.declared(left), 1.0, right.samples[0], right.rounding[0]
        if self.simulated and left.exact and left.replicas == 1:
            return self.about.declared(right), -1.0, -left.samples[0], left.rounding[0]
        none = np.zeros(left.x.size)
        return paired(self.about.declared(left), self.about.declared(right)), 1.0, none, none

    @functools.cached_property
    def estimate(self) -> Floats:
        """What is seen of it: (1, points), or the entries of deterministic curves, (rows, points)."""
        curve, sign, shift, _ = self._parts
        return np.asarray(sign * self.about.estimate(curve)[None] - shift if self.simulated else curve.samples)

    @property
    def target(self) -> Floats:
        """What the right side says, in the shape of `estimate`: the mean of entries that replicas are paired with."""
        said = values(self.right)
        if self.simulated and len(said) > 1:
            said = said.mean(axis=0, keepdims=True)
        return np.broadcast_to(said, self.estimate.shape)

    def limits(self, level: float) -> Limits:
        """Limits of the true difference, in the shape of `estimate`."""
        curve, sign, shift, rounding = self._parts
        if not self.simulated:
            return Limits(curve.samples, curve.samples).widened(curve.rounding)
        limits = self.about.limits(curve, level)
        moved = (limits if sign > 0 else limits.negative).less(shift).widened(rounding)
        where = (
            f" (at {self.left.x_name} {self.left.x[moved.point]:g})" if moved.warning and self.left.x.size > 1 else ""
        )
        return replace(moved, lower=moved.lower[None], upper=moved.upper[None], warning=moved.warning + where)

    @property
    def tied(self) -> bool:
        """Whether deterministic entries are equal within their rounding anywhere."""
        curve = self._parts[0]
        return not self.simulated and bool((np.abs(curve.samples) <= curve.rounding).any())

    @property
    def evaluated(self) -> int:
        """Points that enter: entries of deterministic curves, else points of the mean."""
        return int(self.estimate.size)

    @property
    def replicas(self) -> int:
        """Replicas behind each row, all together; 0 without replicas."""
        curve = self._parts[0]
        return curve.replicas * curve.block if self.simulated else 0

    def rests_on(self, level: float, outside: NDArray[np.bool_]) -> tuple[float, str]:
        """The error probability of a statement that is broken where `outside` says, and what it is about."""
        curve = self._parts[0]
        if self.simulated and isinstance(self.about, Median) and not self._one_random:
            return level, f"the {self.about} of the differences of paired replicas, of any law"
        if self.simulated:
            return level, self.about.covers(curve, level)
        rows, points = self.estimate.shape
        if not curve.population:
            what = f"{rows} x {points}" if rows > 1 else f"{points}"
            return 0.0, f"error 0: these {what} values, up to rounding"
        broken = outside.any(axis=1 if rows > 1 else 0)
        found, drawn = int(broken.sum()), curve.drawn
        if found:
            return 0.0, f"{found} of {broken.size} instances are counterexamples, {drawn} drawn from {curve.population}"
        most = float(clopper_pearson(np.zeros(1), drawn, 2 * (1 - CONFIDENCE))[1][0])
        return 1 - CONFIDENCE, (
            f"none of {drawn} drawn from {curve.population} is a counterexample: their share is at most {most:.2g} "
            f"at {CONFIDENCE:.0%} confidence"
        )


def paired(left: Curve, right: Curve) -> Curve:
    """left - right, row by row; deterministic where both are."""
    blocks = [side.block for side in (left, right) if not side.exact]
    return replace(
        left,
        samples=left.samples - right.samples,
        exact=left.exact and right.exact,
        rounding=left.rounding + right.rounding,
        block=min(blocks, default=1),  # what so many replicas did not show, the difference does not
        bounds=_reach(left, right),
        population=left.population or right.population,
        drawn=left.drawn or right.drawn,
    )


def _reach(left: Curve, right: Curve) -> Floats | None:
    """Bounds on each replica of left - right, (2, points), if both sides have some."""
    ends = []
    for side in (left, right):
        if side.bounds is None and not side.exact:
            return None
        ends.append(
            np.stack([side.samples.min(axis=0), side.samples.max(axis=0)]) if side.bounds is None else side.bounds
        )
    return np.stack([ends[0][0] - ends[1][1], ends[0][1] - ends[1][0]])


def values(side: Side) -> Floats:
    """What a side says at its points: entries of a deterministic curve, else the mean; (rows, points)."""
    if isinstance(side, Curve):
        return side.samples if side.exact else side.mean[None]
    return np.full((1, 1), float(side))


def entries(side: Side) -> Floats:
    """Replicas or entries of a side, (rows, points); (1, 1) for a number."""
    return side.samples if isinstance(side, Curve) else np.full((1, 1), float(side))


def finite(side: Side) -> NDArray[np.bool_]:
    """Which entries of a side are finite, (rows, points)."""
    return np.asarray(np.isfinite(entries(side)))


def moved(side: Side, by: float) -> Side:
    """The side plus a number."""
    if not isinstance(side, Curve):
        return side + by
    return replace(side, samples=side.samples + by, bounds=None if side.bounds is None else side.bounds + by)


@overload
def scaled(side: Curve, factor: float) -> Curve: ...
@overload
def scaled(side: Side, factor: float) -> Side: ...
def scaled(side: Side, factor: float) -> Side:
    """The side times a number."""
    if not isinstance(side, Curve):
        return side * factor
    bounds = None if side.bounds is None else np.sort(side.bounds * factor, axis=0)
    return replace(side, samples=side.samples * factor, rounding=side.rounding * abs(factor), bounds=bounds)


def one_step_on(left: Curve, right: Side) -> tuple[Curve, Curve] | None:
    """The right side one step later than it should be, between its points by interpolation; None without such steps."""
    if not (isinstance(right, Curve) and right.exact and left.x_name == "steps" and left.x.size > 1):
        return None
    if (left.x != np.round(left.x)).any() or (np.diff(left.x) < 1).any():
        return None
    later = np.stack([np.interp(left.x[:-1] + 1, right.x, row) for row in right.samples])
    before = right.at(slice(None, -1))
    if np.array_equal(later, before.samples):
        return None
    return left.at(slice(None, -1)), replace(before, samples=later)


def unfit(side: Side) -> str:
    """Why a side cannot be judged at all: nothing there, not a number, outside its bounds; '' if it can."""
    found = entries(side)
    if found.size == 0:
        return "nothing to evaluate: no points"
    if np.isnan(found).any():
        where = f" in {np.isnan(found).any(axis=1).sum()} replicas" if isinstance(side, Curve) else ""
        return f"not a number{where}"
    if isinstance(side, Curve) and not np.isfinite(side.rounding[np.isfinite(found)]).all():
        return "a rounding bound is not finite"
    return side.broken_bounds if isinstance(side, Curve) else ""


def require_same_points(left: Curve, right: Side) -> None:
    """Raises InputError unless both sides are at the same points, with rows that can be paired."""
    if not isinstance(right, Curve):
        return
    require(np.array_equal(left.x, right.x), f"{left!r} and {right!r} are not at the same points: select with .at")
    rows = {left.replicas, right.replicas}
    paired = len(rows) == 1 or (right.exact and right.replicas == 1) or (left.exact and left.replicas == 1)
    require(paired, f"{left!r} and {right!r} have different numbers of rows: pair replicas, or use an exact row")
