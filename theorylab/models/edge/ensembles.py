"""What studies draw: starts of scalar networks by depth, load and product; Hessians of single samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.models.edge import theory
from theorylab.numerics.arguments import number, whole
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


def random_hessians(count: int, dimension: int, rank: int, common: float, seed: int) -> Floats:
    """Hessians (n, d, d) of `rank` Gaussian directions each, on log-normal scales, plus `common` times one of all.

    Raises InputError for sizes that are not integers >= 1, a common part that is not finite and >= 0, or a bad seed.
    """
    n, d, r = (whole(name, x) for name, x in (("count", count), ("dimension", dimension), ("rank", rank)))
    weight = number("common", common, least=0.0)
    draws = generator(seed, 10**6 * n + 10**3 * d + r)
    factors = draws.standard_normal((n, d, r)) * np.exp(draws.standard_normal((n, 1, 1)) / 2)
    direction = draws.standard_normal(d)
    return np.asarray(factors @ factors.transpose(0, 2, 1) / r + weight * np.outer(direction, direction))
