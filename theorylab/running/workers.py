"""Calls side by side in worker processes, each of which keeps what it has loaded; the results as they come.

Workers are forked from one server process that has one thread and has imported the libraries once (`forkserver`): a
plain fork would copy the locks of whatever threads the parent runs, and fresh processes would each pay for the imports.
Where there is no forkserver they are spawned. A worker whose parent dies ends itself; one that dies costs its own call.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from typing import Any

PRELOAD = "THEORYLAB_PRELOAD"
"""Variable with the modules that the server imports before it forks, separated by commas."""
GRACE = 10.0
"""Seconds that workers have after Ctrl-C to write their checkpoints."""


def available_cores() -> int:
    """Number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Job:
    """A call to make: its argument, the seconds it may take (None: unknown), a group that shares what it loads."""

    argument: Any
    seconds: float | None = None
    group: str = ""


class Died:
    """In place of a result: the worker died, was killed or ran out of memory."""


@dataclass
class _Worker:
    process: Any
    pipe: Any
    job: int | None = None
    groups: set[str] = field(default_factory=set)


def side_by_side(
    call: Callable[[Any], Any], jobs: Sequence[Job], processes: int, preload: Sequence[str] = ()
) -> Iterator[tuple[int, Any]]:
    """Yield (place of the job, call(its argument), or Died) as they finish, longest first, `processes` at once.

    `call` is a function of a module; arguments and results are pickled. A worker takes jobs of groups it has seen
    before others. On KeyboardInterrupt, and when the caller stops, workers are interrupted, and get GRACE seconds to
    clean up.
    """
    os.environ[PRELOAD] = ",".join(preload)
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(["theorylab.running.workers_preload"])
    left = sorted(range(len(jobs)), key=lambda i: -_long(jobs[i].seconds))
    workers = [_start(context, call) for _ in range(min(processes, len(jobs)))]
    try:
        for worker in workers:
            _hand_out(worker, jobs, left, workers)
        while any(worker.job is not None for worker in workers):
            busy = {worker.pipe: worker for worker in workers if worker.job is not None}
            for pipe in connection.wait(list(busy)):
                worker = busy[pipe]
                place, worker.job = worker.job, None
                try:
                    result = worker.pipe.recv()
                except (EOFError, OSError):
                    result = Died()
                    worker.process.join()
                    workers[workers.index(worker)] = worker = _start(context, call)
                _hand_out(worker, jobs, left, workers)
                yield place, result  # type: ignore[misc]
    finally:
        _stop(workers)


def _long(seconds: float | None) -> float:
    """Length for the order of jobs: what is unknown comes first."""
    return float("inf") if seconds is None else seconds


def _hand_out(worker: _Worker, jobs: Sequence[Job], left: list[int], workers: list[_Worker]) -> None:
    """Give a worker the longest job of a group that it has seen; else of one that nobody has; else the longest."""
    if not left:
        return
    taken = set().union(*(other.groups for other in workers if other is not worker))
    own = [i for i in left if jobs[i].group in worker.groups]
    free = [i for i in left if jobs[i].group not in taken]
    worker.job = (own or free or left)[0]
    left.remove(worker.job)
    worker.groups.add(jobs[worker.job].group)
    with contextlib.suppress(OSError):  # it is dead: `recv` will say so
        worker.pipe.send(jobs[worker.job].argument)


def _start(context: Any, call: Callable[[Any], Any]) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, call), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _stop(workers: list[_Worker]) -> None:
    """Close idle workers, interrupt busy ones, and kill what does not end."""
    for worker in workers:
        worker.pipe.close()
        if worker.job is not None and worker.process.pid and worker.process.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.process.pid, signal.SIGINT)
    end = time.monotonic() + GRACE
    for worker in workers:
        worker.process.join(max(0.1, end - time.monotonic()))
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _work(pipe: Any, call: Callable[[Any], Any]) -> None:
    """The life of a worker: calls until the pipe ends, or the first interrupt."""

    def interrupt(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once: what it writes after that is not disturbed
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            pipe.send(call(pipe.recv()))


def _end_with_parent() -> None:
    """End this process as soon as its parent is no more, as a killed command would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def preload() -> None:
    """Import what PRELOAD names; what cannot be imported says so where it is used."""
    for name in filter(None, os.environ.get(PRELOAD, "").split(",")):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
