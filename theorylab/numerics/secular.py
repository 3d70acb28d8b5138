"""Modes of diag(d) + coefficient z z^T through its secular equation, to full relative accuracy, in O(d) memory.

For coefficient = -r < 0 the eigenvalues solve g(x) = sum_i r z_i^2 / (d_i - x) - 1 = 0, g increasing between poles;
a positive coefficient is the same problem negated. Each root is stored as `origin + shift`, the origin its nearest
pole (or the lower end of the spectrum), so that d_i - root = (d_i - origin) - shift keeps its digits however close the
two are: no weight is too small to be kept. Exactly coinciding poles are merged: of such a group only the component
along z feels the perturbation, with weight sqrt(sum z_i^2); the rest, and directions of weight zero, are deflated.

Roots carry rounding errors where the secular function is a difference of large terms. Weights are therefore computed
from the roots: those of which the stored roots are exact (Gu & Eisenstat 1994, as recalled). Eigenvectors are then
orthogonal to rounding, and amplitudes of both signs that add up to something small do so to full accuracy.

Rational interpolation ("the middle way" of Li 1994, as recalled: one pole from each side, values and both derivatives
matched), inside a bracket that halves at least every third step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.jit import kernel, strict_kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SMALLEST = 2.0**-1021
"""Smallest coefficient * weight^2, diagonal entry and distance that is not 0: far from the ends of the floats."""
LIMIT = 200
"""Evaluations per root that no bracket uses up, halving at least every third step; three or four are usual."""


class Modes(NamedTuple):
    """The coupled eigenpairs, n <= d: eigenvector_k = z / (poles - origins[k] - shifts[k])."""

    poles: Floats
    """Distinct diagonal entries of non-zero weight, (n,), rising."""
    lengths: Floats
    """Length of z over the entries that share each pole, (n,)."""
    weights: Floats
    """The lengths of which the stored roots are exact: what eigenvectors are made of, (n,)."""
    group: Integers
    """Place of each of the d diagonal entries among the poles; n where the weight is zero, (d,)."""
    origins: Floats
    shifts: Floats
    slopes: Floats
    """-coefficient * |eigenvector|^2, (n,)."""
    evaluations: Integers
    """Evaluations of the secular function that each root took, (n,)."""

    @property
    def rates(self) -> Floats:
        """The eigenvalues origins + shifts, (n,), rising."""
        return self.origins + self.shifts


@kernel
def _secular(gaps: Floats, strengths: Floats, split: int, shift: float) -> tuple[float, float, float, float]:
    """Sums of s/(gap - shift) and s/(gap - shift)^2 over the poles below `split`, and from it on."""
    below, below_slope, above, above_slope = 0.0, 0.0, 0.0, 0.0
    for i in range(split):
        inverse = 1.0 / (gaps[i] - shift)
        below += strengths[i] * inverse
        below_slope += strengths[i] * inverse * inverse
    for i in range(split, gaps.size):
        inverse = 1.0 / (gaps[i] - shift)
        above += strengths[i] * inverse
        above_slope += strengths[i] * inverse * inverse
    return below, below_slope, above, above_slope


@kernel
def _proposal(value: float, sums: tuple[float, float, float, float], left: float, right: float, paired: bool) -> float:
    """Step to the zero of the rational function with poles `left` < 0 < `right` away; of one pole unless paired."""
    slope = sums[1] + sums[3]
    if not paired:
        return right - slope * right * right / (slope * right - value)
    a = (left + right) * value - left * right * slope
    b = left * right * value
    c = value - left * sums[1] - right * sums[3]
    root = max(a * a - 4.0 * b * c, 0.0) ** 0.5
    step = (a - root) / (2.0 * c) if a <= 0.0 else 2.0 * b / (a + root)
    return step if value * step < 0.0 else -value / slope


@kernel
def _inside(low: float, high: float) -> float:
    """A point that halves the bracket in its logarithm where its ends differ by more than a factor four."""
    if low > 0.0 and high > 4.0 * low:
        return float((low**0.5) * (high**0.5))
    if high < 0.0 and low < 4.0 * high:
        return -float(((-low) ** 0.5) * ((-high) ** 0.5))
    return 0.5 * (low + high)


@kernel
def _unit(size: float) -> float:
    """The power of two next to `size` > 0, from 2^-1000 to 2^1000: rescaling by it changes no digit."""
    return float(2.0 ** min(max(np.rint(np.log2(size)), -1000.0), 1000.0))


@kernel
def _refine(gaps: Floats, strengths: Floats, k: int, low: float, high: float, start: float) -> tuple[float, int]:
    """The root in [low, high], both relative to the origin of the gaps, and the evaluations it took; -1: too many."""
    # In units of the bracket, so that squares of differences neither vanish nor overflow. In place, and back again.
    unit = _unit(min(abs(low), abs(high)) if low != 0.0 and high != 0.0 else max(abs(low), abs(high)))
    gaps /= unit
    scaled = strengths / unit
    root, used = _scaled_root(gaps, scaled, k, low / unit, high / unit, start / unit)
    return root * unit, used


@kernel
def _scaled_root(gaps: Floats, strengths: Floats, k: int, low: float, high: float, start: float) -> tuple[float, int]:
    """As `_refine`, in units in which the root is not far from 1."""
    x, width, since = start, high - low, 0
    for used in range(1, LIMIT):
        sums = _secular(gaps, strengths, k, x)
        value = (sums[2] + sums[0]) - 1.0
        if value < 0.0:
            low = max(low, x)
        else:
            high = min(high, x)
        step = _proposal(value, sums, gaps[k - 1] - x if k > 0 else 0.0, gaps[k] - x, k > 0)
        fresh = x + step
        if abs(value) <= 2.0**-52 * (sums[2] - sums[0] + 1.0) or fresh == x:
            return (fresh if low <= fresh <= high else x), used
        since += 1
        if high - low <= 0.5 * width:
            width, since = high - low, 0
        if not low < fresh < high or since >= 3:
            fresh = _inside(low, high)
            width, since = high - low, 0
        if not low < fresh < high:
            return fresh, used
        x = fresh
    return x, -1


@kernel
def _roots(poles: Floats, strengths: Floats, room: float) -> tuple[Floats, Floats, Integers]:
    """Origins, shifts and evaluations of all roots; the lowest is at most `room` below its pole."""
    n = poles.size
    origins, shifts = np.empty(n), np.empty(n)
    evaluations = np.empty(n, dtype=np.int64)
    # Differences of poles go through memory: written in one expression with the shift they would be reassociated.
    gaps = np.empty(n)
    for k in range(n):
        left = poles[k - 1] if k > 0 else poles[0] - room
        gaps[:] = poles - poles[k]
        half = 0.5 * (poles[k] - left if k > 0 else room)
        sums = _secular(gaps, strengths, k, -half)
        value = (sums[2] + sums[0]) - 1.0
        if value < 0.0:  # right of the middle: s_k / |shift| = 1 - (the others) <= 1 + |those below, at the middle|
            origins[k] = poles[k]
            low, high = -half, -min(0.5 * strengths[k] / (1.0 - sums[0]), half)
        else:
            gaps[:] = poles - left
            origins[k] = left
            if k > 0:
                low, high = min(0.5 * strengths[k - 1] / sums[2], half), half
            else:  # g is convex: the chord from the bottom to the middle crosses zero before g does
                sums = _secular(gaps, strengths, 0, 0.0)
                ends = sums[2] - 1.0
                if ends >= 0.0:  # singular within rounding
                    shifts[k], evaluations[k] = -ends / sums[3], 2
                    continue
                low, high = max(half * (-ends / (value - ends)) * (1.0 - 1e-9), 0.0), half
        shifts[k], evaluations[k] = _refine(gaps, strengths, k, low, high, -half if value < 0.0 else half)
    return origins, shifts, evaluations


@strict_kernel
def _times_ratio(factor: float, above: float, below: float) -> float:
    """factor * (above / below), in this order: a product of two tiny numbers would vanish."""
    return factor * (above / below)


@kernel
def _consistent(poles: Floats, origins: Floats, shifts: Floats) -> tuple[Floats, Floats]:
    """Strengths of which the roots are exact, prod_k (d_i - root_k) / prod_(k != i) (d_i - d_k), and their slopes."""
    n = poles.size
    strengths, slopes, gaps = np.ones(n), np.empty(n), np.empty(n)
    for k in range(n):
        gaps[:] = poles - origins[k]
        pole, shift = poles[k], shifts[k]
        for i in range(k):
            strengths[i] = _times_ratio(strengths[i], gaps[i] - shift, poles[i] - pole)
        strengths[k] *= gaps[k] - shift
        for i in range(k + 1, n):
            strengths[i] = _times_ratio(strengths[i], gaps[i] - shift, poles[i] - pole)
    for k in range(n):
        unit = _unit(max(abs(shifts[k]), SMALLEST))
        gaps[:] = (poles - origins[k]) / unit
        sums = _secular(gaps, strengths / unit, k, shifts[k] / unit)
        slopes[k] = (sums[1] + sums[3]) / unit
    return strengths, slopes


@kernel
def _projections(poles: Floats, weights: Floats, origins: Floats, shifts: Floats, along: Floats) -> Floats:
    out = np.empty(poles.size)
    gaps = np.empty(poles.size)
    for k in range(poles.size):
        gaps[:] = poles - origins[k]
        total = 0.0
        for i in range(poles.size):
            total += weights[i] * along[i] / (gaps[i] - shifts[k])
        out[k] = total
    return out


def rank_one_modes(diagonal: ArrayLike, weights: ArrayLike, coefficient: float) -> Modes:
    """The `Modes` of diag(diagonal) + coefficient * weights weights^T; O(d^2) time, O(d) memory.

    Roots and their distances from the poles are relatively accurate, to a few 2^-53 times the terms of the secular
    function over the part that is left of them: the smallest rate of a positive definite matrix loses as many digits
    as K = r sum z_i^2 / d_i is close to 1. Raises InputError for arguments that are not one finite row each, of one
    length, and a finite coefficient, or where these, or distances of roots
    from poles, lie beyond SMALLEST or its inverse; ArithmeticError if a root is not found (none is known).
    """
    d, z = np.asarray(diagonal, dtype=float), np.asarray(weights, dtype=float)
    require(
        d.ndim == 1 and d.size and z.shape == d.shape,
        f"diagonal and weights have shapes {d.shape} and {z.shape}: give (d,) both, d >= 1",
    )
    require(np.isfinite(d).all() and np.isfinite(z).all(), "diagonal and weights must be finite numbers")
    require(np.ndim(coefficient) == 0 and np.isfinite(coefficient), f"coefficient={coefficient} is not a finite number")
    sign, size = (-1.0 if coefficient > 0 else 1.0), abs(float(coefficient))
    with np.errstate(over="ignore", under="ignore"):
        given = size * z**2
    coupled = (z != 0) & (size > 0)
    _require_range(d, given, coupled)
    poles, places = np.unique(sign * d[coupled], return_inverse=True)
    strengths = np.zeros(poles.size)
    np.add.at(strengths, places, given[coupled])
    group = np.full(d.size, poles.size)
    group[coupled] = places
    if not poles.size:
        empty = np.empty(0)
        return Modes(empty, empty, empty, group, empty, empty, empty, np.empty(0, dtype=np.int64))
    definite = bool(poles[0] > 0 and (strengths / poles).sum() < 1)
    # Else the lowest root is at most the sum of the strengths below its pole, and not left of the middle.
    room = float(poles[0] if definite else 4.0 * strengths.sum())
    origins, shifts, evaluations = _roots(poles, strengths, room)
    lost = np.flatnonzero(((evaluations < 0) | (shifts != 0)) & (np.abs(shifts) < SMALLEST))
    require(
        not lost.size,
        f"eigenvalue number {lost[0] if lost.size else 0} lies closer to a diagonal entry than {SMALLEST:.0e}, which "
        "floats do not tell: rescale, or set weights to 0 that are this small beside the others",
    )
    if (evaluations < 0).any():
        raise ArithmeticError(f"secular root number {int(np.argmin(evaluations))} was not found in {LIMIT} evaluations")
    consistent, slopes = _consistent(poles, origins, shifts)
    if sign < 0:
        poles, origins, shifts, slopes = -poles[::-1], -origins[::-1], -shifts[::-1], -slopes[::-1]
        strengths, consistent, evaluations = strengths[::-1], consistent[::-1], evaluations[::-1]
        group = np.where(group < poles.size, poles.size - 1 - group, group)
    rows = (np.sqrt(strengths / size), np.sqrt(consistent / size), group, origins, shifts, slopes, evaluations)
    return Modes(np.ascontiguousarray(poles), *(np.ascontiguousarray(row) for row in rows))


def _require_range(diagonal: Floats, strengths: Floats, coupled: NDArray[np.bool_]) -> None:
    """Raise InputError where squares or differences of the numbers would leave the floats."""
    bad = np.flatnonzero(coupled & ~((strengths >= SMALLEST) & (strengths <= 1 / SMALLEST)))
    require(
        not bad.size,
        f"weight number {bad[0] if bad.size else 0}: coefficient * weight^2 must be 0 or from {SMALLEST:.0e} to "
        f"{1 / SMALLEST:.0e}; rescale, or set it to 0",
    )
    size = np.abs(diagonal[coupled])
    bad = np.flatnonzero((size > 0) & ~((size >= SMALLEST) & (size <= 1 / SMALLEST)))
    require(
        not bad.size,
        f"coupled diagonal entry number {bad[0] if bad.size else 0} must be 0 or of size {SMALLEST:.0e} to "
        f"{1 / SMALLEST:.0e}: rescale",
    )


def amplitudes(modes: Modes, weights: ArrayLike, vector: ArrayLike) -> Floats:
    """p_k (n,) with z f(M) x = sum_k p_k f(rate_k) for every function f of M = diag(d) + coefficient z z^T.

    z the `weights` of the modes (d,), x the `vector` (d,): p_k = (v_k z)(v_k x) / |v_k|^2. Deflated directions are
    orthogonal to z and take no part, so that the sum is complete.
    """
    z, x = np.asarray(weights, dtype=float), np.asarray(vector, dtype=float)
    n = modes.poles.size
    along = np.bincount(modes.group, z * x, n + 1)[:n] / modes.lengths
    return np.asarray(_projections(modes.poles, modes.weights, modes.origins, modes.shifts, along) / modes.slopes)


def eigenvalues(modes: Modes, diagonal: ArrayLike) -> Floats:
    """All eigenvalues of the matrix of `rank_one_modes`, (d,), rising: the rates, and the deflated diagonal entries."""
    d = np.asarray(diagonal, dtype=float)
    n = modes.poles.size
    counts = np.bincount(modes.group, minlength=n + 1)[:n]
    alone = d[modes.group == n]
    return np.sort(np.concatenate([modes.rates, np.repeat(modes.poles, np.maximum(counts - 1, 0)), alone]))
