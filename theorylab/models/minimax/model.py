"""The problems: find u* with 0 in F(u*) + G(u*), F = (1/n) sum_i F_i monotone; the residual is ||F(u)|| if G = 0.

Modes. On a linear operator every method here is a polynomial in F, so that on a normal F (a bilinear game has
F(x, y) = (B y, -B' x), with eigenvalues i sigma) it acts on each eigenvector alone: F(z) = slope * z on the complex
plane. The worst case over all such problems is the worst mode, and a mode has dimension two.

    rotation        T = exp(i angle), nonexpansive; F = (L/2)(I - T) is 1/L-cocoercive, slope (L/2)(1 - exp(i angle))
    bilinear game   slope = i sigma, 0 <= sigma <= L

The solution is 0 and the start is 1, so that the distance D to the solution is 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import finite_row, positive, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
SLACK = 1e-12
"""Relative slack of an inequality between computed numbers that a problem must satisfy: a few thousand roundings."""


def rotation_slopes(angles: ArrayLike, smoothness: float = 1.0) -> Complexes:
    """Slopes (modes,) of F = (L/2)(I - T) for the rotations T by `angles`, without cancellation at small angles.

    (L/2)(1 - e^(ia)) = -i L e^(ia/2) sin(a/2). Raises InputError for angles that are not one non-empty finite row.
    """
    values = finite_row("angles", angles)
    positive("smoothness", smoothness)
    return np.asarray(-1j * smoothness * np.exp(0.5j * values) * np.sin(0.5 * values))


def bilinear_slopes(singular_values: ArrayLike) -> Complexes:
    """Slopes i sigma (modes,) of the bilinear game with these singular values >= 0. Raises InputError otherwise."""
    values = finite_row("singular_values", singular_values)
    low = np.flatnonzero(values < 0)
    if low.size:
        raise InputError(f"singular value number {low[0]} is {values[low[0]]}: all must be >= 0")
    return np.asarray(1j * values, dtype=complex)


class Components(NamedTuple):
    """What a kernel sees of a finite sum: F_i(u) = slopes_i u + offsets_i."""

    slopes: Complexes
    offsets: Complexes


@dataclass(frozen=True, eq=False)
class FiniteSum:
    """Components F_i(u) = slopes_i u + offsets_i on the complex plane, 1/L-cocoercive on average, zero at u = 0.

    Cocoercive on average: <F(u) - F(v), u - v> >= 1/(nL) sum_i |F_i(u) - F_i(v)|^2, here L Re mean(slopes) >=
    mean |slopes|^2. Offsets sum to zero; they are the sampling noise at the solution. Raises InputError for empty,
    unequal or non-finite rows, offsets that do not sum to zero, or a sum that is not cocoercive on average.
    """

    slopes: Complexes
    offsets: Complexes
    smoothness: float = 1.0

    def __post_init__(self) -> None:
        slopes, offsets = np.array(self.slopes, dtype=complex), np.array(self.offsets, dtype=complex)
        require(slopes.ndim == 1 and slopes.size, f"slopes need shape (n,), n >= 1, not {slopes.shape}")
        require(
            offsets.shape == slopes.shape,
            f"offsets have shape {offsets.shape}, slopes have {slopes.shape}: give one per component",
        )
        for name, values in (("slopes", slopes), ("offsets", offsets)):
            require(np.isfinite(values).all(), f"{name} hold a value that is not finite: give finite numbers")
        positive("smoothness", self.smoothness)
        mean = offsets.mean()
        require(
            abs(mean) <= SLACK * max(1.0, float(np.abs(offsets).max())),
            f"offsets have mean {mean:.3g}: they must sum to 0, so that the solution is 0; subtract their mean",
        )
        left, right = self.smoothness * slopes.mean().real, float((np.abs(slopes) ** 2).mean())
        require(
            left >= right - SLACK * max(right, 1.0),
            f"not cocoercive on average: L Re mean(slopes) = {left:.6g} is below mean |slopes|^2 = {right:.6g}; "
            "raise smoothness, or use a method for monotone Lipschitz operators",
        )
        object.__setattr__(self, "slopes", slopes)
        object.__setattr__(self, "offsets", offsets)

    @classmethod
    def rotations(cls, angles: ArrayLike, smoothness: float = 1.0, offsets: ArrayLike | None = None) -> FiniteSum:
        """F_i = (L/2)(1 - e^(i angle_i)) u + offset_i: each 1/L-cocoercive, offsets 0 unless given."""
        slopes = rotation_slopes(angles, smoothness)
        given = np.zeros(slopes.size) if offsets is None else np.asarray(offsets)
        return cls(slopes, given.astype(complex), smoothness)

    @property
    def size(self) -> int:
        """Number of components n."""
        return int(self.slopes.size)

    @property
    def slope(self) -> complex:
        """Slope of F itself, the mean."""
        return complex(self.slopes.mean())

    @property
    def spread(self) -> float:
        """Mean of |slopes_i - slope|^2: all that PAGE's variance sees of the components."""
        return float((np.abs(self.slopes - self.slope) ** 2).mean())

    def data(self) -> Components:
        """The components as a NamedTuple of arrays for kernels."""
        return Components(np.ascontiguousarray(self.slopes), np.ascontiguousarray(self.offsets))


@dataclass(frozen=True, eq=False)
class Affine:
    """A monotone operator F(z) = matrix z on R^d (d, d); its solution is 0.

    Raises InputError for a matrix that is not square, empty or finite, or whose symmetric part has a negative
    eigenvalue beyond rounding.
    """

    matrix: Floats

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, dtype=float)
        require(
            matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] and matrix.size,
            f"the matrix of an operator needs shape (d, d), d >= 1, not {matrix.shape}",
        )
        require(np.isfinite(matrix).all(), "the matrix holds a value that is not finite: give finite numbers")
        lowest = float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[0])
        require(
            lowest >= -SLACK * max(1.0, float(np.abs(matrix).max())) * matrix.shape[0],
            f"not monotone: the symmetric part of the matrix has the eigenvalue {lowest:.4g} < 0",
        )
        object.__setattr__(self, "matrix", np.ascontiguousarray(matrix))

    @classmethod
    def random(cls, dimension: int, lipschitz: float, seed: int) -> Affine:
        """Skew part plus a thin positive semidefinite part (rank d/4), scaled to the Lipschitz constant."""
        whole("dimension", dimension)
        positive("lipschitz", lipschitz)
        draws = generator(seed)
        full = draws.standard_normal((dimension, dimension))
        thin = draws.standard_normal((dimension, dimension // 4))
        matrix = full - full.T + 0.1 * thin @ thin.T
        norm = float(np.linalg.norm(matrix, 2))
        return cls(matrix * (lipschitz / norm) if norm else matrix)

    @property
    def lipschitz(self) -> float:
        """Lipschitz constant, the largest singular value."""
        return float(np.linalg.norm(self.matrix, 2))


@dataclass(frozen=True, eq=False)
class MatrixGame:
    """min_x max_y x' payoffs y over R^n x R^n, or over two simplices; n components, row i with column i.

    F(x, y) = (payoffs y, -payoffs' x) = (1/n) sum_i F_i, F_i(x, y) = n (payoffs[:, i] y_i, -payoffs[i, :] x_i).
    Raises InputError for payoffs that are not square, empty or finite.
    """

    payoffs: Floats
    simplex: bool

    def __post_init__(self) -> None:
        payoffs = np.array(self.payoffs, dtype=float)
        require(
            payoffs.ndim == 2 and payoffs.shape[0] == payoffs.shape[1] and payoffs.size,
            f"payoffs need shape (n, n), n >= 1, not {payoffs.shape}: component i is row i with column i",
        )
        require(np.isfinite(payoffs).all(), "payoffs hold a value that is not finite: give finite numbers")
        require(payoffs.any(), "payoffs are all zero: every point is a solution, there is nothing to solve")
        object.__setattr__(self, "payoffs", np.ascontiguousarray(payoffs))

    @classmethod
    def burglar(cls, size: int, *, simplex: bool = True) -> MatrixGame:
        """Policeman and burglar on a street of `size` houses: w_i (1 - exp(-0.8 |i - j|)), w_i = 1 + sin(i)^2.

        The shape of the payoffs is recalled; the values w_i of the houses are ours.
        """
        whole("size", size, least=2)
        house = np.arange(size)
        values = 1 + np.sin(house + 1.0) ** 2
        return cls(values[:, None] * -np.expm1(-0.8 * np.abs(house[:, None] - house)), simplex)

    @property
    def size(self) -> int:
        """Number of components n; an iterate has 2n coordinates."""
        return int(self.payoffs.shape[0])

    @property
    def lipschitz(self) -> float:
        """Lipschitz constant of F, the largest singular value of the payoffs."""
        return float(np.linalg.norm(self.payoffs, 2))

    @property
    def average_lipschitz(self) -> float:
        """Least L with (1/n) sum_i ||F_i(u) - F_i(v)||^2 <= L^2 ||u - v||^2: sqrt(n) x largest row or column norm."""
        squares = self.payoffs**2
        return float((self.size * max(squares.sum(axis=0).max(), squares.sum(axis=1).max())) ** 0.5)

    def start(self) -> Floats:
        """The starting point (2n,): a corner of both simplices; without them all coordinates equal, of norm 1."""
        z = np.full(2 * self.size, (2.0 * self.size) ** -0.5)
        if self.simplex:
            z[:] = 0.0
            z[0] = z[2 * self.size - 1] = 1.0
        return z
