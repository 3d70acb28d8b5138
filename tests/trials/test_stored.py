"""What is stored stands for a run as long as all that it rests on stands, and not a moment longer."""

import importlib
import json
import os
import random
import shutil
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import theorylab
from tests.faults import damage, flips, subject
from tests.faults.subject import edit
from theorylab.errors import InputError
from theorylab.numerics import freshness, machines
from theorylab.numerics.sources import Graph
from theorylab.running import checkpoints, store
from theorylab.trials import ledgers, origins, stored, study

NAME = "mine.walk"


@pytest.fixture(scope="module")
def stored_once(tmp_path_factory):
    """A folder with a study that was run."""
    folder = subject.plant(tmp_path_factory.mktemp("stored") / "own")
    assert subject.command(folder, "run", "mine/walk.py").returncode == 0
    assert fates(folder) == ("reused", "reused", "reused")
    return folder


@pytest.fixture
def own(stored_once, tmp_path):
    """A copy of it."""
    return shutil.copytree(stored_once, tmp_path / "own")


@pytest.fixture
def module(own):
    """Its study, in this process."""
    with subject.imported(own, "mine") as found:
        yield found


def fates(folder):
    """Whether curves, checks and figure of the study would be computed or reused."""
    done = subject.command(folder, "why", "mine/walk.py")
    return tuple(line.split()[2] for line in done.stdout.splitlines()[1:4])


def mine(folder, *arguments):
    return subject.command(folder, "run", "mine/walk.py", *arguments)


def test_a_result_is_used_again_until_something_that_it_depends_on_changes(own, module, monkeypatch):
    out = own / "out"
    first = theorylab.run(module, out=out, fresh=True)
    again = theorylab.run(module, out=out)
    assert (first.reused, again.reused) == (False, True)
    assert [check.to_json() for check in first.checks] == [check.to_json() for check in again.checks]
    assert first.record() == again.record()
    assert not theorylab.run(module, out=out, seed=99).reused

    def why(**changes):
        setting = study.changed(NAME, module.QUICK, {"seed": 99} | changes)
        return stored.stored(out, NAME, origins.origin(Path(module.__file__)), setting=stored.as_json(setting)).reason

    assert why() == ""
    assert why(seed=98) == "another setting: seed 99 -> 98"
    part = Graph.part
    monkeypatch.setattr(Graph, "part", lambda *given, **named: part(*given, **named) | {"theorylab.models.x": "0"})
    assert why() == "sources changed: theorylab.models.x"
    monkeypatch.undo()
    monkeypatch.setattr(store, "versions", lambda: {"numpy": "1"})
    assert why().startswith("versions changed: ")
    monkeypatch.undo()
    monkeypatch.setattr(machines, "machine", lambda: "another one")
    assert why() == ""  # of the same kind
    monkeypatch.setattr(machines, "processor", lambda: "abacus")
    assert "kind of processor" in why()


@pytest.mark.parametrize(
    "variable", ["NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_OPT", "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS"]
)
def test_what_machine_code_is_made_for_belongs_to_the_key(own, module, monkeypatch, variable):
    key = checkpoints.run_key(module.walk, {}, (1,))
    assert theorylab.run(module, out=own / "out").reused
    monkeypatch.setenv(variable, "7")
    assert checkpoints.run_key(module.walk, {}, (1,)) != key
    assert not theorylab.run(module, out=own / "out").reused
    monkeypatch.setattr(ledgers, "difference", lambda *given: "")  # the control: without the gate it would be taken
    assert theorylab.run(module, out=own / "out").reused


def test_settings_that_move_no_number_belong_to_no_key(own, module, monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    assert theorylab.run(module, out=own / "out").reused


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("words", "one", "two", ("reused", "computed", "reused")),
        ("numbers", "1.0", "1.00", ("computed", "computed", "computed")),
        ("walk", "TITLE", "Another", ("reused", "reused", "computed")),
        ("walk", "Setting(replicas=512, seed=2)", "Setting(replicas=300, seed=2)", ("reused", "reused", "reused")),
        ("walk", "Theorem 1", "Theorem 2", ("reused", "computed", "reused")),
        ("walk", "nine", "nein", ("reused", "computed", "reused")),
        ("walk", "half: float = 0.5", "half: float = 0.6", ("computed", "computed", "computed")),
    ],
)
def test_an_edit_costs_what_can_feel_it(own, name, old, new, expected):
    edit(own / "mine" / f"{name}.py", old, new)
    assert fates(own) == expected


def test_checks_made_again_leave_the_curves_as_they_are(own):
    (curves,) = own.rglob("walk.npz")
    before = curves.read_bytes()
    edit(own / "mine" / "words.py", "one", "two")
    assert "two" in mine(own).stdout
    assert curves.read_bytes() == before
    assert fates(own) == ("reused", "reused", "reused")


def test_a_record_is_rewritten_only_when_a_number_changes(own):
    (path,) = (own / "out").rglob("mine/walk.json")
    record = json.loads(path.read_text())
    assert set(record) == {"schema", "study", "setting", "seed", "versions", "source", "checks", "curves"}
    older = path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"')
    path.write_text(older)
    write_sum(own, path)  # as an older version of the laboratory left it
    edit(own / "mine" / "numbers.py", "1.0", "0.5 + 0.5")
    mine(own)
    assert path.read_text() == older
    edit(own / "mine" / "numbers.py", "0.5 + 0.5", "1.0 + 1e-13")
    mine(own)
    assert json.loads(path.read_text())["versions"]["numpy"] == np.__version__
    assert json.loads(path.read_text())["curves"] != record["curves"]


def write_sum(own, path):
    """Write the checksum of a record into its ledger."""
    place = stored.files(own / "out", NAME)["ledger"]
    ledger = json.loads(place.read_text())["ledger"]
    ledger["sums"]["json"] = store.checksum(path)
    ledgers.write(place, ledger)


def test_a_record_that_is_not_as_it_was_written_is_written_again_though_no_number_changed(own):
    (path,) = (own / "out").rglob("mine/walk.json")
    whole = path.read_bytes()
    path.write_text(path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"'))
    assert "is damaged (its checksum does not match): made again from the curves" in mine(own).stderr
    assert path.read_bytes() == whole


def test_a_source_that_cannot_be_trusted_is_never_reused(own):
    os.utime(own / "mine" / "numbers.py", (4e9, 4e9))  # dated in the future: was it edited while it ran?
    assert mine(own, "--fresh").returncode == 0
    assert "reused" not in mine(own).stdout


EDITS = ("ONE = 1.0\n", "ONE = 5.0\n", "ONE = 9.0\n", "ONE = 1.0\n")


@pytest.mark.parametrize("date", [None, 1e9, 4e9])
@pytest.mark.parametrize("reload", [True, False])
def test_no_edit_of_a_session_is_ever_stored_as_another(own, module, monkeypatch, date, reload):
    path, out = own / "mine" / "numbers.py", own / "session"
    in_memory = "1.0"
    for text in EDITS:
        path.write_text(text)
        if date:
            os.utime(path, (date, date))
        if reload:
            importlib.reload(sys.modules["mine.numbers"])
            importlib.reload(module)
            in_memory = text.split()[2]
        for _ in range(2):
            result = theorylab.run(module, out=out, figure=False)
            assert not result.reused
            assert result.as_declared == (in_memory == "1.0")
    os.utime(path, (1e9, 1e9))
    assert "reused" not in subject.command(own, "run", "mine/walk.py", "--out", "session").stdout
    assert "reused" in subject.command(own, "run", "mine/walk.py", "--out", "session").stdout


def test_the_test_of_sessions_would_see_a_date_that_is_believed(own, module, monkeypatch):
    # The control: with dates alone a text of 5.0 would stand as supported at 1.0.
    monkeypatch.setattr(freshness, "_is_current", lambda path: path.stat().st_mtime <= freshness.started())
    path = own / "mine" / "numbers.py"
    path.write_text("ONE = 5.0\n")
    os.utime(path, (1e9, 1e9))
    for _ in range(2):
        result = theorylab.run(module, out=own / "session", figure=False)
    assert result.reused
    assert result.as_declared


def test_bytecode_of_another_text_is_said(own):
    for text in ("ONE = 1.0\n", "ONE = 5.0\n"):  # of one size and date: Python runs what it compiled first
        (own / "mine" / "numbers.py").write_text(text)
        os.utime(own / "mine" / "numbers.py", (1e9, 1e9))
        line = [part for part in subject.line("run", "mine/walk.py", "--no-figures") if part != "-B"]
        variables = subject.variables(own) | {"PYTHONDONTWRITEBYTECODE": ""}
        done = subject.subprocess.run(line, cwd=own, env=variables, capture_output=True, text=True, check=False)
    assert "numbers.py is not the text that Python runs" in done.stderr
    assert "reused" not in done.stdout


def test_a_figure_of_other_numbers_is_not_left_beside_a_record(own):
    (figure,) = (own / "out").rglob("walk.svg")
    mine(own, "--no-figures", "--fresh")
    assert figure.exists()
    mine(own, "--no-figures", "--set", "half=0.6")
    assert not figure.exists()


def test_a_store_of_a_later_version_is_refused_and_left_alone(own, module):
    out = own / "out"
    paths = stored.files(out, NAME)
    record = json.loads(paths["json"].read_text(encoding="utf-8"))
    paths["json"].write_text(json.dumps(record | {"schema": store.SCHEMA + 1}))
    before = {path: path.read_bytes() for path in paths.values()}
    with pytest.raises(InputError, match=r"was written by a later version of the lab .* choose another folder"):
        theorylab.run(module, out=out)
    assert {path: path.read_bytes() for path in paths.values()} == before
    paths["json"].write_text(json.dumps(record | {"schema": store.SCHEMA - 1}))
    paths["ledger"].unlink()
    assert not theorylab.run(module, out=out).reused
    ledger = json.loads(paths["ledger"].read_text(encoding="utf-8"))["ledger"]
    ledgers.write(paths["ledger"], ledger | {"schema": store.SCHEMA + 1})
    with pytest.raises(InputError, match=r"was written by a later version of the lab"):
        theorylab.run(module, out=out)
    ledgers.write(paths["ledger"], ledger | {"schema": store.SCHEMA - 1})
    assert not theorylab.run(module, out=out).reused


# Damage ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    return damage.Ground(tmp_path_factory.mktemp("harmed") / "own")


@pytest.mark.parametrize("kind", ["npz", "json", "svg", "ledger"])
@pytest.mark.parametrize("harm", damage.HARMS, ids=lambda harm: harm.__name__)
def test_a_damaged_result_is_said_and_computed_again(ground, kind, harm):
    fate, words = ground.harm(kind, harm)
    assert fate == "recovered", words
    assert [line for line in words if "is damaged (" in line and ground.place(kind).name in line]
    assert not [line for line in words if "\n" in line]


@pytest.mark.parametrize("kind", ["json", "ledger"])
@pytest.mark.parametrize("name", ["curves", "versions", "setting", "checks", "record", "sums", "parts", "runs"])
def test_a_record_or_ledger_without_a_value_is_damaged(ground, kind, name):
    fate, words = ground.harm(kind, damage.without(name))
    assert fate == "recovered", words


@pytest.mark.parametrize("harm", damage.HARMS, ids=lambda harm: harm.__name__)
def test_a_damaged_lock_or_list_of_seeds_costs_nothing(ground, harm):
    assert ground.harm(".lock", harm)[0] in ("recovered", "harmless")
    fate, words = ground.harm("seeds.jsonl", harm, fresh=True)
    assert fate == "recovered" or (harm is damage.emptied and fate == "harmless"), words


@pytest.mark.parametrize("name", [".store", ".pieces"])
def test_a_file_in_the_place_of_a_folder_is_set_aside(ground, name):
    def harm(path):
        shutil.rmtree(path.parents[1] / ".pieces", ignore_errors=True)
        if name == ".store":
            shutil.rmtree(path.parent)
        (path.parents[1] / name).write_text("a note")

    fate, words = ground.harm("ledger", harm)
    assert fate == "recovered", words
    assert (ground.copy / f"{name}.damaged").read_text() == "a note"


def test_a_finished_run_leaves_the_pieces_of_an_interrupted_one(own, module, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    out = own / "out"

    def stop(name, done, total):
        if done > 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), theorylab.using(progress=stop):
        theorylab.run(module, out=out, replicas=3000, pause=0.0001)
    long = subject.kept(out)
    assert long
    for changes in ({}, {"seed": 5}, {"replicas": 200}):
        theorylab.run(module, out=out, **changes)
        assert subject.kept(out) == long
    theorylab.run(module, out=out, replicas=3000, pause=0.0001)
    assert not subject.kept(out)


def test_pieces_of_a_run_that_died_between_its_last_file_and_its_end_are_deleted(own, module, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    tidy = stored.tidy
    monkeypatch.setattr(stored, "tidy", lambda *given: None)
    theorylab.run(module, out=own / "out", seed=4)
    assert subject.kept(own / "out")
    monkeypatch.setattr(stored, "tidy", tidy)
    assert theorylab.run(module, out=own / "out", seed=4).reused
    assert not subject.kept(own / "out")


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_computed(own, module, monkeypatch):
    monkeypatch.setattr(module, "measure", lambda s: pytest.fail("it was computed"))
    (own / "barrier").mkdir()
    (own / "barrier" / "mine").write_text("a file where a folder is needed")
    with pytest.raises(InputError, match="cannot write to the output folder"):
        theorylab.run(module, out=own / "barrier")
    with pytest.raises(InputError, match="cannot write to the output folder"):
        stored.prepare(own / "barrier", NAME)


# Flipped bits ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flipped(tmp_path_factory):
    return flips.Ground(tmp_path_factory.mktemp("flipped") / "own")


@pytest.mark.parametrize("kind", flips.KINDS)
def test_a_flipped_bit_is_said_or_harmless(flipped, kind):
    draws = random.Random(3)
    found = Counter(flipped.flip(kind, draws) for _ in range(1000 if subject.SLOW else 40))
    assert not found["silently wrong"], found
    assert found["said"]


@pytest.mark.parametrize("kind", flips.KINDS)
def test_without_checksums_flipped_bits_would_pass(flipped, monkeypatch, kind, tmp_path):
    flips.blind(monkeypatch)
    ground, draws = flips.Ground(tmp_path / "own"), random.Random(3)
    assert Counter(ground.flip(kind, draws) for _ in range(200))["silently wrong"]


@pytest.mark.parametrize("kind", flips.RESULT)
def test_a_flipped_bit_of_a_result_is_mended_by_the_next_run(flipped, kind):
    found = Counter(flipped.mend(kind, random.Random(5)) for _ in range(8 if subject.SLOW else 2))
    assert set(found) <= {"recovered", "refused", "harmless"}, found
