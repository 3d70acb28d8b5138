"""Whether what a process runs is what the files say: only files that it has loaded can differ."""

import importlib
import os
import py_compile
import sys
import time

import pytest

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


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module that this process has imported, dated long ago, and its file."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "watched_here.py"
    path.write_text("x = 1")
    os.utime(path, (1e9, 1e9))
    yield importlib.import_module("watched_here"), path
    del sys.modules["watched_here"]


def test_a_date_that_was_set_back_after_an_edit_is_not_believed(module):
    _, path = module
    assert freshness.text_is_in_memory(path)
    path.write_text("x = 2")
    os.utime(path, (1e9, 1e9))
    assert not freshness.text_is_in_memory(path)
    assert not freshness.loaded_text_is_current([path])


def test_what_was_reloaded_after_an_edit_is_in_memory_in_part_and_not_trusted(module):
    loaded, path = module
    path.write_text("x = 2")
    os.utime(path, (1e9, 1e9))
    importlib.reload(loaded)
    assert loaded.x == 2
    assert not freshness.text_is_in_memory(path)


def test_a_file_that_was_imported_by_another_name_of_its_folder_is_known(module, tmp_path):
    _, path = module
    link = tmp_path.with_name(f"{tmp_path.name} link")
    link.symlink_to(tmp_path)
    path.write_text("x = 2")
    os.utime(path, (1e9, 1e9))
    assert not freshness.loaded_text_is_current([link / path.name])


def test_nothing_is_trusted_once_the_clock_was_set_back(module, monkeypatch):
    _, path = module
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    assert not freshness.text_is_in_memory(path)
    monkeypatch.setattr(time, "time", lambda: now() + 3600)
    assert freshness.text_is_in_memory(path)


def test_bytecode_of_another_text_is_found(module):
    _, path = module
    assert freshness.stale_bytecode(path) == []
    py_compile.compile(str(path))
    freshness._bytecode_is_current.cache_clear()
    path.write_text("x = 2")
    os.utime(path, (1e9, 1e9))
    assert freshness.stale_bytecode(path) == [path]
    freshness._bytecode_is_current.cache_clear()
