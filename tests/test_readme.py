"""What the README shows works as shown."""

import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks():
    return re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_example_study_runs_and_is_supported(tmp_path):
    (example,) = [block for block in blocks() if "def checks" in block]
    package = tmp_path / "studies"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "average.py").write_text(example, encoding="utf-8")
    command = [sys.executable, "-m", "studies.average", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "supported" in done.stdout
    assert (tmp_path / "out" / "average.svg").exists()


def test_the_interactive_session_works():
    (session,) = [block for block in blocks() if "study.measure" in block]
    scope = {}
    exec(session, scope)
    assert scope["result"].as_declared
    assert set(scope["curves"]) == set(scope["result"].measured)


def test_the_two_set_up_commands_are_one_line_each():
    commands = [line.strip() for line in README.splitlines() if line.startswith("    python3 -m venv")]
    assert commands == [
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/theorylab run",
        'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/pytest',
    ]
