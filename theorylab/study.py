"""What a study is, where studies are found, and how one is run."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import difflib
import functools
import importlib
import importlib.util
import json
import math
import re
import sys
import time
import types
import typing
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from theorylab.errors import InputError, require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from theorylab.replicas import Curve, Progress
    from theorylab.verdicts import Check

PACKAGE = "studies"


@dataclass(frozen=True)
class Source:
    """Where a claim was read: a key of studies/references.bib, the place in the text, the figure it regenerates."""

    key: str
    where: str
    figure: str = ""

    def __str__(self) -> str:
        return f"{self.key}, {self.where}" + (f" ({self.figure})" if self.figure else "")


class Study(Protocol):
    """A module of `studies`; being there is its registration. Its parts read in the order of the argument."""

    SOURCE: Source
    QUICK: Any
    """Setting of the test suite: about a second warm."""
    FULL: Any
    """Setting of the committed figure: the paper's size, another seed."""

    def measure(self, s: Any) -> dict[str, Curve]:
        """The measured curves."""

    def predict(self, s: Any) -> dict[str, Curve]:
        """The predicted curves, under the keys of the measured ones."""

    def checks(self, s: Any, measured: dict[str, Curve], predicted: dict[str, Curve]) -> Iterable[Check]:
        """The claims, each with its rival."""

    def figure(self, s: Any, measured: dict[str, Curve], predicted: dict[str, Curve]) -> Figure:
        """The figure."""


@dataclass(frozen=True)
class Listing:
    """A study as its file shows it, without importing it: name, path, the first paragraph of its docstring."""

    name: str
    path: Path
    title: str


def discover() -> list[Listing]:
    """All studies, by name, read from the files alone: a broken one is listed like the others."""
    spec = importlib.util.find_spec(PACKAGE)
    require(spec and spec.submodule_search_locations, f"no package {PACKAGE!r} is installed: pip install -e .")
    found = []
    for folder in spec.submodule_search_locations:  # type: ignore[union-attr]
        for path in sorted(Path(folder).rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            if not any(part.startswith(("_", ".")) for part in parts):
                name = ".".join(parts)
                found.append(Listing(name, path, _title(path)))
    return sorted(found, key=lambda listing: listing.name)


def _title(path: Path) -> str:
    try:
        text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except (SyntaxError, ValueError) as error:
        return f"(cannot be read: {error})"
    return " ".join(text.split("\n\n")[0].split())


def find(name: str) -> Listing:
    """The study of that name; the part after the family is enough. InputError names the nearest match."""
    listings = discover()
    wanted = name.removeprefix(f"{PACKAGE}.")
    matches = [x for x in listings if x.name == wanted] or [x for x in listings if x.name.split(".")[-1] == wanted]
    if len(matches) == 1:
        return matches[0]
    names = [x.name for x in listings]
    if matches:
        raise InputError(f"{name!r} names {len(matches)} studies: {', '.join(x.name for x in matches)}")
    raise InputError(f"no study is called {name!r}{_nearest(wanted, names)}; `theorylab list` shows all")


def load(name: str) -> types.ModuleType:
    """The module of the study called `name`. Raises InputError for an unknown name, whatever its import raises."""
    return importlib.import_module(f"{PACKAGE}.{find(name).name}")


@dataclass(frozen=True, eq=False)
class Result:
    """What a run found: verdicts, curves, setting. Prints as a table; a notebook shows the figure too."""

    study: str
    source: Source
    setting: Any
    checks: tuple[Check, ...]
    measured: Mapping[str, Curve]
    predicted: Mapping[str, Curve]
    seconds: float
    module: Any = dataclasses.field(repr=False)

    @functools.cached_property
    def figure(self) -> Figure:
        """The study's figure, drawn at first use."""
        drawn: Figure = self.module.figure(self.setting, self.measured, self.predicted)
        return drawn

    @property
    def as_declared(self) -> bool:
        """Whether every claim and every rival came out as the study declares; False if there is none."""
        return bool(self.checks) and all(check.as_declared for check in self.checks)

    def record(self) -> dict[str, Any]:
        """Provenance and verdicts as JSON values."""
        from theorylab import store

        path = Path(str(self.module.__file__))
        setting = json.loads(json.dumps(dataclasses.asdict(self.setting)))
        traced = store.provenance(self.study, setting, path)
        return traced | {"source": str(self.source), "checks": [check.to_json() for check in self.checks]}

    def save(self, out: Path) -> dict[str, Path]:
        """Write figure (svg), record (json) and curves (npz) under out/<family>/<study>; returns their paths."""
        from theorylab import plots, store

        stem = out.joinpath(*self.study.split("."))
        paths = {kind: stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "npz", "json")}
        record = self.record()
        curves = {f"measured/{k}": c for k, c in self.measured.items()}
        curves |= {f"predicted/{k}": c for k, c in self.predicted.items()}
        store.write_atomically(paths["svg"], plots.svg(self.figure))
        store.write_curves(paths["npz"], curves, {k: record[k] for k in record if k != "checks"})
        store.write_json(paths["json"], record | {"curves": store.checksum(paths["npz"])})
        return paths

    def __repr__(self) -> str:
        from theorylab import tables

        return tables.as_text(self)

    def _repr_html_(self) -> str:
        from theorylab import plots, tables

        return tables.as_html(self) + plots.svg(self.figure).decode()


def run(
    study: Any,
    *,
    full: bool = False,
    out: str | Path | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    **changes: Any,
) -> Result:
    """Result of running a study (its module, or its name) at its quick setting, or its full one.

    `changes` replace fields of the setting (`seed=3`, `dim=64`). With `out`, figure and record are written
    under that folder. Raises InputError for an unknown study or setting, a wrong type, or values that the study's
    model refuses; DivergedError where a simulation leaves the finite numbers.
    """
    from theorylab.progress import live_progress
    from theorylab.replicas import using

    module = load(study) if isinstance(study, str) else study
    spec = getattr(module, "__spec__", None)
    name = str(spec.name if spec else module.__name__)
    setting = changed(name, module.FULL if full else module.QUICK, changes)
    if out is not None:
        from theorylab import store

        store.prepare_folder(Path(out))
    began = time.perf_counter()
    # At a prompt or in a notebook the run shows its progress; a program that calls it is not written to.
    shown = live_progress() if progress is None and hasattr(sys, "ps1") else contextlib.nullcontext(progress)
    with shown as report, using(executor=executor, workers=workers, progress=report):
        measured = module.measure(setting)
        predicted = module.predict(setting)
        checks = tuple(module.checks(setting, measured, predicted))
    result = Result(
        study=name.removeprefix(f"{PACKAGE}."),
        source=module.SOURCE,
        setting=setting,
        checks=checks,
        measured=measured,
        predicted=predicted,
        seconds=time.perf_counter() - began,
        module=module,
    )
    if out is not None:
        result.save(Path(out))
    return result


def changed(study: str, setting: Any, changes: Mapping[str, Any]) -> Any:
    """The setting with some fields replaced; strings are read as the field's type.

    Raises InputError for a field that does not exist (naming the nearest) or a value of another type.
    """
    hints = typing.get_type_hints(type(setting))
    fields = [field.name for field in dataclasses.fields(setting)]
    values = {}
    for name, value in changes.items():
        if name not in fields:
            raise InputError(f"{study} has no setting {name!r}{_nearest(name, fields)}; it has {', '.join(fields)}")
        values[name] = _typed(name, hints[name], value)
        require(name != "seed" or values[name] >= 0, f"seed={value} is not allowed: give an integer >= 0")
    return dataclasses.replace(setting, **values)


def _typed(name: str, kind: Any, value: Any) -> Any:
    """`value` as the type of its field: int, float, bool, str, or a tuple of one of them ('0.9,0.99')."""
    wrong = InputError(f"{name}={value!r} is not allowed: give {_type_name(kind)}")
    if typing.get_origin(kind) is tuple:
        element = typing.get_args(kind)[0]
        items = value.strip("()[] ").split(",") if isinstance(value, str) else value
        if not isinstance(items, Iterable):
            raise wrong
        return tuple(_typed(name, element, item.strip() if isinstance(item, str) else item) for item in items)
    if kind is bool:
        words = {"true": True, "false": False, "1": True, "0": False}
        if isinstance(value, str) and value.lower() in words:
            return words[value.lower()]
        if isinstance(value, bool):
            return value
        raise wrong
    if kind is str:
        if isinstance(value, str):
            return value
        raise wrong
    if isinstance(value, bool):
        raise wrong
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise wrong from error
    require(isinstance(number, int) or math.isfinite(number), f"{name}={number} is not allowed: give a finite number")
    if not isinstance(value, str) and number != value:
        raise wrong
    return number


def _type_name(kind: Any) -> str:
    if typing.get_origin(kind) is tuple:
        return f"{_type_name(typing.get_args(kind)[0])}s, separated by commas"
    return {int: "an integer", float: "a number", bool: "true or false", str: "a word"}.get(kind, str(kind))


def _nearest(word: str, words: Iterable[str]) -> str:
    tails = {name.split(".")[-1]: name for name in words}
    close = difflib.get_close_matches(word.split(".")[-1], tails, n=1, cutoff=0.5)
    return f"; did you mean {tails[close[0]]!r}?" if close else ""


def reference(key: str) -> str:
    """The entry of studies/references.bib with that key, as it stands there. InputError if there is none."""
    spec = importlib.util.find_spec(PACKAGE)
    folder = Path((spec.submodule_search_locations or ["."])[0] if spec else ".")
    text = (folder / "references.bib").read_text(encoding="utf-8")
    match = re.search(rf"^@\w+\{{{re.escape(key)},.*?^\}}", text, flags=re.MULTILINE | re.DOTALL)
    if match is None:
        raise InputError(f"studies/references.bib has no entry {key!r}: add it before a study cites it")
    return match.group(0)
