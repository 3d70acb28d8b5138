"""Studies: found without being imported, changed with checked types, run to a result; and what every study owes."""

import ast
import dataclasses
import importlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import theorylab
from theorylab.errors import InputError
from theorylab.trials import papers, selectors, study
from theorylab.trials.results import Result

ROOT = Path(theorylab.__file__).parents[1]
EMA = "regression.ema_linear_regression"
NAMES = [listing.name for listing in study.discover()]


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 3
    rate: float = 0.5
    decays: tuple[float, ...] = (0.9, 0.99)
    sizes: tuple[int, ...] = (1, 2)
    exactly: bool = False
    design: str = "gaussian"


def changed(**changes):
    return study.changed("family.claim", Setting(), changes)


@pytest.fixture(scope="module")
def result():
    return theorylab.run("ema_variance", dim=8)


def test_discovery_reads_files_and_imports_nothing():
    text = """
import sys
from theorylab.trials.study import discover
names = [listing.name for listing in discover()]
loaded = ("studies.", "theorylab.studies.", "numpy", "matplotlib")
print(len(names), [name for name in sys.modules if name.startswith(loaded)])
"""
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{len(NAMES)} []"


def test_a_listing_has_name_path_and_the_first_paragraph_of_the_docstring():
    listings = study.discover()
    assert sorted(set(NAMES)) == NAMES
    for listing in listings:
        assert listing.path == Path(importlib.import_module(listing.module).__file__)
        paragraph = ast.get_docstring(ast.parse(listing.path.read_bytes())).split("\n\n")[0]
        assert listing.title == " ".join(paragraph.split())
        assert listing.title


@pytest.fixture
def pretend(tmp_path, monkeypatch):
    """Discovery in a package of files written by the test."""

    def put(**files):
        for name, text in files.items():
            path = tmp_path / "pretend" / Path(*name.split("__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(study, "FOLDER", tmp_path.resolve() / "pretend")
        return tmp_path / "pretend"

    return put


def test_a_study_that_cannot_be_parsed_is_listed_like_the_others(pretend):
    pretend(a__good='"""Title.\n\nMore."""', a__syntax="def (", a__null="x\0", a__silent="x = 1", a___hidden="", top="")
    found = {listing.name: listing.title for listing in study.discover()}
    assert list(found) == ["a.good", "a.null", "a.silent", "a.syntax", "top"]
    assert found["a.good"] == "Title."
    assert found["a.silent"] == ""
    assert found["a.syntax"].startswith("(cannot be read: ")
    assert found["a.null"].startswith("(cannot be read: ")


def test_what_editors_leave_behind_is_no_study(pretend):
    package = pretend(a__good='"""Title."""')
    (package / "a" / ".#good.py").symlink_to("somebody@somewhere")
    (package / "a" / ".ipynb_checkpoints").mkdir()
    (package / "a" / ".ipynb_checkpoints" / "good-checkpoint.py").write_text('"""Title."""')
    assert [listing.name for listing in study.discover()] == ["a.good"]


def test_without_the_labs_studies_the_message_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(study, "FOLDER", tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"the lab's studies are not at .*nowhere: install theorylab again, whole$"):
        study.discover()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"count": 4}, 4),
        ({"count": "4"}, 4),
        ({"count": 4.0}, 4),
        ({"rate": 1}, 1.0),
        ({"rate": "1e-3"}, 1e-3),
        ({"decays": "0.5,0.75"}, (0.5, 0.75)),
        ({"decays": "(0.5, 0.75)"}, (0.5, 0.75)),
        ({"decays": "0.5"}, (0.5,)),
        ({"decays": [1, 0.5]}, (1.0, 0.5)),
        ({"sizes": "3, 4"}, (3, 4)),
        ({"sizes": (3, 4)}, (3, 4)),
        ({"exactly": "true"}, True),
        ({"exactly": "0"}, False),
        ({"exactly": True}, True),
        ({"design": "one-hot"}, "one-hot"),
    ],
)
def test_a_change_takes_the_type_of_its_field(changes, expected):
    new = changed(**changes)
    (name,) = changes
    value = getattr(new, name)
    assert value == expected
    assert type(value) is type(expected)
    if isinstance(expected, tuple):
        assert [type(v) for v in value] == [type(v) for v in expected]
    assert dataclasses.replace(new, **{name: getattr(Setting(), name)}) == Setting()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 1.5}, "count=1.5 is not allowed: give an integer"),
        ({"count": "1.5"}, "count='1.5' is not allowed: give an integer"),
        ({"count": "many"}, "count='many' is not allowed: give an integer"),
        ({"count": True}, "count=True is not allowed: give an integer"),
        ({"count": None}, "count=None is not allowed: give an integer"),
        ({"count": float("nan")}, "count=nan is not allowed: give an integer"),
        ({"count": float("inf")}, "count=inf is not allowed: give an integer"),
        ({"rate": "fast"}, "rate='fast' is not allowed: give a number"),
        ({"rate": ""}, "rate='' is not allowed: give a number"),
        ({"rate": [1.0]}, "rate=[1.0] is not allowed: give a number"),
        ({"decays": "0.5,x"}, "decays='x' is not allowed: give a number"),
        ({"sizes": "1,2.5"}, "sizes='2.5' is not allowed: give an integer"),
        ({"exactly": "maybe"}, "exactly='maybe' is not allowed: give true or false"),
        ({"exactly": 1}, "exactly=1 is not allowed: give true or false"),
        ({"design": 3}, "design=3 is not allowed: give a word"),
    ],
)
def test_a_value_of_another_type_is_refused(changes, message):
    with pytest.raises(InputError) as caught:
        changed(**changes)
    assert str(caught.value) == message


def test_a_number_where_a_row_of_numbers_is_due_is_refused():
    with pytest.raises(InputError, match=r"^decays=0.5 is not allowed: give .*numbers, separated by commas$"):
        changed(decays=0.5)


def test_an_unknown_setting_is_refused_with_the_nearest_match_and_all_names():
    fields = "it has count, rate, decays, sizes, exactly, design"
    with pytest.raises(InputError, match=rf"^family.claim has no setting 'decay'; did you mean 'decays'\?; {fields}$"):
        changed(decay=1)
    with pytest.raises(InputError, match=rf"^family.claim has no setting 'zzzz'; {fields}$"):
        changed(zzzz=1)


def test_no_change_changes_nothing():
    setting = Setting(count=9)
    assert study.changed("family.claim", setting, {}) == setting


def test_a_study_runs_by_name_and_by_module_with_changes(result):
    module = selectors.load("ema_variance")
    for found in (
        result,
        theorylab.run(module, dim=8),
        theorylab.run(f"{EMA}.ema_variance", dim="8"),
    ):
        assert found.study == f"{EMA}.ema_variance"
        assert found.source == module.SOURCE
        assert found.setting == dataclasses.replace(module.QUICK, dim=8)
        assert found.checks == result.checks
        assert found.as_declared
        assert found.seconds > 0


def test_a_run_writes_nothing_unless_told_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    theorylab.run("ema_variance", dim=8)
    assert not list(tmp_path.iterdir())
    theorylab.run("ema_variance", dim=8, out="here")
    assert sorted(path.suffix for path in (tmp_path / "here").rglob("ema_variance.*")) == [".json", ".npz", ".svg"]


def test_the_full_setting_is_another_one(monkeypatch):
    module = selectors.load("ema_variance")
    seen = []
    monkeypatch.setattr(module, "measure", lambda s: seen.append(s) or {})
    monkeypatch.setattr(module, "predict", lambda s: {})
    monkeypatch.setattr(module, "checks", lambda s, measured, predicted: ())
    with pytest.raises(InputError, match="yielded nothing at this setting"):  # it would have shown nothing
        theorylab.run(module, full=True)
    assert seen == [module.FULL]


def test_progress_and_workers_given_to_a_run_reach_its_simulation():
    seen = []
    theorylab.run("one_hot", replicas=100, workers=1, progress=lambda *report: seen.append(report))
    assert seen[-1][1:] == (100, 100)


def test_means_of_the_context_reach_the_simulation_of_a_run():
    seen = []
    with theorylab.using(progress=lambda *report: seen.append(report)):
        theorylab.run("one_hot", replicas=100)
    assert seen


def test_bad_values_for_a_run_are_refused():
    with pytest.raises(InputError, match="workers=0 is not allowed"):
        theorylab.run("ema_variance", workers=0)
    with pytest.raises(InputError, match=r"step_size=-1\.0 is not allowed"):
        theorylab.run("one_hot", step_size=-1)


def test_a_result_prints_as_its_table(result):
    text = repr(result)
    assert text.startswith("regression.ema_linear_regression.ema_variance  li2025ema")
    assert "dim=8" in text
    for heading in ("claim", "measured", "predicted", "verdict", "rival"):
        assert heading in text
    assert "supported" in text
    assert "refuted" in text
    assert "\x1b" not in text
    # Claims are folded to their column, so words are compared, not lines.
    for check in result.checks:
        assert set(check.claim.replace(",", " ").split()) <= set(text.replace(",", " ").split())


def printed(result, claim):
    """The table of a result whose first claim is another one."""
    return repr(dataclasses.replace(result, checks=(dataclasses.replace(result.checks[0], claim=claim),)))


@pytest.mark.parametrize("claim", ["q[0]_in_[0,1)", "[bold]x[/bold]", "a[/]b", "[red]"])
def test_brackets_in_a_claim_print_as_they_stand(result, claim):
    assert claim in printed(result, claim)


@pytest.mark.parametrize("claim", [r"a\[x]b", "at_:x:_and"])
def test_backslashes_and_colons_in_a_claim_print_as_they_stand(result, claim):
    assert claim in printed(result, claim)


def test_a_notebook_shows_table_and_figure(result):
    html = result._repr_html_()
    assert "<pre" in html
    assert "supported" in html
    assert "<svg" in html
    assert html.count("</svg>") == 1


def test_a_record_is_json_and_names_the_source(result):
    record = result.record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["study"] == f"{EMA}.ema_variance"
    assert record["source"].endswith(str(result.source))
    assert [check["claim"] for check in record["checks"]] == [check.claim for check in result.checks]


def test_a_result_is_as_declared_only_if_every_check_is(result):
    check = result.checks[0]
    other = dataclasses.replace(check, verdict=theorylab.Verdict.INCONCLUSIVE)
    lost_rival = dataclasses.replace(
        check, rival=dataclasses.replace(check.rival, verdict=theorylab.Verdict.INCONCLUSIVE)
    )
    assert dataclasses.replace(result, checks=(check, check)).as_declared
    for bad in ((), (check, other), (lost_rival,)):
        assert not dataclasses.replace(result, checks=bad).as_declared
    assert isinstance(result, Result)


@pytest.mark.parametrize("name", NAMES)
def test_every_study_is_complete(name):
    listing, module = selectors.one(name), selectors.load(name)
    assert papers.entry_of(module.SOURCE, listing.path), "the paper, or the textbook, that it cites"
    for part in ("measure", "predict", "checks", "figure"):
        assert callable(getattr(module, part)), part
    assert listing.title.endswith("."), "the first paragraph of the docstring is the claim, a sentence"
    text = re.sub(r"^FINDING = .*?^\)\n", "", listing.path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(text.splitlines()) <= 110


@pytest.mark.parametrize("name", NAMES)
def test_no_seed_is_chosen_to_pass(name):
    # The full setting has another seed than the one seen while the study was written; none: it draws nothing.
    quick, full = selectors.load(name).QUICK, selectors.load(name).FULL
    assert type(quick) is type(full)
    assert quick != full
    assert not hasattr(quick, "seed") or quick.seed != full.seed


@pytest.mark.parametrize("name", [name for name in NAMES if not hasattr(selectors.load(name).QUICK, "seed")])
def test_a_setting_without_a_seed_draws_nothing(name):
    module, reports = selectors.load(name), []
    with theorylab.using(progress=lambda *report: reports.append(report)):
        curves = module.measure(module.QUICK)
    assert not reports, "replicas were run"
    assert curves


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
