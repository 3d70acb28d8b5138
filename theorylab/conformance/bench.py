"""A row put on trial: what the installed package does today, and whether that is what the row says."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from theorylab.conformance.adapters import ADAPTERS, PRECISIONS, Run, called, installed
from theorylab.conformance.references import Reference, reference
from theorylab.conformance.rows import Row, evaluated
from theorylab.conformance.sequences import SEQUENCES, Sequence
from theorylab.conformance.trial import Compared, Difference, Verdict, bounds, compare


class Outcome(NamedTuple):
    """What was found for a row; `version` is None where the package is not installed."""

    row: Row
    version: str | None
    verdict: Verdict | None
    difference: Difference | None
    """The first, with the paper's parameters by their names and nothing else changed."""
    defaults: bool
    other_defaults: Mapping[str, Any]
    """Arguments whose default is not the paper's, and that default; None is written as a text."""
    broken: str = ""

    @property
    def as_said(self) -> bool:
        """Whether the row is reproduced: verdict, where it shows, and what the defaults do."""
        return self.version is None or not self.changes()

    def changes(self) -> list[str]:
        """What is no longer as the row says, a sentence each."""
        row, found = self.row, []
        if self.broken:
            return [f"{row.call} breaks: {self.broken}"]
        if self.verdict is not row.verdict:
            found.append(f"{row.verdict} in {row.package} {row.version}, now {self.verdict}")
        elif self.difference is not None and self.difference[:2] != (row.sequence, row.step):
            found.append(f"differed first on {row.sequence!r} at step {row.step}, now {self.difference}")
        elif self.difference is not None and not _alike(row, self.difference):
            found.append(f"had {row.values} there, now {self.difference}")
        if self.defaults is not row.defaults:
            found.append(f"with its defaults it is {'no longer' if row.defaults else 'now'} the paper's recursion")
        if self.other_defaults != row.other_defaults:
            found.append(f"other defaults than the paper's: {row.other_defaults}, now {self.other_defaults}")
        return found


def _alike(row: Row, difference: Difference) -> bool:
    """Whether the values are those of the row, as far as it prints them."""
    now = (difference.seen, difference.expected)
    return bool(np.allclose(now, row.values or now, rtol=1e-4, atol=0.0, equal_nan=True))


def tried(row: Row) -> Outcome:
    """The outcome of a row with the package that is installed; what breaks in the package becomes part of it."""
    version = installed(row.package)
    if version is None:
        return Outcome(row, None, None, None, row.defaults, {})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _tried(row, version)
    except Exception as error:
        return Outcome(row, version, None, None, False, {}, f"{type(error).__name__}: {error}")


def _tried(row: Row, version: str) -> Outcome:
    one = reference(row.algorithm)
    papers = one.parameters(**row.parameters)
    arguments = evaluated(row.arguments, papers)
    found = compared(row, one, arguments, papers)
    verdict = found.verdict
    if verdict is Verdict.DIFFERS and row.change:
        changed = compared(row, one, arguments | evaluated(row.change.get("arguments", {}), papers), papers, True)
        equal = changed.difference is None and set(changed.blind) <= set(row.unseen)
        verdict = Verdict.CHANGED if equal else verdict
    if verdict is Verdict.UNDECIDED and set(found.blind) <= set(row.unseen):
        verdict = Verdict.IDENTICAL
    rate = {name: arguments[name] for name, text in row.arguments.items() if text in ("rate", "-rate")}
    open_ones = {name: value for name, value in row.parameters.items() if name not in one.module.Method._field_defaults}
    defaults = compared(row, one, rate, one.parameters(**open_ones)).difference is None
    return Outcome(row, version, verdict, found.difference, defaults, _other_defaults(row, arguments, rate))


def compared(
    row: Row, one: Reference, arguments: dict[str, Any], papers: dict[str, Any], changed: bool = False
) -> Compared:
    """A call with these arguments against the reference, its parameters changed as the row says where `changed`."""
    run, precision = prepared(row, arguments)

    def at(t: int) -> dict[str, Any]:
        return papers | (evaluated(row.change.get("parameters", {}), papers, t) if changed else {})

    return compare(run, one, at, precision)


def prepared(row: Row, arguments: dict[str, Any]) -> tuple[Run, float]:
    """The call with these arguments as a function of a sequence, and the spacing at 1 of its numbers."""
    adapter, precision = ADAPTERS[row.adapter]
    run, layer = adapter(called(row.call), arguments), row.layer

    def points(sequence: Sequence) -> np.ndarray:
        found = run(sequence if layer is None else sequence.shaped(layer))
        return found.reshape(len(found), *sequence.shape)

    return points, max(precision, PRECISIONS[row.precision])


def deviation(row: Row, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(steps,) largest distance of a coordinate between package and reference on a sequence, and rounding there."""
    one = reference(row.algorithm)
    papers = one.parameters(**row.parameters)
    run, precision = prepared(row, evaluated(row.arguments, papers))
    sequence = SEQUENCES[name].shaped(one.shape)
    expected, rounding = bounds(one, lambda t: papers, sequence, precision)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = run(sequence)
    apart = np.abs(seen - expected).reshape(len(seen), -1)
    worst = np.argmax(np.nan_to_num(apart), axis=1)
    rows = np.arange(len(apart))
    return apart[rows, worst][1:], rounding.reshape(len(seen), -1)[rows, worst][1:]


def _other_defaults(row: Row, arguments: Mapping[str, Any], rate: Mapping[str, Any]) -> dict[str, Any]:
    known = inspect.signature(called(row.call)).parameters
    found: dict[str, Any] = {}
    for name, value in arguments.items():
        if name not in rate and name in known and not _same(known[name].default, value):
            found[name] = _plain(known[name].default)
    return found


def _plain(default: Any) -> Any:
    """A default as a file of rows can hold it."""
    if isinstance(default, tuple):
        return [_plain(one) for one in default]
    return default if isinstance(default, (bool, int, float)) else str(default)


def _same(default: Any, value: Any) -> bool:
    """Whether two values are one; numbers up to rounding, as of 1 - 0.9 and 0.1."""
    if isinstance(default, tuple) and isinstance(value, tuple) and len(default) == len(value):
        return all(_same(*pair) for pair in zip(default, value, strict=True))
    numbers = isinstance(default, (int, float)) and isinstance(value, (int, float))
    return bool(np.isclose(default, value, rtol=1e-12, atol=0.0)) if numbers else bool(default == value)
