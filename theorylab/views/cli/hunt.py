"""`theorylab hunt`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from theorylab.views.cli.console import assignments, console_of_stdout, prepare_json, study_errors, user_errors


@click.command()
@click.argument("study")
@click.argument("check", required=False)
@click.option("--budget", type=int, default=300, show_default=True, help="Most runs of the study per claim.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the search.")
@click.option("--full", is_flag=True, help="Around the full setting (default: the quick one).")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Fix a field of the setting.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Also write all that was tried to this file."
)
def hunt(
    study: str,
    check: str | None,
    budget: int,
    seed: int,
    full: bool,
    changes: tuple[str, ...],
    out: Path,
    json_file: Path | None,
) -> None:
    """Search the settings that the theorem allows for the one nearest to breaking its bound.

    STUDY may also be a family, paper's folder, arxiv:ID, bibliography key, glob or path: its studies with a SPACE are
    hunted. CHECK is a part of the claim's text or its number; by default all exact claims are hunted. Figures and all
    that was tried go to hunt/ under --out. Exit status: 1 if a claim declared supported was refuted, with the run that
    shows it.
    """
    from theorylab.errors import require
    from theorylab.running import store
    from theorylab.trials.hunt import hunt as search
    from theorylab.trials.selectors import select
    from theorylab.trials.study import load
    from theorylab.views import hunts, plots, tables

    with user_errors():
        values = assignments(changes)
        store.prepare_folder(out / "hunt")
        prepare_json(json_file)
        listings = select([study])
        if len(listings) > 1:  # of several studies those that say what may be searched
            listings = [listing for listing in listings if hasattr(load(listing), "SPACE")]
            require(listings, f"no study of {study} has a SPACE to search: see `theorylab.trials.hunt`")
        found = []
        for listing in listings:
            with study_errors(listing):
                found += search(listing, check, budget=budget, seed=seed, full=full, **values)
        numbers: Counter[str] = Counter()
        for one in found:
            numbers[one.study] += 1
            stem = out / "hunt" / f"{one.study}.{numbers[one.study]}"
            store.write_atomically(stem.with_name(f"{stem.name}.svg"), plots.svg(hunts.figure(one)))
            store.write_json(stem.with_name(f"{stem.name}.json"), one.to_json())
        if json_file is not None:
            store.write_report(json_file, {"hunts": [one.to_json() for one in found]})
    console = console_of_stdout()
    console.print(tables.hunt_table(found))
    for one in found:
        if one.counterexample:
            console.print(f"\ncounterexample to: {one.claim}\n  {one.command}", soft_wrap=True)
    console.print(f"\nfigures and all candidates in {out / 'hunt'}")
    raise SystemExit(1 if any(one.unexpected for one in found) else 0)
