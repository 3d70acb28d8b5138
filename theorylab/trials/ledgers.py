"""The ledger of a stored run: what was asked, what it rests on, the checksums of its files. Read with care.

`.store/STUDY.json` stands apart from record, curves and figure, which change when a number does. It is read without the
study and without the libraries that its numbers need. Whatever is wrong with it is one sentence, and costs a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from theorylab.errors import InputError, StoreWarning, require
from theorylab.numerics import machines
from theorylab.running import store
from theorylab.trials.origins import PARTS, Origin, changed_keys, changes

KINDS: dict[str, type | tuple[type, ...]] = {
    "schema": int, "study": str, "asked": dict, "trusted": bool, "parts": dict, "versions": dict, "machine": str,
    "processor": str, "seconds": (int, float), "sums": dict, "record": dict, "runs": list,
}  # fmt: skip
"""What a ledger holds. `runs`: keys of the runs whose pieces it used."""
RECORD: dict[str, type] = {"study": str, "setting": dict, "source": str, "versions": dict, "checks": list,
                           "curves": str}  # fmt: skip
"""What its record holds at least."""
DAMAGE = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError)
"""What reading JSON of any content may raise."""


def read(paths: Mapping[str, Path], study: str) -> tuple[dict[str, Any], str]:
    """The ledger of a study, or why there is none that can be read; a damaged one is reported by a StoreWarning.

    Raises InputError for a store of a later version of the lab.
    """
    schema = _schema(paths["json"])
    _refuse_later(paths["json"], schema)
    if not os.path.lexists(paths["ledger"]):
        if schema is not None and schema < store.SCHEMA:
            return {}, _earlier(schema)
        there = os.path.lexists(paths["json"])
        return {}, "a record is here, but not what it was made from" if there else "nothing is stored"
    try:
        whole = json.loads(store.read(paths["ledger"]))
        ledger: dict[str, Any] = whole["ledger"]
        schema = int(ledger["schema"])
        require(whole["checksum"] == checksum(ledger), "its checksum does not match")
        _refuse_later(paths["ledger"], schema)
        if schema < store.SCHEMA:
            return {}, _earlier(schema)
        _require_whole(ledger, study)
    except LaterError:
        raise
    except DAMAGE as error:
        warnings.warn(f"{paths['ledger']} is damaged ({words(error)}): computed again", StoreWarning, stacklevel=4)
        return {}, "the ledger is damaged"
    return ledger, ""


class LaterError(InputError):
    """A store of a later version of the lab."""


def _require_whole(ledger: Mapping[str, Any], study: str) -> None:
    """Raise one of DAMAGE unless all is there, each of its kind."""
    from theorylab.verdicts.checks import Check

    for holder, kinds in ((ledger, KINDS), (ledger["record"], RECORD)):
        for name, kind in kinds.items():
            require(isinstance(holder.get(name), kind), f"its {name} is missing, or of another kind")
    require(ledger["study"] == ledger["record"]["study"] == study, f"it is that of {ledger['study']}")
    for name in PARTS:
        require(isinstance(ledger["parts"].get(name), dict), f"its part {name} is missing, or of another kind")
    sums = ledger["sums"]
    whole = all(isinstance(sums[kind], str) for kind in ("json", "npz")) and isinstance(sums["svg"], (str, type(None)))
    require(whole, "its checksums are missing, or of another kind")
    for one in ledger["record"]["checks"]:
        Check.from_json(one)


def difference(
    ledger: Mapping[str, Any], now: Origin, setting: Mapping[str, Any] | None, request: Mapping[str, Any] | None
) -> str:
    """How what is stored differs from what a run would compute, in words; '' if it does not."""
    if ledger["record"].get("interim_analyses"):
        return "stored by a run that went on until it was decided: its limits are wider"
    if not (ledger["trusted"] and now.trusted):
        return "sources were edited while a process that had read them was running"
    if setting is not None:
        if ledger["record"]["setting"] != setting:
            return f"another setting: {changes(ledger['record']['setting'], setting)}"
    elif ledger["asked"] != request or ledger["parts"]["settings"] != now.parts["settings"]:
        return "another setting may be asked for"
    if changed := changed_keys(ledger["parts"]["curves"], now.parts["curves"]):
        return f"sources changed: {', '.join(changed)}"
    if ledger["versions"] != now.versions:
        return f"versions changed: {changes(ledger['versions'], now.versions)}"
    if ledger["machine"] != machines.machine() and ledger["processor"] != machines.processor():
        return f"computed on another kind of processor: {ledger['processor']}, here {machines.processor()}"
    return ""


def write(path: Path, ledger: Mapping[str, Any]) -> None:
    """Write a ledger under its checksum."""
    store.write_json(path, {"checksum": checksum(ledger), "ledger": ledger})


def checksum(ledger: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, of what a ledger says."""
    return hashlib.sha256(json.dumps(ledger, sort_keys=True).encode()).hexdigest()


def record_at(path: Path) -> dict[str, Any]:
    """The record at `path`; empty if there is none that can be read."""
    try:
        old = json.loads(store.read(path))
    except DAMAGE:
        return {}
    return old if isinstance(old, dict) else {}


def words(error: BaseException) -> str:
    """What is wrong, in words."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"


def _schema(path: Path) -> int | None:
    """The schema of a record; None if it cannot be read."""
    schema = record_at(path).get("schema")
    return schema if isinstance(schema, int) else None


def _earlier(schema: int) -> str:
    return f"stored by an earlier version of the lab (schema {schema}, now {store.SCHEMA})"


def _refuse_later(path: Path, schema: int | None) -> None:
    if schema is not None and schema > store.SCHEMA:
        raise LaterError(
            f"{path} was written by a later version of the lab (schema {schema}, this one has {store.SCHEMA}): "
            "choose another folder with --out, or update"
        )
