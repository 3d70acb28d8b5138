"""What a study is, where studies are found, and how one is run."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import difflib
import importlib
import importlib.util
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
from typing import TYPE_CHECKING, Any, Literal, Protocol

from theorylab.errors import InputError, require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from theorylab.replicas import Curve
    from theorylab.results import Result
    from theorylab.tasks import Progress
    from theorylab.verdicts import Check

PACKAGE = "studies"
BUDGET = 64
"""Times the replicas of its setting that a run until decided may take."""


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


def run(
    study: Any,
    *,
    full: bool = False,
    out: str | Path | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    fresh: bool = False,
    until: Literal["decided"] | None = None,
    budget: int | None = None,
    **changes: Any,
) -> Result:
    """Result of running a study (its module, or its name) at its quick setting, or its full one.

    `changes` replace fields of the setting (`seed=3`, `dim=64`). With `out`, figure, record and curves are written
    under that folder, long runs keep checkpoints there, and curves that a run of the same sources, setting and
    versions left there are used again, unless `fresh`.

    With until='decided' the replicas double until every check is decided or another doubling would exceed `budget`
    (by default BUDGET times those of the setting). Peeking does not inflate errors: means are judged by confidence
    sequences, rates spend their level over the looks. `looks` of the result has the sizes. A study that simulates no
    replicas is decided at once.

    Raises InputError for an unknown study or setting, a wrong type,
    values that the study's model refuses, or a folder that cannot be written; DivergedError where a simulation leaves
    the finite numbers.
    """
    from theorylab import results, store
    from theorylab.progress import live_progress
    from theorylab.tasks import using
    from theorylab.verdicts.rule import Look, looking

    module = load(study) if isinstance(study, str) else study
    spec = getattr(module, "__spec__", None)
    name = str(spec.name if spec else module.__name__)
    setting = changed(name, module.FULL if full else module.QUICK, changes)
    looks = _looks(setting, until, budget)
    found = None
    if out is not None:
        store.prepare_folder(Path(out))
        found = results.stored(Path(out), _short(name), setting, module)
        found = None if fresh or looks or not found.usable else found
    began = time.perf_counter()
    # At a prompt or in a notebook the run shows its progress; a program that calls it is not written to.
    shown = live_progress() if progress is None and hasattr(sys, "ps1") else contextlib.nullcontext(progress)
    kept = None if out is None else results.pieces(Path(out), _short(name))
    memory: dict[str, Any] | None = {} if looks else None
    made: list[int] = []
    with shown as report, using(executor=executor, workers=workers, progress=report, checkpoints=kept, memory=memory):
        while True:
            if looks:
                setting = dataclasses.replace(setting, replicas=looks[len(made)])
                made.append(setting.replicas)
            measured = found.side("measured") if found else module.measure(setting)
            predicted = found.side("predicted") if found else module.predict(setting)
            with looking(Look(len(made) - 1, made[0])) if made else contextlib.nullcontext():
                checks = tuple(module.checks(setting, measured, predicted))
            if len(made) == len(looks) or all(check.decided for check in checks):
                break
    result = results.Result(
        study=_short(name),
        source=module.SOURCE,
        setting=setting,
        checks=checks,
        measured=measured,
        predicted=predicted,
        seconds=time.perf_counter() - began,
        module=module,
        reused=found is not None,
        looks=tuple(made),
    )
    if out is not None:
        if found and found.complete(result):
            results.tidy(Path(out), result.study)  # after a run that was killed between its last file and its end
        else:
            result.save(Path(out))
    return result


def _looks(setting: Any, until: str | None, budget: int | None) -> list[int]:
    """Numbers of replicas at which a run that goes on until it is decided looks; none for a run of fixed size."""
    require(until in (None, "decided"), f"until={until!r} is not allowed: give 'decided', or nothing")
    require(until or budget is None, f"budget={budget} has no meaning without until='decided'")
    first = getattr(setting, "replicas", None)
    if until is None or first is None:
        return []
    most = first * BUDGET if budget is None else budget
    require(
        isinstance(most, int) and most >= first,
        f"budget={most!r} is not allowed: the first look alone takes {first} replicas",
    )
    return [first * 2**k for k in range((most // first).bit_length())]


def _short(name: str) -> str:
    return name.removeprefix(f"{PACKAGE}.")


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
