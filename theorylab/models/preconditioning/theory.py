"""The best step along signs of Gaussian gradients: exact, for small and for large batches; and that along gradients.

Conventions of `model`. Derived for this project in the setting of Li et al. (arXiv 2405.14578).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf

from theorylab.errors import require
from theorylab.models.preconditioning.model import NoisyPoint
from theorylab.numerics.arguments import positive_row

Floats = NDArray[np.float64]


def sign_means(point: NoisyPoint, batch: ArrayLike) -> Floats:
    """E V_i = erf(sqrt(B / 2) mu_i / sigma_i), (batches, d), batch sizes (batches,) > 0.
    Derived: tests/models/preconditioning/test_theory.py::test_mean_of_a_sign_is_an_error_function.
    """
    mu, sigma, _ = point.parts
    size: Any = erf
    return np.asarray(size((positive_row("batch", batch)[:, None] / 2) ** 0.5 * mu / sigma))


def sign_slope(point: NoisyPoint, batch: ArrayLike) -> Floats:
    """E mu.V = sum_i mu_i E V_i, (batches,).
    Derived: tests/models/preconditioning/test_theory.py::test_moments_of_signs_by_enumeration.
    """
    return np.asarray(sign_means(point, batch) @ point.parts[0])


def sign_curvature(point: NoisyPoint, batch: ArrayLike) -> Floats:
    """E V^T H V = sum_i (1 - E_i^2) H_ii + sum_ij E_i E_j H_ij, E_i = E V_i, (batches,).
    Derived: tests/models/preconditioning/test_theory.py::test_moments_of_signs_by_enumeration.
    """
    means, hessian = sign_means(point, batch), point.parts[2]
    return np.asarray((1 - means**2) @ np.diag(hessian) + ((means @ hessian) * means).sum(axis=1))


def best_sign_step(point: NoisyPoint, batch: ArrayLike) -> Floats:
    """Step size of the largest mean fall of the loss in one step: E mu.V / E V^T H V, (batches,).
    Derived: tests/models/preconditioning/test_theory.py::test_best_step_maximises_the_fall.
    """
    return sign_slope(point, batch) / sign_curvature(point, batch)


def best_sign_fall(point: NoisyPoint, batch: ArrayLike) -> Floats:
    """The mean fall of the loss at `best_sign_step`: (E mu.V)^2 / (2 E V^T H V), (batches,).
    Derived: tests/models/preconditioning/test_theory.py::test_best_step_maximises_the_fall.
    """
    return sign_slope(point, batch) ** 2 / (2 * sign_curvature(point, batch))


def peak_batch_leading(point: NoisyPoint) -> float:
    """B_noise = pi tr H / (2 Q), Q = sum_{i != j} mu_i mu_j H_ij / (sigma_i sigma_j): the peak where mu_i / sigma_i
    sqrt(B_noise) is small; inf where Q <= 0.
    Derived: tests/models/preconditioning/test_theory.py::test_small_batches_have_a_peak_in_closed_form.
    """
    mu, sigma, hessian = point.parts
    ratio = mu / sigma
    coupling = ratio @ hessian @ ratio - ratio**2 @ np.diag(hessian)
    return float(math.pi * np.trace(hessian) / (2 * coupling)) if coupling > 0 else math.inf


def peak_step_leading(point: NoisyPoint) -> float:
    """eps_max = sqrt(B_noise / (2 pi)) sum_i mu_i^2 / sigma_i / tr H, the step at `peak_batch_leading`.
    Derived: tests/models/preconditioning/test_theory.py::test_small_batches_have_a_peak_in_closed_form.
    """
    mu, sigma, hessian = point.parts
    return float((peak_batch_leading(point) / (2 * math.pi)) ** 0.5 * (mu**2 / sigma).sum() / np.trace(hessian))


def peak_fall_leading(point: NoisyPoint) -> float:
    """dL_max = (sum_i mu_i^2 / sigma_i)^2 / (2 Q), Q as in `peak_batch_leading`: `best_sign_fall` of small batches is
    dL_max / (1 + B_noise / B).
    Derived: tests/models/preconditioning/test_theory.py::test_small_batches_have_a_peak_in_closed_form.
    """
    mu, sigma, hessian = point.parts
    coupling = math.pi * np.trace(hessian) / (2 * peak_batch_leading(point))
    return float((mu**2 / sigma).sum() ** 2 / (2 * coupling))


def small_batch_step_leading(batch: Any, peak_batch: Any, peak_step: Any) -> Any:
    """`best_sign_step` of small batches: 2 eps_max / (sqrt(B_noise / B) + sqrt(B / B_noise)).
    Derived: tests/models/preconditioning/test_theory.py::test_small_batches_have_a_peak_in_closed_form.
    """
    return 2 * peak_step / ((peak_batch / batch) ** 0.5 + (batch / peak_batch) ** 0.5)


def full_batch_step(point: NoisyPoint) -> float:
    """`best_sign_step` as B grows: sum_i |mu_i| / s^T H s, s = sign(mu).
    Derived: tests/models/preconditioning/test_theory.py::test_full_batches_have_certain_signs.
    """
    mu, _, hessian = point.parts
    signs = np.sign(mu)
    return float(np.abs(mu).sum() / (signs @ hessian @ signs))


def sign_coupling(point: NoisyPoint) -> float:
    """r = sum_{i != j} s_i s_j H_ij / tr H, s = sign(mu): off-diagonal curvature along the signs.
    Derived: tests/models/preconditioning/test_theory.py::test_common_ratio_has_a_surge_above_coupling_one.

    Where |mu_i| / sigma_i is common, E V = E s and the best step is sum |mu| / tr H times E / (1 + r E^2), E in (0, 1):
    it has a peak in B, at E = r^(-1/2), if and only if r > 1, and that is (sqrt r + 1 / sqrt r) / 2 times its limit.
    """
    mu, _, hessian = point.parts
    signs = np.sign(mu)
    trace = float(np.trace(hessian))
    return float((signs @ hessian @ signs - signs**2 @ np.diag(hessian)) / trace)


def peak_over_limit(coupling: Any) -> Any:
    """Largest best step over all B / its limit, common |mu_i| / sigma_i, coupling r >= 1: (sqrt r + 1 / sqrt r) / 2.
    Derived: tests/models/preconditioning/test_theory.py::test_common_ratio_has_a_surge_above_coupling_one.
    """
    return (coupling**0.5 + coupling**-0.5) / 2


def best_gradient_step(point: NoisyPoint, batch: ArrayLike) -> Floats:
    """Best step size along the gradient itself, V = G: |mu|^2 / (mu^T H mu + sum_i sigma_i^2 H_ii / B), (batches,).
    Derived: tests/models/preconditioning/test_theory.py::test_best_step_along_gradients_rises_to_its_limit.
    """
    mu, sigma, hessian = point.parts
    noise = (sigma**2 @ np.diag(hessian)) / positive_row("batch", batch)
    return np.asarray((mu @ mu) / (mu @ hessian @ mu + noise))


def root_sign(x: Any) -> Any:
    """The paper's approximation of erf: x / sqrt(x^2 + pi / 4), within 0.108 of it.
    Derived: tests/models/preconditioning/test_theory.py::test_rational_approximation_is_within_its_distance.
    """
    return x / (x**2 + math.pi / 4) ** 0.5


def peak_batch(point: NoisyPoint, low: float, high: float) -> float:
    """Batch size of the largest `best_sign_step` between two, by golden sections in log B; an end if that is largest.
    Derived: tests/models/preconditioning/test_theory.py::test_common_ratio_has_a_surge_above_coupling_one.

    Raises InputError unless 0 < low < high. For curves with one peak; good to 1e-7 relative, as it is flat there.
    """
    require(0 < low < high < math.inf, f"low={low}, high={high} is not allowed: give 0 < low < high")
    grid = np.geomspace(low, high, 400)
    top = int(best_sign_step(point, grid).argmax())
    if top in (0, grid.size - 1):
        return float(grid[top])
    left, right, share = math.log(grid[top - 1]), math.log(grid[top + 1]), (5**0.5 - 1) / 2
    for _ in range(50):
        inner = [right - share * (right - left), left + share * (right - left)]
        first, second = best_sign_step(point, np.exp(inner))
        left, right = (left, inner[1]) if first > second else (inner[0], right)
    return math.exp((left + right) / 2)
