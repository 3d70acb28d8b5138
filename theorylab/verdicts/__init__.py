"""The kinds of checks. Each names a rival that the same data must reject; all end in one rule (`rule.judge`).

A statement about several points is one simultaneous statement. It is made at error probability `level` on a
simulated curve, and up to rounding bounds, with error probability 0, on an exact one. Names are imported at first use:
a stored verdict is read without the libraries that made it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

LAZY = {  # theorylab.numerics.sources follows them
    "above": "kinds", "agrees": "kinds", "below": "kinds", "monotone": "kinds", "ordered": "kinds",
    "decays_as": "kinds", "geometric": "kinds", "threshold": "kinds",
    "LEVEL": "outcomes", "Check": "checks", "Rival": "outcomes", "RivalOutcome": "checks", "Verdict": "outcomes",
    "Bounded": "estimands", "Mean": "estimands", "Median": "estimands", "MedianOfMeans": "estimands",
    "Power": "powers", "bracket": "thresholds", "brackets": "thresholds",
}  # fmt: skip
__all__ = [*LAZY]

if TYPE_CHECKING:  # `kinds` keeps the signatures
    from theorylab.verdicts.checks import Check as Check
    from theorylab.verdicts.checks import RivalOutcome as RivalOutcome
    from theorylab.verdicts.estimands import Bounded as Bounded
    from theorylab.verdicts.estimands import Mean as Mean
    from theorylab.verdicts.estimands import Median as Median
    from theorylab.verdicts.estimands import MedianOfMeans as MedianOfMeans
    from theorylab.verdicts.means import above as above
    from theorylab.verdicts.means import agrees as agrees
    from theorylab.verdicts.means import below as below
    from theorylab.verdicts.means import monotone as monotone
    from theorylab.verdicts.means import ordered as ordered
    from theorylab.verdicts.outcomes import LEVEL as LEVEL
    from theorylab.verdicts.outcomes import Rival as Rival
    from theorylab.verdicts.outcomes import Verdict as Verdict
    from theorylab.verdicts.powers import Power as Power
    from theorylab.verdicts.slopes import decays_as as decays_as
    from theorylab.verdicts.slopes import geometric as geometric
    from theorylab.verdicts.thresholds import bracket as bracket
    from theorylab.verdicts.thresholds import brackets as brackets
    from theorylab.verdicts.thresholds import threshold as threshold


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return getattr(importlib.import_module(f"theorylab.verdicts.{LAZY[name]}"), name)
    raise AttributeError(f"module 'theorylab.verdicts' has no attribute {name!r}")
