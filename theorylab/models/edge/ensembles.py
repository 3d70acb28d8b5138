"""Random starts for gradient descent on scalar networks: what a study draws, by depth, load and product."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.models.edge import theory
from theorylab.numerics.arguments import whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]
Range = tuple[float, float]


class Starts(NamedTuple):
    """Positive weights (points, D) with a step size each, (points,)."""

    weights: Floats
    step_size: Floats


def random_starts(dimension: int, points: int, *, loads: Range, products: Range, spread: float, seed: int) -> Starts:
    """Starts of one depth D = dimension, the same for the same seed.

    Balances are those of log-normal weights, the standard deviation of their logarithm uniform on (0, spread). Load
    (step size x sharpness of the flow's solution) and product are uniform on their ranges. Raises InputError for a
    dimension or points < 1, a spread outside [0, 5], ranges that are not positive and rising, or a bad seed.
    """
    for name, value in (("dimension", dimension), ("points", points)):
        whole(name, value)
    require(0 <= spread <= 5, f"spread={spread} is not allowed: give a number in [0, 5]")
    for name, (low, high) in (("loads", loads), ("products", products)):
        require(0 < low <= high < np.inf, f"{name}={(low, high)} is not allowed: give 0 < low <= high")
    draws = generator(seed, dimension)
    logs = spread * draws.random((points, 1)) * draws.standard_normal((points, dimension))
    minima = np.exp(logs - logs.mean(axis=1, keepdims=True))
    load, product = draws.uniform(*loads, points), draws.uniform(*products, points)
    return Starts(theory.flow_point(minima, product), load / theory.flow_sharpness(minima))


def split_by_class(starts: Starts) -> tuple[Starts, Starts]:
    """The starts inside the invariant class, and those that fail its trapping condition alone."""
    limit, room = theory.class_margins(*starts)
    inside, untrapped = (limit >= 0) & (room > 0), (limit >= 0) & (room <= 0)
    return Starts(*(x[inside] for x in starts)), Starts(*(x[untrapped] for x in starts))
