"""What an output folder already holds of a run, and whether it may stand for one.

Beside figure, record and curves lies a ledger (`ledgers`), which knows what they rest on (`origins`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorylab.errors import StoreWarning
from theorylab.numerics import machines
from theorylab.running import locks, store
from theorylab.trials import ledgers
from theorylab.trials.origins import Origin, changed_keys, origin

if TYPE_CHECKING:
    from theorylab.curves import Curve
    from theorylab.verdicts import Check


def files(out: Path, study: str) -> dict[str, Path]:
    """Where a study's files lie under a folder: svg, npz, json, and the ledger."""
    stem = out.joinpath(*study.split("."))
    found = {kind: stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "npz", "json")}
    return found | {"ledger": out / ".store" / f"{study}.json"}


def pieces(out: Path, study: str) -> Path:
    """Where the checkpoints of a study's unfinished runs lie under a folder."""
    return out / ".pieces" / study


def prepare(out: Path, study: str) -> None:
    """Make the folders of a study's files, and prove that they can be written and locked, before any work is done.

    Raises InputError where they cannot, StoppedError where another process does not let go of the folder.
    """
    places = files(out, study)
    for folder in (places["ledger"].parent, pieces(out, study).parent):
        if os.path.lexists(folder) and not folder.is_dir():
            store.set_aside(folder, "is a file where a folder belongs")
    for folder in dict.fromkeys((out, *(path.parent for path in places.values()))):
        store.prepare_folder(folder)
    for path in places.values():
        store.require_replaceable(path)
    with locks.held(out):
        pass


def tidy(out: Path, study: str, runs: Iterable[str] = ()) -> None:
    """Delete what a run may leave behind once its curves are stored: its own pieces, files of killed writers."""
    places = files(out, study)
    for folder in (places["json"].parent, places["ledger"].parent):
        if any(folder.glob(store.UNFINISHED)):
            with locks.held(out):
                store.sweep(folder)
    store.delete_pieces(pieces(out, study), runs)


@dataclass(frozen=True)
class Stored:
    """What the store holds of a run. `reason` says why its curves may not stand for it; '' if they may."""

    reason: str
    ledger: Mapping[str, Any] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)
    checked: bool = False
    """Whether checks, scores and p-values are those that would be made."""
    drawn: bool = False
    """Whether the figure is there, and the one that would be drawn."""

    @property
    def usable(self) -> bool:
        """Whether the curves may stand for a run."""
        return not self.reason

    @property
    def record(self) -> Mapping[str, Any]:
        """The record of the run that was stored."""
        record: Mapping[str, Any] = self.ledger["record"]
        return record

    def curves(self) -> dict[str, Curve]:
        """The curves, by 'measured/KEY' and 'predicted/KEY'. Raises InputError if the file is damaged."""
        return store.read_curves(self.paths["npz"])[0]

    def checks(self) -> tuple[Check, ...]:
        """The checks as they were made, with scores and p-values."""
        from theorylab.verdicts.checks import Check

        return tuple(Check.from_json(one) for one in self.record["checks"])


def stored(
    out: Path,
    study: str,
    now: Origin,
    *,
    setting: Mapping[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
) -> Stored:
    """What `out` holds of a run of this study from this origin: at a setting, or, where that is unknown, of a request.

    A damaged file is reported by a StoreWarning. Raises InputError for a store of a later version of the lab.
    """
    paths = files(out, study)
    ledger, reason = ledgers.read(paths, study)
    if reason:
        return Stored(reason, paths=paths)
    reason = ledgers.difference(ledger, now, setting, request)
    if reason or (reason := _damaged(paths["npz"], ledger["sums"]["npz"], "computed again")):
        return Stored(reason, ledger, paths)
    whole = not _damaged(paths["json"], ledger["sums"]["json"], "made again from the curves")
    drawn = _undrawn(paths, ledger, now) == ""
    return Stored("", ledger, paths, whole and ledger["parts"]["checks"] == now.parts["checks"], drawn)


def _damaged(path: Path, checksum: str, remedy: str) -> str:
    """Why a file is not the one that was stored, reported by a StoreWarning; '' if it is."""
    if not os.path.lexists(path):
        return f"{path.name} is not here"
    try:
        if store.checksum(path) == checksum:
            return ""
        words = "its checksum does not match"
    except OSError as error:
        words = ledgers.words(error)
    warnings.warn(f"{path} is damaged ({words}): {remedy}", StoreWarning, stacklevel=4)
    return f"{path.name} is damaged"


def _undrawn(paths: Mapping[str, Path], ledger: Mapping[str, Any], now: Origin) -> str:
    """Why the figure is not the one that would be drawn; '' if it is."""
    if ledger["sums"]["svg"] is None:
        return "it was not drawn"
    if changed := changed_keys(ledger["parts"]["figure"], now.parts["figure"]):
        return f"sources changed: {', '.join(changed)}"
    return _damaged(paths["svg"], ledger["sums"]["svg"], "made again from the curves")


def write(
    out: Path, record: Mapping[str, Any], curves: Mapping[str, Curve], figure: bytes | None, now: Origin,
    run: Mapping[str, Any], found: Stored | None = None,
) -> None:  # fmt: skip
    """Write record, curves, figure and ledger of a run; call it where no other can be writing.

    A record that says the same of the same numbers is left as it was written, versions included. Where no figure is
    drawn the one that was `found` stays, and one of other numbers is deleted. `run` is what the ledger alone knows of
    the run: what was asked, its seconds, the keys of its pieces.
    """
    study = str(record["study"])
    paths = files(out, study)
    old, new = ledgers.record_at(paths["json"]), json.loads(json.dumps(dict(record)))
    if {**old, "versions": None} != {**new, "versions": None} or not _as_written(paths):
        store.write_json(paths["json"], record)
    store.write_curves(paths["npz"], curves, {key: record[key] for key in ("schema", "study", "setting", "seed")})
    if figure is not None:
        store.write_atomically(paths["svg"], figure)
    elif old.get("curves") != new["curves"]:
        paths["svg"].unlink(missing_ok=True)
    sums: dict[str, str | None] = {kind: store.checksum(paths[kind]) for kind in ("json", "npz")}
    sums["svg"] = found.ledger["sums"]["svg"] if found and found.drawn else None
    if figure is not None:
        sums["svg"] = hashlib.sha256(figure).hexdigest()
    ledger = {
        "schema": store.SCHEMA, "study": study, "trusted": now.trusted,
        "parts": {name: dict(part) for name, part in now.parts.items()}, "versions": dict(now.versions),
        "machine": machines.machine(), "processor": machines.processor(), "sums": sums, "record": dict(record), **run,
    }  # fmt: skip
    ledgers.write(paths["ledger"], ledger)


def _as_written(paths: Mapping[str, Path]) -> bool:
    """Whether the record is the one that the ledger knows; where there is no ledger, nothing speaks against it."""
    try:
        return bool(json.loads(store.read(paths["ledger"]))["ledger"]["sums"]["json"] == store.checksum(paths["json"]))
    except FileNotFoundError:
        return True
    except ledgers.DAMAGE:
        return False


def last_seconds(out: Path, study: str) -> float | None:
    """What the last run of a study into `out` took, in seconds; None if that is not known."""
    try:
        return float(json.loads(store.read(files(out, study)["ledger"]))["ledger"]["seconds"])
    except ledgers.DAMAGE:
        return None


def why(out: Path, study: str, setting: Any, file: Path) -> list[tuple[str, str, str]]:
    """Rows (piece, 'computed' or 'reused', why) of what a run into `out` would do. Raises InputError as `stored`."""
    now = origin(file)
    found = stored(out, study, now, setting=as_json(setting))
    if found.usable:
        rows = [("curves", "reused", "of the same setting, sources, versions and processor")]
        changed = changed_keys(found.ledger["parts"]["checks"], now.parts["checks"])
        words = f"sources changed: {', '.join(changed)}" if changed else "the record is not as it was written"
        rows.append(
            ("checks", "reused", "with scores and p-values") if found.checked else ("checks", "computed", words)
        )
        undrawn = "" if found.drawn else _undrawn(found.paths, found.ledger, now)
        return [*rows, ("figure", "computed" if undrawn else "reused", undrawn)]
    kept = list(pieces(out, study).rglob("*.piece"))
    rows = [("curves", "computed", found.reason)]
    if kept:
        runs = len({path.parent for path in kept})
        words = f"{len(kept)} finished pieces of {runs} interrupted {'run' if runs == 1 else 'runs'} are here"
        rows.append(("checkpoints", "reused", f"{words}; those of other sources, settings or versions are passed over"))
    rows += [("checks", "computed", "from the curves"), ("figure", "computed", "from the curves")]
    from theorylab.numerics import jit

    for name, ready in jit.compiled(file).items():
        reason = "machine code of these sources is cached" if ready else "no machine code of these sources yet"
        rows.append((f"kernels of {name}", "reused" if ready else "computed", reason))
    return rows


def as_json(setting: Any) -> dict[str, Any]:
    """A setting as JSON values."""
    values: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(setting)))
    return values
