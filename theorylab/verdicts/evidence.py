"""What one curve or table tells of its rate: read once, for all levels, mutants and places to stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.verdicts.compared import unfit
from theorylab.verdicts.powers import NOTHING, Place, Power
from theorylab.verdicts.rates import Rate, rate
from theorylab.verdicts.series import FEWEST, Axis, Series, series

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What one curve or table tells of its rate: every reading is made once, and serves all levels and mutants.

    `unfit` says why there is nothing to judge, '' if there is; `replicas` is None without noise, infinite for a table
    with standard errors. `homogeneous` replicas are declared to have no rare branch.
    """

    data: Callable[[Axis, Power], Series]
    x: Floats
    unfit: str = ""
    replicas: float | None = None
    homogeneous: bool = False
    readings: dict[tuple[Any, ...], Rate] = field(default_factory=dict)

    def rate(self, place: Place, points: int | None = None) -> Rate:
        """The rate on the axis of a form; with `points` as it stood after so many of them."""
        key = (place.axis, place.taken, points)
        if key not in self.readings:
            whole = self.data(place.axis, place.taken) if points is None else self.rate(place).data.first(points)
            self.readings[key] = rate(whole)
        return self.readings[key]

    def holds(self, place: Place, level: float, *, points: int | None = None, form: float | None = None) -> bool:
        """Whether the interval holds the slope of a form; `level` and `form` as in `Rate.limits`."""
        low, high = self.rate(place, points).limits(level, form)
        return low <= place.slope <= high

    def separates_at(self, place: Place, level: float) -> float:
        """The first x from which on a form that is left out at the end would have been, wherever one had stopped."""
        x = self.rate(place).data.x
        points = x.size
        while points > FEWEST and not self.holds(place, level, points=points - 1):
            points -= 1
        return float(x[points - 1])

    def unseen(self, mine: Place, theirs: Place) -> str:
        """Why replicas are too few to tell that a slower rival is not hidden in rare ones; '' if they are not.

        Of n replicas a branch of probability 3/n is missed once in twenty times. If it starts where the others do and
        decays as the rival, it would move the exponent at the last x by a quarter of the way where n is 9 times the
        ratio to which rival and claim have come apart.
        """
        data = self.rate(mine).data
        apart = (theirs.slope - mine.slope) / data.unit * float(data.position[-1] - data.position[0])
        if self.replicas is None or self.homogeneous or apart <= 0 or math.log(self.replicas / 9) >= apart:
            return ""
        return (
            f"a branch of probability 3/{self.replicas:g} that decays as the rival would not be seen, and would decide "
            f"the exponent: {9 * math.exp(min(apart, 700.0)):.2g} replicas tell, or declare them homogeneous"
        )


def of_curve(curve: Curve, homogeneous: bool = False) -> Evidence:
    """What a curve tells of its rate."""

    def data(axis: Axis, taken: Power) -> Series:
        return series(curve, axis, 0.0 if taken == NOTHING else taken.log(curve.x))

    replicas = None if curve.exact else float(curve.replicas * curve.block)
    return Evidence(data, curve.x, unfit(curve), replicas, homogeneous)
