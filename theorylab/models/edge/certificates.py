"""One step of gradient descent on scalar networks, on boxes of weights and loads: balances and sharpness do not grow.

Conventions of `model` and `theory`; weights are positive, W_i = w_i^2, the flow's solution has s_i^2 = W_i + c with
product 1. load = step size x sharpness of that solution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from flint import arb

from theorylab.models.edge import kernels, theory
from theorylab.numerics.balls import between, lower, square, upper
from theorylab.numerics.proofs import Certificate, by_bisection

LOADS = (1.0, math.nextafter(theory.LOAD_LIMIT, math.inf))
"""Loads of the claims: 2 sqrt 2 lies inside."""
BEYOND = (2.9, 3.6)
"""Loads of the rivals, as in the studies."""
Sides = tuple[tuple[float, float], ...]
EQUAL_OR_NOT: tuple[Sides, ...] = (
    ((1 / 8, 2.0),) * 2,
    ((1 / 4, 5 / 4),) * 3,
    ((1 / 8, 1 / 2), (1 / 8, 1 / 2), (1.0, 4.0)),
)
"""Ranges of weights: equal ones are among the first two, a large one beside small ones in the third."""
UNEQUAL: tuple[Sides, ...] = (
    ((3 / 4, 2.0), (1 / 16, 1 / 2)),
    ((1.0, 5 / 4), (5 / 8, 3 / 4), (5 / 16, 7 / 16)),
)
"""Ranges of unequal weights with a product of at most 1."""
BESIDE_LARGE: Sides = ((1 / 16, 1 / 8), (3 / 16, 1 / 4), (4.0, 5.0))
"""A small pair beside a large weight: what the constant 2 sqrt 2 is needed for at depth 3."""


def certificates() -> list[Certificate]:
    """Certificates of one step at depths 2 and 3, and the rivals beyond the load 2 sqrt 2."""
    found = [balances_contract(weights, LOADS) for weights in EQUAL_OR_NOT]
    found += [balances_contract(weights, BEYOND, "refuted") for weights in (EQUAL_OR_NOT[0], EQUAL_OR_NOT[2])]
    found += [sharpness_falls(weights, LOADS) for weights in UNEQUAL]
    return found + [sharpness_falls(weights, BEYOND, "refuted") for weights in (UNEQUAL[0], BESIDE_LARGE)]


def balances_contract(ranges: Sides, loads: tuple[float, float], declared: str = "certified") -> Certificate:
    """No |w_i^2 - w_j^2| grows in a step that leaves all weights positive: its factor lies in [-1, 1].

    The factor is 1 - rho^2, rho = step size (p - 1) p / (w_i w_j) (`theory.balance_contraction`, an identity), so
    that the margin is 2 - max rho^2. For D = 2 the sharpness falls with the balance.
    """

    def margin(*sides: arb) -> arb | None:
        *weights, load = sides
        p, step = _product(weights), load / flow_sharpness(weights)
        room = None
        for pair in combinations(range(len(weights)), 2):
            others = [w for k, w in enumerate(weights) if k not in pair]
            pair_room = 2 - square(step * (p - 1) * _product(others))
            room = pair_room if room is None else room.min(pair_room)
        if room is None or room >= 0:
            return room
        left = [square(w) - step * (p - 1) * p for w in weights]  # w_i times the weight after the step
        if any(x <= 0 for x in left):
            return None
        return room if all(x > 0 for x in left) else arb("nan")

    return by_bisection(
        f"D = {len(ranges)}: a step that keeps the weights positive has all balance factors in [-1, 1]",
        _names(ranges),
        [*ranges, loads],
        margin,
        declared=declared,
        note="slack of 2 - rho^2",
    )


def sharpness_falls(ranges: Sides, loads: tuple[float, float], declared: str = "certified") -> Certificate:
    """The sharpness of the flow's solution does not rise in a step from unequal weights with a product below 1.

    A step moves W_i to W_i - 2 c + c^2 / W_i, c = step size (p - 1) p, and keeps the weights positive for p < 1. The
    margin is the fall of the sharpness over c^2, in a form that does not cancel.
    """
    fall = _fall_of_two if len(ranges) == 2 else _fall_of_three

    def margin(*sides: arb) -> arb:
        *weights, load = sides
        squares, p = [square(w) for w in weights], _product(weights)
        common = load / flow_sharpness(weights) * (p - 1) * p
        return fall(squares, square(common))

    return by_bisection(
        f"D = {len(ranges)}: no step raises the sharpness of the flow's solution",
        _names(ranges),
        [*ranges, loads],
        margin,
        declared=declared,
        note="slack of the fall / (step size (p - 1) p)^2",
    )


def _fall_of_two(squares: Sequence[arb], common: arb) -> arb:
    """sqrt(4 + b^2) - sqrt(4 + b'^2) over c^2 = common, where b - b' = c^2 (1/W_2 - 1/W_1)."""
    balance = squares[0] - squares[1]
    fall = 1 / squares[1] - 1 / squares[0]
    after = balance - common * fall
    sharpness = [(4 + square(b)).sqrt() for b in (balance, after)]
    return fall * (balance + after) / (sharpness[0] + sharpness[1])


def _fall_of_three(squares: Sequence[arb], common: arb) -> arb:
    """phi - phi' over c^2 = common, for D = 3.

    With x_i = W_i - mean W, s_i^2 = x_i + z: z^3 + a z + d = 1, phi = 3 z^2 + a, a = -sum x_i^2 / 2, d = x_1 x_2 x_3.
    A step, up to a common shift, adds c^2 y_i to x_i, y_i = 1/W_i - mean 1/W, and c^2 A to a, c^2 B to d. The
    difference of the two cubics gives (z' - z)(z^2 + z z' + z'^2 + a') = -c^2 (A z + B).
    """
    moved = [w + common / w for w in squares]
    x, after = _centred(squares), _centred(moved)
    y = _centred([1 / w for w in squares])
    z, later = (sum(rows, arb(0)) / 3 + flow_shift(rows) for rows in (squares, moved))
    A = -sum((v * (old + new) for v, old, new in zip(y, x, after, strict=True)), arb(0)) / 2
    B = y[0] * x[1] * x[2] + after[0] * y[1] * x[2] + after[0] * after[1] * y[2]
    slope = square(z) + z * later + square(later) - sum(map(square, after), arb(0)) / 2
    return 3 * (z + later) * (A * z + B) / slope - A


def _centred(values: Sequence[arb]) -> list[arb]:
    a, b, c = values
    return [(2 * a - b - c) / 3, (2 * b - a - c) / 3, (2 * c - a - b) / 3]


def flow_sharpness(weights: Sequence[arb]) -> arb:
    """Enclosure of the sharpness of the flow's solution, sum_i 1/(W_i + c), from positive weights."""
    squares = [square(w) for w in weights]
    return _sharpness_of_two(squares) if len(squares) == 2 else _sharpness(squares)


def _sharpness_of_two(squares: Sequence[arb]) -> arb:
    return (4 + square(squares[0] - squares[1])).sqrt()


def _sharpness(squares: Sequence[arb]) -> arb:
    """sum_i 1/s_i^2 where no s_i^2 comes near 0, else as the products of the others, since all of them give 1."""
    shift = flow_shift(squares)
    reached = [x + shift for x in squares]
    by_products = sum((_product(reached[:k] + reached[k + 1 :]) for k in range(len(reached))), arb(0))
    if not all(x > 0 for x in reached):
        return by_products
    return sum((1 / x for x in reached), arb(0)).intersection(by_products)


def flow_shift(squares: Sequence[arb]) -> arb:
    """Enclosure of the c with prod_i (W_i + c) = 1, all W_i + c > 0, for every choice from balls W_i > 0.

    c falls as a W_i grows: the ends come from the ends of the balls, by floats that a sign proves right, then two
    steps of Newton's method on sum_i log(W_i + c) for intervals. nan where no ends are found.
    """
    low = _proved_end([upper(x) for x in squares], -1.0)
    high = _proved_end([lower(x) for x in squares], 1.0)
    if not low <= high:
        return arb("nan")
    c = between(low, high)
    for _ in range(2):
        middle = c.mid()
        value = sum(((x + middle).log() for x in squares), arb(0))
        newer = middle - value / sum((1 / (x + c) for x in squares), arb(0))
        if not newer.is_finite():
            break
        c = c.intersection(newer)
    return c


def _proved_end(squares: list[float], side: float) -> float:
    """A float below (side = -1) or above (side = 1) the c of these squares, close to it; nan if none is found."""
    if not all(x > 0 for x in squares):
        return math.nan
    least = min(squares)
    found = float(kernels.smallest_square(np.array([x - least for x in squares]), 1.0, 1.0)) - least
    away = 1e-14 * (1 + abs(found))
    for _ in range(20):
        end = found + side * away
        terms = [arb(x) + arb(end) for x in squares]
        # Below c a term may be negative: then c > -least > end without a look at the product.
        if side < 0 and (any(term <= 0 for term in terms) or _product(terms) <= 1):
            return end
        if side > 0 and all(term > 0 for term in terms) and _product(terms) >= 1:
            return end
        away *= 4
    return math.nan


def _product(factors: Sequence[arb]) -> arb:
    out = arb(1)
    for factor in factors:
        out *= factor
    return out


def _names(ranges: Sides) -> list[str]:
    return [*(f"w_{k + 1}" for k in range(len(ranges))), "load"]
