"""The command line, a command a module; and what `python -m studies.FAMILY.PAPER.CLAIM` does."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

import click

import theorylab
from theorylab.views.cli.audit import audit
from theorylab.views.cli.calibrate import calibrate
from theorylab.views.cli.certify import certify
from theorylab.views.cli.conformance import conformance
from theorylab.views.cli.console import INTERRUPTED, open_streams, say, user_errors, warnings_as_lines
from theorylab.views.cli.falsify import falsify
from theorylab.views.cli.findings import findings
from theorylab.views.cli.hunt import hunt
from theorylab.views.cli.judge import judge
from theorylab.views.cli.list import list_studies
from theorylab.views.cli.new import new
from theorylab.views.cli.papers import papers
from theorylab.views.cli.report import report
from theorylab.views.cli.run import run
from theorylab.views.cli.show import show
from theorylab.views.cli.why import why


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(theorylab.__version__, prog_name="theorylab")
def cli() -> None:
    """Put published theorems about learning algorithms on trial."""


COMMANDS = (
    list_studies, papers, findings, show, report, new, run, judge, why, falsify, hunt, calibrate, certify, audit,
)  # fmt: skip
for _command in (*COMMANDS, conformance):
    cli.add_command(_command)


def main() -> None:
    """Entry point of the `theorylab` command."""
    open_streams()
    try:
        with warnings_as_lines():
            try:
                cli(prog_name="theorylab", standalone_mode=False)
            finally:
                sys.stdout.flush()  # here, where it can still be said that it failed
    except click.exceptions.Abort:
        say("interrupted")
        raise SystemExit(INTERRUPTED) from None
    except KeyboardInterrupt:
        say("interrupted")
        raise SystemExit(INTERRUPTED) from None
    except click.ClickException as error:
        if error.format_message().startswith("Usage:"):  # no command was given: the help is the answer
            error.show()
            raise SystemExit(2) from None
        say(error.format_message().rstrip(".") + "; see theorylab --help")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(_abandoned()) from None
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say("no space is left where the output goes: make room, and run the command again")
        raise SystemExit(_abandoned()) from None


def _abandoned() -> int:
    """Exit status 1, and nobody who tries again to print what could not be printed."""
    with contextlib.suppress(OSError, ValueError):
        nobody = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nobody, sys.stdout.fileno())
        os.close(nobody)
    return 1


def script() -> None:
    """Run the study that is this process's main module: `python my_claim.py`, `python -m package.my_claim`.

    The arguments are those of `theorylab run`, or a command with its own: `python my_claim.py hunt --budget 50`.
    """
    from theorylab.trials.study import at_path

    module = sys.modules["__main__"]
    file, spec = getattr(module, "__file__", None), getattr(module, "__spec__", None)
    if file is None:
        say("script() runs a study that is a file: write it into one, or call theorylab.run(...)")
        raise SystemExit(2)
    with user_errors():
        (listing,) = at_path(Path(file))
    word = file if spec is None or not listing.own or listing.name == spec.name else spec.name
    command, arguments = ("run", sys.argv[1:])
    if arguments and arguments[0] in cli.commands:
        command, *arguments = arguments
    sys.argv[:] = ["theorylab", command, word, *arguments]
    main()
