"""Studies and tests, run in a process of their own: `python -m theorylab.trials.witnesses`, for `audit`.

An order comes as JSON on standard input; a line of JSON goes out for each witness as soon as it is known what it says,
up to the first that notices something. One that takes more processor time than its limit ends the process.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import sys
import threading
import time
import types
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

WORDS = 300
"""Letters of what is said that are kept."""


def study_says(name: str) -> str:
    """Why a study at its quick setting does not stand as declared; '' if it does.

    As `theorylab run` judges it: p-values adjusted, claims and rivals.
    """
    from theorylab.running.tasks import using
    from theorylab.trials import runs
    from theorylab.verdicts import suite

    try:
        with using(workers=1):
            result = runs.run(name, figure=False)
        checks, _ = suite.controlled(result.checks)
    except (Exception, SystemExit) as error:
        return f"broke: {type(error).__name__}: {error}"
    return "; ".join(f"{check.verdict}: {check.claim}" for check in checks if not check.as_declared)


def tests_say(names: list[str]) -> str:
    """The first of some tests that fails; '' if none does."""
    import pytest

    first = _First()
    status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *names], plugins=[first])
    if status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return ""
    return first.name or f"exit status {int(status)} of pytest"


class _First:
    """A plugin that remembers the first test that failed, or file that could not be read."""

    name = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.name:
            self.name = str(report.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and not self.name:
            self.name = f"{report.nodeid} (cannot be read)"


class Lines:
    """A trace of the lines that are executed in the files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = f"{folder}{os.sep}"
        self.found: defaultdict[str, set[int]] = defaultdict(set)

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        """What `sys.settrace` asks for: a trace of the frame, or None for a frame from elsewhere."""
        if not frame.f_code.co_filename.startswith(self.folder):
            return None
        seen = self.found[frame.f_code.co_filename.removeprefix(self.folder)]

        def line(frame: types.FrameType, event: str, argument: Any) -> Any:
            seen.add(frame.f_lineno)
            return line

        return line

    def __enter__(self) -> Lines:
        threading.settrace(self)
        sys.settrace(self)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def to_json(self) -> dict[str, list[int]]:
        """Lines by file, sorted."""
        return {file: sorted(lines) for file, lines in sorted(self.found.items())}


def limit_processor_time(seconds: float) -> None:
    """From now on so much processor time may be taken; then the system ends the process."""
    most = int(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def serve(order: dict[str, Any], report: Any) -> None:
    """Run studies, each a dict of name and limit, up to the first that notices something; or some tests, together.

    A line is written for each: name, seconds of processor time, and what it said.
    """
    if order["tests"]:
        limit_processor_time(order["limit"])
        report.write(json.dumps({"name": "", "seconds": time.process_time(), "said": tests_say(order["tests"])}) + "\n")
    for witness in order["studies"]:
        limit_processor_time(witness["limit"])
        line = _asked(witness["name"])
        report.write(json.dumps(line) + "\n")
        report.flush()
        if line["said"]:
            return


def survey(order: dict[str, Any], report: Any) -> None:
    """As `serve`, for all studies, each in forks of their own, with the lines that it executes below a folder.

    A fork knows nothing that another one computed and kept: what it needs it executes. The first only leaves machine
    code behind, since a trace makes compilers slow; the second traces, and runs again for the time that it takes.
    """
    from theorylab.trials.batch import HEAVY

    for name in HEAVY:  # once for all forks
        importlib.import_module(name)
    for witness in order["studies"]:
        for trace in (None, Lines(Path(order["traced"]))):
            child = os.fork()
            if child == 0:
                try:
                    limit_processor_time(witness["limit"])
                    with trace or contextlib.nullcontext():
                        _asked(witness["name"])
                    if trace is not None:
                        report.write(json.dumps(_asked(witness["name"]) | {"lines": trace.to_json()}) + "\n")
                        report.flush()
                finally:
                    os._exit(0)
            os.waitpid(child, 0)


def _asked(name: str) -> dict[str, Any]:
    began = time.process_time()
    said = study_says(name)
    return {"name": name, "seconds": time.process_time() - began, "said": said[:WORDS]}


def main() -> None:
    """Take the order from standard input, and keep standard output for what is reported."""
    order = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as report:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        warnings.simplefilter("ignore")
        (survey if order["traced"] else serve)(order, report)


if __name__ == "__main__":
    main()
