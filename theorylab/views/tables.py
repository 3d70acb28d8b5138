"""Verdicts as a table: study, claim, measured, predicted, verdict, score, rival. For terminals, text and notebooks."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from theorylab.verdicts import Check

if TYPE_CHECKING:
    from theorylab.numerics.proofs import Certificate
    from theorylab.trials.hunt import Hunt
    from theorylab.trials.results import Result

COLOURS = {"supported": "green", "refuted": "red", "inconclusive": "yellow", "error": "bold red"}


WIDE = 120
"""Columns of text from which a verdict is a row of a table; below, it is two or three lines of text."""
LEGEND = (
    ("measured", "estimate ± half its interval, at the level of the claim"),
    ("predicted", "the theorem's value, bound or range"),
    ("last x", "last step (or x) reached"),
    ("separates", "the first at which the data tell the claim from its rival"),
    ("score", "mutants of the claim that the data reject, of all; the least error they would have shown"),
    ("adjusted p", "of what the verdict rejects, among all tests of the paper; exact: no chance is in it"),
    ("rival", "the alternative, which the same data must reject"),
    ("[read]", "what the claim rests on: read in the paper, recalled, or derived here"),
)
"""What stands in a table of verdicts, word by word."""


def verdict_table(rows: Iterable[tuple[str, Check]], width: int = WIDE) -> Group:
    """The verdicts of (study, check) rows for a console of `width` columns; a study is a line above its claims.

    `LEGEND` says what stands where. Checks of a suite show the adjusted p-value that their verdict rests on. Numbers
    are never broken: below `WIDE` columns a claim is some lines of text, not a row.
    """
    rows = list(rows)
    if width < WIDE:
        return Group(*(part for study, checks in _by_study(rows) for part in _stacked(study, checks)))
    suite = any(check.p_values is not None for _, check in rows)
    numbers = ["verdict", "measured", "predicted", "last x", "separates", "score", *["adjusted p"] * suite]
    cells = [[_verdict(check.verdict, check.declared), *map(Text, _numbers(check, suite))] for _, check in rows]
    widths = [max([len(name), *map(cell_len, map(str, column))]) for name, *column in zip(numbers, *cells, strict=True)]
    tables: list[RenderableType] = []
    written = iter(cells)
    for study, checks in _by_study(rows):
        table = Table(box=None, pad_edge=False, show_header=not tables, header_style="bold", expand=True)
        table.row_styles = ("", "on grey11")
        table.add_column("claim", overflow="fold", ratio=1)
        for name, least in zip(numbers, widths, strict=True):
            side: JustifyMethod = "right" if name in ("last x", "separates") else "left"
            table.add_column(name, no_wrap=True, min_width=least, max_width=least, justify=side)
        table.add_column("rival", overflow="fold", ratio=1)
        for check in checks:
            table.add_row(_claim(check), *next(written), _rival(check))
        tables += [Text(study, style="bold"), table] if study else [table]
    return Group(*tables)


def legend() -> Text:
    """What the words over a table of verdicts mean, as one paragraph."""
    return Text("; ".join(f"{word}: {meaning}" for word, meaning in LEGEND), style="dim")


def _by_study(rows: list[tuple[str, Check]]) -> list[tuple[str, list[Check]]]:
    """The checks of each study, in the order of the rows."""
    return [(study, [check for _, check in group]) for study, group in itertools.groupby(rows, lambda row: row[0])]


def _numbers(check: Check, suite: bool) -> list[str]:
    """What is measured, predicted, reached and scored, as text."""
    reach = ("-" if x is None else f"{x:.3g}" for x in (check.last_x, check.separates_at))
    return [_measured(check), _allowed(check), *reach, str(check.score or "-"), *([_p_value(check)] if suite else [])]


def _stacked(study: str, checks: list[Check]) -> Iterator[RenderableType]:
    """The verdicts of a study for few columns of text: verdict and claim, its numbers, its rival."""
    if study:
        yield Text(f"\n{study}", style="bold")
    for check in checks:
        measured, predicted, last, separates, score = _numbers(check, False)
        said = [f"{measured}, predicted {predicted}"]
        said += [f"up to x = {last}"] * (last != "-") + [f"told from its rival at {separates}"] * (separates != "-")
        said += [f"score {score}"] * (score != "-")
        if check.p_values is not None:
            said.append(f"adjusted p {_p_value(check)}" if check.noisy else "exact")
        lines = Text("; ".join(said)).append("\nrival ").append_text(_rival(check))
        yield Padding(_verdict(check.verdict, check.declared).append("  ").append_text(_claim(check)), (0, 0, 0, 2))
        yield Padding(lines, (0, 0, 0, 6))


def _rival(check: Check) -> Text:
    return _verdict(check.rival.verdict, check.rival.declared).append(f": {check.rival.claim}", style="default")


def _claim(check: Check) -> Text:
    """The claim with its source, its note where it is not as declared, and the mutants that survive."""
    claim = Text(check.claim, style="not bold")  # text, not markup: a claim may hold any character
    if check.source:
        claim.append(f" [{check.source}]", style="dim")
    if check.note and not check.as_declared:
        claim.append(f"\n{check.note}", style="dim")
    if check.score and not check.score.complete:
        claim.append(f"\nnot caught: {', '.join(check.score.survived)}", style="dim")
    return claim


def as_text(what: Result | Check, width: int = 150) -> str:
    """The table of one result, or of one check, as plain text."""
    console = _written(width, color_system=None)
    if isinstance(what, Check):
        console.print(verdict_table([("", what)], width))
    else:
        _print(console, what)
    return str(console.file.getvalue()).rstrip()  # type: ignore[attr-defined]


def as_html(result: Result) -> str:
    """The table of one result, for a notebook."""
    console = _written(150, record=True)
    _print(console, result)
    return console.export_html(inline_styles=True, code_format="<pre style='line-height:1.25'>{code}</pre>")


def _written(width: int, **options: Any) -> Console:
    """A console that only writes: in a notebook one would show everything at once, and return nothing."""
    return Console(file=io.StringIO(), width=width, force_jupyter=False, force_terminal=False, **options)


def _print(console: Console, result: Result) -> None:
    head = Text.assemble((result.study, "bold"), f"  {result.citation}  {result.seconds:.2f} s\n{result.setting}")
    console.print(head)
    console.print(verdict_table((("", check) for check in result.checks), console.width))


def _verdict(verdict: str, declared: str) -> Text:
    if verdict == declared:
        return Text(str(verdict), style="green")
    return Text.assemble((str(verdict), COLOURS[str(verdict)]), (f" (declared {declared})", "red"))


def falsify_table(rows: Iterable[tuple[str, Check]]) -> Table:
    """A rich table of (study, check) rows: which mutants of a claim the data refute, which not, and the least error."""
    table = Table(box=None, pad_edge=False, header_style="bold", row_styles=("", "on grey11"))
    for name, ratio in (("claim", 4), ("killed", 3), ("not caught", 2)):
        table.add_column(name, overflow="fold", ratio=ratio)
    table.add_column("verdict", no_wrap=True)
    table.add_column("minimum detectable effect", ratio=2)
    for _, check in rows:
        score = check.score
        killed, survived = (
            (", ".join(names) or "-" for names in (score.killed, score.survived)) if score else ("-", "-")
        )
        least = "-" if score is None or score.detectable is None else f"{score.detectable:.2g} {score.unit}"
        verdict = _verdict(check.verdict, check.declared)
        table.add_row(Text(check.claim), killed, Text(survived, style="yellow"), verdict, least)
    return table


def hunt_table(hunts: Iterable[Hunt]) -> Table:
    """A rich table of hunts: what was found of each claim, in how many runs, and the setting nearest to its bound."""
    table = Table(box=None, pad_edge=False, header_style="bold", row_styles=("", "on grey11"))
    for name, ratio in (("claim", 3), ("found", 2), ("nearest setting", 4)):
        table.add_column(name, overflow="fold", ratio=ratio)
    table.add_column("runs", justify="right")
    table.add_column("outside", justify="right")
    for found in hunts:
        style = ("red" if found.unexpected else "yellow") if found.counterexample else "green"
        setting = " ".join(f"{key}={value}" for key, value in found.setting.items())
        runs = str(len(found.candidates) - found.outside)
        table.add_row(Text(found.claim), Text(found.words, style), Text(setting), runs, str(found.outside))
    return table


def replicate_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """A rich table of the rows of `over_fresh_seeds`: how often each verdict came out, and for which seeds not."""
    table = Table(box=None, pad_edge=False, header_style="bold", row_styles=("", "on grey11"))
    for name, ratio in (("study", 2), ("claim", 4), ("verdicts", 2), ("seeds that differ", 2)):
        table.add_column(name, overflow="fold", ratio=ratio)
    last = ""
    for row in rows:
        counts = ", ".join(f"{name} {count}" for name, count in row["verdicts"].items())
        style = "green" if not row["unexpected_seeds"] else "red" if row["excessive"] else "yellow"
        unexpected = ", ".join(map(str, row["unexpected_seeds"])) or "-"
        table.add_row(
            Text(row["study"] if row["study"] != last else ""), Text(row["claim"]), Text(counts, style), unexpected
        )
        last = row["study"]
    return table


def _p_value(check: Check) -> str:
    """The adjusted p-value of what the verdict rejects: the claim if it is refuted, else the rival."""
    if check.p_values is None or check.verdict == "error":
        return "-"
    value = check.p_values[0 if check.verdict == "refuted" else 1]
    return "exact" if not check.noisy else f"{value:.1e}"


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


def certificate_table(rows: Iterable[tuple[str, Certificate]]) -> Table:
    """A rich table of (family, certificate) rows; a family is named once."""
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
