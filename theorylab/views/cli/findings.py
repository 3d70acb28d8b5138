"""`theorylab findings`."""

from __future__ import annotations

import click

from theorylab.views.cli.console import console_of_stdout, items, user_errors


@click.command()
@click.argument("words", nargs=-1)
def findings(words: tuple[str, ...]) -> None:
    """Show every claim that came out false, needs a condition, or is usually read wrong; with WORDS as `list`.

    Each with its smallest case, the study whose check shows it, and the command.
    """
    from theorylab.trials import papers
    from theorylab.trials.selectors import matching
    from theorylab.views import pages

    console = console_of_stdout()
    with user_errors():
        wanted = {listing.path for listing in matching(words)}
        found = [(listing, one) for listing, one in papers.findings() if listing.path in wanted]
        surprises = [] if words else papers.surprises()
    for kind, ones in pages.by_kind(found).items():
        console.print(f"{kind} ({len(ones)})", style="bold")
        for listing, one in ones:
            console.print(f"\n  {listing.name}")
            words_of_it = [one.sentence, f"smallest case: {one.case}", pages.command(listing, one)]
            items(console, words_of_it, mark="", indent=4)
        console.print()
    if surprises:
        console.print("other people's packages", style="bold")
        for script, line in surprises:
            items(console, [line])
            items(console, [script], mark="", indent=4)
        console.print()
    console.print(f"{pages.counted(len(found), 'finding')}")
