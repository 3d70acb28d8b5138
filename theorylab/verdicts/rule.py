"""The one rule that every kind of check ends in.

supported = compatible with the prediction and incompatible with the rival; refuted = incompatible with the
prediction; inconclusive = neither; error = nothing to judge.
"""

from __future__ import annotations

from theorylab.errors import InputError
from theorylab.verdicts.checks import Check, Recheck, RivalOutcome, opened
from theorylab.verdicts.outcomes import Outcome, Rival, Verdict, verdict_named


def judge(
    claim: str,
    kind: str,
    outcome: Outcome,
    rival: Rival,
    rival_outcome: Outcome,
    declared: str | Verdict,
    recheck: Recheck | None = None,
) -> Check:
    """The check that follows from how the claim and its rival fare against the same data.

    Raises InputError if the claim is declared anything but supported or refuted.
    """
    declared = verdict_named(declared)
    if declared not in (Verdict.SUPPORTED, Verdict.REFUTED):
        raise InputError(f"declared={str(declared)!r} is not allowed: a study declares 'supported' or 'refuted'")
    expected = rival.declared or (Verdict.REFUTED if declared == Verdict.SUPPORTED else Verdict.SUPPORTED)
    notes = [outcome.note]
    if outcome.failed or rival_outcome.failed:
        verdict = Verdict.ERROR
        if rival_outcome.failed:
            notes.append(f"rival: {rival_outcome.note}")
    elif outcome.compatible is False:
        verdict = Verdict.REFUTED
    elif outcome.compatible and rival_outcome.compatible is False:
        verdict = Verdict.SUPPORTED
    else:
        verdict = Verdict.INCONCLUSIVE
        notes.append(outcome.hint if outcome.compatible is None else "")
        if rival_outcome.compatible is not False:
            notes.append(": ".join(x for x in ("rival not rejected", rival_outcome.note, rival_outcome.hint) if x))
    if rival_outcome.failed:
        rival_verdict = Verdict.ERROR
    elif rival_outcome.compatible is False:
        rival_verdict = Verdict.REFUTED
    elif rival_outcome.compatible and outcome.compatible is False:
        rival_verdict = Verdict.SUPPORTED
    else:
        rival_verdict = Verdict.INCONCLUSIVE
    return Check(
        claim=claim,
        kind=kind,
        verdict=verdict,
        declared=declared,
        measured=outcome.measured,
        interval=opened(outcome.interval),
        allowed=opened(outcome.allowed),
        error_probability=outcome.error_probability,
        evaluated=outcome.evaluated,
        rival=RivalOutcome(rival.claim, rival_verdict, verdict_named(expected)),
        note="; ".join(note for note in notes if note),
        recheck=None if verdict == Verdict.ERROR else recheck,
        noisy=verdict != Verdict.ERROR and recheck is not None and recheck.noisy,
        covers=outcome.covers,
        last_x=outcome.last_x,
        separates_at=outcome.separates_at,
        form_miss=0.0 if recheck is None else recheck.form_miss,
    )


def broken(claim: str, reason: str) -> Check:
    """The check that stands for a study which could not finish."""
    rival = RivalOutcome("", Verdict.ERROR, Verdict.REFUTED)
    return Check(claim, "run", Verdict.ERROR, Verdict.SUPPORTED, None, None, None, 0.0, 0, rival, reason)
