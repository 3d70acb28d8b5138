"""The instances that several studies share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.models.bilevel.model import Quadratic, Scalar
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]


def scalar_families(slopes: Sequence[float]) -> dict[str, list[Scalar]]:
    """Scalar problems by name, one per slope C = |f_y| > 0 at the lower minimiser.

    Lower curvature mu = 1/2, upper curvature -1, 0 or 1. 'ring g' is g = (|y|^2 - 1)^2 / 4, f = -<x, y>, C = |x|,
    seen along x: mu = 2, and its minimisers fill a sphere. Raises InputError for a slope <= 0 or not finite.
    """
    require(all(np.isfinite(c) and c > 0 for c in slopes), f"slopes={tuple(slopes)}: give finite numbers > 0")
    shapes: dict[str, dict[str, float]] = {
        "concave f": {"upper_curvature": -1.0},
        "linear f": {},
        "convex f": {"upper_curvature": 1.0},
        "cubic g": {"third": 3.0},
        "quartic g": {"fourth": 6.0},
        "ring g": {"curvature": 2.0, "third": 6.0, "fourth": 6.0},
    }
    return {
        name: [Scalar(**({"curvature": 0.5} | more), upper_slope=-c) for c in slopes] for name, more in shapes.items()
    }


def random_quadratic(seed: int, rows: int, columns: int, *, mixing: bool = False) -> tuple[Quadratic, Floats]:
    """A `Quadratic` of standard normal entries with x in three dimensions, and a point x; K = 0 unless `mixing`.

    Raises InputError for rows > columns, which leave no full row rank, or either below 1.
    """
    require(1 <= rows <= columns, f"rows={rows}, columns={columns}: give 1 <= rows <= columns")
    rng = generator(seed)
    A, B = rng.standard_normal((rows, columns)), rng.standard_normal((rows, 3))
    c, d, x = rng.standard_normal(3), rng.standard_normal(columns), rng.standard_normal(3)
    K = rng.standard_normal((3, columns)) if mixing else np.zeros((3, columns))
    return Quadratic(A, B, c, d, K), x
