"""Certificates: finite statements of a family, decided by exact or ball arithmetic, and how they are found and told.

A certificate covers a box of settings, or finitely many, and a number of steps: there it is a proof, elsewhere it says
nothing. What a family certifies stands in its module `certificates`, as a function `certificates()` that returns a
list; being there is its registration.
"""

from __future__ import annotations

import difflib
import importlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorylab.balls import Margin, between, lower, middle, precision, prove, radius, words
from theorylab.errors import require

if TYPE_CHECKING:
    from flint import arb
    from rich.table import Table

BITS = 128
"""Default precision of midpoints, in bits."""


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


def families() -> list[str]:
    """The families that have a module `certificates`, by name; being there is its registration."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/certificates.py"))


def named(family: str) -> str:
    """The family of that name; InputError names the nearest if it has no certificates."""
    known = families()
    close = difflib.get_close_matches(family, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    require(family in known, f"no certificates for {family!r}{hint}; there are some for {', '.join(known)}")
    return family


def certify(family: str, bits: int = BITS) -> list[Certificate]:
    """All certificates of a family, at a precision. InputError for an unknown family or bad bits.

    What breaks in it becomes a certificate with the verdict error.
    """
    name = f"theorylab.{named(family)}.certificates"
    with precision(bits):
        try:
            found = importlib.import_module(name).certificates()
        except Exception as error:
            return [_failed("the certificates are found", f"{type(error).__name__}: {error}")]
    return list(found) or [_failed("there are certificates", "the module returned none")]


def _failed(claim: str, reason: str) -> Certificate:
    return Certificate(claim, "error", "", math.nan, math.nan, reason)


def table(rows: Iterable[tuple[str, Certificate]]) -> Table:
    """A rich table of (family, certificate) rows; a family is named once."""
    from rich.table import Table
    from rich.text import Text

    colours = {"certified": "green", "refuted": "red", "undecided": "yellow", "error": "bold red"}
    found = Table(box=None, pad_edge=False, header_style="bold", row_styles=("", "on grey11"))
    for name, ratio in (("family", 2), ("claim", 6), ("box", 5)):
        found.add_column(name, overflow="fold", ratio=ratio)
    for name in ("verdict", "slack", "rounding"):
        found.add_column(name, no_wrap=True)
    last = ""
    for family, one in rows:
        claim = Text(one.claim)
        if one.declared == "refuted":
            claim = Text("rival: ", style="dim").append(claim)
        if one.note:
            claim.append(f"\n{one.note}", style="dim")
        verdict = Text(one.verdict, style="green" if one.as_declared else colours[one.verdict])
        if not one.as_declared:
            verdict.append(f" (declared {one.declared})", style="red")
        numbers = (_number(one.slack, 3), _number(one.rounding, 1))
        found.add_row(Text(family if family != last else ""), claim, Text(one.box), verdict, *numbers)
        last = family
    return found


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}g}" if math.isfinite(value) else "-"


def record(family: str, certificates: Sequence[Certificate], bits: int) -> dict[str, Any]:
    """The certificates of a family as JSON values, with the versions that made them; the same bytes every time."""
    import flint

    import theorylab

    versions = {"theorylab": theorylab.__version__, "python-flint": flint.__version__}
    return {
        "schema": 1,
        "family": family,
        "bits": bits,
        "versions": versions,
        "certificates": [one.to_json() for one in certificates],
    }
