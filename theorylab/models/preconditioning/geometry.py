"""How smooth a quadratic is in norms of blocks, and what that guarantees for descent by normalised blocks.

f(x) = x^T H x / 2. Blocks are runs of `block` coordinates, the last may be shorter, B one of d_B coordinates. A step of
blockwise Adam without memory is x <- x - eta s, s_B = sqrt(d_B) g_B / |g_B|: along signs where blocks are coordinates,
a normalised gradient of length sqrt(d) where there is one block. The norm of s is max_B |s_B| / sqrt(d_B) = 1, its dual
sum_B sqrt(d_B) |g_B|: the l_inf norm and the l1 norm for blocks of one. Derived here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm
from scipy.special import ndtr

from theorylab.errors import require
from theorylab.numerics.arguments import number, positive, whole

Floats = NDArray[np.float64]
MOST_SIGNS = 20
"""Coordinates whose signs are all tried."""
NORMAL_LOSS = 0.33994241495980735
"""max over z of 2 z Phi(-z): twice what a coordinate loses at most to wrong signs, in units of its noise, normal."""


def _blocks(hessian: Floats, block: int) -> list[slice]:
    require(hessian.ndim == 2 and hessian.shape[0] == hessian.shape[1], f"hessian {hessian.shape}: give (d, d)")
    size = whole("block", block, most=hessian.shape[0])
    return [slice(first, first + size) for first in range(0, hessian.shape[0], size)]


def block_smoothness_bound(hessian: Floats, block: int = 1) -> float:
    """sum_BC sqrt(d_B d_C) |H_BC|_2 >= s^T H s for every s with |s_B|^2 <= d_B, H (d, d).

    Blocks of one: the (1,1)-norm sum_ij |H_ij|; one block: d |H|_2.
    Derived: tests/models/preconditioning/test_geometry.py::test_no_step_is_steeper_than_the_bounds.
    """
    parts = _blocks(hessian, block)
    sizes = [(hessian[a, b], np.linalg.norm(hessian[a, b], 2)) for a in parts for b in parts]
    return float(sum(math.sqrt(part.shape[0] * part.shape[1]) * norm for part, norm in sizes))


def sign_smoothness(hessian: Floats) -> float:
    """max of s^T H s over s in {-1, 1}^d, by trying all, d <= 20: the smoothness in l_inf of a convex quadratic.
    Derived: tests/models/preconditioning/test_geometry.py::test_largest_curvature_along_signs.
    """
    d = hessian.shape[0]
    require(d <= MOST_SIGNS, f"2^{d} signs are too many: give at most {MOST_SIGNS} coordinates")
    bits = np.arange(2 ** (d - 1))[:, None] >> np.arange(d) & 1
    signs = 1.0 - 2.0 * bits
    return float(((signs @ hessian) * signs).sum(axis=1).max())


def smoothness_chain(hessian: Floats) -> Floats:
    """|H|_2, tr H, max s^T H s, sum_ij |H_ij|, d |H|_F, d^1.5 |H|_2 of a convex H (d, d), none above the next, (6,).

    H = 1 attains the second, third and last inequality, H = 1 1^T the others.
    Derived: tests/models/preconditioning/test_geometry.py::test_the_chain_of_smoothness_is_attained.
    """
    d, largest = len(hessian), np.linalg.norm(hessian, 2)
    signs, sizes = sign_smoothness(hessian), block_smoothness_bound(hessian)
    return np.array([largest, np.trace(hessian), signs, sizes, d * np.linalg.norm(hessian), d**1.5 * largest])


def mean_gradient_bound(fall: Any, step_size: Any, steps: Any, smoothness: Any, noise: Any = 0.0) -> Any:
    """fall / (eta T) + eta L / 2 + 0.34 noise, which the mean of the dual norm over x_0, ..., x_(T-1) does not exceed.

    `fall` is f(x_0) - min f, `smoothness` L >= s^T H s; `noise` (blocks of one only) sum_i sigma_i
    of normal noise in the gradients: 2 |g_i| P(wrong sign) = 2 |g_i| Phi(-|g_i| / sigma_i) <= 0.34 sigma_i.
    Derived: tests/models/preconditioning/test_geometry.py::test_mean_gradient_bound_from_one_step.
    """
    return fall / (step_size * steps) + step_size * smoothness / 2 + NORMAL_LOSS * noise


def best_step(fall: Any, steps: Any, smoothness: Any) -> Any:
    """eta = sqrt(2 fall / (L T)), where `mean_gradient_bound` without noise is least: sqrt(2 fall L / T).
    Derived: tests/models/preconditioning/test_geometry.py::test_best_step_of_the_bound.
    """
    return (2 * fall / (smoothness * steps)) ** 0.5


def sign_walk_gradient(curvature: float, noise_std: float, step_size: float) -> float:
    """E |h x| of x <- x - eta sign(h x + sigma N(0, 1)) in its stationary law on eta (Z + 1/2), one coordinate.

    Detailed balance: law(x + eta) / law(x) = P(up at x) / P(down at x + eta).
    Derived: tests/models/preconditioning/test_geometry.py::test_stationary_law_of_noisy_signs.
    """
    h, sigma, eta = (positive(name, v) for name, v in
                     (("curvature", curvature), ("noise_std", noise_std), ("step_size", step_size)))  # fmt: skip
    wide = 40 * (eta * sigma / h) ** 0.5 + 40 * eta  # standard deviations of the walk, or steps
    x = eta * (np.arange(int(wide / eta) + 1) + 0.5)
    up = ndtr(-h * x / sigma)
    weights = np.cumprod(np.append(1.0, up[:-1] / (1 - up[1:])))
    return float(h * (weights @ x) / weights.sum())


def sign_walk_gradient_leading(curvature: Any, noise_std: Any, step_size: Any) -> Any:
    """(2 pi)^(-1/4) sqrt(h eta sigma): `sign_walk_gradient` as eta h / sigma -> 0.
    Derived: tests/models/preconditioning/test_geometry.py::test_noisy_signs_leave_the_root_of_the_step.
    """
    return (2 * math.pi) ** -0.25 * (curvature * step_size * noise_std) ** 0.5


def rotated_norm_leading(eigenvalues: ArrayLike) -> float:
    """tr + d sqrt(2/pi) sqrt(sum l^2 - tr^2 / d): the (1,1)-norm of a randomly rotated Hessian, many eigenvalues alike.
    Derived: tests/models/preconditioning/test_geometry.py::test_norm_of_rotated_hessians.
    """
    lam = np.asarray(eigenvalues, dtype=float)
    spread = (lam**2).sum() - lam.sum() ** 2 / lam.size
    return float(lam.sum() + lam.size * (2 / math.pi * spread) ** 0.5)


def rotation(draws: np.random.Generator, dim: int, share: float | None = None) -> Floats:
    """A uniformly random rotation or reflection (d, d), or expm(share S), S skew with independent N(0, 1) entries."""
    root = draws.standard_normal((dim, dim))
    if share is not None:
        lower = np.tril(root, -1)
        return np.asarray(expm(number("share", share) * (lower - lower.T)))
    q, r = np.linalg.qr(root)
    return np.asarray(q * np.sign(np.diag(r)))
