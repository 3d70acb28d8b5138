"""The execution context of work: pieces on threads, processes or a cluster, with progress and checkpoints.

Work over 0..n (replicas, grid points) is cut into pieces that depend on n alone, never on who computes them. Small
pieces travel together, so that a task lasts some milliseconds.
"""

from __future__ import annotations

import functools
import importlib
import math
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import InputError, StoppedError, require
from theorylab.numerics import sources
from theorylab.running.workers import available_cores

Progress = Callable[[str, int, int], None]
"""Called as progress(name, done, in all), in the thread that started the run."""

MAX_PIECES = 64  # pieces that work is cut into: enough for progress and balance, few enough to cost nothing
MIN_TASK_SECONDS = 0.005  # seconds that a task should last, so that handing it out costs little
Piece = tuple[int, int]
Call = Callable[[], NDArray[np.float64]]


class Kept(Protocol):
    """Where finished pieces of runs are kept: `checkpoints.Checkpoints`, or anything like it."""

    def load(self, key: str, start: int, stop: int) -> NDArray[np.float64] | None:
        """Piece start..stop of a run, or None."""

    def add(self, key: str, start: int, stop: int, values: NDArray[np.float64]) -> None:
        """Keep a finished piece."""

    def flush(self) -> None:
        """Write what is pending."""


@dataclass(frozen=True)
class _Context:
    """The execution context: set once by a door of the lab, seen by every run below it."""

    executor: Executor | None = None
    workers: int | None = None
    progress: Progress | None = None
    checkpoints: Kept | None = None
    samples: dict[str, NDArray[np.float64]] | None = None
    hours: float = 24.0


_context: ContextVar[_Context] = ContextVar("context", default=_Context())  # noqa: B039 (frozen)


@contextmanager
def using(
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    checkpoints: Kept | None = None,
    samples: dict[str, NDArray[np.float64]] | None = None,
    hours: float | None = None,
) -> Iterator[None]:
    """Within this context runs use the given executor or number of threads, report progress, and keep checkpoints.

    Finished pieces of long runs are kept in `checkpoints`, and a run that finds its own there goes on from them.
    `samples`, a dict, keeps samples: a run that grows computes its new replicas only. A run that is estimated to take
    more than `hours` (24) is refused. With an executor whose size cannot be told, `workers` is what it can do at once.
    What is None stays as an outer context has it. Results do not depend on any of it. Raises InputError if workers < 1
    or hours <= 0.
    """
    require(hours is None or hours > 0, f"hours={hours!r} is not allowed: give a number > 0")
    require(
        workers is None or (isinstance(workers, int) and not isinstance(workers, bool) and workers >= 1),
        f"workers={workers!r} is not allowed: give an integer >= 1",
    )
    outer = _context.get()
    token = _context.set(
        _Context(
            executor or outer.executor,
            workers or outer.workers,
            progress or outer.progress,
            checkpoints or outer.checkpoints,
            outer.samples if samples is None else samples,
            hours or outer.hours,
        )
    )
    try:
        yield
    except BaseException:  # Ctrl-C included
        if checkpoints:
            checkpoints.flush()
        raise
    finally:
        _context.reset(token)


def reports_progress() -> bool:
    """Whether runs of this context report their progress to somebody."""
    return _context.get().progress is not None


def kept_samples() -> dict[str, NDArray[np.float64]] | None:
    """The samples that runs of this context keep for a larger run, by name of the run; None if they keep none."""
    return _context.get().samples


def cut(start: int, stop: int, multiple: int = 1) -> list[Piece]:
    """At most MAX_PIECES pieces (from, to) of about equal size covering start..stop, each a multiple of `multiple`."""
    count = (stop - start) // multiple
    edges = start + multiple * np.unique(np.linspace(0, count, min(count, MAX_PIECES) + 1).astype(int))
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def compute(
    call: Callable[[int, int], Call],
    pieces: Sequence[Piece],
    *,
    label: str,
    key: str | None,
    seconds: float,
    done: int = 0,
) -> Iterator[tuple[Piece, NDArray[np.float64]]]:
    """Yield (piece, its values) for all pieces, whoever finishes first.

    `call(*piece)` gives the call that computes a piece, picklable where the executor is not of threads; `key` names
    the run in the checkpoints (None: keep none); `seconds` is what one unit (replica, point) took, or a bound; `done`
    units are counted as finished before. Raises what a call raises, and StoppedError if a worker process dies and its
    executor cannot replace it.
    """
    context = _context.get()
    report = context.progress or (lambda name, done, total: None)
    total = done + sum(stop - start for start, stop in pieces)
    kept = context.checkpoints if key else None
    missing = []
    for piece in pieces:
        found = kept.load(key, *piece) if kept and key else None
        if found is None:
            missing.append(piece)
            continue
        done += piece[1] - piece[0]
        yield piece, found
    report(label, done, total)
    if not missing:
        return
    given = context.executor
    _require_time(label, seconds, sum(stop - start for start, stop in missing), given)
    pool = given or ThreadPoolExecutor(context.workers or available_cores())
    futures: dict[Future[list[NDArray[np.float64]]], list[Piece]] = {}
    try:
        for task in _grouped(missing, seconds):
            futures[pool.submit(_several, [call(*piece) for piece in task])] = task
        for future in as_completed(list(futures)):
            task = futures.pop(future)  # and with it the memory of its results
            for piece, values in zip(task, future.result(), strict=True):
                if kept and key:
                    kept.add(key, *piece, values)
                done += piece[1] - piece[0]
                yield piece, values
            report(label, done, total)
    except Exception as error:
        if not (lost := _lost(error)):
            raise
        raise StoppedError(
            f"{lost} while {label} ran ({done} of {total} done): was it killed, or out of memory? "
            + ("what was finished is kept, and the same command goes on from there" if kept else "run it again")
        ) from error
    finally:  # Ctrl-C included: let nothing queue up behind the one who stops
        for future in futures:
            future.cancel()
        if given is None:
            pool.shutdown(wait=True, cancel_futures=True)


def _lost(error: Exception) -> str:
    """What became of those who were to compute, in words; '' for an error of the work itself."""
    if isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker":
        return "a worker died"
    if isinstance(error, CancelledError) or type(error).__module__.partition(".")[0] in ("distributed", "tornado"):
        return "the cluster was lost"
    return ""


def estimated(call: Callable[[], Any], units: int) -> tuple[Any, float]:
    """What the call returned, and its seconds: of a second call, without compilation, where so many would be long."""
    result, seconds = timed(call)
    if seconds * units > _context.get().hours * 3600:
        seconds = timed(call)[1]
    return result, seconds


def _require_time(label: str, seconds: float, units: int, given: Executor | None) -> None:
    """Refuse, before anything is spent, what would take more than the hours of the context."""
    context = _context.get()
    cores = (given and getattr(given, "_max_workers", None)) or context.workers or available_cores()
    hours = seconds * units / cores / 3600
    require(
        hours <= context.hours,
        f"{units} runs of {label} would take up to {_time(hours)} here ({1000 * seconds:.2g} ms each, {cores} at a "
        f"time): give fewer, or allow it with --hours {math.ceil(hours)} (in Python: using(hours=...))",
    )


def _time(hours: float) -> str:
    for unit, size in (("years", 24 * 365.25), ("days", 24)):
        if hours > 2 * size:
            return f"{hours / size:.3g} {unit}"
    return f"{hours:.3g} hours"


def _grouped(pieces: list[Piece], seconds: float) -> Iterator[list[Piece]]:
    """Neighbouring pieces in tasks that last about MIN_TASK_SECONDS seconds."""
    size = max(1, max(stop - start for start, stop in pieces))
    together = min(len(pieces), max(1, math.ceil(MIN_TASK_SECONDS / max(seconds * size, 1e-9))))
    for i in range(0, len(pieces), together):
        yield pieces[i : i + together]


def _several(calls: list[Call]) -> list[NDArray[np.float64]]:
    return [call() for call in calls]


@dataclass(frozen=True)
class Reference:
    """A function that may travel to another process or machine: by name where that finds it again there.

    Elsewhere the sources that it reaches must be those of here: `resolve` raises InputError where they are not, or not
    there at all.
    """

    place: tuple[str, str] | Callable[..., Any]
    digest: str
    origin: tuple[str, int]

    @classmethod
    def to(cls, function: Callable[..., Any]) -> Reference:
        """The reference of a function of this process."""
        place = (str(getattr(function, "__module__", None)), str(getattr(function, "__name__", None)))
        try:
            found = getattr(importlib.import_module(place[0]), place[1], None)
        except ImportError:
            found = None
        if found is not function or place[0] == "__main__":
            return cls(function, "", _here())
        return cls(place, _digest(place[0]), _here())

    def resolve(self) -> Callable[..., Any]:
        """The function, in whatever process this is."""
        if not isinstance(self.place, tuple):
            return self.place
        try:
            module = importlib.import_module(self.place[0])
        except ImportError as error:
            raise InputError(
                f"the worker on {platform.node()} cannot import {self.place[0]} ({error}): install it there, or put "
                "its folder on the PYTHONPATH of the workers"
            ) from error
        if self.origin != _here() and _digest(self.place[0]) != self.digest:
            raise InputError(
                f"the worker on {platform.node()} has other sources of {self.place[0]} than the one who asks: install "
                "the same version of the project on every machine and restart the workers"
            )
        return getattr(module, self.place[1])  # type: ignore[no-any-return]


def _here() -> tuple[str, int]:
    return platform.node(), os.getpid()


@functools.cache
def _digest(module: str) -> str:
    """Hash of the sources of a module as they were when this process first used it."""
    file = getattr(importlib.import_module(module), "__file__", None)
    return sources.digest(file) if file else ""


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """What the call returned, and the seconds that it took."""
    began = time.perf_counter()
    result = call()
    return result, time.perf_counter() - began


def available_memory() -> int | None:
    """Bytes that this process may still take: free memory, or what its control group leaves; None if unknown."""
    limits = []
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        limits += [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable")]
    except OSError:
        pass
    try:
        group = Path("/sys/fs/cgroup")
        limit, used = ((group / f"memory.{name}").read_text(encoding="ascii").strip() for name in ("max", "current"))
        limits += [] if limit == "max" else [int(limit) - int(used)]
    except (OSError, ValueError):
        pass
    return min(limits, default=None)
