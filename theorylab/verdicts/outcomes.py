"""How one statement fares against data, and the words for verdicts, before any rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from theorylab.errors import InputError, require


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


def verdict_named(name: str | Verdict) -> Verdict:
    """The verdict of that name. Raises InputError for no verdict."""
    try:
        return Verdict(name)
    except ValueError as error:
        raise InputError(f"{name!r} is no verdict: give one of {', '.join(Verdict)}") from error
