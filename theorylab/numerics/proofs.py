"""Certificates: finite statements decided by exact or ball arithmetic.

A certificate covers a box of settings, or finitely many, and a number of steps: there it is a proof, elsewhere it says
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from theorylab.errors import require
from theorylab.numerics.balls import Margin, between, lower, middle, prove, radius, words

if TYPE_CHECKING:
    from flint import arb


@dataclass(frozen=True)
class Certificate:
    """One finite statement and what exact or ball arithmetic says of it; no statistics enter."""

    claim: str
    verdict: str
    """certified, refuted, undecided, or error."""
    box: str
    """The box or the settings that the statement covers."""
    slack: float
    """Lower bound on the room that is left, in the units of the statement; negative or nan where it is not certified.

    0 for an equality, proved in rational arithmetic.
    """
    rounding: float
    """Largest radius of a ball that comes from rounding; 0 in rational arithmetic."""
    note: str = ""
    declared: str = "certified"
    """The verdict that is expected: 'refuted' for the rival of a claim."""

    @property
    def as_declared(self) -> bool:
        """Whether the verdict is the one that is expected."""
        return self.verdict == self.declared

    def to_json(self) -> dict[str, Any]:
        """The certificate as JSON values; null for a number that is not finite. Nothing here is left to chance."""
        values = asdict(self) | {"error_probability": 0.0}
        for name in ("slack", "rounding"):
            values[name] = values[name] if math.isfinite(values[name]) else None
        return values


def by_bisection(
    claim: str,
    names: Sequence[str],
    box: Sequence[tuple[float, float]],
    margin: Callable[..., arb | None],
    *,
    declared: str = "certified",
    note: str = "",
    limit: int = 100_000,
) -> Certificate:
    """The certificate of margin >= 0 on a box whose sides have these names; arguments as `Margin` and `prove`."""
    statement = Margin(margin)
    proof = prove(box, statement, limit=limit)
    verdict = {True: "certified", False: "refuted", None: "undecided"}[proof.certified]
    # At the corners and the centre rounding is measured also where bisection was not needed.
    for point in [tuple(map(middle, box)), tuple(low for low, _ in box), tuple(high for _, high in box)]:
        statement(*(between(x, x) for x in point))
    slack = statement.slack if proof.certified else math.nan
    text = "; ".join(part for part in (proof.text(names), note) if part)
    return Certificate(claim, verdict, words(box, names), slack, statement.rounding, text, declared)


def by_points(
    claim: str, box: str, margins: Sequence[arb], *, declared: str = "certified", note: str = ""
) -> Certificate:
    """The certificate of finitely many statements margin >= 0: refuted if one surely fails."""
    require(len(margins) > 0, f"{claim!r}: there is nothing to certify")
    if any(margin < 0 for margin in margins):
        verdict = "refuted"
    else:
        verdict = "certified" if all(margin >= 0 for margin in margins) else "undecided"
    slack = min((lower(margin) for margin in margins), key=lambda x: -math.inf if math.isnan(x) else x)
    return Certificate(claim, verdict, box, slack, max(map(radius, margins)), note, declared)
