"""Least squares: exact recursions (K2), simulated runs (K1), fast-forward."""

from __future__ import annotations

import numba
import numpy as np

from tests.benchmarks import fast_forward, native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab.models.regression import moments, theory
from theorylab.models.regression.kernels import Observation, paths
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.streams import stream

DIMENSION = 2000


def problem() -> tuple[LeastSquares, float]:
    """Least squares with eigenvalues i^-2 and noise, and a stable step."""
    p = LeastSquares.power_law(DIMENSION, 2.0, start=1.0, noise_std=1.0)
    return p, 1 / (6 * p.trace)


@numba.njit
def _naive_recursion(keep, gain, lam, feedback, noise, start, steps):  # type: ignore[no-untyped-def]
    c = start.copy()
    for _ in range(steps):
        c = keep * c + gain * (feedback * (lam * c).sum() + noise)
    return c


def sgd_recursion() -> Entry:
    """K2: exact second moments of SGD, d = 2000."""
    p, step = problem()
    r, count = theory.recursion(p, step), 2000
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
        goals={"c": 0.9},
    )


def ema_recursion() -> Entry:
    """Exact second moments of the EMA of SGD, d = 2000."""
    p, step = problem()
    r, count, a = theory.recursion(p, step), 2000, 0.99
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


@numba.njit(fastmath=True)
def _naive_path(scales, lam, start, noise, step, decay, first, steps, draws):  # type: ignore[no-untyped-def]
    d = start.size
    e, m, total, before = start.copy(), start.copy(), np.zeros(d), np.zeros(d)
    for t in range(steps):
        if t == first:
            before = total.copy()
        x = np.empty(d)
        for i in range(d):
            x[i] = scales[i] * draws.standard_normal()
        residual = noise * draws.standard_normal() - (x * e).sum()
        m = decay * m + (1 - decay) * e
        total += e
        e = e + step * residual * x
    tail = (total - before) / (steps - first)
    return np.array([(lam * v * v).sum() / 2 for v in (e, m, total / steps, tail)])


def sgd_paths() -> Entry:
    """K1: one run of one-pass SGD with its averages, d = 2000, fresh normals at every step."""
    p, step = problem()
    data, first, count, decay = p.data(), 100, 200, 0.99
    starts, steps = np.array([first]), np.array([count])
    source, twin = stream(0, 0), stream(0, 0)
    draws = [np.random.Generator(np.random.SFC64(0)) for _ in range(2)]

    def in_numpy() -> None:
        e, m, total, before = p.error0.copy(), p.error0.copy(), np.zeros(DIMENSION), np.zeros(DIMENSION)
        for t in range(count):
            if t == first:
                before = total.copy()
            x = data.scales * draws[0].standard_normal(DIMENSION)
            m = decay * m + (1 - decay) * e
            total += e
            e = e + step * (p.noise_std * draws[0].standard_normal() - x @ e) * x
        for v in (e, m, total / count, (total - before) / (count - first)):
            _ = p.eigenvalues @ (v * v) / 2

    def in_numba() -> None:
        _naive_path(data.scales, p.eigenvalues, p.error0, p.noise_std, step, decay, first, count, draws[1])

    def in_c() -> Floats:
        out = np.empty(4)
        given = (step, decay, p.noise_std, data.scales, p.eigenvalues, p.error0, twin)
        lib.sgd_path(DIMENSION, first, count, *given, out)
        return out

    work = DIMENSION * float(count)
    others = {"numba": Contender(in_numba, work), "numpy": Contender(in_numpy, work)}
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    if jax := jax_or_none():
        jnp = jax.numpy
        scales, lam, start = map(jnp.asarray, (data.scales, p.eigenvalues, p.error0))

        def one(t, held):  # type: ignore[no-untyped-def]
            e, m, total, before, key = held
            key, here = jax.random.split(key)
            z = jax.random.normal(here, (DIMENSION + 1,))
            x = scales * z[:-1]
            before = jnp.where(t == first, total, before)
            residual = p.noise_std * z[-1] - x @ e
            return e + step * residual * x, decay * m + (1 - decay) * e, total + e, before, key

        @jax.jit
        def whole(key):  # type: ignore[no-untyped-def]
            zero = jnp.zeros(DIMENSION)
            e, m, total, before, _ = jax.lax.fori_loop(0, count, one, (start, start, zero, zero, key))
            ends = (e, m, total / count, (total - before) / (count - first))
            return jnp.stack([lam @ (v * v) / 2 for v in ends])

        key = jax.random.PRNGKey(0)

        def in_jax() -> None:
            whole(key).block_until_ready()

        others["jax"] = Contender(in_jax, work)

    def ours() -> Floats:
        return np.asarray(paths(data, step, decay, Observation(steps, starts, data.eigenvalues, 2), source)[:, 0])

    goals = {"c": 0.9, "numpy": 9.0, "jax": 10.0}
    return Entry("ns / (coordinate step)", Contender(ours, work), others, flops=60, goals=goals)


def secular() -> Entry:
    """SGD's risk at 200 horizons to 1e12, d = 2000: secular equation against a dense eigendecomposition."""
    ours, dense = Contender(fast_forward.ours, 200), Contender(fast_forward.dense, 200)
    return Entry("ns / horizon", ours, {"numpy": dense}, goals={"numpy": 10.0})
