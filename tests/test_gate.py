"""The gate fails when lint, types or the README's test command fails, in a clone where all of these are stand-ins."""

import os
import shutil
import subprocess
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

    def run(readme=COMMAND, **statuses):
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


@pytest.mark.parametrize(("tool", "code"), [("pytest", 1), ("pytest", 5), ("pip", 1), ("ruff", 1), ("mypy", 2)])
def test_it_fails_where_one_fails(gate, tool, code):
    assert gate(**{tool: code})[0] == code


def test_it_fails_where_the_readme_shows_no_test_command(gate):
    status, out = gate(readme="    pip install theorylab\n")
    assert status != 0
    assert "README.md shows no test command" in out
