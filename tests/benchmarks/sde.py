"""RMSprop with normal noise, in several dimensions (K5)."""

from __future__ import annotations

import numba
import numpy as np

from tests.benchmarks import native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab.models.sde import kernels
from theorylab.numerics.streams import stream

DIMENSION, STEPS, PATHS = 10, 2000, 100


@numba.njit(fastmath=True)
def _naive_moments(hessian, root, noise, epsilon, rate, time_step, start, steps, draws):  # type: ignore[no-untyped-def]
    d = start.size
    x, u, out = np.zeros(d), start.copy(), np.zeros((d, d))
    scale = time_step**0.5
    z = np.empty(d)
    for k in range(steps):
        for i in range(d):
            z[i] = draws.standard_normal()
        gradient = np.zeros(d)
        for i in range(d):
            for j in range(d):
                gradient[i] += noise * root[i, j] * z[j] + scale * hessian[i, j] * x[j]
        x = x - scale * gradient / (noise * np.sqrt(u) + epsilon)
        u = u + rate * time_step * ((gradient / noise) ** 2 - u)
        if k >= steps // 2:
            for i in range(d):
                for j in range(i, d):
                    out[i, j] += x[i] * x[j] / (steps - steps // 2)
    return out


def rmsprop() -> Entry:
    """K5: moments of RMSprop on a quadratic with correlated normal noise, d = 10, one path of 2000 steps."""
    d, noise, epsilon, rate, time_step = DIMENSION, 1.0, 0.1, 1.0, 0.01
    draws = np.random.default_rng(4)
    mixing = draws.standard_normal((2, d, d)) / d**0.5
    hessian, covariance = (m @ m.T + np.eye(d) for m in mixing)
    root, start = np.linalg.cholesky(covariance), np.diag(covariance).copy()
    given = (hessian, root, noise, epsilon, rate, time_step, start)
    problem = kernels.Quadratic(*given, True)
    source, twin = stream(0, 0), stream(0, 0)
    generators = [np.random.Generator(np.random.SFC64(k)) for k in range(2)]
    upper = np.triu_indices(d)

    def in_numpy() -> None:
        x, u, out = np.zeros((PATHS, d)), np.tile(start, (PATHS, 1)), np.zeros((PATHS, d * (d + 1) // 2))
        scale = time_step**0.5
        for k in range(STEPS):
            gradient = noise * generators[0].standard_normal((PATHS, d)) @ root.T + scale * x @ hessian
            x -= scale * gradient / (noise * np.sqrt(u) + epsilon)
            u += rate * time_step * ((gradient / noise) ** 2 - u)
            if k >= STEPS // 2:
                out += x[:, upper[0]] * x[:, upper[1]] / (STEPS - STEPS // 2)

    def in_c() -> Floats:
        out = np.empty(d * (d + 1) // 2)
        lib.rmsprop(d, *given, STEPS, twin, out)
        return out

    work = float(d * STEPS)
    others = {
        "numba": Contender(lambda: _naive_moments(*given, STEPS, generators[1]) is None or None, work),
        "numpy": Contender(in_numpy, work * PATHS),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    if jax := jax_or_none():
        jnp = jax.numpy
        h, r, first = map(jnp.asarray, (hessian, root, start))
        scale = time_step**0.5

        def one(k, held):  # type: ignore[no-untyped-def]
            x, u, out, key = held
            key, here = jax.random.split(key)
            gradient = noise * jax.random.normal(here, (PATHS, d)) @ r.T + scale * x @ h
            x = x - scale * gradient / (noise * jnp.sqrt(u) + epsilon)
            u = u + rate * time_step * ((gradient / noise) ** 2 - u)
            seen = jnp.where(k >= STEPS // 2, x[:, upper[0]] * x[:, upper[1]] / (STEPS - STEPS // 2), 0.0)
            return x, u, out + seen, key

        @jax.jit
        def whole(key):  # type: ignore[no-untyped-def]
            held = (jnp.zeros((PATHS, d)), jnp.tile(first, (PATHS, 1)), jnp.zeros((PATHS, upper[0].size)), key)
            return jax.lax.fori_loop(0, STEPS, one, held)[2]

        key = jax.random.PRNGKey(0)

        def in_jax() -> None:
            whole(key).block_until_ready()

        others["jax"] = Contender(in_jax, work * PATHS)
    ours = Contender(lambda: kernels.rmsprop_moments(problem, STEPS, source), work)
    # A normal, a row of the Hessian and half a row of the root, half of the moments in half of the steps, the update.
    return Entry("ns / (coordinate step)", ours, others, flops=100, goals={"c": 0.9, "jax": 8.0})
