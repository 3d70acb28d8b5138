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


@pytest.fixture
def own(tmp_path, monkeypatch):
    """An own folder with a package, a helper, a broken study and a virtual environment; it is the working directory."""
    texts = {
        "claim.py": "def checks(s, measured, predicted): ...",
        "pack/__init__.py": "",
        "pack/helper.py": "x = 1",
        "pack/claim.py": "checks = None",
        "pack/deep/broken.py": "def checks(s, measured, predicted):\n    (",
        "venv/pyvenv.cfg": "",
        "venv/lib/claim.py": "def checks(s, measured, predicted): ...",
        ".hidden/claim.py": "def checks(s, measured, predicted): ...",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path.resolve()


def test_a_file_is_a_study_named_by_its_module(own):
    assert study.at_path(Path("claim.py")) == [study.Listing("claim", own / "claim.py", "claim", own)]
    assert study.at_path(own / "pack/claim.py") == [
        study.Listing("pack.claim", own / "pack/claim.py", "pack.claim", own)
    ]
    assert [x.name for x in study.at_path(own / "pack/helper.py")] == ["pack.helper"]  # asked for, whatever is in it
    assert study.at_path(own / "nowhere.py") == study.at_path(own / "venv/pyvenv.cfg") == []


def test_a_folder_holds_the_modules_that_define_checks(own):
    assert [x.name for x in study.at_path(own / "pack")] == ["pack.claim", "pack.deep.broken"]
    assert [x.name for x in study.at_path(own)] == ["claim", "pack.claim", "pack.deep.broken"]
    assert all(x.own and x.root == own for x in study.at_path(own))


def test_a_dotted_name_is_a_module_or_a_package_of_the_working_directory(own):
    assert [(x.name, x.root) for x in study.of_module("pack.claim")] == [("pack.claim", own)]
    assert [x.name for x in study.of_module("pack")] == ["pack.claim", "pack.deep.broken"]
    assert study.of_module("no_such") == study.of_module("pack.no_such") == study.of_module("a-b") == []
    assert "pack" not in sys.modules


def test_the_labs_studies_are_the_same_by_every_name():
    (listing,) = [x for x in study.discover() if x.name == f"{EMA}.one_hot"]
    assert not listing.own
    assert study.at_path(listing.path) == study.of_module(f"theorylab.studies.{EMA}.one_hot") == [listing]
    assert study.name_of(study.load(listing)) == listing.name
    folder = study.at_path(listing.path.parent)
    assert listing in folder
    assert folder == study.of_module(f"theorylab.studies.{EMA}")


def test_a_name_that_cannot_be_imported_is_refused(own):
    (own / "my-claim.py").write_text("")
    with pytest.raises(InputError, match=r"my-claim.py cannot be imported: rename 'my-claim' to letters, digits"):
        study.at_path(own / "my-claim.py")


def test_an_own_study_is_loaded_from_its_folder_and_a_taken_name_is_refused(own, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "claim", raising=False)
    (listing,) = study.at_path(own / "claim.py")
    module = study.load(listing)
    assert (module.__name__, study.name_of(module)) == ("claim", "claim")
    (own / "json.py").write_text("")
    with pytest.raises(InputError, match=r"json.py cannot be loaded: Python has another module json"):
        study.load(study.at_path(own / "json.py")[0])
    monkeypatch.delitem(sys.modules, "claim")
