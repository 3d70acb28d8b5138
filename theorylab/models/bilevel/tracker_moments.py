"""Second moments of block trackers: by a recursion of closed forms, and by enumeration of what is sampled.

Conventions of `trackers`.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.bilevel.trackers import Tracker, mean_step, pair_step, sample_variance, square_step, tracker
from theorylab.numerics.arguments import finite_row, increasing_steps, number

Floats = NDArray[np.float64]
MOST_FOLLOWED = 8
"""Blocks whose joint law is enumerated at most: 2^8 patterns of sampled ones a step."""


def moments(
    given: Tracker, correction: float, slopes: ArrayLike, correlation: float, steps: ArrayLike
) -> tuple[Floats, Floats]:
    """E e_i^2 and E e_i e_j of two blocks of slopes (b_i, b_j), (2, points) and (points,), by recursion from e = 0.
    Derived: tests/models/bilevel/test_trackers.py::test_recursion_meets_enumeration.

    Raises InputError for other than two slopes, bad steps, or a correlation outside [-1, 1].
    """
    p, at = tracker(given), increasing_steps(steps)
    b, c = _slopes(slopes, 2), _correlation(correlation)
    q, v = p.share, p.drift_std**2
    pair = q * (p.sampled - 1) / (p.blocks - 1) if p.blocks > 1 else 0.0
    noise = sample_variance(p.decay, correction, p.noise_std**2 / p.batch, p.fresh)
    square, product, cross = np.zeros(2), 0.0, np.zeros(2)  # cross: E e_i D, D the drift of x
    squares, products = np.empty((2, at.size)), np.empty(at.size)
    for t in range(int(at[-1]) + 1):
        for k in np.flatnonzero(at == t):
            squares[:, k], products[k] = square, product
        drifts = b[0] * b[1] * v, b[0] * cross[1] + b[1] * cross[0]
        product = pair_step(pair, q, p.decay, correction, (product, *drifts))
        square = square_step(q, p.decay, correction, (square, b**2 * v, b * cross), noise)
        cross = c * mean_step(q, p.decay, correction, cross, b * v)
    return squares, products


def patterns(blocks: int, sampled: int, followed: int) -> list[tuple[float, Floats]]:
    """Which of the first `followed` blocks a subset of `sampled` holds: (probability, (followed,) of 0 and 1) each.
    Derived: tests/models/bilevel/test_trackers.py::test_patterns_count_subsets.
    """
    whole_number = math.comb(blocks, sampled)
    found = []
    for held in itertools.product((0.0, 1.0), repeat=followed):
        rest = sampled - int(sum(held))
        ways = math.comb(blocks - followed, rest) if rest >= 0 else 0
        if ways:
            found.append((ways / whole_number, np.array(held)))
    return found


def enumerated(given: Tracker, correction: float, slopes: ArrayLike, correlation: float, steps: ArrayLike) -> Floats:
    """E w w^T of w = (e_1, ..., e_r, x_t - x_{t-1}) before each of the `steps`, (points, r + 1, r + 1), by enumeration.

    Every pattern of sampled blocks among the r followed ones, one a slope, moves w by its own matrix. Raises
    InputError for r above MOST_FOLLOWED or the number of blocks, and as `moments`.
    """
    p = tracker(given)
    return _pushed(*_maps(p, correction, slopes, correlation), p.drift_std**2, increasing_steps(steps))


def rounding(given: Tracker, correction: float, slopes: ArrayLike, correlation: float, steps: ArrayLike) -> Floats:
    """Bound on the rounding of `enumerated` and of `moments`, in the shape of `enumerated`.
    Derived: tests/models/bilevel/test_trackers.py::test_moments_keep_their_rounding_bound.

    2^-53 (t + 1) 2^7 times the same recursion of absolute values, of a + g and 1 too before they cancel in a + g - 1:
    each of at most 2^3 blocks adds an inner product.
    """
    p, at = tracker(given), increasing_steps(steps)
    maps, added = _maps(p, correction, slopes, correlation)
    absolute = [(share, np.abs(move)) for share, move in maps]
    for _, move in absolute:
        move[:-1, -1] = np.abs(_slopes(slopes)) * (1 + abs(p.decay + correction))
    sizes = _pushed(absolute, added, p.drift_std**2, at)
    return np.asarray(2.0**-46 * (at[:, None, None] + 1) * sizes)


def _pushed(maps: list[tuple[float, Floats]], added: Floats, drift: float, at: NDArray[np.int64]) -> Floats:
    size = added.shape[0]
    second, out = np.zeros((size, size)), np.empty((at.size, size, size))
    second[-1, -1] = drift
    for t in range(int(at[-1]) + 1):
        for k in np.flatnonzero(at == t):
            out[k] = second
        second = np.sum([share * move @ second @ move.T for share, move in maps], axis=0) + added
    return out


def stationary(given: Tracker, correction: float, slopes: ArrayLike, correlation: float) -> tuple[Floats, float]:
    """E w w^T of `enumerated` in the limit, (r + 1, r + 1), and a bound on its error: a linear system's, by condition.
    Derived: tests/models/bilevel/test_trackers.py::test_stationary_moments_are_the_limit_and_keep_their_bound.

    The bound is 8 n^2 2^-52 |M^-1| times the sizes of what enters, for n = (r + 1)^2 unknowns.
    """
    p = tracker(given)
    maps, added = _maps(p, correction, slopes, correlation)
    size = added.shape[0]
    turn = np.sum([share * np.kron(move, move) for share, move in maps], axis=0)
    matrix = np.eye(size**2 - 1) - turn[:-1, :-1]  # the last entry, the drift's variance, is known
    right = added.ravel()[:-1] + turn[:-1, -1] * p.drift_std**2
    found = np.append(np.linalg.solve(matrix, right), p.drift_std**2)
    inverse = np.abs(np.linalg.inv(matrix)).sum(axis=1).max()
    entering = np.abs(right).max() + np.abs(matrix).sum(axis=1).max() * np.abs(found).max()
    return found.reshape(size, size), float(8 * size**4 * 2.0**-52 * inverse * entering)


def better(given: Tracker, first: float, second: float, correlation: float) -> bool:
    """Whether the correction `first` has less stationary error than `second` on a drift of that correlation."""
    left, right = (stationary(given, correction, [1.0], correlation)[0][0, 0] for correction in (first, second))
    return bool(left < right)


def _correlation(value: float) -> float:
    given = number("correlation", value)
    require(abs(given) <= 1, f"correlation={given:g} is not allowed: give a number in [-1, 1]")
    return given


def _slopes(values: ArrayLike, count: int | None = None) -> Floats:
    b = finite_row("slopes", values)
    require(count is None or b.size == count, f"slopes={b.tolist()} are {b.size}: give {count}")
    return b


def _maps(
    p: Tracker, correction: float, slopes: ArrayLike, correlation: float
) -> tuple[list[tuple[float, Floats]], Floats]:
    """(probability, matrix of w) per pattern, and what noise and drift add to E w w^T."""
    b, c = _slopes(slopes), _correlation(correlation)
    most = min(MOST_FOLLOWED, p.blocks)
    require(b.size <= most, f"{b.size} slopes are too many to enumerate: give at most {most}, one per block")
    maps, added = [], np.zeros((b.size + 1, b.size + 1))
    new, old = (p.decay + correction, -correction)  # what u gains of the two evaluations
    gain = new**2 + old**2 if p.fresh else (new + old) ** 2
    for share, held in patterns(p.blocks, p.sampled, b.size):
        move = np.zeros((b.size + 1, b.size + 1))
        move[-1, -1] = c
        for i, now in enumerate(held):
            # e stands for u - h(x_{t-1}), the new error is against h(x_t): a sampled block sees `new` of the drift.
            move[i, i], move[i, -1] = 1 - now * p.decay, b[i] * (now * new - 1)
            added[i, i] += share * now * gain * p.noise_std**2 / p.batch
        maps.append((share, move))
    added[-1, -1] = (1 - c**2) * p.drift_std**2
    return maps, added
