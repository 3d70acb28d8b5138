"""Checks of critical parameters: bisection, and whether predictions lie inside the brackets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import reals
from theorylab.verdicts.checks import Check
from theorylab.verdicts.outcomes import Rival
from theorylab.verdicts.statements import Agreement
from theorylab.verdicts.trial import Options, on_trial


def threshold(
    claim: str, measured: Curve, predicted: Curve | float, *, rival: Rival, **options: Unpack[Options]
) -> Check:
    """Check that each predicted critical value lies inside its bisection bracket.

    `measured` comes from `brackets` (exact: centre of the bracket, half its width as rounding bound), a point per
    setting; the rival predicts other critical values, which must lie outside in at least one setting.
    """
    require(measured.exact, "threshold needs brackets from `brackets`, not samples")
    return on_trial(claim, "threshold", Agreement(measured, predicted), rival, **options)


def bracket(
    beyond: Callable[[float], bool], low: float, high: float, *, relative_width: float = 1e-9
) -> tuple[float, float]:
    """Interval (low, high) with beyond(low) False and beyond(high) True, bisected down to the relative width.

    Raises InputError if the ends given do not enclose a change, or the width is below the spacing of floats.
    """
    require(relative_width >= 1e-15, f"relative_width={relative_width} is not allowed: floats need >= 1e-15")
    require(
        np.isfinite([low, high]).all() and low < high,
        f"low={low} must be below high={high}, both finite",
    )
    for end, expected in ((low, False), (high, True)):
        require(
            bool(beyond(end)) is expected,
            f"the bracket does not enclose the threshold: beyond({end}) is {not expected}; move that end",
        )
    while high - low > relative_width * max(abs(low), abs(high)):
        middle = low / 2 + high / 2
        if not low < middle < high:  # no float in between: a threshold at 0 has no relative width
            break
        if beyond(middle):
            high = middle
        else:
            low = middle
    return low, high


def brackets(x: ArrayLike, pairs: ArrayLike, x_name: str = "setting") -> Curve:
    """Curve of brackets (points, 2): their centres, known up to half their widths."""
    given = reals("brackets", pairs)
    require(given.ndim == 2 and given.shape[1] == 2, f"brackets need shape (points, 2), not {given.shape}")
    low, high = given.T
    centre = low / 2 + high / 2
    return Curve(reals("x", x), centre[None], True, np.maximum(high - centre, centre - low)[None], x_name)
