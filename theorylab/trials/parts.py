"""The parts of a study, asked for with care: what is missing or of another kind is said in one sentence.

`predict` may be left out where there is nothing to predict, FULL where there is no full run, and a setting needs no
`seed` where nothing is drawn. All else a study owes.
"""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorylab.errors import InputError, StudyError
from theorylab.trials.citations import Source

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from theorylab.curves import Curve
    from theorylab.verdicts import Check

OWED = {
    "SOURCE": 'SOURCE = Source("Theorem 2", kind="read")',
    "QUICK": "QUICK = Setting(...), an instance of a frozen dataclass",
    "measure": "def measure(s), which returns a dict of Curves",
    "checks": "def checks(s, measured, predicted), which yields agrees(...), below(...), ...",
    "figure": "def figure(s, measured, predicted), which returns a Figure, such as that of plots.panels(1)",
}
"""What a study owes, and how it is written."""
OPTIONAL = {
    "FULL": "FULL = Setting(...), the size of the figure, with another seed",
    "predict": "def predict(s), which returns a dict of Curves, or leave it out",
}
ARGUMENTS = {"measure": 1, "predict": 1, "checks": 3, "figure": 3}


def require_whole(name: str, module: Any) -> None:
    """Raise StudyError, saying what to write, unless the study has all its parts, each of its kind."""
    _refuse(name, [f"has no {part}: write {how}" for part, how in OWED.items() if not hasattr(module, part)])
    _refuse(name, [words for part, how in (OWED | OPTIONAL).items() if (words := _wrong(module, part, how))])


def _refuse(name: str, reasons: list[str]) -> None:
    if reasons:
        raise StudyError(f"{name} {'; it '.join(reasons)}")


def _wrong(module: Any, part: str, how: str) -> str:
    """What is wrong with a part that is there, in words; '' if nothing is."""
    value = getattr(module, part, None)
    if part == "SOURCE":
        return "" if isinstance(value, Source) else f"has a {type(value).__name__} as SOURCE: write {how}"
    if part in ("QUICK", "FULL"):
        right = value is None or (dataclasses.is_dataclass(value) and not isinstance(value, type))
        return "" if right else f"has {value!r} as {part}: write {how}"
    if value is None and part in OPTIONAL:
        return ""
    if not callable(value):
        return f"has {value!r} as {part}: write {how}"
    try:
        inspect.signature(value).bind(*[None] * ARGUMENTS[part])
    except TypeError:
        return f"has {part}{inspect.signature(value)}: write {how}"
    except ValueError:  # a callable that tells no signature
        return ""
    return ""


def setting(name: str, module: Any, full: bool) -> Any:
    """The quick setting of a study, or its full one. Raises StudyError where there is none."""
    found = getattr(module, "FULL" if full else "QUICK", None)
    if found is None:
        part, how = ("FULL", OPTIONAL["FULL"]) if full else ("QUICK", OWED["QUICK"])
        raise StudyError(f"{name} has no {part}: write {how}")
    return found


class Curves(dict[str, "Curve"]):
    """Curves by name; a name that is not there is refused with those that are."""

    def __init__(self, side: str, study: str, curves: Mapping[str, Curve]) -> None:
        super().__init__(curves)
        self.side, self.study = side, study

    def __missing__(self, key: str) -> Curve:
        close = difflib.get_close_matches(str(key), self, n=1, cutoff=0.5)
        there = f"it has {', '.join(map(repr, self))}" if self else "it is empty"
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise StudyError(f"{self.study} asks for {self.side}[{key!r}], but {there}{hint}")


def measured(name: str, module: Any, s: Any) -> Curves:
    """The measured curves of a study at a setting. Raises StudyError for anything else, whatever `measure` raises."""
    return _curves("measured", "measure", name, module.measure(s))


def predicted(name: str, module: Any, s: Any) -> Curves:
    """The predicted curves of a study at a setting, none without `predict`. Raises as `measured`."""
    predict = getattr(module, "predict", None)
    return _curves("predicted", "predict", name, {} if predict is None else predict(s))


def _curves(side: str, part: str, name: str, found: Any) -> Curves:
    from theorylab.curves import Curve

    how = "return a dict of Curves, made by exact(x, values, ulps=...) or replicate(kernel, ...)"
    if not isinstance(found, Mapping):
        raise StudyError(f"{part} of {name} returned {_kind(found)}: {how}")
    for key, curve in found.items():
        if not (isinstance(key, str) and isinstance(curve, Curve)):
            raise StudyError(f"{part} of {name} returned {_kind(curve)} as {key!r}: {how}")
    return Curves(side, name, found)


def checked(
    name: str, module: Any, s: Any, measured: Mapping[str, Curve], predicted: Mapping[str, Curve]
) -> tuple[Check, ...]:
    """The checks of a study. Raises StudyError where they are none, or anything else; whatever `checks` raises."""
    from theorylab.verdicts import Check

    how = "yield each check, as in `yield agrees(...)`"
    found = module.checks(s, Curves("measured", name, measured), Curves("predicted", name, predicted))
    if isinstance(found, Check) or not isinstance(found, Iterable):
        raise StudyError(f"checks of {name} returned {_kind(found)}: {how}")
    checks = tuple(found)
    for check in checks:
        if not isinstance(check, Check):
            raise StudyError(f"checks of {name} yielded {_kind(check)}: {how}")
    if not checks:
        raise StudyError(f"checks of {name} yielded nothing at this setting: {how}")
    return checks


def drawn(name: str, module: Any, s: Any, measured: Mapping[str, Curve], predicted: Mapping[str, Curve]) -> Figure:
    """The figure of a study. Raises StudyError for anything else, whatever `figure` raises."""
    found = module.figure(s, Curves("measured", name, measured), Curves("predicted", name, predicted))
    if not hasattr(found, "savefig"):
        raise StudyError(f"figure of {name} returned {_kind(found)}: return the Figure, the first of plots.panels(...)")
    return found  # type: ignore[no-any-return]


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def in_words(error: BaseException, path: Path) -> str:
    """An error that a study in the file `path` raised, in one sentence: what, and where in the study."""
    place = where(error, path)
    kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
    what = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{kind}{' '.join(str(what).split()) or 'no message'}" + (f" ({place})" if place else "")


def where(error: BaseException, path: Path) -> str:
    """File, line and function of a study's own last step towards an error; '' if it made none."""
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).resolve() == path.resolve():
        return f"{path.name}, line {error.lineno}"
    frames = [x for x in traceback.extract_tb(error.__traceback__) if Path(x.filename).resolve() == path.resolve()]
    if not frames:
        return ""
    inside = "" if frames[-1].name == "<module>" else f", in {frames[-1].name}"
    return f"{path.name}, line {frames[-1].lineno}{inside}"
