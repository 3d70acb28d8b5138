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
    moved,
    one_step_on,
    paired,
    scaled,
    unfit,
    values,
)
from theorylab.verdicts.estimands import Estimand, Mean, Median
from theorylab.verdicts.intervals import Limits
from theorylab.verdicts.rule import Outcome, failure

Floats = NDArray[np.float64]


MEAN = Mean()


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

    @property
    def open_side(self) -> int:
        """Divergence breaks the statement on this side (sign), or on either one (0)."""
        return 0

    @functools.cached_property
    def difference(self) -> Difference:
        """What the statement is decided by."""
        return Difference(self.left, self.right, self.about)

    def of(self, left: Curve, right: Side) -> Self:
        """The same statement about other sides."""
        return replace(self, left=left, right=right)

    def outcome(self, level: float) -> Outcome:
        """How it fares at an error level; what cannot be judged is a failure, not an exception."""
        predicted = self.right.samples if isinstance(self.right, Curve) else self.right
        infinite = not np.isfinite(predicted).all()
        reason = unfit(self.left) or unfit(self.right) or ("infinite prediction" if infinite else "")
        return failure(reason) if reason else self._diverged() or self.decided(level)

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

    def _diverged(self) -> Outcome | None:
        """What infinite measurements say: they break a bound on their side, and prove nothing else."""
        left, bad = self.left, ~np.isfinite(self.left.samples)
        if not bad.any():
            return None
        first = left.x[np.flatnonzero(bad.any(axis=0))[0]]
        note = f"diverged in {bad.any(axis=1).sum()} of {left.replicas} rows, first at {left.x_name} {first:g}"
        if self.open_side == 0 or (left.samples == self.open_side * np.inf).any():
            return Outcome(
                False, left.samples.size if left.exact else left.x.size, note=note, separates_at=float(first)
            )
        return failure(note)

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
        target = np.broadcast_to(values(self.right), limits.lower.shape)
        slack = self.within * np.abs(target)
        miss = np.maximum(limits.lower - slack, -limits.upper - slack)
        allowed = slack + np.maximum((limits.upper - limits.lower) / 2, np.finfo(float).tiny)
        with np.errstate(over="ignore"):
            at = np.unravel_index(int(np.argmax(miss / allowed)), miss.shape)
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


@dataclass(frozen=True, eq=False)
class OneSided(Statement):
    """sign=+1: left <= right (left < right if strict) everywhere; sign=-1 the other way round."""

    sign: int = +1
    strict: bool = False

    @property
    def open_side(self) -> int:
        """Divergence upwards breaks an upper bound."""
        return self.sign

    def decided(self, level: float) -> Outcome:
        """Told by the ratio to the bound where that is positive, else by the difference: the tightest point first."""
        limits, estimate, sign = self.difference.limits(level), self.difference.estimate, self.sign
        miss = limits.lower if sign > 0 else -limits.upper
        ties = self.strict and self.difference.tied
        target = np.broadcast_to(values(self.right), miss.shape)
        offset = 1.0 if (target > 0).all() else 0.0
        scale = target if offset else np.ones(miss.shape)
        with np.errstate(over="ignore"):
            ratio, lower, upper = (side / scale + offset for side in (estimate, limits.lower, limits.upper))
        at, best = (np.unravel_index(int(i), ratio.shape) for i in (np.argmax(sign * ratio), np.argmin(sign * ratio)))
        x, what = self.left.x, "ratio" if offset else "difference"
        return self._outcome(
            level,
            miss,
            limits,
            (
                "ties within rounding" if ties else "",
                f"{what} {ratio[at]:.4g} at {self.left.x_name} {x[at[-1]]:g}, {ratio[best]:.4g} at {x[best[-1]]:g}",
            ),
            ties=ties,
            measured=float(ratio[at]),
            interval=(float(lower[at]), float(upper[at])),
            allowed=(None, offset) if sign > 0 else (offset, None),
            hint=replicas_needed(self.difference, sign * estimate[at], (limits.upper - limits.lower)[at] / 2),
        )

    def reversed(self) -> Self:
        """The same sides in the other order."""
        return replace(self, sign=-self.sign)


class Bound(OneSided):
    """A bound on the left side."""

    @property
    def unit(self) -> str:
        """Relative to the bound."""
        return "relative to the bound"

    @property
    def _tighter(self) -> int:
        """Whether a larger (+1) or a smaller (-1) factor tightens the bound; 0 where its sign changes."""
        bound = values(self.right)
        return -self.sign if (bound > 0).all() else self.sign if (bound < 0).all() else 0

    def mutants(self) -> Mapping[str, Statement]:
        """The bound the other way round, twice as tight, one step later where that is tighter."""
        named: dict[str, Statement] = {"order swapped": self.reversed()}
        if not self._tighter:
            return named
        name = f"constant x {'2' if self._tighter > 0 else '1/2'}"
        named[name] = self.of(self.left, scaled(self.right, 2.0**self._tighter))
        shifted = one_step_on(self.left, self.right)
        if shifted and (self.sign * (values(shifted[1]) - values(self.right)[:, :-1]) < 0).all():
            named["off by one step"] = self.of(*shifted)
        return named

    def off_by(self, error: float) -> tuple[Statement, ...]:
        """The bound tightened."""
        return (self.of(self.left, scaled(self.right, (1 + error) ** self._tighter)),) if self._tighter else ()


class Order(OneSided):
    """A smaller and a larger side."""

    @property
    def unit(self) -> str:
        """Relative to the smaller side."""
        return "relative to the smaller side"

    def mutants(self) -> Mapping[str, Statement]:
        """The other order."""
        return {"order swapped": self.reversed()}

    def off_by(self, error: float) -> tuple[Statement, ...]:
        """The smaller side larger than it is."""
        positive = (values(self.left) > 0).all() and (values(self.right) > 0).all()
        return (self.of(scaled(self.left, 1 + error), self.right),) if positive else ()


@dataclass(frozen=True, eq=False)
class Monotone(Statement):
    """Each step of left falls (sign=+1; -1: rises), by a factor or by a difference at least; right is not used."""

    sign: int = +1
    factor: float = 1.0
    by: float = 0.0

    @property
    def open_side(self) -> int:
        """A curve that diverges upwards does not fall."""
        return self.sign

    @property
    def unit(self) -> str:
        """Relative for a positive curve."""
        return f"{'relative' if self._positive else 'absolute'}, in every step"

    @property
    def _positive(self) -> bool:
        return bool((values(self.left) > 0).all())

    @functools.cached_property
    def _steps(self) -> Bound:
        """Each step, the right way round and less what is asked of it, as a bound by 0."""
        curve = self.about.declared(self.left)
        after, before = curve.at(slice(1, None)), replace(curve.at(slice(None, -1)), x=curve.x[1:])
        smaller, larger = (after, before) if self.sign > 0 else (before, after)
        return Bound(
            paired(scaled(smaller, self.factor), larger),
            -self.by,
            self.about if isinstance(self.about, Median) else MEAN,
        )

    def decided(self, level: float) -> Outcome:
        """The largest step the wrong way."""
        if self.left.x.size < 2:
            return failure("fewer than two points: no step to judge")
        outcome = self._steps.decided(level)
        if isinstance(self.about, Median) and not self.left.exact:
            return replace(outcome, covers=f"the {self.about} of the replicas' steps, of any law")
        return outcome

    def _diverged(self) -> Outcome | None:
        """A step from a finite value to divergence goes the wrong way; a curve that comes from there shows nothing."""
        told = super()._diverged()
        before, after = self.left.samples[:, :-1], self.left.samples[:, 1:]
        if told is None or (np.isfinite(before) & (after == self.sign * np.inf)).any():
            return told
        return failure(told.note)

    def mutants(self) -> Mapping[str, Statement]:
        """The other direction."""
        return {"direction swapped": replace(self, sign=-self.sign)}

    def off_by(self, error: float) -> tuple[Statement, ...]:
        """Steeper."""
        return (replace(self, factor=1 + error) if self._positive else replace(self, by=error),)


def replicas_needed(difference: Difference, gap: float, half_width: float) -> str:
    """What would decide: replicas at which the interval is as narrow as the gap seen, if it is not yet."""
    if not difference.simulated or not 0 < gap < half_width or not math.isfinite(half_width):
        return ""
    needed = math.ceil(difference.replicas * (half_width / gap) ** 2)
    return f"the gap seen would be decided by about {needed} replicas"
