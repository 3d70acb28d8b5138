"""Processes take turns in a folder: a stopped one is named, in limited time; a turn that passes on is waited for."""

import os
import stat
import subprocess
import sys
import time

import filelock
import pytest

from tests.faults import surroundings
from theorylab.errors import StoppedError, StoreWarning
from theorylab.running import locks


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(locks, "LIMIT", 0.6)
    monkeypatch.setattr(locks, "SILENCE", 0.2)


def test_a_free_folder_is_held_at_once_and_let_go(tmp_path):
    for _ in range(2):
        with locks.held(tmp_path):
            assert (tmp_path / locks.NAME).is_file()


def test_a_stopped_holder_is_named_and_waited_for_in_limited_time(tmp_path):
    with surroundings.lock_held(tmp_path / locks.NAME) as process:
        began = time.monotonic()
        with (
            pytest.warns(StoreWarning, match="waiting for .*process"),
            pytest.raises(StoppedError, match=r"has held .* let it go on or end it, then run the same command again"),
            locks.held(tmp_path),
        ):
            pytest.fail("two processes hold one folder")
        assert time.monotonic() - began < 5.0
        if sys.platform == "linux":
            assert locks._holder(tmp_path / locks.NAME) == process
            assert locks._state(process) == " (stopped)"
    assert locks._holder(tmp_path / locks.NAME) is None
    with locks.held(tmp_path):
        pass


def test_a_turn_that_passes_on_is_waited_for(tmp_path, monkeypatch):
    holders = iter(range(1000))  # as if each time that one looks somebody else has the folder
    monkeypatch.setattr(locks, "_holder", lambda path: next(holders))
    code = surroundings.HOLDER.replace("600", "1.5")
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path / locks.NAME)], stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.warns(StoreWarning, match="waiting for"), locks.held(tmp_path):
            assert other.wait() == 0


@pytest.mark.skipif(os.name != "posix", reason="permissions as on POSIX")
@pytest.mark.parametrize("mode", [0o755, 0o777, 0o775])
def test_who_may_write_into_the_folder_may_lock_it(tmp_path, mode):
    tmp_path.chmod(mode)
    with locks.held(tmp_path):
        assert stat.S_IMODE((tmp_path / locks.NAME).stat().st_mode) == 0o600 | (mode & 0o666)


def test_a_folder_in_the_place_of_a_lock_is_set_aside(tmp_path):
    (tmp_path / locks.NAME).mkdir()
    with (
        pytest.warns(StoreWarning, match=r"is no file, where a lock belongs: kept as \.lock\.damaged"),
        locks.held(tmp_path),
    ):
        assert (tmp_path / locks.NAME).is_file()


def test_where_there_can_be_no_lock_it_is_said(tmp_path, monkeypatch):
    (tmp_path / locks.NAME).touch()
    monkeypatch.setattr(
        filelock.FileLock, "acquire", lambda *given, **named: (_ for _ in ()).throw(OSError(37, "No locks"))
    )
    said = r"cannot be locked .* or choose another folder with --out DIR"
    with pytest.raises(StoppedError, match=said), locks.held(tmp_path):
        pass
