"""The command line: `theorylab list`, `show`, `run`, `certify`, and what `python -m studies.FAMILY.NAME` does."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import theorylab

if TYPE_CHECKING:
    from rich.console import Console

    from theorylab.results import Result
    from theorylab.study import Listing
    from theorylab.tasks import Progress
    from theorylab.verdicts import Check

INTERRUPTED = 130  # the shell's status for a program that Ctrl-C ended


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(theorylab.__version__, prog_name="theorylab")
def cli() -> None:
    """Put published theorems about learning algorithms on trial."""


@cli.command("list")
def list_studies() -> None:
    """Name every study and its claim."""
    from rich.table import Table
    from rich.text import Text

    from theorylab.study import discover

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("study", no_wrap=True)
    table.add_column("claim")
    for listing in discover():
        table.add_row(Text(listing.name), Text(listing.title))
    _console().print(table)


@cli.command()
@click.argument("study")
def show(study: str) -> None:
    """Show a study: its argument, source, settings, and the verdicts of its committed record."""
    import ast
    import dataclasses
    import json

    from theorylab.errors import InputError
    from theorylab.study import find, load, reference

    with _user_errors():
        listing = find(study)
        try:
            module = load(listing.name)
            source, quick_setting, full_setting = module.SOURCE, module.QUICK, module.FULL
        except Exception as error:
            raise InputError(f"{listing.name} cannot be shown: {type(error).__name__}: {error}") from error
        entry = reference(source.key)
    console = _console()
    console.print(f"[bold]{listing.name}[/bold]  {listing.path}\n")
    console.print((ast.get_docstring(ast.parse(listing.path.read_bytes())) or "") + "\n", markup=False, highlight=False)
    console.print(f"source: {source}\n{entry}\n", markup=False, highlight=False)
    for field in dataclasses.fields(quick_setting):
        quick, full = (getattr(setting, field.name) for setting in (quick_setting, full_setting))
        console.print(f"  {field.name} = {quick}" + ("" if quick == full else f"   (full: {full})"), markup=False)
    record = Path("figures", *listing.name.split(".")).with_suffix(".json")
    if record.is_file():
        console.print(f"\n{record}", markup=False)
        for check in json.loads(record.read_text(encoding="utf-8"))["checks"]:
            console.print(f"  {check['verdict']}: {check['claim']}{_sharpness(check)}", markup=False, highlight=False)


@cli.command()
@click.argument("study")
@click.option("--full", is_flag=True, help="Of the full run (default: the quick one).")
@click.option("--seed", type=click.IntRange(min=0), help="Another seed than the setting's.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a field of the setting.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
def why(study: str, full: bool, seed: int | None, changes: tuple[str, ...], out: Path) -> None:
    """Say for each piece of a run whether it would be computed or reused, and what changed."""
    from rich.table import Table
    from rich.text import Text

    from theorylab import results
    from theorylab.study import changed, find, load

    with _user_errors(), _warnings_as_lines():
        listing = find(study)
        module = load(listing.name)
        values: dict[str, Any] = dict(_assignment(text) for text in changes) | ({} if seed is None else {"seed": seed})
        setting = changed(listing.name, module.FULL if full else module.QUICK, values)
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("piece", "will be", "why"):
            table.add_column(name)
        for piece, fate, reason in results.why(out, listing.name, setting, module):
            table.add_row(*(Text(text) for text in (piece, fate, reason)))
    _console().print(table)


@cli.command()
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
    from theorylab import store, tables
    from theorylab.errors import require
    from theorylab.progress import live_progress
    from theorylab.study import discover, find
    from theorylab.tasks import using

    with _user_errors():
        listings = list({x.name: x for x in map(find, studies)}.values()) or discover()
        values: dict[str, Any] = dict(_assignment(text) for text in changes)
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
    console = _console()
    if replicate is not None:
        with live_progress(console) as progress, _warnings_as_lines(), _cluster(scheduler), using(workers=workers):
            _replicate(console, listings, replicate, values, full, progress, json_file)
    trials: list[_Trial] = []
    try:
        with live_progress(console) as progress, _warnings_as_lines(), _cluster(scheduler), using(workers=workers):
            given = _Given(full, values, fresh, out, progress, until_decided, budget, alone=len(listings) == 1)
            for listing in listings:
                trials.append(_try(listing, given))
                _announce(console, trials[-1])
    except KeyboardInterrupt:
        _say(
            f"interrupted: {len(trials)} of {len(listings)} studies finished, their files in {out} are whole; the same "
            "command goes on from here"
        )
        raise SystemExit(INTERRUPTED) from None
    console.print()
    trials, words = _controlled(trials, errors, error_level)
    console.print(tables.verdict_table((trial.name, check) for trial in trials for check in trial.checks))
    as_declared = all(trial.as_declared for trial in trials)
    if json_file is not None:
        with _user_errors():
            control = {"errors": errors, "level": error_level}
            store.write_json(json_file, _report(trials, seed, full) | {"error_control": control})
    checks = [check for trial in trials for check in trial.checks]
    odd = sum(not check.as_declared for check in checks)
    claims, studied = _plural(len(checks), "claim", "claims"), _plural(len(trials), "study", "studies")
    console.print(
        f"\n{claims} on trial in {studied}, {odd} not as declared; figures in {out}\n{words}", highlight=False
    )
    for trial in trials:
        if trial.other_seeds:
            odd = sum(not run["as_declared"] for run in trial.other_seeds)
            console.print(
                f"{trial.name} was run with {_plural(len(trial.other_seeds), 'other seed', 'other seeds')} in {out}, "
                f"{odd} not as declared: {', '.join(str(run['seed']) for run in trial.other_seeds)}",
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
    return trials, f"errors of the table: {what} <= {level:g}, {_plural(tests, 'test', 'tests')} ({method})"


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
    from theorylab import replication, store, tables

    rows: list[dict[str, Any]] = []
    try:
        for listing in listings:
            found = replication.replicate(listing.name, count, full=full, progress=progress, **values)
            rows += found
            odd = sum(bool(row["odd_seeds"]) for row in found)
            console.print(f"{listing.name}  {_plural(count, 'seed', 'seeds')}, {odd} of {len(found)} claims moved")
    except KeyboardInterrupt:
        _say("interrupted: no table of replications was made")
        raise SystemExit(INTERRUPTED) from None
    console.print()
    console.print(tables.replicate_table(rows))
    if json_file is not None:
        with _user_errors():
            report = {"schema": 1, "version": theorylab.__version__, "full": full, "replications": rows}
            store.write_json(json_file, report)
    raise SystemExit(1 if any(row["excessive"] for row in rows) else 0)


@cli.command()
@click.argument("studies", nargs=-1, required=True)
@click.option("--full", is_flag=True, help="Of the full run (default: the quick one).")
@click.option("--seed", type=click.IntRange(min=0), help="Another seed than the setting's.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a field of the setting.")
@click.option("--out", type=click.Path(path_type=Path), help="Use curves stored under this folder, and store new ones.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the scores to this file.")
def falsify(
    studies: tuple[str, ...],
    full: bool,
    seed: int | None,
    changes: tuple[str, ...],
    out: Path | None,
    json_file: Path | None,
) -> None:
    """Say which standard mutants of each claim the data refute, and the smallest error they would have caught."""
    from theorylab import store, tables
    from theorylab.study import find, run

    with _user_errors(), _warnings_as_lines():
        values: dict[str, Any] = dict(_assignment(text) for text in changes) | ({} if seed is None else {"seed": seed})
        results = [run(listing.name, full=full, out=out, **values) for listing in map(find, studies)]
        if json_file is not None:
            store.prepare_folder(json_file.absolute().parent)
            scores = {r.study: [{"claim": c.claim, **(c.to_json()["score"] or {})} for c in r.checks] for r in results}
            store.write_json(json_file, scores)
    console = _console()
    for result in results:
        console.print(f"\n[bold]{result.study}[/bold]")
        console.print(tables.falsify_table((result.study, check) for check in result.checks))


@cli.command()
@click.argument("study")
@click.argument("check", required=False)
@click.option("--budget", type=int, default=300, show_default=True, help="Most runs of the study per claim.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the search.")
@click.option("--full", is_flag=True, help="Around the full setting (default: the quick one).")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Fix a field of the setting.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Also write all that was tried to this file."
)
def hunt(
    study: str,
    check: str | None,
    budget: int,
    seed: int,
    full: bool,
    changes: tuple[str, ...],
    out: Path,
    json_file: Path | None,
) -> None:
    """Search the settings that the theorem allows for the one nearest to breaking its bound.

    CHECK is a part of the claim's text or its number; by default all exact claims are hunted. Figures and all that was
    tried go to hunt/ under --out. Exit status: 1 if a claim declared supported was refuted, with the run that shows it.
    """
    from theorylab import plots, store, tables
    from theorylab.hunt import hunt as search

    with _user_errors():
        values: dict[str, Any] = dict(_assignment(text) for text in changes)
        store.prepare_folder(out / "hunt")
        if json_file is not None:
            store.prepare_folder(json_file.absolute().parent)
        found = search(study, check, budget=budget, seed=seed, full=full, **values)
        for number, one in enumerate(found, 1):
            stem = out / "hunt" / f"{one.study}.{number}"
            store.write_atomically(stem.with_name(f"{stem.name}.svg"), plots.svg(one.figure))
            store.write_json(stem.with_name(f"{stem.name}.json"), one.to_json())
        if json_file is not None:
            store.write_json(json_file, {"hunts": [one.to_json() for one in found]})
    console = _console()
    console.print(tables.hunt_table(found))
    for one in found:
        if one.counterexample:
            console.print(f"\ncounterexample to: {one.claim}\n  {one.command}", highlight=False, soft_wrap=True)
    console.print(f"\nfigures and all candidates in {out / 'hunt'}", highlight=False)
    raise SystemExit(1 if any(one.unexpected for one in found) else 0)


@cli.command()
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the tables to this file.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
@click.option("--share", type=click.FloatRange(0.01, 1), default=1.0, help="Share of the full number of trials.")
def calibrate(json_file: Path | None, out: Path, share: float) -> None:
    """Measure how often verdicts are wrong, on synthetic truths: page, figure and tables.

    Exit status 1 if true claims are refuted more often than the stated level and sampling error allow.
    """
    import json

    from theorylab import calibration, plots, store

    with _user_errors():
        store.prepare_folder(out)
        tables = calibration.measure(share)
        store.write_atomically(out / "calibration.md", calibration.page(tables).encode())
        store.write_atomically(out / "calibration.svg", plots.svg(calibration.figure(tables)))
        for path in {out / "calibration.json", json_file or out / "calibration.json"}:
            store.write_json(path, json.loads(json.dumps(tables)))
    worst = max(tables["false_alarms"], key=lambda row: row["rate"])
    bad = [row for row in tables["false_alarms"] if calibration.excessive(row)]
    click.echo(
        f"true claims refuted at level {calibration.LEVEL:g}: at most {worst['rate']:.3f} ({worst['kind']}, "
        f"{worst['noise']}, {worst['mode']}); page, figure and tables in {out}"
    )
    raise SystemExit(1 if bad else 0)


@cli.command()
@click.argument("families", nargs=-1, metavar="[FAMILY]...")
@click.option("--bits", type=click.IntRange(24, 100_000), help="Precision of the balls (default: 128).")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write all certificates to this file.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write a record per family into this folder.")
def certify(families: tuple[str, ...], bits: int | None, json_file: Path | None, out: Path | None) -> None:
    """Prove finite statements on boxes of settings by ball arithmetic (all families, if none is named).

    Slack is the room that a statement has left, rounding the largest radius that rounding gave a ball; no random
    numbers enter. Needs the extra: pip install -e '.[rigour]'.

    Exit status: 0 if all claims are certified and their rivals refuted, 1 if not, 2 for a usage error.
    """
    from theorylab import store
    from theorylab.errors import require

    console = _console()
    with _user_errors():
        from theorylab import certificates

        chosen = list(dict.fromkeys(map(certificates.named, families))) or certificates.families()
        if out is not None:
            store.prepare_folder(out)
        if json_file is not None:
            require(not json_file.is_dir(), f"--json {json_file} is a folder: give a file")
            store.prepare_folder(json_file.absolute().parent)
        bits = bits or certificates.BITS
        records, rows = [], []
        for family in chosen:
            began = time.perf_counter()
            found = certificates.certify(family, bits)
            records.append(certificates.record(family, found, bits))
            rows += [(family, one) for one in found]
            if out is not None:
                store.write_json(out / f"{family}.json", records[-1])
            count = _plural(len(found), "certificate", "certificates")
            console.print(f"{family}  {count}, {time.perf_counter() - began:.2f} s", highlight=False)
        if json_file is not None:
            store.write_json(json_file, {"schema": 1, "families": records})
    odd = sum(not one.as_declared for _, one in rows)
    console.print("\n", certificates.table(rows), sep="")
    console.print(f"\n{_plural(len(rows), 'certificate', 'certificates')} at {bits} bits, {odd} not as declared")
    raise SystemExit(1 if odd else 0)


def _sharpness(check: dict[str, Any]) -> str:
    """What a recorded check says of its mutants, in brackets."""
    score = check.get("score")
    if not score:
        return ""
    killed, survived = len(score["killed"]), score["survived"]
    least = score["smallest_error"]
    words = [f"{killed} of {killed + len(survived)} mutants killed"] if killed or survived else []
    words += [f"not caught: {', '.join(survived)}"] if survived else []
    if least is not None:
        from theorylab.verdicts.mutants import FINEST

        below = "<= " if least < 1.1 * FINEST else ""
        words.append(f"smallest error caught {below}{least:.1e}, {score['unit']}")
    return f" ({'; '.join(words)})"


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
    from theorylab import results
    from theorylab.errors import InputError
    from theorylab.study import run as run_study
    from theorylab.verdicts.rule import broken

    values = given.values
    began = time.perf_counter()
    try:
        how: dict[str, Any] = {"full": given.full, "out": given.out, "fresh": given.fresh, "progress": given.progress}
        if given.until_decided:
            how |= {"until": "decided", "budget": given.budget}
        result: Result = run_study(listing.name, **how, **values)
        figure = results.files(given.out, listing.name)["svg"]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if values and (isinstance(error, InputError) or (given.alone and isinstance(error, ValueError))):
            # The study is fine as it stands: what was set on the command line is not.
            how_set = ", ".join(f"{k}={v}" for k, v in values.items())
            _say(f"{listing.name}{'' if isinstance(error, InputError) else f' with {how_set}'}: {error}")
            raise SystemExit(2) from None
        check = broken("the study runs", f"{type(error).__name__}: {error}")
        return _Trial(listing.name, time.perf_counter() - began, (check,))
    checks = result.checks or (broken("the study checks a claim", "it yielded no check"),)
    others = tuple(results.other_seeds(given.out, result))
    return _Trial(listing.name, result.seconds, checks, str(result.source), figure, result.reused, others)


def _announce(console: Console, trial: _Trial) -> None:
    reused = ", reused" if trial.reused else ""
    mark = "[green]✓[/green]" if trial.as_declared else "[red]✗[/red]"
    console.print(
        f"{mark} {trial.name}  {_plural(len(trial.checks), 'claim', 'claims')}, {trial.seconds:.2f} s{reused}",
        highlight=False,
    )


@contextlib.contextmanager
def _cluster(address: str | None) -> Iterator[None]:
    """Runs below use the Dask cluster whose scheduler has this address, if one is given."""
    from theorylab.errors import InputError

    if address is None:
        yield
        return
    try:
        import distributed
    except ImportError:
        with _user_errors():
            raise InputError("--dask needs the cluster extra: pip install -e '.[cluster]'") from None
    from theorylab.tasks import using

    try:
        client = distributed.Client(address, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, ImportError) as error:
        with _user_errors():
            raise InputError(f"no Dask scheduler answers at --dask {address}: {error}") from None
    with client, using(executor=client.get_executor()):  # type: ignore[no-untyped-call]
        yield


@contextlib.contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """What the store warns of (a damaged file, a full disk) as one line each on standard error."""
    import warnings

    from theorylab.checkpoints import StoreWarning

    def show(message: Any, category: type[Warning], *place: Any, **more: Any) -> None:
        if issubclass(category, StoreWarning):
            _say(str(message))
        else:
            usual(message, category, *place, **more)

    with warnings.catch_warnings():
        usual, warnings.showwarning = warnings.showwarning, show
        warnings.simplefilter("always", StoreWarning)
        yield


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


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
    from theorylab.study import changed, load

    for listing in listings if values else ():
        try:
            module = load(listing.name)
        except Exception:  # a broken study: reported when its turn comes
            continue
        changed(listing.name, module.FULL if full else module.QUICK, values)


def _assignment(text: str) -> tuple[str, str]:
    from theorylab.errors import InputError

    name, equals, value = text.partition("=")
    if not (name and equals):
        raise InputError(f"--set {text!r} is not allowed: give NAME=VALUE")
    return name.strip(), value.strip()


@contextlib.contextmanager
def _user_errors() -> Iterator[None]:
    """Bad input becomes one line on standard error and exit status 2."""
    from theorylab.errors import InputError

    try:
        yield
    except InputError as error:
        _say(str(error))
        raise SystemExit(2) from None


def _say(message: str) -> None:
    click.echo(f"theorylab: {' '.join(message.split())}", err=True)


def _console() -> Console:
    from rich.console import Console

    # A pipe has no width of its own; 150 columns keep a row of the table on few lines.
    return Console(width=None if sys.stdout.isatty() else 150)


def main() -> None:
    """Entry point of the `theorylab` command."""
    try:
        cli(prog_name="theorylab", standalone_mode=False)
    except click.exceptions.Abort:
        _say("interrupted")
        raise SystemExit(INTERRUPTED) from None
    except KeyboardInterrupt:
        _say("interrupted")
        raise SystemExit(INTERRUPTED) from None
    except click.ClickException as error:
        if error.format_message().startswith("Usage:"):  # no command was given: the help is the answer
            error.show()
            raise SystemExit(2) from None
        _say(error.format_message() + "; see theorylab --help")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(1) from None


def script() -> None:
    """Run the study that is this process's main module, with its arguments: `python -m studies.FAMILY.NAME`.

    Exit status as of `theorylab run`; 2 if it was started by file instead of by module name.
    """
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None:
        _say("run a study by its module name: python -m studies.FAMILY.NAME")
        raise SystemExit(2)
    sys.argv[:1] = ["theorylab", "run", spec.name]
    main()
