"""Inverse empirical Fisher matrices of a window, F = lam I + (1/m) sum g_i g_i^T: forms, bounds, stability.

Derived for this project in the setting of Frantar, Kurtic and Alistarh (arXiv 2107.03356). Windows are (m, d).
"""

from __future__ import annotations

from typing import Any

import numpy as np


def window_product(window: Any, damping: Any, vector: Any) -> Any:
    """F^-1 y by the Gram matrix of the window: (y - G^T (lam m I + G G^T)^-1 G y) / lam, (d,).
    Derived: tests/models/preconditioning/test_fisher.py::test_products_by_the_gram_matrix.
    """
    gram = damping * len(window) * np.eye(len(window)) + window @ window.T
    return (vector - window.T @ np.linalg.solve(gram, window @ vector)) / damping


def pruning_cost(weight: Any, inverse_entry: Any) -> Any:
    """Least d^T F d / 2 with d_p = -w_p: w_p^2 / (2 [F^-1]_pp).
    Derived: tests/models/preconditioning/test_fisher.py::test_cost_of_pruning_a_weight.
    """
    return weight**2 / (2 * inverse_entry)


def mean_gradient_bound(square: Any, damping: Any) -> Any:
    """Bound of g^T F^-1 g, g the window's mean: |g|^2 / (lam + |g|^2) < 1, attained where all gradients are g.
    Derived: tests/models/preconditioning/test_fisher.py::test_steps_along_the_mean_normalise_themselves.
    """
    return square / (damping + square)


def regression_fisher(covariance: Any, error: Any, noise_square: Any) -> Any:
    """E g g^T of least squares, x ~ N(0, S), error e, noise s^2: (e^T S e + s^2) S + 2 S e e^T S, (d, d).
    Derived: tests/models/preconditioning/test_fisher.py::test_fisher_of_least_squares.
    """
    along = covariance @ error
    return (error @ along + noise_square) * covariance + 2 * np.outer(along, along)


def critical_rate_at_interpolation(damping: Any, curvature: Any) -> Any:
    """Largest rate for which 0 attracts x <- x - eta h x / (lam + h^2 x^2): 2 lam / h.
    Derived: tests/models/preconditioning/test_fisher.py::test_stability_at_interpolation.
    """
    return 2 * damping / curvature


def cycle_at_interpolation(rate: Any, damping: Any, curvature: Any) -> Any:
    """|x| of the cycle x, -x of that map beyond it, stable up to eta = 4 lam / h: sqrt(eta h / 2 - lam) / h.
    Derived: tests/models/preconditioning/test_fisher.py::test_stability_at_interpolation.
    """
    return (rate * curvature / 2 - damping) ** 0.5 / curvature
