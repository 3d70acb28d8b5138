"""`python -m theorylab` is the command."""

import runpy
import sys

import pytest


def test_python_m_theorylab_is_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["theorylab", "list", "one_hot"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("theorylab", run_name="__main__")
    assert end.value.code in (None, 0)
    assert "one_hot: " in capsys.readouterr().out
