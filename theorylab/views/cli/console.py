"""What the commands share: how they speak, how bad input ends, and where their work runs."""

from __future__ import annotations

import contextlib
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.trials.study import Listing

INTERRUPTED = 130
"""The shell's status for a program that Ctrl-C ended."""


def plural(count: int, one: str, many: str) -> str:
    """The count with its noun."""
    return f"{count} {one if count == 1 else many}"


def assignments(texts: Sequence[str], seed: int | None = None) -> dict[str, Any]:
    """What --set NAME=VALUE and --seed set, by name. InputError for anything else, and for a name that is set twice."""
    from theorylab.errors import require

    found: dict[str, Any] = {} if seed is None else {"seed": seed}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        require(name and equals, f"--set {text!r} is not allowed: give NAME=VALUE")
        require(name not in found, f"{name} is set twice: give one value")
        found[name] = value
    return found


@contextlib.contextmanager
def user_errors() -> Iterator[None]:
    """Bad input becomes one line on standard error and exit status 2."""
    from theorylab.errors import InputError

    try:
        yield
    except InputError as error:
        say(str(error))
        raise SystemExit(2) from None


@contextlib.contextmanager
def study_errors(listing: Listing, what: str = "cannot run") -> Iterator[None]:
    """What breaks a study becomes an InputError that says so, and where in the study; bad input stays as it is."""
    from theorylab.errors import InputError, StudyError
    from theorylab.trials import parts

    try:
        yield
    except (Exception, SystemExit) as error:
        if isinstance(error, InputError) and not isinstance(error, StudyError):
            raise
        raise InputError(f"{listing.name} {what}: {parts.in_words(error, listing.path)}") from error


def prepare_json(file: Path | None) -> None:
    """Make the folder of the file of --json, if one is asked for. Raises InputError where it cannot be written."""
    from theorylab.errors import InputError, require
    from theorylab.running import store

    if file is None:
        return
    require(not file.is_dir(), f"--json {file} is a folder: give a file")
    try:
        store.prepare_folder(file.absolute().parent)
    except InputError as error:
        raise InputError(f"--json {file} cannot be written ({error.__cause__}): give another file") from None


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
