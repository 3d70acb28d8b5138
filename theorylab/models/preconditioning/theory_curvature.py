"""Closed forms for steps over estimates of the Hessian's diagonal: Sophia's times and bounds, AdaHessian's limits.

Derived for this project, in the settings of Liu et al. (arXiv 2305.14342) and Yao et al. (arXiv 2006.00719).
"""

from __future__ import annotations

from typing import Any

import numpy as np


def clipped_time(start: Any, rate: Any, region: Any, tolerance: Any) -> Any:
    """Steps of x <- x - a clip(x / r, 1), region r > a, until |x| <= tolerance <= r: n + m with n = ceil((|x_0| -
    r)/a), m = ceil(ln(tolerance / y) / ln(1 - a/r)), y = |x_0| - n a.
    Derived: tests/models/preconditioning/test_curvature.py::test_clipped_times_by_counting.
    """
    walked = np.maximum(np.ceil((abs(start) - region) / rate), 0.0)
    left = np.log(tolerance / (abs(start) - walked * rate)) / np.log(1 - rate / region)
    return walked + np.maximum(np.ceil(left), 0.0)


def descent_time(start: Any, condition: Any, tolerance: Any) -> Any:
    """Steps of gradient descent with its best step on curvatures 1 and kappa: ln(tolerance / x_0) / ln(1 -
    2/(1+kappa)).
    Derived: tests/models/preconditioning/test_curvature.py::test_time_of_the_best_gradient_descent.
    """
    return np.log(tolerance / start) / np.log(1 - 2 / (1 + condition))


def sign_steps_bound(gap: Any, tolerance: Any, condition: Any) -> Any:
    """Least steps of sign descent with any fixed step from x_1^2 / 2 = gap to x_1^2 / 2 + kappa x_2^2 / 2 <=
    tolerance, at two steps in a row: (sqrt(gap / tolerance) - 1) sqrt(kappa) / 2.
    Derived: tests/models/preconditioning/test_curvature.py::test_bound_of_sign_descent.
    """
    return ((gap / tolerance) ** 0.5 - 1) * condition**0.5 / 2


def slowest_scaled(condition: Any, cosine: Any, sine: Any) -> Any:
    """Least eigenvalue of D^-1 H, D = diag H, for curvatures 1 and kappa at an angle to the axes: 1 - |r|, r the
    off-diagonal entry of D^-1/2 H D^-1/2.
    Derived: tests/models/preconditioning/test_curvature.py::test_slowest_mode_of_a_turned_quadratic.
    """
    first, second = cosine**2 + condition * sine**2, sine**2 + condition * cosine**2
    return 1 - ((condition - 1) ** 2 * cosine**2 * sine**2 / (first * second)) ** 0.5


def gauss_newton_diagonal(inputs: Any, probabilities: Any) -> Any:
    """Diagonal of the Hessian of the mean cross-entropy in the weights (C, d) of linear logits: mean p_c (1 - p_c)
    x_j^2, (C, d), inputs (n, d), probabilities (n, C).
    Derived: tests/models/preconditioning/test_curvature.py::test_hessian_of_cross_entropy.
    """
    return (probabilities * (1 - probabilities)).T @ inputs**2 / len(inputs)


def gnb_relative_variance(inputs: Any, probabilities: Any) -> Any:
    """Variance of one such estimate over its squared mean, (C, d): 2 + sum p q (1 - 6 p q) x^4 / (sum p q x^2)^2, q
    = 1 - p, sums over the batch: 2 for many samples.
    Derived: tests/models/preconditioning/test_curvature.py::test_noise_of_a_look_over_all_labels.
    """
    each = (probabilities * (1 - probabilities)).T
    return 2 + (each * (1 - 6 * each)) @ inputs**4 / (each @ inputs**2) ** 2


def looked_share(curvature_decay: Any, looks: Any) -> Any:
    """Mean of Sophia's h after so many looks, in units of its estimates' mean: 1 - b2^n.
    Derived: tests/models/preconditioning/test_curvature.py::test_moments_of_an_average_of_looks.
    """
    return 1 - curvature_decay**looks


def looked_variance(curvature_decay: Any, looks: Any) -> Any:
    """Variance of Sophia's h after n independent looks, in units of an estimate's: (1 - b2) (1 - b2^(2 n)) / (1 + b2).
    Derived: tests/models/preconditioning/test_curvature.py::test_moments_of_an_average_of_looks.
    """
    return (1 - curvature_decay) * (1 - curvature_decay ** (2 * looks)) / (1 + curvature_decay)


def newton_step_of_the_well(x: Any) -> Any:
    """Newton's next point on (x^2 - 1)^2 / 4: 2 x^3 / (3 x^2 - 1); a 2-cycle at |x| = 1 / sqrt 5.
    Derived: tests/models/preconditioning/test_curvature.py::test_newton_on_the_double_well.
    """
    return 2 * x**3 / (3 * x**2 - 1)


def stale_step_limit(old: Any, new: Any) -> Any:
    """Largest a / gamma for which Sophia with the curvature `old` converges at a minimum of curvature `new`: 2 old
    / new.
    Derived: tests/models/preconditioning/test_curvature.py::test_stale_curvature_at_a_minimum.
    """
    return 2 * old / new


def probe_variance(hessian: Any) -> Any:
    """Variance of z_i (H z)_i with random signs z, (d,): sum over j != i of H_ij^2.
    Derived: tests/models/preconditioning/test_probes.py::test_moments_of_probes_over_all_signs.
    """
    return (hessian**2).sum(axis=1) - hessian.diagonal() ** 2


def normal_probe_variance(hessian: Any) -> Any:
    """Variance of z_i (H z)_i with standard normal z, (d,): that of signs and 2 H_ii^2.
    Derived: tests/models/preconditioning/test_probes.py::test_moments_of_normal_probes.
    """
    return probe_variance(hessian) + 2 * hessian.diagonal() ** 2


def block_variance(hessian: Any, size: int) -> Any:
    """Variance of the mean of z_i (H z)_i over the first `size` i: (2 sum_{i != j in B} H_ij^2 + sum_{i in B, j not}
    H_ij^2) / size^2: z_i z_j is in D_i and in D_j.
    Derived: tests/models/preconditioning/test_probes.py::test_moments_of_probes_over_all_signs.
    """
    square = hessian**2
    inside = square[:size, :size].sum() - (hessian.diagonal()[:size] ** 2).sum()
    return (2 * inside + square[:size, size:].sum()) / size**2


def row_norms(hessian: Any) -> Any:
    """Root of the mean square of z_i (H z)_i, signs z, (d,): sqrt((H^2)_ii), the norm of row i.
    Derived: tests/models/preconditioning/test_probes.py::test_moments_of_probes_over_all_signs.
    """
    return (hessian**2).sum(axis=1) ** 0.5


def squared_probe_variance(hessian: Any) -> Any:
    """Variance of (z_i (H z)_i)^2, signs z, (d,): 4 H_ii^2 S + 2 S^2 - 2 Q, S and Q the sums over j != i of H_ij^2,
    H_ij^4.
    Derived: tests/models/preconditioning/test_probes.py::test_moments_of_probes_over_all_signs.
    """
    squares, diagonal = probe_variance(hessian), hessian.diagonal()
    fourth = (hessian**4).sum(axis=1) - diagonal**4
    return 4 * diagonal**2 * squares + 2 * squares**2 - 2 * fourth


def debiased_variance(decay: Any, steps: Any) -> Any:
    """Variance of an average of t independent numbers debiased as Adam's, in units of one's: (1 - b) (1 + b^t) /
    ((1 + b) (1 - b^t)). Derived: tests/models/preconditioning/test_probes.py::test_variance_of_a_debiased_average.
    """
    return (1 - decay) * (1 + decay**steps) / ((1 + decay) * (1 - decay**steps))


def critical_rate_of_ones(dim: Any) -> Any:
    """Largest stable rate of row-norm preconditioned steps on H = 1 1^T: 2 / sqrt d; it is 2 / d with the diagonal.
    Derived: tests/models/preconditioning/test_probes.py::test_critical_rates_of_a_matrix_of_ones.
    """
    return 2 / dim**0.5


def row_norm_bound(hessian: Any) -> Any:
    """Bound of lambda_max(P^-1 H), P the row norms: sqrt of the largest number of entries other than 0 in a row.
    Derived: tests/models/preconditioning/test_probes.py::test_row_norms_bound_the_scaled_curvature.
    """
    return float((hessian != 0).sum(axis=1).max()) ** 0.5
