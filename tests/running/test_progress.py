"""Progress is drawn on a terminal; elsewhere a line on standard error tells now and then that something moves."""

import io
import time

from rich.console import Console

from theorylab.running import progress as progress_module
from theorylab.running.progress import live_progress


def test_a_file_or_a_pipe_is_not_written_to():
    out = io.StringIO()
    with live_progress(Console(file=out)) as progress:
        progress("a run", 1, 2)
    assert out.getvalue() == ""


def test_a_terminal_shows_what_is_done_of_what():
    out = io.StringIO()
    with live_progress(Console(file=out, force_terminal=True, width=100)) as progress:
        progress("a run", 1, 2)
        progress("a run", 2, 2)
    assert "a run" in out.getvalue()
    assert "2/2" in out.getvalue()


def test_a_terminal_shows_studies_and_the_work_within_one():
    out = io.StringIO()
    with live_progress(Console(file=out, force_terminal=True, width=120)) as progress:
        progress("studies", 3, 17)
        progress("a run", 5, 64)
    assert {"3/17", "5/64", "left"} <= set(out.getvalue().replace("\x1b", " ").split())


def test_off_a_terminal_a_line_tells_what_is_done(monkeypatch, capsys):
    monkeypatch.setattr(progress_module, "HEARTBEAT", 0.05)
    with live_progress(Console(file=io.StringIO())) as progress:
        progress("a run", 5, 64)
        progress("studies", 3, 17)
        for _ in range(200):
            time.sleep(0.02)
            if said := capsys.readouterr().err:
                break
    assert "s: studies 3/17; a run 5/64" in said
