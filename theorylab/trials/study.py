"""What a study is, where the lab's and one's own are found and how they are loaded, and what may be set in one."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import importlib
import importlib.metadata
import importlib.util
import math
import os
import re
import sys
import types
import typing
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from theorylab.errors import InputError, StudyWarning, require
from theorylab.trials.citations import Source, head

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from theorylab.curves import Curve
    from theorylab.verdicts import Check

PACKAGE = "theorylab.studies"
"""The lab's studies: a name that no folder `studies` of somebody else can take."""
FOLDER = Path(importlib.import_module(PACKAGE).__path__[0]).resolve()
FIGURES = FOLDER.parent / "figures"
"""Figures and records of the lab's full runs: beside the lab in a clone, in it in a wheel."""
GROUP, VARIABLE = "theorylab.studies", "THEORYLAB_STUDIES"
"""The entry-point group and the environment variable that add studies of one's own."""


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
    """A study as its file shows it, without importing it.

    Of the lab's own `name` is FAMILY.PAPER.CLAIM; of any other it is its module's, which is imported from `root` (None:
    from where it is installed).
    """

    name: str
    path: Path
    module: str
    root: Path | None = None

    @property
    def own(self) -> bool:
        """Whether it is somebody's own, and not the lab's."""
        return self.module == self.name

    @property
    def title(self) -> str:
        """The first paragraph of its docstring, or why the file cannot be read."""
        return head(self.path).title


def discover() -> list[Listing]:
    """The lab's studies and those that were added, by name, from the files alone: a broken one is listed too.

    Packages of studies are added by entry points of the group `theorylab.studies`, packages, folders and files by the
    environment variable THEORYLAB_STUDIES. None replaces another of its name: a StudyWarning says which was left out.
    Raises InputError for something in THEORYLAB_STUDIES that is not there, and if the lab's are not.
    """
    require(FOLDER.is_dir(), f"the lab's studies are not at {FOLDER}: install theorylab again, whole")
    found = {listing.name: listing for listing in _below(FOLDER, FOLDER.parent)}
    for listing in _added():
        first = found.setdefault(listing.name, listing)
        if first.path != listing.path:
            _warn(f"{listing.path} is left out: {listing.name} is the name of {first.path} already; rename it")
    return sorted(found.values(), key=lambda listing: listing.name)


def _below(folder: Path, root: Path | None) -> list[Listing]:
    """The studies below a folder: all modules of the lab's, and those of others that define `checks`."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [x for x in folders if not x.startswith(("_", ".")) and not Path(place, x, "pyvenv.cfg").exists()]
        paths = [Path(place, file) for file in files if file.endswith(".py") and not file.startswith(("_", "."))]
        found += [_listing(path, root) for path in paths if _in_lab(path) or _has_checks(path)]
    return sorted(found, key=lambda listing: listing.name)


def _listing(path: Path, root: Path | None) -> Listing:
    """The listing of a file below `root`; what is installed (None) is named from its top package."""
    parts = path.relative_to(FOLDER if _in_lab(path) else root or _home(path)).with_suffix("").parts
    for part in parts:
        require(part.isidentifier(), f"{path} cannot be imported: rename {part!r} to letters, digits and underscores")
    name = ".".join(parts)
    return Listing(name, path, f"{PACKAGE}.{name}") if _in_lab(path) else Listing(name, path, name, root)


def _in_lab(path: Path) -> bool:
    return FOLDER in path.parents


def _home(path: Path) -> Path:
    """The first folder above a file, or that folder itself, that is no package."""
    folder = path if path.is_dir() else path.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def _has_checks(path: Path) -> bool:
    return re.search(r"^(def\s+checks\b|checks\s*=)", path.read_text("utf-8", "replace"), re.MULTILINE) is not None


def _added() -> Iterator[Listing]:
    """Studies of entry points and of the environment variable, in this order."""
    for point in _entry_points():
        listings = of_module(point.value)
        if not listings:
            _warn(f"the entry point {point.name} = {point.value!r} of {GROUP} names no module with studies: left out")
        yield from listings
    for word in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        listings = at_path(Path(word)) or of_module(word)
        require(listings, f"{VARIABLE} names {word!r}, which is no file, folder or package with studies: correct it")
        yield from listings


@functools.cache
def _entry_points() -> tuple[importlib.metadata.EntryPoint, ...]:
    return tuple(importlib.metadata.entry_points(group=GROUP))


def at_path(path: Path) -> list[Listing]:
    """The study in a file, whatever is in it, or the studies below a folder; none where there is no such thing.

    The name of one's own counts from the first folder above it that is no package. Raises InputError for a name that
    cannot be imported.
    """
    path = path.expanduser().resolve()
    if path.is_dir():
        return _below(path, _home(path))
    return [_listing(path, _home(path))] if path.suffix == ".py" and path.is_file() else []


def of_module(name: str) -> list[Listing]:
    """The study in a module, or the studies in a package, by dotted name; none where there is no such thing.

    Looked for from the working directory, then where Python looks; nothing is imported.
    """
    if f"{name}.".startswith(f"{PACKAGE}."):
        place = FOLDER.joinpath(*name.split(".")[2:])
        return at_path(place.with_name(f"{place.name}.py")) or at_path(place)
    top, *rest = name.split(".")
    if all(part.isidentifier() for part in (top, *rest)):
        for root, first in _places(top):
            place = first.joinpath(*rest).resolve()
            file = place.with_name(f"{place.name}.py")
            if file.is_file():
                return [_listing(file, None) if _in_lab(file) else Listing(name, file, name, root)]
            if place.is_dir():
                return _below(place, root or place.parents[len(rest)])
    return []


def _places(top: str) -> Iterator[tuple[Path | None, Path]]:
    """Where a top-level name may lie: folder to import it from (None: as installed), and its path without a suffix."""
    yield Path.cwd(), Path.cwd() / top
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return
    if spec and spec.submodule_search_locations is not None:
        yield from ((None, Path(folder)) for folder in spec.submodule_search_locations)
    elif spec and spec.origin and spec.origin.endswith(".py"):
        yield None, Path(spec.origin).with_suffix("")


def load(listing: Listing) -> types.ModuleType:
    """The module of a study. Raises InputError for a module name that is taken, whatever its import raises."""
    if listing.root is not None and str(listing.root) not in sys.path:
        sys.path.insert(0, str(listing.root))
    module = importlib.import_module(listing.module)
    file = getattr(module, "__file__", None)
    require(
        file and Path(file).resolve() == listing.path,
        f"{listing.path} cannot be loaded: Python has another module {listing.module} ({file}); rename yours",
    )
    return module


def name_of(module: Any) -> str:
    """The name of a study that was imported, as `Listing` has it."""
    file, spec = getattr(module, "__file__", None), getattr(module, "__spec__", None)
    if file and _in_lab(Path(file).resolve()):
        return _listing(Path(file).resolve(), None).name
    if module.__name__ == "__main__" and spec is None and file:
        return Path(file).stem
    return str(spec.name if spec else module.__name__)


def _warn(message: str) -> None:
    warnings.warn(message, StudyWarning, stacklevel=3)


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
