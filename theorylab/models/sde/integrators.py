"""Integrators of scalar linear equations dX = a X dt + (b X + s) dW: Euler-Maruyama, Milstein, exact; and moment ODEs.

Exact steps need s = 0 (geometric Brownian motion) or b = 0 (Ornstein-Uhlenbeck). All roads are driven by one Brownian
path: the exact step of the latter needs the pair (W_h, int exp(a (h - r)) dW_r), which is normal with covariance
(exp(a h) - 1) / a.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.sde import kernels
from theorylab.numerics.arguments import number, positive, whole
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
OUTPUTS = ("euler", "milstein", "exact")


@dataclass(frozen=True, kw_only=True)
class Linear:
    """dX = growth X dt + (volatility X + additive) dW from X_0 = start.

    Raises InputError for values that are not finite, or where both volatility and additive are not 0.
    """

    growth: float
    volatility: float = 0.0
    additive: float = 0.0
    start: float = 1.0

    def __post_init__(self) -> None:
        for name in ("growth", "volatility", "additive", "start"):
            value = getattr(self, name)
            require(np.isfinite(value), f"{name}={value} is not allowed: give a finite number")
        require(
            self.volatility == 0 or self.additive == 0,
            "volatility and additive are both given: exact steps need one of them to be 0",
        )

    def scheme(self, time_step: float) -> kernels.Scheme:
        """The steps of length time_step > 0 for the kernel: exact X' = decay X + slope dW + rest xi for b = 0."""
        h = positive("time_step", time_step)
        a, s = self.growth, self.additive
        require(
            a * h < 350,
            f"growth * time_step = {a * h:.3g} overflows: lower the time step below {350 / abs(a or 1):.3g}",
        )
        decay = math.exp(a * h)
        shared = h if a == 0 else math.expm1(a * h) / a  # Cov(W_h, int exp(a (h - r)) dW)
        total = h if a == 0 else math.expm1(2 * a * h) / (2 * a)
        rest = math.sqrt(max(total - shared**2 / h, 0.0))
        return kernels.Scheme(a, self.volatility, s, self.start, h, decay, s * shared / h, s * rest)

    def mean_square_gap(self, time_step: float, steps: int) -> tuple[float, float]:
        """E (Y - X)^2 of Euler-Maruyama Y and exact X after `steps` (b = 0), and its rounding bound, absolute.

        D = Y - X obeys D' = (1 + a h) D + (1 + a h - e^(ah)) X + s int (1 - e^(a(h-r))) dW. Its coefficients cancel: to
        a^2 h^2 / 2 out of terms a h, to a^2 h^3 / 3 out of terms h. Their rounding is carried along with the moments.
        """
        require(self.volatility == 0, "mean_square_gap is for additive noise: volatility must be 0")
        p = self.scheme(time_step)
        h, a, s = p.time_step, p.growth, p.additive
        euler, lag = 1 + a * h, a * h - math.expm1(a * h)
        shared = h if a == 0 else math.expm1(a * h) / a
        total = h if a == 0 else math.expm1(2 * a * h) / (2 * a)
        fresh, cross = s**2 * (h - 2 * shared + total), s**2 * (shared - total)
        gap, mixed, square, u = 0.0, 0.0, self.start**2, 8 * 2.0**-52
        wrong, off = 0.0, 0.0  # of gap and mixed
        for _ in range(whole("steps", steps, 0)):
            wrong = euler**2 * wrong + 2 * abs(euler * lag) * off + u * (euler**2 * gap + h * s**2)
            wrong += u * (abs(lag) + abs(a) * h) * (2 * abs(euler * mixed) + abs(lag) * square)
            off = p.decay * abs(euler) * off + u * (abs(mixed) * p.decay + h * s**2)
            off += u * p.decay * (abs(lag) + abs(a) * h) * square * steps
            gap, mixed, square = (
                euler**2 * gap + 2 * euler * lag * mixed + lag**2 * square + fresh,
                p.decay * (euler * mixed + lag * square) + cross,
                p.decay**2 * square + s**2 * total,
            )
        return gap, wrong


def simulate(equation: Linear, time_step: float, steps: int, *, replicas: int, seed: int) -> dict[str, Curve]:
    """Curves 'euler', 'milstein', 'exact' of X after 1..steps steps, from the same Brownian paths.
    Derived: tests/models/sde/test_integrators.py::test_simulated_moments_agree_with_exact_ones.
    """
    whole("steps", steps)
    return replicate(
        kernels.linear_paths, equation.scheme(time_step), int(steps), x=np.arange(1, steps + 1), replicas=replicas,
        seed=seed, names=OUTPUTS,
    )  # fmt: skip


def linear_moments(
    matrix: ArrayLike, noise: ArrayLike, mean: ArrayLike, covariance: ArrayLike, time: float
) -> tuple[Floats, Floats]:
    """Mean (d,) and covariance (d, d) at `time` of dX = A X dt + dM, d<M> = Q dt, by matrix exponentials.
    Derived: tests/models/sde/test_integrators.py::test_linear_moments_solve_their_equations_in_dimension_two.

    Over a short time h, exp([[-A, Q], [0, A^T]] h) = [[., G], [0, F^T]] gives F = exp(A h) and the covariance F G of
    the noise (Van Loan); then C <- F C F^T + C, F <- F F doubles the time, so that no growing exponential is formed for
    a stable A. Raises InputError for shapes that do not fit or a time < 0.
    """
    a, q = np.atleast_2d(np.asarray(matrix, float)), np.atleast_2d(np.asarray(noise, float))
    m, c = np.atleast_1d(np.asarray(mean, float)), np.atleast_2d(np.asarray(covariance, float))
    d = m.size
    require(
        a.shape == q.shape == c.shape == (d, d),
        f"matrix {a.shape}, noise {q.shape}, covariance {c.shape} do not fit a mean of {d} entries: give ({d}, {d})",
    )
    number("time", time, least=0.0)
    doublings = max(0, math.ceil(math.log2(max(time * float(np.abs(a).sum(axis=1).max()), 1e-300))))
    block = np.asarray(expm(np.block([[-a, q], [np.zeros((d, d)), a.T]]) * (time / 2**doublings)))
    flow = block[d:, d:].T
    spread = flow @ block[:d, d:]
    for _ in range(doublings):
        spread = flow @ spread @ flow.T + spread
        flow = flow @ flow
    return flow @ m, flow @ c @ flow.T + spread
