"""Curves, and how to run a kernel many times: replica r of seed s is one fixed stream, whoever computes it."""

from __future__ import annotations

import importlib
import inspect
import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import DivergedError, InputError, require
from theorylab.jit import Kernel
from theorylab.streams import stream

Progress = Callable[[str, int, int], None]
"""Called as progress(kernel name, replicas done, replicas in all)."""

CHUNKS = 64  # pieces that a run is cut into: enough for progress and balance, few enough to cost nothing


@dataclass(frozen=True, eq=False)
class Curve:
    """Samples of a quantity at points x: Monte Carlo replicas, or exactly computed rows.

    x: (points,); samples: (replicas, points). Monte Carlo: rows are independent replicas, and statements are
    about their mean. Exact: every entry is a value of its own (one row for a prediction, many for an ensemble of
    settings), known up to `rounding`, an absolute bound broadcast to the shape of the samples.
    """

    x: NDArray[np.float64]
    samples: NDArray[np.float64]
    exact: bool = False
    rounding: NDArray[np.float64] = field(default_factory=lambda: np.zeros(()))
    x_name: str = "steps"

    def __post_init__(self) -> None:
        x, samples = np.asarray(self.x, dtype=float), np.asarray(self.samples, dtype=float)
        require(x.ndim == 1, f"x needs shape (points,), not {x.shape}")
        require(
            samples.ndim == 2 and samples.shape[1] == x.size and samples.shape[0] >= 1,
            f"samples of shape {samples.shape} do not fit x of shape {x.shape}: give (replicas, points)",
        )
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "rounding", np.broadcast_to(np.asarray(self.rounding, float), samples.shape))

    @property
    def replicas(self) -> int:
        """Number of rows."""
        return int(self.samples.shape[0])

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over the replicas, (points,); the row itself where there is one."""
        return self.samples[0] if self.replicas == 1 else np.asarray(self.samples.mean(axis=0))

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """Standard error of the mean, (points,); zero on an exact road."""
        if self.exact or self.replicas < 2:
            return np.zeros(self.x.size)
        with np.errstate(invalid="ignore"):  # not a number where a replica diverged
            return np.asarray(self.samples.std(axis=0, ddof=1) / math.sqrt(self.replicas))

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Which replicas hold a value that is not finite, (replicas,)."""
        return np.asarray(~np.isfinite(self.samples).all(axis=1))

    def at(self, selection: Any) -> Curve:
        """The curve at a selection of its points (mask, slice or indices)."""
        return replace(
            self, x=self.x[selection], samples=self.samples[:, selection], rounding=self.rounding[:, selection]
        )

    def __repr__(self) -> str:
        road = "exact" if self.exact else "Monte Carlo"
        span = f"{self.x_name} {self.x[0]:g}..{self.x[-1]:g}" if self.x.size else "no points"
        return f"Curve({road}, {self.replicas} x {self.x.size}, {span})"


def exact(x: ArrayLike, values: ArrayLike, relative_rounding: ArrayLike, x_name: str = "steps") -> Curve:
    """Curve of exactly computed values, (points,) or (rows, points), each known up to a relative rounding bound."""
    rows = np.atleast_2d(np.asarray(values, dtype=float))
    bound = np.abs(np.where(np.isfinite(rows), rows, 0.0)) * np.asarray(relative_rounding, dtype=float)
    return Curve(np.asarray(x, dtype=float), rows, exact=True, rounding=bound, x_name=x_name)


def stacked(curves: Sequence[Curve]) -> Curve:
    """One exact curve with the rows of all the exact `curves`, which must be at the same points.

    Raises InputError for no curves, other points, or curves that are not exact.
    """
    require(curves, "no curves to stack: give at least one")
    require(all(curve.exact for curve in curves), "only exact curves are stacked: replicas of one run belong together")
    first = curves[0]
    require(all(np.array_equal(curve.x, first.x) for curve in curves), "curves at different points: select with .at")
    samples = np.concatenate([curve.samples for curve in curves])
    rounding = np.concatenate([curve.rounding for curve in curves])
    return Curve(first.x, samples, True, rounding, first.x_name)


@dataclass(frozen=True)
class _Means:
    """By what means replicas run: set once by a door of the lab, seen by every `replicate` below it."""

    executor: Executor | None = None
    workers: int | None = None
    progress: Progress | None = None


_means: ContextVar[_Means] = ContextVar("means", default=_Means())  # noqa: B039 (frozen)


@contextmanager
def using(
    *, executor: Executor | None = None, workers: int | None = None, progress: Progress | None = None
) -> Iterator[None]:
    """Within this context `replicate` uses the given executor or number of threads, and reports its progress.

    What is None stays as an outer context has it. Raises InputError if workers < 1. Results do not depend on any of it.
    """
    require(
        workers is None or (isinstance(workers, int) and not isinstance(workers, bool) and workers >= 1),
        f"workers={workers!r} is not allowed: give an integer >= 1",
    )
    outer = _means.get()
    token = _means.set(_Means(executor or outer.executor, workers or outer.workers, progress or outer.progress))
    try:
        yield
    finally:
        _means.reset(token)


@overload
def replicate(
    kernel: Kernel,
    *arguments: Any,
    x: ArrayLike,
    replicas: int,
    seed: int,
    names: None = None,
    executor: Executor | None = None,
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
    executor: Executor | None = None,
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
    executor: Executor | None = None,
    keep_diverged: bool = False,
    x_name: str = "steps",
    rounding: float = 0.0,
) -> Curve | dict[str, Curve]:
    """Curve of `replicas` runs of `kernel(*arguments, stream)`, each on a stream of its own.

    The kernel returns (points,), one value per entry of `x`; or, with `names`, (len(names), points), and the
    result is a dict of curves from the same runs. Bytes depend on (kernel, arguments, seed) alone: not on the
    executor (any `concurrent.futures.Executor`; threads by default), and the first R of 2R replicas are the
    R-run. `rounding` is the relative rounding bound used at points where all replicas coincide.

    Raises InputError for replicas < 2 or an output of the wrong shape; DivergedError, saying how many replicas
    and from which point on, if a value is not finite, unless `keep_diverged`.
    """
    points = np.asarray(x, dtype=float)
    require(points.ndim == 1 and points.size, f"x needs shape (points,), points >= 1, not {points.shape}")
    require(
        isinstance(replicas, (int, np.integer)) and replicas >= 2,
        f"replicas={replicas!r} is not allowed: an uncertainty needs an integer >= 2",
    )
    stream(seed, 0)  # a bad seed is refused before any work
    shape = points.shape if names is None else (len(names), points.size)
    samples = _run_chunks(kernel, arguments, seed, int(replicas), shape, executor)
    if not keep_diverged and not np.isfinite(samples).all():
        raise DivergedError(_describe_divergence(kernel, arguments, samples, points, x_name))
    bound = rounding * np.abs(np.where(np.isfinite(samples), samples, 0.0))
    if names is None:
        return Curve(points, samples, x_name=x_name, rounding=bound)
    return {name: Curve(points, samples[:, i], x_name=x_name, rounding=bound[:, i]) for i, name in enumerate(names)}


def _run_chunks(
    kernel: Kernel,
    arguments: tuple[Any, ...],
    seed: int,
    replicas: int,
    shape: tuple[int, ...],
    executor: Executor | None,
) -> NDArray[np.float64]:
    """Samples (replicas, *shape), each chunk put in its own place whoever finishes first."""
    means = _means.get()
    report = means.progress or (lambda name, done, total: None)
    label = getattr(kernel, "__name__", "kernel")
    reference = _reference(kernel)
    samples = np.empty((replicas, *shape))
    # Replica 0 runs here and now: it compiles once, and shows a wrong output shape before anything is spent.
    first = _chunk(reference, arguments, seed, 0, 1)
    if first.shape[1:] != shape:
        raise InputError(f"kernel {label} returned shape {first.shape[1:]}, expected {shape}: one value per point")
    samples[:1] = first
    report(label, 1, replicas)
    edges = np.unique(np.linspace(1, replicas, min(replicas - 1, CHUNKS) + 1).astype(int))
    given = executor or means.executor
    pool = given or ThreadPoolExecutor(means.workers or available_cores())
    futures: dict[Future[NDArray[np.float64]], tuple[int, int]] = {}
    try:
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            futures[pool.submit(_chunk, reference, arguments, seed, start, stop)] = (start, stop)
        done = 1
        for future in as_completed(futures):
            start, stop = futures[future]
            chunk = future.result()
            if chunk.shape != (stop - start, *shape):
                raise InputError(f"kernel {label} returned {shape} for replica 0, but not for {start} to {stop - 1}")
            samples[start:stop] = chunk
            done += stop - start
            report(label, done, replicas)
    except BaseException:  # Ctrl-C included: let nothing queue up behind the one who stops
        for future in futures:
            future.cancel()
        raise
    finally:
        if given is None:
            pool.shutdown(wait=True, cancel_futures=True)
    return samples


def _chunk(reference: Any, arguments: tuple[Any, ...], seed: int, start: int, stop: int) -> NDArray[np.float64]:
    kernel = _resolve(reference)
    rows = [np.asarray(kernel(*arguments, stream(seed, r)), dtype=float) for r in range(start, stop)]
    require(len({row.shape for row in rows}) == 1, "the kernel returns other shapes for other replicas: one is needed")
    return np.stack(rows)


def _reference(kernel: Kernel) -> Any:
    """The kernel by module and name where that finds it again (another process then loads it from the cache)."""
    place = (getattr(kernel, "__module__", None), getattr(kernel, "__name__", None))
    try:
        found = getattr(importlib.import_module(str(place[0])), str(place[1]), None)
    except ImportError:
        return kernel
    return place if found is kernel and place[0] != "__main__" else kernel


def _resolve(reference: Any) -> Any:
    if isinstance(reference, tuple):
        return getattr(importlib.import_module(reference[0]), reference[1])
    return reference


def available_cores() -> int:
    """Number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _describe_divergence(
    kernel: Kernel, arguments: tuple[Any, ...], samples: NDArray[np.float64], x: NDArray[np.float64], x_name: str
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
    return (
        f"{count} of {samples.shape[0]} replicas of {getattr(kernel, '__name__', 'kernel')}({setting}) diverged, "
        f"first at {x_name} {x[point]:g} (replica {replica}): lower the step size, or keep_diverged=True to study it"
    )
