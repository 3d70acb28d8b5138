"""Curves and tables on the axis of a fit: logarithms of positive values, with what noise and rounding move in them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.errors import InputError, require
from theorylab.verdicts import drift

Floats = NDArray[np.float64]

FEWEST, MOST = drift.POINTS
GROUPS = 64
"""Groups of replicas that are left out one at a time."""
SPAN = math.log(1e3)
"""A geometric curve is read on its range stretched to this length: its drift has no unit of its own."""


class UndecidedError(InputError):
    """Data that more replicas may make fit to be judged: a mean that noise does not tell from 0."""


class Axis(Enum):
    """What is read off: the exponent of x as x grows, or as it goes to 0; the exponent of log x; the factor per x."""

    POWER = "power"
    SMALL = "power at 0"
    LOGARITHM = "power of log x"
    GEOMETRIC = "factor"

    def position(self, x: Floats) -> Floats:
        """Positions at x (points,), in their order."""
        if self is Axis.GEOMETRIC:
            return np.asarray((x - x[0]) * (SPAN / (x[-1] - x[0])))
        require((x > 0).all(), "a power law needs x > 0")
        if self is Axis.LOGARITHM:
            require((x > 1).all(), "a power of log x needs x > 1: drop the first points")
            return np.asarray(np.log(np.log(x)))
        return np.asarray(-np.log(x) if self is Axis.SMALL else np.log(x))

    def unit(self, x: Floats) -> float:
        """What a slope against the position is multiplied with."""
        if self is Axis.GEOMETRIC:
            return SPAN / float(x[-1] - x[0])
        return -1.0 if self is Axis.SMALL else 1.0

    def shown(self, slope: float) -> float:
        """A slope as it is reported."""
        if self is not Axis.GEOMETRIC:
            return slope
        return math.exp(max(slope, -745.0)) if slope < 700 else math.inf


@dataclass(frozen=True, eq=False)
class Series:
    """Positive values of one curve on the axis of a fit, in at most 30 groups of neighbouring points.

    `x` are the last points of the groups, `position` and `log_values` means over them. `spread` (moves, groups) holds
    what one move of replicas, or of one value, changes in the log values, scaled so that squares add up to variances;
    `dof` its degrees of freedom, None without noise. `bound` is relative and certain. A slope on the axis times `unit`
    is an exponent, or the logarithm of a factor.
    """

    axis: Axis
    x: Floats
    position: Floats
    log_values: Floats
    spread: Floats
    bound: Floats
    unit: float
    dof: float | None = None

    def first(self, count: int) -> Series:
        """The series as it stood after its first groups."""
        position, unit = self.position[:count], self.unit
        if self.axis is Axis.GEOMETRIC:
            stretch = (self.position[-1] - self.position[0]) / (position[-1] - position[0])
            position, unit = position * stretch, unit * stretch
        return replace(
            self, x=self.x[:count], position=position, log_values=self.log_values[:count],
            spread=self.spread[:, :count], bound=self.bound[:count], unit=unit,
        )  # fmt: skip

    @property
    def slopes(self) -> Floats:
        """Slopes between neighbours, (groups - 1,), as exponents or logarithms of factors."""
        return np.asarray(np.diff(self.log_values) / np.diff(self.position) * self.unit)

    @property
    def decades(self) -> float:
        """Length of the axis of the fit, in decades."""
        return float(self.position[-1] - self.position[0]) / math.log(10)


def series(curve: Curve, axis: Axis = Axis.POWER, taken: Floats | float = 0.0) -> Series:
    """The series of a curve, less a form `taken` (points,) on the scale of logarithms.

    Raises InputError as `power_law`, UndecidedError where the mean is within its noise of 0.
    """
    if curve.exact:
        require(curve.replicas == 1, f"a rate of a deterministic curve needs one row, not {curve.replicas}")
        mean = positive_mean(curve.x, curve.mean, None, curve.x_name)
        bound = _relative(curve, mean)
        return _on_axis(axis, curve.x, np.log(mean) - taken, np.diag(bound / 3**0.5), bound, None)
    require(curve.replicas >= 2, "a rate with noise needs at least 2 replicas")
    mean = positive_mean(curve.x, curve.mean, curve.standard_error, curve.x_name)
    groups = min(GROUPS, curve.replicas)
    moved = (np.log(means_without(curve, groups)) - np.log(mean)) * ((groups - 1) / groups) ** 0.5
    return _on_axis(axis, curve.x, np.log(mean) - taken, moved, _relative(curve, mean), groups - 1)


def _relative(curve: Curve, mean: Floats) -> Floats:
    with np.errstate(over="ignore"):
        bound = curve.rounding.max(axis=0) / mean
    return np.asarray(np.minimum(bound, 1e100))  # beyond any logarithm of floats: nothing is known


def tabulated(x: Floats, y: Floats, stderr: Floats, rounding: Floats, axis: Axis, taken: Floats | float) -> Series:
    """The series of a table with standard errors, and values rounded by at most `rounding`, (points,) each.

    Independent errors add in quadrature; rounding counts as a uniform error. Raises as `series`.
    """
    noisy = bool((stderr > 0).any())
    error = np.hypot(stderr, rounding / 3**0.5)
    mean = positive_mean(x, y, error if noisy else None, "x")
    return _on_axis(axis, x, np.log(mean) - taken, np.diag(error / mean), np.zeros(x.size), math.inf if noisy else None)


def _on_axis(axis: Axis, x: Floats, log_values: Floats, spread: Floats, bound: Floats, dof: float | None) -> Series:
    require((np.diff(x) > 0).all(), "x must increase")
    require(x.size >= FEWEST, f"{x.size} points: a rate needs at least {FEWEST}")
    position, unit = axis.position(x), axis.unit(x)
    if position[-1] < position[0]:
        x, position, log_values, bound = x[::-1], position[::-1], log_values[::-1], bound[::-1]
        spread = spread[:, ::-1]
    require((np.diff(position) > 0).all(), "points lie closer than floats tell apart: leave some out")
    rounded = 2.0**-51 * (1 + np.abs(log_values))  # of the logarithms themselves
    spread, bound = np.vstack([spread, np.diag(rounded)]), bound + rounded
    group, last = _grouping(position)
    return Series(axis, x[last], group @ position, group @ log_values, spread @ group.T, group @ bound, unit, dof)


def _grouping(position: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Weights (groups, points) of means over at most MOST groups of neighbours, and the last point of each group."""
    count = position.size
    if count <= MOST:
        return np.eye(count), np.arange(count)
    share = (position - position[0]) / (position[-1] - position[0])
    label = np.minimum((share * MOST).astype(int), MOST - 1)
    last = np.flatnonzero(np.append(np.diff(label) > 0, True))
    if last.size < FEWEST:  # nearly all points in one place
        last = np.linspace(0, count - 1, MOST + 1).astype(int)[1:]
    first, index = np.append(0, last[:-1] + 1), np.arange(count)
    inside = (index >= first[:, None]) & (index <= last[:, None])
    return inside / inside.sum(axis=1, keepdims=True), last


def positive_mean(x: Floats, mean: Floats, error: Floats | None, name: str) -> Floats:
    """The mean, which has to be finite and > 0."""
    require(mean.size, f"no points: a rate needs at least {FEWEST}")
    bad = np.flatnonzero(~(np.isfinite(mean) & (mean > 0)))
    if bad.size:
        at, where = bad[0], f"{mean[bad[0]]:g} at {name} {x[bad[0]]:g}"
        if error is not None and np.isfinite(mean).all() and (mean[bad] > -4 * error[bad]).all():
            raise UndecidedError(
                f"the mean is {where}, within its noise of {error[at]:.1g}: more replicas tell it from 0"
            )
        raise InputError(f"the curve is {where}: a rate needs finite values > 0")
    return mean


def means_without(curve: Curve, groups: int) -> Floats:
    """Means without one group of replicas each, (groups, points)."""
    require(curve.replicas >= 2, "a rate with noise needs at least 2 replicas")
    size, more = divmod(curve.replicas, groups)  # the first groups are larger by one
    cut, points = more * (size + 1), curve.x.size
    first, last = curve.samples[:cut], curve.samples[cut:]
    sums = [part.sum(axis=1) for part in (first.reshape(more, size + 1, points), last.reshape(-1, size, points))]
    sizes = np.where(np.arange(groups) < more, size + 1, size)[:, None]
    left_out = (curve.samples.sum(axis=0) - np.concatenate(sums)) / (curve.replicas - sizes)
    if not (left_out > 0).all():
        raise UndecidedError("a few replicas carry the whole mean: too few replicas, or too heavy a tail, for a rate")
    return np.asarray(left_out)
