"""`theorylab why`."""

from __future__ import annotations

from pathlib import Path

import click

from theorylab.views.cli.console import assignments, console_of_stdout, study_errors, user_errors, warnings_as_lines


@click.command()
@click.argument("studies", nargs=-1, required=True, metavar="STUDY...")
@click.option("--full", is_flag=True, help="Of the full run (default: the quick one).")
@click.option("--seed", type=click.IntRange(min=0), help="Another seed than the setting's.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a field of the setting.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
def why(studies: tuple[str, ...], full: bool, seed: int | None, changes: tuple[str, ...], out: Path) -> None:
    """Say for each piece of a run whether it would be computed or reused, and what changed."""
    from rich.table import Table
    from rich.text import Text

    from theorylab.trials import parts, stored
    from theorylab.trials.selectors import select
    from theorylab.trials.study import changed, load

    with user_errors(), warnings_as_lines():
        values = assignments(changes, seed)
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("study", "piece", "will be", "why"):
            table.add_column(name)
        for listing in select(studies):
            with study_errors(listing):
                module = load(listing)
                parts.require_whole(listing.name, module)
            setting = changed(listing.name, parts.setting(listing.name, module, full), values)
            for row in stored.why(out, listing.name, setting, listing.path):
                table.add_row(*(Text(text) for text in (listing.name.rpartition(".")[2], *row)))
    console_of_stdout().print(table)
