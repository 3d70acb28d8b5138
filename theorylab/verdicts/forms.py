"""Forms of a power law with its usual corrections, compared on the same curve, over all windows that end at its end.

Each form is a family with one parameter (the floor, the shift of x) or none; for every value of the parameter the
exponent is a least-squares slope. A value is kept in a window if the data do not reject it: with noise, by Hotelling's
chi-square of the residuals averaged over cells, with the covariance of the replicas; without noise, if no local slope
of the residuals reaches the resolution (structure, not scatter, is what an exact curve shows of a wrong form). The
interval of the exponent is the union over all that is kept. Half of the level goes to the rejections, half to the
slopes, so the true form, in a window where it holds, is in the union with the probability stated.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit
from scipy.stats import f as fisher

Floats = NDArray[np.float64]

GRID = (0.0, 1 / 6, 1 / 3, 1 / 2, 2 / 3)
"""Starts of the windows, as shares of the range of log x."""
CELLS = 6
LEAST = 9  # points of a window: three in each third
FLOORS = np.concatenate([[0.0], np.geomspace(1e-3, 0.5, 24), np.linspace(0.55, 0.95, 9)])
SHIFTS = np.concatenate([-np.linspace(0.05, 0.9, 12), [0.0], np.geomspace(0.05, 20, 24)])


@dataclass(frozen=True)
class Form:
    """One form: the exponents that it allows (None where the data reject it), and in how many of the windows it stays.

    `parameter` is the value that fits best: the floor as a share of the smallest mean, the shift as a multiple of the
    first x.
    """

    name: str
    interval: tuple[float, float] | None
    parameter: float
    kept: int
    windows: int

    @property
    def rejected(self) -> bool:
        """Whether the data reject the form in every window."""
        return self.interval is None

    def __repr__(self) -> str:
        if self.interval is None:
            return f"{self.name}: rejected"
        low, high = self.interval
        return f"{self.name}: exponent in [{low:.4g}, {high:.4g}], {self.kept} of {self.windows} windows"


@dataclass(frozen=True)
class Comparison:
    """The forms, and the union of the intervals of those that stay; None where all are rejected."""

    forms: tuple[Form, ...]
    interval: tuple[float, float] | None
    level: float

    def __repr__(self) -> str:
        union = (
            "no form fits" if self.interval is None else f"exponent in [{self.interval[0]:.4g}, {self.interval[1]:.4g}]"
        )
        return "\n".join([f"Comparison({union})", *(f"    {form!r}" for form in self.forms)])


@dataclass(frozen=True)
class _Family:
    """A form with its parameter: values to try, and how curves are read with one of them: (position, target)."""

    name: str
    values: Floats
    read: Callable[[Floats, float], tuple[Floats, Floats]]
    floor: float = 0.0

    def relative(self, rounding: Floats, mean: Floats, value: float) -> Floats:
        """Relative rounding of what is left above a floor."""
        return rounding * mean / np.maximum(mean - value * self.floor, 1e-300)


def compare(
    x: Floats, mean: Floats, left_out: Floats | None, rounding: Floats, *, level: float, resolution: float
) -> Comparison:
    """Comparison of the forms on means at x, (points,), both > 0.

    `left_out` are the means without one replica each, (replicas, points), None for an exact curve; `rounding` are
    relative bounds, (points,).
    """
    share = np.log(x / x[0]) / np.log(x[-1] / x[0])
    windows = [share >= start - 1e-12 for start in GRID]
    windows = [window for window in windows if window.sum() >= LEAST]
    forms = [
        _form(family, mean, left_out, rounding, windows, level=level, resolution=resolution)
        for family in _families(x, mean)
    ]
    stay = [form.interval for form in forms if form.interval is not None]
    return Comparison(tuple(forms), _hull(stay), level)


def _families(x: Floats, mean: Floats) -> list[_Family]:
    """All forms that are defined at x: logarithms only where x > 1."""
    zero, floor = np.zeros(1), float(mean.min())
    families = [
        _Family("power", zero, lambda values, _: (np.log(x), np.log(values))),
        _Family(
            "power + floor",
            FLOORS[1:],
            lambda values, s: (np.log(x), np.log(np.maximum(values - s * floor, 1e-300))),
            floor,
        ),
        _Family("power of x + shift", SHIFTS[SHIFTS != 0], lambda values, s: (np.log(x + s * x[0]), np.log(values))),
    ]
    if x[0] > 1:
        log_log = np.log(np.log(x))
        families[1:1] = [
            _Family("power x log", zero, lambda values, _: (np.log(x), np.log(values) - log_log)),
            _Family("power / log", zero, lambda values, _: (np.log(x), np.log(values) + log_log)),
        ]
    return families


def _form(
    family: _Family,
    mean: Floats,
    left_out: Floats | None,
    rounding: Floats,
    windows: list[NDArray[np.bool_]],
    *,
    level: float,
    resolution: float,
) -> Form:
    """What the data leave of a form: every value of its parameter is tried in every window."""
    values = family.values
    if values.size > 1:
        values = np.append(values, _best(values, family.read, mean, windows[0]))
    hull, kept, best = [], set(), (np.inf, 0.0)
    for value in values:
        position, target = family.read(mean, float(value))
        moved = None if left_out is None else family.read(left_out, float(value))[1]
        relative = family.relative(rounding, mean, float(value))
        for i, window in enumerate(windows):
            cut = None if moved is None else moved[:, window]
            fit = _fit(position[window], target[window], cut, relative[window], level / 2, resolution)
            if fit is not None:
                kept.add(i)
                hull.append(fit[:2])
                best = min(best, (fit[2] - window.sum(), float(value)))
    return Form(family.name, _hull(hull), best[1], len(kept), len(windows))


def _hull(intervals: list[tuple[float, float]]) -> tuple[float, float] | None:
    return (min(low for low, _ in intervals), max(high for _, high in intervals)) if intervals else None


def _fit(
    position: Floats, target: Floats, moved: Floats | None, rounding: Floats, level: float, resolution: float
) -> tuple[float, float, float] | None:
    """(lowest slope, highest slope, misfit), or None where the residuals reject the line."""
    centred = position - position.mean()
    weights = centred / (centred**2).sum()
    slope = float(weights @ target)
    slack = float(np.abs(weights) @ rounding)
    residual = target - target.mean() - slope * centred
    if moved is None:
        thirds = zip(np.array_split(position, 3), np.array_split(residual, 3), strict=True)
        structure = max(abs(_slope(*third)) for third in thirds)
        rejected = structure > resolution + 20 * slack
        return None if rejected else (slope - structure - slack, slope + structure + slack, structure)
    count = moved.shape[0]
    spread = (moved - moved.mean(axis=0)) * np.sqrt((count - 1) / count)
    misfit = _misfit(centred, target, spread, rounding, level)
    if misfit is None:
        return None
    half = float(stdtrit(count - 1, 1 - level / 2) * np.sqrt(((spread @ weights) ** 2).sum())) + slack
    return slope - half, slope + half, misfit


def _slope(position: Floats, target: Floats) -> float:
    """Least-squares slope."""
    centred = position - position.mean()
    return float(centred @ target / (centred @ centred))


@functools.lru_cache(maxsize=1024)
def _contrasts(centred: bytes, cells: int) -> Floats:
    """Matrix (cells - 2, points): contrasts of averages over cells that no line over the positions can move."""
    position = np.frombuffer(centred)
    points = np.arange(position.size)
    average = np.stack([np.isin(points, cell) / cell.size for cell in np.array_split(points, cells)])
    design = np.stack([np.ones(cells), average @ position], axis=1)
    return np.asarray(np.linalg.qr(design, mode="complete")[0][:, 2:].T @ average)


@functools.lru_cache(maxsize=1024)
def _limit(level: float, size: int, count: int) -> float:
    """What Hotelling's statistic of `size` contrasts, from `count` replicas, exceeds with probability `level`."""
    rest = max(count - size, 1)
    return float(fisher.isf(level, size, rest) * size * (count - 1) / rest)


def _misfit(centred: Floats, target: Floats, spread: Floats, rounding: Floats, level: float) -> float | None:
    """Hotelling's statistic of the residuals averaged over cells, per contrast; None where it rejects the line."""
    count, points = spread.shape
    cells = min(CELLS, points, max(3, count // 4))
    contrasts = _contrasts(centred.tobytes(), cells)
    seen, size = contrasts @ target, contrasts.shape[0]
    scatter = spread @ contrasts.T
    covariance = scatter.T @ scatter + np.diag((np.abs(contrasts) @ rounding) ** 2 + 1e-30)
    square = float(seen @ np.linalg.solve(covariance, seen))
    return None if square > _limit(level, size, count) else square / size


def _best(
    values: Floats, read: Callable[[Floats, float], tuple[Floats, Floats]], mean: Floats, window: NDArray[np.bool_]
) -> float:
    """The parameter of the least squares, refined from the grid: exact curves of the form are met up to rounding."""

    def misfit(value: float) -> float:
        position, target = (values[window] for values in read(mean, float(value)))
        residual = target - target.mean() - _slope(position, target) * (position - position.mean())
        return float(residual @ residual)

    order = np.sort(values)
    i = int(np.argmin([misfit(value) for value in order]))
    low, high = float(order[max(i - 1, 0)]), float(order[min(i + 1, order.size - 1)])
    for _ in range(12):
        points = np.linspace(low, high, 9)
        j = int(np.argmin([misfit(point) for point in points]))
        low, high = float(points[max(j - 1, 0)]), float(points[min(j + 1, 8)])
    return (low + high) / 2
