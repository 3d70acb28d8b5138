"""Products of positive weights: trajectories of gradient flow, steps of gradient descent, the frozen map.

Conventions of `model`. A trajectory of gradient flow is its gaps g_i = w_i^2 - min_j w_j^2 >= 0; its point with product
p is w_i^2 = u + g_i, with u the root of sum_i log(u + g_i) = 2 log p; its minimum has p = 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

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
    ratio = (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(36):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
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
