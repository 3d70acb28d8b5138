"""How a study is run: measured, predicted, checked, and kept."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from theorylab.errors import StoreWarning, require
from theorylab.numerics import freshness
from theorylab.running.checkpoints import Checkpoints
from theorylab.running.progress import live_progress
from theorylab.running.tasks import reports_progress, using
from theorylab.trials import origins, parts, stored
from theorylab.trials.origins import Origin
from theorylab.trials.results import Result
from theorylab.trials.selectors import load
from theorylab.trials.stored import Stored
from theorylab.trials.study import Listing, changed, name_of
from theorylab.verdicts.interim import InterimAnalysis, interim

if TYPE_CHECKING:
    from theorylab.curves import Curve
    from theorylab.trials.citations import Source
    from theorylab.verdicts import Check

BUDGET = 64
"""Times the replicas of its setting that a run until decided may take."""


def run(
    study: Any,
    *,
    full: bool = False,
    out: str | Path | None = None,
    fresh: bool = False,
    figure: bool = True,
    until: Literal["decided"] | None = None,
    budget: int | None = None,
    **changes: Any,
) -> Result:
    """Result of running a study (its module, name or listing) at its quick setting, or its full one.

    `changes` replace fields of the setting (`seed=3`, `dim=64`). With `out`, record, curves and (unless figure=False)
    the figure are written under that folder, long runs keep checkpoints there, and what a run of the same sources,
    setting and versions left there is used again, unless `fresh`: curves, checks and figure each by what they rest on.

    With until='decided' the replicas double until every check is decided or another doubling would exceed `budget`
    (by default BUDGET times those of the setting). Peeking does not inflate errors: means are judged by confidence
    sequences, rates spend their level over the analyses. `analyses` of the result has the sizes. A study that simulates
    no replicas is decided at once.

    Raises StudyError for a study that is not whole; InputError for an unknown study or setting, a wrong type, values
    that the study's model refuses, or a folder that cannot be written; DivergedError where a simulation leaves the
    finite numbers.
    """
    module = load(study) if isinstance(study, (str, Listing)) else study
    name = name_of(module)
    parts.require_whole(name, module)
    setting = changed(name, parts.setting(name, module, full), changes)
    sizes = _analyses(setting, until, budget)
    place = None if out is None else _Place(Path(out), name, module)
    found = place.stored(setting) if place and not (fresh or sizes) else None
    began = time.perf_counter()
    kept = None if place is None else Checkpoints(stored.pieces(place.out, place.study))
    with _context(kept, {} if sizes else None):
        made, setting, measured, predicted, checks = _trial(name, module, setting, sizes, found)
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
    if place is not None:
        place.keep(result, origins.asked(full, changes), figure, found, kept.runs if kept else ())
    return result


def _trial(
    name: str, module: Any, setting: Any, sizes: list[int], found: Stored | None
) -> tuple[list[int], Any, dict[str, Curve], dict[str, Curve], tuple[Check, ...]]:
    """Sizes of the interim analyses, the last setting, its curves and checks: computed, or as they were found."""
    if found:
        curves = found.curves()
        measured, predicted = (
            {key.removeprefix(side): curve for key, curve in curves.items() if key.startswith(side)}
            for side in ("measured/", "predicted/")
        )
        checks = found.checks() if found.checked else parts.checked(name, module, setting, measured, predicted)
        return [], setting, measured, predicted, checks
    made: list[int] = []
    while True:
        if sizes:
            setting = dataclasses.replace(setting, replicas=sizes[len(made)])
            made.append(setting.replicas)
        measured, predicted = (side(name, module, setting) for side in (parts.measured, parts.predicted))
        with interim(InterimAnalysis(len(made) - 1, made[0]) if made else None):
            checks = parts.checked(name, module, setting, measured, predicted)
        if len(made) == len(sizes) or all(check.decided for check in checks):
            return made, setting, measured, predicted, checks


@contextlib.contextmanager
def _context(kept: Checkpoints | None, samples: dict[str, Any] | None) -> Iterator[None]:
    """The execution context of a run; at a prompt or in a notebook its progress is shown, to a program it is not."""
    shown = live_progress() if hasattr(sys, "ps1") and not reports_progress() else contextlib.nullcontext()
    with shown as report, using(progress=report, checkpoints=kept, samples=samples):
        yield


class _Place:
    """Where a study's run is stored: the folder, and what the run rests on."""

    def __init__(self, out: Path, study: str, module: Any) -> None:
        stored.prepare(out, study)
        file = getattr(module, "__file__", None)
        self.out, self.study, self.file = out, study, Path(file) if file else None
        self.origin: Origin = origins.origin(self.file)
        for path in freshness.stale_bytecode(self.file) if self.file else ():
            words = f"{path} is not the text that Python runs: its __pycache__ holds another of the same size and date"
            warnings.warn(f"{words}; delete that, and run again", StoreWarning, stacklevel=3)

    def stored(self, setting: Any) -> Stored | None:
        """What is stored of a run at this setting, if it may stand for one."""
        found = stored.stored(self.out, self.study, self.origin, setting=stored.as_json(setting))
        return found if found.usable else None

    def keep(
        self, result: Result, request: dict[str, Any], figure: bool, found: Stored | None, runs: Iterable[str]
    ) -> None:
        """Write what is not there yet, and delete the pieces of `runs`."""
        if found and found.checked and (found.drawn or not figure):
            stored.tidy(self.out, self.study, found.ledger["runs"])  # of a run killed between its last file and its end
            return
        trusted = self.origin.trusted and self.file is not None and freshness.text_is_in_memory(self.file)
        now = dataclasses.replace(self.origin, trusted=trusted)
        drawn = figure and not (found and found.drawn)
        runs = {*runs, *(found.ledger["runs"] if found else ())}
        result.save(self.out, figure=drawn, now=now, request=request, found=found, runs=runs)


def _sourced(check: Check, source: Source) -> Check:
    """The check with a source: what it says itself, else how well its study's source is known ('read', ...)."""
    return check if check.source else dataclasses.replace(check, source=getattr(source, "kind", ""))


def _analyses(setting: Any, until: str | None, budget: int | None) -> list[int]:
    """Numbers of replicas at which a run that goes on until it is decided is analysed; none for one of fixed size."""
    require(until in (None, "decided"), f"until={until!r} is not allowed: give 'decided', or nothing")
    require(until or budget is None, f"budget={budget} has no meaning without until='decided'")
    first = getattr(setting, "replicas", None)
    if until is None or first is None:
        return []
    most = first * BUDGET if budget is None else budget
    require(
        isinstance(most, int) and most >= first,
        f"budget={most!r} is not allowed: the first analysis alone takes {first} replicas",
    )
    return [first * 2**k for k in range((most // first).bit_length())]
