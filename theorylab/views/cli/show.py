"""`theorylab show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from theorylab.views.cli.console import console_of_stdout, user_errors

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.trials.study import Listing


@click.command()
@click.argument("studies", nargs=-1, required=True)
def show(studies: tuple[str, ...]) -> None:
    """Show studies: argument, source, finding, settings, and the verdicts of the committed records.

    A study is named by its name, family, paper's folder, arxiv:ID, bibliography key, a glob or a path.
    """
    from theorylab.trials.selectors import select

    console = console_of_stdout()
    with user_errors():
        for number, listing in enumerate(select(studies)):
            console.print("\n" * (number > 0), end="")
            _show(console, listing)


def _show(console: Console, listing: Listing) -> None:
    import ast
    import dataclasses

    from theorylab.errors import InputError
    from theorylab.trials import papers, results
    from theorylab.trials.study import FIGURES, load

    try:
        module = load(listing)
        source, quick_setting, full_setting = module.SOURCE, module.QUICK, module.FULL
    except Exception as error:
        raise InputError(f"{listing.name} cannot be shown: {type(error).__name__}: {error}") from error
    entry, finding = papers.entry_of(source, listing.path), papers.finding(listing)
    console.print(f"[bold]{listing.name}[/bold]  {listing.path}\n")
    console.print((ast.get_docstring(ast.parse(listing.path.read_bytes())) or "") + "\n", markup=False, highlight=False)
    text = entry.text if entry else f"no paper.bib in {listing.path.parent}"
    console.print(f"source: {papers.cite(source, listing.path)}\n{text}\n", markup=False, highlight=False)
    if finding:
        words = f"finding ({finding.kind}): {finding.sentence}\nsmallest case: {finding.case}\n"
        console.print(words, markup=False, highlight=False)
    for field in dataclasses.fields(quick_setting):
        quick, full = (getattr(setting, field.name) for setting in (quick_setting, full_setting))
        console.print(f"  {field.name} = {quick}" + ("" if quick == full else f"   (full: {full})"), markup=False)
    if checks := papers.recorded(listing):
        console.print(f"\n{results.files(FIGURES, listing.name)['json']}", markup=False)
        for check in checks:
            console.print(f"  {check['verdict']}: {check['claim']}{_sharpness(check)}", markup=False, highlight=False)


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
