"""Whether what a process runs is what the files now say: a cached result of other text would be taken for today's.

Dates alone do not tell: they can be set, and clocks go wrong. So of each module that is imported once the laboratory is
there the text of its file is noted, by its hash.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import marshal
import os
import sys
import sysconfig
import time
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

import theorylab
from theorylab.numerics import sources

TICK = 0.01
"""Seconds that the start of a process is rounded by; Python takes longer until it reads the first text of ours."""
_STDLIB = sysconfig.get_path("stdlib") + os.sep
_loads: dict[str, set[bytes]] = {}
"""By real path: hashes of the texts that this process has imported; more than one if it was reloaded after an edit."""


class _Watch:
    """A finder that finds what Python's own would, and notes the text of the file before it is run."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """What `PathFinder` finds."""
        spec = PathFinder.find_spec(name, path, target)
        file = (spec and spec.origin) or ""
        if file.endswith(".py") and not file.startswith(_STDLIB) and "-packages" not in file:
            _loads.setdefault(os.path.realpath(file), set()).add(_hash(file))
        return spec


def _watch() -> None:
    """Put the watch before Python's finder of files, where there is one."""
    if PathFinder in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(PathFinder), _Watch)


def _hash(path: str | Path) -> bytes:
    try:
        return hashlib.sha256(Path(path).read_bytes()).digest()
    except OSError:
        return b""


def _since_boot() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


_AHEAD = time.time() - _since_boot()


def text_is_in_memory(file: Path) -> bool:
    """Whether what this process runs is what the files that `file` reaches now say."""
    return all(_is_current(path) for path in sources.reachable(file))


def loaded_text_is_current(paths: Iterable[Path]) -> bool:
    """Whether of these files those that this process has imported still say what it runs."""
    loaded = _loaded()
    return all(_is_current(path) for path in paths if os.path.realpath(path) in loaded)


def stale_bytecode(file: Path) -> list[Path]:
    """Of the files that `file` reaches those of which Python's own cache holds another text, which it runs."""
    return [path for path in sources.reachable(file) if not _bytecode_is_current(path)]


def _is_current(path: Path) -> bool:
    """Whether a file is older than this process, says what was imported, and is what Python's cache holds of it.

    Of a file that was imported unseen (before the laboratory, or by another finder) its last change of any kind has to
    be older than the process. Nothing is known once the clock was set back.
    """
    stat, real = path.stat(), os.path.realpath(path)
    if stat.st_mtime > started() or time.time() - _since_boot() < _AHEAD - 1.0:
        return False
    if real in _loads:
        unchanged = _loads[real] == {_hash(path)}
    else:
        unchanged = stat.st_ctime <= started() + TICK or real not in _loaded()
    return unchanged and _bytecode_is_current(path)


def _loaded() -> set[str]:
    """Real paths of what this process has imported of text."""
    files = {str(getattr(module, "__file__", None) or "") for module in list(sys.modules.values())}
    return {_real(file) for file in files if file.endswith(".py")}


@functools.cache
def _real(file: str) -> str:
    return os.path.realpath(file)


@functools.cache
def _bytecode_is_current(path: Path) -> bool:
    """Whether Python's own cache, where Python uses it, holds the text of the file: it goes by size and second."""
    try:
        cached, stat = Path(importlib.util.cache_from_source(path)).read_bytes(), path.stat()
        stamp = b"".join(part.to_bytes(4, "little") for part in (0, int(stat.st_mtime), stat.st_size))
        if cached[4:8] == bytes(4) and cached[4:16] != stamp:
            return True  # of another version: Python compiles the text itself
        return bool(marshal.loads(cached[16:]) == compile(path.read_bytes(), path, "exec", dont_inherit=True))
    except OSError:
        return True  # none that Python could read: it compiled the text
    except (ValueError, EOFError, TypeError, OverflowError):  # damaged, or written by something else
        return False


@functools.cache
def started() -> float:
    """When the oldest text in this process's memory may have been read, in seconds of the epoch."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError):  # no such file on this system
        return theorylab.IMPORTED_AT
    return min(theorylab.IMPORTED_AT, time.time() - age)  # a forked process is younger than its memory


_watch()
