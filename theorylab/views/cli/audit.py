"""`theorylab audit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from theorylab.views.cli.console import INTERRUPTED, console_of_stdout, say, user_errors

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.trials.audit import Audit, Row


@click.command()
@click.argument("models", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Audit all models.")
@click.option("--budget", type=click.IntRange(min=1), default=30, show_default=True, help="Mutants of a model.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the sample.")
@click.option("--function", "only", metavar="NAME", help="Mutants of this function alone.")
@click.option("--survivors", is_flag=True, help="Run again only what nobody noticed; the rest stands, edited or not.")
@click.option("--write", is_flag=True, help="Write AUDIT.md and audit.json beside the committed figures.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out/audit"), show_default=True, help="Working folder."
)
def audit(
    models: tuple[str, ...],
    everything: bool,
    budget: int,
    seed: int,
    only: str | None,
    survivors: bool,
    write: bool,
    out: Path,
) -> None:
    """Do the studies notice? Put small faults into the kernels and theory of MODELS, and run what reaches them.

    What was found is kept under --out, and the same command goes on from there. With --write and no MODEL the page is
    made again from audit.json alone.

    Exit status: 0 if the targets are met in the sample (90% noticed by a study, 98% by a study or a unit test), 1 if
    not, 2 for a usage error.
    """
    import difflib

    from theorylab.errors import require
    from theorylab.trials import audit as room
    from theorylab.trials.study import FIGURES
    from theorylab.views import audits

    console, tables = console_of_stdout(), {}
    with user_errors():
        require(not (models and everything), "--all audits all models: name none beside it")
        require(models or everything or write, "name a model, or give --all")
        require(not (only and write), "--write publishes a sample of whole models: drop --function")
        names = room.models() if everything else list(dict.fromkeys(models))
        for name in names:
            known = {one.function for one in room.subject(name).mutants}  # all are known before the first is run
            close = difflib.get_close_matches(only or "", known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            require(only is None or only in known, f"{name} has no function {only!r} with mutants{hint}")
        for name in names:
            try:
                tables[name] = _audited(console, room.Audit(name, out), budget, seed, survivors=survivors, only=only)
            except KeyboardInterrupt:
                say(f"interrupted: what was found is kept in {out}, and the same command goes on from there")
                raise SystemExit(INTERRUPTED) from None
            if write:
                audits.write(audits.read(FIGURES) | {name: tables[name]}, FIGURES)
        if write and not names:
            require((FIGURES / "audit.json").is_file(), f"{FIGURES} has no audit.json: name a model, or give --all")
            tables = audits.read(FIGURES)
            for path in audits.write(tables, FIGURES):
                console.print(str(path), highlight=False)
    raise SystemExit(0 if all(_met(table) for table in tables.values()) else 1)


def _audited(console: Console, trial: Audit, budget: int, seed: int, **which: Any) -> dict[str, Any]:
    """The table of one model; its mutants are printed as they are done."""
    from theorylab.trials import audit as room
    from theorylab.views import audits

    rows: list[Row] = []
    for row in trial.rows(budget, seed, **which):
        rows.append(row)
        by = f" ({row.by})" if row.by else ""
        words = f"{audits.WORDS[row.outcome]}{by}: {row.file}, line {row.line}, {row.function}, {row.kind}"
        console.print(f"{words}\n    {row.before}\n    {row.after}", highlight=False, markup=False, soft_wrap=True)
    for name, words in trial.unfit.items():
        console.print(f"no witness, since nothing was changed: {name}: {words}", highlight=False, markup=False)
    table: dict[str, Any] = {"budget": budget, "seed": seed, **trial.report(rows)}
    for name, found in room.shares(table["rows"]).items():
        target = f"{room.TARGETS[name]:.0%}"
        console.print(
            f"{trial.subject.model}: noticed {name}: {audits.share(*found)}, target {target}", highlight=False
        )
    return table


def _met(table: dict[str, Any]) -> bool:
    from theorylab.trials import audit as room

    found = room.shares(table["rows"])
    return all(count >= room.TARGETS[name] * total for name, (count, total, _, _) in found.items())
