"""How a study is run: measured, predicted, checked, and kept."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import time
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from theorylab.errors import require
from theorylab.running import store
from theorylab.running.checkpoints import Checkpoints
from theorylab.running.progress import live_progress
from theorylab.running.tasks import Progress, using
from theorylab.trials import parts, results
from theorylab.trials.results import Result
from theorylab.trials.selectors import load
from theorylab.trials.study import Listing, changed, name_of
from theorylab.verdicts.interim import InterimAnalysis, interim

if TYPE_CHECKING:
    from theorylab.trials.citations import Source
    from theorylab.verdicts import Check

BUDGET = 64
"""Times the replicas of its setting that a run until decided may take."""


def run(
    study: Any,
    *,
    full: bool = False,
    out: str | Path | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    fresh: bool = False,
    until: Literal["decided"] | None = None,
    budget: int | None = None,
    **changes: Any,
) -> Result:
    """Result of running a study (its module, name or listing) at its quick setting, or its full one.

    `changes` replace fields of the setting (`seed=3`, `dim=64`). With `out`, figure, record and curves are written
    under that folder, long runs keep checkpoints there, and curves that a run of the same sources, setting and
    versions left there are used again, unless `fresh`.

    With until='decided' the replicas double until every check is decided or another doubling would exceed `budget`
    (by default BUDGET times those of the setting). Peeking does not inflate errors: means are judged by confidence
    sequences, rates spend their level over the looks. `looks` of the result has the sizes. A study that simulates no
    replicas is decided at once.

    Raises StudyError for a study that is not whole; InputError for an unknown study or setting, a wrong type, values
    that the study's model refuses, or a folder that cannot be written; DivergedError where a simulation leaves the
    finite numbers.
    """
    module = load(study) if isinstance(study, (str, Listing)) else study
    name = name_of(module)
    parts.require_whole(name, module)
    setting = changed(name, parts.setting(name, module, full), changes)
    looks = _analyses(setting, until, budget)
    found = None
    if out is not None:
        store.prepare_folder(Path(out))
        found = results.stored(Path(out), name, setting, module)
        found = None if fresh or looks or not found.usable else found
    began = time.perf_counter()
    # At a prompt or in a notebook the run shows its progress; a program that calls it is not written to.
    shown = live_progress() if progress is None and hasattr(sys, "ps1") else contextlib.nullcontext(progress)
    kept = None if out is None else Checkpoints(results.pieces(Path(out), name))
    samples: dict[str, Any] | None = {} if looks else None
    made: list[int] = []
    with shown as report, using(executor=executor, workers=workers, progress=report, checkpoints=kept, samples=samples):
        while True:
            if looks:
                setting = dataclasses.replace(setting, replicas=looks[len(made)])
                made.append(setting.replicas)
            measured = found.side("measured") if found else parts.measured(name, module, setting)
            predicted = found.side("predicted") if found else parts.predicted(name, module, setting)
            with interim(InterimAnalysis(len(made) - 1, made[0])) if made else contextlib.nullcontext():
                checks = parts.checked(name, module, setting, measured, predicted)
            if len(made) == len(looks) or all(check.decided for check in checks):
                break
    result = Result(
        study=name,
        source=module.SOURCE,
        setting=setting,
        checks=tuple(_sourced(check, module.SOURCE) for check in checks),
        measured=measured,
        predicted=predicted,
        seconds=time.perf_counter() - began,
        module=module,
        reused=found is not None,
        analyses=tuple(made),
    )
    if out is not None:
        if found and found.complete(result):
            results.tidy(Path(out), result.study)  # after a run that was killed between its last file and its end
        else:
            result.save(Path(out))
    return result


def _sourced(check: Check, source: Source) -> Check:
    """The check with a source: what it says itself, else how well its study's source is known ('read', ...)."""
    return check if check.source else dataclasses.replace(check, source=getattr(source, "kind", ""))


def _analyses(setting: Any, until: str | None, budget: int | None) -> list[int]:
    """Numbers of replicas at which a run that goes on until it is decided looks; none for a run of fixed size."""
    require(until in (None, "decided"), f"until={until!r} is not allowed: give 'decided', or nothing")
    require(until or budget is None, f"budget={budget} has no meaning without until='decided'")
    first = getattr(setting, "replicas", None)
    if until is None or first is None:
        return []
    most = first * BUDGET if budget is None else budget
    require(
        isinstance(most, int) and most >= first,
        f"budget={most!r} is not allowed: the first look alone takes {first} replicas",
    )
    return [first * 2**k for k in range((most // first).bit_length())]
