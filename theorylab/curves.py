"""Curves: what was measured or predicted at points x, as samples with what is known of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import reals, whole
from theorylab.numerics.rounding import from_ulps

MOST_STEPS = 10**7
"""Steps that a curve may have: more than any figure or memory bears."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Samples of a quantity at points x: simulated replicas, or deterministic rows.

    x: (points,); samples: (replicas, points). Simulated: rows are independent replicas, and statements are
    about their mean. Exact: every entry is a value of its own (one row for a prediction, many for an ensemble of
    settings), known up to `rounding`, an absolute bound broadcast to the shape of the samples. Where a run is too large
    to be held, a row is the mean of `block` replicas. `bounds` (2, points) hold every replica, where they are known
    (`bounded`); `population` says what instances were drawn from at random, and `drawn` how many (`drawn_from`).
    """

    x: NDArray[np.float64]
    samples: NDArray[np.float64]
    exact: bool = False
    rounding: NDArray[np.float64] = field(default_factory=lambda: np.zeros(()))
    x_name: str = "steps"
    block: int = 1
    bounds: NDArray[np.float64] | None = None
    population: str = ""
    drawn: int = 0

    def __post_init__(self) -> None:
        x, samples = reals("x", self.x), reals("samples", self.samples)
        require(x.ndim == 1, f"x needs shape (points,), not {x.shape}")
        require(np.isfinite(x).all(), "x needs finite numbers: leave the other points out")
        require(
            samples.ndim == 2 and samples.shape[1] == x.size and samples.shape[0] >= 1,
            f"samples of shape {samples.shape} do not fit x of shape {x.shape}: give (replicas, points)",
        )
        require(
            isinstance(self.block, (int, np.integer)) and self.block >= 1,
            f"block={self.block!r} is not allowed: a row is the mean of a whole number of replicas, 1 or more",
        )
        object.__setattr__(self, "drawn", whole("drawn", self.drawn, least=0))
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "rounding", self._rounding(samples.shape))
        if self.bounds is not None:
            object.__setattr__(self, "bounds", self._allowed(*self.bounds))

    def _rounding(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """The rounding bounds in the shape of the samples; NaN is kept, and says that there is no bound."""
        given = reals("rounding", self.rounding)
        require(not (given < 0).any(), "rounding has negative values: give sizes of errors")
        try:
            return np.broadcast_to(given, shape)
        except ValueError:
            raise InputError(f"rounding of shape {given.shape} does not fit samples of shape {shape}") from None

    def _allowed(self, low: ArrayLike, high: ArrayLike) -> NDArray[np.float64]:
        """Bounds as (2, points)."""
        sides = [reals("a bound", side) for side in (low, high)]
        bounds = np.stack([np.broadcast_to(side, self.x.shape) for side in sides])
        require(
            (bounds[0] <= bounds[1]).all(), f"bounds {low!r} to {high!r} are not allowed: low <= high, both numbers"
        )
        return bounds

    @property
    def broken_bounds(self) -> str:
        """Which sample lies furthest outside the bounds that were declared, in words; '' if none does."""
        if self.bounds is None:
            return ""
        bounds = self.bounds
        outside = (self.samples + self.rounding < bounds[0]) | (self.samples - self.rounding > bounds[1])
        if not outside.any():
            return ""
        beyond = np.where(outside, np.maximum(bounds[0] - self.samples, self.samples - bounds[1]), -1.0)
        row, point = np.unravel_index(int(beyond.argmax()), beyond.shape)
        low, high = bounds[:, point]
        return (
            f"{outside.sum()} samples lie outside the bounds: give bounds that every replica is known to obey; the "
            f"furthest is {self.samples[row, point]:g}, in replica {row} at {self.x_name} {self.x[point]:g}, "
            f"outside [{low:g}, {high:g}]"
        )

    def bounded(self, low: ArrayLike, high: ArrayLike) -> Curve:
        """The curve with the declaration that every replica lies in [low, high], scalars or (points,) each.

        Statements about its mean then hold for every law between the bounds, of two values too; equal ends say that
        nothing is random there, infinite ones that nothing is known. Samples outside make every check of the curve an
        error (`broken_bounds`), and leave a study's others alone. Raises InputError for bounds that are none.
        """
        sides = [reals("a bound", side) for side in (low, high)]
        try:
            return replace(self, bounds=np.stack([np.broadcast_to(side, self.x.shape) for side in sides]))
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"bounds of shapes {[side.shape for side in sides]} do not fit {self!r}") from None

    def drawn_from(self, population: str, drawn: int | None = None) -> Curve:
        """The curve with the declaration that its instances were drawn at random from that population.

        Instances are the rows, or the points where there is one row; `drawn` is how many of them were drawn, where some
        are settings of their own or several rows belong to one instance. Each is judged for itself, up to rounding, and
        what holds of all of them is a statement about the share of counterexamples in the population. Replicas may be
        such instances, where a claim is about each run and not about a mean. Raises InputError for means of blocks.
        """
        require(self.block == 1, f"a row is the mean of {self.block} replicas: instances are drawn one by one")
        most = self.replicas if self.replicas > 1 else self.x.size
        count = most if drawn is None else drawn
        require(1 <= count <= most, f"drawn={drawn} is not allowed: of {most} instances 1 to {most} were drawn")
        return replace(self, exact=True, population=population, drawn=count)

    @property
    def replicas(self) -> int:
        """Number of rows."""
        return int(self.samples.shape[0])

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over the replicas, (points,); the row itself where there is one."""
        with np.errstate(invalid="ignore"):  # not a number where replicas diverged to both sides
            return self.samples[0] if self.replicas == 1 else np.asarray(self.samples.mean(axis=0))

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """Standard error of the mean, (points,); zero on a deterministic curve."""
        if self.exact or self.replicas < 2:
            return np.zeros(self.x.size)
        # In units of the largest replica, powers of two: squares stay inside the floats, and no digit changes.
        unit = np.ldexp(1.0, np.frexp(np.abs(self.samples).max(axis=0))[1] - 1)
        with np.errstate(invalid="ignore"):  # not a number where a replica diverged
            return np.asarray((self.samples / unit).std(axis=0, ddof=1) * unit / math.sqrt(self.replicas))

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Which replicas hold a value that is not finite, (replicas,)."""
        return np.asarray(~np.isfinite(self.samples).all(axis=1))

    def at(self, selection: Any) -> Curve:
        """The curve at a selection of its points (mask, slice or indices)."""
        return replace(
            self,
            x=self.x[selection],
            samples=self.samples[:, selection],
            rounding=self.rounding[:, selection],
            bounds=None if self.bounds is None else self.bounds[:, selection],
        )

    def __repr__(self) -> str:
        road = "deterministic" if self.exact else "simulated"
        span = f"{self.x_name} {self.x[0]:g}..{self.x[-1]:g}" if self.x.size else "no points"
        rows = f"{self.replicas} means of {self.block}" if self.block > 1 else f"{self.replicas}"
        return f"Curve({road}, {rows} x {self.x.size}, {span})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython: as `repr`, with the mean as a line of blocks (of logarithms where it spans more than 1:30)."""
        line = _sparkline(self.mean)
        ends = f", {self.mean[0]:.3g} {line} {self.mean[-1]:.3g})" if line else ")"
        printer.text(repr(self).removesuffix(")") + ends)


def _sparkline(values: NDArray[np.float64], most: int = 24) -> str:
    """Values as one line of blocks of eight heights, at most so many; a space for what is no number, '' for none."""
    known = np.isfinite(values)
    if not known.any():
        return ""
    if values[known].min() > 0 and values[known].max() > 30 * values[known].min():
        values = np.log(np.where(known, values, 1.0))
    kept = np.unique(np.linspace(0, values.size - 1, min(values.size, most)).astype(int))
    low, high = values[known].min(), values[known].max()
    heights = np.zeros(values.size, int)
    if high > low:
        heights[known] = np.minimum(8 * (values[known] - low) / (high - low), 7).astype(int)
    return "".join("▁▂▃▄▅▆▇█"[heights[i]] if known[i] else " " for i in kept)


def exact(
    x: ArrayLike,
    values: ArrayLike,
    relative_rounding: ArrayLike | None = None,
    x_name: str = "steps",
    *,
    ulps: ArrayLike | None = None,
) -> Curve:
    """Curve of exactly computed values, (points,) or (rows, points), each known up to a relative rounding bound.

    The bound is given as it is, or as a whole number of units in the last place: ulps=4 is 4 * 2^-52. Raises InputError
    for both or none, and for ulps that are no whole numbers >= 0.
    """
    require(
        (relative_rounding is None) != (ulps is None),
        "a deterministic curve needs one rounding bound: give relative_rounding, or ulps (units in the last place)",
    )
    relative = from_ulps(ulps) if ulps is not None else reals("relative_rounding", relative_rounding)
    rows = np.atleast_2d(reals("values", values))
    bound = np.abs(np.where(np.isfinite(rows), rows, 0.0)) * relative
    return Curve(reals("x", x), rows, exact=True, rounding=bound, x_name=x_name)


def log_steps(first: float, last: float, count: int) -> NDArray[np.int64]:
    """At most `count` increasing integers from first to last, evenly spread on a logarithmic axis, each once.

    Raises InputError unless 1 <= first <= last and count >= 1.
    """
    require(1 <= first <= last < math.inf, f"first={first}, last={last} is not allowed: give 1 <= first <= last")
    count = whole("count", count, most=MOST_STEPS)
    return np.unique(np.geomspace(first, last, count).astype(np.int64))


def stacked(curves: Sequence[Curve]) -> Curve:
    """One deterministic curve with the rows of all the deterministic `curves`, which must be at the same points.

    Raises InputError for no curves, other points, or curves that are not exact.
    """
    require(curves, "no curves to stack: give at least one")
    require(
        all(curve.exact for curve in curves),
        "only deterministic curves are stacked: replicas belong together",
    )
    first = curves[0]
    require(all(np.array_equal(curve.x, first.x) for curve in curves), "curves at different points: select with .at")
    samples = np.concatenate([curve.samples for curve in curves])
    rounding = np.concatenate([curve.rounding for curve in curves])
    return replace(first, samples=samples, rounding=rounding, drawn=sum(curve.drawn for curve in curves))
