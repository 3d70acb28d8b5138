"""`python -m theorylab` is the command."""

import runpy
import sys


def test_python_m_theorylab_is_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["theorylab", "list", "one_hot"])
    runpy.run_module("theorylab", run_name="__main__")
    assert "one_hot: " in capsys.readouterr().out
