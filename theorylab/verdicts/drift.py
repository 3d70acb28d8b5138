"""Where the local slopes of a curve are going: the forms in which their drift may fade, and how far each would carry.

The slopes between neighbouring points are fitted by s = L + a g(m), m the middle of the two positions, on tails of the
curve alone: what lies before the last two thirds of the slopes enters nothing. Fading forms g are exp(-theta m), left
by a correction x^-theta to a power law, and 1/(m - u), left by a factor log x. Nothing here knows levels: `read` gives
a centre and two half-widths, which factors measured on synthetic truths turn into an interval (`cells`). Arrays have a
leading axis of curves, so that a panel of truths, or the resamples of one curve, are read at once; what is the same for
all resamples (positions, noise, and the forms with them) has one row there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

THETAS = np.array([0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0])
"""Powers of the corrections. Assumed is theta >= 1/2; 0.35 keeps 1/2 away from the rim of what is tried."""
STARTS = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 7.0])
"""How far before the first point a logarithm may start, in units of the position."""
GROWING = np.array([0.0, -0.5, -1.0, -2.0])
"""Powers of drifts that do not fade: a constant one, and such as a floor leaves."""
FADING = THETAS.size + STARTS.size
POINTS = (4, 30)
"""Fewest and most points of a reading."""
FAIR = 2.0
"""A form stays while its residuals are at most so many times those of the best, beyond noise."""
SCATTERED = 3
"""The one form (theta = 1) that is tried where slopes oscillate about no drift that is seen."""
UNLIKELY = 1e-3
"""Probability at which a curvature of scattered values is no chance."""
TOLD = 4.0
"""A growing drift is told from a fading one where it leaves residuals so many times smaller."""
LONG = 5
"""Slopes from which on trends are told from chance: five in random order are monotone once in sixty times."""


class Kind(IntEnum):
    """What the local slopes do along the tail, beyond what noise explains."""

    FLAT = 0
    MONOTONE = 1
    TURNING = 2
    OSCILLATING = 3
    DRIFTING = 4
    """Oscillating about a drift that the values show."""


@dataclass(frozen=True)
class Reading:
    """What the slopes of each curve tell, (curves,) each.

    `lower` and `upper` are half-widths about the centre. `grows`: the drift gets faster towards the end, and no limit
    is in sight on the side to which it heads (`heading`, 1 up or -1 down). `theta` is the power of the correction that
    fits best, 0 for a logarithm; `logarithm` tells whether one fits as well. Of resamples there is a centre alone.
    """

    centre: Floats
    lower: Floats
    upper: Floats
    kind: NDArray[np.int64]
    grows: Flags
    heading: Floats
    theta: Floats
    logarithm: Flags


@dataclass(frozen=True)
class _Fits:
    """Limits L and residuals (curves, forms, tails) of tails of 3, 4, ... slopes, and residuals that noise explains."""

    limit: Floats
    residual: Floats
    noise: Floats


def tail_size(points: int) -> int:
    """Slopes that enter: the last two thirds of those between so many points, and 3 at least."""
    return max(3, -(-2 * (points - 1) // 3))


def tail_weights(position: Floats) -> Floats:
    """w with (w * values).sum(-1) the least-squares slope over the points of the tail, (curves, points)."""
    first = position.shape[1] - tail_size(position.shape[1]) - 1
    centred = position - position[:, first:].mean(axis=1, keepdims=True)
    centred[:, :first] = 0.0
    return np.asarray(centred / (centred**2).sum(axis=1, keepdims=True))


def read(
    position: Floats,
    values: Floats,
    slope_noise: Floats,
    fit_noise: Floats,
    *,
    powers_only: bool = False,
    resamples: int = 0,
) -> Reading:
    """What the slopes of values (curves, points) tell; positions (curves or 1, points) increase, and are 4 or more.

    `slope_noise` (curves or 1, points - 1) and `fit_noise` (curves or 1,) are the standard deviations of the slopes
    between neighbours and of the least-squares slope over the tail. With `powers_only` no drift fades as a logarithm.
    The last `resamples` curves are those of others: of them nothing but the centre is told.
    """
    tail, tried = tail_size(position.shape[1]), THETAS.size if powers_only else FADING
    raw = np.diff(values) / np.diff(position), (position[:, 1:] + position[:, :-1]) / 2, slope_noise
    slopes, middle, noise = (rows[:, ::-1][:, :tail] for rows in raw)  # the last slope first
    kind, whole = _kinds(slopes, noise), len(values) - resamples
    line = (tail_weights(position) * values).sum(axis=1)
    low, median, high = line.copy(), line.copy(), line.copy()
    own = np.where(kind == Kind.FLAT, 2 * fit_noise, noise.mean(axis=1))
    # Where slopes neither drift nor turn the forms tell widths alone.
    fitted = (kind == Kind.MONOTONE) | (kind == Kind.TURNING)
    fitted[:whole] = True
    fits = _fits(_of(position, fitted), slopes[fitted], _of(middle, fitted), _of(noise, fitted))
    low[fitted], median[fitted], high[fitted] = _hull(fits.limit[:, :tried], _kept(fits, kind[fitted], tried))
    some = kind == Kind.OSCILLATING
    if some.any():
        kind[some], low[some], median[some], high[some], own[some] = _scattered(
            _of(position, some), values[some], tried
        )
    # What neither drifts nor turns is a line; the rest is where the forms lead, and not nearer than the last slope.
    straight = (kind == Kind.FLAT) | (kind == Kind.OSCILLATING)
    centre = np.where(straight, line, median)
    nearest = np.where(straight, line, np.where(kind == Kind.DRIFTING, median, slopes[:, 0]))
    lower, upper = centre - np.minimum(low, nearest), np.maximum(high, nearest) - centre
    slopes, kind, own = slopes[:whole], kind[:whole], own[:whole]
    lower, upper = _widened(lower[:whole], upper[:whole], slopes, kind)
    best, fading, growing, allowed = _longest(fits, whole)
    grows = (fading.min(axis=1) > TOLD * growing.min(axis=1) + allowed) & (kind == Kind.MONOTONE) & (tail >= LONG)
    logarithmic = fading[:, THETAS.size :].min(axis=1) <= FAIR * fading.min(axis=1) + allowed
    return Reading(
        centre, lower + own, upper + own, kind, grows, np.sign(slopes[:, 0] - slopes[:, -1]), best, logarithmic
    )


def _of(rows: Floats, some: Flags) -> Floats:
    """Some of the rows; the one that there is for all."""
    return rows if len(rows) == 1 else rows[some]


def _kinds(slopes: Floats, noise: Floats) -> NDArray[np.int64]:
    """Kinds of slopes (curves, tail), from the signs of those differences that noise does not explain."""
    tail = slopes.shape[1]
    bar = np.sqrt(2 * np.log(2.0 * tail)) + 0.5  # standard deviations that the largest of them hardly reaches
    a, b = noise[:, 1:], noise[:, :-1]
    changes = np.diff(slopes)
    signs = np.where(np.abs(changes) > bar * np.sqrt(a * a + b * b + a * b), np.sign(changes), 0.0)  # one value shared
    told, row = np.maximum.accumulate(np.where(signs != 0, np.arange(tail - 1), 0), axis=1), np.arange(len(signs))
    last = signs[row[:, None], told]  # the last sign that was seen so far
    turns = (last[:, 1:] * last[:, :-1] < 0).sum(axis=1)
    turning = np.where((turns == 1) & (tail >= LONG), Kind.TURNING, Kind.OSCILLATING)
    return np.where((signs == 0).all(axis=1), Kind.FLAT, np.where(turns == 0, Kind.MONOTONE, turning))


def _forms(position: Floats, middle: Floats) -> Floats:
    """The forms at the middles, last one first, (curves, forms, tail): fading powers, logarithms, growing powers."""
    back = middle[:, None, :1] - middle[:, None]
    powers = np.exp(THETAS[:, None] * (back - back[:, :, -1:]))
    logs = 1 / (1 - back / (middle[:, :1] - position[:, :1] + STARTS)[:, :, None])
    growing = np.concatenate([-back, np.exp(GROWING[1:, None] * back)], axis=1)
    return np.concatenate([powers, logs, growing], axis=1)


def _integrals(position: Floats, m: Floats) -> Floats:
    """Integrals of the fading forms at positions m of the tail, up to factors, (curves, forms, points)."""
    back = (m[:, -1:] - m)[:, None]
    powers = np.exp(THETAS[:, None] * (back - back[:, :, :1]))
    logs = np.log((m[:, -1:] - position[:, :1] + STARTS)[:, :, None] - back + 1e-9)
    return np.concatenate([powers, logs], axis=1)


def _fits(position: Floats, slopes: Floats, middle: Floats, noise: Floats) -> _Fits:
    """Least squares of s = L + a g for every form and tail, by running sums from the end."""
    # Relative to the last slope and the last value of the form, so that little cancels.
    forms, size = _forms(position, middle), np.arange(1, slopes.shape[1] + 1.0)
    g, z = forms - forms[:, :, :1], (slopes - slopes[:, :1])[:, None]
    sum_g, sum_z = np.cumsum(g, axis=-1), np.cumsum(z, axis=-1)
    square_g = np.cumsum(g * g, axis=-1) - sum_g * sum_g / size
    square_z = np.cumsum(z * z, axis=-1) - sum_z * sum_z / size
    product = np.cumsum(g * z, axis=-1) - sum_g * sum_z / size
    a = product / np.where(square_g <= 0, np.inf, square_g)
    limit = (sum_z - a * sum_g) / size - a * forms[:, :, :1] + slopes[:, None, :1]
    residual = np.sqrt(np.maximum(square_z - a * product, 0) / size)
    explained = np.sqrt(np.cumsum(noise**2, axis=-1) / size)[:, None] + 1e-7 * np.abs(z).max(axis=-1, keepdims=True)
    return _Fits(limit[:, :, 2:], residual[:, :, 2:], explained[:, :, 2:])


def _kept(fits: _Fits, kind: NDArray[np.int64], tried: int) -> Flags:
    """Which of the first `tried` fading forms stay on which tails, (curves, forms, tails); never none of a curve."""
    fading = fits.residual[:, :tried]
    fair = fading <= FAIR * fading.min(axis=1, keepdims=True) + fits.noise
    kept: Flags = fair.copy()
    for first, last in ((0, THETAS.size), (THETAS.size, tried)):  # and their neighbours: the truth may lie between
        kept[:, first + 1 : last] |= fair[:, first : last - 1]
        kept[:, first : last - 1] |= fair[:, first + 1 : last]
    kept[kind == Kind.FLAT, :, :-1] = False  # short tails of slopes that do not drift only tell of noise
    return kept


def _hull(limit: Floats, kept: Flags) -> tuple[Floats, Floats, Floats]:
    """Least, median and largest of the limits that are kept, (curves,) each."""
    rows = len(limit)
    order = np.sort(np.where(kept, limit, np.inf).reshape(rows, -1), axis=1)
    count, row = kept.reshape(rows, -1).sum(axis=1), np.arange(rows)
    median = (order[row, (count - 1) // 2] + order[row, count // 2]) / 2
    return order[:, 0], median, order[row, count - 1]


def _scattered(
    position: Floats, values: Floats, tried: int
) -> tuple[NDArray[np.int64], Floats, Floats, Floats, Floats]:
    """Of curves with scatter: kind, least, median and largest limit, and twice the standard error of one.

    Slopes between neighbours scatter far more than a fit of the values themselves, v = c + L m + a G(m) with G' = g,
    over the points of the tail. The first `tried` forms are where the values are curved beyond chance, one elsewhere.
    """
    tail = tail_size(position.shape[1])
    m, v = position[:, -tail - 1 :], values[:, -tail - 1 :]  # m of one row, or of as many as v
    weights = tail_weights(m) if m.shape[1] == position.shape[1] else tail_weights(position)[:, -tail - 1 :]
    centred = m - m.mean(axis=1, keepdims=True)

    def split(rows: Floats) -> tuple[Floats, Floats]:
        """Least-squares slopes, and what lines leave, of rows (curves, ..., points)."""
        shape = (len(m),) + (1,) * (rows.ndim - 2) + (m.shape[1],)
        slope = (weights.reshape(shape) * rows).sum(axis=-1)
        return slope, rows - rows.mean(axis=-1, keepdims=True) - slope[..., None] * centred.reshape(shape)

    line, rest = split(v)
    _, bow = split(centred**2)
    curvature = (bow * rest).sum(axis=1) / (bow**2).sum(axis=1)
    left = ((rest - curvature[:, None] * bow) ** 2).sum(axis=1) / max(tail - 2, 1)
    told = np.abs(curvature) * np.sqrt((bow**2).sum(axis=1)) > -stdtrit(max(tail - 2, 1), UNLIKELY / 2) * np.sqrt(left)
    drifting = told & (tail >= LONG)
    slopes, remains = (rows[:, :tried] for rows in split(_integrals(position, m)))
    size = (remains**2).sum(axis=-1)
    a = (remains * rest[:, None]).sum(axis=-1) / size
    limit, residual = line[:, None] - a * slopes, ((rest[:, None] - a[:, :, None] * remains) ** 2).sum(axis=-1)
    kept = residual <= residual.min(axis=1, keepdims=True) * (1 + 4 / max(tail - 2, 1))
    kept[~drifting] = np.arange(tried) == SCATTERED
    variance = residual[:, SCATTERED] / max(tail - 2, 1)
    error = (weights**2).sum(axis=1) + np.where(drifting, (slopes**2 / size)[:, SCATTERED], 0.0)
    low, median, high = _hull(limit, kept)
    kind = np.where(drifting, Kind.DRIFTING, Kind.OSCILLATING)
    return kind, low, median, high, 2 * np.sqrt(variance * error)


def _widened(lower: Floats, upper: Floats, slopes: Floats, kind: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Half-widths no narrower than what few slopes, or one side alone, can vouch for."""
    wider = np.maximum(lower, upper)
    if slopes.shape[1] < LONG:
        spread = np.maximum(np.ptp(slopes, axis=1), wider)
        few = kind != Kind.FLAT
        return np.where(few, spread, lower), np.where(few, spread, upper)
    side = np.where((kind == Kind.MONOTONE) | (kind == Kind.TURNING), wider / 4, 0.0)
    return np.maximum(lower, side), np.maximum(upper, side)


def _longest(fits: _Fits, whole: int) -> tuple[Floats, Floats, Floats, Floats]:
    """On the longest tail of the first curves: theta of the best form, residuals of fading and growing forms, noise."""
    residual, allowed = fits.residual[:whole, :, -1], fits.noise[:whole, 0, -1]
    theta = np.append(THETAS, np.zeros(STARTS.size))[residual[:, :FADING].argmin(axis=1)]
    return theta, residual[:, :FADING], residual[:, FADING:], allowed
