"""What an entry of the table is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Contender:
    """A call and the units of work that it does; it gives back its result, or None where results are random."""

    call: Callable[[], Any]
    work: float


@dataclass(frozen=True)
class Entry:
    """A kernel: its unit, ours, the others by column, what a unit needs of the machine, the goals as least ratios."""

    unit: str
    ours: Contender
    others: dict[str, Contender] = field(default_factory=dict)
    flops: float = 0.0
    """Floating-point operations per unit, a multiply-add counted as two: what bounds the time from below."""
    bytes: float = 0.0
    """Bytes read per unit from the cache level of `resident`, the other lower bound."""
    resident: int = 0
    """Bytes that the kernel goes over again and again."""
    goals: dict[str, float] = field(default_factory=dict)


def jax_or_none() -> Any:
    """JAX in double precision, or None, with a word, where it is not installed."""
    try:
        import jax
    except ImportError:
        print("JAX is not installed (pip install jax): the column jax stays empty", file=sys.stderr)
        return None
    jax.config.update("jax_enable_x64", True)
    return jax
