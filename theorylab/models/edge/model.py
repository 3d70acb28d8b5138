"""The model: a scalar network, the product of D weights, trained by gradient descent to the value 1.

Loss L(w) = (p - 1)^2 / 2 with p = prod_i w_i. Step t takes the gradient at w_t, and step 0 is recorded:

    w_i <- w_i - step_size (p - 1) p / w_i.

Gradient flow keeps every balance w_i^2 - w_j^2, so that its minimum is known exactly; the sharpness there (the largest
eigenvalue of the Hessian, sum_i 1 / s_i^2 at a minimum s) is a function of where the flow starts. `load` is
step_size x that sharpness: 2 is the edge of stability. Simulations hold positive weights, and stop where one reaches 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.models.edge import descent, kernels
from theorylab.numerics.arguments import increasing_steps, whole

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LARGEST = 1e40
"""Largest allowed |weight|; smallest allowed nonzero: squares and their partial products stay finite numbers."""


class Runs(NamedTuple):
    """What `descend` finds, each (points, steps); inf sharpness and growth from where a weight reached 0."""

    sharpness: Floats
    """Sharpness of the gradient-flow solution from the iterate."""
    product: Floats
    growth: Floats
    """Largest ratio sharpness after / sharpness before over all steps made so far, -inf before the first."""

    @property
    def survived(self) -> NDArray[np.bool_]:
        """Runs whose weights stayed positive to the end, (points,)."""
        return np.isfinite(self.sharpness[:, -1])


def descend(weights: ArrayLike, step_size: ArrayLike, steps: ArrayLike) -> Runs:
    """Runs of gradient descent from positive weights (D,) or (points, D), one step size or one per point.

    steps: increasing integers >= 0. Raises InputError for weights that are not positive, a step size that is not
    finite and > 0, or other steps.
    """
    starts = positive_rows(weights)
    points = increasing_steps(steps)
    sizes = step_sizes(step_size, starts.shape[0])
    return Runs(*descent.descend(starts, sizes, points))


def iterates(weights: ArrayLike, step_size: ArrayLike, count: int) -> Floats:
    """Weights (points, count + 1, D) of gradient descent after 0, ..., count steps, also where they turn negative.

    Once a weight is exactly 0 or not finite, all are inf. Raises InputError as `descend`, and for a count that is not
    an integer >= 0.
    """
    starts = positive_rows(weights)
    made = whole("count", count, least=0)
    return np.asarray(kernels.iterates(starts, step_sizes(step_size, starts.shape[0]), made))


def weight_rows(weights: ArrayLike) -> Floats:
    """`weights` as (points, D) finite floats. InputError for another shape, or a size that squares out of range."""
    try:
        values = np.array(weights, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"weights={weights!r} are not numbers: give shape (D,) or (points, D)") from error
    require(
        values.ndim in (1, 2) and values.shape[-1] >= 1,
        f"weights have shape {values.shape}: give (D,) or (points, D), D >= 1",
    )
    rows = np.ascontiguousarray(np.atleast_2d(values))
    size = np.abs(rows)
    bad = ~((size <= LARGEST) & ((size >= 1 / LARGEST) | (size == 0)))
    if bad.any():
        raise InputError(
            f"weight {rows[bad][0]} is not allowed: give finite numbers, 0 or {1 / LARGEST:g} to {LARGEST:g} in size"
        )
    return rows


def positive_rows(weights: ArrayLike) -> Floats:
    """`weights` as (points, D) positive floats. InputError otherwise."""
    rows = weight_rows(weights)
    bad = ~(rows > 0)
    if bad.any():
        raise InputError(
            f"weight {rows[bad][0]} is not allowed: a run holds positive weights; flip pairs of signs, which changes "
            "nothing, or move the weight"
        )
    return rows


def step_sizes(step_size: ArrayLike, points: int) -> Floats:
    """One step size per point, (points,). InputError unless finite and > 0, one or `points` of them."""
    sizes = np.asarray(step_size, dtype=float)
    require(
        sizes.ndim == 0 or sizes.shape == (points,),
        f"step_size has shape {sizes.shape}: give one number, or one per point ({points},)",
    )
    bad = ~(np.isfinite(sizes) & (sizes > 0))
    if bad.any():
        raise InputError(f"step_size={sizes[bad].flat[0]} is not allowed: give a finite number > 0")
    return np.ascontiguousarray(np.broadcast_to(sizes, (points,)))
