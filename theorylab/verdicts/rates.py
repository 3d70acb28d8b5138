"""Exponents and decay factors of curves and of printed tables: an interval for the limit of the local slopes.

What is reported is the asymptotic exponent, under an assumption that is said with it, not a slope over a window: the
drift of the local slopes is followed to where each form of correction that fits would lead (`drift`), and factors
measured on synthetic truths make that an interval, which misses the exponent in the share of cases that `Rate.miss`
states (`cells`: per number of points, range and kind of drift). Noise enters twice: in the forms that it lets pass, and
by doing all of it again without some replicas, or with one value moved by its standard error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from theorylab.curves import Curve
from theorylab.errors import InputError, error_level, require
from theorylab.verdicts import cells, drift, forms
from theorylab.verdicts.drift import Kind, Reading

Floats = NDArray[np.float64]

LEVEL = cells.LEVELS[0]
"""The usual share of misses; smaller ones have intervals that miss in 1%, as far as their form decides."""
FEWEST, MOST = drift.POINTS
GROUPS = 64
"""Groups of replicas that are left out one at a time."""
SPAN = math.log(1e3)
"""A geometric curve is read on its range stretched to this length: its drift has no unit of its own."""
DRIFTS = (Kind.MONOTONE, Kind.TURNING, Kind.DRIFTING)
LOGARITHM_MISS = 0.05
"""Stated for exponents of log x; measured is less (tests/verdicts/test_rates.py), on one panel without cells."""
FAR = 1e15
"""Beyond this x no horizon is named."""


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


@dataclass(frozen=True, eq=False)
class Rate:
    """The limit of the local slopes, and what its interval rests on.

    `kind` is what the local slopes do; `logarithm` whether a factor log x explains the drift as well as a power.
    `reach` are the half-widths (below, above) of the forms that fit, before the factor of their cell; `bound` is left
    by rounding, `noise` a standard deviation. `theta` is the power of the correction that fits best, 0 for a logarithm.
    """

    data: Series
    slope: float
    kind: Kind
    reach: tuple[float, float]
    bound: float
    noise: float
    logarithm: bool
    theta: float
    level: float

    def limits(self, level: float) -> tuple[float, float]:
        """Interval of the slope; `level` is the share of misses that noise may cause."""
        noise = 0.0 if self.data.dof is None else _quantile(self.data.dof, level) * self.noise
        # Where a drift is seen its form and the noise are two errors; where it is not, noise is in the form already.
        form = (self.cell(level).factor * side for side in self.reach)
        sides = (math.hypot(side, noise) if self.kind in DRIFTS else max(side, noise) for side in form)
        low, high = (max(side, self.bound) for side in sides)
        return self.slope - low, self.slope + high

    def cell(self, level: float) -> cells.Cell:
        """The factor of this kind of data, and how often its intervals miss."""
        decades = None if self.data.axis is Axis.GEOMETRIC else self.data.decades
        if self.data.axis is not Axis.LOGARITHM:
            return cells.cell(self.kind, self.data.x.size, decades, level)
        # The cells were measured for powers of x. Those of log x have the wide factors, and miss more often than these.
        wide = cells.cell(self.kind, self.data.x.size, decades, min(level, cells.LEVELS[1]))
        return replace(wide, miss=max(wide.miss, LOGARITHM_MISS))

    @property
    def miss(self) -> float:
        """Measured share of misses of intervals of this kind of data."""
        return self.cell(self.level).miss

    @property
    def open_ended(self) -> bool:
        """Whether the drift grows, and no limit is in sight."""
        return math.inf in self.reach

    def noise_decides(self, level: float) -> bool:
        """Whether the interval at a level is as wide as it is because of noise."""
        return self.data.dof is not None and _quantile(self.data.dof, level) * self.noise >= max(self.reach)

    @property
    def value(self) -> float:
        """The exponent, or the factor, in the middle of what fits."""
        return self.data.axis.shown(self.slope)

    @property
    def interval(self) -> tuple[float, float]:
        """Interval of the exponent, or of the factor; infinite on a side where the drift grows."""
        low, high = self.limits(self.level)
        return self.data.axis.shown(low), self.data.axis.shown(high)

    @property
    def last_x(self) -> float:
        """The last x that was reached."""
        return float(self.data.x[-1])

    @property
    def assumption(self) -> str:
        """What the interval takes for granted about what was not seen."""
        if self.open_ended:
            return "the drift grows: nothing bounds the limit on that side"
        fade = {Axis.GEOMETRIC: "exponentially or as 1/x", Axis.LOGARITHM: "as (log x)^-1/2 or faster"}
        fades = fade.get(self.data.axis, "as x^-1/2 or faster, or as 1/log x")
        if self.kind is Kind.OSCILLATING:
            return f"drift below the scatter fades {fades}"
        return f"corrections fade {fades}"

    def horizon(self, distance: float, level: float) -> float | None:
        """About the x at which the half-width at a level would be `distance` (of exponents); None if out of sight."""
        ratio = max(sum(self.limits(level)[i] * (-1, 1)[i] for i in (0, 1)) / 2 / max(distance, 1e-300), 1.0)
        if not math.isfinite(ratio):
            return None
        length = float(self.data.position[-1] - self.data.position[0])
        fades = self.kind in DRIFTS and self.theta > 0
        further = math.log(ratio) / self.theta if fades else length * (ratio - 1)
        if self.data.axis is Axis.GEOMETRIC:
            return self.last_x + further / self.data.unit
        position = float(self.data.position[-1]) + further
        position = math.exp(min(position, 700.0)) if self.data.axis is Axis.LOGARITHM else position
        x = math.exp(min(position, 700.0))
        return 1 / x if self.data.axis is Axis.SMALL else x if x < FAR else None

    def __repr__(self) -> str:
        low, high = self.interval
        shown = ", ".join(f"{self.data.axis.shown(float(slope)):.4g}" for slope in self.data.slopes[-3:])
        kind = f"{self.kind.name.lower()}{', a logarithm fits as well' if self.logarithm else ''}"
        return (
            f"Rate({self.value:.6g} in [{low:.6g}, {high:.6g}]; local slopes {kind}, the last {shown}; "
            f"{self.data.x.size} points up to {self.last_x:g}; misses in {self.miss:.1%}, if {self.assumption})"
        )


def power_law(curve: Curve, *, level: float = LEVEL) -> Rate:
    """Exponent p of E[curve] ~ x**p as x grows (negative for decay), with its interval.

    `level` is the share of misses that noise may cause; that of the form is measured, `Rate.miss`. Raises InputError
    for fewer than 4 points, x <= 0 or not increasing, or values that are not finite and positive in the mean.
    """
    error_level(level)
    return rate(series(curve), level=level)


def geometric_factor(curve: Curve, *, level: float = LEVEL) -> Rate:
    """Factor r of E[curve] ~ r**x per unit of x as x grows, with its interval. Raises InputError as `power_law`."""
    error_level(level)
    return rate(series(curve, Axis.GEOMETRIC), level=level)


def compare(curve: Curve, *, level: float = LEVEL, resolution: float = 0.01) -> forms.Comparison:
    """Power law, with a logarithm, with a floor, with a shift of x: which the data reject, and the exponents left.

    The union over forms and windows tells which exponents these forms allow; of other forms it knows nothing.
    `resolution`: an exact curve rejects a form whose residuals have local slopes above it. Raises InputError as
    `power_law`, and for fewer than 9 points.
    """
    error_level(level)
    require((curve.x > 0).all(), "a power law needs x > 0")
    require(curve.x.size >= forms.LEAST, f"{curve.x.size} points: forms are compared on {forms.LEAST} or more")
    mean = _positive(curve.x, curve.mean, None, curve.x_name)
    left_out = None if curve.exact else _left_out(curve, curve.replicas)
    relative = curve.rounding.max(axis=0) / mean
    return forms.compare(curve.x, mean, left_out, relative, level=level, resolution=resolution)


def series(curve: Curve, axis: Axis = Axis.POWER, taken: Floats | float = 0.0) -> Series:
    """The series of a curve, less a form `taken` (points,) on the scale of logarithms.

    Raises InputError as `power_law`, UndecidedError where the mean is within its noise of 0.
    """
    if curve.exact:
        require(curve.replicas == 1, f"a rate of a deterministic curve needs one row, not {curve.replicas}")
        mean = _positive(curve.x, curve.mean, None, curve.x_name)
        bound = curve.rounding.max(axis=0) / mean
        return _series(axis, curve.x, np.log(mean) - taken, np.diag(bound / 3**0.5), bound, None)
    require(curve.replicas >= 2, "a rate with noise needs at least 2 replicas")
    mean = _positive(curve.x, curve.mean, curve.standard_error, curve.x_name)
    groups = min(GROUPS, curve.replicas)
    moved = (np.log(_left_out(curve, groups)) - np.log(mean)) * ((groups - 1) / groups) ** 0.5
    return _series(axis, curve.x, np.log(mean) - taken, moved, curve.rounding.max(axis=0) / mean, groups - 1)


def tabulated(x: Floats, y: Floats, stderr: Floats, rounding: Floats, axis: Axis, taken: Floats | float) -> Series:
    """The series of a table with standard errors, and values rounded by at most `rounding`, (points,) each.

    Independent errors add in quadrature; rounding counts as a uniform error. Raises as `series`.
    """
    noisy = bool((stderr > 0).any())
    error = np.hypot(stderr, rounding / 3**0.5)
    mean = _positive(x, y, error if noisy else None, "x")
    return _series(axis, x, np.log(mean) - taken, np.diag(error / mean), np.zeros(x.size), math.inf if noisy else None)


def _series(axis: Axis, x: Floats, log_values: Floats, spread: Floats, bound: Floats, dof: float | None) -> Series:
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


def rate(data: Series, *, level: float = LEVEL) -> Rate:
    """The limit of the slopes of a series, with its interval."""
    reading = _read(data, data.log_values[None])
    noise = 0.0
    if data.dof is not None:
        again = _read(data, data.log_values + data.spread)
        noise = float(np.sqrt(((again.centre - reading.centre) ** 2).sum())) * abs(data.unit)
    kind = Kind(int(reading.kind[0]))
    lower, upper = float(reading.lower[0]), float(reading.upper[0])
    if reading.grows[0]:
        lower, upper = (math.inf, upper) if reading.heading[0] < 0 else (lower, math.inf)
    if data.unit < 0:
        lower, upper = upper, lower
    scale = abs(data.unit)
    bound = float(np.abs(drift.tail_weights(data.position[None])[0]) @ data.bound)
    return Rate(
        data,
        float(reading.centre[0]) * data.unit,
        kind,
        (lower * scale, upper * scale),
        bound * scale,
        noise,
        kind in DRIFTS and data.axis is not Axis.LOGARITHM and bool(reading.logarithm[0]),
        float(reading.theta[0]),
        level,
    )


def _read(data: Series, values: Floats) -> Reading:
    rows = len(values)
    position = np.broadcast_to(data.position, values.shape)
    slopes = np.sqrt(((np.diff(data.spread) / np.diff(data.position)) ** 2).sum(axis=0))
    fit = np.sqrt(((data.spread @ drift.tail_weights(data.position[None])[0]) ** 2).sum())
    noise = np.broadcast_to(slopes, (rows, slopes.size)), np.broadcast_to(fit, (rows,))
    return drift.read(position, values, *noise, powers_only=data.axis is Axis.LOGARITHM)


def _quantile(dof: float, level: float) -> float:
    return float(-ndtri(level / 2) if math.isinf(dof) else -stdtrit(dof, level / 2))


def _positive(x: Floats, mean: Floats, error: Floats | None, name: str) -> Floats:
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


def _left_out(curve: Curve, groups: int) -> Floats:
    """Means without one group of replicas each, (groups, points)."""
    require(curve.replicas >= 2, "a rate with noise needs at least 2 replicas")
    parts = np.array_split(curve.samples, groups)
    sums, sizes = np.array([part.sum(axis=0) for part in parts]), np.array([[len(part)] for part in parts])
    left_out = (curve.samples.sum(axis=0) - sums) / (curve.replicas - sizes)
    if not (left_out > 0).all():
        raise UndecidedError("a few replicas carry the whole mean: too few replicas, or too heavy a tail, for a rate")
    return np.asarray(left_out)
