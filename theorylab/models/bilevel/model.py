"""The instances: bilevel problems min_x psi(x) = min {f(x,y) : y minimises g(x,.)} whose solutions are explicit.

Penalised value: psi_sigma(x) = (min_y [sigma f + g] - min_y g) / sigma. `Scalar` and `Quadratic` serve the penalty
method, `Cosh` the algorithms for unbounded smoothness, where Phi is written for psi.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require

Floats = NDArray[np.float64]


class Terms(NamedTuple):
    """What a kernel sees of a `Scalar` problem."""

    curvature: float
    third: float
    fourth: float
    upper_slope: float
    upper_curvature: float
    coupling: float


@dataclass(frozen=True, kw_only=True)
class Scalar:
    """A problem in one dimension at a fixed x, written around the lower minimiser z(x), with t = y - z(x):

        g = g* + curvature/2 t^2 + third/6 t^3 + fourth/24 t^4 (for t >= 0; third and fourth >= 0),
        f = f(z) + upper_slope t + upper_curvature/2 t^2,     d^2 g / dx dy = -coupling, a constant.

    upper_slope < 0, so that the penalised minimiser lies at t > 0. An upper_curvature < 0 (f concave) needs
    curvature > 0; curvature = 0 (then fourth > 0) violates every error bound. Raises InputError otherwise.
    """

    curvature: float
    upper_slope: float
    third: float = 0.0
    fourth: float = 0.0
    upper_curvature: float = 0.0
    coupling: float = 1.0

    def __post_init__(self) -> None:
        for name in Terms._fields:
            value = getattr(self, name)
            require(np.ndim(value) == 0 and np.isfinite(value), f"{name}={value} is not allowed: give a finite number")
        for name in ("curvature", "third", "fourth"):
            require(getattr(self, name) >= 0, f"{name}={getattr(self, name)} is not allowed: give a number >= 0")
        require(self.upper_slope < 0, f"upper_slope={self.upper_slope} is not allowed: give a number < 0")
        require(
            self.curvature + self.third + self.fourth > 0,
            "curvature, third and fourth are all 0: the lower problem is constant; make one of them > 0",
        )
        require(
            self.upper_curvature >= 0 or self.curvature > 0,
            f"upper_curvature={self.upper_curvature} < 0 with curvature=0: the penalised problem has no minimum near "
            "z for any sigma; give curvature > 0",
        )

    def terms(self) -> Terms:
        """The problem as a NamedTuple of numbers for kernels."""
        return Terms(*(float(getattr(self, name)) for name in Terms._fields))


@dataclass(frozen=True, eq=False)
class Quadratic:
    """g = 1/2 |A y - B x|^2, f = 1/2 |x - c|^2 + 1/2 |y - d|^2 + x^T K y: A (m, n) of full row rank.

    Fields lower = A, coupling = B (m, k), upper_target = c (k,), lower_target = d (n,), mixing = K (k, n), zero if
    not given. m < n makes the lower minimisers an affine space of dimension n - m; f selects the one nearest to
    d - K^T x. Raises InputError for shapes that do not fit, values that are not finite, or an A of lower rank.
    """

    lower: Floats
    coupling: Floats
    upper_target: Floats
    lower_target: Floats
    mixing: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        names = ("lower", "coupling", "upper_target", "lower_target", "mixing")
        given = [getattr(self, name) for name in names]
        if np.size(given[4]) == 0:
            given[4] = np.zeros((np.size(given[2]), np.size(given[3])))
        A, B, c, d, K = arrays = [np.array(value, dtype=float) for value in given]
        for name, array in zip(names, arrays, strict=True):
            require(np.isfinite(array).all(), f"{name} holds a value that is not finite: give finite numbers")
        require(A.ndim == 2 and A.size, f"lower has shape {A.shape}: give a matrix (m, n)")
        require(
            B.ndim == 2 and B.shape[0] == A.shape[0],
            f"coupling has shape {B.shape}: give ({A.shape[0]}, k), a row per row of lower {A.shape}",
        )
        require(c.shape == B.shape[1:], f"upper_target has shape {c.shape}: give {B.shape[1:]}, as coupling's columns")
        require(d.shape == A.shape[1:], f"lower_target has shape {d.shape}: give {A.shape[1:]}, as lower's columns")
        require(K.shape == (c.size, d.size), f"mixing has shape {K.shape}: give {(c.size, d.size)}")
        rank = int(np.linalg.matrix_rank(A))
        require(
            rank == A.shape[0],
            f"lower has rank {rank} with {A.shape[0]} rows: the closed forms need full row rank; drop dependent rows",
        )
        for name, array in zip(names, arrays, strict=True):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def unique(self) -> bool:
        """Whether the lower problem has one minimiser."""
        return bool(self.lower.shape[0] == self.lower.shape[1])

    def point(self, x: Floats) -> Floats:
        """`x` as an array (k,). Raises InputError for another shape or values that are not finite."""
        given = np.asarray(x, dtype=float)
        require(
            given.shape == self.upper_target.shape,
            f"x has shape {given.shape}: give {self.upper_target.shape}, as upper_target",
        )
        require(np.isfinite(given).all(), "x holds a value that is not finite: give finite numbers")
        return given


class CoshTerms(NamedTuple):
    """What a kernel sees of a `Cosh` problem."""

    scale: float
    curvature: float
    coupling: float
    amplitude: float
    frequency: float
    pull: float


@dataclass(frozen=True)
class Cosh:
    """g = curvature/2 (y - c x)^2, f = pull/2 x^2 + cosh(scale y) + amplitude cos(frequency y), c = coupling.

    y*(x) = c x, Phi(x) = pull/2 x^2 + cosh(a c x) + amplitude cos(frequency c x): |Phi''| <= K0 + K1 |Phi'|, and no
    bound on Phi'' alone; not convex where amplitude frequency^2 > a^2 + pull / c^2. By default y* = x and Phi is
    cosh(a x). Raises InputError unless scale, curvature, coupling and frequency are finite and > 0, amplitude and pull
    finite and >= 0: a lower problem without curvature has no unique minimiser, which the methods for it need.
    """

    scale: float
    curvature: float = 1.0
    coupling: float = 1.0
    amplitude: float = 0.0
    frequency: float = 1.0
    pull: float = 0.0

    def __post_init__(self) -> None:
        for name in CoshTerms._fields:
            value = getattr(self, name)
            zero = name in ("amplitude", "pull")
            require(
                np.ndim(value) == 0 and np.isfinite(value) and (value > 0 or (zero and value == 0)),
                f"{name}={value} is not allowed: give a finite number {'>=' if zero else '>'} 0",
            )

    def terms(self) -> CoshTerms:
        """The problem as a NamedTuple of numbers for kernels."""
        return CoshTerms(*(float(getattr(self, name)) for name in CoshTerms._fields))

    def value(self, x: NDArray[np.float64]) -> Floats:
        """Phi(x), of the shape of x."""
        y = self.coupling * np.asarray(x, dtype=float)
        return np.asarray(
            self.pull / 2 * np.asarray(x) ** 2 + np.cosh(self.scale * y) + self.amplitude * np.cos(self.frequency * y)
        )
