"""Runs on a Dask cluster, for the time of a command."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any

from theorylab.views.cli.console import user_errors

FORSAKEN = 30.0
"""Seconds without any worker after which a run does not wait for one any more."""
LOOK = 2.0
"""Seconds between two looks at the workers."""


@contextlib.contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Runs below use the Dask cluster whose scheduler has this address, if one is given."""
    from theorylab.errors import InputError, require

    if address is None:
        yield
        return
    try:
        import distributed
    except ImportError:
        with user_errors():
            raise InputError("--dask needs the cluster extra: pip install -e '.[cluster]'") from None
    from theorylab.running.tasks import using

    logging.disable(logging.CRITICAL)  # what befalls the cluster is said in one sentence; until the process ends
    try:
        client = distributed.Client(address, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, ImportError) as error:
        with user_errors():
            raise InputError(f"no Dask scheduler answers at --dask {address}: {error}") from None
    executor, end = client.get_executor(), threading.Event()  # type: ignore[no-untyped-call]
    with client:
        cores = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
        with user_errors():
            require(cores, f"the Dask cluster at {address} has no workers: start some with `dask worker {address}`")
        threading.Thread(target=_give_up, args=(client, executor, end), daemon=True).start()
        try:
            with using(executor=executor, workers=cores):
                yield
        finally:
            end.set()


def _give_up(client: Any, executor: Any, end: threading.Event) -> None:
    """Cancel all work once there was no worker for FORSAKEN seconds: nobody would ever do it."""
    missing = 0.0
    while not end.wait(LOOK) and missing < FORSAKEN:
        try:
            missing = 0.0 if client.nthreads() else missing + LOOK
        except Exception:  # the scheduler is gone: the runs find that out for themselves
            return
    if missing >= FORSAKEN:
        executor.shutdown(wait=False)
