"""Why the mean of a sample may not be judged by its spread: nothing seen of it, two values, or a tail too heavy.

Criteria were chosen on synthetic laws, before they met a study: of normal, uniform, exponential and gamma samples
(shape 1/2 and above) of 64 replicas or more at most 2% are suspected. How often limits miss where nothing is suspected,
law by law, is measured: figures/calibration.md.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MIN_REPLICAS = 64
"""Fewer replicas tell too little about the tail of a mean for any small error level."""

SHARE = 0.7
"""One replica that carries more than this share of the sum of squares makes the variance itself suspect."""

FEW = 0.02
"""Tails are asked about where fewer than 1 / FEW replicas, in effect, carry the variance: kurtosis / n above it.
Elsewhere the mean is near normal whatever the tail looks like."""

GAP = 12.0
"""The largest j times the gap below the j-th largest replica, j = 1..8, in units of the tail's scale: of an exponential
tail they are independent exponential variables (Renyi), and one of 8 exceeds 12 with probability 5e-5."""
SPACINGS = 8

SHAPE, SPREAD = 0.15, 2.05
"""A generalised Pareto shape above SHAPE + SPREAD / sqrt k, estimated from the k replicas furthest out: heavier than an
exponential tail, to be seen through the noise of the estimate."""
FRACTIONS = (2, 4, 8)
"""The replicas furthest out are 1 / 2, 1 / 4 and 1 / 8 of all, FEWEST at least."""
FEWEST = 12
MOST = 4096
"""No estimate looks at more replicas than these: the tail is further out."""


def two_valued(samples: Floats) -> Mask:
    """Whether the replicas at a point take no more than two values, (points,)."""
    return np.asarray(((samples == samples.min(axis=0)) | (samples == samples.max(axis=0))).all(axis=0))


def shape(values: Floats) -> Floats:
    """Shape xi of the generalised Pareto law of the excesses `values` (k, points), sorted: 0 for an exponential tail.

    By probability-weighted moments: with a0 and a1 the means of y and of (1 - p) y, xi = 2 - a0 / (a0 - 2 a1). The
    variance is infinite from 1/2 on, the mean from 1 on. J. R. M. Hosking and J. R. Wallis, Parameter and quantile
    estimation for the generalized Pareto distribution, Technometrics 29, 1987; re-derived for the exact law.
    """
    count = values.shape[0]
    rank = 1 - (np.arange(1, count + 1)[:, None] - 0.35) / count  # 1 - p, largest value last
    mean = values.mean(axis=0)
    weighted = (rank * values).mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 2 - mean / (mean - 2 * weighted)
    return np.asarray(np.where(np.isfinite(found), found, -np.inf))


class Tails(NamedTuple):
    """How heavy the tails of samples are, the heavier one of each point, (points,) each."""

    heaviness: Floats
    """Shape of the furthest half, in its standard errors."""
    excess: Floats
    """Shape above SHAPE + SPREAD / sqrt k, the worst over FRACTIONS."""
    gap: Floats
    """Largest spacing among the furthest replicas, in units of GAP."""

    @property
    def suspicion(self) -> Floats:
        """Above 1 where the tail looks too heavy, (points,)."""
        return np.maximum(self.gap, np.where(self.excess > 0, 1 + self.excess, 0.0))


def tails(samples: Floats) -> Tails:
    """How heavy the tails of samples (replicas, points) are: at least 2 FEWEST replicas."""
    sides = [_upper(side) for side in (samples, -samples)]
    return Tails(*(np.maximum(*pair) for pair in zip(*sides, strict=True)))


def _upper(samples: Floats) -> Tails:
    count = samples.shape[0]
    reach = min(count // 2, MOST)
    top = np.sort(np.partition(samples, count - reach - 1, axis=0)[count - reach - 1 :], axis=0)
    shapes = {k: shape(top[-k:] - top[-k - 1]) for k in {min(count // part, MOST) for part in FRACTIONS} if k >= FEWEST}
    excess = np.max([xi - SHAPE - SPREAD / math.sqrt(k) for k, xi in shapes.items()], axis=0)
    # Between the median and the fifth furthest out lie log(5/2) scales of an exponential tail.
    fifth = min(max(SPACINGS + 1, count // 5), reach)
    scale = (top[-fifth - 1] - np.median(samples, axis=0)) / math.log(count / 2 / fifth)
    spacings = np.diff(top[-SPACINGS - 1 :], axis=0)[::-1] * np.arange(1, SPACINGS + 1)[:, None]
    with np.errstate(over="ignore"):  # no scale at all: most replicas are one number
        gap = spacings.max(axis=0) / np.maximum(scale, np.finfo(float).tiny) / GAP
    return Tails(shapes[reach] * math.sqrt(reach), excess, gap)


def tail_index(values: Floats) -> float:
    """Hill's estimate of a in P(|value| > t) ~ t^-a, from the largest tenth (at least 10) of nonzero values (n,).

    Below 2 the variance is infinite, below 1 there is no mean. B. M. Hill, A simple general approach to inference about
    the tail of a distribution, Ann. Statist. 3, 1975; formula re-derived as the likelihood's maximum for exact powers.
    """
    sizes = np.sort(np.abs(values[values != 0]))
    top = min(max(10, values.size // 10), sizes.size - 1)
    if top < 1 or sizes[-top - 1] == sizes[-1]:
        return math.inf  # one size: no tail at all
    return float(1 / np.log(sizes[-top:] / sizes[-top - 1]).mean())


def warning(
    samples: Floats, fixed: Mask, declared: Mask, two: Mask, share: Floats, suspicion: Floats
) -> tuple[str, int]:
    """Why limits for the mean of samples (replicas, points) are not to be trusted, and at which point; else "".

    `fixed`: the replicas of a point coincide, which is `declared` where a rounding bound is given; `two`: they take two
    values that differ by more than it; `share`: of the variance that one replica carries; `suspicion`: above 1 where
    the tail looks too heavy; (points,) each.
    """
    count, unseen = samples.shape[0], fixed & ~declared
    if unseen.any() and count > 1:
        point = int(unseen.argmax())
        words = (
            f"all {count} replicas are {samples[0, point]:g}, and without bounds equal values allow no interval: "
            "declare them by curve.bounded(low, high), or a rounding bound if nothing is random there"
        )
    elif two.any() and count > 2:
        point = int(two.argmax())
        low, high = samples[:, point].min(), samples[:, point].max()
        words = (
            f"the replicas take two values, {low:g} and {high:g}, whose mean has no normal interval: declare what is "
            f"known of them, by curve.bounded({low:g}, {high:g}) if they take no others"
        )
    elif count < MIN_REPLICAS and not (fixed & declared).all():
        point, words = 0, f"{count} replicas are too few for a verdict: give {MIN_REPLICAS} or more"
    elif suspicion.max(initial=0.0) > 1:
        point = int(suspicion.argmax())
        index = tail_index(samples[:, point] - samples[:, point].mean())
        words = (
            f"the mean may be a heavy tail's, and a normal interval would be wrong: one replica of {count} carries "
            f"{share[point]:.0%} of the variance, tail index about {index:.2g}"
            + (", where below 2 the variance is infinite" if index < 2 else "")
            + "; more replicas, bounds declared by curve.bounded, or a claim about='median of means', would do"
        )
    else:
        return "", 0
    return words, point
