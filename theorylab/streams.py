"""Random streams for kernels: one per replica, fixed by (seed, replica) alone.

Kernels see a stream only through the `fill_*` functions below; how it works inside is nobody else's business.
A stream is used by one replica in one thread and is never shared.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.random import SFC64, Generator, SeedSequence
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.jit import kernel

Stream: TypeAlias = Generator


def stream(seed: int, replica: int) -> Stream:
    """The random stream of replica number `replica` under `seed`, both integers >= 0: always the same one.

    Raises InputError for negative or non-integer arguments.
    """
    _whole(seed=seed, replica=replica)
    return Generator(SFC64(SeedSequence(int(seed), spawn_key=(int(replica),))))


def generator(seed: int, key: int = 0) -> Generator:
    """NumPy generator for what is drawn outside kernels (data sets, starts, random problems), fixed by (seed, key).

    Independent of every replica's stream. Raises InputError as `stream`.
    """
    _whole(seed=seed, key=key)
    return np.random.default_rng(SeedSequence(int(seed), spawn_key=(int(key), 1)))


def _whole(**values: int) -> None:
    for name, value in values.items():
        require(
            isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= 0,
            f"{name}={value!r} is not allowed: give an integer >= 0",
        )


@kernel
def fill_normal(stream: Stream, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent standard normals."""
    for i in range(out.size):
        out[i] = stream.standard_normal()


@kernel
def fill_uniform(stream: Stream, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent uniforms on [0, 1)."""
    for i in range(out.size):
        out[i] = stream.random()


@kernel
def fill_integers(stream: Stream, high: int, out: NDArray[np.int64]) -> None:
    """Fill `out` (n,) with independent integers, uniform on 0, ..., high - 1 (high >= 1)."""
    for i in range(out.size):
        out[i] = stream.integers(0, high)


@kernel
def fill_signs(stream: Stream, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent fair signs, -1.0 or +1.0."""
    for i in range(out.size):
        out[i] = 1.0 if stream.random() < 0.5 else -1.0
