"""The table of faults: what it may say, and that what it may not say would show."""

from collections import Counter

import pytest

from tests.faults import __main__ as faults


def forbidden(text):
    """Rows of a page that tell of something lost, or silently wrong."""
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ") and "fault" not in line]
    return [row[0].strip() for row in rows if row[-1].strip() or row[-2].strip()]


def test_what_is_lost_or_silently_wrong_would_show():
    rows = {"a": Counter(recovered=3), "b": Counter({"lost": 1}), "c": Counter({"silently wrong": 2, "harmless": 1})}
    assert forbidden(faults.page(rows)) == ["b", "c"]
    assert "| a | 3 | 3 |" in faults.page(rows)
    assert forbidden(faults.page({"d": Counter({"recovered, from pieces": 2})})) == []


def test_the_committed_table_tells_of_nothing_lost_and_nothing_silently_wrong():
    if not faults.PAGE.is_file():
        pytest.skip("the table is not written yet: python -m tests.faults --write")
    text = faults.PAGE.read_text(encoding="utf-8")
    assert len(text.splitlines()) > 30
    assert forbidden(text) == []
