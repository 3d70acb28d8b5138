"""Progress is drawn on a terminal and nowhere else."""

import io

from rich.console import Console

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
