"""Separable data: logistic descent (K4) and the batch perceptron."""

from __future__ import annotations

import math

import numba
import numpy as np

from tests.benchmarks import native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab.models.separable import kernels as separable
from theorylab.models.separable.model import Labelled


@numba.njit(fastmath=True)
def _naive_logistic(rows, step, steps):  # type: ignore[no-untyped-def]
    n, d = rows.shape
    position = np.zeros(d)
    for _ in range(steps):
        move = np.zeros(d)
        for i in range(n):
            weight = 1 / (1 + math.exp(step * (rows[i] * position).sum()))
            move += weight * rows[i]
        position += move / n
    return position


def logistic() -> Entry:
    """K4: logistic descent with step size 100, 1000 Gaussian points in 100 dimensions, 200 steps."""
    given = Labelled.gaussian(1000, 100, 0.05, seed=1)
    n, d = given.signed.shape
    step, count = 100.0, 200
    rule, steps = separable.Rule(step, 0.5, 0), np.array([count])

    def in_numpy() -> Floats:
        position = np.zeros(d)
        with np.errstate(over="ignore"):
            for _ in range(count):
                position += (1 / (1 + np.exp(step * (given.signed @ position)))) @ given.signed / n
        return position

    def in_c() -> Floats:
        position = np.empty(d)
        lib.logistic(n, d, given.signed, step, count, position, np.empty(d))
        return position

    work = float(count * n * d)
    others = {
        "numba": Contender(lambda: _naive_logistic(given.signed, step, count), work),
        "numpy": Contender(in_numpy, work),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    if jax := jax_or_none():
        rows = jax.numpy.asarray(given.signed)
        whole = jax.jit(
            lambda: jax.lax.fori_loop(
                0, count, lambda _, p: p + jax.nn.sigmoid(-step * (rows @ p)) @ rows / n, jax.numpy.zeros(d)
            )
        )
        others["jax"] = Contender(lambda: np.asarray(whole()), work)
    ours = Contender(lambda: separable.path(given.signed, rule, steps)[0], work)
    return Entry("ns / (entry step)", ours, others, flops=4, bytes=8, resident=8 * n * d, goals={"c": 0.9})


@numba.njit(fastmath=True)
def _naive_perceptron(rows, limit):  # type: ignore[no-untyped-def]
    n, d = rows.shape
    position = np.zeros(d)
    for t in range(limit + 1):
        move, wrong = np.zeros(d), 0
        for i in range(n):
            margin = (rows[i] * position).sum()
            if margin <= 0:
                wrong += 1
                move += (0.5 if margin == 0 else 1.0) * rows[i]
        if wrong == 0:
            return np.array([float(t)])
        position += move / n
    return np.array([np.inf])


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
    others = {
        "numba": Contender(lambda: _naive_perceptron(given.signed, 10**6), work),
        "numpy": Contender(in_numpy, work),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, work)
    if jax := jax_or_none():
        rows, jnp = jax.numpy.asarray(given.signed), jax.numpy

        def one(held):  # type: ignore[no-untyped-def]
            t, position, margins = held
            weights = (margins < 0) + 0.5 * (margins == 0)
            position = position + weights @ rows / n
            return t + 1, position, rows @ position

        @jax.jit
        def whole():  # type: ignore[no-untyped-def]
            begin = (0, jnp.zeros(d), jnp.zeros(n))
            return jax.lax.while_loop(lambda held: ~(held[2] > 0).all(), one, begin)[0]

        others["jax"] = Contender(lambda: np.array([float(whole())]), work)
    ours = Contender(lambda: separable.solve(given.signed, rule, 10**6)[:1], work)
    return Entry("ns / (entry step)", ours, others, flops=2, bytes=8, resident=8 * n * d, goals={"c": 0.9})
