"""SGD with a schedule as a sum over its steps, and in intrinsic time tau = sum of step sizes, for additive noise.

Unrolled, the moment of an eigendirection l is c_0 prod_t (1 - eta_t l)^2 + sigma^2 l sum_t eta_t^2 prod_{s > t}
(1 - eta_s l)^2. For small steps the products are exp(-2 l x what is left of intrinsic time): the bias depends on its
whole length alone, and noise costs sum_t eta_t^2 K(u_t), linear in the profile eta as a function of u.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def unrolled_risk(eigenvalues: Floats, starts: Floats, noise_std: float, step_sizes: Floats) -> tuple[float, float]:
    """Risk of the bias and of the noise after all steps, by the products over later steps; starts = E e_0^2.
    Derived: tests/models/regression/test_schedules.py::test_unrolled_sums_are_the_recursion.
    """
    kept, noise = np.ones(eigenvalues.size), np.zeros(eigenvalues.size)
    for size in step_sizes[::-1]:
        noise += size * size * kept
        kept = kept * (1 - size * eigenvalues) ** 2
    bias = eigenvalues @ (starts * kept) / 2
    return float(bias), float(noise_std**2 * (eigenvalues**2 @ noise) / 2)


def remaining(step_sizes: Floats) -> Floats:
    """Intrinsic time left after each step, sum of the later step sizes, (T,).
    Derived: tests/models/regression/test_schedules.py::test_unrolled_sums_are_the_recursion.
    """
    return np.asarray(np.cumsum(step_sizes[::-1])[::-1] - step_sizes)


def noise_leading(eigenvalues: Floats, noise_std: float, step_sizes: Floats) -> float:
    """Risk sum_t eta_t^2 K(u_t) of the noise for small steps, K(u) = sigma^2 / 2 sum_i l_i^2 exp(-2 l_i u), u what is
    left of intrinsic time after the step.
    Derived: tests/models/regression/test_schedules.py::test_noise_for_small_steps.
    """
    u = remaining(step_sizes)
    return float(noise_std**2 / 2 * (step_sizes**2 @ (np.exp(-2 * np.outer(u, eigenvalues)) @ eigenvalues**2)))
