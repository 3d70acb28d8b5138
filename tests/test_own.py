"""Own theorems, outside this repository: every door works from a folder of one's own, and the lab's studies stay.

Each door is a process of its own in a folder that holds nothing of the lab; several commands share one where they can.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import theorylab
from tests.session import answers

ROOT = Path(theorylab.__file__).parents[1]
ONE_HOT = "regression.ema_linear_regression.one_hot"
CLAIM = '''
"""The mean of n signs has variance 1/n."""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, jit, plots, replicate, script, streams
from theorylab.trials.hunt import Range

SOURCE = Source("textbook", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    scale: float = 1.0
    replicas: int = 4000
    seed: int = 1


QUICK = Setting()
SPACE = {"scale": Range(0.5, 2.0)}
SIZES = np.array([4, 16, 64])


@jit.kernel
def squared_means(sizes, scale, stream):
    signs = np.empty(sizes[-1])
    streams.fill_signs(stream, signs)
    return (scale * np.cumsum(signs)[sizes - 1] / sizes) ** 2


def measure(s):
    drawn = replicate(squared_means, SIZES, s.scale, x=SIZES, replicas=s.replicas, seed=s.seed)
    return {"drawn": drawn, "bound": exact(SIZES, s.scale / SIZES, 1e-15)}


def checks(s, measured, predicted):
    half, one = exact(SIZES, 0.5 / SIZES, 1e-15), exact(SIZES, s.scale**2 / SIZES, 1e-15)
    yield agrees("variance 1/n", measured["drawn"], one, rival=Rival(claim="1/(2n)", predicted=half))
    rival = Rival(claim="2 scale/n", predicted=exact(SIZES, 2 * s.scale / SIZES, 1e-15))
    yield agrees("scale/n", measured["bound"], exact(SIZES, s.scale / SIZES, 1e-15), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1)
    plots.measurement(axes, measured["drawn"])
    return drawn


if __name__ == "__main__":
    script()
'''.lstrip()


def variables(**more):
    """The environment of a process that finds the lab, and no study of anybody else's."""
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "THEORYLAB_STUDIES")}
    return kept | {"PYTHONPATH": str(ROOT)} | more


def python(*arguments, cwd, **more):
    line = [sys.executable, *map(str, arguments)]
    return subprocess.run(line, cwd=cwd, env=variables(**more), capture_output=True, text=True, check=False)


def commands(*lines, cwd, **more):
    """What the command answers to each of some lines, in one process: (status, output, errors)."""
    return answers(lines, cwd, variables(**more))


@pytest.fixture
def folder(tmp_path):
    """An own folder: my_claim.py, a package, and studies/ of one's own, with a study of a name that the lab has too."""
    (tmp_path / "my_claim.py").write_text(CLAIM)
    for package in ("mypackage", "studies/mine"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "studies" / "__init__.py").touch()
    (tmp_path / "mypackage" / "helper.py").write_text("NAME = 'signs'\n")
    (tmp_path / "mypackage" / "signs.py").write_text(f"{CLAIM}\nfrom mypackage.helper import NAME\n")
    (tmp_path / "studies" / "mine" / "one_hot.py").write_text(CLAIM)
    for path in tmp_path.rglob("*.py"):  # a text of this very moment may be younger than a process, and is not trusted
        os.utime(path, (1e9, 1e9))
    return tmp_path


@pytest.mark.parametrize(
    ("door", "name"),
    [
        (["my_claim.py"], "my_claim"),
        (["mypackage/signs.py"], "mypackage.signs"),
        (["-m", "mypackage.signs"], "mypackage.signs"),
        (["-m", "studies.mine.one_hot"], "studies.mine.one_hot"),
    ],
)
def test_a_study_is_a_script(folder, door, name):
    if door == ["mypackage/signs.py"]:  # python puts the file's own folder on the path, not that of its package
        (folder / "mypackage" / "signs.py").write_text(CLAIM)
    done = python(*door, "--seed", "3", "--json", "v.json", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    (entry,) = json.loads((folder / "v.json").read_text())["studies"]
    assert entry["study"] == name
    assert [check["verdict"] for check in entry["checks"]] == ["supported", "supported"]
    stem = folder.joinpath("out", *name.split("."))
    assert json.loads(stem.with_suffix(".json").read_text())["seed"] == 3
    assert stem.with_suffix(".svg").is_file()


def test_every_command_takes_a_path_and_a_module(folder):
    lines = [
        ["run", "./my_claim.py", "mypackage.signs", "--set", "scale=1.0", "--out", "o"],
        ["run", "mypackage", "--out", "o"],
        ["why", "./my_claim.py", "--out", "o"],
        ["show", "my_claim.py", "mypackage.signs", "--out", "o"],
        ["falsify", "mypackage.signs"],
        ["hunt", "./my_claim.py", "scale", "--budget", "20"],
        ["run", "my_claim.py", "--replicate", "3"],
        ["run", "my_claim.py", "--until-decided", "--set", "replicas=1000", "--out", "u"],
        ["run", "studies.mine.one_hot", "--out", "o"],
    ]
    run, package, why, show, falsify, hunt, replicate, decided, mine = commands(*lines, cwd=folder)
    for outcome in (run, package, why, show, falsify, hunt, replicate, decided, mine):
        assert (outcome[0], outcome[2]) == (0, ""), outcome
    assert "my_claim" in run[1]
    assert "mypackage.signs" in run[1]
    assert "mypackage.signs" in package[1]
    assert "reused" in package[1]
    assert "helper" not in package[1]
    assert "reused" in why[1]
    assert show[1].count("The mean of n signs has variance 1/n.") == 2
    assert "o/mypackage/signs.json" in show[1]
    assert "constant x 2" in falsify[1]
    assert "scale/n" in hunt[1]
    assert "supported 3" in replicate[1]
    assert "supported" in decided[1]
    assert "studies.mine.one_hot" in mine[1]
    assert (folder / "o" / "studies" / "mine" / "one_hot.json").is_file()


def test_own_studies_are_added_and_replace_none(folder):
    (folder / "regression" / "ema_linear_regression").mkdir(parents=True)
    (folder / "regression" / "ema_linear_regression" / "one_hot.py").write_text(CLAIM)
    added = os.pathsep.join(["mypackage", "studies/mine", "regression"])
    lines = [["list"], ["show", ONE_HOT], ["run", "signs", "--out", "o"], ["show", "one_hot"], ["run", "mypackage"]]
    listed, lab, signs, both, package = commands(*lines, cwd=folder, THEORYLAB_STUDIES=added)
    for own in ("mypackage\n  signs: ", "studies.mine\n  one_hot: ", "\nema_linear_regression\n  one_hot: "):
        assert own in listed[1]  # a folder without an __init__.py is no package: names count from below it
    assert f"\n{len(theorylab.discover()) + 3} studies" in listed[1]
    assert listed[2] == ""
    assert f"{ROOT / 'studies'}" in lab[1], "the lab's own"
    assert signs[0] == package[0] == 0
    assert both[0] == 2
    assert "ambiguous" in both[2]
    assert "studies.mine.one_hot" in both[2]


def test_a_clash_of_names_is_said_and_the_labs_stays(folder):
    paper = folder / "regression" / "ema_linear_regression"
    paper.mkdir(parents=True)
    for package in (paper, paper.parent):
        (package / "__init__.py").touch()
    (paper / "one_hot.py").write_text(CLAIM)
    listed, shown = commands(["list"], ["show", ONE_HOT], cwd=folder, THEORYLAB_STUDIES="regression")
    for outcome in (listed, shown):
        assert outcome[0] == 0
        assert f"{paper / 'one_hot.py'} is left out: {ONE_HOT} is the name of {ROOT}" in outcome[2]
    assert str(ROOT / "studies") in shown[1]


def test_an_addition_that_is_not_there_costs_one_line(folder):
    ((status, out, err),) = commands(["list"], cwd=folder, THEORYLAB_STUDIES="nowhere")
    assert (status, out) == (2, "")
    assert err == (
        "theorylab: THEORYLAB_STUDIES names 'nowhere', which is no file, folder or package with studies: correct it\n"
    )


def test_an_installed_package_adds_its_studies(folder):
    # What pip writes for a package with an entry point, on the path like a site-packages folder.
    metadata = folder / "site" / "mine-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[theorylab.studies]\nmine = claims\nbad = no_such_package\n")
    (folder / "site" / "claims").mkdir()
    (folder / "site" / "claims" / "__init__.py").touch()
    (folder / "site" / "claims" / "signs.py").write_text(CLAIM)
    path = os.pathsep.join([str(folder / "site"), str(ROOT)])
    (folder / "elsewhere").mkdir()
    lines = [["list"], ["run", "claims.signs", "--out", "o"]]
    listed, run = commands(*lines, cwd=folder / "elsewhere", PYTHONPATH=path)
    assert (listed[0], run[0]) == (0, 0)
    assert "claims\n  signs: The mean of n signs" in listed[1]
    assert "the entry point bad = 'no_such_package' of theorylab.studies names no module with studies" in listed[2]


def test_one_line_asserts_a_study_in_a_test_suite(folder):
    text = (
        "import theorylab\nimport my_claim\n\n\ndef test_{0}():\n    theorylab.run(my_claim{1}).assert_as_declared()\n"
    )
    (folder / "test_mine.py").write_text(text.format("true", "") + text.format("false", ", scale=0.7071"))
    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py", cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout
    assert "not as declared:" in done.stdout
    assert "measured" in done.stdout
    assert "(declared" in done.stdout
    assert "theorylab/trials/results.py" not in done.stdout, "the line of the suite is shown, not the lab's"


def test_a_module_of_a_name_that_is_taken_is_refused(folder):
    (folder / "json.py").write_text(CLAIM)
    ((status, out, err),) = commands(["show", "./json.py"], cwd=folder)
    assert (status, out) == (2, "")
    assert "json.py cannot be loaded: Python has another module json" in err


def test_a_folder_called_studies_hides_nothing(folder):
    listed, run = commands(["list"], ["run", "ema_variance", "--set", "dim=4", "--out", "o"], cwd=folder)
    assert f"\n{len(theorylab.discover())} studies" in listed[1]
    assert run[0] == 0, run
    done = python("-m", "theorylab.studies.regression.ema_linear_regression.ema_variance", "--set", "dim=4", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "out" / "regression" / "ema_linear_regression" / "ema_variance.json").is_file()
