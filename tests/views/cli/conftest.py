"""A command line in this process or in another one, and what every refusal and every report owes."""

import json
import os
import sys
from pathlib import Path

import pytest

import theorylab
from theorylab.views import cli


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Runs `theorylab ...` in this process, in an empty folder; returns (exit status, output, errors).

    Any exception but SystemExit is a traceback that a user would have seen: it fails the test.
    """
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["theorylab", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def environment():
    """Variables of a process that finds these folders first, and no colours asked for: environment(*folders)."""
    root = Path(theorylab.__file__).parents[1]

    def variables(*folders):
        kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "CLICOLOR_FORCE")}
        return kept | {"PYTHONPATH": os.pathsep.join([*map(str, folders), str(root)])}

    return variables


@pytest.fixture(scope="session")
def refused():
    """Exit status 2, nothing printed, one line on standard error that holds the words: refused(outcome, *words)."""

    def check(outcome, *words):
        status, out, err = outcome
        assert status == 2
        assert out == ""
        assert err.startswith("theorylab: ")
        assert len(err.splitlines()) == 1, err
        assert "Traceback" not in err
        for word in words:
            assert word in err

    return check


@pytest.fixture(scope="session")
def strict_json():
    """The value in a file of JSON, which holds no NaN and no infinity: strict_json(path)."""

    def never(constant):
        raise AssertionError(f"{constant} is no JSON")

    return lambda path: json.loads(path.read_text(encoding="utf-8"), parse_constant=never)
