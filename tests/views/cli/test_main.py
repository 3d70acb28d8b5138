"""The command as a whole: how it is found, its help, mistakes that cost one line, never a traceback."""

import errno
import io
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import theorylab
from theorylab.views import cli

ROOT = Path(theorylab.__file__).parents[1]
EMA = "regression.ema_linear_regression"
NAMES = [listing.name for listing in theorylab.discover()]
JSON_TAKERS = (
    ("run", "one_hot"),
    ("falsify", "one_hot"),
    ("hunt", "planar_maps"),
    ("certify",),
    ("calibrate",),
    ("judge", "file"),
)


def test_the_command_is_installed():
    (entry,) = entry_points(group="console_scripts", name="theorylab")
    assert entry.value == "theorylab.views.cli:main"


def test_help_and_version_succeed(command):
    for arguments in (("--help",), ("-h",), ("run", "--help")):
        status, out, err = command(*arguments)
        assert (status, err) == (0, "")
        assert out.startswith("Usage: ")
    assert command("--version")[1].split()[-1] == theorylab.__version__


def test_help_calls_the_command_by_its_name(command):
    assert command("run", "--help")[1].startswith("Usage: theorylab run [OPTIONS]")


def test_piped_output_is_plain_and_fits_a_line(command):
    for arguments in (("list",), ("show", "one_hot"), ("run", "ema_variance", "--set", "dim=4"), ("run", "--help")):
        _, out, err = command(*arguments)
        assert "\x1b" not in out + err
        assert max(len(line) for line in out.splitlines()) <= 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "one_hott"), ["'one_hott'", "did you mean 'regression.ema_linear_regression.one_hot'?"]),
        (("run", "one_hot", "zzzzzz"), ["'zzzzzz'", "theorylab list"]),
        (("show", "one_hott"), ["did you mean 'regression.ema_linear_regression.one_hot'?"]),
        (("run", "one_hot", "--set", "stepsize=1"), ["'stepsize'", "did you mean 'step_size'?"]),
        (("run", "one_hot", "--set", "horizon=long"), ["horizon='long'", "give an integer"]),
        (("run", "one_hot", "--set", "horizon=1.5"), ["horizon='1.5'", "give an integer"]),
        (("run", "one_hot", "--set", "step_size"), ["'step_size'", "NAME=VALUE"]),
        (("run", "one_hot", "--set", "=1"), ["'=1'", "NAME=VALUE"]),
        (("run", "one_hot", "--set", "step_size=-1"), ["step_size=-1.0", "give a finite number > 0"]),
        (("run", "one_hot", "--set", "step_size=nan"), ["step_size=nan"]),
        (("run", "one_hot", "--set", "replicas=1"), ["replicas=1", "integer >= 2"]),
        (("run", "one_hot", "--set", "seed=-1"), ["seed=-1", "integer >= 0"]),
        (("run", "one_hot", "--set", "dim=5", "--set", "dim=6"), ["dim is set twice"]),
        (("run", "one_hot", "--set", "seed=5", "--seed", "6"), ["seed is set twice"]),
        (("run", "halpern_worst_case", "--seed", "3"), ["--seed 3 has no meaning", "halpern_worst_case draws nothing"]),
        (("run", "one_hot", "--workers", "0"), ["--workers", "0"]),
        (("run", "one_hot", "--workers", "all"), ["--workers", "'all'"]),
        (("run", "one_hot", "--seed", "-1"), ["--seed", "-1"]),
        (("run", "one_hot", "--seed", "1.5"), ["--seed", "1.5"]),
        (("run", "one_hot", "--out", "file/below"), ["file/below", "--out"]),
        (("run", "one_hot", "--out", "file"), ["file", "--out"]),
        (("run", "one_hot", "--json", "file/below/x.json"), ["--json file/below/x.json cannot be written"]),
        *[((*line, "--json", "."), ["--json . is a folder"]) for line in JSON_TAKERS],
        (("run", "one_hot", "--until-decided", "--budget", "3"), ["--budget 3", "one_hot begins with 4000 replicas"]),
        (("run", "--parallel"), ["--parallel"]),
        (("run", "one_hot", "--seed"), ["--seed"]),
        (("runn",), ["'runn'"]),
        (("show",), ["STUDY"]),
    ],
)
def test_a_mistake_costs_one_line_and_exit_status_2(command, tmp_path, arguments, words, refused):
    (tmp_path / "file").touch()
    refused(command(*arguments), *words)
    assert not list(tmp_path.rglob("*.svg"))


def test_a_terminal_without_our_letters_shows_question_marks(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "argv", ["theorylab", "--version"])
    cli.main()
    stream.write("\u2713")
    stream.flush()
    assert stream.buffer.getvalue().endswith(b"?")


def test_a_full_disk_costs_one_line(command, monkeypatch):
    def full(**how):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cli, "cli", full)
    status, out, err = command("list")
    assert (status, out) == (1, "")
    assert err == "theorylab: no space is left where the output goes: make room, and run the command again\n"


def test_a_missing_command_is_answered_with_the_help(command):
    status, out, err = command()
    assert (status, out) == (2, "")
    assert err.startswith("Usage: ")
    assert "Traceback" not in err
    for name in ("list", "papers", "findings", "show", "run"):
        assert f"  {name} " in err


def test_help_list_and_import_load_no_library_of_numbers_or_figures(environment):
    text = """
import sys
heavy = ("numba", "numpy", "scipy", "matplotlib", "sympy")
import theorylab
assert not [name for name in heavy if name in sys.modules], "import theorylab"
from theorylab.views.cli import main
for arguments in (["--help"], ["run", "--help"], ["papers"], ["findings"], ["list"]):
    sys.argv = ["theorylab", *arguments]
    try:
        main()
    except SystemExit as end:
        assert not end.code
    assert not [name for name in heavy if name in sys.modules], arguments
"""
    done = subprocess.run([sys.executable, "-c", text], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(f"  {name.rpartition('.')[2]}: " in done.stdout for name in NAMES)


def test_a_study_runs_as_a_module(tmp_path, environment):
    line = [
        sys.executable,
        "-W",
        "error",
        "-m",
        f"studies.{EMA}.one_hot",
        "--set",
        "replicas=2000",
        "--out",
    ]
    done = subprocess.run(
        [*line, str(tmp_path)], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert (tmp_path / "regression" / "ema_linear_regression" / "one_hot.svg").is_file()


def test_what_is_typed_at_a_prompt_is_no_script(monkeypatch, capsys, refused):
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    with pytest.raises(SystemExit) as end:
        theorylab.script()
    refused((end.value.code, *capsys.readouterr()), "write it into")
