"""Checks of rates: decays_as and geometric, each against a rival form of the same data.

A statement is compatible if the interval of the asymptotic exponent (`rates`) holds its exponent. The claim is
supported if it is and its rival is not, refuted if only the rival is; if both are the data do not tell, if neither is
the form is unknown. Each form is read once: mutants and other levels only move what is compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.errors import InputError, error_level, require
from theorylab.verdicts import rule
from theorylab.verdicts.compared import unfit
from theorylab.verdicts.interim import current_analysis
from theorylab.verdicts.rates import FEWEST, Axis, Rate, Series, UndecidedError, rate, series
from theorylab.verdicts.rates import LEVEL as FORM_LEVEL
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


NOTHING = Power(0.0)


def decays_as(
    claim: str,
    measured: Curve,
    predicted: Power | float,
    *,
    rival: Rival,
    level: float = LEVEL,
    declared: Declared = "supported",
    source: str = "",
    towards: float = math.inf,
    homogeneous: bool = False,
) -> Check:
    """Check of E[measured] ~ predicted, a Power or its exponent, against a rival Power (its `predicted`).

    The asymptotic exponent as x grows, or as x falls to 0 with towards=0. Where claim and rival differ by their
    logarithms alone, the exponent of log x is read instead. `level` is the share of errors that noise may cause; the
    check's error probability is that of the form, as measured. Few replicas cannot exclude a rare branch that decays as
    a slower rival: unless all replicas are declared `homogeneous`, which says that no rare one decays otherwise, their
    number has to suffice for the range. Raises InputError for a rival without a form, or with the same one; never for
    data.
    """
    require(towards in (0, math.inf), f"towards={towards} is not allowed: x grows (math.inf) or falls to 0")
    forms = Powers(small=towards == 0)
    evidence = of_curve(measured, homogeneous)
    check = judged(claim, evidence, forms.form(predicted), rival, level, declared, forms)
    return replace(check, source=source)


def geometric(
    claim: str,
    measured: Curve,
    factor: float,
    *,
    rival: Rival,
    level: float = LEVEL,
    declared: Declared = "supported",
    source: str = "",
    homogeneous: bool = False,
) -> Check:
    """Check of E[measured] ~ factor**x per unit of x as x grows, against the rival's factor (its `predicted`).

    As `decays_as`. Raises InputError for a factor <= 0.
    """
    forms = Factors()
    evidence = of_curve(measured, homogeneous)
    check = judged(claim, evidence, forms.form(factor), rival, level, declared, forms)
    return replace(check, source=source)


@dataclass(frozen=True)
class Place:
    """Where a form stands: the axis, what is taken out of the data before they are read, and the slope it claims."""

    axis: Axis
    taken: Power
    slope: float


@dataclass(frozen=True)
class Powers:
    """Power laws: how forms are read, placed and mutated."""

    small: bool = False
    kind = "decays_as"
    unit = "of the exponent"

    def form(self, given: Any) -> Power:
        """The Power that was given, or that of a bare exponent."""
        if not isinstance(given, Power) and not isinstance(given, Real):
            raise InputError(f"{given!r} is no power law: give an exponent or a Power(exponent, logarithm)")
        form = given if isinstance(given, Power) else Power(float(given))
        require(not (self.small and form.logarithm), "logarithms towards x = 0: give the curve at 1/x instead")
        return form

    def place(self, form: Power, other: Power) -> Place:
        """Forms that differ in their logarithms alone are told apart by the exponent of log x."""
        if form.exponent == other.exponent and form.logarithm != other.logarithm:
            return Place(Axis.LOGARITHM, Power(form.exponent), form.logarithm)
        axis = Axis.SMALL if self.small else Axis.POWER
        return Place(axis, Power(0.0, form.logarithm), form.exponent)

    def wrong(self, form: Power, x: Floats) -> dict[str, Power]:
        """Standard mistakes in a form."""
        found = {
            "exponent + 0.1": replace(form, exponent=form.exponent + 0.1),
            "exponent - 0.1": replace(form, exponent=form.exponent - 0.1),
        }
        if form.exponent:
            found["sign"] = replace(form, exponent=-form.exponent)
        if form.logarithm:
            found["logarithm dropped"] = replace(form, logarithm=0.0)
        elif (x > 1).all() and not self.small:
            found["logarithm added"] = replace(form, logarithm=1.0)
        return found

    def shifted(self, form: Power, error: float) -> Power:
        """The form whose exponent is off by so much."""
        return replace(form, exponent=form.exponent + error)


@dataclass(frozen=True)
class Factors:
    """Geometric decay, as `Powers`; a factor r is the form x -> x log r."""

    kind = "geometric"
    unit = "relative to the rate"

    def form(self, given: Any) -> Power:
        """The form of a factor > 0."""
        require(isinstance(given, Real) and float(given) > 0, f"factor={given!r} is not allowed: give a number > 0")
        return Power(math.log(given))

    def place(self, form: Power, other: Power) -> Place:
        """Slopes of log y against x itself."""
        return Place(Axis.GEOMETRIC, Power(0.0), form.exponent)

    def wrong(self, form: Power, x: Floats) -> dict[str, Power]:
        """Rates with a standard mistake, by name; none of the factor 1."""
        shares = {"rate x 2": 2.0, "rate x 1/2": 0.5, "sign": -1.0} if form.exponent else {}
        return {name: Power(share * form.exponent) for name, share in shares.items()}

    def shifted(self, form: Power, error: float) -> Power:
        """The rate that is wrong by a relative error, to the side of its sign."""
        return Power(form.exponent * (1 + error if error > 0 else 1 / (1 - error)))


Forms = Powers | Factors


@dataclass(frozen=True, eq=False)
class Evidence:
    """What one curve or table tells of its rate: every reading is made once, and serves all levels and mutants.

    `unfit` says why there is nothing to judge, '' if there is; `replicas` is None without noise, infinite for a table
    with standard errors. `homogeneous` replicas are declared to have no rare branch.
    """

    data: Callable[[Axis, Power], Series]
    x: Floats
    unfit: str = ""
    replicas: float | None = None
    homogeneous: bool = False
    readings: dict[tuple[Any, ...], Rate] = field(default_factory=dict)

    def rate(self, place: Place, points: int | None = None) -> Rate:
        """The rate on the axis of a form; with `points` as it stood after so many of them."""
        key = (place.axis, place.taken, points)
        if key not in self.readings:
            whole = self.data(place.axis, place.taken) if points is None else self.rate(place).data.first(points)
            self.readings[key] = rate(whole)
        return self.readings[key]

    def holds(self, place: Place, level: float, points: int | None = None) -> bool:
        """Whether the interval holds the slope of a form."""
        low, high = self.rate(place, points).limits(level)
        return low <= place.slope <= high

    def separates_at(self, place: Place, level: float) -> float:
        """The first x from which on a form that is left out at the end would have been, wherever one had stopped."""
        x = self.rate(place).data.x
        points = x.size
        while points > FEWEST and not self.holds(place, level, points - 1):
            points -= 1
        return float(x[points - 1])

    def unseen(self, mine: Place, theirs: Place) -> str:
        """Why replicas are too few to tell that a slower rival is not hidden in rare ones; '' if they are not.

        Of n replicas a branch of probability 3/n is missed once in twenty times. If it starts where the others do and
        decays as the rival, it would move the exponent at the last x by a quarter of the way where n is 9 times the
        ratio to which rival and claim have come apart.
        """
        data = self.rate(mine).data
        apart = (theirs.slope - mine.slope) / data.unit * float(data.position[-1] - data.position[0])
        if self.replicas is None or self.homogeneous or apart <= 0 or math.log(self.replicas / 9) >= apart:
            return ""
        return (
            f"a branch of probability 3/{self.replicas:g} that decays as the rival would not be seen, and would decide "
            f"the exponent: {9 * math.exp(min(apart, 700.0)):.2g} replicas tell, or declare them homogeneous"
        )


def of_curve(curve: Curve, homogeneous: bool = False) -> Evidence:
    """What a curve tells of its rate."""

    def data(axis: Axis, taken: Power) -> Series:
        return series(curve, axis, 0.0 if taken == NOTHING else taken.log(curve.x))

    replicas = None if curve.exact else float(curve.replicas * curve.block)
    return Evidence(data, curve.x, unfit(curve), replicas, homogeneous)


def judged(
    claim: str, evidence: Evidence, predicted: Power, rival: Rival, level: float, declared: Declared, forms: Forms
) -> Check:
    """The check of a form against its rival's."""
    error_level(level)
    require(rival.predicted is not None, "a rival of a rate needs a form of its own: give it as `predicted`")
    require(rival.measured is None, "a rival of a rate is another form for the same data, not other data")
    against = forms.form(rival.predicted)
    require(against != predicted, f"the rival {rival.claim!r} has the rate of the claim")
    analysis = current_analysis()
    share = level if analysis is None else analysis.share(level)
    own, other = _doubted(evidence, predicted, against, forms, *_outcomes(evidence, predicted, against, share, forms))
    holds = against if own.compatible is False and other.compatible else predicted

    def again(level: float) -> Check:
        return judged(claim, evidence, predicted, rival, level, declared, forms)

    def refuted(wrong: Power, level: float) -> bool:
        mutant, truth = _outcomes(evidence, wrong, holds, level if analysis is None else analysis.share(level), forms)
        return mutant.compatible is False and bool(truth.compatible)

    recheck = rule.Recheck(
        level,
        evidence.replicas is not None,
        1,
        again,
        {name: partial(refuted, form) for name, form in forms.wrong(holds, evidence.x).items()},
        (
            lambda error, level: refuted(forms.shifted(holds, error), level),
            lambda error, level: refuted(forms.shifted(holds, -error), level),
        ),
        forms.unit,
    )
    return rule.judge(claim, forms.kind, own, rival, other, declared, recheck)


def _outcomes(
    evidence: Evidence, predicted: Power, against: Power, level: float, forms: Forms
) -> tuple[Outcome, Outcome]:
    """How a form and its rival fare: each in or out of the interval on its axis, and what both together mean."""
    if evidence.unfit:
        return failure(evidence.unfit), failure(evidence.unfit)
    mine, theirs = forms.place(predicted, against), forms.place(against, predicted)
    try:
        inside, rival_inside = evidence.holds(mine, level), evidence.holds(theirs, level)
        own, other = (_told(evidence, place, level) for place in (mine, theirs))
    except UndecidedError as reason:
        waiting = Outcome(None, evidence.x.size, hint=str(reason))
        return waiting, waiting
    except InputError as reason:
        return failure(str(reason)), failure(str(reason))
    own, other = replace(own, compatible=inside), replace(other, compatible=rival_inside)
    if evidence.rate(mine).open_ended or evidence.rate(theirs).open_ended:
        further = "points further out, where it fades, would tell"
        return replace(own, compatible=None, hint=further), replace(other, compatible=None, note="")
    if not inside and not rival_inside:
        unknown = "the form is unknown: the interval holds neither the claim nor its rival"
        return replace(own, compatible=None, hint=unknown), replace(other, compatible=None)
    if inside and rival_inside:
        return own, replace(other, hint=_parting(evidence.rate(mine), mine.slope - theirs.slope, level))
    out = evidence.separates_at(theirs if inside else mine, level)
    return replace(own, separates_at=out), replace(other, separates_at=out)


def _doubted(
    evidence: Evidence, predicted: Power, against: Power, forms: Forms, own: Outcome, other: Outcome
) -> tuple[Outcome, Outcome]:
    """The outcomes, taken back where a slower form was left out and might hide in replicas that were not drawn."""
    if None in (own.compatible, other.compatible) or own.compatible == other.compatible:
        return own, other
    mine, theirs = forms.place(predicted, against), forms.place(against, predicted)
    doubt = evidence.unseen(mine, theirs) if own.compatible else evidence.unseen(theirs, mine)
    if not doubt:
        return own, other
    taken = replace(own, compatible=None, hint=doubt, separates_at=None)
    return taken, replace(other, compatible=None, separates_at=None)


def _told(evidence: Evidence, place: Place, level: float) -> Outcome:
    """The outcome of a form, before it is known whether it is compatible."""
    found = evidence.rate(place)
    low, high = (place.axis.shown(side) for side in found.limits(level))
    slope = place.axis.shown(place.slope)
    miss = found.cell(level).miss + (max(0.0, level - FORM_LEVEL) if found.data.dof is not None else 0.0)
    note = f"slopes {found.kind.name.lower()}{', a logarithm fits as well' if found.logarithm else ''}"
    if found.open_ended:
        note = "the drift of the slopes grows: no limit is in sight"
    if place.axis is Axis.LOGARITHM:
        note = f"exponent of log x; {note}"
    return Outcome(
        None, evidence.x.size, found.value, (low, high), (slope, slope), miss, note, last_x=found.last_x,
        covers=f"the limit of the slopes, if {found.assumption}"
        + (", and no rare replica decays otherwise (declared)" if evidence.homogeneous else ""),
    )  # fmt: skip


def _parting(found: Rate, distance: float, level: float) -> str:
    """What would tell two slopes apart that the interval holds both."""
    if found.noise_decides(level):
        return "more replicas would tell"
    at = found.horizon(abs(distance) / 2, level)
    return "points further out, with no x in sight" if at is None else f"points out to about x = {at:.1g} would tell"
