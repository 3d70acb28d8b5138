"""Where output cannot go, or not as it is, the result is kept and a line says so; what is printed is no markup."""

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests.faults import subject

LATIN = "[stream.reconfigure(encoding='latin-1') for stream in (sys.stdout, sys.stderr)]"


@pytest.fixture
def folder(tmp_path):
    return subject.plant(tmp_path / "own")


def run(folder, *arguments, before="pass", **streams):
    """`theorylab run` of the study; `streams` names a file for `out` or `err`."""
    return subject.Run(folder, "run", "mine/walk.py", "--no-figures", *arguments, before=before, **streams).wait()


def shell(folder, *arguments, redirect):
    """The same in a process of a shell, which closes what it is told to."""
    line = subject.line("run", "mine/walk.py", "--no-figures", *arguments)
    words = " ".join(f"'{part}'" if "'" not in part else f'"{part}"' for part in line)
    given = {"cwd": folder, "env": subject.variables(folder), "capture_output": True, "check": False, "text": True}
    return subprocess.run(["sh", "-c", f"{words} {redirect}"], **given)


def whole(folder, out="out"):
    return subject.written(Path(folder, out))["json"] is not None


def test_a_terminal_without_our_letters_gets_plain_marks(folder):
    done = run(folder, before=LATIN)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ok mine.walk  1 claim")
    assert "?" not in done.stdout
    wrong = run(folder, "--set", "half=0.7", before=LATIN)
    assert wrong.returncode == 1
    assert "NO mine.walk" in wrong.stdout


@pytest.mark.skipif(os.name != "posix", reason="a shell as on POSIX")
@pytest.mark.parametrize("redirect", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_cost_nothing(folder, redirect):
    done = shell(folder, redirect=redirect)
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""
    assert whole(folder)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_costs_one_line_and_no_result(folder):
    done = run(folder, out="/dev/full")
    assert done.returncode == 1
    assert done.stderr == "theorylab: no space is left where the output goes: make room, and run the command again\n"
    assert whole(folder)
    (folder / "out" / "seeds.jsonl").write_text("5\n")
    assert run(folder, "--fresh", err="/dev/full").returncode == 0  # nobody can be told of the list of seeds
    report = run(folder, "--json", "/dev/full")
    assert report.returncode == 1
    assert report.stderr == done.stderr
    assert "mine.walk" in report.stdout


@pytest.mark.parametrize("out", ["[bold]x[/red]", "[/]", ":boom:", "%s {0}"])
def test_a_path_is_no_markup(folder, out):
    done = run(folder, "--out", out, "--set", "half=0.7")
    assert done.stderr == ""
    assert f"records in {out}\n" in done.stdout
    assert whole(folder, out)


def test_a_report_follows_links(folder):
    (folder / "link.json").symlink_to("target.json")
    for _ in range(2):
        assert run(folder, "--json", "link.json").returncode == 0
        assert (folder / "link.json").is_symlink()
        assert json.loads((folder / "target.json").read_text())["studies"]
    (folder / "circle").symlink_to("circle")
    done = run(folder, "--json", "circle")
    assert done.returncode == 2
    assert done.stderr.startswith("theorylab: --json circle cannot be written")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as on POSIX")
def test_a_report_goes_through_a_pipe(folder):
    pipe, found = folder / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(pipe.read_text()))
    reader.start()
    assert run(folder, "--json", "pipe").returncode == 0
    reader.join(timeout=10)
    assert json.loads(found[0])["studies"]
    assert pipe.is_fifo()


def test_a_report_goes_to_a_device_and_to_standard_output(folder):
    assert run(folder, "--json", "/dev/null").returncode == 0
    assert not Path("/dev/null").is_file()
    done = run(folder, "--json", "/dev/stdout", out=str(folder / "log"))
    assert done.returncode == 0
    assert '"studies"' in (folder / "log").read_text()
    assert "mine.walk" in (folder / "log").read_text()


def test_a_run_that_would_last_for_years_is_refused_with_an_estimate(folder):
    done = run(folder, "--set", "replicas=999999999999")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "999999999999 runs of walk would take up to" in done.stderr
    assert "allow it with --hours" in done.stderr
    assert run(folder, "--hours", "0").returncode == 2
    assert run(folder, "--set", "pause=0.01", "--hours", "0.0001").returncode == 2


def test_settings_of_matplotlib_in_the_working_folder_change_no_figure(folder):
    assert subject.cold(folder, "run", "mine/walk.py", "--out", "plain").returncode == 0
    (folder / "matplotlibrc").write_text("text.usetex: True\nfont.size: 30\n")
    done = subject.cold(folder, "run", "mine/walk.py", "--out", "set")
    assert (done.returncode, done.stderr) == (0, "")
    assert subject.written(folder / "set") == subject.written(folder / "plain")
