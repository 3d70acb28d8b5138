"""The gate fails when lint, types or the README's test command fails, in a clone where all of these are stand-ins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import theorylab

ROOT = Path(theorylab.__file__).parents[1]
COMMAND = "    python3 -m venv -h > said && cp -r tools .venv && .venv/bin/pytest\n"
TOOLS = ("pytest", "pip", "ruff", "mypy")

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="a shell script"),
    pytest.mark.skipif(not (ROOT / ".ci").is_dir(), reason="an installed package has no gate"),
]


@pytest.fixture
def gate(tmp_path):
    """gate(readme, **statuses): exit status of the gate where the tools end with these, and what it printed."""

    def run(readme=COMMAND, browser=False, **statuses):
        folder = tmp_path / "project"
        (folder / "tools" / "bin").mkdir(parents=True)
        (folder / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
        (folder / "README.md").write_text(readme)
        for tool in TOOLS:
            script = folder / "tools" / "bin" / tool
            script.write_text(f"#!/bin/sh\necho {tool} ran\nexit {statuses.get(tool, 0)}\n")
            script.chmod(0o755)
        # A repository of its own, whatever repository the tests are run for.
        variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        # What the gate finds on its path: the shell's own programs, and a browser if there is to be one.
        programs = tmp_path / "programs"
        programs.mkdir()
        for name in ("bash", "sh", "git", "cp", "dirname", "grep", "mktemp", "rm", "python3"):
            (programs / name).symlink_to(sys.executable if name == "python3" else shutil.which(name))
        if browser:
            (programs / "chromium").symlink_to(shutil.which("true"))
        variables["PATH"] = str(programs)
        who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
        for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "--no-verify", "-m", "all"]):
            subprocess.run(["git", *words], cwd=folder, env=variables, check=True)
        done = subprocess.run([folder / ".ci/run"], env=variables, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    return run


def test_it_passes_where_all_pass_and_runs_them_all(gate):
    status, out = gate()
    assert status == 0
    assert all(f"{tool} ran" in out for tool in TOOLS)


def test_it_says_that_the_report_was_tried_in_no_browser(gate):
    status, out = gate()
    assert status == 0
    assert "NOT RUN: tests/views/report/test_browser.py" in out
    assert out.count("pytest ran") == 1


def test_it_tries_the_report_in_a_browser_that_is_there(gate):
    status, out = gate(browser=True)
    assert status == 0
    assert "NOT RUN" not in out
    assert out.count("pytest ran") == 2


@pytest.mark.parametrize(("tool", "code"), [("pytest", 1), ("pytest", 5), ("pip", 1), ("ruff", 1), ("mypy", 2)])
def test_it_fails_where_one_fails(gate, tool, code):
    assert gate(**{tool: code})[0] == code


def test_it_fails_where_the_readme_shows_no_test_command(gate):
    status, out = gate(readme="    pip install theorylab\n")
    assert status != 0
    assert "README.md shows no test command" in out
