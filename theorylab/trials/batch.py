"""Many studies in one command: what is stored is taken as it is, the rest runs side by side in processes.

What is taken from the store costs no import of a study or of a library of numbers. A study that breaks fails alone.
"""

from __future__ import annotations

import dataclasses
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorylab.errors import InputError, StoreWarning, StudyError
from theorylab.numerics import sources
from theorylab.running import workers
from theorylab.running.progress import STUDIES
from theorylab.trials import origins, parts, seeds, stored
from theorylab.verdicts.checks import Check
from theorylab.verdicts.rule import broken

if TYPE_CHECKING:
    from theorylab.running.tasks import Progress
    from theorylab.trials.results import Result
    from theorylab.trials.study import Listing

HEAVY = ("theorylab.trials.runs", "theorylab.running.replicas", "theorylab.verdicts.means",
         "theorylab.verdicts.slopes", "theorylab.verdicts.thresholds")  # fmt: skip
"""What every study needs, imported once for all worker processes."""


@dataclass(frozen=True)
class Order:
    """How studies are to be run: setting, output folder, what to draw and when to stop."""

    out: Path
    full: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)
    fresh: bool = False
    figures: bool = True
    until_decided: bool = False
    budget: int | None = None
    hours: float = 24.0
    alone: bool = True
    """Whether it is the only study: then any ValueError of it may come from what is set."""
    debug: bool = False
    """Leave an exception of a study to the caller, who wants to look at it."""


@dataclass(frozen=True)
class Trial:
    """One study in a run: its verdicts and where they come from, or why there are none."""

    study: str
    checks: tuple[Check, ...]
    seconds: float = 0.0
    source: str = ""
    figure: Path | None = None
    reused: bool = False
    other_seeds: tuple[dict[str, Any], ...] = ()
    """Runs with other seeds that the output folder remembers."""
    traceback: str = ""
    """Of the exception that broke the study."""
    refused: str = ""
    """Why what was set on the command line is not allowed, where the study itself is not to blame."""
    warnings: tuple[str, ...] = ()

    @property
    def broken(self) -> str:
        """Why there is no result; '' if there is one."""
        return self.checks[0].note if self.checks[0].kind == "run" else ""

    @property
    def as_declared(self) -> bool:
        """Whether all verdicts, of claims and rivals, are those that the study declares; False if there is none."""
        return bool(self.checks) and all(check.as_declared for check in self.checks)


def run_all(
    orders: Sequence[tuple[Listing, Order]], *, jobs: int, threads: int | None = None, progress: Progress | None = None
) -> Iterator[tuple[int, Trial]]:
    """Yield (place in `orders`, trial) as they finish, on up to `jobs` processes of `threads` threads each.

    With one process, or one study to compute, it runs in this one. Results do not depend on either.
    """
    graph, left = sources.Graph(), []
    for place, (listing, order) in enumerate(orders):
        if trial := reused(listing, order, graph):
            yield place, trial
        else:
            left.append(place)
    report = progress if progress and len(left) > 1 else lambda name, done, total: None
    report(STUDIES, 0, len(left))
    if jobs == 1 or len(left) <= 1:
        for done, place in enumerate(left, 1):
            yield place, run_one(*orders[place], threads=threads, progress=progress)
            report(STUDIES, done, len(left))
        return
    work = [_job(*orders[place], threads) for place in left]
    preload = (*HEAVY, *_models(orders[place][0] for place in left), *_drawing(orders[place][1] for place in left))
    for done, (number, trial) in enumerate(workers.side_by_side(_run, work, jobs, preload), 1):
        listing = orders[left[number]][0]
        if isinstance(trial, workers.Died):
            words = "its process died: was it killed, or out of memory? Run it again: what was finished is kept"
            trial = Trial(listing.name, (broken("the study runs", f"StoppedError: {words}"),))
        for words in trial.warnings:
            warnings.warn(words, StoreWarning, stacklevel=2)
        report(STUDIES, done, len(left))
        yield left[number], trial


def reused(listing: Listing, order: Order, graph: sources.Graph) -> Trial | None:
    """The trial as it is stored, if all that is asked for is; without importing the study."""
    if order.fresh or order.until_decided:
        return None
    began = time.perf_counter()
    paths = stored.files(order.out, listing.name)
    if not paths["ledger"].is_file():
        return None
    try:
        now = origins.origin(listing.path, graph)
    except (OSError, SyntaxError, ValueError):  # it will say so when it runs
        return None
    request = origins.asked(order.full, order.changes)
    with warnings.catch_warnings():  # of damage: it is told when the study runs, which looks again
        warnings.simplefilter("ignore", StoreWarning)
        found = stored.stored(order.out, listing.name, now, request=request)
    if not (found.usable and found.checked and (found.drawn or not order.figures)):
        return None
    checks = found.checks()
    stored.tidy(order.out, listing.name, found.ledger["runs"])
    own = seeds.line(listing.name, now.sources, found.record["setting"], False)
    figure, others = (paths["svg"] if found.drawn else None), tuple(seeds.others(order.out, own))
    seconds = time.perf_counter() - began
    return Trial(listing.name, checks, seconds, found.record["source"], figure, True, others)


def run_one(listing: Listing, order: Order, *, threads: int | None = None, progress: Progress | None = None) -> Trial:
    """Run one study; what breaks it becomes its verdict."""
    from theorylab.running.tasks import using
    from theorylab.trials import runs

    began = time.perf_counter()
    until: dict[str, Any] = {"until": "decided", "budget": order.budget} if order.until_decided else {}
    try:
        with using(hours=order.hours, workers=threads, progress=progress):
            result = runs.run(
                listing,
                full=order.full,
                out=order.out,
                fresh=order.fresh,
                figure=order.figures,
                **until,
                **order.changes,
            )
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if order.debug:
            raise
        return _failed(listing, order, error, time.perf_counter() - began)
    return _finished(result, order)


def _finished(result: Result, order: Order) -> Trial:
    """The trial of a result, which needs no curves any more."""
    file = getattr(result.module, "__file__", None)
    remembered = result.remembered(origins.origin(Path(file) if file else None))
    svg = stored.files(order.out, result.study)["svg"]
    return Trial(
        result.study, tuple(map(_light, result.checks)), result.seconds, result.citation,
        svg if svg.is_file() else None, result.reused, tuple(seeds.others(order.out, remembered)),
    )  # fmt: skip


def _light(check: Check) -> Check:
    """The check without its data, its score and p-values known: it can travel to another process."""
    _ = check.score, check.raw_p_values
    return dataclasses.replace(check, recheck=None).knowing(check)


def _failed(listing: Listing, order: Order, error: BaseException, seconds: float) -> Trial:
    theirs = InputError if not order.alone else ValueError
    if order.changes and isinstance(error, theirs) and not isinstance(error, StudyError):
        # The study may be fine as it stands: what was set on the command line is not.
        how_set = ", ".join(f"{k}={v}" for k, v in order.changes.items())
        words = f"{listing.name}{'' if isinstance(error, InputError) else f' with {how_set}'}: {error}"
        return Trial(listing.name, (broken("the study runs", str(error)),), seconds, refused=words)
    text = "".join(traceback.format_exception(error))
    check = broken("the study runs", parts.in_words(error, listing.path))
    return Trial(listing.name, (check,), seconds, traceback=text)


def _job(listing: Listing, order: Order, threads: int | None) -> workers.Job:
    seconds = stored.last_seconds(order.out, listing.name)
    return workers.Job((listing, order, threads), seconds, listing.name.split(".")[0])


def _run(argument: tuple[Listing, Order, int | None]) -> Trial:
    """In a worker: run one study, and bring home what the store warned of."""
    listing, order, threads = argument
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", StoreWarning)
        trial = run_one(listing, order, threads=threads)
    told = tuple(str(one.message) for one in caught if issubclass(one.category, StoreWarning))
    return dataclasses.replace(trial, warnings=told)


def _models(listings: Iterator[Listing]) -> list[str]:
    """Modules of the models that studies reach."""
    graph, names = sources.Graph(), dict[str, None]()
    for listing in listings:
        try:
            names |= dict.fromkeys(name for name in graph.digests(listing.path) if name.startswith("theorylab.models."))
        except (OSError, SyntaxError, ValueError):
            continue
    return list(names)


def _drawing(orders: Iterator[Order]) -> list[str]:
    return ["theorylab.views.plots"] if any(order.figures for order in orders) else []
