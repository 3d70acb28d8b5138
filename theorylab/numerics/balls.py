"""Proofs by ball arithmetic: enclosures with python-flint, and boxes bisected until a statement is decided.

A ball is a midpoint and a radius that holds the exact value, rounding included. What holds for a ball holds for every
number in it, so that what is decided is proved, about real numbers, up to the correctness of Arb and of this module.
Needs the extra `rigour`; importing without it raises InputError.
"""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from theorylab.errors import InputError, require

try:
    from flint import arb, ctx
except ImportError as error:
    raise InputError("certificates need python-flint: pip install -e '.[rigour]'") from error

Box: TypeAlias = tuple[tuple[float, float], ...]
Statement: TypeAlias = Callable[..., bool | None]
"""Of one ball per side: True if it holds on all of the sub-box, False if on none of it, None if that is open."""


@contextlib.contextmanager
def precision(bits: int) -> Iterator[None]:
    """Within this context balls have midpoints of that many bits. InputError outside 24 to 100 000."""
    require(
        isinstance(bits, int) and not isinstance(bits, bool) and 24 <= bits <= 100_000,
        f"bits={bits!r} is not allowed: give an integer from 24 to 100000",
    )
    before, ctx.prec = ctx.prec, bits
    try:
        yield
    finally:
        ctx.prec = before


def between(low: float, high: float) -> arb:
    """A ball that holds every number of [low, high]; exact for low == high, else up to a share 2^-27 wider.

    Floats are taken as the binary numbers that they are. InputError unless low <= high are finite.
    """
    require(
        math.isfinite(low) and math.isfinite(high) and low <= high,
        f"[{low}, {high}] is no interval: give finite numbers, the lower one first",
    )
    return arb(low) if low == high else arb(low).union(arb(high))


def square(x: arb) -> arb:
    """x^2, without values below 0 beyond the rounding of a radius.

    Not `x**2`: python-flint 0.9 answers nan where x holds 0. Not `x * x`, which takes the two factors as unrelated.
    """
    low, high = x.abs_lower(), x.abs_upper()
    return (low * low).union(high * high)


def power(x: arb, exponent: int) -> arb:
    """x^exponent for an integer exponent >= 0, by squaring. InputError otherwise."""
    require(
        isinstance(exponent, int) and not isinstance(exponent, bool) and exponent >= 0,
        f"exponent={exponent!r} is not allowed: give an integer >= 0",
    )
    if exponent == 0:
        return arb(1)
    half = square(power(x, exponent // 2)) if exponent > 1 else arb(1)
    return half * x if exponent % 2 else half


def lower(x: arb) -> float:
    """A float <= every number of the ball; nan for a ball that is not finite."""
    if not x.is_finite():
        return math.nan
    exact = x.lower()
    found = float(exact)
    return found if arb(found) <= exact else math.nextafter(found, -math.inf)


def upper(x: arb) -> float:
    """A float >= every number of the ball; nan for a ball that is not finite."""
    return -lower(-x)


def radius(x: arb) -> float:
    """Radius of the ball, rounded upwards; inf for a ball that is not finite."""
    return upper(x.rad()) if x.is_finite() else math.inf


@dataclass(frozen=True)
class Proof:
    """What bisection found about a statement on a box."""

    certified: bool | None
    """True: it holds on the whole box. False: it fails on `counterexample`. None: undecided within the limits."""
    boxes: int
    """Sub-boxes on which the statement was evaluated."""
    undecided: float
    """Share of the box's volume on which nothing is known."""
    counterexample: Box | None
    """A sub-box, perhaps one point, on which the statement fails everywhere."""
    bits: int
    """Precision at which it was evaluated."""

    def text(self, names: Sequence[str] = ()) -> str:
        """The outcome in words, with these names of the sides."""
        effort = f"({self.boxes} sub-boxes, {self.bits} bits)"
        if self.certified:
            return f"certified on this box {effort}"
        if self.certified is False:
            return f"refuted at {words(self.counterexample or (), names)} {effort}"
        return f"undecided on a share {self.undecided:.2g} of this box {effort}"

    def __str__(self) -> str:
        return self.text()


def prove(box: Sequence[tuple[float, float]], statement: Statement, *, depth: int = 60, limit: int = 100_000) -> Proof:
    """Bisect the box along its longest side until the statement is decided on every part, or a limit is reached.

    Lengths are those relative to the sides of the box: the unit of a variable does not matter.

    The statement is called with one ball per side; where it is open, also at the centre, as a point, since one
    point that fails is enough. A part is bisected at most `depth` times, `limit` parts are examined at most. The
    first counterexample ends the search. Raises InputError for a box without sides, a side that is no interval, or
    limits below 1.
    """
    require(len(box) > 0, "the box has no sides: give one (low, high) per variable")
    for name, value in (("depth", depth), ("limit", limit)):
        require(isinstance(value, int) and value >= 1, f"{name}={value!r} is not allowed: give an integer >= 1")
    for low, high in box:
        between(low, high)
    pending: deque[tuple[Box, int]] = deque([(tuple((float(low), float(high)) for low, high in box), 0)])
    units = [high / 2 - low / 2 or 1.0 for low, high in box]
    boxes, stuck = 0, 0.0
    while pending and boxes < limit:
        part, level = pending.popleft()
        boxes += 1
        answer = statement(*(between(*side) for side in part))
        if answer is None:
            centre: Box = tuple((x, x) for x in map(middle, part))
            if statement(*(arb(x) for x, _ in centre)) is False:
                answer, part = False, centre
        if answer is False:
            return Proof(False, boxes, 1.0, part, int(ctx.prec))
        if answer is None:
            halves = _halves(part, units) if level < depth else ()
            pending.extend((half, level + 1) for half in halves)
            stuck += 0.0 if halves else 2.0**-level
    share = stuck + sum(2.0**-level for _, level in pending)
    return Proof(True if share == 0 else None, boxes, share, None, int(ctx.prec))


def middle(side: tuple[float, float]) -> float:
    """A float in the middle of a side of a box."""
    return min(max(side[0] / 2 + side[1] / 2, side[0]), side[1])


def _halves(box: Box, units: Sequence[float]) -> tuple[Box, ...]:
    """The two parts of a box cut across its longest side in these units; none if no float lies between the ends."""
    k = max(range(len(box)), key=lambda i: (box[i][1] / 2 - box[i][0] / 2) / units[i])
    (low, high), cut = box[k], middle(box[k])
    if not low < cut < high:
        return ()
    return tuple((*box[:k], side, *box[k + 1 :]) for side in ((low, cut), (cut, high)))


class Margin:
    """The statement margin >= 0, for `prove`: True where the ball of the margin is >= 0, False where it is < 0.

    `slack` is the least lower bound on parts where it held. `rounding` is the largest radius at points: there nothing
    of the radius comes from the width of a box.
    """

    def __init__(self, margin: Callable[..., arb | None]) -> None:
        """margin: of one ball per side; None where the statement says nothing, which counts as holding."""
        self.margin, self.slack, self.rounding = margin, math.inf, 0.0

    def __call__(self, *sides: arb) -> bool | None:
        """True, False or None on a part of the box."""
        value = self.margin(*sides)
        if value is None:
            return True
        if all(side.is_exact() for side in sides):
            self.rounding = max(self.rounding, radius(value))
        if value >= 0:
            self.slack = min(self.slack, lower(value))
            return True
        return False if value < 0 else None


def words(box: Sequence[tuple[float, float]], names: Sequence[str] = ()) -> str:
    """A box in words: 'w_1 in [0.125, 2], load = 1'."""
    labels = names or [f"x_{k + 1}" for k in range(len(box))]
    sides = [f"= {low:.12g}" if low == high else f"in [{low:.12g}, {high:.12g}]" for low, high in box]
    return ", ".join(f"{label} {side}" for label, side in zip(labels, sides, strict=True))
