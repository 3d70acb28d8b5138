"""The rule: identical to rounding, identical after a stated change, or different; where it shows, and by how much.

Rounding is measured, not declared: the reference runs again with its gradients and parameters moved by a unit of the
package's precision, a few times. What stays within `SLACK` times the spread of these runs is rounding. A verdict
of identity needs that the same data tell the reference from itself with any one real parameter other than 0 moved by
one per cent: where they do not, the trial decides nothing. Flags, counts and parameters that are 0 have no such rival.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from theorylab.conformance.references import Reference
from theorylab.conformance.sequences import SEQUENCES, Sequence

SLACK = 16.0
MOVES = 4
RIVAL = 0.01
Run = Callable[[Sequence], np.ndarray]
"""Points (steps + 1, *shape) of an implementation on a sequence."""
Parameters = Callable[[int], Mapping[str, Any]]
"""Parameters of a reference at step t."""


class Verdict(enum.StrEnum):
    """What a comparison says."""

    IDENTICAL = "identical"
    CHANGED = "after a change"
    DIFFERS = "differs"
    UNDECIDED = "undecided"


class Difference(NamedTuple):
    """Where two recursions part: the sequence, its step, the coordinate, both values, and the rounding there."""

    sequence: str
    step: int
    coordinate: int
    seen: float
    expected: float
    rounding: float

    def __str__(self) -> str:
        says = SEQUENCES[self.sequence].says
        off = abs(self.seen - self.expected)
        size = f"off by {off:.2g}, {off / self.rounding:.1e} times rounding" if math.isfinite(off) else "not finite"
        return (
            f"on {self.sequence!r} ({says}, times 1, -2, 1/2, 3) at step {self.step}, coordinate {self.coordinate}: "
            f"{self.seen:.9g} where the recursion has {self.expected:.9g}; {size}"
        )


class Compared(NamedTuple):
    """What an implementation did against a reference: the first difference, and rivals that nothing told apart."""

    difference: Difference | None
    blind: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Different, identical, or undecided where a rival was not rejected."""
        if self.difference is not None:
            return Verdict.DIFFERS
        return Verdict.UNDECIDED if self.blind else Verdict.IDENTICAL


def compare(run: Run, reference: Reference, at: Parameters, precision: float) -> Compared:
    """An implementation against a reference on all sequences; precision is the spacing of its numbers at 1."""
    found: list[Difference] = []
    rivals = set(_rivals(at(1)))
    shape = reference.shape
    for sequence in (one.shaped(shape) for one in SEQUENCES.values()):
        expected, rounding = bounds(reference, at, sequence, precision)
        first = differs(run(sequence), expected, rounding, sequence.name)
        found += [first] if first else []
        if not found:
            for name in sorted(rivals):
                other = reference.run(sequence, lambda t, name=name: _moved(at(t), name, RIVAL), _still(sequence))  # type: ignore[misc]
                if differs(other, expected, rounding, sequence.name):
                    rivals.discard(name)
    return Compared(min(found, key=lambda one: one.step) if found else None, () if found else tuple(sorted(rivals)))


def bounds(reference: Reference, at: Parameters, sequence: Sequence, precision: float) -> tuple[np.ndarray, np.ndarray]:
    """Points of the reference, and how far rounding at that precision may move each of them."""
    expected = reference.run(sequence, at, _still(sequence))
    rng = np.random.default_rng(0)
    spread = np.zeros_like(expected)
    with np.errstate(invalid="ignore", over="ignore"):
        for _ in range(MOVES):
            shift = precision * rng.choice([-1.0, 1.0], (sequence.steps, sequence.start.size))
            signs = {name: precision * rng.choice([-1.0, 1.0]) for name in _rivals(at(1))}
            moved = reference.run(sequence, lambda t, signs=signs: _all_moved(at(t), signs), shift)  # type: ignore[misc]
            spread = np.maximum(spread, np.abs(moved - expected))
        travelled = np.cumsum(np.abs(np.diff(expected, axis=0, prepend=expected[:1])), axis=0)
        return expected, SLACK * (spread + precision * (np.abs(expected[0]) + travelled))


def differs(seen: np.ndarray, expected: np.ndarray, rounding: np.ndarray, name: str) -> Difference | None:
    """The first step and coordinate where the points part by more than rounding; None where they do not.

    The same infinity, or nan on both sides, is no difference; from there on nothing is compared.
    """
    for step in range(len(expected)):
        here, there, room = (np.ravel(values[step]) for values in (seen, expected, rounding))
        for k in range(here.size):
            if math.isfinite(here[k]) and math.isfinite(there[k]):
                if not abs(here[k] - there[k]) <= room[k]:
                    return Difference(name, step, k, float(here[k]), float(there[k]), float(room[k]))
            elif math.isfinite(here[k]) or math.isfinite(there[k]):
                return Difference(name, step, k, float(here[k]), float(there[k]), float(room[k]))
        if not np.isfinite(there).all():
            return None
    return None


def _still(sequence: Sequence) -> np.ndarray:
    return np.zeros((sequence.steps, sequence.start.size))


def _rivals(parameters: Mapping[str, Any]) -> list[str]:
    """Parameters that can be moved: finite real numbers other than 0."""
    return [name for name, value in parameters.items() if isinstance(value, float) and 0.0 < abs(value) < math.inf]


def _moved(parameters: Mapping[str, Any], name: str, by: float) -> dict[str, Any]:
    return {**parameters, name: parameters[name] * (1.0 - by)}


def _all_moved(parameters: Mapping[str, Any], by: Mapping[str, float]) -> dict[str, Any]:
    return {name: value * (1.0 + by.get(name, 0.0)) if name in by else value for name, value in parameters.items()}
