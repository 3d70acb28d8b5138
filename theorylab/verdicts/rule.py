"""What a verdict is, and the one rule that every kind of check ends in.

supported = compatible with the prediction and incompatible with the rival; refuted = incompatible with the
prediction; inconclusive = neither; error = nothing to judge.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

import theorylab
from theorylab.errors import InputError, require
from theorylab.verdicts.interim import InterimAnalysis, current_analysis
from theorylab.verdicts.levels import p_values
from theorylab.verdicts.mutants import Score, score


class Verdict(StrEnum):
    """supported, refuted, inconclusive or error."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


LEVEL = 1e-3
"""Default error probability of a check: a table of a hundred true claims shows a false alarm once in ten runs."""

Declared: TypeAlias = str | Verdict


@dataclass(frozen=True, kw_only=True)
class Rival:
    """What the same data must reject: another prediction, another method's measurement, or both.

    What is None is taken from the check itself. `declared` is the expected verdict on the rival; by default
    `refuted`, or `supported` for the corrected statement beside a claim that is declared refuted.
    """

    claim: str
    measured: Any = None
    predicted: Any = None
    declared: Verdict | None = None

    def __post_init__(self) -> None:
        require(
            self.measured is not None or self.predicted is not None,
            f"the rival {self.claim!r} equals the claim: give it another prediction or another measurement",
        )


@dataclass(frozen=True)
class Outcome:
    """How one statement fares against data, before any rule: True, False or None (undecided) for compatible."""

    compatible: bool | None
    evaluated: int
    measured: float | None = None
    interval: tuple[float | None, float | None] | None = None
    allowed: tuple[float | None, float | None] | None = None
    error_probability: float = 0.0
    note: str = ""
    hint: str = ""
    """What more would decide, told where nothing was decided."""
    covers: str = ""
    failed: bool = False
    last_x: float | None = None
    """The last step (or x) that entered."""
    separates_at: float | None = None
    """The first step (or x) at which the data tell the claim from its rival."""


def failure(reason: str, evaluated: int = 0) -> Outcome:
    """The outcome of a statement that could not be judged, and why."""
    return Outcome(None, evaluated, note=reason, failed=True)


@dataclass(frozen=True)
class RivalOutcome:
    """The rival's claim, its verdict on the same data, and the one its study declares."""

    claim: str
    verdict: Verdict
    declared: Verdict


@dataclass(frozen=True)
class Recheck:
    """How a check is put on trial again, on the same data.

    `level` is its error level, `noisy` whether it rests on replicas, `tests` the number of statements among which the
    level is divided. `again` makes the check at another level. `mutants` tell of claims that are wrong if this one is
    true whether the data refute them at a level, `wrong_by` the same of claims that are off by an error > 0, to one
    side each; `unit` is that of the error.
    """

    level: float
    noisy: bool
    tests: int
    again: Callable[[float], Check]
    mutants: Mapping[str, Callable[[float], bool]] = field(default_factory=dict)
    wrong_by: tuple[Callable[[float, float], bool], ...] = ()
    unit: str = ""
    analysis: InterimAnalysis | None = field(default_factory=current_analysis)


@dataclass(frozen=True)
class Check:
    """One claim on trial.

    `measured` is the statistic that decides, `interval` its confidence (or rounding) interval, `allowed` the
    values that the claim allows; None is an open end. `error_probability` bounds both the chance that a true
    claim is refuted and the chance that the claim is supported while the rival holds; 0 on a deterministic curve.
    `evaluated` counts the points that entered, as one simultaneous statement.
    """

    claim: str
    kind: str
    verdict: Verdict
    declared: Verdict
    measured: float | None
    interval: tuple[float | None, float | None] | None
    allowed: tuple[float | None, float | None] | None
    error_probability: float
    evaluated: int
    rival: RivalOutcome
    note: str = ""
    source: str = ""
    """Where the statement stands, and whether that was read: 'Theorem 2 (read)', 'eq. 7 (recalled)', 'derived'."""
    covers: str = ""
    """What the error probability is about: so many settings up to rounding, laws of finite variance, a population."""
    recheck: Recheck | None = field(default=None, repr=False, compare=False)
    """How to put it on trial again; None where nothing was judged."""
    p_values: tuple[float, float] | None = None
    """Of the claim and of its rival, adjusted for all statements of a suite; None before `suite.controlled`."""
    noisy: bool = False
    """Whether the claim or its rival rests on replicas: then both are tests, which a suite counts."""
    last_x: float | None = None
    """The last step (or x) reached."""
    separates_at: float | None = None
    """The first step (or x) at which the data tell the claim from its rival; with both refuted, reject the claim."""

    @functools.cached_property
    def score(self) -> Score | None:
        """Which of its mutants the data refute, and the smallest error that they would; None without data."""
        return None if self.recheck is None else score(self.recheck)

    @functools.cached_property
    def raw_p_values(self) -> tuple[float, float]:
        """The smallest levels at which the data reject the claim, and its rival (`levels.p_values`); 1 without data."""
        return (1.0, 1.0) if self.recheck is None else p_values(self.recheck)

    def knowing(self, other: Check) -> Check:
        """This check with what has been computed of another one that rests on the same data: score, raw p-values."""
        vars(self).update({name: vars(other)[name] for name in ("score", "raw_p_values") if name in vars(other)})
        return self

    @property
    def decided(self) -> bool:
        """Whether nothing is left open that more replicas could settle, for the claim or for its rival."""
        return Verdict.INCONCLUSIVE not in (self.verdict, self.rival.verdict)

    @property
    def as_declared(self) -> bool:
        """Whether claim and rival both came out as the study declares."""
        return self.verdict == self.declared and self.rival.verdict == self.rival.declared

    def assert_as_declared(self) -> None:
        """Raise AssertionError, with the check as a table, unless claim and rival came out as declared."""
        __tracebackhide__ = True  # pytest shows the line that asserts, and the table
        if not self.as_declared:
            raise AssertionError(f"not as declared:\n{theorylab.shown('text', self)}")

    def to_json(self) -> dict[str, Any]:
        """The check as JSON values: strings, numbers, lists and null, never NaN."""
        return {
            "claim": self.claim,
            "kind": self.kind,
            "source": self.source,
            "covers": self.covers,
            "verdict": str(self.verdict),
            "declared": str(self.declared),
            "measured": _finite(self.measured),
            "interval": _finite_pair(self.interval),
            "allowed": _finite_pair(self.allowed),
            "error_probability": self.error_probability,
            "evaluated": self.evaluated,
            "rival": {
                "claim": self.rival.claim,
                "verdict": str(self.rival.verdict),
                "declared": str(self.rival.declared),
            },
            "note": self.note,
            "noisy": self.noisy,
            "last_x": _finite(self.last_x),
            "separates_at": _finite(self.separates_at),
            "score": None if self.score is None else self.score.to_json(),
            "raw_p_values": dict(zip(SIDES, self.raw_p_values, strict=True)),
        } | ({} if self.p_values is None else {"p_values": dict(zip(SIDES, self.p_values, strict=True))})

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Check:
        """The check that `to_json` wrote, which can be read and put into a table, but not be made again.

        Raises KeyError, TypeError or ValueError for anything else.
        """
        plain = {name: stored[name] for name in STORED}
        rival = RivalOutcome(
            stored["rival"]["claim"], Verdict(stored["rival"]["verdict"]), Verdict(stored["rival"]["declared"])
        )
        pairs = {name: None if stored[name] is None else tuple(stored[name]) for name in ("interval", "allowed")}
        adjusted = stored.get("p_values")
        check = cls(
            **plain | pairs,
            verdict=Verdict(stored["verdict"]),
            declared=Verdict(stored["declared"]),
            rival=rival,
            p_values=None if adjusted is None else (adjusted["claim"], adjusted["rival"]),
        )
        vars(check)["score"] = None if stored["score"] is None else Score.from_json(stored["score"])
        vars(check)["raw_p_values"] = tuple(stored["raw_p_values"][side] for side in SIDES)
        return check


SIDES = ("claim", "rival")
STORED = (
    "claim", "kind", "measured", "error_probability", "evaluated", "note", "source", "covers", "noisy", "last_x",
    "separates_at",
)  # fmt: skip
"""What a record holds of a check as it is."""


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
    declared = _verdict(declared)
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
        interval=_open(outcome.interval),
        allowed=_open(outcome.allowed),
        error_probability=outcome.error_probability,
        evaluated=outcome.evaluated,
        rival=RivalOutcome(rival.claim, rival_verdict, _verdict(expected)),
        note="; ".join(note for note in notes if note),
        recheck=None if verdict == Verdict.ERROR else recheck,
        noisy=verdict != Verdict.ERROR and recheck is not None and recheck.noisy,
        covers=outcome.covers,
        last_x=outcome.last_x,
        separates_at=outcome.separates_at,
    )


def broken(claim: str, reason: str) -> Check:
    """The check that stands for a study which could not finish."""
    rival = RivalOutcome("", Verdict.ERROR, Verdict.REFUTED)
    return Check(claim, "run", Verdict.ERROR, Verdict.SUPPORTED, None, None, None, 0.0, 0, rival, reason)


def _verdict(name: str | Verdict) -> Verdict:
    try:
        return Verdict(name)
    except ValueError as error:
        raise InputError(f"{name!r} is no verdict: give one of {', '.join(Verdict)}") from error


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _open(pair: tuple[float | None, float | None] | None) -> tuple[float | None, float | None] | None:
    """The pair with None for an infinite end."""
    return None if pair is None else (_finite(pair[0]), _finite(pair[1]))


def _finite_pair(pair: Sequence[float | None] | None) -> list[float | None] | None:
    return None if pair is None else [_finite(value) for value in pair]
