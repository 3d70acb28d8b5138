"""The rows: each reproduced with its pinned version where that is installed, and data that are whole everywhere."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import theorylab
from theorylab.conformance import bench, rows
from theorylab.conformance.adapters import ADAPTERS, installed
from theorylab.conformance.references import reference, references
from theorylab.conformance.sequences import SEQUENCES
from theorylab.conformance.trial import SLACK, Difference, Verdict
from theorylab.errors import InputError

ROOT = Path(theorylab.__file__).parents[1]
EVERY = rows.rows()
ADAM = next(row for row in EVERY if (row.package, row.algorithm) == ("optax", "adam"))


@pytest.mark.parametrize("row", EVERY, ids=lambda row: f"{row.call}-{row.algorithm}")
def test_a_row_is_reproduced_with_its_pinned_version(row):
    version = installed(row.package)
    if version != row.version:
        pytest.skip(f"{row.package} {row.version} is not installed: pip install -e '.[conformance]'")
    assert not bench.tried(row).changes()


def test_rows_are_whole():
    assert {row.adapter for row in EVERY} <= set(ADAPTERS)
    assert {row.algorithm for row in EVERY} <= set(references())
    assert len({(row.call, row.algorithm) for row in EVERY}) == len(EVERY)
    for row in EVERY:
        fields = reference(row.algorithm).parameters(**row.parameters)
        assert rows.evaluated(row.arguments, fields), row.call
        assert row.source, row.call
        assert row.verdict is Verdict.IDENTICAL or (row.says and row.consequence), row.call


def test_the_extras_pin_the_versions_of_the_rows():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    pinned = dict(re.fullmatch(r"([\w-]+)==([\w.]+)", one).groups() for one in extras["conformance"])
    assert {row.package: row.version for row in EVERY}.items() <= pinned.items()


def test_rows_are_chosen_by_package_and_algorithm():
    assert {row.package for row in rows.rows("optax")} == {"optax"}
    assert {row.algorithm for row in rows.rows(algorithm="adam")} == {"adam"}
    with pytest.raises(InputError, match="no row of package 'optaks': there are"):
        rows.rows("optaks")
    with pytest.raises(InputError, match="no row of algorithm 'adamm': there are"):
        rows.rows("optax", "adamm")


HEAD = 'package = "p"\nversion = "1"\nadapter = "torch"\n[[row]]\nalgorithm = "adam"\ncall = "p.A"\ndefaults = true\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('verdict = "differs"', "first difference"),
        ('verdict = "identical"\nsequence = "zeros"\nstep = 1\nvalues = [1.0, 2.0]', "first difference"),
        ('verdict = "after a change"\nsequence = "zeros"\nstep = 1\nvalues = [1.0, 2.0]', "change"),
        ('verdict = "identical"\nchange.arguments = {a = 1}', "change"),
    ],
)
def test_a_row_that_is_not_whole_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        rows.read(HEAD + text)


def test_expressions_are_in_the_parameters_and_t():
    given = {"a": "1 - first_decay", "b": 3, "c": "rate * sqrt(t)", "d": "None"}
    assert rows.evaluated(given, {"first_decay": 0.75, "rate": 2.0}, 4) == {"a": 0.25, "b": 3, "c": 4.0, "d": None}


def outcome(row, **changed):
    found = bench.Outcome(row, row.version, row.verdict, None, row.defaults, row.other_defaults)
    return found._replace(**changed)


def test_what_a_new_release_changes_is_said():
    row = next(row for row in EVERY if row.algorithm == "amsgrad" and row.verdict is not Verdict.IDENTICAL)
    at = Difference(row.sequence, row.step, 0, *row.values, 1e-15)
    assert outcome(row, difference=at).as_said
    for changed, words in (
        (
            {"verdict": Verdict.IDENTICAL, "version": "9.9"},
            f"{row.verdict} in {row.package} {row.version}, now identical",
        ),
        ({"difference": at._replace(step=7)}, "now on"),
        ({"difference": at._replace(seen=0.123)}, "now on"),
        ({"defaults": not row.defaults}, "with its defaults it is now"),
        ({"other_defaults": {"eps": 1.0}}, "other defaults than the paper's"),
        ({"broken": "TypeError: no such argument"}, "breaks: TypeError"),
    ):
        one = outcome(row, **({"difference": at} | changed))
        assert not one.as_said
        assert words in one.changes()[0]
    assert SLACK > 1


def test_a_package_that_is_not_installed_is_left_out():
    found = bench.tried(ADAM._replace(package="no-such-distribution"))
    assert (found.version, found.as_said) == (None, True)


def test_a_package_that_breaks_is_an_outcome(monkeypatch):
    monkeypatch.setattr(bench, "installed", lambda name: "1.0")
    found = bench.tried(ADAM._replace(call="math.no_such_thing"))
    assert not found.as_said
    assert "breaks" in found.changes()[0]


def test_a_layer_is_given_in_its_shape_and_read_in_that_of_the_reference(monkeypatch):
    shapes = []

    def adapter(make, arguments):
        return lambda sequence: shapes.append(sequence.shape) or np.array([sequence.start, sequence.start])

    monkeypatch.setitem(bench.ADAPTERS, "optax", (adapter, 2.0**-52))
    run, precision = bench.prepared(ADAM._replace(call="math.sqrt", layer=(1, 4), precision="single"), {})
    assert run(SEQUENCES["zeros"]).shape == (2, 4)
    assert shapes == [(1, 4)]
    assert precision == 2.0**-23
