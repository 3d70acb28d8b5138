"""Schedules of step sizes, one for every step: constant with a cooldown, cosine, cosine with warm restarts.

A schedule of T steps has its position x = t / T at step t = 0, ..., T - 1: the first step has the peak, and no step has
size 0, which would be wasted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.arguments import number, numbers, positive, whole

Floats = NDArray[np.float64]
SHAPES = ("linear", "sqrt", "square")
"""How a cooldown falls with its position x: 1 - x, 1 - sqrt x, 1 - x^2."""


def cooldown(peak: float, steps: int, fraction: float, shape: str = "linear") -> Floats:
    """Constant step size with a cooldown to 0 over the last `fraction` of the steps, (T,).
    Derived: tests/models/regression/test_schedules.py::test_cooldowns_by_hand.

    A fraction of 0 is no cooldown. Raises InputError for a peak <= 0, a fraction outside [0, 1], or another shape.
    """
    count, share = whole("steps", steps), number("fraction", fraction, least=0.0)
    require(share <= 1, f"fraction={fraction} is not allowed: give a number in [0, 1]")
    require(shape in SHAPES, f"shape={shape!r} is not allowed: give one of {', '.join(SHAPES)}")
    falling = round(share * count)
    x = np.arange(falling) / max(falling, 1)
    left = {"linear": 1 - x, "sqrt": 1 - x**0.5, "square": 1 - x**2}[shape]
    return positive("peak", peak) * np.concatenate([np.ones(count - falling), left])


def cosine(peak: float, steps: int, floor: float = 0.0) -> Floats:
    """Half a cosine from the peak to the share `floor` of it, (T,).
    Derived: tests/models/regression/test_schedules.py::test_cosines_by_hand.

    Raises InputError for a peak <= 0, or a floor < 0.
    """
    x, low = np.arange(whole("steps", steps)) / steps, number("floor", floor, least=0.0)
    return np.asarray(positive("peak", peak) * (low + (1 - low) * (1 + np.cos(np.pi * x)) / 2))


def warm_restarts(peak: float, first: int, growth: int, cycles: int) -> tuple[Floats, NDArray[np.int64]]:
    """Cosines to 0 over cycles of `first`, first * growth, ... steps, one after another, and where each has ended.
    Derived: tests/models/regression/test_schedules.py::test_restarts_are_cosines.

    Raises InputError for a peak <= 0, or numbers that are no whole ones >= 1.
    """
    lengths = [whole("first", first) * whole("growth", growth) ** k for k in range(whole("cycles", cycles))]
    return np.concatenate([cosine(peak, length) for length in lengths]), np.cumsum(lengths)


def power_law_source(dimension: int, exponent: float, source: float, noise_variance: float) -> LeastSquares:
    """Eigenvalues i^-exponent with eigenvalue * E e_0^2 = i^-source, and additive noise.

    Raises InputError as `LeastSquares`.
    """
    i = np.arange(1.0, whole("dimension", dimension) + 1)
    values = i**-exponent
    return LeastSquares(values, (i**-source / values) ** 0.5, float(noise_variance) ** 0.5, "additive")


def tuned(
    problem: LeastSquares, peaks: ArrayLike, schedule: Callable[[float], Floats], average: float = 0.0
) -> tuple[float, float]:
    """Least risk after all steps of `schedule(peak)` over the peaks, and the peak that has it.

    Of the last iterate, or of the mean of the last share `average` of the iterates. Raises InputError for no peaks.
    """
    found = []
    for peak in numbers("peaks", peaks):
        sizes = schedule(float(peak))
        if average:
            start = sizes.size - round(average * sizes.size)
            found.append((float(theory.average_risk(problem, sizes, start, [sizes.size])[0]), float(peak)))
        else:
            found.append((float(theory.sgd_risk(problem, sizes, [sizes.size])[0]), float(peak)))
    require(found, "no peaks are given: give one at least")
    return min(found)
