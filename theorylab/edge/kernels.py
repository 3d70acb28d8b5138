"""Gradient descent on products of positive weights, and the sharpness that gradient flow would reach from each iterate.

Conventions of `model`. A trajectory of gradient flow is its gaps g_i = w_i^2 - min_j w_j^2 >= 0; its point with product
p is w_i^2 = u + g_i, with u the root of sum_i log(u + g_i) = 2 log p; its minimum has p = 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.elementary import exp, log
from theorylab.jit import inner_kernel, kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SETTLED = 1e-13  # |product - 1| below which a run has converged: what is left is rounding
GRID = 64  # points of the scan for the largest product that the frozen map reaches
BIG = 2.0**300
BIG_EXPONENT = 300
BIG_LOG = BIG_EXPONENT * math.log(2.0)


@kernel
def squared_gaps(weights: Floats, out: Floats) -> int:
    """Fill `out` (D,) with w_i^2 - min_j w_j^2, free of cancellation; returns the index of the smallest |w_i|."""
    lowest = 0
    for i in range(weights.size):
        if abs(weights[i]) < abs(weights[lowest]):
            lowest = i
    small = abs(weights[lowest])
    for i in range(weights.size):
        out[i] = (abs(weights[i]) - small) * (abs(weights[i]) + small)
    return lowest


@kernel
def smallest_square(gaps: Floats, product: float, guess: float) -> float:
    """The root u > 0 of sum_i log(u + gaps_i) = 2 log product, gaps (D,) >= 0 with a zero among them.

    Newton in log u: the sum is convex there, with slope >= 1 and curvature <= slope, so that a step of size d leaves
    an error of at most d^2 / 2. Stops after a step below 1e-8. The product of the u + gaps_i is kept near 1 by exact
    powers of two, and only its logarithm is taken, so that nothing cancels at the root. 0 where u is below all floats.
    """
    u = guess
    for _ in range(200):
        ratio, exponent, slope = 1.0 / product / product, 0, 0.0
        for i in range(gaps.size):
            term = u + gaps[i]
            ratio *= term
            slope += u / term
            if ratio > BIG:
                ratio /= BIG
                exponent += BIG_EXPONENT
            elif ratio < 1.0 / BIG:
                ratio *= BIG
                exponent -= BIG_EXPONENT
        if exponent == 0:
            excess = math.log(ratio)
        elif exponent == BIG_EXPONENT and ratio < 1.0:
            excess = math.log(ratio * BIG)
        elif exponent == -BIG_EXPONENT and ratio > 1.0:
            excess = math.log(ratio / BIG)
        else:
            excess = math.log(ratio) + exponent * math.log(2.0)
        step = excess / slope
        u *= math.exp(-step)
        if abs(step) < 1e-8 or u == 0.0:
            return u
    return math.inf


@kernel
def first_guess(gaps: Floats, product: float) -> float:
    """A start to the right of the root: product^(2/D), from which Newton falls monotonically."""
    return math.exp(2.0 * math.log(product) / gaps.size)


@kernel
def flow_squares(weights: Floats, products: Floats) -> Floats:
    """Squares (points, D) of the points with `products` (points,) on the trajectories through `weights` (points, D)."""
    points, d = weights.shape
    out = np.empty((points, d))
    gaps = np.empty(d)
    for k in range(points):
        squared_gaps(weights[k], gaps)
        u = smallest_square(gaps, products[k], first_guess(gaps, products[k]))
        for i in range(d):
            out[k, i] = u + gaps[i]
    return out


@kernel
def inverse_sum(gaps: Floats, u: float) -> float:
    """sum_i 1 / (u + gaps_i)."""
    total = 0.0
    for i in range(gaps.size):
        total += 1.0 / (u + gaps[i])
    return total


@kernel
def gradient_step(weights: Floats, step_size: float) -> float:
    """One step of gradient descent on (product - 1)^2 / 2, in place, positive weights (D,); returns the product before.

    The weights after the step, and so their product, may be negative.
    """
    product = 1.0
    for i in range(weights.size):
        product *= weights[i]
    push = step_size * (product - 1.0) * product
    for i in range(weights.size):
        weights[i] -= push / weights[i]
    return product


# `descend` advances LANES runs side by side. All that it knows of them is one flat array of rows of LANES numbers (the
# compiler then sees that no row overlaps another): the rows named here, the D rows of weights, and the D rows of gaps.
# Places are unsigned: a place that might be negative, counted from the end, would keep loops from being vectorised.
LANES = np.uint64(64)
STEP_SIZE, SQUARE, MOVING, ALIVE, ACTIVE, SHARPNESS, GROWTH, PRODUCT, LEAST, RATIO, SLOPE, FOLDS, WEIGHTS = (
    LANES * np.uint64(row) for row in range(13)
)
"""SQUARE is u of the flow's minimum; MOVING, ALIVE and ACTIVE (by Newton) are flags; from RATIO on it is scratch."""


@inner_kernel
def flow_minima(lanes: Floats, d: Any, count: Any, tame: bool) -> None:
    """Newton of `smallest_square` at product 1 in the active lanes, each until its own step is below 1e-8.

    `tame`: no part of the product comes near the ends of the floats.
    """
    gaps = WEIGHTS + d * LANES
    for _ in range(200):
        for k in range(count):
            lanes[RATIO + k] = 1.0
            lanes[SLOPE + k] = 0.0
            lanes[FOLDS + k] = 0.0
        for i in range(d):
            row = gaps + i * LANES
            if tame:
                for k in range(count):
                    term = lanes[SQUARE + k] + lanes[row + k]
                    lanes[SLOPE + k] += lanes[SQUARE + k] / term
                    lanes[RATIO + k] *= term
            else:
                for k in range(count):
                    term = lanes[SQUARE + k] + lanes[row + k]
                    lanes[SLOPE + k] += lanes[SQUARE + k] / term
                    ratio = lanes[RATIO + k] * term
                    factor = 1.0 / BIG if ratio > BIG else (BIG if ratio < 1.0 / BIG else 1.0)
                    lanes[RATIO + k] = ratio * factor
                    lanes[FOLDS + k] += 1.0 if ratio > BIG else (-1.0 if ratio < 1.0 / BIG else 0.0)
        left = 0.0
        for k in range(count):
            ratio, folds, u = lanes[RATIO + k], lanes[FOLDS + k], lanes[SQUARE + k]
            # Near the root nothing is left to fold: there the logarithm alone counts, and nothing cancels.
            unfold = BIG if folds == 1.0 and ratio < 1.0 else (1.0 / BIG if folds == -1.0 and ratio > 1.0 else 1.0)
            folds = folds if unfold == 1.0 else 0.0
            step = (log(ratio * unfold) + folds * BIG_LOG) / lanes[SLOPE + k]
            u = u * exp(-step) if lanes[ACTIVE + k] != 0.0 else u
            lanes[SQUARE + k] = u
            again = lanes[ACTIVE + k] if abs(step) >= 1e-8 else 0.0
            again = 0.0 if u == 0.0 else again
            lanes[ACTIVE + k] = again
            left += again
        if left == 0.0:
            return
    for k in range(count):
        lanes[SQUARE + k] = math.inf if lanes[ACTIVE + k] != 0.0 else lanes[SQUARE + k]


@inner_kernel
def measure_lanes(lanes: Floats, d: Any, count: Any) -> None:
    """Set gaps and the flow's minimum in the active lanes (these flags are used up); SLOPE is the sharpness there."""
    gaps = WEIGHTS + d * LANES
    for k in range(count):
        lanes[LEAST + k], lanes[FOLDS + k] = math.inf, 0.0
    for i in range(d):
        row = WEIGHTS + i * LANES
        for k in range(count):
            w = abs(lanes[row + k])
            lanes[LEAST + k] = w if w < lanes[LEAST + k] else lanes[LEAST + k]
    for i in range(d):
        row, gap = WEIGHTS + i * LANES, gaps + i * LANES
        for k in range(count):
            w, small = abs(lanes[row + k]), lanes[LEAST + k]
            fresh = (w - small) * (w + small)
            fresh = fresh if lanes[ACTIVE + k] != 0.0 else lanes[gap + k]
            lanes[gap + k] = fresh
            lanes[FOLDS + k] += fresh
    top = 0.0  # no gap is larger; and u <= 1 at a minimum, as the product is 1 there
    for k in range(count):
        top += lanes[FOLDS + k]
    flow_minima(lanes, d, count, float(d) * math.log(1.0 + top) < 300.0)
    for k in range(count):
        lanes[SLOPE + k] = 0.0
    for i in range(d):
        gap = gaps + i * LANES
        for k in range(count):
            lanes[SLOPE + k] += 1.0 / (lanes[SQUARE + k] + lanes[gap + k])


@inner_kernel
def step_lanes(lanes: Floats, d: Any, count: Any) -> float:
    """One step of gradient descent in the moving lanes, and the sharpness after it; how many lanes move on.

    A lane stops moving where a weight is no longer > 0 (it is no longer alive), or where it has converged.
    """
    for k in range(count):
        lanes[PRODUCT + k] = 1.0
        lanes[LEAST + k] = math.inf
    for i in range(d):
        row = WEIGHTS + i * LANES
        for k in range(count):
            lanes[PRODUCT + k] *= lanes[row + k]
    for i in range(d):
        row = WEIGHTS + i * LANES
        for k in range(count):
            push = lanes[STEP_SIZE + k] * (lanes[PRODUCT + k] - 1.0) * lanes[PRODUCT + k]
            w = lanes[row + k]
            w = w - push / w if lanes[MOVING + k] != 0.0 else w
            lanes[row + k] = w
            lanes[LEAST + k] = w if w < lanes[LEAST + k] else lanes[LEAST + k]
    moving = 0.0
    for k in range(count):
        settled = abs(lanes[PRODUCT + k] - 1.0) < SETTLED
        fell = 0.0 if lanes[LEAST + k] > 0.0 else lanes[MOVING + k]
        alive = lanes[ALIVE + k] if settled or fell == 0.0 else 0.0
        on = lanes[MOVING + k] * alive
        on = 0.0 if settled else on
        lanes[ALIVE + k] = alive
        lanes[MOVING + k] = on
        lanes[ACTIVE + k] = on
        moving += on
    if moving == 0.0:
        return 0.0
    measure_lanes(lanes, d, count)
    for k in range(count):
        fresh, before = lanes[SLOPE + k], lanes[SHARPNESS + k]
        growth = fresh / before
        growth = growth if growth > lanes[GROWTH + k] else lanes[GROWTH + k]
        lanes[GROWTH + k] = growth if lanes[MOVING + k] != 0.0 else lanes[GROWTH + k]
        lanes[SHARPNESS + k] = fresh if lanes[MOVING + k] != 0.0 else before
    return moving


@kernel
def descend(weights: Floats, step_sizes: Floats, steps: Integers) -> Floats:
    """Sharpness of the flow's solution, product, and largest growth of that sharpness so far, (3, points, steps).

    weights (points, D) > 0, step_sizes (points,), steps increasing from 0. The growth is max over all steps made of
    sharpness after / sharpness before, -inf before the first. A run whose weight reaches 0 stops there: its sharpness
    and growth are inf, its product is that of the stop. A run with |product - 1| < SETTLED rests.

    LANES points advance side by side; what one does changes no bit of another.
    """
    points: Any = np.uint64(weights.shape[0])
    d: Any = np.uint64(weights.shape[1])
    out = np.empty((3, points, steps.size))
    lanes = np.empty(WEIGHTS + d * LANES + d * LANES)
    for first in range(np.uint64(0), points, LANES):
        count = min(LANES, points - first)
        for k in range(count):
            for i in range(d):
                lanes[WEIGHTS + i * LANES + k] = weights[first + k, i]
            lanes[STEP_SIZE + k] = step_sizes[first + k]
            lanes[SQUARE + k] = lanes[MOVING + k] = lanes[ALIVE + k] = lanes[ACTIVE + k] = 1.0
            lanes[GROWTH + k] = -math.inf
        measure_lanes(lanes, d, count)
        for k in range(count):
            lanes[SHARPNESS + k] = lanes[SLOPE + k]
        t, moving = 0, 1.0
        for j in range(steps.size):
            while moving > 0.0 and t < steps[j]:
                moving = step_lanes(lanes, d, count)
                t += 1
            for k in range(count):
                product = 1.0
                for i in range(d):
                    product *= lanes[WEIGHTS + i * LANES + k]
                alive = lanes[ALIVE + k] != 0.0
                out[0, first + k, j] = lanes[SHARPNESS + k] if alive else math.inf
                out[1, first + k, j] = product
                out[2, first + k, j] = lanes[GROWTH + k] if alive else math.inf
    return out


@kernel
def iterates(weights: Floats, step_sizes: Floats, count: int) -> Floats:
    """Weights (points, count + 1, D) after 0, ..., count steps; inf from where one is 0 or no longer finite."""
    points, d = weights.shape
    out = np.full((points, count + 1, d), math.inf)
    w = np.empty(d)
    for k in range(points):
        w[:] = weights[k]
        alive = True
        for t in range(count + 1):
            for i in range(d):
                if w[i] == 0.0 or not math.isfinite(w[i]):
                    alive = False
            if not alive:
                break
            out[k, t] = w
            gradient_step(w, step_sizes[k])
    return out


@kernel
def frozen_product(gaps: Floats, u: float, step_size: float) -> float:
    """Product after one step from the point u of the trajectory: p prod_i (1 - step_size (p - 1) p / w_i^2).

    0 where a weight does not stay positive.
    """
    square = 1.0
    for i in range(gaps.size):
        square *= u + gaps[i]
    product = math.sqrt(square)
    push = step_size * (product - 1.0) * product
    out = product
    for i in range(gaps.size):
        factor = 1.0 - push / (u + gaps[i])
        if not factor > 0.0:
            return 0.0
        out *= factor
    return out


@kernel
def highest_product(gaps: Floats, u_minimum: float, step_size: float) -> float:
    """Supremum of the frozen map over products in (0, 1]: a scan in sqrt(u), then a golden section around its best."""
    end = math.sqrt(u_minimum)
    best, place = -math.inf, 0
    for j in range(GRID + 1):
        v = end * max(j / GRID, 1e-9)
        value = frozen_product(gaps, v * v, step_size)
        if value > best:
            best, place = value, j
    low, high = end * max((place - 1) / GRID, 1e-9), end * min((place + 1) / GRID, 1.0)
    share = (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(36):
        left, right = high - share * (high - low), low + share * (high - low)
        at_left, at_right = frozen_product(gaps, left * left, step_size), frozen_product(gaps, right * right, step_size)
        best = max(best, at_left, at_right)
        if at_left > at_right:
            high = right
        else:
            low = left
    return best


@kernel
def class_margins(weights: Floats, step_sizes: Floats) -> Floats:
    """Margins (2, points) of the two conditions of the invariant class, >= 0 inside: see `theory.class_margins`."""
    points, d = weights.shape
    out = np.empty((2, points))
    gaps = np.empty(d)
    for k in range(points):
        step_size = step_sizes[k]
        squared_gaps(weights[k], gaps)
        u = smallest_square(gaps, 1.0, 1.0)
        out[0, k] = 2.0 * math.sqrt(2.0) / (step_size * inverse_sum(gaps, u)) - 1.0
        top = 1.0
        for i in range(d):
            top *= weights[k, i]
        top = max(top, highest_product(gaps, u, step_size), 1.0)
        u = smallest_square(gaps, top, first_guess(gaps, top))
        out[1, k] = 1.0 - step_size * (top - 1.0) * top / u
    return out


@kernel
def frozen_orbits(weights: Floats, step_sizes: Floats, products: Floats, skip: int, keep: int) -> Floats:
    """Products (points, keep) of the frozen map's orbits from `products` (points,), after skip + 1, ... steps.

    The trajectory (the gaps of weights (points, D)) stays the same for ever; -inf once a weight does not stay positive.
    """
    points, d = weights.shape
    out = np.empty((points, keep))
    gaps = np.empty(d)
    for k in range(points):
        squared_gaps(weights[k], gaps)
        p = products[k]
        for t in range(skip + keep):
            if p > 0.0:
                p = frozen_product(gaps, smallest_square(gaps, p, first_guess(gaps, p)), step_sizes[k])
            if not p > 0.0:
                p = -math.inf
            if t >= skip:
                out[k, t - skip] = p
    return out
