"""A statement and its rival on trial, on the same data and at the same error level."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TypedDict, Unpack, cast

from theorylab.curves import Curve
from theorylab.errors import InputError, error_level, require
from theorylab.verdicts.checks import Check, Recheck
from theorylab.verdicts.compared import Side, require_same_points
from theorylab.verdicts.estimands import Estimand, Mean, Name, estimand
from theorylab.verdicts.outcomes import LEVEL, Declared, Outcome, Rival, failure
from theorylab.verdicts.rule import judge
from theorylab.verdicts.statements import MEAN, Statement


class Options(TypedDict, total=False):
    """What every check of values may be given."""

    level: float
    """Error probability of the simultaneous statement; LEVEL by default."""
    declared: Declared
    """The verdict that the study declares; 'supported' by default."""
    about: Estimand | Name
    """What of simulated replicas the statement is about; their mean by default."""
    source: str
    """Where the statement stands, and whether that was read: 'Theorem 2 (read)', 'eq. 7 (recalled)', 'derived'."""


def on_trial(claim: str, kind: str, statement: Statement, rival: Rival, **options: Unpack[Options]) -> Check:
    """Put a statement and its rival on trial: the same statement about the sides that the rival gives.

    Raises InputError for sides at other points, or whose rows cannot be paired, for an option that there is not, a
    level outside (0, 1). Replicas outside the bounds of `about` make the check an error, which says so.
    """
    unknown = sorted(options.keys() - Options.__annotations__.keys())
    known = ", ".join(Options.__annotations__)
    require(
        not unknown, f"{kind} was called with other arguments than it takes, {', '.join(unknown)}: it takes {known}"
    )
    about, level = estimand(options.get("about", "mean")), options.get("level", LEVEL)
    error_level(level)

    def side(given: Side) -> tuple[Side, str]:
        """A side with what the estimand declares of it, or why its replicas do not obey that."""
        try:
            return (about.declared(given) if isinstance(given, Curve) else given), ""
        except InputError as reason:
            return given, str(reason)

    # Bounds belong to the sides from here on: those of a mutant are scaled with it.
    plain = MEAN if isinstance(about, Mean) else about
    sides = side(statement.left), side(statement.right)
    theirs = [
        ours if given is None else side(given)
        for given, ours in zip((rival.measured, rival.predicted), sides, strict=True)
    ]
    own, other = (replace(statement, left=cast(Curve, x), right=y, about=plain) for (x, _), (y, _) in (sides, theirs))
    for one in (own, other):
        require_same_points(one.left, one.right)
    declared = options.get("declared", "supported")
    outside = ["; ".join(filter(None, dict.fromkeys(words for _, words in pair))) for pair in (sides, theirs)]
    if any(outside):
        outcomes = [failure(words) if words else Outcome(None, 0) for words in outside]
        checked = judge(claim, kind, outcomes[0], rival, outcomes[1], declared)
    else:
        checked = _judged(claim, kind, own, other, rival, declared, level)
    return replace(checked, source=options.get("source", ""))


def _judged(
    claim: str, kind: str, own: Statement, other: Statement, rival: Rival, declared: Declared, level: float
) -> Check:
    outcome, rivals = own.outcome(level), other.outcome(level)
    if outcome.failed or rivals.failed:
        return judge(claim, kind, outcome, rival, rivals, declared)
    refuted = outcome.compatible is False
    holds = other if refuted and rivals.compatible else own
    simulated = own.difference.simulated, other.difference.simulated
    recheck = Recheck(
        level,
        any(simulated),
        outcome.evaluated if simulated[0] else 1,
        (own.refuted, other.refuted),
        {name: mutant.refuted for name, mutant in holds.mutants().items()},
        tuple(partial(_off_by, holds, side) for side in range(len(holds.off_by(1.0)))),
        holds.unit,
    )
    if refuted and rivals.compatible:
        outcome = replace(outcome, covers=f"{outcome.covers}; rival: {rivals.covers}")
    if not refuted:  # a refuted claim is told from the data themselves, a supported one where they leave its rival
        outcome = replace(outcome, separates_at=rivals.separates_at)
    return judge(claim, kind, outcome, rival, rivals, declared, recheck)


def _off_by(statement: Statement, side: int, error: float, level: float) -> bool:
    return statement.off_by(error)[side].refuted(level)
