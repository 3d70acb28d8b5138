"""The progress of replicas and studies: bars on a terminal or in a notebook, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.running import tasks

STUDIES = "studies"
"""The name under which whole studies are counted; any other name is of work within one."""
HEARTBEAT = 30.0  # seconds between two lines where no bar can be drawn


@contextlib.contextmanager
def live_progress(console: Console | None = None) -> Iterator[tasks.Progress]:
    """A progress callback that draws a bar for studies and one for the work within one, with the time left.

    Where the output is a file or a pipe, standard error gets a line every `HEARTBEAT` seconds instead.
    """
    from rich.console import Console

    console = console or Console()
    if not (console.is_terminal or console.is_jupyter):
        with _heartbeat(HEARTBEAT) as beat:
            yield beat
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[bool, TaskID] = {}
        names: dict[bool, str] = {}

        def progress(name: str, done: int, total: int) -> None:
            level = name == STUDIES
            if level not in tasks:
                tasks[level] = bars.add_task("", total=None)
            if names.get(level) != name:  # other work: its time begins anew
                bars.reset(tasks[level])
            names[level] = name
            bars.update(tasks[level], description=name, completed=done, total=total)

        yield progress


@contextlib.contextmanager
def _heartbeat(seconds: float) -> Iterator[tasks.Progress]:
    """A progress callback whose news stand on standard error every so many seconds, in one line."""
    began, over = time.monotonic(), threading.Event()
    news: dict[bool, str] = {}

    def progress(name: str, done: int, total: int) -> None:
        news[name != STUDIES] = f"{name} {done}/{total}"

    def beat() -> None:
        while not over.wait(seconds):
            known = "; ".join(news[level] for level in sorted(news)) or "starting"
            with contextlib.suppress(OSError, ValueError):  # nobody listens: the work goes on
                sys.stderr.write(f"theorylab: {time.monotonic() - began:.0f} s: {known}\n")
                sys.stderr.flush()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        over.set()
        thread.join()
