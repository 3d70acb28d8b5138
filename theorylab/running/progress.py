"""The progress of replicas, live on a terminal or in a notebook."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from theorylab.running import tasks


@contextlib.contextmanager
def live_progress(console: Console | None = None) -> Iterator[tasks.Progress]:
    """A progress callback that draws a bar; silent where the output is a file or a pipe."""
    console = console or Console()
    if not (console.is_terminal or console.is_jupyter):
        yield lambda name, done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=None)

        def progress(name: str, done: int, total: int) -> None:
            bars.update(task, description=f"{name}", completed=done, total=total)

        yield progress
