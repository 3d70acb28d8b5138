"""What the README shows works as shown."""

import re
import subprocess
import sys
from pathlib import Path

import theorylab
from theorylab.views.cli.new import SKELETON

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks():
    return re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_example_study_is_what_the_command_writes():
    (example,) = [block for block in blocks() if "def checks" in block]
    assert example == SKELETON.read_text(encoding="utf-8")  # tests/views/cli/test_new.py runs it


def test_the_interactive_session_works():
    (session,) = [block for block in blocks() if "study.measure" in block]
    scope = {}
    exec(session, scope)
    assert scope["result"].as_declared
    assert set(scope["curves"]) == set(scope["result"].measured)


def test_the_kernel_draws_and_its_check_holds(tmp_path):
    (kernel,) = [block for block in blocks() if "fill_normal(" in block]
    (tmp_path / "walk.py").write_text(kernel, encoding="utf-8")
    done = subprocess.run([sys.executable, "walk.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_two_set_up_commands_are_one_line_each():
    commands = [line.strip() for line in README.splitlines() if line.startswith("    python3 -m venv")]
    assert commands == [
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/theorylab run",
        'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/pytest -n auto --dist loadfile',
    ]


def test_files_that_contributors_are_sent_to_are_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:theorylab|tests)/[\w/]+\.py)`", text)
    assert len(named) >= 6
    assert not [name for name in named if not (ROOT / name).is_file()]
    assert len(text.splitlines()) <= 70, "one screen"


def test_every_public_name_is_in_the_help():
    table = theorylab.__doc__.partition("Public names")[2]
    named = {
        name.strip(",") for line in table.splitlines() if line.startswith("| ") for name in line.split("|")[1].split()
    }
    assert named - {"names"} == set(theorylab.__all__) - {"__version__"}
