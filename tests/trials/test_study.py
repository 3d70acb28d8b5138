"""Studies are found without being imported, and their settings changed with checked types."""

import ast
import dataclasses
import importlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import theorylab
from theorylab.errors import InputError
from theorylab.trials import study

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
