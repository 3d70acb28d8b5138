"""Agents on a ring that share one lower problem: gossip with and without gradient tracking of a linear system.

Each agent has a part of (mean_i H_i) z = mean_i b_i, and mixes with its neighbours by a symmetric doubly stochastic W:

    tracking:  Z <- W Z - step V,  V <- W V + G(Z) - G(old Z),  G_i(z) = H_i z - b_i,  V = G(Z) at the start
    plain:     Z <- W Z - step G(Z)

Ring: `self_weight` w on itself, the rest on the two neighbours.
Closed forms are for equal curvatures H_i = h I, where each eigenvector of W is a system of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import positive, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]


def ring(count: int, self_weight: float = 0.5) -> Floats:
    """Mixing matrix of a ring, (N, N). Raises InputError for N < 3, or a weight outside (0, 1)."""
    n = whole("count", count, least=3)
    require(0 < self_weight < 1, f"self_weight={self_weight} is not allowed: give a number in (0, 1)")
    unit = np.eye(n)
    beside = (np.roll(unit, 1, axis=1) + np.roll(unit, -1, axis=1)) / 2
    return self_weight * unit + (1 - self_weight) * beside


def ring_eigenvalues(count: int, self_weight: float = 0.5) -> Floats:
    """Eigenvalues w + (1 - w) cos(2 pi k / N) of `ring`, k = 0, ..., N - 1, (N,).
    Derived: tests/models/bilevel/test_agents.py::test_eigenvalues_of_a_ring.
    """
    return np.asarray(self_weight + (1 - self_weight) * np.cos(2 * np.pi * np.arange(count) / count))


def random_system(seed: int, count: int, size: int, curvature: float, *, alike: bool = False) -> tuple[Floats, Floats]:
    """(H, b): eigenvalues of H_i between 1/2 and 2 times the curvature, or H_i = curvature I if alike; normal b_i."""
    n, d, h = whole("count", count), whole("size", size), positive("curvature", curvature)
    draws = generator(seed)
    turns = np.linalg.qr(draws.standard_normal((n, d, d)))[0]
    spectra = h * np.exp2(draws.uniform(-1.0, 1.0, (n, 1, d)))
    H = np.repeat(h * np.eye(d)[None], n, axis=0) if alike else (turns * spectra) @ turns.transpose(0, 2, 1)
    return H, draws.standard_normal((n, d))


def tracking_factor(eigenvalue: Any, rate: Any) -> Any:
    """Larger root l - r/2 + (r (1 - l) + r^2 / 4)^(1/2) of tracking on an eigenvector of W, r = step h.
    Derived: tests/models/bilevel/test_agents.py::test_tracking_roots_on_an_eigenvector.

    Curvatures are equal; the two are the roots of m^2 - (2 l - r) m + l^2 - r. At l = 1 they are 1 - r and 1, where the
    1 is the conserved mean.
    """
    return eigenvalue - rate / 2 + (rate * (1 - eigenvalue) + rate**2 / 4) ** 0.5


def largest_tracking_rate(smallest: Any) -> Any:
    """step h below which tracking with equal curvatures converges: (1 + l)^2 / 2, l the smallest eigenvalue of W.
    Derived: tests/models/bilevel/test_agents.py::test_largest_tracking_rate_by_jury.

    No power of the spectral gap of W enters.
    """
    return (1 + smallest) ** 2 / 2


def plain_floor(eigenvalues: Any, parts: Any, step: Any, curvature: Any) -> Any:
    """Squared distances at which plain gossip ends, by eigenvector of W: (step |b_k| / (1 - l_k + step h))^2.
    Derived: tests/models/bilevel/test_agents.py::test_floor_of_plain_gossip.

    parts: |b_k| of the sides b in the eigenbasis of W, but for the first, their mean, which is right.
    """
    return (step * parts / (1 - eigenvalues + step * curvature)) ** 2


def tracking_matrix(mixing: Floats, hessians: Floats, step: float) -> Floats:
    """Of (Z, V) in a step of tracking with b = 0, (2 N d, 2 N d); d eigenvalues are 1: mean V - mean G(Z) stays."""
    n, d = hessians.shape[:2]
    W, H = np.kron(mixing, np.eye(d)), np.zeros((n * d, n * d))
    for i in range(n):
        H[i * d : (i + 1) * d, i * d : (i + 1) * d] = hessians[i]
    return np.block([[W, -step * np.eye(n * d)], [H @ (W - np.eye(n * d)), W - step * H]])


def slowest_factor(mixing: Floats, hessians: Floats, step: float) -> float:
    """Largest modulus of the eigenvalues of `tracking_matrix` but for the d conserved ones: the error's factor."""
    values = np.linalg.eigvals(tracking_matrix(mixing, hessians, positive("step", step)))
    kept = np.argsort(np.abs(values - 1))[hessians.shape[1] :]
    return float(np.abs(values[kept]).max())


def solve(
    mixing: Floats, hessians: Floats, sides: Floats, step: float, steps: ArrayLike, *, tracking: bool = True,
    started: bool = True,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Z after each of the increasing steps, (points, N, d), and mean V and mean G(Z) there, (points, d), from Z = 0.

    `started`: whether V = G(0) at the start, or 0. Raises InputError for shapes that do not fit.
    """
    n, d = sides.shape
    require(
        mixing.shape == (n, n) and hessians.shape == (n, d, d), f"sides have shape {sides.shape}: others do not fit"
    )
    points, size = np.asarray(steps, dtype=int), positive("step", step)
    Z, G = np.zeros((n, d)), -sides
    V = G.copy() if started else np.zeros((n, d))
    out, means, slopes = np.empty((points.size, n, d)), np.empty((points.size, d)), np.empty((points.size, d))
    for t in range(int(points[-1]) + 1):
        for k in np.flatnonzero(points == t):
            out[k], means[k], slopes[k] = Z, V.mean(axis=0), G.mean(axis=0)
        Z = mixing @ Z - size * (V if tracking else G)
        new = np.einsum("nij,nj->ni", hessians, Z) - sides
        V, G = mixing @ V + new - G, new
    return out, means, slopes
