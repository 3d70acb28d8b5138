"""Checks of rates: decays_as and geometric, each against a rival form of the same data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.errors import InputError, require
from theorylab.verdicts import rates, rule
from theorylab.verdicts.compared import unfit
from theorylab.verdicts.interim import current_analysis
from theorylab.verdicts.rule import LEVEL, Check, Declared, Outcome, Rival, failure

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
    source: str = "",
) -> Check:
    """Check of E[measured] ~ predicted, a Power or its exponent, against a rival Power (its `predicted`).

    The claim's cell is the exponents nearer to it than to the rival (a dropped logarithm counts as the exponent
    that it mimics over the fit windows); supported means that the whole interval lies inside. Raises InputError
    for a rival without a form, or with the same one.
    """

    return replace(_rate_check(claim, "decays_as", measured, predicted, rival, level, declared, _POWERS), source=source)


def geometric(
    claim: str,
    measured: Curve,
    factor: float,
    *,
    rival: Rival,
    level: float = LEVEL,
    declared: Declared = "supported",
    source: str = "",
) -> Check:
    """Check of E[measured] ~ factor**x per unit of x, against the rival's factor (its `predicted`).

    Cells as in `decays_as`, on the scale of log factor. Raises InputError for a factor <= 0.
    """

    return replace(_rate_check(claim, "geometric", measured, factor, rival, level, declared, _FACTORS), source=source)


def _power(form: Any) -> Power:
    if isinstance(form, Power):
        return form
    if isinstance(form, Real):
        return Power(float(form))
    raise InputError(f"{form!r} is no power law: give an exponent or a Power(exponent, logarithm)")


def _log_power(form: Any, x: Floats) -> Floats:
    require((x > 0).all(), "a power law needs x > 0")
    return _power(form).log(x)


def _log_factor(form: Any, x: Floats) -> Floats:
    require(isinstance(form, Real) and float(form) > 0, f"factor={form!r} is not allowed: give a number > 0")
    return np.asarray(x * math.log(form))


def _wrong_powers(form: Any, x: Floats) -> dict[str, Any]:
    own = _power(form)
    found: dict[str, Any] = {
        "exponent + 0.1": replace(own, exponent=own.exponent + 0.1),
        "exponent - 0.1": replace(own, exponent=own.exponent - 0.1),
    }
    if own.exponent:
        found["sign"] = replace(own, exponent=-own.exponent)
    if own.logarithm:
        found["logarithm dropped"] = replace(own, logarithm=0.0)
    elif (x > 1).all():
        found["logarithm added"] = replace(own, logarithm=1.0)
    return found


def _wrong_factors(form: Any, x: Floats) -> dict[str, Any]:
    return {} if form == 1 else {"rate x 2": float(form) ** 2, "rate x 1/2": math.sqrt(form), "sign": 1 / form}


@dataclass(frozen=True)
class _Kind:
    """A kind of rate: its axis, the logarithm of a form there, how a slope is shown, and its mutants."""

    position: Callable[[Floats], Floats]
    log_form: Callable[[Any, Floats], Floats]
    shown: Callable[[Any, float], float]
    wrong: Callable[[Any, Floats], dict[str, Any]]
    shifted: Callable[[Any, float], Any]
    """The form whose exponent, or logarithm of the factor, is off by so much (relative, for a factor)."""
    unit: str


_POWERS = _Kind(
    np.log,
    _log_power,
    lambda form, slope: _power(form).exponent + slope,
    _wrong_powers,
    lambda form, error: replace(_power(form), exponent=_power(form).exponent + error),
    "of the exponent",
)
_FACTORS = _Kind(
    lambda x: x,
    _log_factor,
    lambda form, slope: float(form) * math.exp(slope),
    _wrong_factors,
    lambda form, error: math.exp(
        max(-700.0, min(700.0, math.log(form) * (1 + error if error > 0 else 1 / (1 - error))))
    ),
    "relative to the rate",
)


def _rate_check(
    claim: str,
    kind: str,
    measured: Curve,
    predicted: Any,
    rival: Rival,
    level: float,
    declared: Declared,
    of: _Kind,
) -> Check:
    """Residual slope of the curve under a form, against half the residual slope of the other form."""
    require(rival.predicted is not None, "a rival of a rate needs a form of its own: give it as `predicted`")
    require(rival.measured is None, "a rival of a rate is another form for the same data, not other data")

    def statement(own: Any, other: Any) -> Outcome:
        reason = unfit(measured)
        if reason:
            return failure(reason)
        form = of.log_form(own, measured.x)
        position, shown = of.position(measured.x), of.shown
        gap = float(np.abs(rates.window_slopes(position, of.log_form(other, measured.x) - form)).min())
        require(gap > 0, f"the rival {rival.claim!r} has the rate of the claim")
        try:
            look = current_analysis()
            share = level if look is None else look.share(level)
            rate = rates.slope(measured, position, form, level=share, resolution=gap / 4)
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
                + replace(rate, horizon=rates.as_x(rate.horizon) if of is _POWERS else rate.horizon).advice,
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

    def again(level: float) -> Check:
        return _rate_check(claim, kind, measured, predicted, rival, level, declared, of)

    def refuted(wrong: Any, right: Any, level: float) -> bool:
        """Whether the data refute the wrong form for the right one."""
        rival = Rival(claim="the claim", predicted=right)
        return (
            _rate_check("a mutant", kind, measured, wrong, rival, level, "supported", of).verdict
            == rule.Verdict.REFUTED
        )

    own, other = statement(predicted, rival.predicted), statement(rival.predicted, predicted)
    # A curve that has settled on one form has left the other, however that other's local slopes still drift.
    if own.compatible and other.compatible is None:
        other = replace(other, compatible=False)
    elif other.compatible and own.compatible is None:
        own = replace(own, compatible=False)
    holds = rival.predicted if own.compatible is False and other.compatible else predicted
    trial = rule.Recheck(
        level,
        not measured.exact,
        1,
        again,
        {name: partial(refuted, form, holds) for name, form in of.wrong(holds, measured.x).items()},
        (
            lambda error, level: refuted(of.shifted(holds, error), holds, level),
            lambda error, level: refuted(of.shifted(holds, -error), holds, level),
        ),
        of.unit,
    )
    return rule.judge(claim, kind, own, rival, other, declared, trial)
