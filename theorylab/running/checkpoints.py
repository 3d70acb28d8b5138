"""Finished pieces of long runs on disk, so that a killed run goes on where it stopped.

A piece is what some consecutive replicas or grid points gave. Its folder is named by everything that its numbers
depend on (kernel, reachable sources, arguments, seed, versions, processor), so a piece is either the right one or not
found. Each file carries a checksum. Nothing here depends on the clock of the day.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import InputError, StoreWarning
from theorylab.numerics import sources
from theorylab.numerics.freshness import text_is_in_memory
from theorylab.running import store

SCHEMA = 1
FLUSH_SECONDS = 1.0
"""Seconds of a run between two writes: what a power cut costs at most, beside the pieces that were under way."""

_MAGIC = b"theorylab piece "


class Checkpoints:
    """The pieces of the runs of one command, under folder/<key of the run>; keys are of `run_key`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pending: list[tuple[Path, bytes]] = []
        self._written = time.monotonic()
        self._off = False

    def load(self, key: str, start: int, stop: int) -> NDArray[np.float64] | None:
        """Piece start..stop, or None. A damaged file is reported by a StoreWarning and deleted."""
        path = self._path(key, start, stop)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            return _decode(content)
        except ValueError as error:
            _warn(f"{path} is damaged ({error}): dropped, and computed again")
            with contextlib.suppress(OSError):
                path.unlink()
            return None

    def add(self, key: str, start: int, stop: int, values: NDArray[np.float64]) -> None:
        """Keep a finished piece; it reaches the disk within `FLUSH_SECONDS` seconds of work, or with `flush`."""
        if not self._off:
            self._pending.append((self._path(key, start, stop), _encode(values)))
            if time.monotonic() - self._written >= FLUSH_SECONDS:
                self.flush()

    def flush(self) -> None:
        """Write what is pending. Where that fails (disk full) a StoreWarning says so, and the run goes on."""
        try:
            for path, content in self._pending:
                store.write_atomically(path, content)
        except (OSError, InputError) as error:
            _warn(
                f"no checkpoints under {self.folder}: {getattr(error, 'strerror', None) or error}; the run goes on, "
                "and would lose what is not yet written if it were stopped"
            )
            self._off = True
        self._pending.clear()
        self._written = time.monotonic()

    def _path(self, key: str, start: int, stop: int) -> Path:
        return self.folder / key / f"{start}-{stop}.piece"


def run_key(function: Callable[..., Any], described: dict[str, Any], arguments: tuple[Any, ...]) -> str | None:
    """Name of a run by all that its numbers depend on; None if that cannot be told.

    It cannot for functions without a file or an importable name, whose text changed after it was read, or whose
    arguments are no arrays, numbers, words, and tuples or dataclass-like tuples of these.
    """
    body = getattr(function, "py_func", function)
    file = Path(getattr(getattr(body, "__code__", None), "co_filename", ""))
    if not file.is_file() or body.__closure__ or "<" in body.__qualname__ or not text_is_in_memory(file):
        return None
    total = hashlib.sha256()
    try:
        for value in arguments:
            _feed(total.update, value)
    except TypeError:
        return None
    known = described | {
        "schema": SCHEMA,
        "function": f"{body.__module__}.{body.__qualname__}",
        "sources": sources.digest(file),
        "arguments": total.hexdigest(),
        "versions": store.versions(),
        "processor": store.processor(),
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:32]


def _feed(update: Callable[[bytes], None], value: Any) -> None:
    """Feed a value to a hash so that different values, types and shapes differ; TypeError for anything else."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        update(f"array {value.dtype.str} {value.shape}".encode())
        update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, (bool, int, float, complex, str, bytes, np.number, np.bool_, type(None))):
        update(f"{type(value).__name__} {value!r};".encode())
    elif isinstance(value, (tuple, list)):
        update(f"{type(value).__qualname__} {len(value)};".encode())
        for item in value:
            _feed(update, item)
    else:
        raise TypeError(f"no fingerprint of a {type(value).__name__}")


def _encode(values: NDArray[np.float64]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(values), allow_pickle=False)
    content = buffer.getvalue()
    return _MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def _decode(content: bytes) -> NDArray[np.float64]:
    head, _, body = content.partition(b"\n")
    if not head.startswith(_MAGIC):
        raise ValueError("not a piece")
    if hashlib.sha256(body).hexdigest().encode() != head[len(_MAGIC) :]:
        raise ValueError("its checksum does not match")
    return np.asarray(np.lib.format.read_array(io.BytesIO(body), allow_pickle=False))


def _warn(message: str) -> None:
    warnings.warn(message, StoreWarning, stacklevel=3)
