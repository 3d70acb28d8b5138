"""The command line, a command a module; and what `python -m studies.FAMILY.PAPER.CLAIM` does."""

from __future__ import annotations

import sys

import click

import theorylab
from theorylab.views.cli.calibrate import calibrate
from theorylab.views.cli.certify import certify
from theorylab.views.cli.console import INTERRUPTED, say
from theorylab.views.cli.falsify import falsify
from theorylab.views.cli.hunt import hunt
from theorylab.views.cli.list import list_studies
from theorylab.views.cli.run import run
from theorylab.views.cli.show import show
from theorylab.views.cli.why import why


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(theorylab.__version__, prog_name="theorylab")
def cli() -> None:
    """Put published theorems about learning algorithms on trial."""


for _command in (list_studies, show, run, why, falsify, hunt, calibrate, certify):
    cli.add_command(_command)


def main() -> None:
    """Entry point of the `theorylab` command."""
    try:
        cli(prog_name="theorylab", standalone_mode=False)
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
        say(error.format_message() + "; see theorylab --help")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(1) from None


def script() -> None:
    """Run the study that is this process's main module, with its arguments: `python -m studies.FAMILY.NAME`.

    Exit status as of `theorylab run`; 2 if it was started by file instead of by module name.
    """
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None:
        say("run a study by its module name: python -m studies.FAMILY.NAME")
        raise SystemExit(2)
    sys.argv[:1] = ["theorylab", "run", spec.name]
    main()
