"""A claim on trial: what was found, how it can be put on trial again, and its record."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import theorylab
from theorylab.verdicts.interim import InterimAnalysis, current_analysis
from theorylab.verdicts.levels import p_values
from theorylab.verdicts.mutants import Score, score
from theorylab.verdicts.outcomes import Verdict


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
    level is divided. `rejects` tell whether the data reject the claim at a level, and its rival: at a larger one too.
    `mutants` tell the same of claims that are wrong if this one is true, `wrong_by` of claims that are off by an error
    > 0, to one side each; `unit` is that of the error. `form_miss` is what the form of a rate adds to each level.
    """

    level: float
    noisy: bool
    tests: int
    rejects: tuple[Callable[[float], bool], Callable[[float], bool]]
    mutants: Mapping[str, Callable[[float], bool]] = field(default_factory=dict)
    wrong_by: tuple[Callable[[float, float], bool], ...] = ()
    unit: str = ""
    form_miss: float = 0.0
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
    form_miss: float = 0.0
    """How often intervals of a rate miss by their form, as measured: part of its p-values, beside what noise does."""

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

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython: the check as its table."""
        printer.text(str(theorylab.shown("text", self)))

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
            "form_miss": self.form_miss,
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
    "separates_at", "form_miss",
)  # fmt: skip
"""What a record holds of a check as it is."""


def opened(pair: tuple[float | None, float | None] | None) -> tuple[float | None, float | None] | None:
    """The pair with None for an infinite end."""
    return None if pair is None else (_finite(pair[0]), _finite(pair[1]))


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _finite_pair(pair: Sequence[float | None] | None) -> list[float | None] | None:
    return None if pair is None else [_finite(value) for value in pair]
