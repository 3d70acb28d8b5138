"""The rows: which call of which package claims to be which recursion, and what was found. Data, in rows/PACKAGE.toml.

A file names the package, its pinned version, the adapter, and `[[row]]`s of

- `algorithm`: the reference;  `call`: what makes the optimiser;
- `arguments`: the package's arguments, as expressions in the paper's parameters; others stay as the package has them;
- `parameters`: of the reference, where the paper leaves one open, or where its own value shows on no sequence;
- `layer`: the shape that the package is given, where it treats layers by their shape;
- `precision`: "single" or "bfloat16" where the package rounds to that on the way, though it is given doubles;
- `unseen`: parameters of the reference that no sequence shows and the package does not have;
- `verdict`: "identical", "after a change" or "differs", with `sequence` and `step` of the first difference and its
  `values`, the package's and the paper's;
- `change`: what makes them equal, `arguments` (of the package) or `parameters` (of the reference, in its own and t);
- `defaults`: whether the call with nothing but its rate is the paper's recursion with the paper's parameters, and
  `other_defaults`: arguments whose default is not the paper's;
- `says`: the difference in words;  `consequence`: what it does to the theorem;  `source`: where in the package;
- `drawn`: whether the figure shows it.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from theorylab.conformance.trial import Verdict
from theorylab.errors import require

FOLDER = Path(__file__).with_name("rows")


class Row(NamedTuple):
    """One claim: that a call of a package is an algorithm; with what was found in the pinned version."""

    package: str
    version: str
    adapter: str
    algorithm: str
    call: str
    verdict: Verdict
    defaults: bool
    arguments: Mapping[str, Any] = {}
    parameters: Mapping[str, Any] = {}
    layer: tuple[int, ...] | None = None
    precision: str = "double"
    unseen: tuple[str, ...] = ()
    sequence: str = ""
    step: int = 0
    values: tuple[float, float] | None = None
    change: Mapping[str, Mapping[str, Any]] = {}
    other_defaults: Mapping[str, Any] = {}
    says: str = ""
    drawn: bool = False
    consequence: str = ""
    source: str = ""


def rows(package: str = "", algorithm: str = "") -> list[Row]:
    """All rows, of one package or algorithm where these are named. InputError for a name that no row has."""
    every = [row for path in sorted(FOLDER.glob("*.toml")) for row in read(path.read_text(encoding="utf-8"))]
    for what, name, known in (
        ("package", package, {row.package for row in every}),
        ("algorithm", algorithm, {row.algorithm for row in every}),
    ):
        require(not name or name in known, f"no row of {what} {name!r}: there are {', '.join(sorted(known))}")
    found = [row for row in every if package in ("", row.package) and algorithm in ("", row.algorithm)]
    require(found, f"no row of {algorithm} in {package}: {package} has {_algorithms(every, package)}")
    return found


def _algorithms(every: Sequence[Row], package: str) -> str:
    return ", ".join(row.algorithm for row in every if row.package == package)


def read(text: str) -> list[Row]:
    """The rows of a file."""
    table = tomllib.loads(text)
    shared = {name: table[name] for name in ("package", "version", "adapter")}
    found = []
    for entry in table["row"]:
        row = Row(
            **(
                shared
                | entry
                | {
                    "verdict": Verdict(entry["verdict"]),
                    "layer": tuple(entry.get("layer", ())) or None,
                    "unseen": tuple(entry.get("unseen", ())),
                }
            )
        )
        shown = bool(row.sequence and row.step and row.values)
        require(
            shown != (row.verdict is Verdict.IDENTICAL),
            f"{row.package} {row.algorithm}: a row names sequence and step of its first difference, if it has one",
        )
        require(bool(row.change) == (row.verdict is Verdict.CHANGED), f"{row.package} {row.algorithm}: change or not?")
        found.append(row)
    return found


def evaluated(expressions: Mapping[str, Any], parameters: Mapping[str, Any], t: int = 1) -> dict[str, Any]:
    """Values by name: a text is an expression in the parameters, t and sqrt, a list becomes a tuple of its values."""
    names = {"__builtins__": {}, "sqrt": math.sqrt, "min": min, "max": max, "inf": math.inf, **parameters, "t": t}

    def value(given: Any) -> Any:
        if isinstance(given, list):
            return tuple(value(one) for one in given)
        return eval(given, names) if isinstance(given, str) else given

    return {name: value(given) for name, given in expressions.items()}
