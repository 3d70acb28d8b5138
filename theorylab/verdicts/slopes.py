"""Checks of rates: decays_as and geometric, each against a rival form of the same data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab import rates
from theorylab.errors import InputError, require
from theorylab.replicas import Curve
from theorylab.verdicts.means import unfit
from theorylab.verdicts.rule import LEVEL, Check, Declared, Outcome, Rival, current_look, failure, judge

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Power:
    """The form x**exponent * log(x)**logarithm; a negative exponent is decay."""

    exponent: float
    logarithm: float = 0.0

    def __post_init__(self) -> None:
        require(math.isfinite(self.exponent) and math.isfinite(self.logarithm), f"{self} is no power law: give numbers")

    def log(self, x: Floats) -> Floats:
        """Logarithm of the form at x, (points,)."""
        if self.logarithm and not (x > 1).all():
            raise InputError("a power of log x needs x > 1: drop the first points")
        correction = self.logarithm * np.log(np.log(x)) if self.logarithm else 0.0
        return np.asarray(self.exponent * np.log(x) + correction)

    def __str__(self) -> str:
        return f"x^{self.exponent:g}" + (f" log^{self.logarithm:g} x" if self.logarithm else "")


def decays_as(
    claim: str,
    measured: Curve,
    predicted: Power | float,
    *,
    rival: Rival,
    level: float = LEVEL,
    declared: Declared = "supported",
) -> Check:
    """Check of E[measured] ~ predicted, a Power or its exponent, against a rival Power (its `predicted`).

    The claim's cell is the exponents nearer to it than to the rival (a dropped logarithm counts as the exponent
    that it mimics over the fit windows); supported means that the whole interval lies inside. Raises InputError
    for a rival without a form, or with the same one.
    """

    def log_form(form: Any, x: Floats) -> Floats:
        require((x > 0).all(), "a power law needs x > 0")
        return _power(form).log(x)

    return _rate_check(
        claim,
        "decays_as",
        measured,
        predicted,
        rival,
        level,
        declared,
        position=np.log,
        log_form=log_form,
        shown=lambda form, slope: _power(form).exponent + slope,
    )


def geometric(
    claim: str,
    measured: Curve,
    factor: float,
    *,
    rival: Rival,
    level: float = LEVEL,
    declared: Declared = "supported",
) -> Check:
    """Check of E[measured] ~ factor**x per unit of x, against the rival's factor (its `predicted`).

    Cells as in `decays_as`, on the scale of log factor. Raises InputError for a factor <= 0.
    """

    def log_form(form: Any, x: Floats) -> Floats:
        require(isinstance(form, Real) and float(form) > 0, f"factor={form!r} is not allowed: give a number > 0")
        return np.asarray(x * math.log(form))

    return _rate_check(
        claim,
        "geometric",
        measured,
        factor,
        rival,
        level,
        declared,
        position=lambda x: x,
        log_form=log_form,
        shown=lambda form, slope: float(form) * math.exp(slope),
    )


def _power(form: Any) -> Power:
    if isinstance(form, Power):
        return form
    if isinstance(form, Real):
        return Power(float(form))
    raise InputError(f"{form!r} is no power law: give an exponent or a Power(exponent, logarithm)")


def _rate_check(
    claim: str,
    kind: str,
    measured: Curve,
    predicted: Any,
    rival: Rival,
    level: float,
    declared: Declared,
    *,
    position: Callable[[Floats], Floats],
    log_form: Callable[[Any, Floats], Floats],
    shown: Callable[[Any, float], float],
) -> Check:
    """Residual slope of the curve under a form, against half the residual slope of the other form."""
    require(rival.predicted is not None, "a rival of a rate needs a form of its own: give it as `predicted`")
    require(rival.measured is None, "a rival of a rate is another form for the same data, not other data")

    def statement(own: Any, other: Any) -> Outcome:
        reason = unfit(measured)
        if reason:
            return failure(reason)
        form = log_form(own, measured.x)
        gap = float(np.abs(rates.window_slopes(position(measured.x), log_form(other, measured.x) - form)).min())
        require(gap > 0, f"the rival {rival.claim!r} has the rate of the claim")
        try:
            look = current_look()
            share = level if look is None else look.share(level)
            rate = rates.slope(measured, position(measured.x), form, level=share, resolution=gap / 4)
        except InputError as error:
            return failure(str(error))
        if rate.interval is None:
            return Outcome(
                None,
                measured.x.size,
                None,
                None,
                (shown(own, -gap / 2), shown(own, gap / 2)),
                _probability(level),
                "pre-asymptotic: local slopes "
                + ", ".join(f"{shown(own, s):.4g}" for s in rate.local)
                + " still drift; "
                + replace(rate, horizon=rates.as_x(rate.horizon) if position is np.log else rate.horizon).advice,
            )
        low, high = rate.interval
        inside, outside = -gap / 2 < low and high < gap / 2, high < -gap / 2 or low > gap / 2
        return Outcome(
            True if inside else False if outside else None,
            measured.x.size,
            shown(own, float(rate.value or 0.0)),
            (shown(own, low), shown(own, high)),
            (shown(own, -gap / 2), shown(own, gap / 2)),
            _probability(level),
            hint="the interval reaches out of the claim's cell: more replicas, or points further out",
        )

    def _probability(level: float) -> float:
        return 0.0 if measured.exact else level

    own, other = statement(predicted, rival.predicted), statement(rival.predicted, predicted)
    # A curve that has settled on one form has left the other, however that other's local slopes still drift.
    if own.compatible and other.compatible is None:
        other = replace(other, compatible=False)
    elif other.compatible and own.compatible is None:
        own = replace(own, compatible=False)
    return judge(claim, kind, own, rival, other, declared)
