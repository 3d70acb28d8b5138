"""An optimiser on the periodic losses that defeat Adam."""

from __future__ import annotations

import numba
import numpy as np

from tests.benchmarks import native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab.models.adaptive import kernels
from theorylab.models.adaptive.optimisers.rules import AMSGRAD, Method

ROUNDS, RUNS = 100_000, 1000
HIGH, LOW, PERIOD = 3.0, 1.0, 3
RATE, FIRST, SECOND, START = 0.5, 0.9, 0.99, 1.0


@numba.njit(fastmath=True)
def _naive(rounds):  # type: ignore[no-untyped-def]
    first, second, largest, x, cost, slopes, directions = 0.0, 0.0, 0.0, START, 0.0, 0.0, 0.0
    for t in range(1, rounds + 1):
        g = HIGH if (t - 1) % PERIOD == 0 else -LOW
        cost += g * x
        slopes += g
        first = FIRST * first + (1 - FIRST) * g
        second = SECOND * second + (1 - SECOND) * g**2
        largest = max(largest, second)
        direction = first / np.sqrt(largest)
        x = min(1.0, max(-1.0, x - RATE / np.sqrt(t) * direction))
        directions += direction
    return np.array([x, cost + abs(slopes), directions])


def amsgrad_rounds() -> Entry:
    """AMSGrad on slopes 3, -1, -1, ...: point, regret and directions after 10^5 rounds."""
    method, steps = Method(AMSGRAD, RATE, True, FIRST, 1.0, SECOND, 0.0), np.array([ROUNDS])

    def in_numpy() -> None:
        first, second, largest, x = (np.zeros(RUNS) for _ in range(4))
        for t in range(1, ROUNDS // 100 + 1):
            g = HIGH if (t - 1) % PERIOD == 0 else -LOW
            first = FIRST * first + (1 - FIRST) * g
            second = SECOND * second + (1 - SECOND) * g**2
            largest = np.maximum(largest, second)
            x = np.clip(x - RATE / t**0.5 * first / np.sqrt(largest), -1.0, 1.0)

    def in_c() -> Floats:
        out = np.empty(3)
        lib.amsgrad_rounds(HIGH, LOW, PERIOD, RATE, FIRST, SECOND, START, ROUNDS, out)
        return out

    others = {
        "numba": Contender(lambda: _naive(ROUNDS), ROUNDS),
        "numpy": Contender(in_numpy, RUNS * (ROUNDS // 100)),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, ROUNDS)
    if jax := jax_or_none():
        jnp = jax.numpy

        def one(k, held):  # type: ignore[no-untyped-def]
            first, second, largest, x, cost, slopes, directions = held
            g = jnp.where(k % PERIOD == 0, HIGH, -LOW)
            cost, slopes = cost + g * x, slopes + g
            first, second = FIRST * first + (1 - FIRST) * g, SECOND * second + (1 - SECOND) * g * g
            largest = jnp.maximum(largest, second)
            direction = first / jnp.sqrt(largest)
            x = jnp.clip(x - RATE / jnp.sqrt(k + 1.0) * direction, -1.0, 1.0)
            return first, second, largest, x, cost, slopes, directions + direction

        @jax.jit
        def whole(start):  # type: ignore[no-untyped-def]
            *_, x, cost, slopes, directions = jax.lax.fori_loop(0, ROUNDS, one, (0.0, 0.0, 0.0, start, 0.0, 0.0, 0.0))
            return jnp.stack([x, cost + jnp.abs(slopes), directions])

        others["jax"] = Contender(lambda: np.asarray(whole(START)), ROUNDS)
    ours = Contender(lambda: kernels.periodic_path(HIGH, LOW, PERIOD, method, START, steps)[:, 0], ROUNDS)
    return Entry("ns / round", ours, others, goals={"c": 0.9})
