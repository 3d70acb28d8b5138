"""Diversity of workers by the eigenvalues of W, and what it does to the mean: smoothed gradients, all derived here.

`modes` are eigenvalues of W other than the 1 of the mean, (m - 1,); `load` = step_size x curvature; `size` = m.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ring_modes(size: int) -> Floats:
    """Eigenvalues (1 + 2 cos(2 pi q / m)) / 3 of a ring, q = 1..m-1.
    Derived: tests/models/gossip/test_theory.py::test_modes_are_eigenvalues.
    """
    return np.asarray((1 + 2 * np.cos(2 * np.pi * np.arange(1, size) / size)) / 3)


def torus_modes(side: int) -> Floats:
    """Eigenvalues (1 + 2 cos a + 2 cos b) / 5 of a torus, a and b multiples of 2 pi / side, not both 0.
    Derived: tests/models/gossip/test_theory.py::test_modes_are_eigenvalues.
    """
    line = 2 * np.cos(2 * np.pi * np.arange(side) / side)
    return np.asarray(((1 + line[:, None] + line).ravel() / 5)[1:])


def exponential_modes(size: int) -> Floats:
    """Eigenvalues of the mean of 1 and cos(2 pi q 2^k / m), k >= 0, twice each but where the two sides meet.
    Derived: tests/models/gossip/test_theory.py::test_modes_are_eigenvalues.
    """
    q, total, weight = np.arange(1, size), np.ones(size - 1), 1
    offset = 1
    while 2 * offset <= size:
        sides = 1 if 2 * offset == size else 2
        total, weight, offset = total + sides * np.cos(2 * np.pi * q * offset / size), weight + sides, 2 * offset
    return total / weight


def diversity(modes: Any, load: Any, step_noise: Any, size: Any) -> Any:
    """Stationary mean diversity, adapting while combining: (n^2 / m) sum_q 1 / (1 - (l_q - load)^2), n = step_noise.
    Derived: tests/models/gossip/test_theory.py::test_diversity_is_the_sum_of_two_workers.

    step_noise is step_size x noise_std, of one worker.
    """
    return step_noise**2 / size * (1 / (1 - (modes - load) ** 2)).sum()


def diversity_adapt_first(modes: Any, load: Any, step_noise: Any, size: Any) -> Any:
    """The same, combining after adapting: (n^2 / m) sum_q l_q^2 / (1 - l_q^2 (1 - load)^2).
    Derived: tests/models/gossip/test_theory.py::test_diversity_is_the_sum_of_two_workers.
    """
    return step_noise**2 / size * (modes**2 / (1 - modes**2 * (1 - load) ** 2)).sum()


def mean_variance(load: Any, step_noise: Any, size: Any) -> Any:
    """Stationary variance of the mean, in either order: (n^2 / m) / (1 - (1 - load)^2).
    Derived: tests/models/gossip/test_theory.py::test_diversity_is_the_sum_of_two_workers.
    """
    return step_noise**2 / size / (1 - (1 - load) ** 2)


def ring_limit(load: Any, step_noise: Any) -> Any:
    """Limit of `diversity` on a ring for many workers: (n^2/2) (((1-a)^2 - b^2)^-.5 + ((1+a)^2 - b^2)^-.5).
    Derived: tests/models/gossip/test_theory.py::test_ring_limit_is_the_integral.

    a = 1/3 - load, b = 2/3: the mean over angles of 1 / (1 - (a + b cos)^2).
    """
    a, square = 1 / 3 - load, 4 / 9
    return step_noise**2 / 2 * (((1 - a) ** 2 - square) ** -0.5 + ((1 + a) ** 2 - square) ** -0.5)


def well_derivative(order: int, w: Any, tilt: Any) -> Any:
    """Derivative of this order of (w^2 - 1)^2 exp(tilt w), without the factor exp(tilt w).
    Derived: tests/models/gossip/test_theory.py::test_wells_and_their_gaussian_means.
    """
    rows = _derivatives(w)
    return sum(math.comb(order, k) * tilt ** (order - k) * rows[k] for k in range(min(order, 4) + 1))


def smoothed_well(order: int, w: Any, tilt: Any, variance: Any) -> Any:
    """That derivative in the mean over w + e, e normal of this variance, without exp(tilt w + tilt^2 variance / 2).
    Derived: tests/models/gossip/test_theory.py::test_wells_and_their_gaussian_means.

    The factor exp(tilt e) moves e by tilt variance; of a polynomial p the mean is sum_j p^(2j) (variance/2)^j / j!.
    """
    rows = [*_derivatives(w + tilt * variance), 0, 0, 0, 0]
    means = [rows[k] + rows[k + 2] * variance / 2 + rows[k + 4] * variance**2 / 8 for k in range(5)]
    return sum(math.comb(order, k) * tilt ** (order - k) * means[k] for k in range(min(order, 4) + 1))


def skew_residual_leading(fourth: Any, third_moment: Any) -> Any:
    """Mean gradient less smoothed gradient: L'''' x (mean of d_j^3) / 6, d_j = w_j - w_a, up to fourth powers of d.
    Derived: tests/models/gossip/test_theory.py::test_residuals_of_the_smoothed_gradient.
    """
    return fourth * third_moment / 6


def symmetric_residual_leading(fifth: Any, fourth_moment: Any, variance: Any) -> Any:
    """The same where the d_j are symmetric: L''''' x (mean of d_j^4 - 3 variance^2) / 24.
    Derived: tests/models/gossip/test_theory.py::test_residuals_of_the_smoothed_gradient.
    """
    return fifth * (fourth_moment - 3 * variance**2) / 24


def bias_leading(skew: Any, curvature: Any, variance: Any) -> Any:
    """Mean of the workers' mean, less that of central SGD, on h w^2/2 + k w^3/6: -k diversity / (2 h), k small.
    Derived: tests/models/gossip/test_theory.py::test_bias_is_that_of_the_smoothed_gradient.
    """
    return -skew * variance / (2 * curvature)


def smoothness_bound(lipschitz: Any, smoothness: Any, least_std: Any) -> Any:
    """Largest |u^T Hessian u| of a smoothed function: min(a (2/pi)^(1/2) / s, b), a-Lipschitz and b-smooth before.
    Derived: tests/models/gossip/test_theory.py::test_smoothness_bound_is_attained.

    s is the least standard deviation of the Gaussian over all directions: |u^T H u| = |E (u.g) (u.S^-1 e)|.
    """
    return np.minimum(lipschitz * (2 / np.pi) ** 0.5 / least_std, smoothness)


def _derivatives(w: Any) -> list[Any]:
    """(w^2 - 1)^2 and its four derivatives."""
    return [(w**2 - 1) ** 2, 4 * w * (w**2 - 1), 12 * w**2 - 4, 24 * w, 24]
