"""Arguments, checked in one place: what was given, what is allowed. Each raises InputError in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MAX_STEPS = 2**53
"""Numbers of steps go up to here: beyond, floats skip integers."""


REFUSED = {
    "c": "complex ones: take real parts, or sizes",
    "S": "byte strings, which would lose their digits: decode them",
    "M": "dates",
    "m": "time differences: divide by a unit",
    "V": "records: take one of their fields",
}
"""Kinds of NumPy arrays that are no real numbers."""


def whole(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """`value` as an int, an integer >= least, and <= most where that is given; a bool is none."""
    require(
        isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least,
        f"{name}={value!r} is not allowed: give an integer >= {least}",
    )
    require(most is None or value <= most, f"{name}={value!r} is not allowed: give an integer <= {most}")
    return int(value)


def number(name: str, value: Any, *, least: float | None = None, above: float | None = None) -> float:
    """`value` as a float: one finite number, >= least or > above where these are given."""
    good = isinstance(value, (int, float, np.number)) or (isinstance(value, np.ndarray) and value.ndim == 0)
    good = bool(good and np.isfinite(value))
    good = good and (least is None or value >= least) and (above is None or value > above)
    limit = f" >= {least:g}" if least is not None else f" > {above:g}" if above is not None else ""
    require(good, f"{name}={value!r} is not allowed: give a finite number{limit}")
    return float(value)


def positive(name: str, value: Any) -> float:
    """`value` as a float, finite and > 0."""
    return number(name, value, above=0.0)


def numbers(name: str, values: ArrayLike) -> Floats:
    """`values` as a fresh array of floats, of any shape, finite or not."""
    return np.array(reals(name, values))


def reals(name: str, values: Any, *, texts: bool = False) -> Floats:
    """`values` as floats in their shape, themselves where they are; with `texts` also numbers that are written out.

    Refused are masked entries, complex numbers, byte strings, dates, records, and objects that are no real numbers.
    """
    if isinstance(values, np.ma.MaskedArray):
        masked = int(np.ma.getmaskarray(values).sum())
        require(masked == 0, f"{name} has {masked} masked entries: leave them out, or give their values")
        values = np.ma.getdata(values)
    try:
        array = np.asarray(values)
        what = REFUSED.get(array.dtype.kind, "text" if array.dtype.kind == "U" and not texts else "")
        require(not what, f"{name} are not numbers: give an array of them ({what})")
        if array.dtype.kind == "O":
            return np.array([_real(name, value, texts) for value in array.ravel()], dtype=float).reshape(array.shape)
        return np.asarray(array, dtype=float)
    except InputError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} are not numbers: give an array of them ({error})") from error


def _real(name: str, value: Any, texts: bool) -> float:
    real = not isinstance(value, (bytes, complex, np.complexfloating)) and (texts or not isinstance(value, str))
    require(real, f"{name} are not numbers: give an array of real ones ({value!r} is a {type(value).__name__})")
    return float(value)


def finite_row(name: str, values: ArrayLike) -> Floats:
    """`values`, or one value, as an array (m,) of finite floats, m >= 1."""
    row = np.atleast_1d(numbers(name, values))
    require(row.ndim == 1 and row.size, f"{name} must have shape (m,), m >= 1, not {row.shape}")
    bad = np.flatnonzero(~np.isfinite(row))
    if bad.size:
        raise InputError(f"{name} number {bad[0]} is {row[bad[0]]}: all must be finite")
    return row


def positive_row(name: str, values: ArrayLike) -> Floats:
    """`values`, or one value, as an array (m,) of finite floats > 0, m >= 1."""
    row = np.atleast_1d(numbers(name, values))
    require(row.ndim == 1 and row.size, f"{name} must have shape (m,), m >= 1, not {row.shape}")
    bad = row[~(np.isfinite(row) & (row > 0))]
    if bad.size:
        raise InputError(f"{name}={bad[0]:g} is not allowed: give finite numbers > 0")
    return row


def increasing_steps(steps: ArrayLike, least: int = 0) -> Integers:
    """`steps`, or one number of steps, as an array (points,) of increasing integers from `least` to MAX_STEPS."""
    given = np.atleast_1d(np.asarray(steps))
    row = finite_row("steps", steps)
    require((row == np.round(row)).all() and (row >= least).all(), f"steps must be integers >= {least} that increase")
    # As given, not as floats: 2^53 + 1 is told from 2^53.
    require(max(given.tolist()) <= MAX_STEPS, f"steps reach {max(given.tolist())}: give at most 2^53")
    falls = np.flatnonzero(np.diff(row) <= 0)
    k = falls[0] if falls.size else -1
    require(not falls.size, f"steps must increase, but {row[k]:g} is followed by {row[k + 1]:g}: sort, drop repeats")
    return row.astype(np.int64)
