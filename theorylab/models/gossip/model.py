"""Decentralised SGD of m workers on one function of a real number, with independent noise and a mixing matrix W.

    adapt while combining:   w_j' = sum_k W_jk w_k - step_size g_j(w_j)
    adapt then combine:      w_j' = sum_k W_jk (w_k - step_size g_k(w_k))
    g_j(w) = L'(w) + noise_std xi_j,  xi_j normal,  L(w) = h w^2/2 + k w^3/6 + height (w^2 - 1)^2 exp(tilt w)

W is symmetric and doubly stochastic, so that the mean w_a moves by the mean gradient in either order. The diversity is
(1/m) sum_j (w_j - w_a)^2. Central SGD sees the mean of the m gradients, all at its own point. Step 0 is recorded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import number, numbers, positive, whole

Floats = NDArray[np.float64]


class Landscape(NamedTuple):
    """h, k, height and tilt of L."""

    curvature: float = 0.0
    skew: float = 0.0
    height: float = 0.0
    tilt: float = 0.0


class Method(NamedTuple):
    """Step size, standard deviation of a worker's gradient noise, and whether workers combine after they adapt."""

    step_size: float
    noise_std: float
    adapt_first: bool = False


def circulant(size: int, offsets: ArrayLike) -> Floats:
    """W (m, m) of equal weights on a worker itself and on those `offsets` away, to both sides, each once.

    Raises InputError for a size < 1, or offsets that are no integers from 1 to m / 2.
    """
    m, given = whole("size", size), np.atleast_1d(np.asarray(offsets))
    good = given.ndim == 1 and np.issubdtype(given.dtype, np.integer) and bool(((given >= 1) & (2 * given <= m)).all())
    require(good, f"offsets={offsets!r} are not allowed: give integers from 1 to {m // 2}")
    row = np.zeros(m)
    row[np.concatenate([[0], given % m, -given % m])] = 1.0
    return np.asarray(np.stack([np.roll(row, j) for j in range(m)]) / row.sum())


def ring(size: int) -> Floats:
    """W of a ring: thirds for a worker and its two neighbours. Raises InputError for fewer than 3 workers."""
    return circulant(whole("size", size, least=3), [1])


def torus(side: int) -> Floats:
    """W (side^2, side^2) of a torus: fifths for a worker and its four neighbours. Raises InputError for side < 3."""
    n = whole("side", side, least=3)
    line, unit = 3 * ring(n) - np.eye(n), np.eye(n)
    return np.asarray((np.eye(n * n) + np.kron(line, unit) + np.kron(unit, line)) / 5)


def exponential(size: int) -> Floats:
    """W of equal weights on a worker and those 1, 2, 4, ... away to both sides. Raises InputError for fewer than 3."""
    m = whole("size", size, least=3)
    return circulant(m, [2**k for k in range(m.bit_length()) if 2 ** (k + 1) <= m])


def complete(size: int) -> Floats:
    """W of the complete graph: all weights 1 / m. Raises InputError for a size < 1."""
    m = whole("size", size)
    return np.full((m, m), 1 / m)


def mixing(matrix: ArrayLike) -> Floats:
    """The matrix (m, m) as floats. Raises InputError unless it is symmetric, >= 0, with rows of sum 1."""
    w = np.ascontiguousarray(numbers("mixing", matrix))
    good = w.ndim == 2 and w.shape[0] == w.shape[1] and bool(np.array_equal(w, w.T) and (w >= 0).all())
    require(
        good and bool((np.abs(w.sum(axis=1) - 1) < 1e-12).all()),
        "mixing is not allowed: give a symmetric matrix (m, m) of weights >= 0 whose rows sum to 1",
    )
    return w


def method(given: Method) -> Method:
    """The method, checked: step size > 0, noise >= 0. Raises InputError otherwise."""
    noise = number("noise_std", given.noise_std, least=0.0)
    return Method(positive("step_size", given.step_size), noise, bool(given.adapt_first))


def landscape(given: Landscape) -> Landscape:
    """The landscape, with numbers that are finite. Raises InputError otherwise."""
    return Landscape(*(number(name, value) for name, value in zip(Landscape._fields, given, strict=True)))
