"""The errors of a whole table of verdicts: p-values of its checks, adjusted for all of them together.

A check can go wrong in two ways: a true claim is rejected, or its true rival is, which makes the claim supported. Both
are tests; the suite counts all tests of all checks that rest on noise. What is controlled over the table is the error
that noise makes. The form of a rate is missed as often as its `form_miss` says: its p-values, raw and adjusted, have
that on top, each for itself, so that over a table the misses of several rates add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from theorylab.errors import error_level
from theorylab.verdicts.checks import Check
from theorylab.verdicts.outcomes import Verdict


class Control(StrEnum):
    """What is kept below a level: the chance of any error in the table, or the expected share of errors."""

    FAMILY_WISE = "family-wise"
    FALSE_DISCOVERY = "false-discovery"


def adjusted(p: Sequence[float], control: Control) -> list[float]:
    """Adjusted p-values, valid for any dependence: Holm's, or those of Benjamini and Yekutieli.

    Rejecting what is at or below a level keeps the chance of any false rejection, or the expected share of false ones
    among the rejections, at or below that level.
    """
    count, out = len(p), list(p)
    order = sorted(range(count), key=lambda i: p[i])
    if control == Control.FAMILY_WISE:
        least = 0.0
        for rank, i in enumerate(order):
            out[i] = least = max(least, min(1.0, (count - rank) * p[i]))
    else:
        most, factor = 1.0, count * sum(1 / k for k in range(1, count + 1))
        for rank in range(count, 0, -1):
            i = order[rank - 1]
            out[i] = most = min(most, factor * p[i] / rank)
    return out


def controlled(
    checks: Sequence[Check], control: Control = Control.FAMILY_WISE, level: float = 0.05
) -> tuple[list[Check], int]:
    """The checks with adjusted p-values, and the number of tests; verdicts that do not stand at `level` are taken back.

    What noise does is adjusted for all tests together, and each rate's own `form_miss` added to that.
    A refuted claim stands if the adjusted p-value of the claim is at or below the level, a supported one if that of its
    rival is; what does not is inconclusive, and its note says so. Raises InputError for a level outside (0, 1).
    """
    error_level(level)
    noisy = [i for i, check in enumerate(checks) if check.noisy]
    found = iter(adjusted([p - checks[i].form_miss for i in noisy for p in checks[i].raw_p_values], control))
    pairs = {i: _with_form(checks[i].form_miss, next(found), next(found)) for i in noisy}
    standing = [_standing(check, pairs.get(i) or check.raw_p_values, control, level) for i, check in enumerate(checks)]
    return standing, 2 * len(noisy)


def _with_form(miss: float, claim: float, rival: float) -> tuple[float, float]:
    return min(1.0, claim + miss), min(1.0, rival + miss)


def not_discovered(checks: Sequence[Check], level: float = 0.05) -> tuple[list[int], int]:
    """Places of the checks whose verdict rests on a rejection that is no discovery, and how many rest on one.

    A verdict rests on the rejection of its claim (refuted) or of its rival (supported). Over all tests of all checks
    the expected share of false ones among those that stand is at most `level` (Benjamini and Yekutieli). Takes no
    verdict back. Raises InputError for a level outside (0, 1).
    """
    milder, _ = controlled(checks, Control.FALSE_DISCOVERY, level)
    resting = [
        i for i, check in enumerate(checks) if check.noisy and check.verdict in (Verdict.SUPPORTED, Verdict.REFUTED)
    ]
    return [i for i in resting if milder[i].verdict != checks[i].verdict], len(resting)


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
