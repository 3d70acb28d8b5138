"""Processes that write into one folder take turns: for a limited time, and with a word on who keeps whom waiting."""

from __future__ import annotations

import contextlib
import os
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path

from theorylab.errors import StoppedError, StoreWarning
from theorylab.running import store

NAME = ".lock"
LIMIT = 60.0
"""Seconds for which one process may hold a folder: writing takes a fraction of one."""
SILENCE = 5.0
"""Seconds after which it is said that there is a wait."""


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """In this context no other process is in it for the same folder.

    Raises StoppedError where another has held the folder for LIMIT seconds, or where there can be no lock.
    """
    from filelock import FileLock, Timeout

    path = folder / NAME
    try:
        if os.path.lexists(path) and not path.is_file():
            store.set_aside(path, "is no file, where a lock belongs")
        # Who may write into the folder may lock it.
        lock = FileLock(path, mode=0o600 | (stat.S_IMODE(folder.stat().st_mode) & 0o666))
        holder, waited, said = _holder(path), 0.0, False
        while not lock.is_locked:
            try:
                lock.acquire(timeout=min(SILENCE, LIMIT))
            except Timeout:
                now, waited = _holder(path), waited + min(SILENCE, LIMIT)
                if now != holder:  # the turn passed on
                    holder, waited = now, 0.0
                _complain(path, holder, waited, said)
                said = True
    except OSError as error:
        raise StoppedError(
            f"{path} cannot be locked ({error.strerror or error}): delete it, or choose another folder with --out DIR"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _complain(path: Path, holder: int | None, waited: float, said: bool) -> None:
    who = "another process" if holder is None else f"process {holder}{_state(holder)}"
    if waited >= LIMIT:
        raise StoppedError(
            f"{who} has held {path} for {waited:.0f} s: let it go on or end it, then run the same command again"
        )
    if not said:
        warnings.warn(f"waiting for {who}, which writes into {path.parent}", StoreWarning, stacklevel=4)


def _holder(path: Path) -> int | None:
    """The process that holds the lock of a file, where the system tells."""
    try:
        number = str(path.stat().st_ino)
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            fields = line.split()
            if "->" not in fields and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == number:
                return int(fields[4])
    except (OSError, ValueError, IndexError):
        pass
    return None


def _state(process: int) -> str:
    """' (stopped)' of a process that was sent a stop signal; '' of any other."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return " (stopped)" if fields[:1] == ["T"] else ""
