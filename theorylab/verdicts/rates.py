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

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from theorylab.curves import Curve
from theorylab.errors import error_level, require
from theorylab.verdicts import cells, drift, forms
from theorylab.verdicts.drift import Kind, Reading
from theorylab.verdicts.series import Axis, Series, means_without, positive_mean, series

Floats = NDArray[np.float64]

LEVEL = cells.LEVELS[0]
"""The usual share of misses; smaller ones have intervals that miss in 1%, as far as their form decides."""
DRIFTS = (Kind.MONOTONE, Kind.TURNING, Kind.DRIFTING)
LOGARITHM_MISS = 0.03
"""Stated for exponents of log x, on one panel without cells (tests/verdicts/test_rates.py). Measured there at a level
of 1e-3: none of 10,000 missed without noise, 1.0% of 3,000 with 1% of noise, 1.6% with 10%, none of 2,000 with 50%."""
FAR = 1e15
"""Beyond this x none is named as needed."""


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

    def limits(self, level: float, form: float | None = None) -> tuple[float, float]:
        """Interval of the slope; `level` is the share of misses that noise may cause, `form` (or the level) their form.

        Intervals at a larger level lie within those at a smaller one: quantiles and factors fall with it.
        """
        noise = 0.0 if self.data.dof is None else _quantile(self.data.dof, level) * self.noise
        factor = self.cell(level if form is None else form).factor
        # Where a drift is seen its form and the noise are two errors; where it is not, noise is in the form already.
        reach = (factor * side for side in self.reach)
        sides = (math.hypot(side, noise) if self.kind in DRIFTS else max(side, noise) for side in reach)
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
        fade = {Axis.GEOMETRIC: "exponentially or as 1/x", Axis.LOGARITHM: "as (log x)^-1/2 or faster"}
        fades = fade.get(self.data.axis, "as x^-1/2 or faster, or as 1/log x")
        if self.kind is Kind.OSCILLATING:
            return f"drift below the scatter fades {fades}"
        return f"corrections fade {fades}"

    @property
    def covers(self) -> str:
        """What the error probability of the interval is about."""
        if self.open_ended:
            side = "lower" if math.isinf(self.reach[1]) else "upper"
            return (
                f"the {side} end of the interval alone, if {self.assumption}: on the other side the drift grows, and "
                "nothing bounds the limit"
            )
        return f"the limit of the slopes, if {self.assumption}"

    def x_needed(self, distance: float, level: float) -> float | None:
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
            f"{self.data.x.size} points up to {self.last_x:g}; misses in {self.miss:.1%}: {self.covers})"
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
    mean = positive_mean(curve.x, curve.mean, None, curve.x_name)
    left_out = None if curve.exact else means_without(curve, curve.replicas)
    relative = curve.rounding.max(axis=0) / mean
    return forms.compare(curve.x, mean, left_out, relative, level=level, resolution=resolution)


def rate(data: Series, *, level: float = LEVEL) -> Rate:
    """The limit of the slopes of a series, with its interval."""
    weights = drift.tail_weights(data.position[None])
    values = data.log_values[None]
    if data.dof is not None:  # the whole reading is made again for every move
        values = np.vstack([values, values + data.spread])
    reading = _read(data, values, weights[0])
    scale = abs(data.unit)
    noise = float(np.sqrt(((reading.centre[1:] - reading.centre[0]) ** 2).sum())) * scale
    kind = Kind(int(reading.kind[0]))
    lower, upper = float(reading.lower[0]), float(reading.upper[0])
    if reading.grows[0]:
        lower, upper = (math.inf, upper) if reading.heading[0] < 0 else (lower, math.inf)
    if data.unit < 0:
        lower, upper = upper, lower
    return Rate(
        data,
        float(reading.centre[0]) * data.unit,
        kind,
        (lower * scale, upper * scale),
        float(np.abs(weights[0]) @ data.bound) * scale,
        noise,
        kind in DRIFTS and data.axis is not Axis.LOGARITHM and bool(reading.logarithm[0]),
        float(reading.theta[0]),
        level,
    )


def _read(data: Series, values: Floats, weights: Floats) -> Reading:
    slopes = np.sqrt(((np.diff(data.spread) / np.diff(data.position)) ** 2).sum(axis=0))
    fit = np.sqrt(((data.spread @ weights) ** 2).sum())
    noise = slopes[None], fit[None]
    powers_only = data.axis is Axis.LOGARITHM
    return drift.read(data.position[None], values, *noise, powers_only=powers_only, resamples=len(values) - 1)


def _quantile(dof: float, level: float) -> float:
    return float(-ndtri(level / 2) if math.isinf(dof) else -stdtrit(dof, level / 2))
