"""Halpern's bound 2 D/(k+1), certified for every nonexpansive map, and attained: rational and ball arithmetic.

Conventions of `theory`: k iterations made, anchors 1/(k+2), D the distance of the start from a fixed point.
"""

from __future__ import annotations

from fractions import Fraction

from flint import acb, arb, ctx, fmpq, fmpq_mat

from theorylab.numerics.balls import square, upper
from theorylab.numerics.proofs import Certificate, by_bisection, by_points

ALL_MAPS = 32
"""Steps up to which the bound is certified for all nonexpansive maps."""
INSTANCES = 100
"""Steps up to which instances are followed."""
ROTATIONS = 8
"""Steps up to which all rotations are enclosed by bisection."""
BEYOND_PI = 3.1415926535897936
"""The float above pi: with their mirror images, angles up to it are all rotations."""


def certificates() -> list[Certificate]:
    """Certificates of Halpern's bound, and the rivals with a constant 10% smaller."""
    return [
        bound_for_all_maps(Fraction(2)),
        clipped_translation(Fraction(2)),
        worst_rotation(Fraction(2)),
        all_rotations(Fraction(101, 50)),
        clipped_translation(Fraction(9, 5), "refuted"),
        all_rotations(Fraction(9, 5), "refuted"),
    ]


def bound_for_all_maps(constant: Fraction) -> Certificate:
    """c D/(k+1) >= |x_k - T x_k| for every nonexpansive T with a fixed point, in any Hilbert space; rational.

    Written in x_0, T x_0, ..., T x_k with the fixed point at 0, the gap (c/(k+1))^2 |x_0|^2 - |x_k - T x_k|^2 minus
    multipliers >= 0 times what nonexpansiveness makes >= 0 (Lieder 2021) has to be positive semidefinite. Other
    multipliers might certify more: a failure is undecided, never a refutation.
    """
    holds = all(_positive_semidefinite(_remainder(constant, k)) for k in range(1, ALL_MAPS + 1))
    return Certificate(
        f"|x_k - T x_k| <= {float(constant):g} D/(k+1) for every nonexpansive T with a fixed point",
        "certified" if holds else "undecided",
        f"k = 1..{ALL_MAPS}, any Hilbert space",
        slack=0.0 if holds else float("nan"),
        rounding=0.0,
        note="rational arithmetic: a sum of squares and of nonexpansiveness with multipliers >= 0",
    )


def _remainder(constant: Fraction, steps: int) -> fmpq_mat:
    """What has to be positive semidefinite, (k+2, k+2) over x_0, T x_0, ..., T x_k.

    Multipliers 2 j(j+1)/(k+1)^2 on |x_j - x_(j-1)|^2 - |T x_j - T x_(j-1)|^2, j = 1..k, and 2/(k+1) on
    |x_k|^2 - |T x_k|^2.
    """
    k, size = steps, steps + 2
    images = [_row(size, {j + 1: 1}) for j in range(k + 1)]
    points = [_row(size, {0: 1})]
    points += [_row(size, {0: fmpq(1, j + 1), j: fmpq(j, j + 1)}) for j in range(1, k + 1)]
    bound = fmpq(constant.numerator, constant.denominator) / (k + 1)
    rest = _form(points[0]) * (bound * bound) - _form(points[k] - images[k])
    rest -= (_form(points[k]) - _form(images[k])) * fmpq(2, k + 1)
    for j in range(1, k + 1):
        kept = _form(points[j] - points[j - 1]) - _form(images[j] - images[j - 1])
        rest -= kept * fmpq(2 * j * (j + 1), (k + 1) ** 2)
    return rest


def _row(size: int, entries: dict[int, fmpq | int]) -> fmpq_mat:
    return fmpq_mat(1, size, [entries.get(i, 0) for i in range(size)])


def _form(row: fmpq_mat) -> fmpq_mat:
    """Matrix of the squared norm of a vector, given by its coefficients (1, size)."""
    return row.transpose() * row


def _positive_semidefinite(matrix: fmpq_mat) -> bool:
    """Whether a symmetric rational matrix is positive semidefinite: exact elimination, one diagonal entry at a time."""
    rows = matrix.tolist()
    while rows:
        pivot, *rest = rows[0]
        if pivot < 0 or (pivot == 0 and any(x != 0 for x in rest)):
            return False
        if pivot == 0:
            rows = [row[1:] for row in rows[1:]]
            continue
        rows = [[x - row[0] / pivot * y for x, y in zip(row[1:], rest, strict=True)] for row in rows[1:]]
    return True


def clipped_translation(constant: Fraction, declared: str = "certified") -> Certificate:
    """c/(k+1) >= residual after k = K steps on the clipped translation by 2/(K+1), from 1; rational.

    Equality at c = 2, so that no smaller constant is allowed.
    """
    residuals = [_clipped_residual(k) for k in range(1, INSTANCES + 1)]
    gaps = [constant / (k + 1) - residual for k, residual in enumerate(residuals, start=1)]
    equal = all(gap == 0 for gap in gaps)
    return Certificate(
        f"clipped translation: |x_k - T x_k| {'=' if equal else '<='} {float(constant):g} D/(k+1)",
        "certified" if min(gaps) >= 0 else "refuted",
        f"K = k = 1..{INSTANCES}",
        slack=float(min(gaps)),
        rounding=0.0,
        note="rational arithmetic" + (", equality throughout: ratio 1" if equal else ""),
        declared=declared,
    )


def _clipped_residual(horizon: int) -> Fraction:
    """|x_K - T x_K| of Halpern from 1 on T x = x - clip(2 x, -c, c), c = 2/(K+1), at K = horizon."""
    c, x = Fraction(2, horizon + 1), Fraction(1)
    for k in range(horizon):
        x = Fraction(1, k + 2) + Fraction(k + 1, k + 2) * (x - _clip(2 * x, c))
    return abs(_clip(2 * x, c))


def _clip(x: Fraction, limit: Fraction) -> Fraction:
    return max(-limit, min(limit, x))


def worst_rotation(constant: Fraction) -> Certificate:
    """Residual of Halpern on the rotation by pi/(k+1), over c/(k+1), is 1 to within 2^-(bits/2), k = 1..INSTANCES."""
    tolerance = arb(1) / 2 ** (ctx.prec // 2)
    bound = arb(constant.numerator) / constant.denominator
    ratios = []
    for k in range(1, INSTANCES + 1):
        residual = _rotation_squares(arb.pi() / (k + 1), k)[-1].sqrt()
        ratios.append(residual * (k + 1) / bound)
    furthest = max(upper(abs(ratio - 1)) for ratio in ratios)
    return by_points(
        f"rotation by pi/(k+1): |x_k - T x_k| = {float(constant):g} D/(k+1) to within 2^-{ctx.prec // 2} of it",
        f"k = 1..{INSTANCES}",
        [tolerance - abs(ratio - 1) for ratio in ratios],
        note=f"every ratio to the bound is within {furthest:.1e} of 1",
    )


def all_rotations(constant: Fraction, declared: str = "certified", *, limit: int = 100_000) -> Certificate:
    """c/(k+1) >= |x_k - T x_k| on every rotation in the plane, k = 1..ROTATIONS, by at most `limit` bisections.

    Undecidable at c = 2, where equality holds: `bound_for_all_maps` does that.
    """
    bound = arb(constant.numerator) / constant.denominator

    def margin(angle: arb) -> arb:
        least = None
        for k, residual in enumerate(_rotation_squares(angle, ROTATIONS)):
            room = square(bound) - (k + 1) ** 2 * residual
            least = room if least is None else least.min(room)
        return least if least is not None else arb("nan")

    claim = f"every rotation: |x_k - T x_k| <= {float(constant):g} D/(k+1), k = 1..{ROTATIONS}"
    return by_bisection(
        claim, ["angle"], [(0.0, BEYOND_PI)], margin, declared=declared, note="slack of squares", limit=limit
    )


def _rotation_squares(angle: arb, steps: int) -> list[arb]:
    """|x_k - T x_k|^2 of Halpern from 1 on the rotation by an angle, k = 0..steps, by the iteration itself."""
    turn = acb(angle.cos(), angle.sin())
    x, out = acb(1), []
    for k in range(steps + 1):
        moved = turn * x
        gap = x - moved
        out.append(square(gap.real) + square(gap.imag))
        x = (1 + (k + 1) * moved) / (k + 2)
    return out
