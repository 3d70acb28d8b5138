"""`theorylab report`."""

from __future__ import annotations

from pathlib import Path

import click

from theorylab.views.cli.console import console_of_stdout, user_errors


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out/report"), show_default=True, help="Folder of the site."
)
@click.option("--runs", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder of runs.")
@click.option("--open", "opened", is_flag=True, help="Show it in the browser.")
def report(words: tuple[str, ...], out: Path, runs: Path, opened: bool) -> None:
    """Build the gallery: a static site of papers, studies, verdicts and findings that opens from a folder.

    Nothing is run. Each study is shown by its committed record and figure, or by those of --runs where they are newer.
    With WORDS only the studies that each word fits, as for `theorylab list`.
    """
    from theorylab.trials.selectors import matching
    from theorylab.views.pages import counted
    from theorylab.views.report.site import build

    console = console_of_stdout()
    with user_errors():
        built = build(out, runs, matching(words))
    what = f"{counted(built.papers, 'paper')}, {counted(built.studies, 'study', 'studies')}"
    console.print(f"{built.index}  ({what}, {built.seconds:.0f} s)", soft_wrap=True)
    if opened:
        click.launch(built.index.resolve().as_uri())
