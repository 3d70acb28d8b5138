"""The kinds of checks. Each names a rival that the same data must reject; all end in one rule (`rule.judge`).

A statement about several points is one simultaneous statement. It is made at error probability `level` on a
simulated curve, and up to rounding bounds, with error probability 0, on an exact one.
"""

from theorylab.verdicts import means, slopes, thresholds
from theorylab.verdicts.asked import asked
from theorylab.verdicts.estimands import Bounded, Mean, Median, MedianOfMeans
from theorylab.verdicts.rule import LEVEL, Check, Rival, RivalOutcome, Verdict
from theorylab.verdicts.slopes import Power
from theorylab.verdicts.thresholds import bracket, brackets

agrees, below, above = asked(means.agrees), asked(means.below), asked(means.above)
ordered, monotone = asked(means.ordered), asked(means.monotone)
decays_as, geometric = asked(slopes.decays_as), asked(slopes.geometric)
threshold = asked(thresholds.threshold)

__all__ = [
    "LEVEL", "Bounded", "Check", "Mean", "Median", "MedianOfMeans", "Power", "Rival", "RivalOutcome", "Verdict",
    "above", "agrees", "below", "bracket", "brackets", "decays_as", "geometric", "monotone", "ordered", "threshold",
]  # fmt: skip
