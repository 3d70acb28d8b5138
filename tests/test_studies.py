"""What every study owes: its parts and its paper, an unchosen seed, the verdicts that it declares, a figure."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import theorylab
from tests.views.texts import misplaced
from theorylab.trials import papers, selectors
from theorylab.views import plots

ROOT = Path(theorylab.__file__).parents[1]
NAMES = [listing.name for listing in theorylab.discover()]
LARGEST = 60_000
"""Bytes of a figure."""


def test_some_study_is_discovered():
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_study_is_complete(name):
    listing, module = selectors.one(name), selectors.load(name)
    assert papers.entry_of(module.SOURCE, listing.path), "the paper, or the textbook, that it cites"
    for part in ("measure", "checks", "figure"):
        assert callable(getattr(module, part)), part
    assert listing.title.endswith("."), "the first paragraph of the docstring is the claim, a sentence"
    text = re.sub(r"^FINDING = .*?^\)\n", "", listing.path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(text.splitlines()) <= 110


@pytest.mark.parametrize("name", NAMES)
def test_no_seed_is_chosen_to_pass(name, quick):
    # The full setting has another seed than the one seen while the study was written; none: it simulates nothing.
    setting, full = selectors.load(name).QUICK, selectors.load(name).FULL
    assert type(setting) is type(full)
    assert setting != full
    if hasattr(setting, "seed"):
        assert setting.seed != full.seed
    else:
        assert not quick(name)[1], "replicas were run without a seed"


@pytest.mark.parametrize("name", NAMES)
def test_quick_verdicts_are_as_declared(name, quick):
    checks = quick(name)[0].checks
    assert checks, f"{name} puts no claim on trial"
    unexpected = [f"{c.claim}: {c.verdict}, rival {c.rival.verdict} ({c.note})" for c in checks if not c.as_declared]
    assert not unexpected, "\n".join(unexpected)


@pytest.mark.parametrize("name", NAMES)
def test_the_figure_is_small_and_its_texts_are_whole_and_apart(name, quick):
    figure = quick(name)[0].figure
    assert len(plots.svg(figure)) <= LARGEST
    assert not list(misplaced(figure))


def test_committed_figures_are_small():
    assert not [path.name for path in (ROOT / "figures").glob("*/*/*.svg") if path.stat().st_size > LARGEST]


@pytest.mark.parametrize("name", ["separable.logistic_to_perceptron.loss_limit", "sde.sde_sam.sam_two_cycle"])
def test_a_study_is_a_module_that_runs(name, tmp_path):
    kept = {key: value for key, value in os.environ.items() if key != "FORCE_COLOR"} | {"PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", f"studies.{name}"]
    done = subprocess.run(line, cwd=tmp_path, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "supported" in done.stdout
    assert [path.name for path in tmp_path.rglob("*.svg")] == [f"{name.split('.')[-1]}.svg"]


def test_committed_records_are_full_runs_of_todays_studies_with_verdicts_as_declared():
    records = sorted((ROOT / "figures").glob("*/*/*.json"))
    if not records:
        pytest.skip("no full run is committed yet")
    for path in records:
        record = json.loads(path.read_text(encoding="utf-8"))
        name = ".".join(path.relative_to(ROOT / "figures").with_suffix("").parts)
        assert name in NAMES, "a record of a study that is no more"
        assert record["study"] == name
        assert record["setting"] == json.loads(json.dumps(dataclasses.asdict(selectors.load(name).FULL)))
        assert record["seed"] == getattr(selectors.load(name).FULL, "seed", None)
        assert path.with_suffix(".svg").is_file()
        assert record["checks"], name
        for check in record["checks"]:
            assert check["verdict"] == check["declared"], (name, check["claim"])
            assert check["rival"]["verdict"] == check["rival"]["declared"], (name, check["claim"])


def test_a_check_without_a_source_of_its_own_has_that_of_its_study(quick):
    checks = quick("anchored_extragradient")[0].checks
    found = [check.source for check in checks]
    assert found[0] == "rates of EAG (read in a secondary text)"
    assert found[2] == "rate of FEG (recalled)"
    assert found[-1] == selectors.load("anchored_extragradient").SOURCE.kind == "read"
