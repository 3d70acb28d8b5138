"""Sources: the digest of a file changes with every project file that it can reach by imports, and with no other."""

import os
import shutil
from pathlib import Path

import pytest

import theorylab
from theorylab.numerics import sources
from theorylab.trials.selectors import one

HOME = Path(theorylab.__file__).parent


def plant(root, **files):
    """Write modules, named by their path with '__' for '/', under root; folders become packages. Returns root."""
    for name, text in files.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for folder in path.relative_to(root).parents:
            if folder.name:
                (root / folder / "__init__.py").touch()
    return root


def reached(root, name):
    """Files under root that a module reaches, relative to root."""
    return {str(path.relative_to(root)) for path in sources.reachable(root / name) if root in path.parents}


IMPORTS = {
    "of a module": "import pack.helper",
    "under another name": "import pack.helper as h",
    "of a name": "from pack.helper import value",
    "of everything": "from pack.helper import *",
    "from the package": "from pack import helper",
    "relative, of a module": "from . import helper",
    "relative, of a name": "from .helper import value",
    "inside a function": "def f():\n    from .helper import value\n    return value",
    "inside a try": "try:\n    import pack.helper\nexcept ImportError:\n    pass",
    "inside a class": "class C:\n    from . import helper",
    "where types are not checked": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n"
    "    from . import helper",
    "through another module": "from pack import middle",
    "through a package": "from pack.sub import value",
    "from a sibling package": "from .sub.inner import value",
    "from the parent package": "import pack.sub.outer",
}


@pytest.mark.parametrize("kind", IMPORTS)
def test_an_edited_helper_changes_the_digest_of_those_who_import_it(tmp_path, kind):
    root = plant(
        tmp_path.resolve(),
        pack__kern=IMPORTS[kind],
        pack__helper="value = 1",
        pack__middle="from pack.helper import value",
        pack__sub__inner="from ..helper import value",
        pack__sub__outer="from .. import helper",
        pack__apart="import os",
    )
    (root / "pack" / "sub" / "__init__.py").write_text("from .inner import value")
    assert "pack/helper.py" in reached(root, "pack/kern.py")
    before, apart = sources.digest(root / "pack/kern.py"), sources.digest(root / "pack/apart.py")
    helper = root / "pack/helper.py"
    stat = helper.stat()
    helper.write_text("value = 2")
    os.utime(helper, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # neither size nor date tell
    assert sources.digest(root / "pack/kern.py") != before
    assert sources.digest(root / "pack/apart.py") == apart


def test_a_helper_in_a_package_on_the_path_counts(tmp_path, monkeypatch):
    root = plant(tmp_path.resolve(), mine__kern="from yours import helper\nimport flat", yours__helper="", flat="")
    monkeypatch.syspath_prepend(str(root))
    expected = {"mine/kern.py", "yours/__init__.py", "yours/helper.py", "flat.py"}
    assert reached(root, "mine/kern.py") == expected


def test_modules_that_import_each_other_end(tmp_path):
    root = plant(tmp_path.resolve(), pack__a="from pack import b", pack__b="from pack import a")
    assert reached(root, "pack/a.py") == {"pack/__init__.py", "pack/a.py", "pack/b.py"}


@pytest.mark.parametrize(
    "text",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pack import helper",
        "import json, numpy as np\nfrom scipy.special import stdtrit",
        "helper = 'pack.helper'  # from pack import helper",
    ],
)
def test_what_never_runs_and_libraries_do_not_count(tmp_path, text):
    root = plant(tmp_path.resolve(), pack__kern=text, pack__helper="")
    assert [path.name for path in sources.reachable(root / "pack/kern.py")] == ["kern.py"]


def test_a_file_that_nothing_reaches_changes_nothing(tmp_path):
    root = plant(tmp_path.resolve(), pack__kern="from . import helper", pack__helper="", pack__other="x = 1")
    before = sources.digest(root / "pack/kern.py")
    plant(root, pack__other="x = 2", pack__newcomer="from . import kern")
    assert sources.digest(root / "pack/kern.py") == before


def test_a_new_import_counts_from_then_on(tmp_path):
    root = plant(tmp_path.resolve(), pack__kern="", pack__helper="value = 1")
    before = sources.digest(root / "pack/kern.py")
    plant(root, pack__kern="from . import helper")
    between = sources.digest(root / "pack/kern.py")
    plant(root, pack__helper="value = 2")
    assert len({before, between, sources.digest(root / "pack/kern.py")}) == 3


def test_two_copies_of_the_same_text_agree(tmp_path):
    one = plant(tmp_path.resolve() / "one", pack__kern="from . import helper", pack__helper="value = 1")
    two = tmp_path.resolve() / "deeper" / "two"
    shutil.copytree(one, two)
    digest = sources.digest(one / "pack/kern.py")
    assert digest == sources.digest(two / "pack/kern.py")
    assert len(digest) == 64
    # The same texts under other names are another program.
    (two / "pack/helper.py").rename(two / "pack/helped.py")
    (two / "pack/kern.py").write_text("from . import helped")
    assert digest != sources.digest(two / "pack/kern.py")


@pytest.mark.parametrize("name", theorylab.LAZY)
def test_lazily_exported_names_are_followed_to_their_module(tmp_path, name):
    module = getattr(theorylab, name).__module__  # where Python says that the name is defined
    kern = tmp_path / "kern.py"
    kern.write_text(f"from theorylab import {name}")
    expected = HOME.parent.joinpath(*module.split(".")).with_suffix(".py")
    assert (expected in sources.reachable(kern)) is (sources.VIEWS not in expected.parents)


def test_public_names_are_listed_once_and_exist():
    assert sorted(theorylab.__all__) == sorted({"__version__", *theorylab.LAZY, *theorylab.MODULES})
    assert set(theorylab.__all__) <= set(dir(theorylab))
    with pytest.raises(AttributeError, match="no attribute 'agreees'"):
        theorylab.agreees  # noqa: B018


def lab(path):
    """Names of the lab's modules that a file reaches."""
    return {name.removeprefix("theorylab.") for name in sources.digests(path) if name.startswith("theorylab.")}


def test_a_kernel_of_a_family_depends_on_its_helpers_but_not_on_the_bench_above_it():
    names = lab(HOME / "models/regression/kernels.py")
    assert {"models.regression.kernels", "models.regression.model", "numerics.streams"} <= names
    # An edit of these must not recompile the kernels.
    assert not [name for name in names if name.split(".")[0] in ("verdicts", "trials", "views", "running")]


def test_a_study_is_traced_to_theory_kernels_and_verdicts():
    names = lab(one("one_hot").path)
    assert {"models.regression.kernels", "models.regression.model", "verdicts.rule", "numerics.streams"} <= names
    assert "models.regression.theory" in names


def test_the_table_of_public_names_is_no_source_but_what_importing_the_lab_does_is(tmp_path):
    package = plant(tmp_path.resolve() / "copy", theorylab____init__="", theorylab__a="x = 1", theorylab__b="x = 2")
    door, kern = package / "theorylab" / "__init__.py", package / "kern.py"
    assert not sources._read(sources.ROOT, sources.ROOT.read_bytes()).imports
    digest = sources._read(sources.ROOT, b"import os\nLAZY = {'a': 'a'}\nos.environ['X'] = '1'").digest
    assert digest == sources._read(sources.ROOT, b"import os\nLAZY = {'b': 'b'}\nos.environ['X'] = '1'").digest
    assert digest != sources._read(sources.ROOT, b"import os\nLAZY = {'a': 'a'}\nos.environ['X'] = '2'").digest
    assert door.exists()
    assert not kern.exists()


LAZY = "LAZY = {'helper': 'middle', 'other': 'apart'}\ndef __getattr__(name): ..."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from pack import helper", {"middle"}),
        ("def f():\n    from pack import helper as h, other", {"middle", "apart"}),
        ("from pack import *", {"middle", "apart"}),
        ("import pack", {"middle", "apart"}),
        ("from pack.apart import x", {"apart"}),
    ],
)
def test_lazy_names_of_a_package_are_followed_to_their_modules(tmp_path, text, expected):
    root = plant(tmp_path.resolve(), pack__middle="", pack__apart="", kern=text)
    (root / "pack" / "__init__.py").write_text(LAZY)
    assert reached(root, "kern.py") - {"kern.py", "pack/__init__.py"} == {f"pack/{name}.py" for name in expected}


def test_a_lazy_package_of_its_own_name_is_that_package(tmp_path):
    root = plant(tmp_path.resolve(), pack__room__wall="", kern="from pack import room")
    (root / "pack" / "__init__.py").write_text("LAZY = {'room': 'room'}\ndef __getattr__(name): ...")
    (root / "pack" / "room" / "__init__.py").write_text("from pack.room import wall")
    assert {"pack/room/__init__.py", "pack/room/wall.py"} <= set(reached(root, "kern.py"))


def test_installed_packages_on_the_path_are_libraries_and_own_modules_beside_them_are_not(tmp_path, monkeypatch):
    many = {f"numpy__part{i}": f"from numpy import part{(i + 1) % 50}" for i in range(50)}
    root = plant(
        tmp_path.resolve() / "vendor",
        numpy__core="", **many, plain__inner="", compiled__inner="", own__inner="", single="", mine="",
    )  # fmt: skip
    (root / "compiled" / "fast.so").touch()
    record = root / "plain-1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("plain/__init__.py,,\nplain/inner.py,,\nsingle.py,,\n")
    monkeypatch.syspath_prepend(str(root))
    kern = tmp_path / "kern.py"
    kern.write_text(
        "from numpy import part0\nfrom plain import inner\nfrom compiled import inner\nimport single, mine\n"
        "from own import inner"
    )
    names = set(sources.digests(kern))
    assert names == {"kern", "mine", "own", "own.inner"}


def test_studies_of_ones_own_reach_their_helpers(tmp_path):
    root = plant(tmp_path.resolve(), studies__mine__claim="from studies.mine import helper", studies__mine__helper="")
    assert "studies/mine/helper.py" in reached(root, "studies/mine/claim.py")


def test_a_folder_without_init_is_a_package_too(tmp_path, monkeypatch):
    root = tmp_path.resolve()
    (root / "loose").mkdir()
    (root / "loose/kern.py").write_text("from loose.helper import value")
    (root / "loose/helper.py").write_text("value = 1")
    monkeypatch.syspath_prepend(str(root))
    assert "loose/helper.py" in reached(root, "loose/kern.py")


@pytest.mark.parametrize(
    "text", ["import theorylab\nrun = theorylab.replicate", "import theorylab as t\nx = t.running.replicas.replicate"]
)
def test_names_used_as_attributes_of_the_lab_are_followed(tmp_path, text):
    kern = tmp_path / "kern.py"
    kern.write_text(text)
    assert HOME / "running" / "replicas.py" in sources.reachable(kern)


def test_what_a_person_sees_is_no_source_of_numbers():
    study = one("one_hot").path
    assert "script" in study.read_text(encoding="utf-8")
    assert not [path for path in sources.reachable(study) if sources.VIEWS in path.parents]
    cli = sources.VIEWS / "cli" / "__init__.py"
    assert cli in sources.reachable(cli)


# Parts of a study.

STUDY = """
'''A claim.'''
import numpy as np
from pack import draws, forms, looks, texts
from pack.forms import value as form

TABLE = {1: 2}
SCALE = TABLE[1]

class Setting:
    x: int = 1
    def twice(self):
        return texts.double(self.x)

QUICK, FULL = Setting(), Setting()

def helper(s):
    return draws.draw(s) * SCALE

def measure(s):
    return helper(s)

def predict(s):
    from pack import later
    return form(s)

def checks(s, measured, predicted):
    return looks.check(s)

def figure(s, measured, predicted):
    return np.sum(LINES)

LINES = 3

if __name__ == "__main__":
    helper(3)
"""


@pytest.fixture
def pack(tmp_path):
    """A study and the modules that it imports."""
    modules = ("draws", "forms", "looks", "texts", "later")
    return plant(tmp_path.resolve(), pack__claim=STUDY, **{f"pack__{name}": "value = 1" for name in modules})


def numbers(root):
    return sources.Graph().part(root / "pack/claim.py", ("measure", "predict"), through=("QUICK", "FULL"))


def test_numbers_reach_what_measure_and_predict_use_and_the_class_of_the_setting(pack):
    assert {name.removeprefix("pack.") for name in numbers(pack)} - {"pack", "claim"} == {
        "draws", "forms", "later", "texts",
    }  # fmt: skip
    checks = sources.Graph().part(pack / "pack/claim.py", ("checks",))
    assert "pack.looks" in checks
    assert "pack.draws" not in checks


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [
        ("looks.check(s)", "looks.check(s, 2)", False),
        ("np.sum(LINES)", "np.mean(LINES)", False),
        ("LINES = 3", "LINES = 4", False),
        ("A claim.", "Another text.", False),
        ("    helper(3)", "    helper(4)", False),
        ("QUICK, FULL = Setting(), Setting()", "QUICK, FULL = Setting(), Setting(2)", False),
        ("import draws, forms, looks, texts", "import draws, texts, forms, looks", False),
        ("x: int = 1", "x: int = 2", True),
        ("* SCALE", "* SCALE ** 2", True),
        ("TABLE = {1: 2}", "TABLE = {1: 3}", True),
        ("value as form", "other as form", True),
        ("LINES = 3", "LINES = 3\nTABLE[1] = 4", True),
        ("LINES = 3", "LINES = 3\nnp.seterr(all='ignore')", True),
        ("LINES = 3", "LINES = 3\nTABLE |= {2: 3}", True),
    ],
)
def test_an_edit_of_a_study_moves_its_numbers_only_where_they_can_feel_it(pack, old, new, moves):
    before = numbers(pack)
    assert STUDY.count(old) == 1
    (pack / "pack/claim.py").write_text(STUDY.replace(old, new))
    assert (numbers(pack) != before) is moves


def test_names_looked_up_at_run_time_reach_the_whole_study(pack):
    text = STUDY.replace("return helper(s)", "return globals()['helper'](s)")
    (pack / "pack/claim.py").write_text(text)
    before = numbers(pack)
    (pack / "pack/claim.py").write_text(text.replace("LINES = 3", "LINES = 4"))
    assert numbers(pack) != before


def test_an_edited_docstring_of_the_plots_reaches_no_numbers_but_figures():
    graph, study = sources.Graph(), one("one_hot").path
    assert "theorylab.views.plots" not in graph.part(study, ("measure", "predict"), ("QUICK", "FULL"))
    assert "theorylab.views.plots" not in graph.part(study, ("checks",))
    assert "theorylab.views.plots" in graph.part(study, ("figure",), drawn=True)
    assert not {"theorylab.views.tables", "theorylab.views.cli"} & set(graph.part(study, ("figure",), drawn=True))


def test_one_graph_reads_and_parses_each_file_once(monkeypatch):
    reads, parsed = [], []
    studies = [listing.path for listing in theorylab.discover()]
    read_bytes, parse = Path.read_bytes, sources.ast.parse
    for cache in (sources._read, sources._statements, sources._lazy_in):
        cache.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", lambda self: reads.append(self) or read_bytes(self))
        patched.setattr(sources.ast, "parse", lambda content: parsed.append(content) or parse(content))
        graph = sources.Graph()
        for path in studies:
            graph.part(path, ("measure", "predict"), ("QUICK", "FULL"))
            graph.part(path, ("checks",))
            graph.part(path, ("figure",), drawn=True)
    # A package's __init__ is asked for lazy names as well.
    read = [path for path in reads if path.name != "__init__.py"]
    once = [content for content in parsed if b"LAZY" not in content]
    assert set(studies) <= set(read)
    assert len(read) == len(set(read))
    assert len(once) == len(set(once))
