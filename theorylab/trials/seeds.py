"""The list of the runs with other seeds than their study's own: that somebody tried until one pleased shows."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SEEDS = "seeds.jsonl"
"""Its file in the output folder."""


def line(study: str, sources: str, setting: Mapping[str, Any], as_declared: bool) -> dict[str, Any]:
    """What the list remembers of a run; `sources` is the hash of what its numbers can reach."""
    return {
        "study": study, "sources": sources, "setting": dict(setting), "seed": setting.get("seed"),
        "as_declared": as_declared,
    }  # fmt: skip


def remember(out: Path, run: Mapping[str, Any], own: list[Any]) -> None:
    """Append a run to the folder's list, unless it is there or its seed is none, or one of the study's own.

    Call it where no other can be writing.
    """
    if run["seed"] in (None, *own) or run in _lines(out):
        return
    with (out / SEEDS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(run) + "\n")


def others(out: Path, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Runs of the same study, sources and setting with other seeds than this one, oldest first."""
    return [one for one in _lines(out) if _but_seed(one) == _but_seed(run) and one["seed"] != run["seed"]]


def _but_seed(run: Mapping[str, Any]) -> tuple[Any, ...]:
    return run["study"], run["sources"], {k: v for k, v in run["setting"].items() if k != "seed"}


def _lines(out: Path) -> list[dict[str, Any]]:
    """The lines of the folder's list that can be read."""
    try:
        lines = (out / SEEDS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for text in lines:
        with contextlib.suppress(ValueError):
            found.append(json.loads(text))
    return found
