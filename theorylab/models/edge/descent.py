"""Gradient descent on products of positive weights, and how sharp the flow's solution is from each iterate.

`descend` moves many points side by side, in lanes, so that the processor works on whole rows of numbers; its
specification is `descend_plainly`, one point at a time with the parts of `kernels`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.edge.kernels import gradient_step, inverse_sum, smallest_square, squared_gaps
from theorylab.numerics.elementary import exp, log
from theorylab.numerics.jit import inlined, kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CONVERGED = 1e-13  # |product - 1| below which a run has converged: what is left is rounding
LANES = 64
"""Points that move side by side: a row of numbers each, D rows of weights and of gaps."""


@kernel
def descend_plainly(weights: Floats, step_sizes: Floats, steps: Integers) -> Floats:
    """As `descend`, one point at a time: its specification."""
    points, d = weights.shape
    out = np.empty((3, points, steps.size))
    gaps = np.empty(d)
    for k in range(points):
        w = weights[k].copy()
        squared_gaps(w, gaps)
        sharpness, growth = inverse_sum(gaps, smallest_square(gaps, 1.0, 1.0)), -math.inf
        moving, t = True, 0
        for j in range(steps.size):
            while t < steps[j] and moving:
                product = gradient_step(w, step_sizes[k])
                converged = abs(product - 1.0) < CONVERGED
                if not converged and w.min() > 0.0:
                    squared_gaps(w, gaps)
                    after = inverse_sum(gaps, smallest_square(gaps, 1.0, 1.0))
                    growth, sharpness = max(growth, after / sharpness), after
                elif not converged:
                    growth = sharpness = math.inf
                moving = not converged and w.min() > 0.0
                t += 1
            out[0, k, j], out[1, k, j], out[2, k, j] = sharpness, w.prod(), growth
    return out


class Lanes(NamedTuple):
    """What moves: a column per point, (LANES,) or (D, LANES); the last three rows are scratch, `flags` 1 or 0."""

    weights: Floats
    gaps: Floats
    """w_i^2 - min_j w_j^2, (D, LANES)."""
    sizes: Floats
    squares: Floats
    """Smallest squared weight of the flow's solution."""
    product: Floats
    sharpness: Floats
    growth: Floats
    moving: Floats
    """Flag: neither converged nor stopped."""
    alive: Floats
    """Flag: all weights stayed positive."""
    active: Floats
    """Flag: its root is still to be found."""
    column: Floats
    """Gaps of one point, (D,)."""
    least: Floats
    sums: Floats
    slopes: Floats


@kernel
def descend(weights: Floats, step_sizes: Floats, steps: Integers) -> Floats:
    """Sharpness of the flow's solution, product, and largest growth of that sharpness so far, (3, points, steps).

    weights (points, D) > 0, step_sizes (points,), steps increasing from 0. The growth is max over all steps made of
    sharpness after / sharpness before, -inf before the first. A run whose weight reaches 0 stops there: its sharpness
    and growth are inf, its product is that of the stop. A run with |product - 1| < CONVERGED stays where it is.

    LANES points advance side by side, and what one does changes no bit of another. The parts are inlined, so that the
    compiler sees that no row overlaps another.
    """
    points, d = weights.shape
    out = np.empty((3, points, steps.size))
    lanes = Lanes(
        np.empty((d, LANES)), np.zeros((d, LANES)), np.empty(LANES), np.empty(LANES), np.empty(LANES),
        np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES),
        np.empty(d), np.empty(LANES), np.empty(LANES), np.empty(LANES),
    )  # fmt: skip
    # With gaps below this in sum no part of a product comes near the ends of the floats: u <= 1 where the product is 1.
    ill_conditioned = math.expm1(300.0 / d)
    for first in range(0, points, LANES):
        count = min(LANES, points - first)
        _load(lanes, weights, step_sizes, first, count)
        t, left, j = 0, 1.0, 0
        while j < steps.size:
            if t > 0 and left > 0.0:
                left = _step(lanes, d, count)
            if left > 0.0:
                _find_gaps(lanes, d, count)
                for k in range(count):
                    if lanes.active[k] != 0.0 and not lanes.sums[k] < ill_conditioned:  # apart, with more care
                        lanes.column[:] = lanes.gaps[:, k]
                        lanes.squares[k] = smallest_square(lanes.column, 1.0, lanes.squares[k])
                        lanes.active[k] = 0.0
                _find_roots(lanes, d, count)
                _find_sharpness(lanes, d, count)
            if t == 0:
                for k in range(count):
                    lanes.growth[k] = -math.inf  # no step is made yet
            while j < steps.size and (t == steps[j] or left == 0.0):
                _record(lanes, d, count, first, j, out)
                j += 1
            t += 1
    return out


@inlined
def _load(lanes: Lanes, weights: Floats, step_sizes: Floats, first: int, count: int) -> None:
    """Put points first, ..., first + count - 1 into the lanes."""
    for k in range(count):
        for i in range(weights.shape[1]):
            lanes.weights[i, k] = weights[first + k, i]
        lanes.sizes[k] = step_sizes[first + k]
        lanes.squares[k] = lanes.moving[k] = lanes.alive[k] = lanes.active[k] = 1.0
        lanes.growth[k], lanes.sharpness[k] = -math.inf, math.inf


@inlined
def _step(lanes: Lanes, d: int, count: int) -> float:
    """One step of gradient descent where a point moves; returns how many go on moving."""
    w, product, least = lanes.weights, lanes.product, lanes.least
    for k in range(count):
        product[k], least[k] = 1.0, math.inf
    for i in range(d):
        for k in range(count):
            product[k] *= w[i, k]
    for i in range(d):
        for k in range(count):
            push = lanes.sizes[k] * (product[k] - 1.0) * product[k]
            after = w[i, k] - push / w[i, k]
            after = after if lanes.moving[k] != 0.0 else w[i, k]
            w[i, k] = after
            least[k] = after if after < least[k] else least[k]
    left = 0.0
    for k in range(count):
        converged = abs(product[k] - 1.0) < CONVERGED
        fell = 0.0 if least[k] > 0.0 else lanes.moving[k]
        lives = lanes.alive[k] if converged or fell == 0.0 else 0.0
        on = 0.0 if converged else lanes.moving[k] * lives
        lanes.alive[k], lanes.moving[k], lanes.active[k] = lives, on, on
        left += on
    return left


@inlined
def _find_gaps(lanes: Lanes, d: int, count: int) -> None:
    """Gaps of the active points, free of cancellation, and of each the sum."""
    w, gaps, least, sums = lanes.weights, lanes.gaps, lanes.least, lanes.sums
    for k in range(count):
        least[k], sums[k] = math.inf, 0.0
    for i in range(d):
        for k in range(count):
            size = abs(w[i, k])
            least[k] = size if size < least[k] else least[k]
    for i in range(d):
        for k in range(count):
            size = abs(w[i, k])
            gap = (size - least[k]) * (size + least[k])
            gap = gap if lanes.active[k] != 0.0 else gaps[i, k]
            gaps[i, k] = gap
            sums[k] += gap


@inlined
def _find_roots(lanes: Lanes, d: int, count: int) -> None:
    """The roots of `smallest_square` in all active lanes, by Halley's method in log u; inf where that does not end.

    As slope, curvature and the derivative after that are each at most the one before, a step d leaves an error below
    d^3 / 2. Far out the bend is bounded: the step lies between Newton's and twice that.
    """
    gaps, squares, active = lanes.gaps, lanes.squares, lanes.active
    ratios, slopes, bends = lanes.product, lanes.slopes, lanes.sums
    turns, going = 0, 1.0
    while going > 0.0 and turns < 200:
        for k in range(count):
            ratios[k], slopes[k], bends[k] = 1.0, 0.0, 0.0
        for i in range(d):
            for k in range(count):
                term = squares[k] + gaps[i, k]
                part = squares[k] / term
                slopes[k] += part
                bends[k] += part - part * part
                ratios[k] *= term
        going = 0.0
        for k in range(count):
            step = log(ratios[k]) / slopes[k]
            bend = 0.5 * step * bends[k] / slopes[k]
            step = step / (1.0 - (bend if bend < 0.5 else 0.5))
            u = squares[k] * exp(-step)
            u = u if active[k] != 0.0 else squares[k]
            again = active[k] if abs(step) >= 4e-6 else 0.0
            again = 0.0 if u == 0.0 else again
            squares[k], active[k] = u, again
            going += again
        turns += 1
    for k in range(count):
        squares[k] = math.inf if active[k] != 0.0 else squares[k]


@inlined
def _find_sharpness(lanes: Lanes, d: int, count: int) -> None:
    """Sharpness of the flow's solution where a point moves, and its largest growth so far."""
    fresh = lanes.sums
    for k in range(count):
        fresh[k] = 0.0
    for i in range(d):
        for k in range(count):
            fresh[k] += 1.0 / (lanes.squares[k] + lanes.gaps[i, k])
    for k in range(count):
        rise = fresh[k] / lanes.sharpness[k]
        rise = rise if rise > lanes.growth[k] else lanes.growth[k]
        lanes.growth[k] = rise if lanes.moving[k] != 0.0 else lanes.growth[k]
        lanes.sharpness[k] = fresh[k] if lanes.moving[k] != 0.0 else lanes.sharpness[k]


@inlined
def _record(lanes: Lanes, d: int, count: int, first: int, j: int, out: Floats) -> None:
    """Write what stands in the lanes at the j-th of the steps."""
    for k in range(count):
        end = 1.0
        for i in range(d):
            end *= lanes.weights[i, k]
        out[0, first + k, j] = lanes.sharpness[k] if lanes.alive[k] != 0.0 else math.inf
        out[1, first + k, j] = end
        out[2, first + k, j] = lanes.growth[k] if lanes.alive[k] != 0.0 else math.inf
