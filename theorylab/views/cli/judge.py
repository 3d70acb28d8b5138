"""`theorylab judge`."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import click

from theorylab.views.cli.console import console_of_stdout, prepare_json, user_errors


@click.command()
@click.argument("table", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--x", default="1", show_default=True, metavar="COLUMN", help="Column of x: its name, or number from 1.")
@click.option("--y", default="2", show_default=True, metavar="COLUMN", help="Column of y.")
@click.option("--stderr", metavar="COLUMN", help="Column of standard errors (default: those printed with y, if any).")
@click.option("--rounding", metavar="COLUMN|NUMBER|none", help="Largest rounding errors (default: half a last digit).")
@click.option("--claim", metavar="EXPONENT[,LOG]", help="Claimed exponent: -1; with a power of log x: -1,1.")
@click.option("--rival", metavar="EXPONENT[,LOG]", help="Exponent that the same table must reject.")
@click.option("--small", is_flag=True, help="The rate as x falls to 0 (default: as x grows).")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write what was found to this file.")
def judge(
    table: Path,
    x: str,
    y: str,
    stderr: str | None,
    rounding: str | None,
    claim: str | None,
    rival: str | None,
    small: bool,
    json_file: Path | None,
) -> None:
    """Judge the rate of y(x) in a table of numbers (CSV, tabs, spaces, LaTeX, Markdown; - for standard input).

    Numbers may be printed as papers do: 1.20e-3, 1.20(5)e-3, 1.20 ± 0.05. Four rows or more. With --claim and --rival
    there is a verdict; exit status: 0 if the claim is supported, or none was made, 1 if not, 2 for a usage error.
    """
    import theorylab
    from theorylab.errors import InputError
    from theorylab.running import store
    from theorylab.trials import printed
    from theorylab.verdicts import Power

    with user_errors():
        prepare_json(json_file)
        try:
            text = sys.stdin.read() if str(table) == "-" else table.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise InputError(f"{table} cannot be read ({reason}): give a text file with a table") from None
        found = printed.read(text, "standard input" if str(table) == "-" else str(table))
        at, values = found.column(x), found.column(y)
        _require_rows(found, at, values)
        judged = theorylab.judge(
            [float(cell.digits) for cell in at],
            [cell.digits for cell in values],
            stderr=_errors(found, stderr, values),
            rounding=_rounding(found, rounding),
            claim=None if claim is None else Power(*printed.power(claim)),
            rival=None if rival is None else Power(*printed.power(rival)),
            towards=0 if small else math.inf,
        )
        if json_file is not None:
            store.write_report(json_file, _report(table, len(values), judged))
    named = ", ".join(f"{axis} = column {column!r}" for axis, column in (("x", x), ("y", y)))
    words = f"{len(values)} rows, {named}" + (f", of {', '.join(map(repr, found.names))}" if found.names else "")
    console_of_stdout().print(f"{words}\n{judged!r}")
    raise SystemExit(0 if judged.verdict in (None, "supported") else 1)


def _require_rows(table: Any, x: list[Any], y: list[Any]) -> None:
    """Raise InputError, with the line, for an x that stands there twice and for a y that has no logarithm."""
    from theorylab.errors import require

    seen: dict[float, int] = {}
    for line, place, value in zip(table.lines, x, y, strict=True):
        first = seen.setdefault(float(place.digits), line)
        require(first == line, f"{table.place}, line {line}: x = {place.digits} stands on line {first} already")
        positive = float(value.digits) > 0
        require(positive, f"{table.place}, line {line}: y = {value.digits}, and a rate needs values > 0")


def _errors(table: Any, column: str | None, values: list[Any]) -> list[float] | None:
    """The standard errors of a column, or those printed with the values; None without any."""
    if column is not None:
        return [float(cell.digits) for cell in table.column(column)]
    if all(cell.stderr is None for cell in values):
        return None
    return [cell.stderr or 0.0 for cell in values]


def _rounding(table: Any, word: str | None) -> list[float] | float | None:
    """Rounding errors: those of a column, one number for all, 0 for 'none'; None: half a unit of the last digit."""
    if word is None or word == "none":
        return None if word is None else 0.0
    if word in table.names:
        return [float(cell.digits) for cell in table.column(word)]
    try:
        return float(word)
    except ValueError:
        return [float(cell.digits) for cell in table.column(word)]  # which says that there is no such column


def _report(table: Path, rows: int, judged: Any) -> dict[str, Any]:
    """What was found as JSON values; an open end of the interval is null."""
    low, high = (end if math.isfinite(end) else None for end in judged.interval)
    report = {"schema": 1, "table": str(table), "rows": rows, "exponent": judged.rate.value, "interval": [low, high]}
    return report | {"miss_rate": judged.rate.miss, "check": None if judged.check is None else judged.check.to_json()}
