"""What a run rests on, read from files: the hashes of what its numbers, checks, figure and setting can reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theorylab.numerics import freshness, sources
from theorylab.running import store

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


def asked(full: bool, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked of a run, as JSON values."""
    return {"full": full, "changes": {name: str(value) for name, value in sorted(changes.items())}}


def changed_keys(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Keys at which two mappings differ, sorted."""
    return sorted(key for key in {*one, *other} if one.get(key) != other.get(key))


def changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """How one mapping became the other, in words."""
    return ", ".join(f"{key} {one.get(key)} -> {other.get(key)}" for key in changed_keys(one, other))
