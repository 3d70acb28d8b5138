"""Many studies in one command: the same files and verdicts for any number of processes; what is stored is taken."""

import dataclasses
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import theorylab
from theorylab import Curve, Rival, agrees
from theorylab.numerics import sources
from theorylab.trials import batch, papers, stored
from theorylab.trials.batch import Order, Trial
from theorylab.trials.study import at_path

ROOT = Path(theorylab.__file__).parents[1]
CLAIM = """
'''The mean of NAME.'''
from dataclasses import dataclass
from theorylab import Rival, Source, agrees, exact, plots
SOURCE = Source("Theorem 1", kind="read")
@dataclass(frozen=True, kw_only=True)
class Setting:
    value: float = 1.0
QUICK = Setting()
def measure(s):
    MEASURE
    return {"a": exact([1, 2], [s.value] * 2, 1e-12)}
def checks(s, measured, predicted):
    yield agrees("they agree", measured["a"], s.value, rival=Rival(claim="nine", predicted=9.0))
def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1)
    plots.prediction(axes, measured["a"])
    return drawn
"""
COMMAND = "import sys; from theorylab.views.cli import main; sys.argv[:] = ['theorylab', *sys.argv[1:]]; main()"


def plant(folder, **measures):
    """A package of studies, by name what each does when it is measured."""
    package = folder / "mine"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    for name, text in measures.items():
        (package / f"{name}.py").write_text(CLAIM.replace("NAME", name).replace("MEASURE", text))
        os.utime(package / f"{name}.py", (1e9, 1e9))
    return package


def call(folder, *arguments, code=COMMAND):
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])}
    line = [sys.executable, "-c", code, *arguments]
    return subprocess.run(line, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def files(out):
    """Contents of all files but the ledgers, which hold seconds."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and ".store" not in path.parts
    }


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Six studies, one of which breaks and one of which kills its process, run by one process and by two."""
    folder = tmp_path_factory.mktemp("many")
    plant(folder, **{f"claim{i}": "pass" for i in range(4)}, broken="raise RuntimeError('no luck')")
    done = {jobs: call(folder, "run", "mine", "--jobs", str(jobs), "--out", f"o{jobs}", "--json", f"{jobs}.json")
            for jobs in (1, 2)}  # fmt: skip
    return folder, done


def test_bytes_do_not_depend_on_the_number_of_processes(many):
    folder, _ = many
    one, two = (files(folder / f"o{jobs}") for jobs in (1, 2))
    assert {name.rpartition(".")[2] for name in one} == {"json", "npz", "svg", "lock"}
    assert one == two


def test_the_table_has_a_fixed_order_and_studies_are_announced_as_they_finish(many):
    folder, done = many
    assert [run.returncode for run in done.values()] == [1, 1]
    assert [run.stderr for run in done.values()] == ["", ""]
    tables = [run.stdout.partition("\n\n")[2].replace("o1", "o").replace("o2", "o") for run in done.values()]
    assert tables[0] == tables[1]
    for run in done.values():
        head = run.stdout.partition("\n\n")[0].splitlines()
        assert sorted(line.split()[1] for line in head) == ["mine.broken", *(f"mine.claim{i}" for i in range(4))]
        assert "RuntimeError: no luck (broken.py, line " in run.stdout
    reports = [json.loads((folder / f"{jobs}.json").read_text())["studies"] for jobs in (1, 2)]
    names = [[entry["study"] for entry in report] for report in reports]
    assert names[0] == names[1] == sorted(names[0])
    one, two = ([entry["checks"] for entry in report] for report in reports)
    assert one == two


def test_what_is_stored_is_reused_without_study_and_libraries(many):
    folder, _ = many
    code = COMMAND.replace("main()", "") + (
        "\ntry:\n    main()\nfinally:\n"
        "    heavy = ('numpy', 'scipy', 'numba', 'llvmlite', 'matplotlib', 'sympy', 'mine')\n"
        "    print([name for name in heavy if name in sys.modules])\n"
    )
    for more in ([], ["--json", "again.json"]):
        done = call(folder, "run", "mine.claim0", "mine.claim1", "--out", "o2", *more, code=code)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "[]"
        assert done.stdout.count("reused") == 2
    first, again = (json.loads((folder / f"{name}.json").read_text())["studies"] for name in ("2", "again"))
    checks = {entry["study"]: entry["checks"] for entry in first}
    assert all(entry["checks"] == checks[entry["study"]] for entry in again)


def test_a_process_that_dies_costs_its_own_study(tmp_path):
    plant(tmp_path, one="pass", two="pass", dies="import os; os._exit(9)")
    done = call(tmp_path, "run", "mine", "--jobs", "2")
    assert done.returncode == 1
    assert "mine.dies  StoppedError: its process died" in done.stdout
    assert "✓ mine.one" in done.stdout
    assert "✓ mine.two" in done.stdout


def test_all_of_a_traceback_is_shown_when_asked_for(tmp_path):
    plant(tmp_path, broken="raise RuntimeError('no luck')")
    done = call(tmp_path, "run", "mine/broken.py", "--traceback")
    assert "Traceback (most recent call last)" in done.stderr
    assert 'broken.py", line' in done.stderr
    assert "Traceback" not in call(tmp_path, "run", "mine/broken.py").stderr


def test_the_debugger_stops_where_a_study_breaks(tmp_path):
    plant(tmp_path, broken="raise RuntimeError('no luck')")
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    line = [sys.executable, "-c", COMMAND, "run", "mine/broken.py", "--pdb"]
    done = subprocess.run(
        line, cwd=tmp_path, env=variables, input="print(s.value)\nq\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "(Pdb) 1.0" in done.stdout


def test_without_names_the_tour_is_selected():
    selected = importlib.import_module("theorylab.views.cli.run")._selected
    tour = papers.tour()
    assert [x.name for x in selected([], False)] == [x.name for x in tour]
    assert len(tour) == len({paper.family for paper in papers.papers()})
    assert [x.name for x in selected([], True)] == [x.name for x in theorylab.discover()]


def test_reuse_reads_no_study_that_was_not_asked_for(many, monkeypatch):
    folder, _ = many
    reads = []
    read_bytes = Path.read_bytes
    (listing,) = at_path(folder / "mine" / "claim0.py")
    monkeypatch.setattr(Path, "read_bytes", lambda self: reads.append(self) or read_bytes(self))
    assert batch.reused(listing, Order(folder / "o2"), sources.Graph()) is not None
    assert not [path for path in reads if path.name in ("claim1.py", "claim2.py") or "studies" in path.parts]


def test_studies_run_in_this_process_as_well(tmp_path, monkeypatch):
    plant(tmp_path, here="pass", breaks="raise RuntimeError('no luck')")
    listings = at_path(tmp_path / "mine")
    order = Order(tmp_path / "out", figures=False, alone=False)
    trials = {trial.study: trial for _, trial in batch.run_all([(x, order) for x in listings], jobs=1)}
    assert [trials[f"mine.{name}"].as_declared for name in ("here", "breaks")] == [True, False]
    assert trials["mine.breaks"].traceback.startswith("Traceback")
    assert trials["mine.here"].figure is None
    again = batch.run_one(next(x for x in listings if x.name == "mine.here"), order)
    assert again.reused
    assert stored.last_seconds(tmp_path / "out", "mine.here") is not None
    assert stored.last_seconds(tmp_path / "out", "mine.never") is None


def test_a_paper_moves_no_verdict_of_another_and_is_told_what_stands_over_the_run():
    controlled = importlib.import_module("theorylab.views.cli.run")._controlled
    draws = np.random.default_rng(1).standard_normal((64, 1))

    def check(gap):
        curve = Curve([1.0], draws / draws.std(ddof=1) - draws.mean() / draws.std(ddof=1))
        return agrees("c", curve, gap / 8, rival=Rival(claim="zero", predicted=0.0))

    one = Trial("family.one.claim", (check(4.1),))
    crowd = [Trial(f"family.paper{i}.claim", (check(0.0),)) for i in range(400)]
    assert one.checks[0].verdict == "refuted"
    (alone,), words = controlled([one], 0.05)
    assert words == ["family.one: family-wise error rate <= 0.05 over 2 tests (Holm)"]
    (beside, *_), words = controlled([one, *crowd], 0.05)
    assert [c.to_json() for c in beside.checks] == [c.to_json() for c in alone.checks]
    assert alone.checks[0].verdict == "refuted"
    assert "false discovery rate of the run <= 0.05 (Benjamini-Yekutieli): 0 of 1" in words[-1]
    assert "not those of family.one.claim: c" in words[-1]
    together, _ = controlled(
        [one, *(dataclasses.replace(x, study=f"family.one.c{i}") for i, x in enumerate(crowd))], 0.05
    )
    assert together[0].checks[0].verdict == "inconclusive"
