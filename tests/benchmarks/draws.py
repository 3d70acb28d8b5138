"""Random numbers."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from tests.benchmarks import native
from tests.benchmarks.common import Contender, Entry, Floats, jax_or_none
from theorylab.numerics.streams import fill_normal, fill_normal32, stream

COUNT = 100_000


@numba.njit
def _naive_normals(generator, out):  # type: ignore[no-untyped-def]
    for i in range(out.size):
        out[i] = generator.standard_normal()


def _sfc64() -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(0))


def normals() -> Entry:
    """Standard normals in blocks of 100,000."""
    source, twin, out, other = stream(0, 0), stream(0, 0), np.empty(COUNT), np.empty(COUNT)
    draws = [_sfc64(), _sfc64()]

    def ours() -> Floats:
        fill_normal(source, out)
        return out

    def in_c() -> Floats:
        lib.fill_normal(twin, other, COUNT)
        return other

    others = {
        "numba": Contender(lambda: _naive_normals(draws[0], other), COUNT),
        "numpy": Contender(lambda: _fill(draws[1], other), COUNT),
    }
    if lib := native.library():
        others["c"] = Contender(in_c, COUNT)
    others |= _in_jax("float64")
    # Five words of a lane step, and about 55 multiplications and additions of the polynomials, per normal.
    return Entry("ns / normal", Contender(ours, COUNT), others, flops=55, goals={"numba": 4.0, "numpy": 10.0})


def normals32() -> Entry:
    """Standard normals in float32, in blocks of 100,000."""
    source, out, other = stream(0, 0), np.empty(COUNT, np.float32), np.empty(COUNT, np.float32)
    draws = [_sfc64(), _sfc64()]
    others = {
        "numba": Contender(lambda: _naive_normals(draws[0], other), COUNT),
        "numpy": Contender(lambda: _fill(draws[1], other), COUNT),
    } | _in_jax("float32")
    ours = Contender(lambda: fill_normal32(source, out), COUNT)
    return Entry("ns / normal", ours, others, flops=20, goals={"numba": 4.0, "numpy": 10.0})  # half as wide as float64


def _fill(draws: np.random.Generator, out: Any) -> None:
    draws.standard_normal(out=out, dtype=out.dtype)


def _in_jax(kind: str) -> dict[str, Contender]:
    jax = jax_or_none()
    if not jax:
        return {}
    draw, key = jax.jit(lambda key: jax.random.normal(key, (COUNT,), kind)), jax.random.PRNGKey(0)

    def call() -> None:
        draw(key).block_until_ready()

    return {"jax": Contender(call, COUNT)}
