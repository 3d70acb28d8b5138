"""The words of the command line: numbers with their nouns, NAME=VALUE, one line for a mistake or a warning."""

import io
import sys
import warnings

import pytest
from rich.console import Console

from theorylab.errors import InputError, LabWarning, StudyError
from theorylab.trials.study import Listing
from theorylab.views.cli.console import (
    assignments,
    console_of_stdout,
    mark,
    open_streams,
    plural,
    prepare_json,
    say,
    study_errors,
    user_errors,
    warnings_as_lines,
)


def test_a_count_has_its_noun():
    assert [plural(count, "study", "studies") for count in (0, 1, 2)] == ["0 studies", "1 study", "2 studies"]


def test_an_assignment_is_a_name_and_a_value():
    assert assignments([" dim = 5=5 ", "a=b"], 7) == {"seed": 7, "dim": "5=5", "a": "b"}
    for bad in ("dim", "=5", ""):
        with pytest.raises(InputError, match="give NAME=VALUE"):
            assignments([bad])


def test_what_breaks_a_study_is_said_of_it_and_bad_input_is_not(tmp_path):
    listing = Listing("mine.claim", tmp_path / "claim.py", "mine.claim")
    for broken, words in ((StudyError("has none"), "has none"), (KeyError("a"), "KeyError: 'a'"), (SystemExit(3), "3")):
        with pytest.raises(InputError, match=rf"^mine\.claim cannot run: .*{words}$"), study_errors(listing):
            raise broken
    with pytest.raises(InputError, match=r"^dim is negative$"), study_errors(listing):
        raise InputError("dim is negative")


def test_a_file_of_json_gets_its_folder(tmp_path):
    prepare_json(None)
    prepare_json(tmp_path / "new" / "x.json")
    assert (tmp_path / "new").is_dir()
    with pytest.raises(InputError, match="is a folder: give a file"):
        prepare_json(tmp_path)


def test_what_is_said_is_one_line_on_standard_error(capsys):
    say("two\n  lines")
    assert capsys.readouterr() == ("", "theorylab: two lines\n")


def test_bad_input_ends_the_process_with_one_line(capsys):
    with pytest.raises(SystemExit) as end, user_errors():
        raise InputError("no")
    assert end.value.code == 2
    assert capsys.readouterr().err == "theorylab: no\n"
    with pytest.raises(ZeroDivisionError), user_errors():
        raise ZeroDivisionError  # not the user's


def test_warnings_of_the_lab_are_lines_and_others_stay_warnings(capsys):
    with warnings_as_lines():
        warnings.warn("a file is damaged", LabWarning, stacklevel=1)
    assert capsys.readouterr().err == "theorylab: a file is damaged\n"


def test_a_pipe_has_a_width_of_its_own_unless_told(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert console_of_stdout().width == 150
    monkeypatch.setenv("COLUMNS", "80")
    assert console_of_stdout().width == 80


def test_marks_have_letters_that_the_terminal_has():
    for encoding, marks in (("utf-8", ["✓", "✗"]), ("latin-1", ["ok", "NO"]), ("ascii", ["ok", "NO"])):
        console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding=encoding))
        assert [mark(console, good).plain for good in (True, False)] == marks


def test_streams_that_are_closed_are_opened_to_nobody(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        stream.write("nobody reads it")
        stream.close()


def test_nothing_that_is_said_breaks_the_work(monkeypatch):
    with open("/dev/null", "rb") as closed:  # noqa: PTH123 (to be written to, which fails)
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(closed))
        say("nobody is told")
