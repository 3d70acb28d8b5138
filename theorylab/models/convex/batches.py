"""Batches without replacement by enumeration: constants of smoothness and noise of quadratics x' A_i x/2, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import numbers, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]


class Smoothness(NamedTuple):
    """Least c with E|A_B x|^2 <= c <x, A x> for all x, over all subsets B; and L and Lmax."""

    expected: float
    full: float
    largest: float


def smoothness(matrices: ArrayLike, batch: int) -> Smoothness:
    """Constants of symmetric matrices (n, d, d) in batches of a size, their mean A positive definite.

    Raises InputError for a batch that is not in 1..n.
    """
    A = numbers("matrices", matrices)
    _valid(len(A), batch)
    full, subsets = A.mean(axis=0), list(combinations(range(len(A)), batch))
    means = np.array([A[list(B)].mean(axis=0) for B in subsets])
    values, vectors = np.linalg.eigh(full)
    root = vectors / values**0.5
    worst = np.linalg.eigvalsh(root.T @ np.einsum("bij,bjk->ik", means, means) @ root / len(subsets))[-1]
    return Smoothness(float(worst), float(values[-1]), float(np.linalg.eigvalsh(A)[:, -1].max()))


def noise(rows: ArrayLike, targets: ArrayLike, batch: int) -> float:
    """E|grad f_B(x*)|^2 over all subsets of a size, of f_i = (<a_i, x> - y_i)^2/2 and the minimiser x* of their mean.

    Raises InputError for a batch that is not in 1..n.
    """
    a, y = numbers("rows", rows), numbers("targets", targets)
    _valid(len(a), batch)
    gradients = a * (a @ np.linalg.lstsq(a, y, rcond=None)[0] - y)[:, None]
    means = [gradients[list(B)].mean(axis=0) for B in combinations(range(len(a)), batch)]
    return float((np.array(means) ** 2).sum(axis=1).mean())


def grouped(size: int, batch: int) -> Floats:
    """b groups of n/b equal functions x_k^2/2, as matrices (n, b, b). Raises InputError unless b divides n."""
    require(size % batch == 0, f"batch={batch} does not divide size={size}: groups are of equal size")
    return np.array([np.diag(np.eye(batch)[i % batch]) for i in range(size)])


def random_families(count: int, size: int, dimension: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
    """`count` families of normal rows (size, dimension) of lengths that differ, and targets (size,)."""
    draws = generator(seed, 7)
    for _ in range(whole("count", count)):
        rows = draws.standard_normal((size, dimension)) * draws.uniform(0.3, 2.0, (size, 1))
        yield rows, draws.standard_normal(size)


def _valid(size: int, batch: int) -> None:
    require(1 <= batch <= size, f"batch={batch} is not allowed: give an integer from 1 to {size}")
