"""Rounding bounds in units in the last place, and what they are held against: the same function at 60 digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require

UNIT = 2.0**-52
"""Largest distance of neighbouring floats, as a share of the number: one unit in the last place."""


def from_ulps(ulps: ArrayLike) -> NDArray[np.float64]:
    """Relative bound of so many units in the last place. Raises InputError unless they are whole numbers >= 0."""
    count = np.asarray(ulps, dtype=float)
    require(
        bool((np.isfinite(count) & (count >= 0) & (count == np.round(count))).all()),
        f"ulps={ulps!r} is not allowed: give whole numbers >= 0 of units in the last place",
    )
    return np.asarray(count * UNIT)


def measured_ulps(
    function: Callable[..., Any],
    precise: Callable[..., Any],
    settings: Iterable[tuple[Any, ...]],
    *,
    digits: int = 60,
) -> float:
    """The largest error of function(*setting), in units in the last place of precise(*setting), over the settings.

    `precise` is called with mpmath numbers in place of the floats (integers and strings stay) at so many digits; both
    give a number or equally many. A function in plain arithmetic may be given as both. Inf if a value is wrong in a
    place where the truth is 0, or not a number. A bound that is smaller than this is invented. Raises InputError for no
    settings, or other shapes.
    """
    import mpmath  # type: ignore[import-untyped]

    worst, count = 0.0, 0
    with mpmath.workdps(digits):
        for setting in settings:
            count += 1
            found = np.ravel(np.asarray(function(*setting), dtype=float))
            wanted = precise(*(mpmath.mpf(value) if isinstance(value, float) else value for value in setting))
            true = list(np.ravel(np.asarray(wanted, dtype=object)))
            require(found.size == len(true), f"{found.size} values are compared with {len(true)}: give equally many")
            worst = max(worst, *(_ulps(float(one), mpmath.mpf(other)) for one, other in zip(found, true, strict=True)))
    require(count, "no settings: nothing is measured")
    return worst


def _ulps(found: float, true: Any) -> float:
    if not math.isfinite(found):
        return math.inf
    error = abs(found - true)
    return 0.0 if error == 0 else math.inf if true == 0 else float(error / abs(true) / UNIT)
