"""`theorylab list`."""

from __future__ import annotations

import click

from theorylab.views.cli.console import console_of_stdout


@click.command("list")
def list_studies() -> None:
    """Name every study and its claim."""
    from rich.table import Table
    from rich.text import Text

    from theorylab.trials.study import discover

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("study", no_wrap=True)
    table.add_column("claim")
    for listing in discover():
        table.add_row(Text(listing.name), Text(listing.title))
    console_of_stdout().print(table)
