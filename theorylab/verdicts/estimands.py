"""What a statement about replicas is about: their mean, their median, a median of means, or a mean within bounds.

An estimand is asked for its estimate and its simultaneous limits by verdicts, rechecks, calibration and error bars
alike. What limits at any level need of a curve is computed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.errors import InputError, error_level, require
from theorylab.verdicts.interim import current_analysis
from theorylab.verdicts.intervals import MEANS, Limits, Moments, bounded_limits, median_limits

Floats = NDArray[np.float64]
T = TypeVar("T")

_known: WeakKeyDictionary[Curve, dict[str, Any]] = WeakKeyDictionary()


def _once(curve: Curve, name: str, compute: Callable[[], T]) -> T:
    """What was computed of a curve under this name; curves never change."""
    known = _known.setdefault(curve, {})
    if name not in known:
        known[name] = compute()
    found: T = known[name]
    return found


@dataclass(frozen=True)
class Mean:
    """The mean of replicas; within the bounds of the curve, where it declares any."""

    def declared(self, curve: Curve) -> Curve:
        """The curve with what this estimand declares of its replicas."""
        return curve

    def estimate(self, curve: Curve) -> Floats:
        """The sample's value of it, (points,)."""
        return _once(curve, "mean", lambda: np.asarray(curve.samples.mean(axis=0)))

    def limits(self, curve: Curve, level: float) -> Limits:
        """Limits at all points of a simulated curve together; at an interim analysis, of all analyses together."""
        error_level(level)
        within = _within(curve)
        if within.all() and within.size:
            return _within_bounds(curve, level)
        rounding = curve.rounding.max(axis=0)
        analysis = current_analysis()
        # Each row is a mean of `block` replicas, at every analysis the same number.
        tightest = None if analysis is None else max(2, analysis.first // curve.block)
        if not within.any():
            moments = _once(curve, "moments", lambda: Moments.of(curve.samples, rounding))
            return moments.limits(level, tightest=tightest).widened(rounding)
        # Points within bounds and points without share the level; those where nothing is random need none.
        random = np.ptp(curve.bounds, axis=0) > 0  # type: ignore[arg-type]
        share = (within & random).sum() / max(random.sum(), 1)
        bounded = _within_bounds(_once(curve, "within", lambda: curve.at(within)), max(level * share, level / 1e3))
        free = self.limits(_once(curve, "free", lambda: _free(curve, ~within)), level * (1 - share))
        lower, upper = np.empty(within.size), np.empty(within.size)
        lower[within], upper[within] = bounded.lower, bounded.upper
        lower[~within], upper[~within] = free.lower, free.upper
        return Limits(lower, upper, free.warning, int(np.flatnonzero(~within)[free.point]))

    def covers(self, curve: Curve, level: float) -> str:
        """What the error probability of such limits is about."""
        if curve.bounds is not None and np.isfinite(curve.bounds).all():
            return "the mean of any law within the declared bounds"
        rare = -math.expm1(math.log(level) / (curve.replicas * curve.block))
        return (
            "the mean of a law of finite variance and no rare jumps, which is assumed: a branch rarer than "
            f"{rare:.2g} may go unseen"
        )

    def __str__(self) -> str:
        return "mean"


@dataclass(frozen=True)
class Bounded(Mean):
    """The mean of replicas that all lie in [low, high], such as shares in [0, 1]."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require(self.low < self.high, f"{self!r} is not allowed: low < high, both numbers")

    def declared(self, curve: Curve) -> Curve:
        """The curve with these bounds, if it is simulated."""
        return curve if curve.exact else _once(curve, str(self), lambda: curve.bounded(self.low, self.high))

    def __str__(self) -> str:
        return f"mean within [{self.low:g}, {self.high:g}]"


@dataclass(frozen=True)
class Median:
    """The median of replicas: no moment is needed, and nothing is approximate."""

    of_means = False

    def declared(self, curve: Curve) -> Curve:
        """The curve itself."""
        return curve

    def estimate(self, curve: Curve) -> Floats:
        """The sample's value of it, (points,)."""
        return np.asarray(np.median(self._values(curve), axis=0))

    def limits(self, curve: Curve, level: float) -> Limits:
        """Limits at all points of a simulated curve together; an interim analysis gets its share of the level."""
        analysis = current_analysis()
        share = level if analysis is None else analysis.spends(level)
        return median_limits(curve.samples, share, curve.rounding.max(axis=0), of_means=self.of_means)

    def covers(self, curve: Curve, level: float) -> str:
        """What the error probability of such limits is about."""
        return f"the {self} of any law"

    def _values(self, curve: Curve) -> Floats:
        return curve.samples

    def __str__(self) -> str:
        return "median"


@dataclass(frozen=True)
class MedianOfMeans(Median):
    """The median of MEANS blocks' means: near the mean where there is one, and as safe as a median."""

    of_means = True

    def _values(self, curve: Curve) -> Floats:
        size = curve.replicas // MEANS
        if size < 2:
            return curve.samples
        return np.asarray(curve.samples[: size * MEANS].reshape(MEANS, size, -1).mean(axis=1))

    def __str__(self) -> str:
        return "median of means"


Estimand: TypeAlias = Mean | Median
Name = Literal["mean", "median", "median of means"]
NAMED: dict[str, Estimand] = {str(estimand): estimand for estimand in (Mean(), Median(), MedianOfMeans())}


def estimand(about: Estimand | Name) -> Estimand:
    """The estimand itself, or that of a name. Raises InputError for anything else."""
    if isinstance(about, Mean | Median):
        return about
    if isinstance(about, str) and about in NAMED:
        return NAMED[about]
    raise InputError(f"about={about!r} is not allowed: give {', '.join(map(repr, NAMED))} or Bounded(low, high)")


def _within(curve: Curve) -> NDArray[np.bool_]:
    """Points with finite bounds."""
    if curve.bounds is None:
        return np.zeros(curve.x.size, dtype=bool)
    return np.asarray(np.isfinite(curve.bounds).all(axis=0))


def _free(curve: Curve, points: NDArray[np.bool_]) -> Curve:
    return Curve(curve.x[points], curve.samples[:, points], rounding=curve.rounding[:, points], block=curve.block)


def _within_bounds(curve: Curve, level: float) -> Limits:
    low, high = curve.bounds  # type: ignore[misc]
    samples = np.clip(curve.samples, low, high)  # beyond them only by rounding
    limits = bounded_limits(samples, level, low, high, sequence=current_analysis() is not None)
    return limits.widened(curve.rounding.max(axis=0))
