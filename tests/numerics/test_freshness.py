"""Whether what a process runs is what the files say: only files that it has loaded can differ."""

import os
import sys
import time

from theorylab.numerics import freshness


def test_this_process_started_before_now_and_not_long_before_its_first_import():
    assert freshness.started() < time.time()


def test_only_a_file_that_was_loaded_and_edited_since_is_not_current(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    path, other = tmp_path / "loaded_here.py", tmp_path / "never_loaded.py"
    for file in (path, other):
        file.write_text("x = 1")
        os.utime(file, (1e9, 1e9))
    monkeypatch.delitem(sys.modules, "loaded_here", raising=False)
    __import__("loaded_here")
    assert freshness.loaded_text_is_current([path, other])
    os.utime(other, (4e9, 4e9))
    assert freshness.loaded_text_is_current([path, other])
    os.utime(path, (4e9, 4e9))
    assert not freshness.loaded_text_is_current([path, other])
    monkeypatch.delitem(sys.modules, "loaded_here")
