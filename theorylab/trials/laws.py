"""Laws of replicas with known means, and how often limits for the mean miss it unwarned: a panel for calibration.

Each law is tried at every size and at both levels, in runs of fixed size and in runs of interim analyses. Draws are
columns, so that thousands are judged at once.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from theorylab.numerics.streams import generator
from theorylab.verdicts.intervals import Limits, Moments, bounded_each

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], NDArray[Any]]
Mask = NDArray[Any]

SEED = 2026
SIZES = (64, 128, 256, 512, 1024)
LEVELS = (0.05, 1e-3)
FAILURE = 1e-3
"""Probability that a cell is said to break its level though it keeps it."""


@dataclass(frozen=True)
class Law:
    """A law by name: its kind, draws of shape (replicas, draws * points), and its mean.

    With `points` > 1 neighbouring columns are the points of one replica, and a statement is about all of them.
    `bounds` are declared, if there are any. `beyond` says why no limits without bounds can hold, where that is so.
    """

    name: str
    kind: str
    draw: Draw
    mean: float
    points: int = 1
    bounds: tuple[float, float] | None = None
    beyond: str = ""


def _numpy(name: str, *parameters: float) -> Draw:
    """Draws of a law that NumPy's generator has under that name."""
    return lambda rng, shape: np.asarray(getattr(rng, name)(*parameters, size=shape), dtype=float)


def _mixture(share: float, jump: float, spread: float = 1.0) -> Draw:
    return lambda rng, shape: np.asarray(
        rng.standard_normal(shape) * spread + jump * (rng.random(shape) < share), dtype=float
    )


def _stable(index: float, skew: float) -> Draw:
    """Stable laws of mean 0 by the method of Chambers, Mallows and Stuck (1976), index in (1, 2)."""
    slope = skew * math.tan(math.pi * index / 2)
    turn, scale = math.atan(slope) / index, (1 + slope**2) ** (0.5 / index)

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        angle, wait = rng.uniform(-np.pi / 2, np.pi / 2, shape), rng.exponential(size=shape)
        turned = index * (angle + turn)
        return np.asarray(
            scale * np.sin(turned) / np.cos(angle) ** (1 / index)
            * (np.cos(angle - turned) / wait) ** ((1 - index) / index)
        )  # fmt: skip

    return draw


def _choice(values: tuple[float, ...], shares: tuple[float, ...]) -> Draw:
    edges = np.cumsum(shares)[:-1]
    return lambda rng, shape: np.asarray(values)[np.searchsorted(edges, rng.random(shape), side="right")]


def _along(draw: Draw, points: int, memory: float) -> Draw:
    """An autoregression over the points of a replica, of the draws as innovations; mean 0 stays mean 0."""

    def correlated(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        innovations = draw(rng, (shape[0], shape[1] // points, points))
        for k in range(1, points):
            innovations[:, :, k] += memory * innovations[:, :, k - 1]
        return innovations.reshape(shape)

    return correlated


def _centred_exponential(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.exponential(size=shape) - 1


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_normal(shape)


def _light() -> Iterator[Law]:
    yield Law("normal", "light", _normal, 0.0)
    yield Law("uniform", "light", lambda rng, shape: rng.random(shape), 0.5)
    yield Law("arcsine", "light", lambda rng, shape: rng.beta(0.5, 0.5, shape), 0.5)
    yield Law("beta(0.3, 3)", "light", lambda rng, shape: rng.beta(0.3, 3, shape), 1 / 11)
    yield Law("logistic", "light", lambda rng, shape: rng.logistic(size=shape), 0.0)
    yield Law("Laplace", "light", lambda rng, shape: rng.laplace(size=shape), 0.0)


def _skewed() -> Iterator[Law]:
    yield Law("exponential", "skewed", _numpy("exponential"), 1.0)
    for form in (0.25, 0.5, 2.0, 5.0):
        yield Law(f"gamma({form:g})", "skewed", _numpy("gamma", form), form)
    yield Law("Weibull(1/2)", "skewed", _numpy("weibull", 0.5), 2.0)
    yield Law("normal^4", "skewed", lambda rng, shape: rng.standard_normal(shape) ** 4, 3.0)
    for width in (0.5, 1.0, 1.5, 2.0):
        yield Law(f"log-normal({width:g})", "skewed", _numpy("lognormal", 0.0, width), math.exp(width**2 / 2))


def _heavy() -> Iterator[Law]:
    for freedom in (10.0, 5.0, 3.0, 2.1):
        yield Law(f"t({freedom:g})", "heavy", _numpy("standard_t", freedom), 0.0)
    for index in (5.0, 3.1, 2.5, 2.1, 1.5):
        beyond = "infinite variance" if index < 2 else ""
        yield Law(f"Pareto({index:g})", "heavy", _numpy("pareto", index), 1 / (index - 1), beyond=beyond)
    yield Law("normal^3", "heavy", lambda rng, shape: rng.standard_normal(shape) ** 3, 0.0)
    for index, skew in ((1.8, 0.0), (1.8, 1.0), (1.5, 0.0), (1.5, 1.0)):
        yield Law(f"stable({index:g}, {skew:g})", "stable", _stable(index, skew), 0.0, beyond="infinite variance")


def _mixed() -> Iterator[Law]:
    for share, jump in ((0.1, 3.0), (0.1, 30.0), (0.05, 10.0), (0.01, 5.0), (0.01, 30.0)):
        beyond = f"a branch of {share:.0%}" if share * jump > 0.2 and share < 0.1 else ""
        yield Law(
            f"normal + {share:.0%} jumps of {jump:g}", "mixture", _mixture(share, jump), share * jump, beyond=beyond
        )
    yield Law(
        "exponential, 10% ten times as long", "mixture",
        lambda rng, shape: rng.exponential(size=shape) * np.where(rng.random(shape) < 0.1, 10, 1), 1.9,
        beyond="a branch of 10%",
    )  # fmt: skip
    yield Law(
        "normal, 5% ten times as wide", "mixture",
        lambda rng, shape: rng.standard_normal(shape) * np.where(rng.random(shape) < 0.05, 10, 1), 0.0,
    )  # fmt: skip
    yield Law("90% zero, else exponential", "mixture",
              lambda rng, shape: rng.exponential(size=shape) * (rng.random(shape) < 0.1), 0.1)  # fmt: skip


def _discrete() -> Iterator[Law]:
    for share in (0.5, 0.1, 0.01):
        yield Law(f"Bernoulli({share:g})", "discrete", _numpy("binomial", 1, share), share)
        yield Law(
            f"Bernoulli({share:g}), bounds declared", "bounded", _numpy("binomial", 1, share), share, bounds=(0, 1)
        )
    yield Law("1 + Bernoulli(0.01)", "discrete", lambda rng, shape: 1.0 + (rng.random(shape) < 0.01), 1.01)
    for rate in (0.05, 1.0, 10.0):
        yield Law(f"Poisson({rate:g})", "discrete", _numpy("poisson", rate), rate)
    yield Law("geometric(1/2)", "discrete", _numpy("geometric", 0.5), 2.0)
    yield Law("a die", "few values", _numpy("integers", 1, 7), 3.5)
    yield Law("-1, 0, 1: 5%, 90%, 5%", "few values", _choice((-1.0, 0.0, 1.0), (0.05, 0.9, 0.05)), 0.0)
    yield Law("0, 1, 10: 50%, 48%, 2%", "few values", _choice((0.0, 1.0, 10.0), (0.5, 0.48, 0.02)), 0.68)
    yield Law("0, 1, 10, bounds declared", "bounded", _choice((0.0, 1.0, 10.0), (0.5, 0.48, 0.02)), 0.68,
              bounds=(0.0, 10.0))  # fmt: skip
    yield Law("beta(0.3, 3), bounds declared", "bounded", lambda rng, shape: rng.beta(0.3, 3, shape), 1 / 11,
              bounds=(0.0, 1.0))  # fmt: skip


def _correlated() -> Iterator[Law]:
    for name, draw in (("normal", _normal), ("exponential", _centred_exponential)):
        for memory in (0.5, 1.0):
            kind = f"{name} along 6 points, memory {memory:g}"
            yield Law(kind, "correlated", _along(draw, 6, memory), 0.0, points=6)


LAWS = (*_light(), *_skewed(), *_heavy(), *_mixed(), *_discrete(), *_correlated())
LIGHT = ("normal", "uniform", "exponential", "gamma(0.5)", "gamma(2)", "gamma(5)")
"""Laws of which at most 2% of samples may be warned about."""


def _judged(law: Law, samples: Floats, first: int | None = None) -> tuple[Mask, dict[float, Mask]]:
    """Per draw: whether it is warned about, and at which levels its limits miss the mean; `first` of many analyses."""
    draws = samples.shape[1] // law.points
    if law.bounds is None:
        moments = Moments.of(samples)
        warned = moments.suspect.reshape(draws, law.points).any(axis=1)
    else:
        warned = np.zeros(draws, dtype=bool)

    def limits(level: float) -> Limits:
        if law.bounds is None:
            return moments.each(level / law.points, tightest=first)
        low, high = (np.full(samples.shape[1], side) for side in law.bounds)
        return bounded_each(samples, level / law.points, low, high, sequence=first is not None)

    missed = {}
    for level in LEVELS:
        found = limits(level)
        outside = (found.lower > law.mean) | (found.upper < law.mean)
        missed[level] = np.asarray(outside.reshape(draws, law.points).any(axis=1) & ~warned)
    return np.asarray(warned), missed


def panel(draws: int = 4000) -> list[dict[str, Any]]:
    """Rows (law, kind, replicas, warned, missed at each level, holds, beyond): shares of that many draws.

    `replicas` is a size, or 'any' for a run that is analysed at every size in turn and stops where it likes. `holds`:
    whether the unwarned misses of both levels are what the levels allow, by a binomial test at FAILURE.
    """
    rows = []
    for law in LAWS:
        rng = generator(SEED, zlib.crc32(law.name.encode()))
        for size in SIZES:
            warned, missed = _judged(law, law.draw(rng, (size, draws * law.points)))
            rows.append(_row(law, size, warned, missed))
        few = max(draws // 4, 1)
        path = law.draw(rng, (SIZES[-1], few * law.points))
        ever = {level: np.zeros(few, dtype=bool) for level in LEVELS}
        warned = np.zeros(few, dtype=bool)
        for size in SIZES:
            suspect, missed = _judged(law, path[:size], SIZES[0])
            warned |= suspect
            ever = {level: ever[level] | missed[level] for level in LEVELS}
        rows.append(_row(law, "any", warned, ever))
    return rows


def _row(law: Law, size: int | str, warned: Mask, missed: dict[float, Mask]) -> dict[str, Any]:
    counts = {level: int(found.sum()) for level, found in missed.items()}
    holds = all(count <= binom.isf(FAILURE, warned.size, level) for level, count in counts.items())
    shares = {f"missed at {level:g}": count / warned.size for level, count in counts.items()}
    return {"law": law.name, "kind": law.kind, "replicas": size, "draws": warned.size, "warned": float(warned.mean()),
            **shares, "holds": holds, "beyond": "" if holds else law.beyond}  # fmt: skip
