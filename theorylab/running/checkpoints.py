"""Finished pieces of long runs on disk, so that a killed run goes on where it stopped.

A piece is what some consecutive replicas or grid points gave. Its run is named by everything that its numbers depend on
(kernel, reachable sources, arguments, seed, versions, processor), and the piece holds its own name, range, type and
shape under its checksum: it is the one that is asked for, or it is dropped. Nothing here depends on the clock.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import InputError, StoreWarning
from theorylab.numerics import machines, sources
from theorylab.numerics.freshness import text_is_in_memory
from theorylab.running import store

SCHEMA = 2
FLUSH_SECONDS = 1.0
"""Seconds of a run between two writes: what a power cut costs at most, beside the pieces that were under way."""

_MAGIC = b"theorylab piece "
_TYPE = np.dtype("<f8")


class Checkpoints:
    """The pieces of the runs of one command, under folder/<key of the run>; keys are of `run_key`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: set[str] = set()
        """Keys of the runs that were asked for or kept here."""
        self._pending: list[tuple[Path, bytes]] = []
        self._written = time.monotonic()
        self._off = False

    def load(self, key: str, start: int, stop: int) -> NDArray[np.float64] | None:
        """Piece start..stop, or None. A damaged or misplaced file is reported by a StoreWarning and dropped."""
        self.runs.add(key)
        path = self._path(key, start, stop)
        try:
            return _decode(store.read(path), key, start, stop)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            words = error.strerror if isinstance(error, OSError) else str(error)
        _warn(f"{path} is damaged ({words}): dropped, and computed again")
        with contextlib.suppress(OSError):
            path.unlink()
        return None

    def add(self, key: str, start: int, stop: int, values: NDArray[np.float64]) -> None:
        """Keep a finished piece; it reaches the disk within `FLUSH_SECONDS` seconds of work, or with `flush`."""
        self.runs.add(key)
        if not self._off:
            self._pending.append((self._path(key, start, stop), _encode(values, key, start, stop)))
            if time.monotonic() - self._written >= FLUSH_SECONDS:
                self.flush()

    def flush(self) -> None:
        """Write what is pending. Where that fails (disk full) a StoreWarning says so, and the run goes on."""
        try:
            for path, content in self._pending:
                _write(path, content)
        except (OSError, InputError) as error:
            _warn(
                f"no checkpoints under {self.folder}: {getattr(error, 'strerror', None) or error}; the run goes on, "
                "and would lose what is not yet written if it were stopped"
            )
            self._off = True
        self._pending.clear()
        self._written = time.monotonic()

    def _path(self, key: str, start: int, stop: int) -> Path:
        return self.folder / key / f"{start}-{stop}{store.PIECE}"


def _write(path: Path, content: bytes, tries: int = 5) -> None:
    """Write a file; again, where another process that ended took the folder with it."""
    try:
        store.write_atomically(path, content)
    except (FileNotFoundError, InputError) as error:
        if tries == 0 or not isinstance(error.__cause__ or error, FileNotFoundError):
            raise
        _write(path, content, tries - 1)


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
        "processor": machines.processor(),
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


def _encode(values: NDArray[np.float64], key: str, start: int, stop: int) -> bytes:
    told = {"run": key, "from": start, "to": stop, "dtype": _TYPE.str, "shape": list(values.shape)}
    content = json.dumps(told).encode() + b"\n" + np.ascontiguousarray(values, _TYPE).tobytes()
    return _MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def _decode(content: bytes, key: str, start: int, stop: int) -> NDArray[np.float64]:
    """The values of the piece that is asked for; ValueError, in words, for anything else."""
    head, _, body = content.partition(b"\n")
    if not head.startswith(_MAGIC):
        raise ValueError("not a piece")
    if hashlib.sha256(body).hexdigest().encode() != head[len(_MAGIC) :]:
        raise ValueError("its checksum does not match")
    line, _, numbers = body.partition(b"\n")
    told = json.loads(line)
    if (told["run"], told["from"], told["to"]) != (key, start, stop):
        whose = "this run" if told["run"] == key else f"run {told['run']}"
        raise ValueError(f"misplaced: it is piece {told['from']}-{told['to']} of {whose}")
    if told["dtype"] != _TYPE.str:
        raise ValueError(f"it holds {told['dtype']}, not {_TYPE.str}")
    return np.frombuffer(numbers, _TYPE).reshape(told["shape"])


def _warn(message: str) -> None:
    warnings.warn(message, StoreWarning, stacklevel=3)
