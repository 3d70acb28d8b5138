"""Verdicts as a table: study, claim, measured, predicted, verdict, rival. For terminals, text and notebooks."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from theorylab.results import Result
    from theorylab.verdicts import Check

COLOURS = {"supported": "green", "refuted": "red", "inconclusive": "yellow", "error": "bold red"}


def verdict_table(rows: Iterable[tuple[str, Check]]) -> Table:
    """A rich table of (study, check) rows; a study is named once, above its claims."""
    table = Table(box=None, pad_edge=False, header_style="bold", row_styles=("", "on grey11"))
    for name, ratio in (("study", 2), ("claim", 4), ("measured", 2), ("predicted", 2)):
        table.add_column(name, overflow="fold", ratio=ratio)
    table.add_column("verdict", no_wrap=True)
    table.add_column("rival", overflow="fold", ratio=4)
    last = ""
    for study, check in rows:
        # Text, not markup: a claim may hold any character.
        claim = Text(check.claim)
        if check.note and not check.as_declared:
            claim.append(f"\n{check.note}", style="dim")
        rival = _verdict(check.rival.verdict, check.rival.declared).append(f": {check.rival.claim}", style="default")
        verdict = _verdict(check.verdict, check.declared)
        table.add_row(Text(study if study != last else ""), claim, _measured(check), _allowed(check), verdict, rival)
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
    head = Text.assemble((result.study, "bold"), f"  {result.source}  {result.seconds:.2f} s\n{result.setting}")
    console.print(head)
    console.print(verdict_table((result.study, check) for check in result.checks))


def _verdict(verdict: str, declared: str) -> Text:
    if verdict == declared:
        return Text(str(verdict), style="green")
    return Text.assemble((str(verdict), COLOURS[str(verdict)]), (f" (declared {declared})", "red"))


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
