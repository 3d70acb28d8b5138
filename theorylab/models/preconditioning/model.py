"""The model: one step along the signs of a noisy gradient, on a quadratic.

At a point with gradient mu and Hessian H the estimate of a batch of B samples is G ~ N(mu, diag(sigma_i^2) / B), with
independent coordinates, and the step w <- w - eps V, V = sign(G). The loss falls by eps mu.V - eps^2 / 2 V^T H V,
exactly. B may be any real number > 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, numbers, positive_row

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NoisyPoint:
    """A gradient (d,) not 0 everywhere, standard deviations (d,) > 0 of one sample's, and a symmetric Hessian (d, d).

    Raises InputError for shapes that differ, values that are not finite, a Hessian that is not symmetric.
    """

    gradient: ArrayLike
    noise_std: ArrayLike
    hessian: ArrayLike

    def __post_init__(self) -> None:
        gradient = finite_row("gradient", self.gradient)
        noise, hessian = positive_row("noise_std", self.noise_std), numbers("hessian", self.hessian)
        if noise.size == 1:
            noise = np.full(gradient.size, noise[0])
        require(bool(gradient.any()), "the gradient is 0: give a point where it is not")
        require(
            noise.shape == gradient.shape and hessian.shape == (gradient.size, gradient.size),
            f"gradient {gradient.shape}, noise_std {noise.shape} and hessian {hessian.shape} do not fit: give (d,), "
            "(d,) or one number, and (d, d)",
        )
        require(np.isfinite(hessian).all(), "hessian holds a value that is not finite: give finite numbers")
        require(np.allclose(hessian, hessian.T, rtol=1e-12, atol=0.0), "hessian is not symmetric: give (H + H^T) / 2")
        for name, values in (("gradient", gradient), ("noise_std", noise), ("hessian", hessian)):
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @classmethod
    def aligned(cls, gradient: ArrayLike, noise_std: ArrayLike, curvature: float, along: ArrayLike = ()) -> NoisyPoint:
        """H = I + curvature v v^T, v = sign(gradient), or `along` (d,) where that is given."""
        v = np.sign(finite_row("gradient", gradient)) if np.size(along) == 0 else finite_row("along", along)
        return cls(gradient, noise_std, np.eye(v.size) + curvature * np.outer(v, v))

    @property
    def parts(self) -> tuple[Floats, Floats, Floats]:
        """Gradient, standard deviations and Hessian, as arrays."""
        return np.asarray(self.gradient), np.asarray(self.noise_std), np.asarray(self.hessian)
