"""`theorylab run`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import theorylab
from theorylab.views.cli.console import (
    INTERRUPTED,
    assignment,
    cluster,
    console_of_stdout,
    plural,
    say,
    user_errors,
    warnings_as_lines,
)

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.running.tasks import Progress
    from theorylab.trials.results import Result
    from theorylab.trials.study import Listing
    from theorylab.verdicts import Check


@click.command()
@click.argument("studies", nargs=-1)
@click.option("--full", is_flag=True, help="Run at the paper's size (default: the quick settings).")
@click.option("--seed", type=click.IntRange(min=0), help="Another seed than the setting's.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a field of the setting.")
@click.option("--workers", type=click.IntRange(min=1), help="Threads to use (default: all cores).")
@click.option("--dask", "scheduler", metavar="ADDRESS", help="Run on a Dask cluster: its scheduler's address.")
@click.option("--until-decided", is_flag=True, help="Add replicas until every check is decided, or --budget is spent.")
@click.option("--budget", type=click.IntRange(min=2), help="Most replicas of a run until decided (default: 64 times).")
@click.option("--fresh", is_flag=True, help="Compute everything again, also what the output folder already holds.")
@click.option(
    "--replicate", type=click.IntRange(min=2), metavar="K", help="Report how verdicts move over K fresh seeds."
)
@click.option(
    "--errors",
    type=click.Choice(["family-wise", "false-discovery"]),
    default="family-wise",
    show_default=True,
    help="What --error-level bounds: the chance of any error in the table, or the expected share of errors.",
)
@click.option("--error-level", type=float, default=0.05, show_default=True, help="Level of the whole table.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write all verdicts to this file.")
def run(
    studies: tuple[str, ...],
    full: bool,
    seed: int | None,
    changes: tuple[str, ...],
    workers: int | None,
    scheduler: str | None,
    until_decided: bool,
    budget: int | None,
    fresh: bool,
    replicate: int | None,
    errors: str,
    error_level: float,
    out: Path,
    json_file: Path | None,
) -> None:
    """Run studies (all, if none is named): figures and records under --out, and a table of verdicts.

    What was killed goes on where it stopped; what --out holds already is not computed again unless the study, what it
    reaches, its setting or a library changed (`theorylab why` tells). A verdict stands if it stands among all of the
    table: p-values are adjusted for the number of tests. With --replicate nothing is written but --json.

    Exit status: 0 if every verdict is the one that its study declares, 1 if not, 2 for a usage error.
    """
    from theorylab.errors import require
    from theorylab.running import store
    from theorylab.running.progress import live_progress
    from theorylab.running.tasks import using
    from theorylab.trials.selectors import select
    from theorylab.trials.study import discover
    from theorylab.views import tables

    with user_errors():
        listings = select(studies) or discover()
        values: dict[str, Any] = dict(assignment(text) for text in changes)
        if seed is not None:
            values["seed"] = seed
        require(until_decided or budget is None, "--budget has no meaning without --until-decided")
        require(0 < error_level < 1, f"--error-level {error_level} is not allowed: a probability lies in (0, 1)")
        require(
            replicate is None or not (until_decided or "seed" in values),
            "--replicate takes seeds and runs of its own: drop --seed and --until-decided",
        )
        store.prepare_folder(out)
        if json_file is not None:
            require(not json_file.is_dir(), f"--json {json_file} is a folder: give a file")
            store.prepare_folder(json_file.absolute().parent)
        _refuse_unknown_settings(listings, values, full)
    console = console_of_stdout()
    if replicate is not None:
        with live_progress(console) as progress, warnings_as_lines(), cluster(scheduler), using(workers=workers):
            _replicate(console, listings, replicate, values, full, progress, json_file)
    trials: list[_Trial] = []
    try:
        with live_progress(console) as progress, warnings_as_lines(), cluster(scheduler), using(workers=workers):
            given = _Given(full, values, fresh, out, progress, until_decided, budget, alone=len(listings) == 1)
            for listing in listings:
                trials.append(_try(listing, given))
                _announce(console, trials[-1])
    except KeyboardInterrupt:
        say(
            f"interrupted: {len(trials)} of {len(listings)} studies finished, their files in {out} are whole; the same "
            "command goes on from here"
        )
        raise SystemExit(INTERRUPTED) from None
    console.print()
    trials, words = _controlled(trials, errors, error_level)
    console.print(tables.verdict_table((trial.name, check) for trial in trials for check in trial.checks))
    as_declared = all(trial.as_declared for trial in trials)
    if json_file is not None:
        with user_errors():
            control = {"errors": errors, "level": error_level}
            store.write_json(json_file, _report(trials, seed, full) | {"error_control": control})
    checks = [check for trial in trials for check in trial.checks]
    unexpected = sum(not check.as_declared for check in checks)
    claims, studied = plural(len(checks), "claim", "claims"), plural(len(trials), "study", "studies")
    console.print(
        f"\n{claims} on trial in {studied}, {unexpected} not as declared; figures in {out}\n{words}", highlight=False
    )
    for trial in trials:
        if trial.other_seeds:
            unexpected = sum(not run["as_declared"] for run in trial.other_seeds)
            console.print(
                f"{trial.name} was run with {plural(len(trial.other_seeds), 'other seed', 'other seeds')} in {out}, "
                f"{unexpected} not as declared: {', '.join(str(run['seed']) for run in trial.other_seeds)}",
                highlight=False,
            )
    raise SystemExit(0 if as_declared else 1)


def _controlled(trials: list[_Trial], errors: str, level: float) -> tuple[list[_Trial], str]:
    """The trials with their verdicts as they stand in the whole table, and what is controlled, in words."""
    import dataclasses

    from theorylab.verdicts import suite

    checks, tests = suite.controlled(
        [check for trial in trials for check in trial.checks], suite.Control(errors), level
    )
    rest = iter(checks)
    trials = [dataclasses.replace(trial, checks=tuple(next(rest) for _ in trial.checks)) for trial in trials]
    what, method = ("chance of any error", "Holm") if errors == "family-wise" else ("expected share of errors", "BY")
    return trials, f"errors of the table: {what} <= {level:g}, {plural(tests, 'test', 'tests')} ({method})"


def _replicate(
    console: Console,
    listings: list[Listing],
    count: int,
    values: dict[str, Any],
    full: bool,
    progress: Progress,
    json_file: Path | None,
) -> None:
    """Run the studies with fresh seeds, print how their verdicts move, and end the process."""
    from theorylab.running import store
    from theorylab.trials import replication
    from theorylab.views import tables

    rows: list[dict[str, Any]] = []
    try:
        for listing in listings:
            found = replication.over_fresh_seeds(listing, count, full=full, progress=progress, **values)
            rows += found
            moved = sum(bool(row["unexpected_seeds"]) for row in found)
            console.print(f"{listing.name}  {plural(count, 'seed', 'seeds')}, {moved} of {len(found)} claims moved")
    except KeyboardInterrupt:
        say("interrupted: no table of replications was made")
        raise SystemExit(INTERRUPTED) from None
    console.print()
    console.print(tables.replicate_table(rows))
    if json_file is not None:
        with user_errors():
            report = {"schema": 1, "version": theorylab.__version__, "full": full, "replications": rows}
            store.write_json(json_file, report)
    raise SystemExit(1 if any(row["excessive"] for row in rows) else 0)


@dataclass(frozen=True)
class _Trial:
    """One study in a run: its result, or why there is none."""

    name: str
    seconds: float
    checks: tuple[Check, ...]
    source: str = ""
    figure: Path | None = None
    reused: bool = False
    other_seeds: tuple[dict[str, Any], ...] = ()
    """Runs with other seeds that the output folder remembers."""

    @property
    def broken(self) -> str:
        """Why there is no result; '' if there is one."""
        return self.checks[0].note if self.checks[0].kind == "run" else ""

    @property
    def as_declared(self) -> bool:
        return bool(self.checks) and all(check.as_declared for check in self.checks)


@dataclass(frozen=True)
class _Given:
    """What the command line asked for."""

    full: bool
    values: dict[str, Any]
    fresh: bool
    out: Path
    progress: Progress
    until_decided: bool
    budget: int | None
    alone: bool


def _try(listing: Listing, given: _Given) -> _Trial:
    """Run one study; what breaks it becomes its verdict, so that it fails alone."""
    from theorylab.errors import InputError, StudyError
    from theorylab.trials import parts, results
    from theorylab.trials.runs import run as run_study
    from theorylab.verdicts.rule import broken

    values = given.values
    began = time.perf_counter()
    try:
        how: dict[str, Any] = {"full": given.full, "out": given.out, "fresh": given.fresh, "progress": given.progress}
        if given.until_decided:
            how |= {"until": "decided", "budget": given.budget}
        result: Result = run_study(listing, **how, **values)
        figure = results.files(given.out, listing.name)["svg"]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        theirs = isinstance(error, StudyError)
        if values and not theirs and (isinstance(error, InputError) or (given.alone and isinstance(error, ValueError))):
            # The study is fine as it stands: what was set on the command line is not.
            how_set = ", ".join(f"{k}={v}" for k, v in values.items())
            say(f"{listing.name}{'' if isinstance(error, InputError) else f' with {how_set}'}: {error}")
            raise SystemExit(2) from None
        check = broken("the study runs", parts.in_words(error, listing.path))
        return _Trial(listing.name, time.perf_counter() - began, (check,))
    others = tuple(results.other_seeds(given.out, result))
    return _Trial(listing.name, result.seconds, result.checks, result.citation, figure, result.reused, others)


def _announce(console: Console, trial: _Trial) -> None:
    from rich.markup import escape

    reused = ", reused" if trial.reused else ""
    mark = "[green]✓[/green]" if trial.as_declared else "[red]✗[/red]"
    claims = f"{plural(len(trial.checks), 'claim', 'claims')}, {trial.seconds:.2f} s{reused}"
    console.print(f"{mark} {trial.name}  {escape(trial.broken) or claims}", highlight=False, soft_wrap=True)


def _report(trials: list[_Trial], seed: int | None, full: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "version": theorylab.__version__,
        "seed": seed,
        "full": full,
        "studies": [
            {
                "study": trial.name,
                "source": trial.source,
                "seconds": trial.seconds,
                "figure": None if trial.figure is None else str(trial.figure),
                "other_seeds": list(trial.other_seeds),
                "checks": [check.to_json() for check in trial.checks],
            }
            for trial in trials
        ],
    }


def _refuse_unknown_settings(listings: list[Listing], values: dict[str, Any], full: bool) -> None:
    """Check --set against every selected study before any of them runs."""
    from theorylab.trials import parts
    from theorylab.trials.study import changed, load

    for listing in listings if values else ():
        try:
            module = load(listing)
            parts.require_whole(listing.name, module)
        except Exception:  # a broken study: reported when its turn comes
            continue
        changed(listing.name, parts.setting(listing.name, module, full), values)
