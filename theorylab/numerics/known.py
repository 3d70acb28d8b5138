"""Arrays known up to an absolute error: midpoints and radii that plain arithmetic carries along.

A formula in plain arithmetic that is given `known(x)` in place of x returns its value and a proved bound of what
rounding has done to it. Every operation adds its own rounding, 2^-53 of the result at most and counted twice, which
pays for the rounding of the bound too; products that underflow are paid by TINY. Matrix products are bounded entry by
entry, |fl(A B) - A B| <= n 2^-53 |A| |B| in whatever order n terms are added. Sums with 0 and products with 0, 1 and -1
are exact, so that what stays as it is stays known.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import reals

Floats = NDArray[np.float64]
UNIT = 2.0**-52
TINY = 2.0**-1000
"""Far above what underflow loses, far below what anybody measures."""
SLACK = 1 + 2.0**-46
"""Pays for the few roundings that a bound itself undergoes."""


class Known:
    """Values and bounds of their absolute errors, arrays of one shape; the truth is within `error` of `value`."""

    __array_ufunc__ = None  # so that array + known is an operation of this class
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: ArrayLike, error: ArrayLike) -> None:
        self.value: Floats = np.asarray(value, dtype=float)
        self.error: Floats = np.broadcast_to(np.asarray(error, dtype=float), self.value.shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the values."""
        return self.value.shape

    @property
    def high(self) -> Floats:
        """Largest size that the truth can have."""
        return np.asarray(np.abs(self.value) + self.error)

    @property
    def plain(self) -> NDArray[np.bool_]:
        """Which values are exactly 0, 1 or -1: products with them are exact."""
        return np.asarray(((self.value == 0) | (np.abs(self.value) == 1)) & (self.error == 0))

    @property
    def relative(self) -> Floats:
        """Bounds of the relative errors; 0 where value and error are."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.error > 0, self.error / np.abs(self.value), 0.0)

    def __repr__(self) -> str:
        return f"Known({self.value!r} +- {self.error!r})"

    def __getitem__(self, key: Any) -> Known:
        return Known(self.value[key], self.error[key])

    def __add__(self, other: Operand) -> Known:
        b = known(other)
        return _rounded(self.value + b.value, self.error + b.error, (self.value == 0) | (b.value == 0))

    __radd__ = __add__

    def __neg__(self) -> Known:
        return Known(-self.value, self.error)

    def __sub__(self, other: Operand) -> Known:
        return self + (-known(other))

    def __rsub__(self, other: Operand) -> Known:
        return known(other) + (-self)

    def __mul__(self, other: Operand) -> Known:
        b = known(other)
        exact = self.plain | b.plain
        error = np.abs(self.value) * b.error + self.error * b.high + np.where(exact, 0.0, TINY)
        return _rounded(self.value * b.value, error, exact)

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Known:
        b = known(other)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = self.value / b.value
            least = np.abs(b.value) - b.error
            error = (self.error + np.abs(value) * b.error) / np.where(least > 0, least, 0.0)
        exact = (np.abs(b.value) == 1) | (self.value == 0)
        return _rounded(value, error + np.where(exact, 0.0, TINY), exact)

    def __rtruediv__(self, other: Operand) -> Known:
        return known(other) / self

    def __pow__(self, exponent: ArrayLike) -> Known:
        """Powers with exact exponents: any for values > 0, whole ones for others. Four units are allowed for `pow`."""
        n = np.asarray(exponent, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value = np.abs(self.value) ** n * np.where((self.value < 0) & (n % 2 == 1), -1.0, 1.0)
            grown = np.abs(value) * np.expm1(-np.abs(n) * np.log1p(-np.minimum(self.relative, 1.0)))
        at_zero = np.where(n > 0, self.error ** np.maximum(n, 0.0), np.where(n == 0, 0.0, np.inf))
        error = np.where(self.value == 0, at_zero, np.where(n == 0, 0.0, grown))
        wrong = (self.value - self.error < 0) & (n % 1 != 0)
        exact = (n == 1) | (n == 0)
        error = np.where(wrong, np.inf, error) + np.where(exact, 0.0, 4 * UNIT * np.abs(value) + TINY)
        return Known(value, np.where(n == 1, self.error, error * SLACK))

    def __matmul__(self, other: Known) -> Known:
        a, b = np.abs(self.value), np.abs(other.value)
        terms = (self.high > 0).astype(float) @ (other.high > 0).astype(float)
        rounded = (~self.plain).astype(float) @ (~other.plain).astype(float) > 0
        error = a @ other.error + self.error @ (b + other.error)
        error += (np.maximum(terms - 1, 0.0) + rounded) * UNIT * (a @ b) + TINY * rounded
        return Known(self.value @ other.value, error * SLACK)

    def sum(self, axis: int) -> Known:
        """The sum over an axis."""
        terms = self.shape[axis]
        error = self.error.sum(axis=axis) + terms * UNIT * np.abs(self.value).sum(axis=axis)
        return Known(self.value.sum(axis=axis), error * SLACK)


Operand: TypeAlias = Known | ArrayLike


def known(value: Operand) -> Known:
    """The numbers themselves, as exact floats; what is known already stays as it is."""
    return value if isinstance(value, Known) else Known(reals("value", value), 0.0)


def table(rows: list[list[Operand]]) -> Known:
    """Matrices (..., rows, columns) whose entries are given as numbers, arrays or Known, broadcast to one shape (...).

    Raises InputError for rows of different lengths, or none.
    """
    require(rows and rows[0] and len({len(row) for row in rows}) == 1, "a table needs rows of one length, and one row")
    entries = [[known(entry) for entry in row] for row in rows]
    shape = np.broadcast_shapes(*(entry.shape for row in entries for entry in row))

    def laid(parts: list[list[Floats]]) -> Floats:
        return np.stack([np.stack([np.broadcast_to(part, shape) for part in row], -1) for row in parts], -2)

    values = [[entry.value for entry in row] for row in entries]
    return Known(laid(values), laid([[entry.error for entry in row] for row in entries]))


def stacked(parts: list[Known]) -> Known:
    """Known arrays of one shape side by side, along a new first axis."""
    return Known(np.stack([part.value for part in parts]), np.stack([part.error for part in parts]))


def _rounded(value: Floats, error: Floats, exact: NDArray[np.bool_]) -> Known:
    """A result with the rounding of its last operation, unless that is exact, added to what it inherits."""
    return Known(value, (error + np.where(exact, 0.0, UNIT * np.abs(value))) * SLACK)
