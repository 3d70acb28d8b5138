"""Exact values over many points of a grid: starts, settings, seeds of an ensemble."""

from __future__ import annotations

import functools
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import reals
from theorylab.numerics.jit import Kernel
from theorylab.running.checkpoints import run_key
from theorylab.running.tasks import Call, Reference, compute, cut, estimated

Floats = NDArray[np.float64]
REDUCTIONS: dict[str, np.ufunc] = {"max": np.maximum, "min": np.minimum, "sum": np.add}
Reduction = Literal["max", "min", "sum"]


def grid(
    kernel: Kernel,
    points: ArrayLike,
    *arguments: Any,
    reduce: Reduction | None = None,
) -> Floats:
    """Values of `kernel(block of points, *arguments)`, (n, ...), points (n, ...) being cut along their first axis.

    The kernel returns one row of values per point, (block, ...), each depending on its own point alone. Blocks run on
    threads, or on the executor of `using`, with its progress and checkpoints. With `reduce`
    ('max', 'min' or 'sum' over the points) each block is reduced where it was computed, and (...) is returned: values
    over 10^7 points are then never held together. Bytes depend on (kernel, points, arguments) alone.

    Raises InputError for no points, an unknown reduction, or a kernel that does not return one row per point.
    """
    rows = np.asarray(reals("points", points), order="C")
    require(rows.ndim >= 1 and rows.shape[0] >= 1, f"points of shape {rows.shape} are no grid: give (n, ...), n >= 1")
    require(reduce is None or reduce in REDUCTIONS, f"reduce={reduce!r} is not allowed: give 'max', 'min' or 'sum'")
    label = getattr(kernel, "__name__", "kernel")
    n, reference = rows.shape[0], Reference.to(kernel)
    first, seconds = estimated(lambda: _values(reference, rows[:1], arguments, None), n)
    key = run_key(kernel, {"points": n, "reduce": reduce}, (rows, *arguments))
    out = None if reduce else np.empty((n, *first.shape[1:]))
    parts: dict[int, Floats] = {}

    def call(start: int, stop: int) -> Call:  # with its own points only
        return functools.partial(_values, reference, rows[start:stop], arguments, reduce)

    for (start, stop), values in compute(call, cut(0, n), label=label, key=key, seconds=seconds):
        if values.shape != ((1 if reduce else stop - start), *first.shape[1:]):
            raise InputError(
                f"kernel {label} returned other shapes for points {start} to {stop - 1} than for the first"
            )
        if out is None:
            parts[start] = values[0]
        else:
            out[start:stop] = values
    if out is not None:
        return out
    # In the order of the points, so that a sum has the same bytes whoever finishes first.
    return np.asarray(functools.reduce(REDUCTIONS[str(reduce)], (parts[start] for start in sorted(parts))))


def _values(reference: Reference, rows: Floats, arguments: tuple[Any, ...], reduce: str | None) -> Floats:
    values = np.asarray(reference.resolve()(rows, *arguments), dtype=float)
    require(
        values.ndim >= 1 and values.shape[0] == rows.shape[0],
        f"the kernel returned shape {values.shape} for {rows.shape[0]} points: one row per point is needed",
    )
    return np.asarray(REDUCTIONS[reduce].reduce(values, axis=0, keepdims=True)) if reduce else values
