"""Affine operators: extragradient (K6) and Halpern's iteration."""

from __future__ import annotations

import numba
import numpy as np

from tests.benchmarks import native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab.models.minimax import kernels as minimax
from theorylab.models.minimax import schedules


@numba.njit
def _naive_affine(matrix, start, b1, a1, b2, a2):  # type: ignore[no-untyped-def]
    z = start.copy()
    for k in range(b1.size):
        w = z + b1[k] * (start - z) - a1[k] * (matrix @ z)
        z = z + b2[k] * (start - z) - a2[k] * (matrix @ w)
    return z


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
    others = {
        "numba": Contender(lambda: _naive_affine(matrix, start, *schedule), work),
        "numpy": Contender(in_numpy, work),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    if jax := jax_or_none():
        a, first = jax.numpy.asarray(matrix), jax.numpy.asarray(start)
        given = jax.numpy.stack([jax.numpy.asarray(part) for part in schedule], axis=1)

        def one(z, row):  # type: ignore[no-untyped-def]
            w = z + row[0] * (first - z) - row[1] * (a @ z)
            return z + row[2] * (first - z) - row[3] * (a @ w), None

        whole = jax.jit(lambda: jax.lax.scan(one, first, given)[0])
        others["jax"] = Contender(lambda: np.asarray(whole()), work)
    ours = Contender(lambda: minimax.affine_iterates(matrix, start, schedule, steps)[0], work)
    return Entry("ns / (entry use)", ours, others, flops=2, bytes=8, resident=8 * dimension**2, goals=goals)


def extragradient() -> Entry:
    """K6: extragradient with a dense operator, d = 500."""
    return _affine(schedules.extragradient(200, 0.5, 1.0), 500, {"c": 0.9})


def halpern() -> Entry:
    """Halpern's iteration with a dense operator, d = 500."""
    return _affine(schedules.halpern(200, 2.0), 500, {"c": 0.9})
