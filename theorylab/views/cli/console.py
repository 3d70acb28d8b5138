"""What the commands share: how they speak, how bad input ends, and where their work runs."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

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
    from theorylab.errors import InputError, StoppedError

    try:
        yield
    except (InputError, StoppedError) as error:
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
    """Make the folder of the file of --json, if one is asked for. Raises InputError where it cannot be written.

    A link is followed; a pipe or a device is written as it is.
    """
    from theorylab.errors import InputError, require
    from theorylab.running import store

    if file is None:
        return
    try:
        target = file.resolve()
        require(not target.is_dir(), f"--json {file} is a folder: give a file")
        if target.exists() and not target.is_file():
            require(os.access(target, os.W_OK), f"--json {file} may not be written: give another file")
            return
        store.prepare_folder(target.parent)
        store.require_replaceable(target)
    except (InputError, OSError, RuntimeError) as error:
        if isinstance(error, InputError) and error.__cause__ is None:
            raise
        raise InputError(f"--json {file} cannot be written ({error.__cause__ or error}): give another file") from None


def say(message: str) -> None:
    """One line on standard error; where that cannot be written nobody is told, and the work goes on."""
    with contextlib.suppress(OSError):
        click.echo(f"theorylab: {' '.join(message.split())}", err=True)


def console_of_stdout() -> Console:
    """The console of standard output. What is printed is text as it is: styles are arguments."""
    from rich.console import Console

    # A pipe has no width of its own but COLUMNS; else 150 columns keep a row of the table on few lines.
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return Console(width=None if known else 150, markup=False, emoji=False, highlight=False)


def mark(console: Console, good: bool) -> Text:
    """A mark for what is as declared, or not; of plain letters where the terminal has no others."""
    from rich.text import Text

    plain = not console.encoding.lower().startswith("utf")
    return Text(("ok" if plain else "✓") if good else ("NO" if plain else "✗"), style="green" if good else "red")


def open_streams() -> None:
    """Give the standard streams that the caller closed to nobody, so that no file of ours takes their place."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without a letter of ours shows a question mark
            stream.reconfigure(errors="replace")


def items(console: Console, lines: Iterable[str], mark: str = "- ", indent: int = 2, hang: int | None = None) -> None:
    """Print lines of text as they are, each behind a mark and wrapped below itself (or `hang`); empty ones are not."""
    first, rest = " " * indent + mark, " " * (indent + (len(mark) if hang is None else hang))
    wrapper = textwrap.TextWrapper(console.width, initial_indent=first, subsequent_indent=rest)
    wrapper.break_long_words = wrapper.break_on_hyphens = False
    for line in filter(None, lines):
        console.print(wrapper.fill(line), soft_wrap=True)


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
