"""Scalar networks (K3)."""

from __future__ import annotations

import math

import numba
import numpy as np

from tests.benchmarks import native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab.models.edge import descent

POINTS, DEPTH, STEPS = 20_000, 4, 100


@numba.njit(error_model="numpy")
def _naive_descent(weights, sizes, steps):  # type: ignore[no-untyped-def]
    out = np.empty(weights.shape[0])
    for point in range(weights.shape[0]):
        w, u, sharpness, growth = weights[point].copy(), 1.0, 0.0, 0.0
        for t in range(steps + 1):
            if t > 0:
                product = w.prod()
                w = w - sizes[point] * (product - 1) * product / w
                if abs(product - 1) < 1e-13:
                    break
                if w.min() <= 0:
                    sharpness = math.inf
                    break
            gaps = w * w - w.min() ** 2
            step = 1.0
            while abs(step) >= 1e-8:
                step = np.log(u + gaps).sum() / (u / (u + gaps)).sum()
                u *= math.exp(-step)
            fresh = (1 / (u + gaps)).sum()
            growth = max(growth, fresh / sharpness)
            sharpness = fresh
        out[point] = sharpness
    return out


def scalar_networks() -> Entry:
    """K3: descent from 20,000 starts of depth 4 with the sharpness that gradient flow would reach, after every step."""
    draws = np.random.default_rng(3)
    weights = draws.uniform(0.5, 1.5, (POINTS, DEPTH))
    sizes = draws.uniform(0.02, 0.08, POINTS)

    def in_numpy() -> Floats:
        w, u, sharpness, growth = weights.copy(), np.ones(POINTS), np.zeros(POINTS), np.zeros(POINTS)
        moving = np.ones(POINTS, bool)
        for t in range(STEPS + 1):
            if t > 0:
                product = w.prod(axis=1)
                w[moving] -= (sizes * (product - 1) * product)[moving, None] / w[moving]
                moving &= np.abs(product - 1) >= 1e-13
            gaps = w * w - (w * w).min(axis=1, keepdims=True)
            active = moving.copy()
            while active.any():
                terms = u[active, None] + gaps[active]
                step = np.log(terms).sum(axis=1) / (u[active, None] / terms).sum(axis=1)
                u[active] *= np.exp(-step)
                active[active] = np.abs(step) >= 1e-8
            fresh = (1 / (u[:, None] + gaps)).sum(axis=1)
            with np.errstate(divide="ignore"):
                growth = np.where(moving, np.maximum(growth, fresh / sharpness), growth)
            sharpness = np.where(moving, fresh, sharpness)
        return sharpness

    def in_c() -> Floats:
        out = np.empty(POINTS)
        lib.scalar_networks(POINTS, DEPTH, weights, sizes, STEPS, out)
        return out

    work = float(POINTS * STEPS)
    others = {
        "numba": Contender(lambda: _naive_descent(weights, sizes, STEPS), work),
        "numpy": Contender(in_numpy, work),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    if jax := jax_or_none():
        jnp = jax.numpy
        start, eta = jnp.asarray(weights), jnp.asarray(sizes)

        def minimum(w, u):  # type: ignore[no-untyped-def]
            gaps = w * w - (w * w).min(axis=1, keepdims=True)

            def newton(held):  # type: ignore[no-untyped-def]
                u, active = held
                terms = u[:, None] + gaps
                step = jnp.log(terms.prod(axis=1)) / (u[:, None] / terms).sum(axis=1)
                return jnp.where(active, u * jnp.exp(-step), u), active & (jnp.abs(step) >= 1e-8)

            u, _ = jax.lax.while_loop(lambda held: held[1].any(), newton, (u, jnp.ones(POINTS, bool)))
            return u, (1 / (u[:, None] + gaps)).sum(axis=1)

        def one(_, held):  # type: ignore[no-untyped-def]
            w, u, sharpness, growth, moving = held
            product = w.prod(axis=1)
            push = (eta * (product - 1) * product)[:, None] / w
            w = jnp.where(moving[:, None], w - push, w)
            moving = moving & (jnp.abs(product - 1) >= 1e-13)
            u, fresh = minimum(w, u)
            growth = jnp.where(moving, jnp.maximum(growth, fresh / sharpness), growth)
            return w, u, jnp.where(moving, fresh, sharpness), growth, moving

        @jax.jit
        def whole():  # type: ignore[no-untyped-def]
            u, sharpness = minimum(start, jnp.ones(POINTS))
            held = (start, u, sharpness, jnp.zeros(POINTS), jnp.ones(POINTS, bool))
            return jax.lax.fori_loop(0, STEPS, one, held)[2]

        others["jax"] = Contender(lambda: np.asarray(whole()), work)
    steps = np.array([STEPS])
    ours = Contender(lambda: descent.descend(weights, sizes, steps)[0, :, 0], work)
    # Two turns of 4 terms with 7 operations, a logarithm and an exponential of 25 each; a step and a sharpness.
    return Entry("ns / (point step)", ours, others, flops=190, goals={"c": 0.9, "jax": 5.0})
