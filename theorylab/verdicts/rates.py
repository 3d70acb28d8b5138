"""Exponents and decay factors of curves, with an interval that covers noise, the fit window and remaining drift.

The window is not chosen by looking at the data: the first third of the range (of log x for power laws, of x for
geometric decay) is burn-in, and least-squares fits start on a fixed grid from 1/3 to 2/3 of the range, always to its
end. The interval is the hull over these windows. Local slopes over the three thirds tell whether the slope has settled:
where it still drifts, and the drift is not seen to fade clearly faster than a logarithm's on these points, there is
no asymptotic rate to report, and the answer is `pre-asymptotic`. What may be left of a fading drift widens the
interval: it keeps a share f per third, so at most drift * f / (1 - f), as far as noise allows. Noise: replicas are
left out one at a time (the points of one run are correlated), rounding bounds are added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from theorylab.curves import Curve
from theorylab.errors import InputError, require
from theorylab.verdicts import forms

Floats = NDArray[np.float64]

STARTS = (1 / 3, 5 / 12, 1 / 2, 7 / 12, 2 / 3)
NO_POINTS = "no points: a rate needs at least 3 in each third of its range"
FAR = 1e15
"""Beyond this x no horizon is named."""
MIN_POINTS = 3  # per third of the range: a slope with a residual
FASTER, MOST = 0.75, 1 / 3
"""A drift fades if from third to third it keeps less than 0.75 of the share that a logarithmic correction would keep,
and at most 1/3: x^-1 corrections pass on two decades and more, x^-1/2 on six, logarithms and constant drifts never."""


@dataclass(frozen=True)
class Rate:
    """A slope, its interval, and how it was read.

    `value` and `interval` are None when the curve is `pre-asymptotic`. `windows` are the ranges of x fitted,
    `local` the slopes over the three thirds of the range, `local_interval` the hull of the fits before any
    extrapolation (an honest answer about the range seen, not about the limit). `horizon` of a pre-asymptotic curve is
    the x out to which points would suffice if its drift goes on fading as it did, None where it does not fade.
    """

    value: float | None
    interval: tuple[float, float] | None
    status: str
    windows: tuple[tuple[float, float], ...]
    local: tuple[float, float, float]
    local_interval: tuple[float, float]
    horizon: float | None = None

    def __repr__(self) -> str:
        local = ", ".join(f"{slope:.4g}" for slope in self.local)
        if self.value is None or self.interval is None:
            return f"Rate({self.status}: local slopes {local} still drift; {self.advice})"
        return f"Rate({self.value:.6g} in [{self.interval[0]:.6g}, {self.interval[1]:.6g}], local slopes {local})"

    @property
    def advice(self) -> str:
        """What would settle a pre-asymptotic curve."""
        if self.horizon is not None and self.horizon > FAR:
            return f"more points further out, the drift fades too slowly: no horizon up to x = {FAR:.0e}"
        if self.horizon is None:
            return "more points further out, the drift does not fade yet: no horizon in sight"
        return f"points out to about x = {self.horizon:.1g} would suffice"


def power_law(curve: Curve, *, level: float = 0.05, resolution: float = 0.01) -> Rate:
    """Exponent p of E[curve] ~ x**p (negative for decay), in an interval that misses it with probability <= level.

    `resolution`: a drift of the local exponent below it is reported inside the interval, never as pre-asymptotic.
    Raises InputError for fewer than 3 points in a third of the range of log x, x <= 0, or values that are not
    finite and positive in the mean (a slope is never taken through an absolute value).
    """
    require((curve.x > 0).all(), "a power law needs x > 0")
    rate = slope(curve, np.log(curve.x), np.zeros(curve.x.size), level=level, resolution=resolution)
    return replace(rate, horizon=as_x(rate.horizon))


def geometric_factor(curve: Curve, *, level: float = 0.05, resolution: float = 0.01) -> Rate:
    """Factor r of E[curve] ~ r**x per unit of x, with its interval; local slopes are factors too.

    `resolution` is relative to the decay rate log r of the last third. Raises InputError as `power_law`.
    """
    require(curve.x.size, NO_POINTS)
    scale = abs(_local(curve, curve.x)[2])
    rate = slope(curve, curve.x, np.zeros(curve.x.size), level=level, resolution=resolution * scale)
    low, mid, high = rate.local
    return Rate(
        None if rate.value is None else float(np.exp(rate.value)),
        None if rate.interval is None else (float(np.exp(rate.interval[0])), float(np.exp(rate.interval[1]))),
        rate.status,
        rate.windows,
        (float(np.exp(low)), float(np.exp(mid)), float(np.exp(high))),
        (float(np.exp(rate.local_interval[0])), float(np.exp(rate.local_interval[1]))),
        rate.horizon,
    )


def compare(curve: Curve, *, level: float = 0.05, resolution: float = 0.01) -> forms.Comparison:
    """Power law, with a logarithm, with a floor, with a shift of x: which the data reject, and the exponents left.

    The union over forms and windows is wider than the interval of `power_law`: it trusts no form. `resolution`: an
    exact curve rejects a form whose residuals have local slopes above it. Raises InputError as `power_law`.
    """
    require((curve.x > 0).all(), "a power law needs x > 0")
    require(0 < level < 1, f"level={level} is not allowed: an error probability lies in (0, 1)")
    require(curve.x.size, NO_POINTS)
    _windows(np.log(curve.x))
    mean = np.exp(_log_mean(curve))
    left_out = None if curve.exact else _left_out(curve)
    rounding = curve.rounding.max(axis=0) / mean
    return forms.compare(curve.x, mean, left_out, rounding, level=level, resolution=resolution)


def slope(curve: Curve, position: Floats, form: Floats, *, level: float, resolution: float) -> Rate:
    """Slope of log E[curve] - form against position, (points,) each: the common road of all rates.

    The horizon is a position.     Raises InputError as `power_law`.
    """
    require(0 < level < 1, f"level={level} is not allowed: an error probability lies in (0, 1)")
    require(curve.x.size, NO_POINTS)
    windows, blocks = _windows(position)
    # A drift is a difference of two local slopes: weights of the same kind.
    weights = np.stack([*windows, *blocks, blocks[1] - blocks[0], blocks[2] - blocks[1]])
    fits = weights @ (_log_mean(curve) - form)
    noise = _noise(curve, weights, level)
    lower, upper = fits - noise, fits + noise
    count = len(windows)
    hull = float(lower[:count].min()), float(upper[:count].max())
    first, second, third, early, late = (float(fit) for fit in fits[count:])
    local = (first, second, third)
    ranges = tuple((float(curve.x[weight != 0][0]), float(curve.x[-1])) for weight in windows)
    share = _logarithmic_share(position, blocks)
    fading = min(MOST, FASTER * share)
    drifted, drifts = abs(early) > noise[-2], abs(late) > noise[-1]
    # Where a drift is seen, the data must show that it fades: as far as noise allows, not only in the best guess.
    late_bound = abs(late) + (noise[-1] if drifted else 0.0)
    if (drifted or drifts) and late_bound > max(fading * abs(early), resolution):
        horizon = _horizon(position, early, late, share, resolution)
        return Rate(None, None, "pre-asymptotic", ranges, local, hull, horizon)
    rest = fading / (1 - fading)
    low, high = hull[0] + rest * min(late - noise[-1], 0.0), hull[1] + rest * max(late + noise[-1], 0.0)
    return Rate(float(fits[count // 2]), (float(low), float(high)), "settled", ranges, local, hull)


def as_x(position: float | None) -> float | None:
    """The x at a position on the axis of power laws, log x."""
    return None if position is None else math.exp(min(position, 700.0))


def _horizon(position: Floats, early: float, late: float, share: float, resolution: float) -> float | None:
    """Position out to which the drift from third to third falls below the resolution, as the drift seen so far fades.

    It fades by |late / early| per third if that is faster than a logarithm's, else as the correction 1 / position.
    """
    if abs(late) >= abs(early) or resolution <= 0:
        return None
    start, end = float(position[0]), float(position[-1])
    kept, third = abs(late / early), (end - start) / 3
    if kept < FASTER * share:
        return end + max(1.0, math.log(resolution / max(abs(late), resolution)) / math.log(max(kept, 1e-9))) * third

    def drift(last: float) -> float:
        middle, width = (start + last) / 2, (last - start) / 3
        return 1 / middle - 1 / (middle + width)

    scale, last = abs(late) / max(drift(end), 1e-300), end
    while scale * drift(last) > resolution and last < 1e6 * end:
        last += third
        third *= 1.05
    return float(last)


def _logarithmic_share(position: Floats, blocks: list[Floats]) -> float:
    """Share of its drift that a slope correction 1 / position keeps from third to third: a factor log x of a power law,
    or a power in front of a geometric decay. 1/5, its least value, where position starts at or below 0: there a power
    (1 + t) on few points passes for a second mode, so read factors from a start above 0 where one is in question."""
    if position[0] <= 0:
        return 0.2
    slopes = np.stack(blocks) @ np.log(position)
    return float((slopes[1] - slopes[2]) / (slopes[0] - slopes[1]))


def window_slopes(position: Floats, values: Floats) -> Floats:
    """Least-squares slopes of `values` over the fit windows, (len(STARTS),)."""
    windows, _ = _windows(position)
    return np.asarray(np.stack(windows) @ values)


def _local(curve: Curve, position: Floats) -> Floats:
    _, blocks = _windows(position)
    return np.asarray(np.stack(blocks) @ _log_mean(curve))


def _windows(position: Floats) -> tuple[list[Floats], list[Floats]]:
    """Weights of the least-squares slopes over the fit windows and over the three thirds of the range."""
    require((np.diff(position) > 0).all(), "x must increase")
    share = (position - position[0]) / max(float(position[-1] - position[0]), 1e-300)
    thirds = [(share >= i / 3 - 1e-12) & (share <= (i + 1) / 3 + 1e-12) for i in range(3)]
    counts = [int(third.sum()) for third in thirds]
    if min(counts) < MIN_POINTS:
        raise InputError(
            f"the thirds of the range hold {counts} points: a rate needs at least {MIN_POINTS} in each; "
            "space the points evenly on the axis of the fit"
        )
    return [_weights(position, share >= start - 1e-12) for start in STARTS], [_weights(position, t) for t in thirds]


def _weights(position: Floats, mask: NDArray[np.bool_]) -> Floats:
    """w with w @ y = least-squares slope of y against position over the mask."""
    centred = np.where(mask, position - position[mask].mean(), 0.0)
    return np.asarray(centred / (centred**2).sum())


def _log_mean(curve: Curve) -> Floats:
    mean = curve.mean
    bad = np.flatnonzero(~(np.isfinite(mean) & (mean > 0)))
    if bad.size:
        raise InputError(
            f"the curve is {mean[bad[0]]:g} at {curve.x_name} {curve.x[bad[0]]:g}: a rate needs finite values > 0"
        )
    return np.asarray(np.log(mean))


def _noise(curve: Curve, weights: Floats, level: float) -> Floats:
    """Half-widths of the slopes: leave-one-out over replicas, plus what rounding can move."""
    mean, count = curve.mean, curve.replicas
    rounding = np.abs(weights) @ (curve.rounding.max(axis=0) / mean)
    if curve.exact:
        require(count == 1, f"a rate of an exact curve needs one row, not {count}")
        return np.asarray(rounding)
    left_out = _left_out(curve)
    fits = np.log(left_out) @ weights.T
    error = np.sqrt((count - 1) / count * ((fits - fits.mean(axis=0)) ** 2).sum(axis=0))
    return np.asarray(float(stdtrit(count - 1, 1 - level / 2)) * error + rounding)


def _left_out(curve: Curve) -> Floats:
    """Means without one replica each, (replicas, points)."""
    mean, count = curve.mean, curve.replicas
    require(count >= 2, "a rate with noise needs at least 2 replicas")
    left_out = (count * mean - curve.samples) / (count - 1)
    if not (left_out > 0).all():
        raise InputError("one replica carries the whole mean: too few replicas, or too heavy a tail, for a rate")
    return np.asarray(left_out)
