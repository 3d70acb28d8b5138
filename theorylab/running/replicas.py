"""How to run a kernel many times: replica r of seed s is one fixed stream, whoever computes it."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import DivergedError, InputError, require
from theorylab.numerics.arguments import numbers, reals
from theorylab.numerics.jit import Kernel
from theorylab.numerics.streams import stream
from theorylab.running import loops, tasks
from theorylab.running.checkpoints import run_key
from theorylab.running.tasks import Reference, compute, cut, estimated

MAX_SAMPLE_BYTES = 2**26
"""Bytes of samples that a run may hold; above, a row is the mean of a block of replicas."""

LOOP_FROM = 8192
"""Replicas from which a compiled loop pays for being compiled; a call from Python costs some 5 microseconds."""

MIN_ROWS = 256
"""Rows that blocks leave at least: enough for the limits of `intervals`."""


@overload
def replicate(
    kernel: Kernel,
    *arguments: Any,
    x: ArrayLike,
    replicas: int,
    seed: int,
    names: None = None,
    keep_diverged: bool = False,
    x_name: str = "steps",
    rounding: float = 0.0,
) -> Curve: ...
@overload
def replicate(
    kernel: Kernel,
    *arguments: Any,
    x: ArrayLike,
    replicas: int,
    seed: int,
    names: Sequence[str],
    keep_diverged: bool = False,
    x_name: str = "steps",
    rounding: float = 0.0,
) -> dict[str, Curve]: ...
def replicate(
    kernel: Kernel,
    *arguments: Any,
    x: ArrayLike,
    replicas: int,
    seed: int,
    names: Sequence[str] | None = None,
    keep_diverged: bool = False,
    x_name: str = "steps",
    rounding: float = 0.0,
) -> Curve | dict[str, Curve]:
    """Curve of `replicas` runs of `kernel(*arguments, stream)`, each on a stream of its own.

    The kernel returns (points,), one value per entry of `x`; or, with `names`, (len(names), points), and the
    result is a dict of curves from the same runs. Bytes depend on (kernel, arguments, seed) alone: not on the
    executor (threads, or what `using` gives), and the first R of 2R replicas are the R-run. `rounding` is the relative
    rounding bound used at points where all replicas coincide. A run whose samples would take more than
    MAX_SAMPLE_BYTES streams them: each row of its curves is the mean of a block of replicas, which leaves every
    statement about means as it is.

    Raises InputError for replicas < 2, an output of the wrong shape, or a run that would not fit into memory;
    DivergedError, saying how many replicas and from which point on, if a value is not finite, unless `keep_diverged`
    (which also keeps every replica a row of its own).
    """
    points = reals("x", x)
    require(points.ndim == 1 and points.size, f"x needs shape (points,), points >= 1, not {points.shape}")
    require(not np.isnan(points).any(), "x holds NaN: leave out points that are nowhere")
    require(
        isinstance(replicas, (int, np.integer)) and replicas >= 2,
        f"replicas={replicas!r} is not allowed: an uncertainty needs an integer >= 2",
    )
    stream(seed, 0)  # a bad seed is refused before any work
    shape = points.shape if names is None else (len(names), points.size)
    block = 1 if keep_diverged else _block(int(replicas), 8 * math.prod(shape))
    _require_memory(int(replicas) // block, shape, block, rounding)
    samples = _samples(kernel, arguments, seed, int(replicas), shape, block)
    if not keep_diverged and not np.isfinite(samples).all():
        raise DivergedError(_describe_divergence(kernel, arguments, samples, points, x_name, block))

    def curve(values: NDArray[np.float64]) -> Curve:
        bound = rounding * np.abs(np.where(np.isfinite(values), values, 0.0)) if rounding else np.zeros(())
        return Curve(points, values, x_name=x_name, rounding=bound, block=block)

    return curve(samples) if names is None else {name: curve(samples[:, i]) for i, name in enumerate(names)}


def _block(replicas: int, row: int) -> int:
    """Replicas per row, a divisor of their number: 1 where all rows (of `row` bytes) may be held."""
    most = max(MAX_SAMPLE_BYTES // row, MIN_ROWS)
    if replicas <= most:
        return 1
    least = -(-replicas // most)
    rows = next((n for n in range(most, min(most, MIN_ROWS) // 2 - 1, -1) if n and replicas % n == 0), 0)
    nice = 2 ** (least - 1).bit_length()
    require(
        rows,
        f"replicas={replicas} do not divide into blocks of {least} or a little more, as a run of this size needs: give "
        f"a multiple of {nice}, such as {-(-replicas // nice) * nice}",
    )
    return replicas // rows


def _require_memory(rows: int, shape: tuple[int, ...], block: int, rounding: float) -> None:
    """Refuse, before anything is spent, what would not fit: the samples, their bounds, and as much to judge them."""
    needed = 8 * rows * math.prod(shape) * (3 if rounding else 2)
    free = tasks.available_memory() if needed > MAX_SAMPLE_BYTES else None
    what = f"{rows} rows of {' x '.join(map(str, shape))} values" + (
        f", each of {block} replicas," if block > 1 else ""
    )
    require(
        free is None or needed <= free,
        f"{what} need {needed / 2**30:.1f} GiB of memory, and {(free or 0) / 2**30:.1f} GiB are free: give fewer "
        + ("points" if block > 1 else "points or replicas"),
    )


def _samples(
    kernel: Kernel,
    arguments: tuple[Any, ...],
    seed: int,
    replicas: int,
    shape: tuple[int, ...],
    block: int,
) -> NDArray[np.float64]:
    """Samples (replicas / block, *shape), each piece put in its own place whoever finishes first."""
    label = getattr(kernel, "__name__", "kernel")
    reference = Reference.to(kernel)
    # Replica 0 runs here and now: it compiles once, and shows a wrong output shape before anything is spent.
    first, seconds = estimated(lambda: _first_row(kernel, arguments, seed, shape)[None], replicas)
    samples = np.empty((replicas // block, *shape))
    samples[:1] = first  # of a block, this is written over
    done = 1 if block == 1 else 0
    kept = tasks.kept_samples()
    growing = None if kept is None else run_key(kernel, {"seed": int(seed), "block": block}, arguments)
    if kept and growing in kept:  # the first replicas of a run are those of the smaller one
        known = kept[growing][: samples.shape[0]]
        samples[: known.shape[0]] = known
        done = known.shape[0] * block
    key = run_key(kernel, {"seed": int(seed), "replicas": replicas, "block": block, "from": done}, arguments)
    pieces, looped = cut(done, replicas, block), replicas - done >= LOOP_FROM

    def call(start: int, stop: int) -> tasks.Call:
        return functools.partial(_rows, reference, arguments, seed, block, shape, looped, start, stop)

    finished = compute(call, pieces, label=label, key=key, seconds=seconds, done=done)
    for (start, stop), rows in finished:
        if rows.shape != ((stop - start) // block, *shape):
            raise InputError(f"kernel {label} returned {shape} for replica 0, but not for {start} to {stop - 1}")
        samples[start // block : stop // block] = rows
    if kept is not None and growing is not None:
        kept[growing] = samples
    return samples


def _first_row(kernel: Kernel, arguments: tuple[Any, ...], seed: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """What replica 0 gave; InputError, saying what to write, where the kernel does not fit."""
    label, state = getattr(kernel, "__name__", "kernel"), stream(seed, 0)
    _require_parameters(kernel, label, (*arguments, state))
    try:
        row = kernel(*arguments, state)
    except NumbaError as error:
        reason = next((line.strip() for line in str(error).splitlines()[1:] if line.strip()), str(error))
        raise InputError(
            f"kernel {label} cannot be compiled for its arguments ({reason}): write loops over arrays and numbers, or "
            "give the plain function, without @kernel"
        ) from error
    wanted = f"expected {shape}: return an array of floats of that shape, one value per point"
    require(row is not None, f"kernel {label} returned nothing, {wanted}")
    try:
        values = numbers("its values", row)
    except (TypeError, ValueError) as error:
        require(
            getattr(row, "dtype", np.dtype(float)).kind != "c", f"kernel {label} returned complex numbers, {wanted}"
        )
        raise InputError(f"kernel {label} returned a {type(row).__name__} that is no array, {wanted}") from error
    require(values.shape == shape, f"kernel {label} returned shape {values.shape}, {wanted}")
    return values


def _require_parameters(kernel: Kernel, label: str, given: tuple[Any, ...]) -> None:
    """Raise InputError unless the kernel can be called with what is given, the stream last."""
    try:
        signature = inspect.signature(getattr(kernel, "py_func", kernel))
    except (TypeError, ValueError):  # a builtin may have none
        return
    try:
        signature.bind(*given)
    except TypeError as error:
        raise InputError(
            f"kernel {label}{signature} does not fit the {len(given) - 1} arguments given and the stream after them "
            f"({error}): write def {label}(one name for each, stream)"
        ) from None


def _rows(
    reference: Reference,
    arguments: tuple[Any, ...],
    seed: int,
    block: int,
    shape: tuple[int, ...],
    looped: bool,
    start: int,
    stop: int,
) -> NDArray[np.float64]:
    """What replicas start..stop gave, one row each; or the mean of each `block` of them."""
    kernel = reference.resolve()
    if looped and (found := loops.rows(kernel, arguments, seed, block, shape, start, stop)) is not None:
        return found
    rows: list[NDArray[np.float64]] = []
    for first in range(start, stop, block):
        row = np.array(kernel(*arguments, stream(seed, first)), dtype=float)
        for r in range(first + 1, first + block):
            row += kernel(*arguments, stream(seed, r))
        rows.append(row / block if block > 1 else row)
    require(len({row.shape for row in rows}) == 1, "the kernel returns other shapes for other replicas: one is needed")
    return np.stack(rows)


def _describe_divergence(
    kernel: Kernel,
    arguments: tuple[Any, ...],
    samples: NDArray[np.float64],
    x: NDArray[np.float64],
    x_name: str,
    block: int,
) -> str:
    """How many replicas diverged, which first and from which point, under which scalar arguments."""
    bad = np.asarray(~np.isfinite(samples.reshape(samples.shape[0], -1, x.size)).all(axis=1))
    count = int(bad.any(axis=1).sum())
    point = int(np.flatnonzero(bad.any(axis=0))[0])
    replica = int(np.flatnonzero(bad[:, point])[0])
    names = list(inspect.signature(getattr(kernel, "py_func", kernel)).parameters)
    setting = ", ".join(
        f"{name}={value:g}"
        for name, value in zip(names, arguments, strict=False)
        if isinstance(value, (int, float, np.number))
    )
    what = "replicas" if block == 1 else f"blocks of {block} replicas"
    return (
        f"{count} of {samples.shape[0]} {what} of {getattr(kernel, '__name__', 'kernel')}({setting}) diverged, "
        f"first at {x_name} {x[point]:g} ({what.split()[0][:-1]} {replica}): lower the step size, or "
        "keep_diverged=True to study it"
    )
