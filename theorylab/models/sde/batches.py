"""USAM on mini-batches whose Hessians differ, on the line: moments of the method, and of its limit.

f_g = H_g x^2 / 2 + z_g x, H_g = h +- s and z_g = +-sigma, all four batches equally likely, one batch a step. Limit in
the time t = k eta, to first order in rho, g = H_g x + z_g (S1 as in the paper; derived in tests/sde):

    dx = -(h + rho E H^2) x dt + sqrt(eta V) dW,   V = Var g + 2 rho Cov(g, H_g g)
       = s^2 x^2 + sigma^2 + 2 rho (2 h s^2 x^2 + h sigma^2):

the drift is the gradient of f + rho/2 E|grad f_g|^2, and E H^2 = h^2 + s^2 is not the square of the mean Hessian.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.arguments import number, positive, whole

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Curvature h, its spread s and the noise of the gradient over batches, and the start of x.

    Raises InputError for values that are not finite, curvature <= 0, or a spread or noise < 0.
    """

    curvature: float = 1.0
    spread: float = 0.5
    noise_std: float = 1.0
    start: float = 1.0

    def __post_init__(self) -> None:
        positive("curvature", self.curvature)
        number("spread", self.spread, least=0.0)
        number("noise_std", self.noise_std, least=0.0)
        number("start", self.start)


def step(x: float, hessian: float, noise: float, step_size: float, radius: float) -> float:
    """x after one step of USAM on one batch, both gradients on it.
    Derived: tests/models/sde/test_batches.py::test_moments_are_those_of_all_sequences.
    """
    ahead = x + radius * (hessian * x + noise)
    return x - step_size * (hessian * ahead + noise)


def usam_moments(batches: Batches, step_size: float, radius: float, steps: int) -> tuple[float, float]:
    """E x and E x^2 of USAM after `steps`, exact: a step is affine in x for each batch, so moments map linearly.
    Derived: tests/models/sde/test_batches.py::test_moments_are_those_of_all_sequences.
    """
    eta, rho = positive("step_size", step_size), number("radius", radius, least=0.0)
    total = np.zeros((3, 3))
    for side, noise in product((-1, 1), (-batches.noise_std, batches.noise_std)):
        hessian = batches.curvature + side * batches.spread
        b = step(0.0, hessian, noise, eta, rho)
        a = step(1.0, hessian, noise, eta, rho) - b
        total += np.array([[1, 0, 0], [b, a, 0], [b * b, 2 * a * b, a * a]]) / 4
    power = np.linalg.matrix_power(total, whole("steps", steps, 0))
    found = power @ [1.0, batches.start, batches.start**2]
    return float(found[1]), float(found[2])


def limit_moments(
    batches: Batches, step_size: float, radius: float, time: float, *, spread_in_drift: bool = True, s1: float = 1.0
) -> tuple[float, float]:
    """E x and E x^2 of the limit at `time`; rivals: E H^2 = h^2 in the drift, S1 times another number.
    Derived: tests/models/sde/test_batches.py::test_the_limit_is_the_first_order_of_one_step.

    (E x)' = -A x, (E x^2)' = -B E x^2 + c, A = h + rho E H^2, B = 2 A - eta s^2 (1 + 4 rho h),
    c = eta sigma^2 (1 + 2 rho h).
    """
    h, s, sigma, x = batches.curvature, batches.spread, batches.noise_std, batches.start
    pull = h + radius * (h**2 + s**2 * spread_in_drift)
    rate = 2 * pull - step_size * s**2 * (1 + 4 * s1 * radius * h)
    push = step_size * sigma**2 * (1 + 2 * s1 * radius * h)
    mean = x * float(np.exp(-pull * time))
    return mean, x**2 * float(np.exp(-rate * time)) - push * float(np.expm1(-rate * time)) / rate
