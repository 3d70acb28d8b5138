"""Statements about two sides: each knows how it fares at an error level, and the mistakes that it could hold.

A mutant is the statement with one standard mistake in it; `off_by` gives the statements that are wrong by an error, one
to each side. What holds on one side only (bounds, orders) is mutated to what is stronger: the weaker is true with it.
"""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.verdicts.compared import (
    Difference,
    Side,
    finite,
    moved,
    one_step_on,
    scaled,
    unfit,
    values,
)
from theorylab.verdicts.estimands import Estimand, Mean
from theorylab.verdicts.intervals import Limits
from theorylab.verdicts.outcomes import Outcome, failure

Floats = NDArray[np.float64]


MEAN = Mean()
MANY = 1e6
"""So many times as wide as the gap seen, an interval will never be as narrow as it."""


@dataclass(frozen=True, eq=False)
class Statement(ABC):
    """What is said of two sides."""

    left: Curve
    right: Side
    about: Estimand = MEAN

    @property
    def unit(self) -> str:
        """What an error of the statement is measured in."""
        return ""

    @functools.cached_property
    def difference(self) -> Difference:
        """What the statement is decided by."""
        return Difference(self.left, self.right, self.about)

    def of(self, left: Curve, right: Side) -> Self:
        """The same statement about other sides."""
        return replace(self, left=left, right=right)

    def outcome(self, level: float) -> Outcome:
        """How it fares at an error level; what cannot be judged is a failure, not an exception."""
        if reason := unfit(self.left) or unfit(self.right):
            return failure(reason)
        return self._diverged(level) or self.decided(level)

    def refuted(self, level: float) -> bool:
        """Whether the data are incompatible with it."""
        outcome = self.outcome(level)
        return outcome.compatible is False and not outcome.failed

    @abstractmethod
    def decided(self, level: float) -> Outcome:
        """The outcome for finite sides that can be judged."""

    @abstractmethod
    def mutants(self) -> Mapping[str, Statement]:
        """Statements with a standard mistake, by name."""

    @abstractmethod
    def off_by(self, error: float) -> tuple[Statement, ...]:
        """The statements that are wrong by an error > 0, to one side each; none where no unit makes sense."""

    def _diverged(self, level: float) -> Outcome | None:
        """What infinite values say, where there are any: a measured one is not what a finite prediction says."""
        if not finite(self.right).all():
            return failure("infinite prediction")
        bad = ~finite(self.left)
        return self._broken_by(bad, bad) if bad.any() else None

    def _broken_by(self, broken: NDArray[np.bool_], infinite: NDArray[np.bool_]) -> Outcome:
        """The outcome of entries (rows, points) that break the statement, as they are infinite."""
        note, first = diverged(self.left, infinite), self.left.x[broken.any(axis=0)][0]
        return Outcome(False, self._count, note=note, last_x=float(self.left.x[-1]), separates_at=float(first))

    @property
    def _count(self) -> int:
        """Points that enter, or entries of a deterministic curve."""
        return self.left.samples.size if self.left.exact else self.left.x.size

    def _outcome(
        self, level: float, miss: Floats, limits: Limits, notes: tuple[str, ...], ties: bool = False, **shown: Any
    ) -> Outcome:
        """The outcome of being outside what is allowed by `miss` > 0."""
        outside = np.asarray(miss > 0)
        compatible = None if limits.warning or (ties and not outside.any()) else not outside.any()
        error, covers = self.difference.rests_on(level, outside)
        x = self.left.x
        return Outcome(
            compatible=compatible,
            evaluated=self.difference.evaluated,
            error_probability=error,
            covers=covers,
            note="; ".join(note for note in (limits.warning, *notes) if note),
            last_x=float(x[-1]),
            separates_at=float(x[outside.any(axis=0)][0]) if outside.any() and compatible is False else None,
            **shown,
        )


@dataclass(frozen=True, eq=False)
class Agreement(Statement):
    """left = right at every point, up to the relative error `within`."""

    within: float = 0.0

    def decided(self, level: float) -> Outcome:
        """The point that decides misses by most, in units of what is allowed there: approximation or interval."""
        limits, estimate = self.difference.limits(level), self.difference.estimate
        target = self.difference.target
        slack = self.within * np.abs(target)
        miss = np.maximum(limits.lower - slack, -limits.upper - slack)
        allowed = slack + np.maximum((limits.upper - limits.lower) / 2, np.finfo(float).tiny)
        with np.errstate(over="ignore", invalid="ignore"):  # where limits are infinite nothing is decided
            at = np.unravel_index(int(np.argmax(np.nan_to_num(miss / allowed, nan=-np.inf))), miss.shape)
        gap, half_width = np.abs(estimate)[at] - slack[at], (limits.upper - limits.lower)[at] / 2
        return self._outcome(
            level,
            miss,
            limits,
            (f"at {self.left.x_name} {self.left.x[at[-1]]:g}",),
            measured=float(target[at] + estimate[at]),
            interval=(float(target[at] + limits.lower[at]), float(target[at] + limits.upper[at])),
            allowed=(float(target[at] - slack[at]), float(target[at] + slack[at])),
            hint=replicas_needed(self.difference, gap, half_width),
        )

    @property
    def unit(self) -> str:
        """Relative, unless nothing but 0 is predicted."""
        return "relative to the prediction" if values(self.right).any() else "absolute"

    def mutants(self) -> Mapping[str, Statement]:
        """Factors, the sign, one step later; of 0 none, as neither a factor nor a sign changes it."""
        if not values(self.right).any():
            return {}
        factors = {"constant x 2": 2.0, "constant x 1/2": 0.5, "sign": -1.0}
        named = {name: self.of(self.left, scaled(self.right, factor)) for name, factor in factors.items()}
        if shifted := one_step_on(self.left, self.right):
            named["off by one step"] = self.of(*shifted)
        return named

    def off_by(self, error: float) -> tuple[Statement, ...]:
        """Predictions that are too large, and too small."""
        if values(self.right).any():
            return tuple(self.of(self.left, scaled(self.right, factor)) for factor in (1 + error, 1 / (1 + error)))
        zero = scaled(self.right, 0.0)
        return tuple(self.of(self.left, moved(zero, by)) for by in (error, -error))


def diverged(curve: Curve, infinite: NDArray[np.bool_]) -> str:
    """Where entries (rows, points) at the points of a curve are infinite, in words."""
    first = curve.x[infinite.any(axis=0)][0]
    return f"diverged in {infinite.any(axis=1).sum()} of {len(infinite)} rows, first at {curve.x_name} {first:g}"


def replicas_needed(difference: Difference, gap: float, half_width: float) -> str:
    """What would decide: replicas at which the interval is as narrow as the gap seen, if it is not yet."""
    if not difference.simulated or not 0 < gap < half_width or not math.isfinite(half_width):
        return ""
    if half_width / MANY > gap:
        return "the gap seen is too small for any number of replicas"
    needed = math.ceil(difference.replicas * (half_width / gap) ** 2)
    return f"the gap seen would be decided by about {needed} replicas"
