"""The benchmark command works and times nothing that is wrong; how fast anything is, is not tested."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import theorylab
from tests.benchmarks import growth, native
from tests.benchmarks.__main__ import disagreement, line, measure
from tests.benchmarks.entries import ENTRIES, Contender, Entry
from theorylab.views import plots

ROOT = Path(theorylab.__file__).parents[1]
COLUMNS = {"kernel", "unit", "ours", "numba", "numpy", "jax", "c", "limit_fraction"}


def command(*arguments):
    line = [sys.executable, "-m", "tests.benchmarks", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_prints_a_table_and_writes_json(tmp_path):
    run = command("batch_perceptron", "normals", "--rounds", 1, "--json", tmp_path / "table.json")
    assert run.returncode == 0, run.stderr
    rows = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))["kernels"]
    assert [row["kernel"] for row in rows] == ["batch_perceptron", "normals"]
    assert all(set(row) == COLUMNS and row["ours"] > 0 for row in rows)
    assert "batch_perceptron" in run.stdout


def test_an_unknown_kernel_is_refused():
    run = command("perceptrom")
    assert run.returncode == 2
    assert "unknown kernel 'perceptrom'; choose from" in run.stderr


@pytest.mark.parametrize("name", ENTRIES)
def test_all_contenders_compute_the_same(name):
    assert disagreement(ENTRIES[name]()) == ""


def test_the_compiled_library_leaves_small_numbers_alone():
    native.library()
    assert np.float64(5e-324) * np.float64(1.0) > 0


def test_what_is_wrong_is_not_timed():
    wrong = Entry("s", Contender(lambda: np.ones(2), 1), {"c": Contender(lambda: np.array([1.0, 1.1]), 1)})
    assert disagreement(wrong) == "c differs from ours by 0.1"
    with pytest.raises(SystemExit, match="nothing was timed"):
        measure("wrong", wrong, 1)


def test_goals_are_met_missed_or_not_measured():
    row = {"kernel": "k", "unit": "s", "ours": 1.0, "numba": 3.0, "numpy": 9.0, "jax": None, "c": None}
    text = line(row | {"limit_fraction": None}, {"numba": 4.0, "numpy": 9.0, "c": 0.9})
    assert "numba >= 4: missed, numpy >= 9: met, c >= 0.9: not measured" in text


def test_growth_is_measured_and_drawn(monkeypatch):
    monkeypatch.setattr(growth, "ROUNDS", 1)
    monkeypatch.setattr(growth, "PANELS", growth.PANELS[2:])
    rows = growth.measure(share=0.5)
    assert [row["axis"] for row in rows] == ["steps", "points"]
    assert all(second > 0 for row in rows for second in row["seconds"])
    assert plots.svg(growth.figure(rows)).startswith(b"<?xml")
