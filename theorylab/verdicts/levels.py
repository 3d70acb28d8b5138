"""The smallest error levels at which the data of a check reject its claim, and its rival: its p-values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from theorylab.verdicts.interim import interim

if TYPE_CHECKING:
    from theorylab.verdicts.checks import Recheck

LEAST, MOST = 1e-9, 0.5
"""p-values are not told apart below and above: no approximation to the tail of a mean is good further out, and nobody
asks how true a true claim is. Above they are 1."""
STEPS = 20
"""Halvings of the range of log p: to 0.002 %."""


def p_values(recheck: Recheck) -> tuple[float, float]:
    """p-values of the claim and of its rival: each in LEAST .. MOST, or 1.

    Of a run until decided they hold whenever it stopped. On deterministic curves they are 0 where the data reject, 1
    where they do not. That of a rate has the measured miss of its form on top, and is never below it.
    """

    def p(rejects: Callable[[float], bool]) -> float:
        noise = _least(rejects) if recheck.noisy else float(not rejects(recheck.level))
        return min(1.0, noise + recheck.form_miss)

    claim, rival = recheck.rejects
    with interim(recheck.analysis):
        return p(claim), p(rival)


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
