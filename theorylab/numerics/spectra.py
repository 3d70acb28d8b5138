"""Eigenvalue sequences of data covariances: arrays (dimension,), positive, largest first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import whole

Spectrum = NDArray[np.float64]
LARGEST = 10**9
"""Directions that a spectrum may have: 8 GB of numbers."""


def power_law(dimension: int, exponent: float, largest: float = 1.0) -> Spectrum:
    """largest * i**(-exponent), i = 1..dimension; exponent >= 0. The trace stays bounded in d for exponent > 1."""
    power, top = _number("exponent", exponent), _number("largest", largest)
    require(0 <= power < np.inf, f"exponent={exponent} is not allowed: give a number >= 0")
    return _decaying(top * np.arange(1, whole("dimension", dimension, most=LARGEST) + 1) ** -power)


def exponential(dimension: int, factor: float, largest: float = 1.0) -> Spectrum:
    """largest * factor**i, i = 0..dimension-1, with 0 < factor <= 1."""
    ratio, top = _number("factor", factor), _number("largest", largest)
    require(0 < ratio <= 1, f"factor={factor} is not allowed: give a number in (0, 1]")
    return _decaying(top * ratio ** np.arange(whole("dimension", dimension, most=LARGEST)))


def spiked(dimension: int, spikes: ArrayLike, bulk: float = 1.0) -> Spectrum:
    """The spikes (k,), k <= dimension, each >= bulk, followed by dimension - k eigenvalues equal to bulk."""
    try:
        head = np.atleast_1d(np.asarray(spikes, dtype=float))
    except (TypeError, ValueError) as error:
        raise InputError(f"spikes={spikes!r} are not numbers") from error
    rest = whole("dimension", dimension, most=LARGEST) - head.size
    require(rest >= 0, f"{head.size} spikes do not fit into dimension={dimension}: give at most that many")
    return custom(np.concatenate([head, np.full(rest, _number("bulk", bulk))]))


def flat(dimension: int, value: float = 1.0) -> Spectrum:
    """`value` repeated `dimension` times: isotropic data."""
    return custom(np.full(whole("dimension", dimension, most=LARGEST), _number("value", value)))


def custom(eigenvalues: ArrayLike) -> Spectrum:
    """The given eigenvalues (d,) as a read-only array of floats, checked.

    Raises InputError if they are not one non-empty row of finite, positive numbers, largest first.
    """
    try:
        values = np.array(eigenvalues, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"eigenvalues={eigenvalues!r} are not numbers") from error
    require(values.ndim == 1 and values.size, f"eigenvalues need shape (d,), d >= 1, not {values.shape}")
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if bad.size:
        raise InputError(
            f"eigenvalue number {bad[0]} is {values[bad[0]]}: all must be finite and > 0; leave out null directions"
        )
    rises = np.flatnonzero(np.diff(values) > 0)
    if rises.size:
        raise InputError(
            f"eigenvalues rise at number {rises[0] + 1} ({values[rises[0]]} < {values[rises[0] + 1]}): "
            "give them largest first"
        )
    values.setflags(write=False)
    return values


def _decaying(values: NDArray[Any]) -> Spectrum:
    if values[0] > 0 and values[-1] == 0:
        lost = int(np.flatnonzero(values == 0)[0])
        raise InputError(f"eigenvalue number {lost} is below the smallest float: give dimension <= {lost}")
    return custom(values)


def _number(name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}={value!r} is not allowed: give a number") from error
    return number
