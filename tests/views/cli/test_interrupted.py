"""Runs that are interrupted, by hand or by a reader that leaves: a line, and whole files."""

import os
import signal
import subprocess
import sys
import time

import pytest

import theorylab

MAIN = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from theorylab.views.cli import main; main()"
)
EMA = "regression.ema_linear_regression"


def test_a_reader_that_leaves_early_sees_no_traceback(tmp_path, environment):
    # As `theorylab run ... | head -1`.
    line = [sys.executable, "-c", MAIN, "run", "ema_variance", "ema_tail_equivalence", "--out", str(tmp_path)]
    with subprocess.Popen(line, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert f"{EMA}.ema_" in run.stdout.readline()  # of whichever study ends first
        run.stdout.close()
        errors = run.stderr.read()
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors


def stopped_line(count, out):
    files = f"{count} studies finished, their files in {out} are whole"
    return f"theorylab: interrupted: {files}; the same command goes on from here\n"


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_ctrl_c_ends_a_run_with_one_line_and_no_half_written_files(tmp_path, environment):
    line = [sys.executable, "-c", MAIN, "run", "--full", "ema_bias_and_variance", "--workers", "1", "--out", "o"]
    with subprocess.Popen(
        line, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        while not list((tmp_path / "o").rglob("*.piece")):  # the first come after a second; the run takes many
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert out == ""
    assert err == stopped_line("0 of 1", "o")
    left = [path.relative_to(tmp_path).parts for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]
    assert left, "nothing was kept to go on from"
    assert all(parts[:2] == ("o", ".pieces") for parts in left)


def test_ctrl_c_between_two_studies_keeps_the_finished_one(command, monkeypatch, tmp_path):
    def interrupted(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(theorylab.load("ema_tail_equivalence"), "predict", interrupted)
    status, _, err = command("run", "ema_variance", "ema_tail_equivalence", "one_hot", "--jobs", "1")
    assert status == 130
    assert err == stopped_line("1 of 3", "out")
    names = sorted(path.name for path in (tmp_path / "out" / "regression" / "ema_linear_regression").iterdir())
    assert names == ["ema_variance.json", "ema_variance.npz", "ema_variance.svg"]
