"""`theorylab falsify`."""

from __future__ import annotations

from pathlib import Path

import click

from theorylab.views.cli.console import (
    assignments,
    console_of_stdout,
    prepare_json,
    study_errors,
    user_errors,
    warnings_as_lines,
)


@click.command()
@click.argument("studies", nargs=-1, required=True, metavar="STUDY...")
@click.option("--full", is_flag=True, help="Of the full run (default: the quick one).")
@click.option("--seed", type=click.IntRange(min=0), help="Another seed than the setting's.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a field of the setting.")
@click.option("--out", type=click.Path(path_type=Path), help="Use curves stored under this folder, and store new ones.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the scores to this file.")
def falsify(
    studies: tuple[str, ...],
    full: bool,
    seed: int | None,
    changes: tuple[str, ...],
    out: Path | None,
    json_file: Path | None,
) -> None:
    """Say which standard mutants of each claim the data refute, and the minimum detectable effect."""
    from theorylab.running import store
    from theorylab.trials.runs import run
    from theorylab.trials.selectors import select
    from theorylab.views import tables

    with user_errors(), warnings_as_lines():
        values, results = assignments(changes, seed), []
        prepare_json(json_file)
        for listing in select(studies):
            with study_errors(listing):
                results.append(run(listing, full=full, out=out, **values))
        if json_file is not None:
            scores = {r.study: [{"claim": c.claim, **(c.to_json()["score"] or {})} for c in r.checks] for r in results}
            store.write_report(json_file, scores)
    console = console_of_stdout()
    for result in results:
        console.print(f"\n{result.study}", style="bold")
        console.print(tables.falsify_table((result.study, check) for check in result.checks))
