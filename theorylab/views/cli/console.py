"""What the commands share: how they speak, how bad input ends, and where their work runs."""

from __future__ import annotations

import contextlib
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

INTERRUPTED = 130
"""The shell's status for a program that Ctrl-C ended."""


def plural(count: int, one: str, many: str) -> str:
    """The count with its noun."""
    return f"{count} {one if count == 1 else many}"


def assignment(text: str) -> tuple[str, str]:
    """NAME=VALUE of --set as a pair. InputError for anything else."""
    from theorylab.errors import InputError

    name, equals, value = text.partition("=")
    if not (name and equals):
        raise InputError(f"--set {text!r} is not allowed: give NAME=VALUE")
    return name.strip(), value.strip()


@contextlib.contextmanager
def user_errors() -> Iterator[None]:
    """Bad input becomes one line on standard error and exit status 2."""
    from theorylab.errors import InputError

    try:
        yield
    except InputError as error:
        say(str(error))
        raise SystemExit(2) from None


def say(message: str) -> None:
    """One line on standard error."""
    click.echo(f"theorylab: {' '.join(message.split())}", err=True)


def console_of_stdout() -> Console:
    """The console of standard output."""
    from rich.console import Console

    # A pipe has no width of its own; 150 columns keep a row of the table on few lines.
    return Console(width=None if sys.stdout.isatty() else 150)


def items(console: Console, lines: Iterable[str], mark: str = "- ", indent: int = 2, hang: int | None = None) -> None:
    """Print lines of text as they are, each behind a mark and wrapped below itself (or `hang`); empty ones are not."""
    first, rest = " " * indent + mark, " " * (indent + (len(mark) if hang is None else hang))
    wrapper = textwrap.TextWrapper(console.width, initial_indent=first, subsequent_indent=rest)
    wrapper.break_long_words = wrapper.break_on_hyphens = False
    for line in filter(None, lines):
        console.print(wrapper.fill(line), markup=False, highlight=False, soft_wrap=True)


@contextlib.contextmanager
def warnings_as_lines() -> Iterator[None]:
    """What the lab warns of (a damaged file, a study left out) as one line each on standard error."""
    from theorylab.errors import LabWarning

    def show(message: Any, category: type[Warning], *place: Any, **more: Any) -> None:
        if issubclass(category, LabWarning):
            say(str(message))
        else:
            usual(message, category, *place, **more)

    with warnings.catch_warnings():
        usual, warnings.showwarning = warnings.showwarning, show
        warnings.simplefilter("always", LabWarning)
        yield


@contextlib.contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Runs below use the Dask cluster whose scheduler has this address, if one is given."""
    from theorylab.errors import InputError

    if address is None:
        yield
        return
    try:
        import distributed
    except ImportError:
        with user_errors():
            raise InputError("--dask needs the cluster extra: pip install -e '.[cluster]'") from None
    from theorylab.running.tasks import using

    try:
        client = distributed.Client(address, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, ImportError) as error:
        with user_errors():
            raise InputError(f"no Dask scheduler answers at --dask {address}: {error}") from None
    with client, using(executor=client.get_executor()):  # type: ignore[no-untyped-call]
        yield
