"""Merging of models that were fine-tuned from one anchor: what joint training finds, and what merges make of the parts.

Tasks t with losses l_t, anchor theta_0 with a quadratic penalty H_0. theta_t minimises l_t + |theta -
theta_0|^2_{H_0} / 2, and the target minimises sum_t alpha_t l_t + |theta - theta_0|^2_{H_0} / 2, the penalty counted
once. Merges know theta_t and Hessians H_t there, (tasks, d) and (tasks, d, d).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require

Floats = NDArray[np.float64]
Task = Callable[[Floats], tuple[Floats, Floats]]
"""Gradient (d,) and Hessian (d, d) of a loss at a point (d,)."""
MOST_STEPS = 100


def quadratic_task(hessian: Floats, minimiser: Floats) -> Task:
    """The loss (theta - c)^T H (theta - c) / 2."""
    return lambda point: (hessian @ (point - minimiser), hessian)


def least_squares_task(features: Floats, labels: Floats) -> Task:
    """The loss |features theta - labels|^2 / 2, features (samples, d), labels (samples,)."""
    return lambda point: (features.T @ (features @ point - labels), features.T @ features)


def logistic_task(features: Floats, labels: Floats) -> Task:
    """The logistic loss sum_i log(1 + exp z_i) - y_i z_i, z = features theta, with soft labels y in [0, 1], shapes
    (samples, d) and (samples,)."""

    def at(point: Floats) -> tuple[Floats, Floats]:
        p = 1 / (1 + np.exp(-(features @ point)))
        return features.T @ (p - labels), (features.T * (p * (1 - p))) @ features

    return at


def trained(tasks: list[Task], weights: ArrayLike, anchor: Floats, penalty: Floats) -> Floats:
    """Minimiser (d,) of sum_t weights_t l_t + |theta - anchor|^2_penalty / 2, by Newton's method.

    Raises InputError for other weights than one a task, or where 100 steps do not settle it.
    """
    shares = np.asarray(weights, dtype=float)
    require(shares.shape == (len(tasks),), f"weights of shape {shares.shape} for {len(tasks)} tasks: give one for each")
    point = anchor.copy()
    for _ in range(MOST_STEPS):
        parts = [task(point) for task in tasks]
        gradient = penalty @ (point - anchor) + sum(w * g for w, (g, _) in zip(shares, parts, strict=True))
        hessian = penalty + sum(w * h for w, (_, h) in zip(shares, parts, strict=True))
        move = np.linalg.solve(hessian, gradient)
        point = point - move
        if np.abs(move).max() <= 1e-15 * (1 + np.abs(point).max()):
            return np.asarray(point)
    require(np.abs(move).max() <= 1e-13 * (1 + np.abs(point).max()), "training does not settle: give convex losses")
    return np.asarray(point)


def task_arithmetic(points: Floats, weights: ArrayLike, anchor: Floats) -> Floats:
    """theta_0 + sum_t alpha_t (theta_t - theta_0), (d,).
    Derived: tests/models/quadratics/test_merging.py::test_merges_in_dimension_one_by_hand.
    """
    return np.asarray(anchor + np.asarray(weights) @ (points - anchor))


def gradient_matching(
    points: Floats, hessians: Floats, weights: ArrayLike, anchor: Floats, penalty: Floats, *, diagonal: bool = False
) -> Floats:
    """theta_0 + sum_t alpha_t (H_0 + sum_s alpha_s H_s)^-1 (H_0 + H_t)(theta_t - theta_0), (d,).
    Derived: tests/models/quadratics/test_merging.py::test_merges_in_dimension_one_by_hand.

    With `diagonal` only the diagonals of the Hessians are used.
    """
    if diagonal:
        mask = np.eye(anchor.size)
        hessians, penalty = hessians * mask, penalty * mask
    shares = np.asarray(weights, dtype=float)
    pull = sum(w * (penalty + h) @ (p - anchor) for w, h, p in zip(shares, hessians, points, strict=True))
    return np.asarray(anchor + np.linalg.solve(penalty + np.tensordot(shares, hessians, 1), pull))


def fisher_average(points: Floats, hessians: Floats, weights: ArrayLike, penalty: Floats) -> Floats:
    """(sum_t alpha_t F_t)^-1 sum_t alpha_t F_t theta_t, F_t = H_0 + H_t, (d,).
    Derived: tests/models/quadratics/test_merging.py::test_merges_in_dimension_one_by_hand.
    """
    shares, fishers = np.asarray(weights, dtype=float), penalty + hessians
    pull = sum(w * f @ p for w, f, p in zip(shares, fishers, points, strict=True))
    return np.asarray(np.linalg.solve(np.tensordot(shares, fishers, 1), pull))


def gradient_mismatch(tasks: list[Task], points: Floats, target: Floats, weights: ArrayLike, penalty: Floats) -> Floats:
    """-H_0^-1 sum_t alpha_t (grad l_t(target) - grad l_t(theta_t)), (d,): what task arithmetic misses.
    Derived: tests/models/quadratics/test_merging.py::test_mismatch_is_the_error_of_task_arithmetic.
    """
    gaps = [task(target)[0] - task(point)[0] for task, point in zip(tasks, points, strict=True)]
    return np.asarray(-np.linalg.solve(penalty, np.asarray(weights) @ np.array(gaps)))
