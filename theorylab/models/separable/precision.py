"""Softmax and gradient methods with significands of p bits: what is rounded, and where.

`rounded` to p bits has no least exponent; from 2 to 25 bits every sum, product and quotient of such numbers made in
float64 and then rounded is the one correctly rounded result, and 53 bits are float64 itself. Logits, margins and
weights stay in float64: only the softmax has p bits, as where a network's last layer alone is made in another
precision. The largest logit is subtracted first, and sums run in the order of the classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, numbers, whole
from theorylab.numerics.elementary import exp
from theorylab.numerics.jit import allocating_strict_kernel, strict_kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BITS = {"bfloat16": 8, "float16": 11, "float32": 24, "float64": 53}
"""Bits of the significand, the leading one counted."""
LEAST_EXPONENT = {"float16": -14, "float32": -126, "float64": -1022}
"""Exponent of the least normal float."""


def rounded(values: ArrayLike, bits: int) -> Floats:
    """The values to `bits` significant bits, to nearest, ties to even. Raises InputError unless 2..25 bits, or 53."""
    _bits(bits)
    mantissa, exponent = np.frexp(numbers("values", values))
    return np.asarray(np.ldexp(np.rint(np.ldexp(mantissa, bits)), exponent - bits))


def softmax(logits: ArrayLike, bits: int) -> Floats:
    """Softmax (rows, classes) of logits (rows, classes), every operation after the subtraction in `bits` bits.

    Raises InputError for other shapes, logits that are not finite, or bits as `rounded`.
    """
    z = _logits(logits)
    terms = rounded(np.exp(z - z.max(axis=1, keepdims=True)), bits)
    total = terms[:, 0]
    for column in terms.T[1:]:
        total = rounded(total + column, bits)
    return rounded(terms / total[:, None], bits)


def native_softmax(logits: ArrayLike, kind: str) -> Floats:
    """As `softmax`, by NumPy in one of its own types: 'float16', 'float32' or 'float64', differences rounded too."""
    require(kind in LEAST_EXPONENT, f"kind={kind!r} is not allowed: give one of {', '.join(LEAST_EXPONENT)}")
    z = _logits(logits)
    terms = np.exp((z - z.max(axis=1, keepdims=True)).astype(kind))
    return np.asarray(terms / np.add.accumulate(terms, axis=1)[:, -1:], dtype=float)


def stablemax(logits: ArrayLike, bits: int = 53) -> Floats:
    """StableMax (rows, classes) of logits: s(z) / sum s, s(z) = 1 + z for z >= 0 and 1 / (1 - z) below, in `bits` bits.

    Raises InputError as `softmax`.
    """
    z = _logits(logits)
    terms = rounded(np.where(z >= 0, rounded(1 + np.abs(z), bits), 1 / rounded(1 + np.abs(z), bits)), bits)
    total = terms[:, 0]
    for column in terms.T[1:]:
        total = rounded(total + column, bits)
    return rounded(terms / total[:, None], bits)


@strict_kernel
def absorbed(term: float, bits: int) -> bool:
    """Whether 1 + term rounds to 1 in `bits` bits, 0 <= term <= 1: adding 3 2^(52 - bits) rounds to their spacing."""
    if bits >= 53:
        return 1.0 + term == 1.0
    shift = 3.0 * 2.0 ** (52 - bits)
    return (1.0 + term + shift) - shift == 1.0


@allocating_strict_kernel
def descent_times(step_size: float, bits: Integers, limit: int) -> Floats:
    """Steps m <- m + step_size / (1 + e^m) from 0 to collapse in each of `bits` (increasing), inf beyond the limit."""
    out = np.full(bits.size, np.inf)
    m, k = 0.0, 0
    for t in range(limit + 1):
        tail = exp(-m)
        while k < bits.size and absorbed(tail, bits[k]):
            out[k] = t
            k += 1
        if k == bits.size:
            break
        m += step_size * tail / (1.0 + tail)
    return out


@allocating_strict_kernel
def adam_times(step_size: float, first: float, second: float, bits: Integers, limit: int) -> Floats:
    """As `descent_times`, of Adam with decays `first` and `second`, bias corrections, and 1e-30 beside the root."""
    out = np.full(bits.size, np.inf)
    m, k, momentum, square = 0.0, 0, 0.0, 0.0
    left_first, left_second = 1.0, 1.0
    for t in range(limit + 1):
        tail = exp(-m)
        while k < bits.size and absorbed(tail, bits[k]):
            out[k] = t
            k += 1
        if k == bits.size:
            break
        slope = tail / (1.0 + tail)
        momentum = first * momentum + (1.0 - first) * slope
        square = second * square + (1.0 - second) * slope * slope
        left_first *= first
        left_second *= second
        m += step_size * momentum / (1.0 - left_first) / ((square / (1.0 - left_second)) ** 0.5 + 1e-30)
    return out


@allocating_strict_kernel
def freeze(signed: Floats, step_size: float, bits: int, limit: int) -> Floats:
    """Gradient descent on the summed logistic loss, 1 - p in `bits` bits, until all are 0: steps, then position (d+1,).

    Steps are inf where some sample still pulls after the limit.
    """
    n, d = signed.shape
    position, move, out = np.zeros(d), np.empty(d), np.empty(d + 1)
    shift = 3.0 * 2.0 ** (52 - bits)
    out[0] = np.inf
    for t in range(limit + 1):
        pulls = 0.0
        move[:] = 0.0
        for i in range(n):
            margin = 0.0
            for k in range(d):
                margin += signed[i, k] * position[k]
            tail = exp(-abs(margin))
            total = (1.0 + tail + shift) - shift
            share = 1.0 / total if margin >= 0.0 else tail / total
            pull = 1.0 - ((share + shift / 2) - shift / 2)
            pulls += pull
            for k in range(d):
                move[k] += pull * signed[i, k]
        if pulls == 0.0:
            out[0] = t
            break
        for k in range(d):
            position[k] += step_size * move[k]
    out[1:] = position
    return out


def times_to_collapse(
    step_size: float, bits: ArrayLike, limit: int, decays: tuple[float, float] | None = None
) -> Floats:
    """Steps of one sample's margin from 0 to collapse in each of `bits`, inf beyond the limit; with decays, of Adam.

    Raises InputError for a step size that is not > 0, bits that do not increase or are not allowed, or limit < 1.
    """
    _step_size(step_size)
    wanted = finite_row("bits", bits).astype(np.int64)
    for value in wanted.tolist():
        _bits(value)
    require((np.diff(wanted) > 0).all(), f"bits={wanted.tolist()} are not allowed: give them increasing")
    most = whole("limit", limit)
    if decays is None:
        return np.asarray(descent_times(float(step_size), wanted, most))
    return np.asarray(adam_times(float(step_size), *map(float, decays), wanted, most))


def frozen(signed: ArrayLike, step_size: float, bits: int, limit: int) -> tuple[float, Floats]:
    """Step at which gradient descent stands still since all samples have collapsed, and its position (d,) there.

    Signed points (n, d); inf steps beyond the limit. Raises InputError for other shapes, a step size that is not > 0,
    bits as `rounded` (below 53), or limit < 1.
    """
    points = np.ascontiguousarray(numbers("signed", signed))
    require(points.ndim == 2 and points.size, f"signed points of shape {points.shape} are not allowed: give (n, d)")
    _bits(bits)
    require(bits < 53, "bits=53 is not allowed: the run would take 2^53 steps; give 2 to 25")
    _step_size(step_size)
    found = np.asarray(freeze(points, float(step_size), int(bits), whole("limit", limit)))
    return float(found[0]), found[1:]


def _bits(bits: Any) -> None:
    whole("bits", bits, least=2)
    require(bits <= 25 or bits == 53, f"bits={bits} is not allowed: give 2 to 25, or 53 for float64")


def _logits(logits: ArrayLike) -> Floats:
    z = numbers("logits", logits)
    require(
        z.ndim == 2 and z.size and bool(np.isfinite(z).all()),
        f"logits of shape {z.shape} are not allowed: give finite numbers, (rows, classes)",
    )
    return z


def _step_size(step_size: float) -> None:
    require(step_size > 0, f"step_size={step_size} is not allowed: give a number > 0")
