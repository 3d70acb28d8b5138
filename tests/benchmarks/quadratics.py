"""SGD with momentum on one mode of a noisy quadratic."""

from __future__ import annotations

import numba
import numpy as np

from tests.benchmarks import native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab.models.quadratics import kernels
from theorylab.numerics.streams import stream

STEPS, PATHS = 20_000, 1000
CURVATURE, NOISE, START, STEP, BETA = 0.7, 1.3, 2.0, 0.1, 0.9


@numba.njit(fastmath=True)
def _naive(steps, draws):  # type: ignore[no-untyped-def]
    x, m = START * draws.standard_normal(), 0.0
    for _ in range(steps):
        m = BETA * m + (1 - BETA) * (CURVATURE * x + NOISE * draws.standard_normal())
        x = x - STEP * m
    return x, m


def momentum_path() -> Entry:
    """Momentum on one mode, one path of 20,000 steps, a normal a step."""
    mode, steps = kernels.Mode(CURVATURE, NOISE, START), np.array([STEPS])
    source, twin = stream(0, 0), stream(0, 0)
    generators = [np.random.Generator(np.random.SFC64(k)) for k in range(2)]

    def in_numpy() -> None:
        x, m = START * generators[0].standard_normal(PATHS), np.zeros(PATHS)
        for _ in range(STEPS // 20):
            m = BETA * m + (1 - BETA) * (CURVATURE * x + NOISE * generators[0].standard_normal(PATHS))
            x -= STEP * m

    def in_c() -> Floats:
        out = np.empty(2)
        lib.momentum_path(CURVATURE, NOISE, START, STEP, BETA, STEPS, twin, out)
        return out

    others = {
        "numba": Contender(lambda: _naive(STEPS, generators[1]) is None or None, STEPS),
        "numpy": Contender(in_numpy, PATHS * (STEPS // 20)),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, STEPS)
    if jax := jax_or_none():

        def one(k, held):  # type: ignore[no-untyped-def]
            x, m, key = held
            key, here = jax.random.split(key)
            m = BETA * m + (1 - BETA) * (CURVATURE * x + NOISE * jax.random.normal(here, (PATHS,)))
            return x - STEP * m, m, key

        @jax.jit
        def whole(key):  # type: ignore[no-untyped-def]
            start = START * jax.random.normal(key, (PATHS,))
            return jax.lax.fori_loop(0, STEPS // 20, one, (start, jax.numpy.zeros(PATHS), key))[0]

        key = jax.random.PRNGKey(0)
        others["jax"] = Contender(lambda: whole(key).block_until_ready() is None or None, PATHS * (STEPS // 20))
    ours = Contender(lambda: kernels.momentum_paths(mode, STEP, BETA, steps, source)[:, 0], STEPS)
    return Entry("ns / step", ours, others, goals={"c": 0.9, "jax": 3.0})
