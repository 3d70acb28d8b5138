"""The list of the runs with other seeds than their study's own: that somebody tried until one pleased shows.

Each line has a checksum. The file is replaced as a whole, so that no line is ever torn; lines that came to harm in
another way are said, and kept in a file beside it.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from theorylab.errors import StoreWarning
from theorylab.running import store

SEEDS = "seeds.jsonl"
"""Its file in the output folder."""
DAMAGED = "seeds.damaged"
"""Beside it, lines that could not be read."""
KINDS = {"study": str, "sources": str, "setting": dict, "as_declared": bool}


def line(study: str, sources: str, setting: Mapping[str, Any], as_declared: bool) -> dict[str, Any]:
    """What the list remembers of a run; `sources` is the hash of what its numbers can reach."""
    return {
        "study": study, "sources": sources, "setting": dict(setting), "seed": setting.get("seed"),
        "as_declared": as_declared,
    }  # fmt: skip


def remember(out: Path, run: Mapping[str, Any], own: list[Any]) -> None:
    """Add a run to the folder's list, unless it is there or its seed is none, or one of the study's own.

    Lines that cannot be read are moved to a file beside it, with a StoreWarning. Call it where no other can be writing.
    """
    path = out / SEEDS
    try:
        known, lost = _lines(path)
    except OSError as error:
        store.set_aside(path, f"cannot be read ({error.strerror})")
        known, lost = [], []
    added = run["seed"] not in (None, *own) and run not in known
    if lost:
        _keep(out / DAMAGED, lost)
        _warn(path, lost, f"moved to {DAMAGED}")
    if added or lost:
        store.write_atomically(path, b"".join(map(_sealed, [*known, *([run] if added else [])])))


def others(out: Path, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Runs of the same study, sources and setting with other seeds than this one, oldest first."""
    try:
        known, lost = _lines(out / SEEDS)
    except OSError as error:
        warnings.warn(f"{out / SEEDS} cannot be read ({error.strerror}): passed over", StoreWarning, stacklevel=2)
        return []
    if lost:
        _warn(out / SEEDS, lost, "passed over")
    return [one for one in known if _but_seed(one) == _but_seed(run) and one["seed"] != run["seed"]]


def _warn(path: Path, lost: list[bytes], fate: str) -> None:
    words = f"{len(lost)} {'line' if len(lost) == 1 else 'lines'} of {path} cannot be read"
    warnings.warn(f"{words}: {fate}; the rest is kept", StoreWarning, stacklevel=4)


def _but_seed(run: Mapping[str, Any]) -> tuple[Any, ...]:
    return run["study"], run["sources"], {k: v for k, v in run["setting"].items() if k != "seed"}


def _sealed(run: Mapping[str, Any]) -> bytes:
    return json.dumps({"checksum": _sum(run), "run": dict(run)}).encode() + b"\n"


def _sum(run: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()[:16]


def _lines(path: Path) -> tuple[list[dict[str, Any]], list[bytes]]:
    """The runs of a list, and the lines of it that cannot be read. Raises OSError for what is no file to read."""
    try:
        lines = store.read(path).split(b"\n")
    except FileNotFoundError:
        return [], []
    found, lost = [], []
    for text in filter(None, lines):
        try:
            whole = json.loads(text)
            run = whole["run"]
            good = (
                "seed" in run
                and whole["checksum"] == _sum(run)
                and all(isinstance(run[name], kind) for name, kind in KINDS.items())
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            good = False
        if good:
            found.append(run)
        else:
            lost.append(text)
    return found, lost


def _keep(path: Path, lost: list[bytes]) -> None:
    """Add lines to the file of what could not be read."""
    try:
        before = store.read(path)
    except OSError:
        before = b""
    store.write_atomically(path, before + b"".join(text + b"\n" for text in lost))
