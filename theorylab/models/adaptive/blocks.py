"""Block-diagonal Hessians with given spectra and random eigenvectors, standard normal starts, and what they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.models.adaptive import quadratics
from theorylab.models.adaptive.theory import frozen
from theorylab.numerics.arguments import positive, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]
HOMOGENEOUS = ((1.0, 99.0, 4998.0), (2.0, 100.0, 4999.0), (3.0, 101.0, 5000.0))
"""The paper's eigenvalues (recalled), every scale in every block."""
HALF = ((1.0, 2.0, 3.0), (99.0, 100.0, 4999.0), (101.0, 4998.0, 5000.0))
"""The same, one block with a scale of its own: ours."""
HETEROGENEOUS = ((1.0, 2.0, 3.0), (99.0, 100.0, 101.0), (4998.0, 4999.0, 5000.0))
"""The same, every block with a scale of its own (recalled)."""


class Problems(NamedTuple):
    """Hessians (draws, d, d), starts (draws, d) and the first gradients (draws, d)."""

    hessians: Floats
    starts: Floats
    gradients: Floats


def draw(spectra: Sequence[Sequence[float]], draws: int, seed: int) -> Problems:
    """Problems with these eigenvalues by block, uniformly random eigenvectors in each, and standard normal starts.

    The same seed draws the same numbers for all spectra of one shape. Raises InputError for blocks that differ in size
    or eigenvalues that are not > 0.
    """
    sizes = {len(block) for block in spectra}
    require(len(sizes) == 1, f"blocks of sizes {sorted(sizes)} are not allowed: give blocks of one size")
    for block in spectra:
        for value in block:
            positive("eigenvalue", value)
    count, size, random = whole("draws", draws), sizes.pop(), generator(seed, 1)
    dim = size * len(spectra)
    hessians, starts = np.zeros((count, dim, dim)), random.standard_normal((count, dim))
    for k, block in enumerate(spectra):
        q, r = np.linalg.qr(random.standard_normal((count, size, size)))
        q = q * np.sign(np.einsum("nii->ni", r))[:, None, :]  # uniform on the orthogonal group
        part = slice(k * size, (k + 1) * size)
        hessians[:, part, part] = np.einsum("nij,j,nkj->nik", q, np.asarray(block, dtype=float), q)
    return Problems(hessians, starts, np.einsum("nij,nj->ni", hessians, starts))


def frozen_conditions(problems: Problems) -> Floats:
    """kD of frozen Adam, its diagonal the sizes of the first gradient, (draws,)."""
    low, high = frozen.scaled_extremes(problems.hessians, np.abs(problems.gradients))
    return np.asarray(high / low)


def steps_needed(problems: Problems, diagonals: Floats, ratio: float, limit: int) -> Floats:
    """Steps to `ratio` times the loss of the start at the best step size 2 / (e_min + e_max), (draws,).

    inf where `limit` steps do not do. Raises InputError for a ratio outside (0, 1).
    """
    require(0 < ratio < 1, f"ratio={ratio} is not allowed: give a number in (0, 1)")
    low, high = frozen.scaled_extremes(problems.hessians, diagonals)
    return np.asarray(
        quadratics.frozen_steps(
            problems.hessians, np.ascontiguousarray(diagonals, dtype=float), 2 / (low + high), problems.starts,
            float(ratio), whole("limit", limit),
        )
    )  # fmt: skip
