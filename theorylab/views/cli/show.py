"""`theorylab show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from theorylab.views.cli.console import console_of_stdout, study_errors, user_errors

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.trials.study import Listing


@click.command()
@click.argument("studies", nargs=-1, required=True, metavar="STUDY...")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder of runs.")
def show(studies: tuple[str, ...], out: Path) -> None:
    """Show studies: argument, source, finding, settings, and the verdicts of their records.

    These are the committed record of the full run, for the lab's studies, and that of the last run into --out. A study
    is named by its name, family, paper's folder, arxiv:ID, bibliography key, a glob, a path or a module.
    """
    from theorylab.trials.selectors import select

    console = console_of_stdout()
    with user_errors():
        for number, listing in enumerate(select(studies)):
            console.print("\n" * (number > 0), end="")
            _show(console, listing, out)


def _show(console: Console, listing: Listing, out: Path) -> None:
    from theorylab.trials import papers, parts, stored
    from theorylab.trials.citations import head
    from theorylab.trials.study import FIGURES, load

    with study_errors(listing, "cannot be shown"):
        module = load(listing)
        parts.require_whole(listing.name, module)
    entry, finding = papers.entry_of(module.SOURCE, listing.path), papers.finding(listing)
    folders = (out,) if listing.own else (FIGURES, out)
    records = {folder: _checks(stored.files(folder, listing.name)["json"]) for folder in folders}
    console.print(listing.name, style="bold", end="")
    console.print(f"  {listing.path}\n")
    console.print(head(listing.path).docstring + "\n")
    source = f"source: {papers.cite(module.SOURCE, listing.path)}\nfigure: {module.SOURCE.figure or 'ours'}"
    console.print(source)
    console.print(f"{entry.text}\n" if entry else "")
    if finding:
        words = f"finding ({finding.kind}): {finding.sentence}\nsmallest case: {finding.case}\n"
        console.print(words)
    _settings(console, module)
    for folder, checks in records.items():
        _verdicts(console, listing, folder, checks)


def _settings(console: Console, module: Any) -> None:
    """The fields of the quick setting, with what the full one has in their place."""
    import dataclasses

    full = getattr(module, "FULL", module.QUICK)
    for field in dataclasses.fields(module.QUICK):
        quick, other = (getattr(setting, field.name, None) for setting in (module.QUICK, full))
        console.print(f"  {field.name} = {quick}" + ("" if quick == other else f"   (full: {other})"))


def _checks(record: Path) -> list[dict[str, Any]] | None:
    """The checks of a record, None without one. Raises InputError for a file that is no record."""
    import json

    from theorylab.errors import InputError
    from theorylab.running import store
    from theorylab.trials.ledgers import DAMAGE

    try:
        checks: list[dict[str, Any]] = json.loads(store.read(record))["checks"]
        for check in checks:
            _ = f"{check['verdict']}: {check['claim']}{_sharpness(check)}"
    except (FileNotFoundError, NotADirectoryError):
        return None
    except DAMAGE as error:
        raise InputError(f"{record} is no record of a run ({type(error).__name__}): run the study again") from None
    return checks


def _verdicts(console: Console, listing: Listing, folder: Path, checks: list[dict[str, Any]] | None) -> None:
    from theorylab.trials import stored

    record = stored.files(folder, listing.name)["json"]
    if checks is None:
        console.print(f"\nno record of a run in {folder}")
        return
    console.print(f"\n{record}")
    for check in checks:
        console.print(f"  {check['verdict']}: {check['claim']}{_sharpness(check)}")


def _sharpness(check: dict[str, Any]) -> str:
    """What a recorded check says of its mutants, in brackets."""
    score = check.get("score")
    if not score:
        return ""
    killed, survived = len(score["killed"]), score["survived"]
    least = score.get("minimum_detectable_effect")
    words = [f"{killed} of {killed + len(survived)} mutants killed"] if killed or survived else []
    words += [f"not caught: {', '.join(survived)}"] if survived else []
    if least is not None:
        from theorylab.verdicts.mutants import FINEST

        below = "<= " if least < 1.1 * FINEST else ""
        words.append(f"minimum detectable effect {below}{least:.1e}, {score['unit']}")
    return f" ({'; '.join(words)})"
