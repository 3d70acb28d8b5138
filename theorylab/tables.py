"""Verdicts as a table: study, claim, measured, predicted, verdict, rival. For terminals, text and notebooks."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from theorylab.study import Result
    from theorylab.verdicts import Check

COLOURS = {"supported": "green", "refuted": "red", "inconclusive": "yellow", "error": "bold red"}


def verdict_table(rows: Iterable[tuple[str, Check]]) -> Table:
    """A rich table of (study, check) rows; a study is named once, above its claims."""
    table = Table(box=None, pad_edge=False, header_style="bold", row_styles=("", "on grey11"))
    table.add_column("study", overflow="fold", ratio=2)
    table.add_column("claim", overflow="fold", ratio=4)
    table.add_column("measured", overflow="fold", ratio=2)
    table.add_column("predicted", overflow="fold", ratio=2)
    table.add_column("verdict", no_wrap=True)
    table.add_column("rival", overflow="fold", ratio=4)
    last = ""
    for study, check in rows:
        rival = f"{_verdict(check.rival.verdict, check.rival.declared)}: {_plain(check.rival.claim)}"
        verdict = _verdict(check.verdict, check.declared)
        claim = _plain(check.claim)
        if check.note and not check.as_declared:
            claim += f"\n[dim]{_plain(check.note)}[/dim]"
        table.add_row(study if study != last else "", claim, _measured(check), _allowed(check), verdict, rival)
        last = study
    return table


def as_text(result: Result, width: int = 150) -> str:
    """The table of one result, as plain text."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    _print(console, result)
    return str(console.file.getvalue()).rstrip()  # type: ignore[attr-defined]


def as_html(result: Result) -> str:
    """The table of one result, for a notebook."""
    console = Console(file=io.StringIO(), width=150, record=True)
    _print(console, result)
    return console.export_html(inline_styles=True, code_format="<pre style='line-height:1.25'>{code}</pre>")


def _print(console: Console, result: Result) -> None:
    console.print(f"[bold]{result.study}[/bold]  {_plain(str(result.source))}  {result.seconds:.2f} s")
    console.print(_plain(str(result.setting)), highlight=False)
    console.print(verdict_table((result.study, check) for check in result.checks))


def _verdict(verdict: str, declared: str) -> str:
    colour = COLOURS[str(verdict)] if verdict != declared else "green"
    unexpected = f" [red](declared {declared})[/red]" if verdict != declared else ""
    return f"[{colour}]{verdict}[/{colour}]{unexpected}"


def _measured(check: Check) -> str:
    if check.measured is None:
        return "-"
    spread = check.interval
    if spread is None or spread[0] is None or spread[1] is None:
        return f"{check.measured:.5g}"
    return f"{check.measured:.5g} ± {max(spread[1] - check.measured, check.measured - spread[0]):.1e}"


def _allowed(check: Check) -> str:
    if check.allowed is None:
        return "-"
    low, high = check.allowed
    if low is not None and high is not None:
        return f"{low:.5g}" if low == high else f"{low:.5g} .. {high:.5g}"
    return f"<= {high:.5g}" if high is not None else f">= {low:.5g}" if low is not None else "-"


def _plain(text: str) -> str:
    """Text that rich prints as it stands, brackets included."""
    return text.replace("[", r"\[")
