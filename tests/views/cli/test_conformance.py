"""`theorylab conformance`."""

import pytest

from theorylab.conformance import bench
from theorylab.conformance.adapters import installed


def test_what_is_not_installed_is_said(command, monkeypatch):
    monkeypatch.setattr(bench, "installed", lambda name: None)
    status, out, err = command("conformance", "optax", "adam")
    assert (status, err) == (0, "")
    assert "0 rows tried, 0 not as the rows say" in out
    assert "not installed: optax" in out
    assert ".[conformance]" in out


def test_a_package_that_behaves_otherwise_is_told_by_the_exit_status(command, monkeypatch):
    monkeypatch.setattr(bench, "installed", lambda name: "0.0.1")
    monkeypatch.setattr(bench, "called", lambda name: 1 / 0)
    status, out, _ = command("conformance", "adam")
    assert status == 1
    assert "breaks: ZeroDivisionError" in out
    assert "optax 0.0.1" in out


@pytest.mark.skipif(installed("optax") is None, reason="optax is not installed: pip install -e '.[conformance]'")
def test_an_installed_package_is_tried(command):
    status, out, _ = command("conformance", "optax", "adam")
    assert status == 0
    assert "1 row tried, 0 not as the rows say" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nothing",), "'nothing' is neither package nor algorithm of a row: packages are adan-pytorch"),
        (("optax", "nothing"), "no row of algorithm 'nothing'"),
        (("optax", "--write"), "--write takes no names"),
    ],
)
def test_bad_input_is_one_line(command, words, message):
    status, _, err = command("conformance", *words)
    assert status == 2
    assert message in err


def test_the_page_is_not_written_where_rows_are_not_reproduced(command, monkeypatch):
    monkeypatch.setattr(bench, "installed", lambda name: None)
    status, _, err = command("conformance", "--write")
    assert status == 2
    assert "pinned versions" in err
