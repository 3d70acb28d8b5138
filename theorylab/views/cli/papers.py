"""`theorylab papers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from theorylab.views.cli.console import console_of_stdout, items, user_errors

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.trials.papers import Paper


@click.command()
@click.argument("words", nargs=-1)
@click.option("--write", is_flag=True, help="Write PAPERS.md, FINDINGS.md and CLINIC.md beside the figures.")
def papers(words: tuple[str, ...], write: bool) -> None:
    """Show the papers on trial: authors, studies, verdicts of the committed records, and what is not on trial.

    With WORDS those that each word fits, as for `theorylab list`, and the papers in scope that are not on trial yet;
    of one paper the whole page.
    """
    from theorylab.errors import require
    from theorylab.trials import papers as room
    from theorylab.trials.selectors import papers_matching
    from theorylab.trials.study import FIGURES
    from theorylab.views import pages

    console = console_of_stdout()
    with user_errors():
        if write:
            require(not words, "--write takes no WORDS: the pages have all papers")
            clone = FIGURES.with_name("pyproject.toml").is_file()
            require(clone, f"{FIGURES} is not in a clone of the project: the pages are written there alone")
            for path in pages.write(FIGURES):
                console.print(str(path))
            return
        shown, planned = papers_matching(words), room.not_yet_on_trial(words)
        require(shown or planned, f"no paper fits {' '.join(words)!r}: `theorylab papers` shows all")
        for paper in shown:
            _print(console, paper, whole=len(shown) == 1)
    if words and planned:
        console.print("Not yet on trial:", style="bold")
        items(console, [f"{one.title} ({one.family}): {one.claim}" for one in planned])
        console.print()
    studies = sum(len(paper.studies) for paper in shown)
    counts = f"{pages.counted(len(shown), 'paper')} on trial, {pages.counted(studies, 'study', 'studies')}"
    console.print(f"{counts}; {len(planned)} in scope not yet on trial")


def _print(console: Console, paper: Paper, whole: bool) -> None:
    from theorylab.views.pages import counted, verdict_counts

    counts = f"{counted(len(paper.studies), 'study', 'studies')}, {verdict_counts(paper.verdicts())}"
    console.print(paper.name, style="bold")
    items(console, [paper.title, paper.byline, f"{counts}; head study: {paper.head}"], mark="")
    says = [f"{number}. {one}" for number, one in enumerate(paper.says, 1)]
    sections = {"it says, in our words:": says, "on trial:": paper.on_trial} if whole else {}
    for title, lines in (sections | {"not on trial, because:": paper.not_on_trial}).items():
        items(console, [title], mark="")
        items(console, lines, mark="" if lines is says else "- ", indent=4)
    console.print()
