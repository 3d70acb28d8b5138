"""Reference recursions per step, at d = 1000 and d = 10: against a loop in C, and against optax as it is run.

A reference steps inside a compiled loop, as in a simulation. optax makes a step by a call of a compiled function, with
the state handed on, as in a training loop: its column, `jax`, has what such a call costs.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks import native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab import jit
from theorylab.models.adaptive.optimisers import adam
from theorylab.models.preconditioning.optimisers import lion

ROWS, STEPS, OPTAX_STEPS = 8, 2000, 2000
GOALS = {"c": 0.9, "jax": 10.0}


@jit.kernel
def _adam_path(method, gradients, x, memory, steps):  # type: ignore[no-untyped-def]
    for t in range(1, steps + 1):
        adam.step(method, t, x, gradients[(t - 1) % gradients.shape[0]], memory)


@jit.kernel
def _lion_path(method, gradients, x, memory, steps):  # type: ignore[no-untyped-def]
    for t in range(1, steps + 1):
        lion.step(method, t, x, gradients[(t - 1) % gradients.shape[0]], memory)


def _entry(
    d: int, path: Any, method: Any, memories: int, in_c: Callable[..., None], make: Callable[[Any], Any]
) -> Entry:
    """Points after all steps of one optimiser along Gaussian gradients."""
    gradients = np.random.default_rng(1).standard_normal((ROWS, d))

    def ours() -> Floats:
        x, memory = np.ones(d), np.zeros((memories, d))
        path(method, gradients, x, memory, STEPS)
        return x

    others = {}
    if lib := native.library():

        def c() -> Floats:
            x, memory = np.ones(d), [np.zeros(d) for _ in range(memories)]
            in_c(lib, *method[:4], d, STEPS, ROWS, gradients, x, *memory)
            return x

        others["c"] = Contender(c, STEPS)
    if importlib.util.find_spec("optax") is None:
        print("optax is not installed (pip install optax): the column jax stays empty", file=sys.stderr)
    elif jax := jax_or_none():
        import optax

        optimiser = make(optax)
        rows = [jax.numpy.asarray(row) for row in gradients]

        @jax.jit
        def step(x, state, gradient):  # type: ignore[no-untyped-def]
            update, state = optimiser.update(gradient, state, x)
            return optax.apply_updates(x, update), state

        def in_optax() -> Floats:
            x = jax.numpy.ones(d)
            state = optimiser.init(x)
            for t in range(OPTAX_STEPS):
                x, state = step(x, state, rows[t % ROWS])
            return np.asarray(x)

        others["jax"] = Contender(in_optax, OPTAX_STEPS)
    return Entry("ns / step", Contender(ours, STEPS), others, goals=GOALS)


def _adam(d: int) -> Entry:
    method = adam.Method()
    make = lambda optax: optax.adam(method.rate)  # noqa: E731
    return _entry(d, _adam_path, method, adam.MEMORIES, lambda lib, *given: lib.adam_steps(*given), make)


def _lion(d: int) -> Entry:
    method = lion.Method()
    make = lambda optax: optax.lion(method.rate, weight_decay=0.0)  # noqa: E731
    return _entry(d, _lion_path, method, lion.MEMORIES, lambda lib, *given: lib.lion_steps(*given), make)


def adam_1000() -> Entry:
    """Adam at d = 1000."""
    return _adam(1000)


def adam_10() -> Entry:
    """Adam at d = 10."""
    return _adam(10)


def lion_1000() -> Entry:
    """Lion at d = 1000."""
    return _lion(1000)


def lion_10() -> Entry:
    """Lion at d = 10."""
    return _lion(10)
