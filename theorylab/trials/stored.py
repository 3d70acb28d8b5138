"""What an output folder already holds of a run, and whether it may stand for one.

Beside figure, record and curves lies a ledger, `.store/STUDY.json`: what was asked, the hashes of all files that the
numbers, the checks, the figure and the setting can reach, and the checksums of the three files. Record, curves and
figure hold none of it: they change when a number does. A ledger is read without the study and without the libraries
that its numbers need.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorylab.errors import InputError, StoreWarning, require
from theorylab.numerics import freshness, sources
from theorylab.running import store

if TYPE_CHECKING:
    from theorylab.curves import Curve
    from theorylab.verdicts import Check

PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "settings": (("QUICK", "FULL"), ()),
    "curves": (("measure", "predict"), ("QUICK", "FULL")),
    "checks": (("checks", "SOURCE", "FINDING"), ()),
    "figure": (("figure",), ()),
}
"""What of a study each piece of a run rests on: names that make it, and names of which only what they use matters."""


@dataclass(frozen=True)
class Origin:
    """What a run rests on, read from files: for each of PARTS the hash of every file and of the study's own part.

    `trusted`: what this process has imported of it is what the files say. A run of which that is not known is stored
    for people to read, and never used again.
    """

    parts: Mapping[str, Mapping[str, str]]
    versions: Mapping[str, str]
    trusted: bool = True

    @property
    def sources(self) -> str:
        """One hash of what the numbers rest on."""
        return sources.combined(dict(self.parts["curves"])) if self.trusted else "edited after this process started"


def origin(file: Path | None, graph: sources.Graph | None = None) -> Origin:
    """The origin of a run of the study in that file, as it is now; of no file, one that is trusted by nobody.

    Raises SyntaxError or ValueError where a file cannot be parsed.
    """
    graph = graph or sources.Graph()
    parts: dict[str, dict[str, str]] = {name: {} for name in PARTS}
    if file is not None:
        parts = {
            name: graph.part(file, roots, through, drawn=name == "figure") for name, (roots, through) in PARTS.items()
        }
    trusted = file is not None and freshness.loaded_text_is_current(graph.reachable(file))
    return Origin(parts, store.versions(), trusted)


def files(out: Path, study: str) -> dict[str, Path]:
    """Where a study's files lie under a folder: svg, npz, json, and the ledger."""
    stem = out.joinpath(*study.split("."))
    found = {kind: stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "npz", "json")}
    return found | {"ledger": out / ".store" / f"{study}.json"}


def pieces(out: Path, study: str) -> Path:
    """Where the checkpoints of a study's unfinished runs lie under a folder."""
    return out / ".pieces" / study


def tidy(out: Path, study: str) -> None:
    """Delete what a run may leave behind once its curves are stored: checkpoints, files of killed writers."""
    places = files(out, study)
    for folder in (places["json"].parent, places["ledger"].parent):
        if any(folder.glob(store.UNFINISHED)):
            from filelock import FileLock

            with FileLock(out / ".lock"):
                store.sweep(folder)
    shutil.rmtree(pieces(out, study), ignore_errors=True)


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


def asked(full: bool, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked of a run, as JSON values."""
    return {"full": full, "changes": {name: str(value) for name, value in sorted(changes.items())}}


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
    ledger, reason = _ledger(paths, study)
    if reason:
        return Stored(reason, paths=paths)
    reason = _difference(ledger, now, setting, request)
    if reason or (reason := _damaged(paths["npz"], ledger["sums"]["npz"], "computed again")):
        return Stored(reason, ledger, paths)
    whole = not _damaged(paths["json"], ledger["sums"]["json"], "made again from the curves")
    drawn = _undrawn(paths, ledger, now) == ""
    return Stored("", ledger, paths, whole and ledger["parts"]["checks"] == now.parts["checks"], drawn)


def _ledger(paths: Mapping[str, Path], study: str) -> tuple[dict[str, Any], str]:
    """The ledger of a study, or why there is none that can be read."""
    _refuse_later(paths["json"], _schema(paths["json"]))
    if not paths["ledger"].is_file():
        if not paths["json"].is_file():
            return {}, "nothing is stored"
        schema = _schema(paths["json"])
        if schema is not None and schema < store.SCHEMA:
            return {}, f"stored by an earlier version of the lab (schema {schema}, now {store.SCHEMA})"
        return {}, "a record is here, but not what it was made from"
    try:
        whole = json.loads(paths["ledger"].read_text(encoding="utf-8"))
        ledger: dict[str, Any] = whole["ledger"]
        schema = int(ledger["schema"])
        require(whole["checksum"] == _sum(ledger), "its checksum does not match")
        require(ledger["study"] == study, f"it is that of {ledger['study']}")
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        warnings.warn(f"{paths['ledger']} is damaged ({_words(error)}): computed again", StoreWarning, stacklevel=4)
        return {}, "the ledger is damaged"
    _refuse_later(paths["ledger"], schema)
    if schema < store.SCHEMA:
        return {}, f"stored by an earlier version of the lab (schema {schema}, now {store.SCHEMA})"
    return ledger, ""


def _schema(path: Path) -> int | None:
    """The schema of a record; None if it cannot be read."""
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["schema"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _refuse_later(path: Path, schema: int | None) -> None:
    require(
        schema is None or schema <= store.SCHEMA,
        f"{path} was written by a later version of the lab (schema {schema}, this one has {store.SCHEMA}): "
        "choose another folder with --out, or update",
    )


def _damaged(path: Path, checksum: str, remedy: str) -> str:
    """Why a file is not the one that was stored, reported by a StoreWarning; '' if it is."""
    if not path.is_file():
        return f"{path.name} is not here"
    try:
        if store.checksum(path) == checksum:
            return ""
        words = "its checksum does not match"
    except OSError as error:
        words = _words(error)
    warnings.warn(f"{path} is damaged ({words}): {remedy}", StoreWarning, stacklevel=4)
    return f"{path.name} is damaged"


def _undrawn(paths: Mapping[str, Path], ledger: Mapping[str, Any], now: Origin) -> str:
    """Why the figure is not the one that would be drawn; '' if it is."""
    if ledger["sums"]["svg"] is None:
        return "it was not drawn"
    if changed := _changed_keys(ledger["parts"]["figure"], now.parts["figure"]):
        return f"sources changed: {', '.join(changed)}"
    return _damaged(paths["svg"], ledger["sums"]["svg"], "made again from the curves")


def _difference(
    ledger: Mapping[str, Any], now: Origin, setting: Mapping[str, Any] | None, request: Mapping[str, Any] | None
) -> str:
    """How what is stored differs from what a run would compute, in words; '' if it does not."""
    if ledger["record"].get("interim_analyses"):
        return "stored by a run that went on until it was decided: its limits are wider"
    if not (ledger["trusted"] and now.trusted):
        return "sources were edited while a process that had read them was running"
    if setting is not None:
        if ledger["record"]["setting"] != setting:
            return f"another setting: {_changes(ledger['record']['setting'], setting)}"
    elif ledger["asked"] != request or ledger["parts"]["settings"] != now.parts["settings"]:
        return "another setting may be asked for"
    if changed := _changed_keys(ledger["parts"]["curves"], now.parts["curves"]):
        return f"sources changed: {', '.join(changed)}"
    if ledger["versions"] != now.versions:
        return f"versions changed: {_changes(ledger['versions'], now.versions)}"
    if ledger["machine"] != store.machine() and ledger["processor"] != store.processor():
        return f"computed on another kind of processor: {ledger['processor']}, here {store.processor()}"
    return ""


def write(
    out: Path, record: Mapping[str, Any], curves: Mapping[str, Curve], figure: bytes | None, now: Origin,
    request: Mapping[str, Any], seconds: float, found: Stored | None = None,
) -> None:  # fmt: skip
    """Write record, curves, figure and ledger of a run; call it where no other can be writing.

    A record that says the same of the same numbers is left as it is, versions included. Where no figure is drawn the
    one that was `found` stays, and one of other numbers is deleted.
    """
    study = str(record["study"])
    paths = files(out, study)
    old, new = _record_at(paths["json"]), json.loads(json.dumps(dict(record)))
    if {**old, "versions": None} != {**new, "versions": None}:
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
        "schema": store.SCHEMA, "study": study, "asked": dict(request), "trusted": now.trusted,
        "parts": {name: dict(part) for name, part in now.parts.items()}, "versions": dict(now.versions),
        "machine": store.machine(), "processor": store.processor(),
        "seconds": seconds, "sums": sums, "record": dict(record),
    }  # fmt: skip
    store.write_json(paths["ledger"], {"checksum": _sum(ledger), "ledger": ledger})


def _record_at(path: Path) -> dict[str, Any]:
    """The record at `path`; empty if there is none that can be read."""
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return old if isinstance(old, dict) else {}


def last_seconds(out: Path, study: str) -> float | None:
    """What the last run of a study into `out` took, in seconds; None if that is not known."""
    try:
        return float(json.loads(files(out, study)["ledger"].read_text(encoding="utf-8"))["ledger"]["seconds"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def why(out: Path, study: str, setting: Any, file: Path) -> list[tuple[str, str, str]]:
    """Rows (piece, 'computed' or 'reused', why) of what a run into `out` would do. Raises InputError as `stored`."""
    now = origin(file)
    found = stored(out, study, now, setting=as_json(setting))
    if found.usable:
        rows = [("curves", "reused", "of the same setting, sources, versions and processor")]
        changed = _changed_keys(found.ledger["parts"]["checks"], now.parts["checks"])
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


def _sum(ledger: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(ledger, sort_keys=True).encode()).hexdigest()


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if not isinstance(error, InputError) else str(error)


def _changed_keys(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return sorted(key for key in {*one, *other} if one.get(key) != other.get(key))


def _changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {one.get(key)} -> {other.get(key)}" for key in _changed_keys(one, other))
