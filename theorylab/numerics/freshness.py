"""Whether what a process runs is what the files now say: a cached result of other text would be taken for today's."""

from __future__ import annotations

import functools
import importlib.util
import marshal
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import theorylab
from theorylab.numerics import sources


def text_is_in_memory(file: Path) -> bool:
    """Whether what this process runs is what the files that `file` reaches now say."""
    return all(path.stat().st_mtime <= started() and _bytecode_is_current(path) for path in sources.reachable(file))


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


def loaded_text_is_current(paths: Iterable[Path]) -> bool:
    """Whether of these files those that this process has imported still say what it runs."""
    loaded = {str(getattr(module, "__file__", "")) for module in list(sys.modules.values())}
    return all(
        path.stat().st_mtime <= started() and _bytecode_is_current(path) for path in paths if str(path) in loaded
    )
