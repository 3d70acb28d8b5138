"""`theorylab calibrate`: its tables are right where the answer is known, and the committed ones keep their word."""

import itertools
import json
from pathlib import Path

import pytest
from scipy.stats import binom

import theorylab
from theorylab.trials import calibration
from theorylab.views import calibration as pages
from theorylab.views import plots

FIGURES = Path(theorylab.__file__).parents[1] / "figures"
LOGARITHMS = ("logarithm added", "logarithm dropped")


@pytest.fixture(scope="module")
def tables():
    return calibration.measure(0.02)


# Two modes and two noises; one noise for medians and bounded replicas, which are not at 0 for the other.
ROWS = sum(2 if kind.startswith("of ") else 4 for kind in calibration.TRUE)


def test_every_kind_of_check_is_tried_in_every_mode(tables):
    found = {(row["mode"], row["kind"], row["noise"]) for row in tables["false_alarms"]}
    assert len(found) == len(tables["false_alarms"]) == ROWS


def test_wrong_claims_are_found_out(tables):
    assert [row["mutant"] for row in tables["mutants"]] == list(calibration.WRONG)
    assert all(row["rate"] == 1 for row in tables["mutants"] if row["mutant"] not in LOGARITHMS)
    assert all(row["rate"] > 0 for row in tables["mutants"])


def test_rates_lie_within_their_limits(tables):
    rows = [row for name in ("false_alarms", "mutants", "power", "coverage") for row in tables[name]]
    assert all(0 <= row["low"] <= row["rate"] == row["count"] / row["trials"] <= row["high"] <= 1 for row in rows)


def test_an_instrument_that_errs_too_often_is_seen():
    assert calibration.excessive({"count": 100, "trials": 1000})
    assert not calibration.excessive({"count": 60, "trials": 1000})


def test_the_same_seed_gives_the_same_tables():
    assert calibration.mutants(20) == calibration.mutants(20)


def test_page_and_figure_show_all_tables(tables):
    page = pages.as_markdown(tables)
    assert page.count("\n## ") == 6
    assert all(name in page for name in (*calibration.TRUE, *calibration.WRONG, *calibration.LAWS))
    assert plots.svg(pages.figure(tables)).startswith(b"<?xml")


def test_the_committed_calibration_keeps_its_word():
    tables = json.loads((FIGURES / "calibration.json").read_text(encoding="utf-8"))
    # At most 5% refuted, plus what sampling explains, 1e-3 over all rows together.
    rows = tables["false_alarms"]
    assert min(row["trials"] for row in rows) >= 200
    assert len(rows) == ROWS
    assert all(row["count"] <= binom.isf(1e-3 / len(rows), row["trials"], 0.05) for row in rows)
    assert {row["mutant"] for row in tables["mutants"]} == set(calibration.WRONG)
    # A logarithm is told from none in seven tables of ten: an interval for the limit has to allow its slow drift.
    assert all(row["rate"] >= (0.9 if row["mutant"] in LOGARITHMS else 0.95) for row in tables["mutants"])
    assert (FIGURES / "calibration.md").read_text(encoding="utf-8") == pages.as_markdown(tables)


def test_runs_until_decided_stop_near_the_size_that_theory_says():
    rows = calibration.stopping(20)
    assert [row["gap"] for row in rows] == [1.0, 0.5, 0.25, 0.125]
    for row in rows:
        assert row["undecided"] == 0
        assert row["low"] <= row["median"] <= row["high"]
    # A rival at half the distance needs more replicas; runs double, so that a stop is at most twice too late.
    assert all(a["theory"] < b["theory"] for a, b in itertools.pairwise(rows))
    assert all(row["median"] <= 2.5 * row["theory"] or row["median"] == rows[0]["median"] for row in rows)


def test_the_panel_says_where_its_promise_is_broken_and_why():
    good = {"law": pages.LIGHT[0], "beyond": "", "replicas": 64, "holds": True, "warned": 0.01}
    bad = {"law": "some law", "beyond": "infinite variance", "replicas": 32, "holds": False, "warned": 0.5}
    kept, broken = (" ".join(pages.panel_said(rows)) for rows in ([good], [good, bad]))
    assert "hold in 1 of 1 cells" in kept
    assert "do not hold for none of these laws" in kept
    assert "hold in 1 of 2 cells" in broken
    assert "at most 1.0% of samples" in broken
    assert "some law (infinite variance; at 32 replicas)" in broken
