"""How falsifiable a check is: which standard mutants of its claim its data refute, and how small an error they see.

A mutant is the claim with one standard mistake in it. It is put on trial on the same data at the same error level; it
is killed if it comes out refuted. Claims of one side (bounds, orders) are mutated to stronger ones, as weaker ones are
true with them. Of a claim that is refuted while its rival is supported, the rival is mutated: the statement that holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from theorylab.verdicts.interim import interim

if TYPE_CHECKING:
    from theorylab.verdicts.checks import Recheck

POWER = 0.95
FINEST, COARSEST = 1e-12, 1e3
"""Errors among which the smallest is sought, and the relative width to which it is found."""
WIDTH = 0.01


@dataclass(frozen=True)
class Score:
    """Which mutants the data refute, and the smallest error that they would have, in `unit`; None if there is none."""

    killed: tuple[str, ...]
    survived: tuple[str, ...]
    detectable: float | None
    unit: str

    @property
    def complete(self) -> bool:
        """Whether every mutant is killed."""
        return not self.survived

    def __str__(self) -> str:
        total = len(self.killed) + len(self.survived)
        least = "" if self.detectable is None else f", {self.detectable:.1e}"
        return f"{len(self.killed)}/{total}{least}" if total else f"-{least}"

    def to_json(self) -> dict[str, Any]:
        """The score as JSON values."""
        return {
            "killed": list(self.killed),
            "survived": list(self.survived),
            "minimum_detectable_effect": self.detectable,
            "unit": self.unit,
            "power": POWER,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Score:
        """The score that `to_json` wrote. Raises KeyError or TypeError for anything else."""
        least = stored["minimum_detectable_effect"]
        return cls(tuple(stored["killed"]), tuple(stored["survived"]), least, stored["unit"])


def score(recheck: Recheck) -> Score:
    """Put every mutant of a check on trial, and find the smallest error that its data would catch.

    That error is refuted, to whichever side it lies, by limits wider than those of the check by the normal quantile of
    POWER: data like these refute it with that probability. On deterministic curves it is what rounding and the
    windows of a fit leave open.
    """
    with interim(recheck.analysis):
        fate = {name: refuted(recheck.level) for name, refuted in recheck.mutants.items()}
        wide = _wider(recheck.level, recheck.tests)
        found = [_smallest(refuted, wide) for refuted in recheck.wrong_by]
    worst = max(found, default=math.inf)
    return Score(
        tuple(name for name, killed in fate.items() if killed),
        tuple(name for name, killed in fate.items() if not killed),
        worst if math.isfinite(worst) else None,
        recheck.unit,
    )


def _wider(level: float, tests: int) -> float:
    """The level at which the limits of each of `tests` statements are wider by the normal quantile of POWER."""
    from scipy.special import ndtr, ndtri  # a stored score is read without it

    return float(max(2 * tests * ndtr(ndtri(level / (2 * tests)) - ndtri(POWER)), 1e-300))


def _smallest(refuted: Callable[[float, float], bool], level: float) -> float:
    """The smallest error in FINEST .. COARSEST that is refuted, to a relative WIDTH; infinite if none is."""
    if not refuted(COARSEST, level):
        return math.inf
    low, high = FINEST, COARSEST
    while high > low * (1 + WIDTH):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if refuted(middle, level) else (middle, high)
    return high
