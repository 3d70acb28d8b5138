"""The problems: find u* with 0 in F(u*) + G(u*), F = (1/n) sum_i F_i monotone; the residual is ||F(u)|| if G = 0.

Modes. On a linear operator every method here is a polynomial in F, so that on a normal F (a bilinear game has
F(x, y) = (B y, -B' x), with eigenvalues i sigma) it acts on each eigenvector alone: F(z) = slope * z on the complex
plane. The worst case over all such problems is the worst mode, and a mode has dimension two.

    rotation        T = exp(i angle), nonexpansive; F = (L/2)(I - T) is 1/L-cocoercive, slope (L/2)(1 - exp(i angle))
    bilinear game   slope = i sigma, 0 <= sigma <= L

The solution is 0 and the start is 1, so that the distance D to the solution is 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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


def contraction_slopes(contraction: float, angles: ArrayLike, smoothness: float = 1.0) -> Complexes:
    """Slopes (modes,) of F = (L/2)(I - T) for the maps T = c exp(i angle), 0 < c <= 1. Raises as `rotation_slopes`."""
    require(0 < contraction <= 1, f"contraction={contraction} is not allowed: give a number in (0, 1]")
    return np.asarray(0.5 * smoothness * (1 - contraction) + contraction * rotation_slopes(angles, smoothness))


def resolvent_slopes(slopes: ArrayLike, resolvent_step: float) -> Complexes:
    """Slopes a s / (1 + a s) of M = I - J, J = (I + a F)^-1, (modes,): 1-cocoercive; T = 2 J - I is I - 2 M.

    Raises InputError for a step that is not > 0.
    """
    scaled = positive("resolvent_step", resolvent_step) * np.asarray(slopes, dtype=complex)
    return np.asarray(scaled / (1 + scaled))


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


@dataclass(frozen=True, eq=False, kw_only=True)
class MatrixGame:
    """min_x max_y x' payoffs y over R^rows x R^columns, or over two simplices; component i is row i with column i.

    F(x, y) = (payoffs y, -payoffs' x) = (1/n) sum_i F_i, F_i(x, y) = n (payoffs[:, i] y_i, -payoffs[i, :] x_i), n the
    larger of rows and columns; a row or column that is not there counts as zeros. `start` (rows + columns,) is a corner
    of both simplices unless given, without simplices all coordinates equal and of norm 1; `residual_step` is s of the
    natural residual |z - P(z - s F(z))|/s, for 0 it is 1/L. Raises InputError for payoffs that are no matrix, all
    zero or not finite, a start that does not fit or is no point of the simplices, or a residual_step < 0.
    """

    payoffs: Floats
    simplex: bool
    start: Floats = field(default_factory=lambda: np.zeros(0))
    residual_step: float = 0.0

    def __post_init__(self) -> None:
        payoffs = np.array(self.payoffs, dtype=float)
        require(payoffs.ndim == 2 and payoffs.size, f"payoffs need shape (rows, columns), not {payoffs.shape}")
        require(np.isfinite(payoffs).all(), "payoffs hold a value that is not finite: give finite numbers")
        require(payoffs.any(), "payoffs are all zero: every point is a solution, there is nothing to solve")
        object.__setattr__(self, "payoffs", np.ascontiguousarray(payoffs))
        rows, columns = payoffs.shape
        z = np.array(self.start, dtype=float) if np.size(self.start) else self._corner()
        require(z.shape == (rows + columns,), f"start has shape {z.shape}: give ({rows + columns},), x_0 before y_0")
        require(np.isfinite(z).all(), "start holds a value that is not finite: give finite numbers")
        inside = z.min() >= 0 and abs(z[:rows].sum() - 1) <= SLACK and abs(z[rows:].sum() - 1) <= SLACK
        require(inside or not self.simplex, "start is no point of the two simplices: give x_0, y_0 >= 0 of sum 1 each")
        object.__setattr__(self, "start", z)
        step = self.residual_step or 1 / self.lipschitz
        object.__setattr__(self, "residual_step", positive("residual_step", step))

    def _corner(self) -> Floats:
        count = sum(self.payoffs.shape)
        z = np.full(count, float(count) ** -0.5)
        if self.simplex:
            z[:] = 0.0
            z[0] = z[-1] = 1.0
        return z

    @classmethod
    def burglar(cls, size: int, *, simplex: bool = True) -> MatrixGame:
        """Policeman and burglar on a street of `size` houses: w_i (1 - exp(-0.8 |i - j|)), w_i = 1 + sin(i)^2.

        The shape is that of the authors' code, where the values of the houses are random (`published`).
        """
        whole("size", size, least=2)
        house = np.arange(size)
        values = 1 + np.sin(house + 1.0) ** 2
        return cls(payoffs=values[:, None] * -np.expm1(-0.8 * np.abs(house[:, None] - house)), simplex=simplex)

    @classmethod
    def published(cls, size: int = 500, seed: int = 1) -> MatrixGame:
        """The game of the paper's Figure 1, as the authors' code makes it: values |normal| of NumPy's old generator.

        Uniform start on both simplices, residual with step 1; x minimises, which is the code's y' A x with payoffs A'.
        """
        whole("size", size, least=2)
        values = np.abs(np.random.RandomState(seed).randn(size))
        house = np.arange(size)
        street = values * -np.expm1(-0.8 * np.abs(house[:, None] - house))
        return cls(payoffs=street.T, simplex=True, start=np.full(2 * size, 1 / size), residual_step=1.0)

    @property
    def size(self) -> int:
        """Number of components n; an iterate has rows + columns coordinates."""
        return int(max(self.payoffs.shape))

    @property
    def lipschitz(self) -> float:
        """Lipschitz constant of F, the largest singular value of the payoffs."""
        return float(np.linalg.norm(self.payoffs, 2))

    @property
    def average_lipschitz(self) -> float:
        """Least L with (1/n) sum_i ||F_i(u) - F_i(v)||^2 <= L^2 ||u - v||^2: sqrt(n) x largest row or column norm."""
        squares = self.payoffs**2
        return float((self.size * max(squares.sum(axis=0).max(), squares.sum(axis=1).max())) ** 0.5)
