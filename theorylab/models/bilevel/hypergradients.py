"""Several lower problems with quadratic g_i, one each or a common one: hypergradients, and what averages too early.

    g_i(x, y) = 1/2 y^T H_i y - y^T (J_i x + q_i),   f_i(x, y) = sum_j log(1 + (y_j - c_ij)^2) + ridge/2 |x|^2.

Blocks: F(x) = mean_i f_i(x, y_i(x)), each y_i the minimiser of its own g_i. Agents: F(x) = mean_i f_i(x, y(x)), y the
minimiser of the mean of all g_i, which holds mean H, mean J and mean q. f_i is neither convex nor quadratic in y.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, number, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]


class LowerProblems(NamedTuple):
    """H (N, p, p), J (N, p, k), q and c (N, p), and the ridge of f."""

    hessians: Floats
    couplings: Floats
    shifts: Floats
    targets: Floats
    ridge: float


def random_problems(
    seed: int, count: int, lower: int, upper: int, *, alike: bool = False
) -> tuple[LowerProblems, Floats]:
    """N problems, eigenvalues of H_i between 1/2 and 8, normal J, q, c, and a normal x (k,); H, J equal if `alike`.

    Raises InputError for a size below 1.
    """
    n, p, k = (whole(name, value) for name, value in (("count", count), ("lower", lower), ("upper", upper)))
    draws = generator(seed)
    turns = np.linalg.qr(draws.standard_normal((n, p, p)))[0]
    hessians = (turns * np.exp2(draws.uniform(-1.0, 3.0, (n, 1, p)))) @ turns.transpose(0, 2, 1)
    couplings = draws.standard_normal((n, p, k))
    if alike:
        hessians, couplings = (np.repeat(array[:1], n, axis=0) for array in (hessians, couplings))
    shifts, targets = draws.standard_normal((2, n, p))
    return problems(hessians, couplings, shifts, targets, 0.1), draws.standard_normal(k)


def problems(
    hessians: ArrayLike, couplings: ArrayLike, shifts: ArrayLike, targets: ArrayLike, ridge: float
) -> LowerProblems:
    """Validated `LowerProblems`. Raises InputError for shapes that do not fit, or a Hessian that is not positive."""
    H, J, q, c = (np.asarray(part, dtype=float) for part in (hessians, couplings, shifts, targets))
    require(H.ndim == 3 and H.shape[1] == H.shape[2], f"hessians have shape {H.shape}: give (problems, p, p)")
    n, p = H.shape[:2]
    require(J.ndim == 3 and J.shape[:2] == (n, p), f"couplings have shape {J.shape}: give ({n}, {p}, k)")
    for name, part in (("shifts", q), ("targets", c)):
        require(part.shape == (n, p), f"{name} have shape {part.shape}: give ({n}, {p})")
    finite = all(np.isfinite(part).all() for part in (H, J, q, c))
    require(
        finite and np.allclose(H, H.transpose(0, 2, 1)) and (np.linalg.eigvalsh(H) > 0).all(),
        "hessians need to be symmetric and positive definite, and all numbers finite",
    )
    return LowerProblems(H, J, q, c, number("ridge", ridge, least=0.0))


def upper_slope(given: LowerProblems, y: Any) -> Any:
    """b_i = grad_y f_i at y, (N, p) or (p,) for all."""
    return 2 * (y - given.targets) / (1 + (y - given.targets) ** 2)


def block_minimisers(given: LowerProblems, x: ArrayLike) -> Floats:
    """y_i(x) = H_i^-1 (J_i x + q_i), (N, p)."""
    right = given.couplings @ _point(given, x) + given.shifts
    return np.asarray(np.linalg.solve(given.hessians, right[:, :, None])[:, :, 0])


def common_minimiser(given: LowerProblems, x: ArrayLike) -> Floats:
    """y(x) = (mean H)^-1 (mean J x + mean q), (p,)."""
    right = given.couplings.mean(axis=0) @ _point(given, x) + given.shifts.mean(axis=0)
    return np.asarray(np.linalg.solve(given.hessians.mean(axis=0), right))


def block_hypergradient(given: LowerProblems, x: ArrayLike) -> Floats:
    """grad F of blocks: ridge x + mean_i J_i^T H_i^-1 b_i(y_i), (k,).
    Derived: tests/models/bilevel/test_hypergradients.py::test_hypergradients_by_hand_in_dimension_one.
    """
    return _local(given, x, upper_slope(given, block_minimisers(given, x)))


def common_hypergradient(given: LowerProblems, x: ArrayLike) -> Floats:
    """grad F of agents: ridge x + (mean J)^T (mean H)^-1 mean_i b_i(y), (k,).
    Derived: tests/models/bilevel/test_hypergradients.py::test_hypergradients_by_hand_in_dimension_one.
    """
    slope = upper_slope(given, common_minimiser(given, x)).mean(axis=0)
    z = np.linalg.solve(given.hessians.mean(axis=0), slope)
    return np.asarray(given.ridge * _point(given, x) + given.couplings.mean(axis=0).T @ z)


def averaged_hessians(given: LowerProblems, x: ArrayLike) -> Floats:
    """Wrong for blocks: ridge x + mean_i J_i^T (mean H)^-1 b_i(y_i), (k,)."""
    slopes = upper_slope(given, block_minimisers(given, x))
    z = np.linalg.solve(given.hessians.mean(axis=0), slopes.T).T
    return np.asarray(given.ridge * _point(given, x) + np.einsum("npk,np->k", given.couplings, z) / len(z))


def averaged_products(given: LowerProblems, x: ArrayLike) -> Floats:
    """Wrong for agents: ridge x + mean_i J_i^T H_i^-1 b_i(y), each with its own H_i and J_i, (k,)."""
    return _local(given, x, upper_slope(given, common_minimiser(given, x)))


def complex_step(given: LowerProblems, x: ArrayLike, *, common: bool) -> Floats:
    """grad F by the imaginary part of F(x + 1e-100 i e_j), which cancels nothing, (k,); y by elimination in x.

    F is composed as it is defined: no slope of f and no adjoint enters.
    """
    point, out = _point(given, x), np.empty(given.couplings.shape[2])
    for j in range(out.size):
        moved = point.astype(complex)
        moved[j] += 1e-100j
        right = given.couplings @ moved + given.shifts
        if common:
            y = _eliminated(given.hessians.mean(axis=0), right.mean(axis=0))
        else:
            y = np.array([_eliminated(H, one) for H, one in zip(given.hessians, right, strict=True)])
        upper = np.log(1 + (y - given.targets) ** 2).sum(axis=1).mean() + given.ridge / 2 * (moved**2).sum()
        out[j] = upper.imag / 1e-100
    return out


def difference_bound(given: LowerProblems, x: ArrayLike) -> float:
    """Bound on the rounding of any component of a hypergradient here, by the largest condition number of the H_i.
    Derived: tests/models/bilevel/test_hypergradients.py::test_both_roads_keep_their_rounding_bound.

    Solutions z and y are off by 8 p^2 2^-52 cond of their sizes; b changes at most by 2 |dy|.
    """
    largest, count = np.linalg.norm(given.hessians, 2, axis=(1, 2)).max(), given.hessians.shape[1]
    least = 1 / np.linalg.eigvalsh(given.hessians).min()
    right = np.linalg.norm(given.couplings @ _point(given, x), axis=1) + np.linalg.norm(given.shifts, axis=1)
    coupling = np.linalg.norm(given.couplings, 2, axis=(1, 2)).max()
    reach = np.sqrt(count) + 2 * (
        least * right.max() + np.abs(given.targets).max()
    )  # |b| <= sqrt(p), and what moves it
    own = given.ridge * np.abs(_point(given, x)).max()
    return float(8 * count**2 * 2.0**-52 * (own + 2 * coupling * least * largest * least * reach))


def _point(given: LowerProblems, x: ArrayLike) -> Floats:
    point = finite_row("x", x)
    require(point.size == given.couplings.shape[2], f"x has {point.size} entries: give {given.couplings.shape[2]}")
    return point


def _local(given: LowerProblems, x: ArrayLike, slopes: Floats) -> Floats:
    z = np.linalg.solve(given.hessians, slopes[:, :, None])[:, :, 0]
    return np.asarray(given.ridge * _point(given, x) + np.einsum("npk,np->k", given.couplings, z) / len(z))


def _eliminated(matrix: Floats, right: Any) -> Any:
    """Solution of a positive definite system by Gauss's elimination, which needs no pivots, of complex sides too."""
    a, b = matrix.astype(float).copy(), right.copy()
    for i in range(len(b)):
        for j in range(i + 1, len(b)):
            ratio = a[j, i] / a[i, i]
            a[j] -= ratio * a[i]
            b[j] -= ratio * b[i]
    for i in range(len(b) - 1, -1, -1):
        b[i] = (b[i] - a[i, i + 1 :] @ b[i + 1 :]) / a[i, i]
    return b
