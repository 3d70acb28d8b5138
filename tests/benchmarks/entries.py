"""What is timed: the lab's kernels as studies call them, and the same algorithm by other means.

Every contender gives back what it computed, and is timed only after it was found to agree with ours.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks import fast_forward, native
from theorylab.minimax import kernels as minimax
from theorylab.minimax import schedules
from theorylab.regression import moments, theory
from theorylab.regression.kernels import paths
from theorylab.regression.model import LeastSquares
from theorylab.separable import kernels as separable
from theorylab.separable.model import Labelled
from theorylab.streams import fill_normal, stream

Floats = NDArray[np.float64]
DIMENSION = 2000


@dataclass(frozen=True)
class Contender:
    """A call and the units of work that it does; it gives back its result, or None where results are random."""

    call: Callable[[], Any]
    work: float


@dataclass(frozen=True)
class Entry:
    """A kernel: its unit, ours, the others by column, what a unit needs of the machine, the goals as least ratios."""

    unit: str
    ours: Contender
    others: dict[str, Contender] = field(default_factory=dict)
    flops: float = 0.0
    """Floating-point operations per unit, a multiply-add counted as two: what bounds the time from below."""
    bytes: float = 0.0
    """Bytes read per unit from the cache level of `resident`, the other lower bound."""
    resident: int = 0
    """Bytes that the kernel goes over again and again."""
    goals: dict[str, float] = field(default_factory=dict)


def problem() -> tuple[LeastSquares, float]:
    """Least squares with eigenvalues i^-2 and noise, and a stable step."""
    p = LeastSquares.power_law(DIMENSION, 2.0, start=1.0, noise_std=1.0)
    return p, 1 / (6 * p.trace)


def jax_or_none() -> Any:
    """JAX in double precision, or None, with a word, where it is not installed."""
    try:
        import jax
    except ImportError:
        print("JAX is not installed (pip install jax): the column jax stays empty", file=sys.stderr)
        return None
    jax.config.update("jax_enable_x64", True)
    return jax


@numba.njit
def _naive_normals(generator, out):  # type: ignore[no-untyped-def]
    for i in range(out.size):
        out[i] = generator.standard_normal()


def normals() -> Entry:
    """Standard normals in blocks of 100,000."""
    source, out = stream(0, 0), np.empty(100_000)
    draws = [np.random.Generator(np.random.SFC64(0)) for _ in range(2)]
    return Entry(
        "ns / normal",
        Contender(lambda: fill_normal(source, out), out.size),
        {
            "numba": Contender(lambda: _naive_normals(draws[0], out), out.size),
            "numpy": Contender(lambda: _fill(draws[1], out), out.size),
        },
        goals={"numba": 4.0, "numpy": 10.0},
    )


def _fill(draws: np.random.Generator, out: Floats) -> None:
    draws.standard_normal(out=out)


@numba.njit
def _naive_recursion(keep, gain, lam, feedback, noise, start, steps):  # type: ignore[no-untyped-def]
    c = start.copy()
    for _ in range(steps):
        c = keep * c + gain * (feedback * (lam * c).sum() + noise)
    return c


def sgd_recursion() -> Entry:
    """K2: exact second moments of SGD, d = 2000."""
    p, step = problem()
    r, count = theory.recursion(p, step, False), 2000
    steps = np.array([count])

    def in_numpy(steps: int = count) -> Floats:
        c = r.start.copy()
        for _ in range(steps):
            c = r.keep * c + r.gain * (r.feedback * (r.eigenvalues @ c) + r.noise)
        return c

    def in_c() -> Floats:
        c = r.start.copy()
        lib.sgd_recursion(c.size, count, r.keep, r.gain, r.eigenvalues, r.feedback, r.noise, c)
        return c

    work = float(DIMENSION * count)
    others = {
        "numba": Contender(
            lambda: _naive_recursion(r.keep, r.gain, r.eigenvalues, r.feedback, r.noise, r.start, count), work
        ),
        "numpy": Contender(in_numpy, work),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    if jax := jax_or_none():
        keep, gain, lam, start = map(jax.numpy.asarray, (r.keep, r.gain, r.eigenvalues, r.start))
        body = jax.jit(
            lambda c: jax.lax.fori_loop(0, count, lambda _, c: keep * c + gain * (r.feedback * (lam @ c) + r.noise), c)
        )
        others["jax"] = Contender(lambda: np.asarray(body(start)), work)
    return Entry(
        "ns / (coordinate step)",
        Contender(lambda: moments.last(r, steps)[0], work),
        others,
        flops=5,
        bytes=32,
        resident=32 * DIMENSION,
        goals={"c": 0.9, "numpy": 8.0},
    )


def ema_recursion() -> Entry:
    """Exact second moments of the EMA of SGD, d = 2000."""
    p, step = problem()
    r, count, a = theory.recursion(p, step, False), 2000, 0.99
    steps = np.array([count])

    def in_numpy() -> Floats:
        c, cross, v = r.start.copy(), r.start.copy(), r.start.copy()
        for _ in range(count):
            v = a * a * v + 2 * a * (1 - a) * cross + (1 - a) ** 2 * c
            cross = r.contraction * (a * cross + (1 - a) * c)
            c = r.keep * c + r.gain * (r.feedback * (r.eigenvalues @ c) + r.noise)
        return v

    def in_c() -> Floats:
        c, cross, v = r.start.copy(), r.start.copy(), r.start.copy()
        given = (r.keep, r.gain, r.eigenvalues, r.contraction, r.feedback, r.noise, a)
        lib.ema_recursion(c.size, count, *given, c, cross, v)
        return v

    work = float(DIMENSION * count)
    others = {"numpy": Contender(in_numpy, work)}
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    ours = Contender(lambda: moments.ema(r, a, steps)[0], work)
    return Entry("ns / (coordinate step)", ours, others, flops=14, bytes=56, resident=56 * DIMENSION, goals={"c": 0.9})


def sgd_paths() -> Entry:
    """K1: one run of one-pass SGD with its averages, d = 2000, fresh normals at every step."""
    p, step = problem()
    data, source, draws = p.data(), stream(0, 0), np.random.Generator(np.random.SFC64(0))
    starts, steps = np.array([100]), np.array([200])

    def in_numpy() -> None:
        e, m, total = p.error0.copy(), p.error0.copy(), np.zeros(DIMENSION)
        for _ in range(200):
            x = data.scales * draws.standard_normal(DIMENSION)
            m = 0.99 * m + 0.01 * e
            total += e
            e = e + step * (p.noise_std * draws.standard_normal() - x @ e) * x

    def ours() -> None:
        paths(data, step, 0.99, starts, steps, data.eigenvalues, 2, source)

    work = DIMENSION * 200.0
    return Entry(
        "ns / (coordinate step)", Contender(ours, work), {"numpy": Contender(in_numpy, work)}, goals={"numpy": 9.0}
    )


def batch_perceptron() -> Entry:
    """The batch perceptron to the end, 1000 Gaussian points in 100 dimensions."""
    given = Labelled.gaussian(1000, 100, 0.3, seed=1)
    n, d = given.signed.shape
    rule = separable.Rule(np.inf, 0.5, 0)
    count = int(separable.solve(given.signed, rule, 10**6)[0])

    def in_numpy() -> Floats:
        position = np.zeros(d)
        for t in range(10**6):
            margins = given.signed @ position
            if (margins > 0).all():
                return np.array([float(t)])
            position += ((margins < 0) + 0.5 * (margins == 0)) @ given.signed / n
        return np.array([np.inf])

    def in_c() -> Floats:
        return np.array([float(lib.perceptron(n, d, given.signed, 10**6, np.empty(d), np.empty(d)))])

    work = float(count * n * d)
    others = {"numpy": Contender(in_numpy, work)}
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    ours = Contender(lambda: separable.solve(given.signed, rule, 10**6)[:1], work)
    return Entry("ns / (entry step)", ours, others, flops=2, bytes=8, resident=8 * n * d, goals={"c": 0.9})


def _affine(schedule: schedules.Schedule, dimension: int, goals: dict[str, float]) -> Entry:
    """Iterates of an affine operator that is skew plus a multiple of the identity, with a dense matrix."""
    draws = np.random.default_rng(2).standard_normal((dimension, dimension)) / dimension**0.5
    matrix = np.ascontiguousarray(0.25 * (draws - draws.T) + 0.1 * np.eye(dimension))
    start, count = np.ones(dimension), schedule.step.size
    steps = np.array([count])

    def in_numpy() -> Floats:
        z = start.copy()
        for b1, a1, b2, a2 in zip(*schedule, strict=True):
            w = z + b1 * (start - z) - a1 * (matrix @ z)
            z = z + b2 * (start - z) - a2 * (matrix @ w)
        return z

    def in_c() -> Floats:
        z = np.empty(dimension)
        lib.affine(dimension, count, matrix, start, *schedule, z)
        return z

    work = 2.0 * dimension**2 * count
    others = {"numpy": Contender(in_numpy, work)}
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    ours = Contender(lambda: minimax.affine_iterates(matrix, start, schedule, steps)[0], work)
    return Entry("ns / (entry use)", ours, others, flops=2, bytes=8, resident=8 * dimension**2, goals=goals)


def extragradient() -> Entry:
    """K6: extragradient with a dense operator, d = 500."""
    return _affine(schedules.extragradient(200, 0.5, 1.0), 500, {"c": 0.9})


def halpern() -> Entry:
    """Halpern's iteration with a dense operator, d = 500."""
    return _affine(schedules.halpern(200, 2.0), 500, {"c": 0.9})


def secular() -> Entry:
    """SGD's risk at 200 horizons to 1e12, d = 2000: secular equation against a dense eigendecomposition."""
    ours, dense = Contender(fast_forward.ours, 200), Contender(fast_forward.dense, 200)
    return Entry("ns / horizon", ours, {"numpy": dense}, goals={"numpy": 10.0})


ENTRIES: dict[str, Callable[[], Entry]] = {
    f.__name__: f
    for f in (
        normals, sgd_paths, sgd_recursion, ema_recursion, secular, batch_perceptron, extragradient, halpern,
    )
}  # fmt: skip
