"""RMSprop's transfer operator in coefficients, with an error bound that is proved.

Functions of x and of s in [-1, 1], the place of log u in its interval, are sums of c_nm E_n(x) T_m(s): E_n one of
1, cos x, sin x, cos 2x ..., T_m Chebyshev's. No such product exceeds 1, so |f| <= sum |c|. Of one step T, T f = E[f
after the step], every product b_j has the image

    T b_j = b_j + sum_i change_ji b_i + r_j,   |r_j| <= slack_j.

T averages: it enlarges no largest value. So with held coefficients c_k the error grows in a step by at most
|c_k| . slack, and no assumption on smoothness or mixing enters. slack_j adds

- the coefficients of T b_j on a finer grid that are not kept;
- what the finer grid misses: with |T b_j| <= M on a strip |Im x| <= Y, or for s in an ellipse of Bernstein with
  parameter rho, its coefficients fall as M exp(-n Y), or 2 M rho^-m, and interpolation errs by at most twice the sum of
  those beyond the grid;
- rounding, by the standard model, from how far values, sums and a step of the recursion can be off.

Nor is any slack above 2 + sum |change_ji|, as T b_j is at most 1, too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.sde.model import Noise, RMSprop
from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
U = 2.0**-53
STRIPS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
ELLIPSES = (1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0, 50.0)


class Interval(NamedTuple):
    """log u = centre + half s, s in [-1, 1]."""

    centre: float
    half: float

    def place(self, u: Floats) -> Floats:
        """s of u."""
        return np.asarray((np.log(u) - self.centre) / self.half)

    def blur(self) -> float:
        """How far rounding can move s, for u in the interval.
        Derived: tests/models/sde/test_transfer.py::test_rounding_of_products_is_within_its_blur.
        """
        return 32 * U * (2 + abs(self.centre) + self.half) / self.half


class Transfer(NamedTuple):
    """One step in coefficients: change (n, n), row j that of b_j; slack (n,); the interval; numbers of E_n, T_m."""

    change: Floats
    slack: Floats
    interval: Interval
    waves: int
    levels: int


@kernel
def carried(change: Floats, slack: Floats, held: Floats, at: Floats, blur: Floats, steps: int) -> Floats:
    """Values sum c_k at, and error bounds, (2, functions, steps + 1), for k = 0..steps and held c_0 (functions, n).
    Derived: tests/models/sde/test_transfer.py::test_no_bound_is_broken_by_enumeration.

    c_(k+1) = c_k + c_k change; a step adds |c_k| . slack to the error, reading a value |c_k| . blur.
    """
    functions, n = held.shape
    now = held.copy()
    fresh = np.empty((functions, n))
    error = np.zeros(functions)
    out = np.empty((2, functions, steps + 1))
    for k in range(steps + 1):
        for f in range(functions):
            value, unsure = 0.0, 0.0
            for j in range(n):
                value += now[f, j] * at[j]
                unsure += abs(now[f, j]) * blur[j]
            out[0, f, k], out[1, f, k] = value, error[f] + unsure
        if k == steps:
            break
        fresh[:] = now
        for j in range(n):
            for f in range(functions):
                share = now[f, j]
                error[f] += abs(share) * slack[j]
                for i in range(n):
                    fresh[f, i] += share * change[j, i]
        now[:] = fresh
    return out


def step(algorithm: RMSprop, x: Floats, u: Floats, z: float, old: bool = False) -> tuple[Floats, Floats]:
    """(x, u) after one step of RMSprop that draws the noise z: the definition, in the units of u.
    Derived: tests/models/sde/test_adaptive.py::test_one_step_by_hand.
    """
    a, gradient = algorithm, algorithm.height * np.sin(x) + algorithm.noise_std * z
    after = a.decay * u + (1 - a.decay) * (gradient / a.noise_std) ** 2
    divisor = a.noise_std * (u if old else after) ** 0.5 + a.epsilon
    return x - a.learning_rate * gradient / divisor, after


def transfer(
    algorithm: RMSprop, noise: Noise, interval: Interval, waves: int, levels: int, old: bool = False
) -> Transfer:
    """The step in coefficients on `waves` (odd) functions of x and `levels` of log u.
    Derived: tests/models/sde/test_transfer.py::test_no_bound_is_broken_by_enumeration.

    The interval must hold u before and after every step that is taken.
    """
    fine = waves + 2 * (waves // 4) + 2, levels + levels // 2 + 2
    gain, rounding = _gain(algorithm, noise, interval, (waves, levels), fine, old)
    in_levels = _into_levels(fine[1]) @ gain.reshape(*fine, -1)
    found = (_into_waves(fine[0]) @ in_levels.reshape(fine[0], -1)).reshape(gain.shape)
    kept = found[:waves, :levels]
    column = np.abs(kept).sum(axis=(0, 1))
    beyond = np.abs(found).sum(axis=(0, 1)) - column
    rounding += fine[0] * fine[1] * 4 * (sum(fine) + 32) * U * np.abs(gain).max(axis=(0, 1))  # of the two sums above
    rounding += (waves * levels + 4) * U * column + 4 * U  # of one step of the recursion
    missed = _missed(algorithm, noise, interval, (waves, levels), fine, old)
    slack = np.fmin(beyond + missed + rounding, 2 + column).ravel() * (1 + 2.0**-20)
    return Transfer(np.ascontiguousarray(kept.reshape(waves * levels, -1).T), slack, interval, waves, levels)


def products(x: Floats, s: Floats, waves: int, levels: int, weights: Floats) -> Floats:
    """Sums over the last axis of x and s of weights E_n(x) T_m(s), of shape (..., waves, levels)."""
    n = np.arange(1, waves // 2 + 1)[:, None]
    along = np.empty((*x.shape[:-1], waves, x.shape[-1]))
    along[..., 0, :] = weights
    along[..., 1::2, :], along[..., 2::2, :] = (
        weights * np.cos(x[..., None, :] * n),
        weights * np.sin(x[..., None, :] * n),
    )
    return along @ np.polynomial.chebyshev.chebvander(s, levels - 1)


def blur(interval: Interval, waves: int, levels: int, away: float) -> Floats:
    """How far rounding can move E_n(x) T_m(s), (waves, levels), for |x| <= away and s found from u.
    Derived: tests/models/sde/test_transfer.py::test_rounding_of_products_is_within_its_blur.
    """
    n, m = (np.arange(waves)[:, None] + 1) // 2, np.arange(levels)
    return np.asarray(8 * U * (1 + n * (1 + away)) + m**2 * (interval.blur() + 8 * U))


def _gain(
    algorithm: RMSprop, noise: Noise, interval: Interval, kept: tuple[int, int], fine: tuple[int, int], old: bool
) -> tuple[Floats, Floats]:
    """T b - b of the kept products b at the points of the fine grid, fine + kept, and what its rounding can do, kept.

    The second is a bound of the largest value of what is interpolated from the errors at the points.
    """
    angle = np.arange(fine[0]) * 2 * np.pi / fine[0]
    place = -np.cos((np.arange(fine[1]) + 0.5) * np.pi / fine[1])
    x, s = (np.array(grid) for grid in np.meshgrid(angle, place, indexing="ij"))
    u = np.exp(interval.centre + interval.half * s)
    after = [(x, s)]  # the last of the sum is b itself
    for z in noise.values:
        after_x, after_u = step(algorithm, x, u, float(z), old)
        after.append((after_x, interval.place(after_u)))
    all_x, all_s = (np.stack(grids, axis=-1) for grids in zip(*after, strict=True))
    gain = products(all_x, all_s, *kept, np.concatenate([[-1.0], noise.probabilities]))
    away, top = float(np.abs(all_x - x[..., None]).max()), max(1.0, float(np.abs(all_s).max()))
    lebesgue = (2 + np.log(fine[0])) * (1 + np.log(fine[1]))
    error = 4 * blur(interval, *kept, 2 * np.pi + 2 * away) + (noise.values.size + 8) * U
    return gain, lebesgue * error * np.cosh(np.arange(kept[1]) * np.arccosh(top))


def _missed(
    algorithm: RMSprop, noise: Noise, interval: Interval, kept: tuple[int, int], fine: tuple[int, int], old: bool
) -> Floats:
    """Bound of what interpolation of T b on the fine grid misses, for the kept products b, (kept).

    First in x, for real s, then in s, for real x, of what was interpolated in x.
    """
    n, m = (np.arange(kept[0])[:, None] + 1) // 2, np.arange(kept[1])

    def least(domains: list[tuple[float, float]], first: int) -> Floats:
        best = np.full(kept, np.inf)
        for strip, rho in domains:
            share = float(np.exp(-strip)) if rho == 1 else 1 / rho
            move, reach = _image(algorithm, noise, interval, strip, rho, old)
            with np.errstate(over="ignore", invalid="ignore"):
                largest = np.zeros(kept)
                for z, weight in enumerate(noise.probabilities):
                    largest += weight * np.exp(n * (strip + move[z])) * np.cosh(m * np.arccosh(reach[z]))
                best = np.fmin(best, 4 * largest * share**first / (1 - share))
        return best

    in_x = least([(strip, 1.0) for strip in STRIPS], fine[0] // 2 + 1)
    return np.asarray(in_x + (2 + np.log(fine[0])) * least([(0.0, rho) for rho in ELLIPSES], fine[1]))


def _image(
    algorithm: RMSprop, noise: Noise, interval: Interval, strip: float, rho: float, old: bool
) -> tuple[Floats, Floats]:
    """Where a step takes |Im x| <= strip and s in the ellipse of rho, for each noise: |Im x'| - strip, semi-axis of s'.

    Inf where that domain may hold a singularity. Points s' with |s' - 1| + |s' + 1| <= 2 a lie in the ellipse of
    semi-axis a, so that |T_m| <= cosh(m arccosh a) there. Two enclosures of u' = b u (1 + w), the better one counts:
    |w| < 1 bounds log u' - log u; and where u and the squared gradient lie in a cone about the positive axis, so does
    their mean.
    """
    a, (centre, half) = algorithm, interval
    long, short = (rho + 1 / rho) / 2, (rho - 1 / rho) / 2
    low, high, angle = np.exp(centre - half * long), np.exp(centre + half * long), half * short
    bend = a.height / a.noise_std * np.cosh(strip)
    size = np.abs(noise.values)
    most, least = size + bend, np.maximum(size - bend, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        w = (1 - a.decay) * most**2 / (a.decay * low)
        near = w < 1
        w = np.where(near, w, 0.0)
        axis = np.where(near, long + (-np.log(a.decay) - np.log1p(-w)) / half, np.inf)
        turn, floor = np.where(near, angle + np.arcsin(w), np.inf), np.where(near, a.decay * low * (1 - w), 0.0)
        open_ = np.maximum(angle, 2 * np.arcsin(np.minimum(bend / size, 1.0)))
        cone = (open_ < np.pi / 2) & (bend < size)
        down = np.cos(open_) * (a.decay * low + (1 - a.decay) * least**2)
        up = a.decay * high + (1 - a.decay) * most**2
        wide = np.maximum(np.abs(np.log(down) - centre), np.abs(np.log(up) - centre)) / half
        other = (np.hypot(1 - wide, open_ / half) + np.hypot(1 + wide, open_ / half)) / 2
        axis = np.where(cone, np.fmin(axis, other), axis)
        turn, floor = np.where(cone, np.minimum(turn, open_), turn), np.where(cone, np.maximum(floor, down), floor)
        if old:
            turn, floor = np.full(size.shape, angle), np.full(size.shape, low)
        good = (turn < np.pi) & np.isfinite(axis)
        root = np.sqrt(floor) * np.cos(np.where(good, turn, 0.0) / 2)
        lean = np.sin(np.minimum(turn, np.pi) / 2)  # of 1 / divisor, at most
        pull = a.height * np.sinh(strip) + a.noise_std * most * lean
        move = a.learning_rate * pull / (a.noise_std * root + a.epsilon)
    return np.where(good, move, np.inf), np.where(good, np.maximum(axis, 1.0), np.inf)


def _into_waves(size: int) -> Floats:
    """Matrix from values at equidistant points of the circle to coefficients of E_n, (size, size), size odd."""
    n, i = (np.arange(size)[:, None] + 1) // 2, np.arange(size)
    angle = 2 * np.pi * (n * i % size) / size
    matrix = np.where(np.arange(size)[:, None] % 2 == 1, np.cos(angle), np.sin(angle)) * 2 / size
    matrix[0] = 1 / size
    return np.asarray(matrix)


def _into_levels(size: int) -> Floats:
    """Matrix from values at increasing Chebyshev points to coefficients of T_m, (size, size)."""
    m, i = np.arange(size)[:, None], np.arange(size)
    angle = np.pi * (m * (2 * i + 1) % (4 * size)) / (2 * size)
    return np.asarray((-1.0) ** m * np.cos(angle) * np.where(m == 0, 1, 2) / size)
