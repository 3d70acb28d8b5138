"""The audit of a toy model: a mutant that a study must notice, one that a test must, one that none can, one equal."""

import contextlib
import dataclasses
import io
import json
import shutil
import sys
import types
from pathlib import Path

import pytest

import theorylab
from theorylab.errors import InputError
from theorylab.numerics import sources
from theorylab.trials import audit, trees, witnesses
from theorylab.trials.audit import Audit, Row
from theorylab.trials.mutation import mutants

ROOT = Path(theorylab.__file__).parents[1]
THEORY = '''"""Closed forms."""


def line(x):
    """-x, which the study compares."""
    return -x


def tested(x):
    """-x, which only a test compares."""
    return -x


def spare(x):
    """-x, which nobody looks at."""
    return -x


def same(x):
    """x, in a roundabout way."""
    return max(x, x)
'''
STUDY = '''"""A line falls."""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact
from theorylab.models.toy import theory

SOURCE = Source("here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int = 4


QUICK = Setting()


def measure(s):
    theory.tested(1.0), theory.spare(1.0)
    x = np.arange(1.0, s.points + 1)
    return {"line": exact(x, theory.line(x) * theory.same(1.0), ulps=4)}


def predict(s):
    x = np.arange(1.0, s.points + 1)
    return {"line": exact(x, 0.0 - x, ulps=0), "twice": exact(x, -2.0 * x, ulps=0)}


def checks(s, measured, predicted):
    rival = Rival(claim="twice", predicted=predicted["twice"])
    yield agrees("it falls", measured["line"], predicted["line"], rival=rival)


def figure(s, measured, predicted): ...
'''
TEST = """from theorylab.models.toy import theory


def test_tested():
    assert theory.tested(2.0) == -2.0


def test_that_fails_with_nothing_changed():
    assert theory.spare(2.0) == 7.0
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with nothing but a toy model in it, its study and its test."""
    root = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "theorylab", root / "theorylab", ignore=shutil.ignore_patterns("__pycache__", "models"))
    texts = {
        "theorylab/models/__init__.py": "",
        "theorylab/models/toy/__init__.py": "",
        "theorylab/models/toy/theory.py": THEORY,
        "theorylab/models/toy/certificates.py": "def unread(x):\n    return -x\n",
        "studies/__init__.py": "",
        "studies/toy/__init__.py": "",
        "studies/toy/paper/__init__.py": '"""A paper."""',
        "studies/toy/paper/falls.py": STUDY,
        "studies/toy/paper/broken.py": STUDY.replace("ulps=0)}", "ulps=0)} | {'line': exact(x, x, ulps=0)}"),
        "tests/__init__.py": "",
        "tests/models/__init__.py": "",
        "tests/models/toy/__init__.py": "",
        "tests/models/toy/test_theory.py": TEST,
        "pyproject.toml": "",
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root.resolve()


@contextlib.contextmanager
def followed_in(root):
    """Imports are followed in a clone, and what was found is forgotten."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sources, "ROOT", root / "theorylab" / "__init__.py")
        patched.setattr(sources, "VIEWS", root / "theorylab" / "views")
        patched.setattr(sources, "_direct", {})
        yield


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def trial(clone, out):
    with followed_in(clone):
        return Audit("toy", out, clone)


@pytest.fixture(scope="module")
def rows(trial, clone):
    listed = {("toy/theory.py", "same", "return max(x, x)", "return min(x, x)"): "one number is its own least"}
    with followed_in(clone):
        return {row.function: audit.named(row, listed) for row in trial.rows(10, seed=1)}


def test_who_notices_is_told(rows):
    outcomes = {function: row.outcome for function, row in rows.items()}
    assert outcomes == {"line": "verdict", "tested": "test", "spare": "nobody", "same": "equivalent"}
    assert rows["line"].by == "toy.paper.falls"
    assert rows["line"].said == "refuted: it falls"
    assert rows["tested"].said == "tests/models/toy/test_theory.py::test_tested"
    assert (rows["spare"].studies, rows["spare"].tests) == (1, 1)
    assert rows["same"].reason == "one number is its own least"


def test_what_is_not_as_declared_unchanged_is_no_witness_and_files_that_no_study_reaches_are_left_out(trial, rows):
    report = trial.report(rows.values())
    failing = "tests/models/toy/test_theory.py::test_that_fails_with_nothing_changed"
    assert report["unfit"] == [failing, "toy.paper.broken"]
    assert report["left_out"] == ["toy/certificates.py"]
    assert (report["mutants"], report["functions"], report["earlier"]) == (4, 4, 0)
    assert [row["function"] for row in report["rows"]] == ["line", "tested", "spare", "same"]
    assert json.loads(json.dumps(report)) == report


def test_nothing_is_done_twice_unless_what_reaches_it_was_edited(clone, out, trial, rows, monkeypatch):
    asked = []
    for name, answer in (("ask", trees.Said()), ("survey", trees.Said()), ("try_tests", "")):
        monkeypatch.setattr(trees.Tree, name, lambda self, who, *_, answer=answer: asked.append(who) or answer)
    with trial.rows_file.open("a") as file:
        file.write('{"torn\n{"key": "of another shape"}\n3\n')
    assert {one.function for one in audit.read_rows(trial.rows_file)} == {*rows}
    with followed_in(clone):
        again = list(Audit("toy", out, clone).rows(10, seed=1))
    assert [row.outcome for row in again].count("nobody") == 2
    assert not asked
    study = clone / "studies/toy/paper/falls.py"
    study.write_text(STUDY + "# edited\n")
    with followed_in(clone):
        edited = Audit("toy", out, clone)
        found = list(edited.rows(10, seed=1, survivors=True))
    study.write_text(STUDY)
    assert asked
    assert {row.function for row in found if row.noticed} == {"line", "tested"}
    assert edited.earlier == 2
    assert edited.unfit == dict.fromkeys(("toy.paper.falls", "toy.paper.broken"), "broke: its process died") | {
        "toy.paper.broken": trial.unfit["toy.paper.broken"]
    }


def test_the_copy_is_the_original_again_after_a_mutant(clone, trial, tmp_path):
    tree = trees.Tree(clone, tmp_path)
    for file in ("theorylab/models/toy/theory.py", "studies/toy/paper/falls.py"):
        assert (tree.root / file).read_bytes() == (clone / file).read_bytes()
    one = trial.subject.mutants[0]
    file = tree.root / audit.MODELS / one.file

    def interrupted():
        with tree.holding(one, audit.MODELS):
            assert file.read_text() == THEORY.replace("return -x", "return x", 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert file.read_text() == THEORY


@pytest.mark.parametrize(
    ("script", "late", "words"),
    [
        ("import os; os.kill(os.getpid(), 24)", True, "more processor time"),
        ("import os; os.kill(os.getpid(), 11)", False, "broke: exit status -11"),
        ("raise SystemError('lost')", False, "broke: exit status 1: SystemError: lost"),
    ],
)
def test_a_process_that_dies_is_the_word_of_the_witness_that_it_ran(trial, monkeypatch, script, late, words):
    monkeypatch.setattr(trees, "COMMAND", ("-c", script))
    said = trial.tree.ask([trees.Witness("toy.paper.falls", "study", 1.0, frozenset())])
    assert (said.by, said.late) == ("toy.paper.falls", late)
    assert words in said.words


def test_a_witness_that_takes_too_long_is_stopped_by_the_system(monkeypatch):
    limits = []
    monkeypatch.setattr(witnesses.resource, "setrlimit", lambda which, pair: limits.append((which, pair[0])))
    witnesses.limit_processor_time(100.0)
    ((which, most),) = limits
    assert which == witnesses.resource.RLIMIT_CPU
    assert most >= 100


def test_an_order_is_served_up_to_the_first_that_notices(monkeypatch):
    monkeypatch.setattr(witnesses, "limit_processor_time", lambda seconds: None)
    monkeypatch.setattr(witnesses, "study_says", {"a": "", "b": "refuted: " + "x" * 1000, "c": ""}.get)
    monkeypatch.setattr(witnesses, "tests_say", lambda names: f"{names[-1]} fails")
    report = io.StringIO()
    witnesses.serve({"tests": [], "studies": [{"name": name, "limit": 1.0} for name in "abc"]}, report)
    lines = [json.loads(line) for line in report.getvalue().splitlines()]
    assert [(line["name"], len(line["said"])) for line in lines] == [("a", 0), ("b", witnesses.WORDS)]
    report = io.StringIO()
    witnesses.serve({"tests": ["t", "u"], "limit": 1.0, "studies": []}, report)
    assert json.loads(report.getvalue())["said"] == "u fails"


def test_the_first_test_that_fails_is_told(monkeypatch):
    def main(arguments, plugins):
        assert arguments[-2:] == ["a", "b"]
        for name, failed in (("a::fine", False), ("a::first", True), ("a::second", True)):
            plugins[0].pytest_runtest_logreport(types.SimpleNamespace(failed=failed, nodeid=name))
        return pytest.ExitCode.TESTS_FAILED

    monkeypatch.setattr(pytest, "main", main)
    assert witnesses.tests_say(["a", "b"]) == "a::first"
    monkeypatch.setattr(pytest, "main", lambda arguments, plugins: pytest.ExitCode.NO_TESTS_COLLECTED)
    assert witnesses.tests_say(["a"]) == ""
    monkeypatch.setattr(pytest, "main", lambda arguments, plugins: pytest.ExitCode.INTERNAL_ERROR)
    assert witnesses.tests_say(["a"]) == "exit status 3 of pytest"


def test_a_study_that_cannot_be_run_broke():
    assert witnesses.study_says("no.such.study").startswith("broke: InputError: ")


def row(outcome, **more):
    return dataclasses.asdict(Row("k", "m/a.py", "f", 1, "sign", "a", "-a", outcome, **more))


def test_shares_leave_equivalent_ones_out_and_have_exact_limits():
    rows = [row("verdict")] * 8 + [row("broke"), row("timed out"), row("test"), row("nobody"), row("equivalent")]
    found = audit.shares(rows)
    assert found["by study"][:2] == (10, 12)
    assert found["by study or test"][:2] == (11, 12)
    # Of 12 of 12 the lower limit is 0.025^(1/12), by hand.
    assert audit.shares([row("verdict")] * 12)["by study"][2:] == (pytest.approx(0.025 ** (1 / 12)), 1.0)
    assert audit.shares([])["by study"] == (0, 0, 0.0, 1.0)
    assert audit.counts(rows) == {
        "verdict": 8, "broke": 1, "timed out": 1, "test": 1, "nobody": 1, "equivalent": 1
    }  # fmt: skip


def test_unknown_models_and_wheels_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no model 'toyy': give one of"):
        audit.subject("toyy")
    with pytest.raises(InputError, match="is no clone of the project"):
        audit.subject("sde", tmp_path)


def test_the_list_of_equivalent_mutants_names_mutants_that_are_there():
    listed, folder = audit.equivalents(), ROOT / "theorylab" / "models"
    found = [one for file in {entry[0] for entry in listed} for one in mutants(file, (folder / file).read_bytes())]
    assert not {*listed} - {(one.file, one.function, one.before, one.after) for one in found}
    assert all(len(reason) > 20 for reason in listed.values())


def test_lines_of_the_files_below_a_folder_are_traced(tmp_path):
    (tmp_path / "a.py").write_text("def f(x):\n    if x:\n        return 1\n    return 2\n")
    space = {}
    exec(compile((tmp_path / "a.py").read_text(), tmp_path / "a.py", "exec"), space)
    before, trace = sys.gettrace(), witnesses.Lines(tmp_path)
    with trace:
        space["f"](0)
    sys.settrace(before)
    assert trace.to_json() == {"a.py": [2, 4]}
