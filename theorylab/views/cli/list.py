"""`theorylab list`."""

from __future__ import annotations

import itertools

import click

from theorylab.views.cli.console import console_of_stdout, items, user_errors


@click.command("list")
@click.argument("words", nargs=-1)
def list_studies(words: tuple[str, ...]) -> None:
    """Name every study and its claim, by paper; with WORDS those that each of them fits.

    A word is a study, family, paper's folder, arxiv:ID, bibliography key, glob or path, or text of name, claim or
    paper. The last part of a name is enough for every command.
    """
    from theorylab.trials.selectors import matching

    console = console_of_stdout()
    with user_errors():
        listings = matching(words)
    for paper, studies in itertools.groupby(listings, lambda listing: listing.name.rpartition(".")[0]):
        console.print(paper, style="bold")
        for listing in studies:
            items(console, [listing.title or "(no docstring)"], mark=f"{listing.name.rpartition('.')[2]}: ", hang=4)
        console.print()
    console.print(f"{len(listings)} {'study' if len(listings) == 1 else 'studies'}")
