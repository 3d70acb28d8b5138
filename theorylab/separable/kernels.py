"""Simulation in units of the step size: see `model` for the updates. Nothing is drawn, so there is no stream."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.jit import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Rule(NamedTuple):
    """A method: step size (inf: perceptron), weight of ties, normalisation 0 (none), 1 (weights) or 2 (gradient)."""

    step_size: float
    tie: float
    normalisation: int


@kernel
def look(signed: Floats, position: Floats, margins: Floats) -> int:
    """Fill the margins <z_i, phi>, (n,), and count those that are not > 0."""
    wrong = 0
    for i in range(signed.shape[0]):
        margin = 0.0
        for k in range(signed.shape[1]):
            margin += signed[i, k] * position[k]
        margins[i] = margin
        if not margin > 0.0:
            wrong += 1
    return wrong


@kernel
def weigh(rule: Rule, margins: Floats, weights: Floats) -> float:
    """Fill the weights q_i at the margins, (n,), and sum them.

    Once all margins are > 0 a normalised method divides all by that of the smallest margin, which may be below the
    smallest float.
    """
    least = 0.0
    if rule.normalisation > 0 and rule.step_size < math.inf:
        least = max(0.0, margins.min())
    total = 0.0
    for i in range(margins.size):
        margin = margins[i]
        if margin == 0.0:
            weights[i] = rule.tie
        elif margin < 0.0:
            weights[i] = 1.0 / (1.0 + math.exp(rule.step_size * margin))
        else:
            weights[i] = math.exp(-rule.step_size * (margin - least)) / (1.0 + math.exp(-rule.step_size * margin))
        total += weights[i]
    return total


@kernel
def advance(signed: Floats, rule: Rule, margins: Floats, weights: Floats, move: Floats, position: Floats) -> float:
    """Make one step from the position with these margins; the sum of the weights."""
    total: float = weigh(rule, margins, weights)
    move[:] = 0.0
    for i in range(signed.shape[0]):
        if weights[i] > 0.0:
            for k in range(signed.shape[1]):
                move[k] += weights[i] * signed[i, k]
    scale = float(signed.shape[0])
    if rule.normalisation == 1:
        scale = total
    elif rule.normalisation == 2:
        scale = math.sqrt((move * move).sum())
    if scale > 0.0:
        for k in range(position.size):
            position[k] += move[k] / scale
    return total


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
        wrong = look(signed, position, margins)
        if t > 0:
            longest = max(longest, math.sqrt((position * position).sum()))
            if longest > 0.0:
                out[2] = min(out[2], np.abs(margins).min() / longest)
        if wrong == 0:
            out[0] = t
            break
        if t < limit:
            out[1] += advance(signed, rule, margins, weights, move, position)
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
            look(signed, position, margins)
            advance(signed, rule, margins, weights, move, position)
            t += 1
        out[k] = position
    return out
