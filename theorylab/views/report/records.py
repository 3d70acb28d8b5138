"""What is known of a study's last run: its record, figure and curves, from a folder of runs or as committed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theorylab.errors import InputError
from theorylab.running import store
from theorylab.trials import ledgers, stored, study
from theorylab.trials.study import Listing

COLUMNS = ("curve", "kind", "rows", "x_name", "x", "mean", "standard_error", "smallest", "largest", "rounding")


@dataclass(frozen=True)
class Run:
    """A run that a page shows: its record, where its figure and curves lie, and the command that makes it again."""

    record: Mapping[str, Any]
    figure: Path | None
    curves: Path | None
    committed: bool
    command: str

    @property
    def checks(self) -> list[Mapping[str, Any]]:
        """The checks of the record, as JSON values."""
        return list(self.record["checks"])


def last_run(listing: Listing, runs: Path) -> Run | None:
    """The run of a study to be shown: that in the folder of runs, unless the committed record is newer; None: no run.

    Raises InputError for a file that is no record.
    """
    found = [(folder, stored.files(folder, listing.name)) for folder in dict.fromkeys((study.FIGURES, runs))]
    there = [(paths["json"].stat().st_mtime, folder, paths) for folder, paths in found if paths["json"].is_file()]
    if not there:
        return None
    _, folder, paths = max(there, key=lambda one: (one[0], one[1] == study.FIGURES))
    record, committed = _record(paths["json"]), folder == study.FIGURES
    return Run(
        record,
        paths["svg"] if paths["svg"].is_file() else None,
        paths["npz"] if paths["npz"].is_file() else None,
        committed,
        _command(listing, record, paths, committed),
    )


def _record(path: Path) -> dict[str, Any]:
    """A record, whole as far as pages show it."""
    try:
        record: dict[str, Any] = json.loads(store.read(path))
        _ = dict(record["setting"]), dict(record["versions"]), str(record["curves"])
        for check in record["checks"]:
            _ = [check[name] for name in ("claim", "verdict", "declared", "measured", "interval", "allowed", "covers")]
            _ = [check["rival"][name] for name in ("claim", "verdict", "declared")]
    except ledgers.DAMAGE as error:
        raise InputError(f"{path} is no record of a run ({type(error).__name__}): run the study again") from None
    return record


def _command(listing: Listing, record: Mapping[str, Any], paths: Mapping[str, Path], committed: bool) -> str:
    """The command that makes a run again: committed ones are full runs, others asked for what their ledger says."""
    name = listing.name.split(".")[-1] if not listing.own else listing.name
    if committed:
        return f"theorylab run {name} --full"
    try:
        asked = json.loads(store.read(paths["ledger"]))["ledger"]["asked"]
        changes = [f"{key}={value}" for key, value in asked["changes"].items()]
        full = " --full" * bool(asked["full"])
    except ledgers.DAMAGE:  # kept by `Result.save` alone: the setting says all
        changes, full = [f"{key}={_typed(value)}" for key, value in record["setting"].items()], ""
    return f"theorylab run {name}{full}{''.join(f' --set {one}' for one in changes)}"


def _typed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def as_csv(run: Run) -> str | None:
    """The curves of a run as a table, a row a point; None where they are not there, or those of other numbers."""
    if run.curves is None:
        return None
    try:
        curves, _ = store.read_curves(run.curves)
    except InputError:
        return None
    if store.digest_of(curves) != run.record["curves"]:
        return None
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for name, curve in curves.items():
        kind, rows = "deterministic" if curve.exact else "simulated", curve.replicas * curve.block
        columns: Iterable[Any] = (
            curve.x, curve.mean, curve.standard_error, curve.samples.min(axis=0), curve.samples.max(axis=0),
            curve.rounding.max(axis=0),
        )  # fmt: skip
        for values in zip(*columns, strict=True):
            table.writerow([name, kind, rows, curve.x_name, *(repr(float(value)) for value in values)])
    return text.getvalue()
