"""Gradient descent on quadratics with a preconditioner that stays: rates, blocks, and the tail over random starts.

w <- w - step_size g / D with g = H w and a diagonal D > 0; frozen Adam (b1 = 0, b2 = 1, no epsilon) has D = |g_0|, the
sizes of the first gradient. All of it depends on the eigenvalues e of D^(-1/2) H D^(-1/2), and on their ratio kD.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import numbers

Floats = NDArray[np.float64]


def scaled_extremes(hessian: ArrayLike, diagonal: ArrayLike) -> Floats:
    """Smallest and largest eigenvalue of D^(-1/2) H D^(-1/2), (2, ...), from H (..., d, d) and D (..., d) > 0.
    Derived: tests/models/adaptive/test_frozen.py::test_scaled_extremes_are_those_of_the_iteration.

    The eigenvalues of D^(-1) H. Raises InputError for a D that is not finite and > 0, or of another shape.
    """
    matrix, scale = numbers("hessian", hessian), numbers("diagonal", diagonal)
    require(
        matrix.ndim >= 2 and scale.shape == matrix.shape[:-1] and matrix.shape[-1] == matrix.shape[-2],
        f"hessian {matrix.shape} and diagonal {scale.shape} do not fit: give (..., d, d) and (..., d)",
    )
    require(
        (np.isfinite(scale) & (scale > 0)).all(), "diagonal holds a value that is not > 0: a gradient of 0 has none"
    )
    root = scale**0.5
    found = np.linalg.eigvalsh(matrix / (root[..., :, None] * root[..., None, :]))
    return np.stack([found[..., 0], found[..., -1]])


def best_rate(condition: Any) -> Any:
    """Factor of the energy norm per step at the best step size 2 / (e_min + e_max): (k - 1) / (k + 1).
    Derived: tests/models/adaptive/test_frozen.py::test_best_rate_is_where_both_ends_contract_alike.
    """
    return (condition - 1) / (condition + 1)


def one_step_ratio(smallest: Any, largest: Any, step_size: Any, steps: Any = 1) -> Any:
    """f after / before `steps` steps from w = 1 / (eigenvalue) in two eigenvectors: ((1 - a l)^2t L + (1 - a L)^2t l)
    / (l + L), l and L the eigenvalues, a the step size.
    Derived: tests/models/adaptive/test_frozen.py::test_no_step_size_beats_the_square_from_the_worst_start.

    At least ((k - 1) / (k + 1))^2t for every step size, with equality at a = 2 / (l + L): weights of f are 1 / l and
    1 / L, the least of one step is Kantorovich's (1 - 4 l L / (l + L)^2), and t steps have at least its power t.
    """
    first, last = (1 - step_size * smallest) ** (2 * steps), (1 - step_size * largest) ** (2 * steps)
    return (first * largest + last * smallest) / (smallest + largest)


def block_condition_bound(
    largest: Sequence[Any], conditions: Sequence[Any], least: Sequence[Any], most: Sequence[Any]
) -> Any:
    """Bound on kD by blocks: max_l kappa_l C_l,2 / min_l C_l,1, where C_l,1 L_l <= D_i <= C_l,2 L_l on block l.
    Derived: tests/models/adaptive/test_frozen.py::test_block_bound_holds_on_random_blocks.

    `largest` eigenvalues L_l, `conditions` kappa_l, and the extremes `least` and `most` of D by block. The eigenvalues
    of D^(-1) H on a block lie between L_l / kappa_l / max D and L_l / min D.
    """
    above = [k * d / top for k, d, top in zip(conditions, most, largest, strict=True)]
    below = [d / top for d, top in zip(least, largest, strict=True)]
    return np.max(above, axis=0) / np.min(below, axis=0)


def condition_of_two(first: Any, off: Any, second: Any, ratio: Any) -> Any:
    """kD of H = [[a, b], [b, c]] and D = (|g_1|, |g_2|), ratio r = |g_1| / |g_2|: from k + 1/k + 2 = (a + c r)^2 /
    (r (a c - b^2)).
    Derived: tests/models/adaptive/test_frozen.py::test_condition_of_two_is_that_of_the_matrix.
    """
    half = (first + second * ratio) ** 2 / (ratio * (first * second - off**2)) / 2 - 1
    return half + (half**2 - 1) ** 0.5


def condition_survival(first: float, off: float, second: float, condition: ArrayLike) -> Floats:
    """P(kD > x) of frozen Adam for H = [[a, b], [b, c]] and a standard normal start, same shape as x > 1.
    Derived: tests/models/adaptive/test_frozen.py::test_survival_of_two_is_that_of_draws.

    g_1 / g_2 is Cauchy, with centre m = Cov(g) / Var(g_2) and width |det H| / Var(g_2), g = H w: kD > x where its size
    leaves [r1, r2], the roots of (a + c r)^2 = r det (x + 1/x + 2). As x grows P ~ const / x: kD has no mean.
    """
    det = first * second - off**2
    require(det > 0 and first > 0, f"[[{first}, {off}], [{off}, {second}]] is not positive definite: give another H")
    x = np.asarray(condition, dtype=float)
    require((x > 1).all(), "a condition number is not > 1: give larger ones")
    total = det * (x + 1 / x + 2)
    # c^2 r^2 + (2 a c - total) r + a^2 = 0, without cancellation.
    # Below the least that the left side can be, for r = a / c, every r is outside.
    middle = np.maximum(total - 2 * first * second, 2 * first * second)
    root = np.maximum(middle**2 - 4 * (first * second) ** 2, 0.0) ** 0.5
    high = (middle + root) / (2 * second**2)
    low = (first / second) ** 2 / high
    variance = off**2 + second**2
    centre, width = off * (first + second) / variance, det / variance
    outside = sum(np.arctan2(width, high - sign * centre) for sign in (1, -1))
    inside = np.arctan2(width * 2 * low, width**2 + centre**2 - low**2)
    return np.asarray((outside + inside) / math.pi)


def condition_survival_leading(first: float, off: float, second: float, condition: Any) -> Any:
    """`condition_survival` as x grows: 2 (c^2 / (b^2 + c^2) + a^2 / (a^2 + b^2)) / (pi x).
    Derived: tests/models/adaptive/test_frozen.py::test_survival_falls_as_one_over_x.
    """
    shares = second**2 / (off**2 + second**2) + first**2 / (first**2 + off**2)
    return 2 * shares / (math.pi * condition)
