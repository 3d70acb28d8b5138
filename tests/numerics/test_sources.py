"""Sources: the digest of a file changes with every project file that it can reach by imports, and with no other."""

import os
import shutil
from pathlib import Path

import pytest

import theorylab
from theorylab.numerics import sources
from theorylab.trials.study import find

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
    assert (expected in sources.reachable(kern)) is (expected != sources.DOOR)


def test_public_names_are_listed_once_and_exist():
    assert sorted(theorylab.__all__) == sorted({"__version__", *theorylab.LAZY})
    assert set(theorylab.__all__) <= set(dir(theorylab))
    with pytest.raises(AttributeError, match="no attribute 'agreees'"):
        theorylab.agreees  # noqa: B018


def test_a_kernel_of_a_family_depends_on_its_helpers_but_not_on_the_bench_above_it():
    names = {path.relative_to(HOME.parent).as_posix() for path in sources.reachable(HOME / "regression/kernels.py")}
    assert {
        "theorylab/models/regression/kernels.py",
        "theorylab/models/regression/model.py",
        "theorylab/numerics/streams.py",
    } <= names
    # An edit of these must not recompile the kernels.
    assert not {f"theorylab/{name}.py" for name in ("cli", "plots", "study", "tables", "replicas")} & names
    assert not any(name.startswith(("theorylab/verdicts", "studies")) for name in names)


def test_a_study_is_traced_to_theory_kernels_and_verdicts():
    study = HOME.parent / "studies" / "regression" / "one_hot.py"
    names = {path.relative_to(HOME).as_posix() for path in sources.reachable(study) if HOME in path.parents}
    assert {"regression/kernels.py", "regression/model.py", "verdicts/rule.py", "streams.py", "plots.py"} <= names
    assert any(name.startswith("regression/theory") for name in names)


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


def test_lazy_names_used_as_attributes_are_followed(tmp_path):
    kern = tmp_path / "kern.py"
    kern.write_text("import theorylab\nrun = theorylab.replicate")
    assert HOME / "replicas.py" in sources.reachable(kern)


def test_the_command_line_is_no_source_of_numbers():
    study = find("one_hot").path
    assert "script" in study.read_text(encoding="utf-8")
    assert sources.DOOR not in sources.reachable(study)
    assert sources.DOOR in sources.reachable(sources.DOOR)
