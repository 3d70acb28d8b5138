"""`theorylab show`."""

from __future__ import annotations

from typing import Any

import click

from theorylab.views.cli.console import console_of_stdout, user_errors


@click.command()
@click.argument("study")
def show(study: str) -> None:
    """Show a study: its argument, source, settings, and the verdicts of its committed record."""
    import ast
    import dataclasses
    import json

    from theorylab.errors import InputError
    from theorylab.trials import papers, results
    from theorylab.trials.selectors import one
    from theorylab.trials.study import FIGURES, load

    with user_errors():
        listing = one(study)
        try:
            module = load(listing)
            source, quick_setting, full_setting = module.SOURCE, module.QUICK, module.FULL
        except Exception as error:
            raise InputError(f"{listing.name} cannot be shown: {type(error).__name__}: {error}") from error
        entry = papers.entry_of(source, listing.path)
    console = console_of_stdout()
    console.print(f"[bold]{listing.name}[/bold]  {listing.path}\n")
    console.print((ast.get_docstring(ast.parse(listing.path.read_bytes())) or "") + "\n", markup=False, highlight=False)
    text = entry.text if entry else f"no paper.bib in {listing.path.parent}"
    console.print(f"source: {papers.cite(source, listing.path)}\n{text}\n", markup=False, highlight=False)
    for field in dataclasses.fields(quick_setting):
        quick, full = (getattr(setting, field.name) for setting in (quick_setting, full_setting))
        console.print(f"  {field.name} = {quick}" + ("" if quick == full else f"   (full: {full})"), markup=False)
    record = results.files(FIGURES, listing.name)["json"]
    if record.is_file():
        console.print(f"\n{record}", markup=False)
        for check in json.loads(record.read_text(encoding="utf-8"))["checks"]:
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
