"""Class imbalance: descent on a sum of class losses, by plain and by per-class normalised gradients.

Classes l = 0 (the minority), 1, ... hold shares s_l of the samples, sum 1, and have mean losses
F_l(x) = |mask_l (x - centre_l)|^2 / 2 (elementwise mask of 0 and 1: the coordinates that a class sees). A step is

    plain           x' = x - step_size sum_l s_l grad F_l
    normalised      x' = x - step_size sum_l grad F_l / |grad F_l|          (a class at its centre is left out)
    reweighted      x' = x - step_size (1/L) sum_l grad F_l                 (each sample divided by its class's size)

with a step size that is constant, or falls as step_size / (1 + t / slow). In batches (`batch_drifts`) a sample of class
l has gradient e_l + noise N(0, I_d), e_0 and e_1 orthogonal unit vectors, and class 0 has the probability 1/(1 +
ratio).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import numbers, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal, fill_uniform

Floats = NDArray[np.float64]

METHODS = ("plain", "normalised", "reweighted")


@dataclass(frozen=True, eq=False)
class Classes:
    """Quadratic class losses: centres (L, d), masks (L, d) of 0 and 1, shares (L,) > 0, made to sum to 1.

    Raises InputError for shapes that do not fit, other masks, or shares that are not > 0.
    """

    centres: Floats
    masks: Floats
    shares: Floats

    def __post_init__(self) -> None:
        centres, masks, shares = (numbers(name, getattr(self, name)) for name in ("centres", "masks", "shares"))
        require(
            centres.ndim == 2 and centres.size > 0 and bool(np.isfinite(centres).all()),
            f"centres of shape {centres.shape} are not allowed: give finite numbers, (L, d)",
        )
        require(
            masks.shape == centres.shape and bool(np.isin(masks, (0, 1)).all()),
            f"masks of shape {masks.shape} do not fit centres of shape {centres.shape}: give 0 or 1 for each entry",
        )
        require(
            shares.shape == centres.shape[:1] and bool((shares > 0).all()),
            f"shares={shares.tolist()} are not allowed: give a number > 0 for each of {len(centres)} classes",
        )
        for name, values in (("centres", centres), ("masks", masks), ("shares", shares / shares.sum())):
            object.__setattr__(self, name, values)

    @classmethod
    def whole_space(cls, centres: ArrayLike, shares: ArrayLike) -> Classes:
        """Classes that see every coordinate."""
        given = numbers("centres", centres)
        return cls(given, np.ones(given.shape), numbers("shares", shares))

    @classmethod
    def orthogonal(cls, ratio: float, offset: float = 0.0) -> Classes:
        """Two classes, the second `ratio` times as large, that share coordinate 0 (centres -offset and offset).

        Coordinate 1 is the first one's own, coordinate 2 the second one's, with centres at 1.
        """
        return cls(
            np.array([[-offset, 1.0, 0.0], [offset, 0.0, 1.0]]),
            np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]),
            np.array([1.0, ratio]),
        )

    def losses(self, places: ArrayLike) -> Floats:
        """F_l at each position, (points, L), of positions (points, d)."""
        apart = np.asarray(places, dtype=float)[:, None, :] - self.centres
        return np.asarray(((self.masks * apart) ** 2).sum(axis=2) / 2)


def mixture(count: int, dimension: int, offset: float, spread: float, draws: Generator) -> Floats:
    """Signed samples z = label a of two classes, (2, count, dimension): a = offset + class mean + spread N(0, I).

    The class means are 0.3 N(0, I); the offset, in each coordinate, is common to both.
    """
    means = 0.3 * draws.standard_normal((2, dimension))
    samples = offset + means[:, None] + spread * draws.standard_normal((2, count, dimension))
    return np.array([1.0, -1.0])[:, None, None] * samples


def logistic_losses(signed: Floats, weights: Floats) -> Floats:
    """Mean logistic loss of each class, (2,), of signed samples (2, count, d) at weights (d,)."""
    return np.asarray(np.logaddexp(0, -signed @ weights).mean(axis=1))


def logistic_gradients(signed: Floats, weights: Floats) -> Floats:
    """Gradients of these mean losses, (2, d)."""
    return np.asarray(-(signed / (1 + np.exp(signed @ weights))[:, :, None]).mean(axis=1))


def descend(
    problem: Classes, start: ArrayLike, step_size: float, steps: int, method: str = "plain", slow: float = math.inf
) -> Floats:
    """Positions x_0..x_steps, (steps + 1, d), of a method ('plain', 'normalised', 'reweighted').

    Raises InputError for another method, a start of another shape, a step size or `slow` that is not > 0, steps < 1.
    """
    require(method in METHODS, f"method={method!r} is not allowed: give one of {', '.join(METHODS)}")
    first = numbers("start", start)
    d = problem.centres.shape[1]
    require(first.shape == (d,), f"start of shape {first.shape} is not allowed: give ({d},)")
    require(step_size > 0 and slow > 0, f"step_size={step_size}, slow={slow} are not allowed: give numbers > 0")
    arguments = (first, float(step_size), float(slow), METHODS.index(method), whole("steps", steps))
    return np.asarray(path(problem.centres, problem.masks, problem.shares, *arguments))


@kernel
def path(
    centres: Floats,
    masks: Floats,
    shares: Floats,
    start: Floats,
    step_size: float,
    slow: float,
    method: int,
    steps: int,
) -> Floats:
    """Positions (steps + 1, d); method 0 plain, 1 normalised, 2 reweighted."""
    classes, d = centres.shape
    out, move = np.empty((steps + 1, d)), np.empty(d)
    out[0] = start
    for t in range(steps):
        move[:] = 0.0
        for c in range(classes):
            square = 0.0
            for k in range(d):
                square += (masks[c, k] * (out[t, k] - centres[c, k])) ** 2
            weight = shares[c] if method == 0 else 1.0 / classes
            if method == 1:
                weight = 1.0 / math.sqrt(square) if square > 0.0 else 0.0
            for k in range(d):
                move[k] += weight * masks[c, k] * (out[t, k] - centres[c, k])
        size = step_size / (1.0 + t / slow)
        for k in range(d):
            out[t + 1, k] = out[t, k] - size * move[k]
    return out


@kernel
def batch_drifts(ratios: Floats, batch: int, dimension: int, noise: float, stream: Stream) -> Floats:
    """What one step on a fresh batch does along e_0 and e_1, for each ratio, (6, ratios).

    Rows: minority and majority of plain SGD, the same of per-class normalised SGD (a class that is absent moves
    nothing), whether the minority is absent, and the minority of normalised SGD on batch/2 samples of each class.
    """
    out = np.zeros((6, ratios.size))
    labels, draw = np.empty(batch), np.empty(dimension)
    sums = np.empty((3, dimension))
    for i in range(ratios.size):
        sums[:] = 0.0
        fill_uniform(stream, labels)
        counts = np.zeros(3)
        for k in range(batch + batch // 2):
            c = 2 if k >= batch else (0 if labels[k] < 1.0 / (1.0 + ratios[i]) else 1)
            fill_normal(stream, draw)
            counts[c] += 1.0
            for j in range(dimension):
                sums[c, j] += noise * draw[j]
            sums[c, c % 2] += 1.0
        lengths = np.sqrt((sums * sums).sum(axis=1))
        out[0, i] = (sums[0, 0] + sums[1, 0]) / batch
        out[1, i] = (sums[0, 1] + sums[1, 1]) / batch
        for c in range(2):
            if counts[c] > 0.0:
                out[2, i] += sums[c, 0] / lengths[c]
                out[3, i] += sums[c, 1] / lengths[c]
        out[4, i] = 1.0 if counts[0] == 0.0 else 0.0
        out[5, i] = sums[2, 0] / lengths[2]
    return out
