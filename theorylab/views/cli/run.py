"""`theorylab run`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from theorylab.views.cli.clusters import cluster
from theorylab.views.cli.console import (
    INTERRUPTED,
    assignments,
    console_of_stdout,
    mark,
    plural,
    prepare_json,
    say,
    user_errors,
)

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.trials.batch import Order, Trial
    from theorylab.trials.study import Listing


@click.command()
@click.argument("studies", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Run all studies (default: the tour, one of each family).")
@click.option("--full", is_flag=True, help="Run at the paper's size (default: the quick settings).")
@click.option("--seed", type=click.IntRange(min=0), help="Another seed than the setting's.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a field of the setting.")
@click.option("--figures/--no-figures", default=None, help="Draw figures (default: unless --all).")
@click.option(
    "--jobs", type=click.IntRange(min=1), help="Studies to run side by side, in processes (default: all cores)."
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Threads of one study (default: the cores, shared by --jobs)."
)
@click.option("--dask", "scheduler", metavar="ADDRESS", help="Run on a Dask cluster: its scheduler's address.")
@click.option("--until-decided", is_flag=True, help="Add replicas until every check is decided, or --budget is spent.")
@click.option("--budget", type=click.IntRange(min=2), help="Most replicas of a run until decided (default: 64 times).")
@click.option("--fresh", is_flag=True, help="Compute everything again, also what the output folder already holds.")
@click.option(
    "--replicate", type=click.IntRange(min=2), metavar="K", help="Report how verdicts move over K fresh seeds."
)
@click.option("--error-level", type=float, default=0.05, show_default=True, help="Family-wise error rate of a paper.")
@click.option(
    "--hours", type=float, default=24.0, show_default=True, help="Refuse a simulation that is to take longer."
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write all verdicts to this file.")
@click.option("--brief", is_flag=True, help="Show only verdicts that are not as declared, and the summary.")
@click.option("--traceback", is_flag=True, help="Show all of what led to the error of a study that broke.")
@click.option("--pdb", is_flag=True, help="Stop in the debugger where a study breaks.")
def run(
    studies: tuple[str, ...],
    everything: bool,
    full: bool,
    seed: int | None,
    changes: tuple[str, ...],
    figures: bool | None,
    jobs: int | None,
    workers: int | None,
    scheduler: str | None,
    until_decided: bool,
    budget: int | None,
    fresh: bool,
    replicate: int | None,
    error_level: float,
    hours: float,
    out: Path,
    json_file: Path | None,
    brief: bool,
    traceback: bool,
    pdb: bool,
) -> None:
    """Run the studies named, or the tour: figures and records under --out, and a table of verdicts.

    What was killed goes on where it stopped; what --out holds already is not computed again unless the study, what it
    reaches, its setting or a library changed (`theorylab why` tells). A verdict stands if it stands among all of its
    paper's: p-values are adjusted for their number. With --replicate nothing is written but --json.

    Exit status: 0 if every verdict is the one that its study declares, 1 if not, 2 for a usage error.
    """
    from theorylab.errors import require
    from theorylab.running import locks, store
    from theorylab.running.workers import available_cores
    from theorylab.trials.batch import Order

    with user_errors():
        require(not (studies and everything), "--all runs everything: name no studies beside it")
        assignments(changes, seed)  # nothing is set twice
        values = assignments(changes)
        require(until_decided or budget is None, "--budget has no meaning without --until-decided")
        require(hours > 0, f"--hours {hours} is not allowed: give a number > 0")
        require(0 < error_level < 1, f"--error-level {error_level} is not allowed: a probability lies in (0, 1)")
        require(
            replicate is None or not (until_decided or seed is not None or "seed" in values),
            "--replicate takes seeds and runs of its own: drop --seed and --until-decided",
        )
        store.prepare_folder(out)
        with locks.held(out):
            pass  # whoever holds it keeps all studies waiting: better now
        prepare_json(json_file)
        listings = _selected(studies, everything)
        settings = _settings(listings, values, seed, full, budget)
    console = console_of_stdout()
    if replicate is not None:
        from theorylab.running.tasks import using
        from theorylab.views.cli.replicate import replicate as over_fresh_seeds

        with cluster(scheduler), using(hours=hours):
            over_fresh_seeds(console, listings, replicate, values, full, workers, json_file)
    drawn = not everything if figures is None else figures
    order = Order(out, full, {}, fresh, drawn, until_decided, budget, hours, len(listings) == 1, debug=pdb)
    orders = [(x, dataclasses.replace(order, changes=one)) for x, one in zip(listings, settings, strict=True)]
    with cluster(scheduler):
        processes = 1 if scheduler or pdb else jobs or available_cores()
        trials = _run(console, orders, processes, workers, traceback, pdb)
    trials, words = _controlled(trials, error_level)
    _print(console, trials, words, out, brief)
    if json_file is not None:
        with user_errors():
            store.write_report(json_file, _report(trials, seed, full, error_level))
    raise SystemExit(0 if all(trial.as_declared for trial in trials) else 1)


def _selected(studies: Sequence[str], everything: bool) -> list[Listing]:
    """The studies named, or all, or the tour."""
    from theorylab.trials import papers, selectors, study

    if studies:
        return selectors.select(studies)
    return study.discover() if everything else papers.tour()


def _settings(
    listings: Sequence[Listing], values: Mapping[str, Any], seed: int | None, full: bool, budget: int | None
) -> list[dict[str, Any]]:
    """What is set in each study, checked against all before any of them runs; the seed where a study draws one.

    Raises InputError for a field that a study has not, for a seed where no study has one, and for a budget below the
    replicas that a study begins with.
    """
    if not values and seed is None and budget is None:
        return [{} for _ in listings]
    from theorylab.errors import InputError, require
    from theorylab.trials import parts
    from theorylab.trials.study import changed, load

    found, seeded = [], False
    for listing in listings:
        one = dict(values)
        try:
            module = load(listing)
            parts.require_whole(listing.name, module)
            setting = parts.setting(listing.name, module, full)
        except (Exception, SystemExit):  # a broken study: reported when its turn comes
            found.append(one)
            seeded = True  # it may well draw something
            continue
        if seed is not None and hasattr(setting, "seed"):
            one["seed"], seeded = seed, True
        first = getattr(changed(listing.name, setting, one), "replicas", 0)
        enough = f"{listing.name} begins with {first} replicas: give that or more"
        require(budget is None or first <= budget, f"--budget {budget} is not allowed: {enough}")
        found.append(one)
    if seed is not None and not seeded:
        which = f"{listings[0].name} draws nothing" if len(listings) == 1 else "none of these studies draws anything"
        raise InputError(f"--seed {seed} has no meaning: {which}")
    return found


def _run(
    console: Console,
    orders: list[tuple[Listing, Order]],
    jobs: int,
    threads: int | None,
    traceback: bool,
    pdb: bool,
) -> list[Trial]:
    """Run the studies and announce them as they finish; the trials in the order of the studies."""
    from theorylab.running.progress import live_progress
    from theorylab.trials.batch import run_all

    found: dict[int, Trial] = {}
    try:
        with live_progress(console) as progress:
            for place, trial in run_all(orders, jobs=jobs, threads=threads, progress=progress):
                if trial.refused:
                    say(trial.refused)
                    raise SystemExit(2)
                found[place] = trial
                _announce(console, trial)
                if traceback and trial.traceback:
                    click.echo(trial.traceback, err=True)
    except KeyboardInterrupt:
        out = orders[0][1].out
        say(
            f"interrupted: {len(found)} of {len(orders)} studies finished, their files in {out} are whole; the same "
            "command goes on from here"
        )
        raise SystemExit(INTERRUPTED) from None
    except Exception as error:
        if not pdb:
            raise
        import pdb as debugger

        say(f"{type(error).__name__}: {error}")
        debugger.post_mortem(error.__traceback__)
        raise SystemExit(1) from None
    return [found[place] for place in range(len(orders))]


def _announce(console: Console, trial: Trial) -> None:
    reused = ", reused" if trial.reused else ""
    claims = f"{plural(len(trial.checks), 'claim', 'claims')}, {trial.seconds:.2f} s{reused}"
    line = mark(console, trial.as_declared).append(f" {trial.study}  {trial.broken or claims}", style="default")
    console.print(line, soft_wrap=True)


def _controlled(trials: list[Trial], level: float) -> tuple[list[Trial], list[str]]:
    """The trials with their verdicts as they stand in their paper, and what is controlled, in words.

    Within a paper the family-wise error rate is; over several papers the false discovery rate is told, and moves no
    verdict: what else was run is no matter of a paper's.
    """
    from theorylab.verdicts import suite

    papers: dict[str, list[int]] = {}
    for place, trial in enumerate(trials):
        papers.setdefault(trial.study.rpartition(".")[0] or trial.study, []).append(place)
    standing, words = list(trials), []
    for paper, places in papers.items():
        checks, tests = suite.controlled([check for place in places for check in trials[place].checks], level=level)
        rest = iter(checks)
        for place in places:
            own = tuple(next(rest) for _ in trials[place].checks)
            standing[place] = dataclasses.replace(trials[place], checks=own)
        if tests:
            missed = [check.form_miss for check in checks if check.form_miss]
            forms = f"; the form of {plural(len(missed), 'rate', 'rates')} misses in {sum(missed):.1%} beside"
            said = f"family-wise error rate <= {level:g} over {plural(tests, 'test', 'tests')} (Holm)"
            words.append(f"{paper}: {said}{forms if missed else ''}")
    if len(papers) > 1:
        words += _discoveries(trials, standing)
    return standing, words


def _discoveries(trials: list[Trial], standing: list[Trial], level: float = 0.05) -> list[str]:
    """How many of the rejections that verdicts rest on stand over the whole run, and which do not."""
    from theorylab.verdicts import suite

    named = [(trial.study, check) for trial in standing for check in trial.checks]
    lost, resting = suite.not_discovered([check for _, check in named], level)
    if not resting:
        return []
    head = f"false discovery rate of the run <= {level:g} (Benjamini-Yekutieli): "
    if not lost:
        return [f"{head}all {resting} rejections that verdicts rest on stand"]
    names = "; ".join(f"{named[i][0]}: {named[i][1].claim}" for i in lost)
    return [f"{head}{resting - len(lost)} of {resting} rejections that verdicts rest on stand, not those of {names}"]


def _print(console: Console, trials: list[Trial], words: list[str], out: Path, brief: bool) -> None:
    """The table of verdicts, or of the unexpected ones alone, and what is to be said below it."""
    from rich.text import Text

    from theorylab.views import tables

    console.print()
    rows = [(trial.study, check) for trial in trials for check in trial.checks if not (brief and check.as_declared)]
    if rows:
        console.print(tables.verdict_table(rows, console.width))
        console.print(Text("\n").append_text(tables.legend()))
    checks = [check for trial in trials for check in trial.checks]
    unexpected = sum(not check.as_declared for check in checks)
    claims, studied = plural(len(checks), "claim", "claims"), plural(len(trials), "study", "studies")
    what = "figures" if any(trial.figure for trial in trials) else "records"
    lines = [f"\n{claims} on trial in {studied}, {unexpected} not as declared; {what} in {out}", *words]
    for trial in trials:
        if others := trial.other_seeds:
            unexpected = sum(not run["as_declared"] for run in others)
            lines.append(
                f"{trial.study} was run with {plural(len(others), 'other seed', 'other seeds')} in {out}, "
                f"{unexpected} not as declared: {', '.join(str(run['seed']) for run in others)}"
            )
    console.print("\n".join(lines))


def _report(trials: list[Trial], seed: int | None, full: bool, level: float) -> dict[str, Any]:
    """The report of --json."""
    import theorylab

    return {
        "schema": 2,
        "version": theorylab.__version__,
        "seed": seed,
        "full": full,
        "error_control": {"within": "paper", "errors": "family-wise", "method": "Holm", "level": level},
        "studies": [
            {
                "study": trial.study,
                "source": trial.source,
                "seconds": trial.seconds,
                "figure": None if trial.figure is None else str(trial.figure),
                "other_seeds": list(trial.other_seeds),
                "checks": [check.to_json() for check in trial.checks],
            }
            for trial in trials
        ],
    }
