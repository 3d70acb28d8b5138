"""Gradient descent on products of positive weights, and the sharpness that gradient flow would reach from each iterate.

Conventions of `model`. A trajectory of gradient flow is its gaps g_i = w_i^2 - min_j w_j^2 >= 0; its point with product
p is w_i^2 = u + g_i, with u the root of sum_i log(u + g_i) = 2 log p; its minimum has p = 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.elementary import exp, log
from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SETTLED = 1e-13  # |product - 1| below which a run has converged: what is left is rounding
GRID = 64  # points of the scan for the largest product that the frozen map reaches
BIG = 2.0**300
BIG_EXPONENT = 300


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


LANES = 64
"""Points that `descend` moves side by side: a row of numbers each, D rows of weights and of gaps."""


@kernel
def descend(weights: Floats, step_sizes: Floats, steps: Integers) -> Floats:
    """Sharpness of the flow's solution, product, and largest growth of that sharpness so far, (3, points, steps).

    weights (points, D) > 0, step_sizes (points,), steps increasing from 0. The growth is max over all steps made of
    sharpness after / sharpness before, -inf before the first. A run whose weight reaches 0 stops there: its sharpness
    and growth are inf, its product is that of the stop. A run with |product - 1| < SETTLED rests.

    LANES points advance side by side, and what one does changes no bit of another. One long function, so that the
    compiler sees that no row overlaps another.
    """
    points, d = weights.shape
    out = np.empty((3, points, steps.size))
    w, gaps, column = np.empty((d, LANES)), np.zeros((d, LANES)), np.empty(d)
    ratios, slopes, bends = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    sizes, squares, product, least = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    moving, alive, active = np.empty(LANES), np.empty(LANES), np.empty(LANES)  # flags
    sharpness, fresh, growth = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    # With gaps below this in sum no part of a product comes near the ends of the floats: u <= 1 where the product is 1.
    wild = math.expm1(300.0 / d)
    for first in range(0, points, LANES):
        count = min(LANES, points - first)
        for k in range(count):
            for i in range(d):
                w[i, k] = weights[first + k, i]
            sizes[k] = step_sizes[first + k]
            squares[k] = moving[k] = alive[k] = active[k] = 1.0
            growth[k], sharpness[k] = -math.inf, math.inf
        t, left, j = 0, 1.0, 0
        while j < steps.size:
            if t > 0 and left > 0.0:
                for k in range(count):
                    product[k], least[k] = 1.0, math.inf
                for i in range(d):
                    for k in range(count):
                        product[k] *= w[i, k]
                for i in range(d):
                    for k in range(count):
                        push = sizes[k] * (product[k] - 1.0) * product[k]
                        after = w[i, k] - push / w[i, k]
                        after = after if moving[k] != 0.0 else w[i, k]
                        w[i, k] = after
                        least[k] = after if after < least[k] else least[k]
                left = 0.0
                for k in range(count):
                    settled = abs(product[k] - 1.0) < SETTLED
                    fell = 0.0 if least[k] > 0.0 else moving[k]
                    lives = alive[k] if settled or fell == 0.0 else 0.0
                    on = 0.0 if settled else moving[k] * lives
                    alive[k], moving[k], active[k] = lives, on, on
                    left += on
            if left > 0.0:
                for k in range(count):
                    least[k], fresh[k] = math.inf, 0.0
                for i in range(d):
                    for k in range(count):
                        size = abs(w[i, k])
                        least[k] = size if size < least[k] else least[k]
                for i in range(d):
                    for k in range(count):
                        size = abs(w[i, k])
                        gap = (size - least[k]) * (size + least[k])
                        gap = gap if active[k] != 0.0 else gaps[i, k]
                        gaps[i, k] = gap
                        fresh[k] += gap
                for k in range(count):
                    if active[k] != 0.0 and not fresh[k] < wild:
                        column[:] = gaps[:, k]
                        squares[k] = smallest_square(column, 1.0, squares[k])
                        active[k] = 0.0
                # The roots of `smallest_square` in all other lanes, by Halley's method in log u. As slope, curvature
                # and the derivative after that are each at most the one before, a step d leaves an error below d^3 / 2.
                # Far out the bend is bounded: the step lies between Newton's and twice that.
                turns, going = 0, 1.0
                while going > 0.0 and turns < 200:
                    for k in range(count):
                        ratios[k], slopes[k], bends[k] = 1.0, 0.0, 0.0
                    for i in range(d):
                        for k in range(count):
                            term = squares[k] + gaps[i, k]
                            share = squares[k] / term
                            slopes[k] += share
                            bends[k] += share - share * share
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
                for k in range(count):
                    fresh[k] = 0.0
                for i in range(d):
                    for k in range(count):
                        fresh[k] += 1.0 / (squares[k] + gaps[i, k])
                for k in range(count):
                    rise = fresh[k] / sharpness[k]
                    rise = rise if rise > growth[k] else growth[k]
                    growth[k] = rise if moving[k] != 0.0 else growth[k]
                    sharpness[k] = fresh[k] if moving[k] != 0.0 else sharpness[k]
            if t == 0:
                for k in range(count):
                    growth[k] = -math.inf  # no step is made yet
            while j < steps.size and (t == steps[j] or left == 0.0):
                for k in range(count):
                    end = 1.0
                    for i in range(d):
                        end *= w[i, k]
                    out[0, first + k, j] = sharpness[k] if alive[k] != 0.0 else math.inf
                    out[1, first + k, j] = end
                    out[2, first + k, j] = growth[k] if alive[k] != 0.0 else math.inf
                j += 1
            t += 1
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
