"""The model: least squares in the eigenbasis of the data covariance, the minimiser at the origin.

Data y = <w*, x> + noise_std * xi, E x x^T = diag(eigenvalues), xi standard normal and independent of x. All
quantities are errors e = w - w*; the excess risk is R = 1/2 sum_i eigenvalues_i e_i^2 (with the factor 1/2). Step t
(t = 0, 1, ...) averages the gradients of `batch` fresh samples at e_t:

    e_{t+1} = e_t + step_size / batch * sum_b (noise_std * xi_b - <e_t, x_b>) x_b.

Designs. gaussian: x_i = sqrt(eigenvalues_i) * independent standard normals. one-hot: x is the i-th unit vector with
probability eigenvalues_i, and zero with what is left of 1. Two designs have additive noise alone: each sample gives
the exact gradient eigenvalues_i e_i plus a normal variable independent of e, of variance noise_std^2 eigenvalues_i
(additive: what label noise does on random data) or noise_std^2 (isotropic). With a `covariance` C the additive noise
has covariance noise_std^2 C instead, in the eigenbasis of the data; second moments of single directions see its
diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.numerics import spectra
from theorylab.numerics.arguments import number, numbers, positive, whole

Floats = NDArray[np.float64]
DESIGNS = ("gaussian", "one-hot", "additive", "isotropic")
ADDITIVE = DESIGNS[2:]
"""Designs whose gradient noise does not depend on where the iterate is."""


class Data(NamedTuple):
    """What a kernel sees of a problem."""

    eigenvalues: Floats
    scales: Floats
    """Standard deviations of the features, or of additive noise at noise_std = 1, (d,)."""
    cumulative: Floats
    """Cumulative probabilities of the one-hot features, (d,)."""
    error0: Floats
    noise_std: float
    batch: int
    one_hot: bool
    additive: bool
    mixing: Floats
    """Lower triangular root (d, d) of a covariance of additive noise, (0, 0) where none was given."""


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """A least-squares problem and its start: eigenvalues (d,), error0 = w_0 - w* (d,), noise_std >= 0.

    `covariance` (d, d), positive definite, is that of additive noise at noise_std = 1 where it is not
    diag(eigenvalues). Raises InputError for eigenvalues that are not finite, positive and falling, an error0 of
    another shape, a negative noise_std, an unknown design, batch < 1, one-hot probabilities that sum to more than 1,
    or a covariance that is none or belongs to another design.
    """

    eigenvalues: Floats
    error0: Floats
    noise_std: float
    design: str = "gaussian"
    batch: int = 1
    covariance: Floats | None = None

    def __post_init__(self) -> None:
        values = spectra.custom(self.eigenvalues)
        error0 = np.array(self.error0, dtype=float)
        require(
            error0.shape == values.shape,
            f"error0 has shape {error0.shape}, eigenvalues have {values.shape}: give one start per direction",
        )
        require(np.isfinite(error0).all(), "error0 holds a value that is not finite: give finite numbers")
        number("noise_std", self.noise_std, least=0.0)
        require(self.design in DESIGNS, f"design={self.design!r} is not allowed: give one of {', '.join(DESIGNS)}")
        whole("batch", self.batch)
        if self.design == "one-hot":
            total = float(values.sum())
            require(
                total <= 1 + values.size * np.finfo(float).eps,
                f"one-hot eigenvalues are probabilities and sum to {total:.6g}: scale them to sum to at most 1",
            )
        error0.setflags(write=False)
        object.__setattr__(self, "eigenvalues", values)
        object.__setattr__(self, "error0", error0)
        object.__setattr__(self, "noise_std", float(self.noise_std))
        if self.covariance is not None:
            object.__setattr__(self, "covariance", self._valid_covariance(self.covariance))

    def _valid_covariance(self, given: Floats) -> Floats:
        """The covariance of additive noise, read-only; InputError for what is none."""
        matrix, d = numbers("covariance", given), self.dimension
        require(
            self.design == "additive",
            f"a covariance is that of additive noise, and design={self.design!r}: give design='additive'",
        )
        require(
            matrix.shape == (d, d) and bool(np.isfinite(matrix).all()) and np.array_equal(matrix, matrix.T),
            f"covariance of shape {matrix.shape} is not allowed: give a symmetric matrix ({d}, {d}) of finite numbers",
        )
        least = float(np.linalg.eigvalsh(matrix)[0])
        require(least > 0, f"covariance has the eigenvalue {least:.3g}: give a positive definite matrix")
        matrix.setflags(write=False)
        return matrix

    @classmethod
    def power_law(
        cls,
        dimension: int,
        exponent: float,
        *,
        start: float,
        noise_std: float,
        design: str = "gaussian",
        batch: int = 1,
    ) -> LeastSquares:
        """Eigenvalues i^-exponent, scaled to probabilities for one-hot data; `start` in every direction."""
        eigenvalues = spectra.power_law(dimension, exponent)
        if design == "one-hot":
            eigenvalues = eigenvalues / eigenvalues.sum()
        return cls(eigenvalues, np.full(dimension, float(start)), noise_std, design, batch)

    @property
    def noise_spectrum(self) -> Floats:
        """Variance of the gradient noise that does not depend on the iterate, at noise_std = 1 and batch 1, (d,)."""
        if self.covariance is not None:
            return np.array(np.diag(self.covariance))
        return np.ones(self.dimension) if self.design == "isotropic" else np.ascontiguousarray(self.eigenvalues)

    @property
    def trace(self) -> float:
        """Trace of the covariance, E |x|^2."""
        return float(self.eigenvalues.sum())

    @property
    def dimension(self) -> int:
        """Number of directions d."""
        return int(self.eigenvalues.size)

    def bias(self) -> LeastSquares:
        """The same problem without label noise: the source of the bias alone."""
        return replace(self, noise_std=0.0)

    def variance(self) -> LeastSquares:
        """The same problem started at the minimiser: the source of the variance alone.

        Second moments are linear in (error0 error0^T, noise_std^2), so bias and variance risks add up exactly.
        """
        return replace(self, error0=np.zeros(self.dimension))

    def data(self) -> Data:
        """The problem as a NamedTuple of arrays for kernels."""
        return Data(
            np.ascontiguousarray(self.eigenvalues),
            np.sqrt(self.noise_spectrum),
            np.cumsum(self.eigenvalues),
            np.ascontiguousarray(self.error0),
            float(self.noise_std),
            int(self.batch),
            self.design == "one-hot",
            self.design in ADDITIVE,
            np.zeros((0, 0))
            if self.covariance is None
            else np.asarray(np.linalg.cholesky(self.covariance), dtype=float),
        )


@dataclass(frozen=True)
class Acceleration:
    """Parameters of accelerated SGD in the form of Jain et al., started at v_0 = w_0.

        u_t = alpha w_t + (1 - alpha) v_t,   g = gradient at u_t,
        w_{t+1} = u_t - short_step g,        v_{t+1} = beta u_t + (1 - beta) v_t - long_step g.

    In papers short_step is delta, long_step gamma. SGD is alpha = beta = 1. Raises InputError unless alpha and beta
    lie in (0, 1], and the steps are finite, the long one > 0 and the short one >= 0.
    """

    alpha: float
    beta: float
    long_step: float
    short_step: float

    def __post_init__(self) -> None:
        for name in ("alpha", "beta"):
            value = getattr(self, name)
            require(0 < value <= 1, f"{name}={value} is not allowed: give a number in (0, 1]")
        positive("long_step", self.long_step)
        number("short_step", self.short_step, least=0.0)

    @property
    def memory(self) -> float:
        """c = alpha (1 - beta), the weight of the last w in the next u."""
        return self.alpha * (1 - self.beta)

    @property
    def pull(self) -> float:
        """q = alpha short_step + (1 - alpha) long_step, the step of u along the gradient."""
        return self.alpha * self.short_step + (1 - self.alpha) * self.long_step

    @classmethod
    def sgd(cls, step_size: float) -> Acceleration:
        """SGD as a member of the family: no memory, one step size."""
        return cls(1.0, 1.0, step_size, step_size)

    @classmethod
    def nesterov(cls, step_size: float, momentum: float) -> Acceleration:
        """Nesterov's method with constant momentum m: w' = u - step_size g(u), u' = w' + m (w' - w), from u_0 = w_0.

        alpha = (1 + m) / 2, beta = (1 - m) / (1 + m), long = step_size (1 + m) / (1 - m): memory m, pull (1 + m)
        step_size. Raises InputError unless step_size > 0 and 0 <= momentum < 1.
        """
        m = _momentum(momentum)
        return cls((1 + m) / 2, (1 - m) / (1 + m), step_size * (1 + m) / (1 - m), positive("step_size", step_size))

    @classmethod
    def heavy_ball(cls, step_size: float, momentum: float) -> Acceleration:
        """Polyak's heavy ball x' = x - step_size g(x) + m (x - x_before), as u, from x_0 = x_{-1} = error0.

        Short step 0, so that w is one step behind: w_{t+1} = u_t = x_t, and x after t steps is what these functions
        give after t + 1. alpha and beta as in `nesterov`, long = 2 step_size / (1 - m). Raises InputError as there.
        """
        m = _momentum(momentum)
        return cls((1 + m) / 2, (1 - m) / (1 + m), 2 * positive("step_size", step_size) / (1 - m), 0.0)

    @classmethod
    def with_cutoff(
        cls, problem: LeastSquares, cutoff: int, *, fourth_moment: float = 3.0, scale: float = 1.0
    ) -> Acceleration:
        """The family by cut-off k of Li et al. (arXiv 2311.14222), all constants at their limits, steps times scale.

        short = 1 / (2 psi tr H), long = 1 / (2 psi sum_{i>k} l_i), beta = short / (psi k long), alpha = 1/(1+beta),
        psi the fourth-moment constant (3 for Gaussian data). As recalled: what it guarantees is tried by the studies.
        Raises InputError unless 1 <= cutoff < d and scale > 0.
        """
        require(
            isinstance(cutoff, (int, np.integer)) and 1 <= cutoff < problem.dimension,
            f"cutoff={cutoff!r} is not allowed: give an integer from 1 to d - 1 = {problem.dimension - 1}",
        )
        for name, value in (("scale", scale), ("fourth_moment", fourth_moment)):
            positive(name, value)
        short = scale / (2 * fourth_moment * problem.trace)
        long = scale / (2 * fourth_moment * float(problem.eigenvalues[cutoff:].sum()))
        beta = short / (fourth_moment * cutoff * long)
        return cls(1 / (1 + beta), beta, long, short)

    @classmethod
    def strongly_convex(cls, smallest: float, radius: float, statistical: float) -> Acceleration:
        """The choice of Jain et al. (2018) for smallest eigenvalue mu, E |x|^2-type radius R^2, statistical kappa.

        With r = sqrt(R^2 / mu * statistical): alpha = 3 sqrt 5 r / (1 + 3 sqrt 5 r), beta = 1 / (9 r), long =
        1 / (3 sqrt 5 mu r), short = 1 / (5 R^2). As recalled. Raises InputError unless all three are > 0.
        """
        for name, value in (("smallest", smallest), ("radius", radius), ("statistical", statistical)):
            positive(name, value)
        root = (radius / smallest * statistical) ** 0.5
        times = 3 * 5**0.5 * root
        return cls(times / (1 + times), 1 / (9 * root), 1 / (3 * 5**0.5 * smallest * root), 1 / (5 * radius))


def _momentum(momentum: float) -> float:
    value = number("momentum", momentum, least=0.0)
    require(value < 1, f"momentum={momentum} is not allowed: give a number in [0, 1)")
    return value
