"""Statements of one side: bounds, orders, and curves without a step the wrong way."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from theorylab.curves import Curve
from theorylab.verdicts.compared import entries, finite, one_step_on, paired, scaled, values
from theorylab.verdicts.estimands import Median
from theorylab.verdicts.outcomes import Outcome, failure
from theorylab.verdicts.statements import MEAN, Statement, diverged, replicas_needed


@dataclass(frozen=True, eq=False)
class OneSided(Statement):
    """sign=+1: left <= right (left < right if strict) everywhere; sign=-1 the other way round."""

    sign: int = +1
    strict: bool = False

    def _diverged(self, level: float) -> Outcome | None:
        """Where infinite values break the order, the statement is broken; where they keep it they show nothing.

        What is left of the points may break it still.
        """
        both = [entries(side) for side in (self.left, self.right)]
        infinite = ~np.isfinite(both[0]) | ~np.isfinite(both[1])
        if not infinite.any():
            return None
        broken = infinite & (self.sign * both[0] > self.sign * both[1])
        if broken.any():
            return self._broken_by(broken, infinite)
        note, rest = diverged(self.left, infinite), ~infinite.any(axis=0)
        if rest.any():
            right = self.right.at(rest) if isinstance(self.right, Curve) else self.right
            told = self.of(self.left.at(rest), right).decided(level)
            if told.compatible is False:
                return replace(told, note="; ".join(filter(None, (told.note, note))))
        return Outcome(
            None, self._count, note=note, last_x=float(self.left.x[-1]),
            hint="what diverges to the side of the claim does not show it: end the curve before",
        )  # fmt: skip

    def decided(self, level: float) -> Outcome:
        """Told by the ratio to the bound where that is positive, else by the difference: the tightest point first."""
        limits, estimate, sign = self.difference.limits(level), self.difference.estimate, self.sign
        miss = limits.lower if sign > 0 else -limits.upper
        ties = self.strict and self.difference.tied
        target = self.difference.target
        offset = 1.0 if (target > 0).all() else 0.0
        scale = target if offset else np.ones(miss.shape)
        with np.errstate(over="ignore"):
            ratio, lower, upper = (side / scale + offset for side in (estimate, limits.lower, limits.upper))
            half_width = (limits.upper - limits.lower) / 2
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
            hint=replicas_needed(self.difference, sign * estimate[at], half_width[at]),
        )

    def reversed(self) -> Self:
        """The same sides in the other order."""
        return replace(self, sign=-self.sign)


class Bound(OneSided):
    """A bound on the left side."""

    def _diverged(self, level: float) -> Outcome | None:
        """An infinite bound is no prediction."""
        return super()._diverged(level) if finite(self.right).all() else failure("infinite prediction")

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

    def _diverged(self, level: float) -> Outcome | None:
        """A step from a finite value to divergence goes the wrong way; a curve that comes from there shows nothing."""
        infinite = ~finite(self.left)
        if not infinite.any():
            return None
        before, after = self.left.samples[:, :-1], self.left.samples[:, 1:]
        broken = np.zeros(infinite.shape, dtype=bool)
        broken[:, 1:] = np.isfinite(before) & (after == self.sign * np.inf)
        return self._broken_by(broken, infinite) if broken.any() else failure(diverged(self.left, infinite))

    def mutants(self) -> Mapping[str, Statement]:
        """The other direction."""
        return {"direction swapped": replace(self, sign=-self.sign)}

    def off_by(self, error: float) -> tuple[Statement, ...]:
        """Steeper."""
        return (replace(self, factor=1 + error) if self._positive else replace(self, by=error),)
