"""Checks of rates: decays_as and geometric, each against a rival form of the same data.

A statement is compatible if the interval of the asymptotic exponent (`rates`) holds its exponent. The claim is
supported if it is and its rival is not, refuted if only the rival is; if both are the data do not tell, if neither is
the form is unknown. Each form is read once: mutants and other levels only move what is compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from theorylab.curves import Curve
from theorylab.errors import InputError, error_level, require
from theorylab.verdicts.checks import Check, Recheck
from theorylab.verdicts.evidence import Evidence, of_curve
from theorylab.verdicts.interim import current_analysis
from theorylab.verdicts.outcomes import LEVEL, Declared, Outcome, Rival, failure
from theorylab.verdicts.powers import Factors, Forms, Place, Power, Powers
from theorylab.verdicts.rates import Rate
from theorylab.verdicts.rule import judge
from theorylab.verdicts.series import Axis, UndecidedError


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
    check's error probability has that of the form on top, as measured. Few replicas cannot exclude a rare branch that
    decays as a slower rival: unless all replicas are declared `homogeneous`, which says that no rare one decays
    otherwise, their number has to suffice for the range. Raises InputError for a rival without a form, or with the same
    one; never for data.
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

    def spent(level: float) -> float:
        """What this analysis may spend of a level."""
        return level if analysis is None else analysis.spends(level)

    now = spent(level)
    own, other = _doubted(evidence, predicted, against, forms, *_outcomes(evidence, predicted, against, now, forms))
    holds = against if own.compatible is False and other.compatible else predicted

    def refuted(wrong: Power, level: float) -> bool:
        try:
            mutant, truth = _compatible(evidence, *_places(forms, wrong, holds), spent(level))
        except InputError:  # a form that has no place at these x
            return False
        return mutant is False and bool(truth)

    places, told = _places(forms, predicted, against), own.compatible is not None
    recheck = Recheck(
        level,
        evidence.replicas is not None,
        1,
        _rejections(evidence, places, now, spent) if told else (_never, _never),
        {name: partial(refuted, form) for name, form in forms.wrong(holds, evidence.x).items()},
        (
            lambda error, level: refuted(forms.shifted(holds, error), level),
            lambda error, level: refuted(forms.shifted(holds, -error), level),
        ),
        forms.unit,
        max(evidence.rate(place).cell(now).miss for place in places) if told else 0.0,
    )
    return judge(claim, forms.kind, own, rival, other, declared, recheck)


def _places(forms: Forms, predicted: Power, against: Power) -> tuple[Place, Place]:
    return forms.place(predicted, against), forms.place(against, predicted)


def _never(level: float) -> bool:
    return False


def _rejections(
    evidence: Evidence, places: tuple[Place, Place], now: float, spent: Callable[[float], float]
) -> tuple[Callable[[float], bool], Callable[[float], bool]]:
    """Whether noise leaves the claim out at a level, and its rival, by intervals with the form of the check, at `now`.

    These are nested in the level. Whether the other form fits is not asked: at a large level neither may.
    """

    def rejects(place: Place, other: Place) -> Callable[[float], bool]:
        if evidence.unseen(other, place):
            return _never
        return lambda level: not evidence.holds(place, spent(level), form=now)

    mine, theirs = places
    return rejects(mine, theirs), rejects(theirs, mine)


def _outcomes(
    evidence: Evidence, predicted: Power, against: Power, level: float, forms: Forms
) -> tuple[Outcome, Outcome]:
    """How a form and its rival fare: each in or out of the interval on its axis, and what both together mean."""
    if evidence.unfit:
        return failure(evidence.unfit), failure(evidence.unfit)
    mine, theirs = _places(forms, predicted, against)
    try:
        inside, rival_inside = _compatible(evidence, mine, theirs, level)
        own, other = (_told(evidence, place, level) for place in (mine, theirs))
    except UndecidedError as reason:
        waiting = Outcome(None, evidence.x.size, hint=str(reason))
        return waiting, waiting
    except InputError as reason:
        return failure(str(reason)), failure(str(reason))
    own, other = replace(own, compatible=inside), replace(other, compatible=rival_inside)
    if inside is None:
        if evidence.rate(mine).open_ended or evidence.rate(theirs).open_ended:
            return replace(own, hint="points further out, where it fades, would tell"), replace(other, note="")
        return replace(own, hint="the form is unknown: the interval holds neither the claim nor its rival"), other
    if inside and rival_inside:
        return own, replace(other, hint=_parting(evidence.rate(mine), mine.slope - theirs.slope, level))
    out = evidence.separates_at(theirs if inside else mine, level)
    return replace(own, separates_at=out), replace(other, separates_at=out)


def _compatible(evidence: Evidence, mine: Place, theirs: Place, level: float) -> tuple[bool | None, bool | None]:
    """Whether the interval holds each of two slopes; None where it holds neither, or no limit is in sight."""
    if evidence.rate(mine).open_ended or evidence.rate(theirs).open_ended:
        return None, None
    inside = evidence.holds(mine, level), evidence.holds(theirs, level)
    return inside if any(inside) else (None, None)


def _doubted(
    evidence: Evidence, predicted: Power, against: Power, forms: Forms, own: Outcome, other: Outcome
) -> tuple[Outcome, Outcome]:
    """The outcomes, taken back where a slower form was left out and might hide in replicas that were not drawn."""
    if None in (own.compatible, other.compatible) or own.compatible == other.compatible:
        return own, other
    mine, theirs = _places(forms, predicted, against)
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
    miss = found.cell(level).miss + (level if found.data.dof is not None else 0.0)
    note = f"slopes {found.kind.name.lower()}{', a logarithm fits as well' if found.logarithm else ''}"
    if found.open_ended:
        note = "the drift of the slopes grows: no limit is in sight"
    if place.axis is Axis.LOGARITHM:
        note = f"exponent of log x; {note}"
    return Outcome(
        None, evidence.x.size, found.value, (low, high), (slope, slope), miss, note, last_x=found.last_x,
        covers=found.covers
        + (", and no rare replica decays otherwise (declared)" if evidence.homogeneous else ""),
    )  # fmt: skip


def _parting(found: Rate, distance: float, level: float) -> str:
    """What would tell two slopes apart that the interval holds both."""
    if found.noise_decides(level):
        return "more replicas would tell"
    at = found.x_needed(abs(distance) / 2, level)
    return "points further out, with no x in sight" if at is None else f"points out to about x = {at:.1g} would tell"
