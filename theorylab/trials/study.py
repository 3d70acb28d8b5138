"""What a study is, where studies are found, and what may be set in one."""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import importlib.util
import math
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from theorylab.errors import InputError, require
from theorylab.trials.citations import Source, head

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from theorylab.curves import Curve
    from theorylab.verdicts import Check

PACKAGE = "studies"


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
                found.append(Listing(name, path, head(path).title))
    return sorted(found, key=lambda listing: listing.name)


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


def short_name(name: str) -> str:
    """The name of a study without its package."""
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
