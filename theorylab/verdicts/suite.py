"""The errors of a whole table of verdicts: p-values of its checks, adjusted for all of them together.

A check can go wrong in two ways: a true claim is rejected, or its true rival is, which makes the claim supported. Both
are tests; the suite counts all tests of all checks that rest on noise (a deterministic curve makes no such error).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from theorylab.errors import require
from theorylab.verdicts.interim import interim
from theorylab.verdicts.rule import Check, Verdict

LEAST, MOST = 1e-9, 0.5
"""p-values are not told apart below and above: no approximation to the tail of a mean is good further out, and nobody
asks how true a true claim is. Above they are 1."""
STEPS = 20
"""Halvings of the range of log p: to 0.002 %."""


class Control(StrEnum):
    """What is kept below a level: the chance of any error in the table, or the expected share of errors."""

    FAMILY_WISE = "family-wise"
    FALSE_DISCOVERY = "false-discovery"


def p_values(check: Check) -> tuple[float, float]:
    """The smallest levels at which the check's data reject its claim, and its rival: each in LEAST .. MOST, or 1.

    0 on a deterministic curve where they do, 1 where they do not. Of a run until decided they hold whenever it stopped.
    """
    if check.recheck is None:
        return 1.0, 1.0
    if not check.recheck.noisy:
        return float(check.verdict != Verdict.REFUTED), float(check.rival.verdict != Verdict.REFUTED)
    again = check.recheck.again
    with interim(check.recheck.analysis):
        return (
            _least(lambda level: again(level).verdict == Verdict.REFUTED),
            _least(lambda level: again(level).rival.verdict == Verdict.REFUTED),
        )


def _least(rejected: Callable[[float], bool]) -> float:
    """The smallest level in LEAST .. MOST that rejects, or 1."""
    if rejected(LEAST):
        return LEAST
    if not rejected(MOST):
        return 1.0
    low, high = math.log(LEAST), math.log(MOST)
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if rejected(math.exp(middle)) else (middle, high)
    return math.exp(high)


def adjusted(p: NDArray[np.float64], control: Control) -> NDArray[np.float64]:
    """Adjusted p-values, (tests,), valid for any dependence: Holm's, or those of Benjamini and Yekutieli.

    Rejecting what is at or below a level keeps the chance of any false rejection, or the expected share of false ones
    among the rejections, at or below that level.
    """
    if control == Control.FALSE_DISCOVERY:
        return np.asarray(false_discovery_control(p, method="by"))
    order = np.argsort(p, kind="stable")
    steps = np.minimum(1.0, (p.size - np.arange(p.size)) * p[order])
    out = np.empty(p.size)
    out[order] = np.maximum.accumulate(steps)
    return out


def controlled(
    checks: Sequence[Check], control: Control = Control.FAMILY_WISE, level: float = 0.05
) -> tuple[list[Check], int]:
    """The checks with adjusted p-values, and the number of tests; verdicts that do not stand at `level` are taken back.

    A refuted claim stands if the adjusted p-value of the claim is at or below the level, a supported one if that of its
    rival is; what does not is inconclusive, and its note says so. Raises InputError for a level outside (0, 1).
    """
    require(0 < level < 1, f"level={level} is not allowed: an error probability lies in (0, 1)")
    noisy = [check for check in checks if check.recheck is not None and check.recheck.noisy]
    raw = np.array([p_values(check) for check in noisy]).reshape(-1, 2)
    pairs = adjusted(raw.ravel(), control).reshape(-1, 2) if noisy else raw
    found = {id(check): (float(claim), float(rival)) for check, (claim, rival) in zip(noisy, pairs, strict=True)}
    return [_standing(check, found.get(id(check)) or p_values(check), control, level) for check in checks], raw.size


def _standing(check: Check, p: tuple[float, float], control: Control, level: float) -> Check:
    claim, rival = (value <= level for value in p)
    verdict, other, note = check.verdict, check.rival.verdict, check.note
    # What each verdict rests on: a refutation on rejecting the statement itself, support on rejecting the other one.
    stands = {(Verdict.REFUTED, True): claim, (Verdict.SUPPORTED, True): rival,
              (Verdict.REFUTED, False): rival, (Verdict.SUPPORTED, False): claim}  # fmt: skip
    if not stands.get((verdict, True), True):
        value = p[0] if verdict == Verdict.REFUTED else p[1]
        words = f"{verdict} by itself, not in this table: adjusted p-value {value:.2g} > {level:g} ({control})"
        verdict, note = Verdict.INCONCLUSIVE, "; ".join(filter(None, (note, words)))
    if not stands.get((other, False), True):
        other = Verdict.INCONCLUSIVE
    standing = replace(check, verdict=verdict, rival=replace(check.rival, verdict=other), note=note, p_values=p)
    if "score" in vars(check):  # known already, and it costs more than all of this
        vars(standing)["score"] = check.score
    return standing
