"""Simulation in units of the step size: see `model` for the updates. Nothing is drawn, so there is no stream."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.elementary import exp
from theorylab.numerics.jit import inner_kernel, kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ROWS = 32
"""Points of a block: with 100 dimensions 25 KB, which stay in the nearest cache between their two uses."""


class Rule(NamedTuple):
    """A method: step size (inf: perceptron), weight of ties, normalisation 0 (none), 1 (weights) or 2 (gradient)."""

    step_size: float
    tie: float
    normalisation: int


@inner_kernel
def advance_margins(signed: Floats, position: Floats, first: int, last: int, margins: Floats) -> int:
    """Fill the margins <z_i, phi> of first <= i < last, and count those that are not > 0."""
    wrong = 0
    for i in range(first, last):
        margin = 0.0
        for k in range(position.size):
            margin += signed[i, k] * position[k]
        margins[i] = margin
        wrong += not margin > 0.0
    return wrong


@inner_kernel
def weigh(rule: Rule, margins: Floats, least: float, first: int, last: int, weights: Floats) -> float:
    """Fill the weights q_i at the margins of first <= i < last, divided by the one at `least`, and sum them.

    `least` > 0 where all margins are: the weight at the smallest of them may be below the smallest float.
    """
    total = 0.0
    if rule.step_size == math.inf:
        for i in range(first, last):
            weights[i] = rule.tie if margins[i] == 0.0 else (1.0 if margins[i] < 0.0 else 0.0)
            total += weights[i]
        return total
    for i in range(first, last):
        tail = exp(-rule.step_size * abs(margins[i]))
        weight = 1.0 / (1.0 + tail) if margins[i] < 0.0 else tail / (1.0 + tail)
        weights[i] = rule.tie if margins[i] == 0.0 else weight
    if least > 0.0:
        for i in range(first, last):
            weights[i] = exp(-rule.step_size * (margins[i] - least)) / (1.0 + exp(-rule.step_size * margins[i]))
    for i in range(first, last):
        total += weights[i]
    return total


@inner_kernel
def gather(signed: Floats, weights: Floats, first: int, last: int, move: Floats) -> None:
    """Add sum_i q_i z_i over first <= i < last to the move, (d,): four points at a time where none has weight 0."""
    i = first
    while i < last:
        if i + 4 <= last and weights[i] * weights[i + 1] * weights[i + 2] * weights[i + 3] > 0.0:
            a, b, c, e = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
            for k in range(move.size):
                here = a * signed[i, k] + b * signed[i + 1, k]
                move[k] += here + c * signed[i + 2, k] + e * signed[i + 3, k]
            i += 4
        else:
            if weights[i] > 0.0:
                for k in range(move.size):
                    move[k] += weights[i] * signed[i, k]
            i += 1


@inner_kernel
def survey(
    signed: Floats, rule: Rule, position: Floats, margins: Floats, weights: Floats, move: Floats
) -> tuple[int, float]:
    """Fill margins and weights (n,) at the position, and sum_i q_i z_i, (d,); points not right, and sum_i q_i.

    Weights that depend on no other point are found block by block, so that each point is read from memory once.
    """
    n = signed.shape[0]
    wrong, total = 0, 0.0
    move[:] = 0.0
    if rule.normalisation == 0 or rule.step_size == math.inf:
        for first in range(0, n, ROWS):
            last = min(first + ROWS, n)
            wrong += advance_margins(signed, position, first, last, margins)
            total += weigh(rule, margins, 0.0, first, last, weights)
            gather(signed, weights, first, last, move)
    else:
        wrong = advance_margins(signed, position, 0, n, margins)
        least = margins[0]
        for i in range(n):
            least = min(least, margins[i])
        total = weigh(rule, margins, max(0.0, least), 0, n, weights)
        gather(signed, weights, 0, n, move)
    return wrong, total


@inner_kernel
def advance(signed: Floats, rule: Rule, total: float, move: Floats, position: Floats) -> None:
    """Make the step of `survey`."""
    scale = float(signed.shape[0])
    if rule.normalisation == 1:
        scale = total
    elif rule.normalisation == 2:
        square = 0.0
        for k in range(move.size):
            square += move[k] * move[k]
        scale = math.sqrt(square)
    if scale > 0.0:
        for k in range(position.size):
            position[k] += move[k] / scale


@kernel
def solve(signed: Floats, rule: Rule, limit: int) -> Floats:
    """Steps until all margins are > 0 (inf if not within `limit`), weights summed over steps, closest tie; (3,).

    The closest tie is the smallest |margin| after the first step, over the longest position so far.
    """
    n, d = signed.shape
    position, move = np.zeros(d), np.empty(d)
    margins, weights = np.empty(n), np.empty(n)
    out = np.array([math.inf, 0.0, math.inf])
    longest = 0.0
    for t in range(limit + 1):
        wrong, total = survey(signed, rule, position, margins, weights, move)
        if t > 0:
            longest = max(longest, math.sqrt((position * position).sum()))
            if longest > 0.0:
                out[2] = min(out[2], np.abs(margins).min() / longest)
        if wrong == 0:
            out[0] = t
            break
        if t < limit:
            out[1] += total
            advance(signed, rule, total, move, position)
    return out


@kernel
def path(signed: Floats, rule: Rule, steps: Integers) -> Floats:
    """Positions phi_t at t = steps (increasing), (points, d); goes on after all points are right."""
    n, d = signed.shape
    position, move = np.zeros(d), np.empty(d)
    margins, weights = np.empty(n), np.empty(n)
    out = np.empty((steps.size, d))
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            _, total = survey(signed, rule, position, margins, weights, move)
            advance(signed, rule, total, move, position)
            t += 1
        out[k] = position
    return out
