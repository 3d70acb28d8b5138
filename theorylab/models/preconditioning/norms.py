"""Norms K of Lion-K by name, for arrays of any shape: gradients of K, and projections on the ball of the dual norm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require

Floats = NDArray[np.float64]
NORMS = ("l1", "l2", "linf", "nuclear")


def _known(norm: str) -> None:
    require(norm in NORMS, f"norm={norm!r} is not allowed: give one of {', '.join(NORMS)}")


def steepest(norm: str, m: Floats) -> Floats:
    """A subgradient of the norm at m, in the shape of m; 0 at 0. 'nuclear' takes a matrix.

    Signs for l1, m / |m| for l2, the largest entry's sign for linf, U V^T of the singular vectors for nuclear.
    """
    _known(norm)
    if norm == "l1" or not m.any():
        return np.sign(m)
    if norm == "l2":
        return np.asarray(m / np.linalg.norm(m))
    if norm == "linf":
        largest = np.abs(m) == np.abs(m).max()
        return np.asarray(np.sign(m) * largest / largest.sum())
    u, _, v = np.linalg.svd(m, full_matrices=False)
    return np.asarray(u @ v)


def projected(norm: str, x: Floats, radius: float) -> Floats:
    """The point nearest to x, in the Euclidean distance, where the dual of the norm is at most radius."""
    _known(norm)
    if norm == "l1":
        return np.clip(x, -radius, radius)
    if norm == "l2":
        return np.asarray(x * min(1.0, radius / max(float(np.linalg.norm(x)), 1e-300)))
    if norm == "nuclear":
        u, sizes, v = np.linalg.svd(x, full_matrices=False)
        return np.asarray((u * np.minimum(sizes, radius)) @ v)
    if np.abs(x).sum() <= radius:
        return x
    sizes = np.sort(np.abs(x), axis=None)[::-1]
    shares = (np.cumsum(sizes) - radius) / np.arange(1, sizes.size + 1)
    cut = shares[np.flatnonzero(sizes > shares)[-1]]
    return np.asarray(np.sign(x) * np.maximum(np.abs(x) - cut, 0.0))


def constrained_minimum(norm: str, weights: Floats, target: Floats, radius: float, ridge: float = 0.0) -> Floats:
    """Minimiser of sum w (x - c)^2 / 2 + ridge |x|^2 / 2 over the ball of the dual norm, by projected descent.

    `weights` > 0 and `target` in one shape. Runs until a step moves nothing by more than 1e-14 of the radius.
    """
    step = 1 / (float(weights.max()) + ridge)
    x = projected(norm, target, radius)
    for _ in range(100_000):
        new = projected(norm, x - step * (weights * (x - target) + ridge * x), radius)
        moved, x = float(np.abs(new - x).max()), new
        if moved <= 1e-14 * radius:
            break
    return x


def box_minimum(hessian: Floats, target: Floats, radius: float) -> Floats:
    """Minimiser of (x - c)^T H (x - c) / 2 over |x_i| <= radius, H (d, d) positive definite, by coordinate descent."""
    x = np.clip(target, -radius, radius)
    for _ in range(100_000):
        old = x.copy()
        for i in range(x.size):
            x[i] = np.clip(x[i] - hessian[i] @ (x - target) / hessian[i, i], -radius, radius)
        if np.abs(x - old).max() <= 1e-15 * radius:
            break
    return x


def lion_k(
    direction: Callable[[Floats], Floats],
    gradient: Callable[[Floats], Floats],
    start: Floats,
    step_sizes: Floats,
    decays: tuple[float, float, float],
) -> Floats:
    """Mean of the last tenth of the points of Lion-K from momentum 0, in the shape of start.

    x <- x + h_t (direction(b1 m - (1 - b1) g) - lam x), m <- b2 m - (1 - b2) g, decays (lam, b1, b2).
    """
    lam, b1, b2 = decays
    x, m, total = start, np.zeros_like(start), np.zeros_like(start)
    last = max(1, step_sizes.size // 10)
    for t, h in enumerate(step_sizes):
        g = gradient(x)
        x, m = x + h * (direction(b1 * m - (1 - b1) * g) - lam * x), b2 * m - (1 - b2) * g
        if t >= step_sizes.size - last:
            total = total + x
    return np.asarray(total / last)
