"""Simultaneous confidence limits for the means of replicated curves.

Replicas are independent, the points of one replica are not: limits at P points are a union bound (level / P
each), valid for any dependence between points. Risks are skewed, so the t statistic is corrected for skewness
by Hall's monotone transformation (P. Hall, On the removal of skewness by transformation, J. R. Statist. Soc. B
54, 1992, formula for T_1 re-derived here as a perfect cube, which gives its inverse in closed form).

Limits of the mean assume a finite variance, and know nothing of a branch that no replica took: of n replicas all miss a
branch of probability p with probability (1 - p)^n. No limits can do better without bounds (R. R. Bahadur and L. J.
Savage, The nonexistence of certain statistical procedures in nonparametric problems, Ann. Math. Statist. 27, 1956);
where bounds are declared, limits hold for every law between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import fixed_point
from scipy.special import betaincinv, ndtr, stdtrit
from scipy.stats import binom

from theorylab.errors import error_level, require
from theorylab.verdicts import tails

Floats = NDArray[np.float64]

NOTICED = 1.5
"""Skewness is corrected for where it is this many times its standard error for normal replicas: below, the correction
would be noise, and Student's limits are exact for normal replicas."""

CURVED, HEAVIER = 4.0, 0.3
"""A sample's skewness is too small, the more so the larger it is and the heavier the tail: g = skewness / sqrt n is
raised by the factor 1 + CURVED g^2 + HEAVIER h^2, h the shape of the furthest half in standard errors."""

TURN = 1.08
"""Where g times the quantile reaches this, the inverse of Hall's transformation is furthest out; then it turns back."""


@dataclass(frozen=True)
class Limits:
    """Simultaneous limits for the mean at each point, (points,), and why not to trust them ('' for no reason)."""

    lower: Floats
    upper: Floats
    warning: str = ""
    point: int = 0
    """The point that the warning is about."""

    def less(self, values: Floats) -> Limits:
        """The limits of what lies `values` below."""
        return replace(self, lower=self.lower - values, upper=self.upper - values)

    @property
    def negative(self) -> Limits:
        """The limits of the negative."""
        return replace(self, lower=-self.upper, upper=-self.lower)

    def widened(self, rounding: Floats | float) -> Limits:
        """The limits moved out by rounding bounds."""
        return replace(self, lower=self.lower - rounding, upper=self.upper + rounding)


@dataclass(frozen=True)
class Moments:
    """What limits for the mean at any level need of samples (replicas, points): computed once, (points,) each.

    In units of the largest sample of each point, squares and cubes stay inside the floats.
    """

    count: int
    unit: Floats
    mean: Floats
    error: Floats
    """Standard error of the mean."""
    noticed: Floats
    """g = skewness / sqrt n where it is noticed, else 0."""
    raised: Floats
    """g as it widens the limit of the long tail."""
    explained: NDArray[np.bool_]
    """Whether the skewness explains the kurtosis, as in gamma laws: then it narrows the limit of the short tail too."""
    suspect: NDArray[np.bool_]
    """Where limits are not to be trusted; `warning` and `point` tell of the worst."""
    warning: str
    point: int

    @classmethod
    def of(cls, samples: Floats, rounding: Floats | float = 0.0) -> Moments:
        """The moments of samples, with the warning that they deserve: none for what differs by `rounding` alone."""
        count = samples.shape[0]
        unit = np.abs(samples).max(axis=0)
        unit[unit == 0] = 1.0
        spread = np.ptp(samples, axis=0)
        fixed, known = spread == 0, spread <= 2 * np.asarray(rounding)
        scaled = samples / unit
        mean = np.where(fixed, scaled[0], scaled.mean(axis=0))
        centred = scaled - mean
        squares = centred * centred  # powers by multiplication: an order of magnitude faster
        square = np.where(fixed, 1.0, squares.sum(axis=0))
        error = np.where(fixed, 0.0, np.sqrt(square / (max(count - 1, 1) * count)))
        third = np.where(fixed, 0.0, (squares * centred).mean(axis=0) / (square / count) ** 1.5)
        fourth = np.where(fixed, 3.0, (squares * squares).mean(axis=0) / (square / count) ** 2)
        share = np.where(fixed, 0.0, squares.max(axis=0) / square)
        noticed = np.where(np.abs(third) > NOTICED * math.sqrt(6 / count), third / math.sqrt(count), 0.0)
        weight = 1 + CURVED * noticed**2
        asked = ~known & (fourth > tails.FEW * count) & (count >= tails.MIN_REPLICAS)
        found = None
        if asked.any():
            found = tails.tails(scaled[:, asked])
            weight[asked] += HEAVIER * np.clip(found.heaviness, 0.0, 4.0) ** 2
        heavy = np.where(asked, share / tails.SHARE, 0.0)
        if found is not None:
            heavy[asked] = np.maximum(heavy[asked], found.suspicion)
        declared = np.broadcast_to(np.asarray(rounding) > 0, fixed.shape)
        two = ~known & tails.two_valued(samples)
        suspect = (heavy > 1) | (fixed & ~declared) | two
        warning, point = tails.warning(samples, fixed, declared, two, share, heavy)
        explained = (third**2 > 0.5 * (fourth - 3)) & (third**2 > 4 * 6 / count) & (share < 0.3)
        return cls(count, unit, mean, error, noticed, noticed * weight, explained, suspect, warning, point)

    def limits(self, level: float, *, tightest: int | None = None) -> Limits:
        """Limits for the mean at all points together; `level` and `tightest` as in `mean_limits`."""
        return self.each(level / max(self.mean.size, 1), tightest=tightest)

    def each(self, level: float, *, tightest: int | None = None) -> Limits:
        """Limits for the mean at each point alone."""
        if tightest is None:
            quantile = float(stdtrit(max(self.count - 1, 1), 1 - level / 2))
        else:
            quantile = sequence_quantile(self.count, level, tightest)
        long = _long(quantile, np.abs(self.raised))
        short = np.where(self.explained, student_from_symmetric(quantile, np.abs(self.noticed)), quantile)
        right = self.noticed > 0  # the long tail's side
        skewed = self.noticed != 0
        below = np.where(skewed, np.where(right, short, long), quantile)
        above = np.where(skewed, np.where(right, long, short), quantile)
        with np.errstate(over="ignore"):  # infinite where they leave the floats
            lower, upper = self.unit * (self.mean - self.error * below), self.unit * (self.mean + self.error * above)
        return Limits(lower, upper, self.warning, self.point)


def mean_limits(
    samples: Floats, level: float, rounding: Floats | float = 0.0, *, tightest: int | None = None
) -> Limits:
    """Limits that hold at all points of samples (replicas, points) together, except with probability `level`.

    With `tightest`, a number of replicas, the limits are those of a confidence sequence: of a run that grows they hold
    at every size together, whenever it is analysed and for whatever reason it stops, and are tightest at that size.

    Each side is given half of the level. `rounding` (broadcast to (points,)) widens them; where it is declared,
    replicas that coincide within it are one number that is not random, and without it nothing is known of their law.
    Raises InputError if level is outside (0, 1).
    """
    error_level(level)
    return Moments.of(samples, rounding).limits(level, tightest=tightest).widened(rounding)


MEANS = 32
"""Blocks of a median of means."""


def median_limits(samples: Floats, level: float, rounding: Floats | float = 0.0, *, of_means: bool = False) -> Limits:
    """Limits for the median at all points of samples (replicas, points) together, except with probability `level`.

    Order statistics, one binomial tail to each side: no moment is needed, and nothing is approximate. With `of_means`
    the median is that of MEANS blocks' means (replicas in order, a rest left out): it is near the mean where there is
    one, and as safe as a median. Raises InputError if level is outside (0, 1).
    """
    error_level(level)
    if of_means:
        size = samples.shape[0] // MEANS
        if size < 2:
            few = f"{samples.shape[0]} replicas are too few for a median of {MEANS} means: give {2 * MEANS} or more"
            return Limits(samples.min(axis=0) - rounding, samples.max(axis=0) + rounding, few)
        samples = samples[: size * MEANS].reshape(MEANS, size, -1).mean(axis=1)
    count, points = samples.shape
    ordered = np.sort(samples, axis=0)
    place = int(binom.ppf(level / points / 2, count, 0.5))  # so many samples are left out at each end
    if binom.cdf(place, count, 0.5) > level / points / 2:
        place -= 1
    if place < 0:
        few = f"{count} values are too few for a median at this level: give {math.ceil(1 - math.log2(level / points))}"
        return Limits(ordered[0] - rounding, ordered[-1] + rounding, few)
    return Limits(ordered[place] - rounding, ordered[count - 1 - place] + rounding)


def bounded_limits(
    samples: Floats, level: float, low: Floats | float, high: Floats | float, *, sequence: bool = False
) -> Limits:
    """Limits for the mean of samples (replicas, points) that lie in [low, high], at all points, for any number of them.

    The empirical Bernstein sequence of Waudby-Smith and Ramdas (2024), with their predictable plug-in weights: nothing
    is approximate and no tail is assumed, and they adapt to the variance. With `sequence` they hold at every size of a
    run that grows together; without, the weights are those for this size. Where all samples lie at the ends, and the
    size is fixed, Clopper and Pearson's limits are closer: they hold for every law between the bounds, as rounding each
    sample to one of the ends, at random and keeping its mean, changes none of these. Each of the two is given half of
    the level, since the samples choose between them. Where low = high nothing is random.

    Raises InputError for samples outside the bounds, or a level outside (0, 1).
    """
    error_level(level)
    points = samples.shape[1]
    low, high = (np.broadcast_to(np.asarray(side, dtype=float), (points,)) for side in (low, high))
    outside = (samples < low) | (samples > high)
    require(
        not outside.any() and (low <= high).all() and np.isfinite([low, high]).all(),
        f"{outside.sum()} samples lie outside the bounds: give bounds that every replica is known to obey",
    )
    return bounded_each(samples, level / max(points, 1), low, high, sequence=sequence)


def bounded_each(samples: Floats, level: float, low: Floats, high: Floats, *, sequence: bool = False) -> Limits:
    """`bounded_limits` at each point alone, for samples that obey the bounds (points,)."""
    count, points = samples.shape
    width = np.where(low < high, high - low, 1.0)
    z = (samples - low) / width
    two = ((z == 0) | (z == 1)).all(axis=0)
    level = level if sequence else level / 2
    i = np.arange(1, count + 1)[:, None]
    means = (0.5 + np.cumsum(z, axis=0)) / (i + 1)
    variances = (0.25 + np.cumsum((z - means) ** 2, axis=0)) / (i + 1)
    # What a weight may know: the samples before its own.
    mean, variance = (
        np.vstack([np.full((1, points), start), rows[:-1]]) for start, rows in ((0.5, means), (0.25, variances))
    )
    price = math.log(2 / level)
    weight = np.minimum(0.5, np.sqrt(2 * price / (variance * (i * np.log1p(i) if sequence else count))))
    total = weight.sum(axis=0)
    centre = (weight * z).sum(axis=0) / total
    radius = (price + ((z - mean) ** 2 * (-np.log1p(-weight) - weight)).sum(axis=0)) / total
    lower, upper = np.maximum(centre - radius, 0.0), np.minimum(centre + radius, 1.0)
    if not sequence:
        closer = clopper_pearson(z.sum(axis=0), count, level)
        lower, upper = (np.where(two, *sides) for sides in zip(closer, (lower, upper), strict=True))
    lower, upper = (np.where(low < high, side, 0.0) for side in (lower, upper))
    return Limits(low + width * lower, low + width * upper)


def clopper_pearson(hits: Floats, count: int, level: float) -> tuple[Floats, Floats]:
    """Limits for a probability of which `hits` of `count` trials are known; each misses with at most level / 2."""
    hits = np.asarray(hits, dtype=float)
    lower = np.where(hits > 0, betaincinv(np.maximum(hits, 1), count - hits + 1, level / 2), 0.0)
    misses = count - hits
    upper = np.where(misses > 0, 1 - betaincinv(np.maximum(misses, 1), hits + 1, level / 2), 1.0)
    return lower, upper


def sequence_quantile(count: int, level: float, tightest: int) -> float:
    """Half-width, in standard errors after `count` replicas, of a two-sided confidence sequence for a mean.

    The asymptotic sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021): with u = count rho^2,
    sqrt((1 + 1/u) log((1 + u) / level^2)). It is narrowest at u = log(1 + u) - 2 log level, which sets rho at
    `tightest`. As the t distribution has wider tails than the normal one, the quantile of equal probability is taken.
    """
    best = fixed_point(lambda u: np.log1p(u) - 2 * np.log(level), 1.0)
    u = float(best) * count / tightest
    normal = math.sqrt((1 + 1 / u) * (math.log1p(u) - 2 * math.log(level)))
    return float(-stdtrit(count - 1, max(ndtr(-normal), np.finfo(float).tiny)))


def _long(quantile: float, g: Floats) -> Floats:
    """Standard errors to the limit on the long tail's side, for |g| as raised: never less than the quantile itself."""
    turned = np.minimum(g, TURN / quantile)
    return np.maximum(quantile, -student_from_symmetric(-quantile, turned))


def student_from_symmetric(z: float, g: Floats) -> Floats:
    """The t whose skewness-corrected version is z, for g = skewness / sqrt n, (points,).

    Inverse of t -> ((1 + g t / 3)^3 - 1) / g + g / 6.
    """
    small = np.abs(g) < 1e-9
    safe = np.where(small, 1.0, g)
    return np.where(small, z, (np.cbrt(1 + safe * (z - safe / 6)) - 1) * 3 / safe)
