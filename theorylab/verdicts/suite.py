"""The errors of a whole table of verdicts: p-values of its checks, adjusted for all of them together.

A check can go wrong in two ways: a true claim is rejected, or its true rival is, which makes the claim supported. Both
are tests; the suite counts all tests of all checks that rest on noise (a deterministic curve makes no such error).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from theorylab.errors import require
from theorylab.verdicts.rule import Check, Verdict


class Control(StrEnum):
    """What is kept below a level: the chance of any error in the table, or the expected share of errors."""

    FAMILY_WISE = "family-wise"
    FALSE_DISCOVERY = "false-discovery"


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
    noisy = [check for check in checks if check.noisy]
    raw = np.array([check.raw_p_values for check in noisy]).reshape(-1, 2)
    pairs = adjusted(raw.ravel(), control).reshape(-1, 2) if noisy else raw
    found = {id(check): (float(claim), float(rival)) for check, (claim, rival) in zip(noisy, pairs, strict=True)}
    return [_standing(check, found.get(id(check)) or check.raw_p_values, control, level) for check in checks], raw.size


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
    return standing.knowing(check)
