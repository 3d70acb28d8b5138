"""Adam on a quadratic: its mean, over all noise sequences or by polynomial transfer, and the moments of its limit.

State (x, m, u), u = v / sigma^2, gradient h x + sigma z. In the units of `model.Adam` one step k -> k + 1 reads

    m <- m + c1 e (h x + noise z / sqrt(e) - m),   u <- u + c2 e ((z + sqrt(e) h x / noise)^2 - u),   e = eta^2,
    x <- x - e mhat / (noise sqrt(uhat) + epsilon),   mhat = m / (1 - b1^k), uhat = u / (1 - b2^k),

k counted from the start of the run, `begin` / e steps ago. The limit (derived in tests/sde) is

    dx = -q m dt,   dm = c1 (h x - m) dt + c1 noise dW,   du = c2 (1 - u) dt,
    q = sqrt(g2) / (g1 (noise sqrt(u) + epsilon sqrt(g2))),   gi = 1 - exp(-ci t).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from theorylab.errors import require
from theorylab.models.sde.model import Adam, Noise
from theorylab.numerics.arguments import positive, whole
from theorylab.numerics.jit import inlined, kernel

Floats = NDArray[np.float64]
MOST_PATHS = 2.0**31
BOX = (1.2, 1.0)  # |x| and |m| of the nodes; what is held there is nearly a polynomial, and is continued beyond


class Steps(NamedTuple):
    """What the kernel sees: constants, and per step the factors of the bias corrections, (steps,) each."""

    curvature: float
    noise: float
    epsilon: float
    momentum_share: float
    share: float
    time_step: float
    momentum_correction: Floats
    correction: Floats
    """sqrt(1 - b2^k) of the v that divides."""
    old: bool


@kernel
def enumerate_paths(p: Steps, values: Floats, weights: Floats, start: Floats, steps: int) -> Floats:
    """E x and E x^2 after `steps`, (2,): the weighted sum over all noise sequences, depth first.
    Derived: tests/models/sde/test_adam.py::test_enumeration_is_adam_as_in_use.
    """
    x = np.empty(steps + 1)
    m = np.empty(steps + 1)
    u = np.empty(steps + 1)
    x[0], m[0], u[0] = start[0], start[1], start[2]
    chosen = np.zeros(steps + 1, np.int64)
    total = np.zeros((steps + 1, 2))
    root = p.time_step**0.5
    depth = 0
    while True:
        while depth < steps:
            z = values[chosen[depth]]
            force = p.curvature * x[depth]
            scaled = z + root * force / p.noise
            m[depth + 1] = m[depth] + p.momentum_share * (force + p.noise * z / root - m[depth])
            u[depth + 1] = u[depth] + p.share * (scaled * scaled - u[depth])
            under = u[depth] if p.old else u[depth + 1]
            divisor = p.noise * under**0.5 / p.correction[depth] + p.epsilon
            x[depth + 1] = x[depth] - p.time_step * m[depth + 1] / (p.momentum_correction[depth] * divisor)
            depth += 1
        total[depth, 0] = x[depth]
        total[depth, 1] = x[depth] * x[depth]
        while depth > 0:  # a finished node adds its mean to its parent's
            depth -= 1
            weight = weights[chosen[depth]]
            total[depth, 0] += weight * total[depth + 1, 0]
            total[depth, 1] += weight * total[depth + 1, 1]
            total[depth + 1, 0] = 0.0
            total[depth + 1, 1] = 0.0
            if chosen[depth] + 1 < values.size:
                chosen[depth] += 1
                break
            chosen[depth] = 0
        else:
            out: Floats = total[0]
            return out


@kernel
def waves(value: float, out: Floats) -> None:
    """Chebyshev polynomials 0..out.size - 1 at `value`, also beyond [-1, 1].
    Derived: tests/models/sde/test_adam.py::test_polynomial_transfer_matches_enumeration.
    """
    out[0] = 1.0
    if out.size > 1:
        out[1] = value
    for n in range(2, out.size):
        out[n] = 2.0 * value * out[n - 1] - out[n - 2]


@inlined
def _place(box: Floats, x: float, m: float, u: float, at: tuple[Floats, Floats, Floats]) -> None:
    """Fill `at` with the Chebyshev polynomials of each variable at the point."""
    waves(x / box[0], at[0])
    waves(m / box[1], at[1])
    waves((np.log(u) - box[2]) / box[3], at[2])


@inlined
def _evaluated(held: Floats, at: tuple[Floats, Floats, Floats]) -> tuple[float, float]:
    """The two polynomials with coefficients `held` (2, a, b, c) where `at` was placed."""
    tx, tm, tu = at
    first, second = 0.0, 0.0
    for q in range(tx.size):
        for r in range(tm.size):
            along0, along1 = 0.0, 0.0
            for t in range(tu.size):
                along0 += held[0, q, r, t] * tu[t]
                along1 += held[1, q, r, t] * tu[t]
            first += tx[q] * tm[r] * along0
            second += tx[q] * tm[r] * along1
    return first, second


@kernel
def transfer(
    p: Steps, values: Floats, weights: Floats, box: Floats, grid: tuple[Floats, Floats, Floats],
    into: tuple[Floats, Floats, Floats], start: Floats, steps: int,
) -> Floats:  # fmt: skip
    """E x and E x^2 after `steps` from start, (2,), by backward steps on polynomials in (x, m, log u).
    Derived: tests/models/sde/test_adam.py::test_polynomial_transfer_matches_enumeration.

    `grid`: Chebyshev points in [-1, 1] per variable; `into`: matrices from values there to coefficients; box (4,):
    half-widths in x and m, centre and half-width in log u.
    """
    a, b, c = grid[0].size, grid[1].size, grid[2].size
    held = np.empty((2, a, b, c))
    for i in range(a):
        held[0, i] = box[0] * grid[0][i]
        held[1, i] = box[0] * box[0] * grid[0][i] * grid[0][i]
    at = np.empty(a), np.empty(b), np.empty(c)
    root = p.time_step**0.5
    fresh = np.empty((2, a, b, c))
    for k in range(steps - 1, -2, -1):
        for f in range(2):  # values to coefficients, one variable at a time
            part = np.dot(into[0], held[f].copy().reshape(a, b * c)).reshape(a, b, c)
            for i in range(a):
                held[f, i] = np.dot(np.dot(into[1], part[i].copy()), into[2].T)
        if k < 0:
            break
        fresh[:] = 0.0
        for i in range(a):
            x = box[0] * grid[0][i]
            for j in range(b):
                for level in range(c):
                    m, u = box[1] * grid[1][j], np.exp(box[2] + box[3] * grid[2][level])
                    for n in range(values.size):
                        force = p.curvature * x
                        scaled = values[n] + root * force / p.noise
                        after_m = m + p.momentum_share * (force + p.noise * values[n] / root - m)
                        after_u = u + p.share * (scaled * scaled - u)
                        divisor = p.noise * (u if p.old else after_u) ** 0.5 / p.correction[k] + p.epsilon
                        after_x = x - p.time_step * after_m / (p.momentum_correction[k] * divisor)
                        _place(box, after_x, after_m, after_u, at)
                        first, second = _evaluated(held, at)
                        fresh[0, i, j, level] += weights[n] * first
                        fresh[1, i, j, level] += weights[n] * second
        held[:] = fresh
    _place(box, start[0], start[1], start[2], at)
    return np.array(_evaluated(held, at))


def enumerated(
    adam: Adam, noise: Noise, horizon: float, steps: int, *, new_denominator: bool = True
) -> tuple[Floats, float]:
    """E x and E x^2 at time begin + horizon after `steps` of horizon / steps each, (2,), and a rounding bound.
    Derived: tests/models/sde/test_adam.py::test_enumeration_is_adam_as_in_use.

    The bound, (steps + 8) 64 2^-52: weights are powers of the probabilities, sums run over one node's children at a
    time, and a step moves a value of order one by a few units. Raises InputError for more than 2^31 sequences, or a
    step at which a decay would be negative.
    """
    problem = _steps(adam, horizon, steps, new_denominator)
    size = float(noise.values.size) ** steps
    require(size <= MOST_PATHS, f"{noise.values.size}^{steps} noise sequences are too many: stay below 2^31")
    start = np.array(adam.start, dtype=float)
    return np.asarray(enumerate_paths(problem, noise.values, noise.probabilities, start, steps)), (steps + 8) * 2.0**-46


def expectations(
    adam: Adam, noise: Noise, horizon: float, steps: int, *, new_denominator: bool = True, size: int = 8
) -> tuple[Floats, Floats]:
    """As `enumerated`, for any number of steps, (2,), and an error bound (2,).
    Derived: tests/models/sde/test_adam.py::test_polynomial_transfer_matches_enumeration.

    E[phi | x, m, u] of phi = x, x^2 would be a polynomial of degree 2 in (x, m), were u not to feel x through
    sqrt(e) h x / noise, once per step and with weight c2 e: higher degrees come with powers of e^(3/2). The bound is
    the distance to a calculation with one degree less in x and m, and two less in log u. Raises InputError where the
    gradient in the box can cancel the smallest noise, so that u could fall to 0.
    """
    problem = _steps(adam, horizon, steps, new_denominator)
    whole("size", size, 6)
    reach = problem.time_step**0.5 * adam.curvature * BOX[0] / adam.noise
    require(
        reach < noise.smallest,
        f"a gradient/noise of {reach:.4g} can cancel the smallest noise {noise.smallest:.4g}: take more steps",
    )
    low = np.log(min((noise.smallest - reach) ** 2, adam.start[2])) - 1e-9
    high = np.log(max((noise.largest + reach) ** 2, adam.start[2])) + 1e-9
    box = np.array([*BOX, (low + high) / 2, (high - low) / 2])

    def run(less: int) -> Floats:
        grids, into = zip(*(_chebyshev(n) for n in (size - less, size - 2 - less, 2 * size - 2 * less)), strict=True)
        start = np.array(adam.start, dtype=float)
        found = transfer(problem, noise.values, noise.probabilities, box, grids, into, start, steps)
        return np.asarray(found)

    fine = run(0)
    return fine, np.abs(fine - run(1)) + (steps + 8) * 2.0**-46


def _chebyshev(size: int) -> tuple[Floats, Floats]:
    """Chebyshev points (size,) and the matrix from values there to coefficients."""
    angle = (np.arange(size) + 0.5) * np.pi / size
    n = np.arange(size)
    matrix = np.cos(np.outer(n, angle)) * np.where(n == 0, 1.0, 2.0)[:, None] / size
    return np.cos(angle), matrix


def _steps(adam: Adam, horizon: float, steps: int, new_denominator: bool) -> Steps:
    whole("steps", steps, 1)
    e = positive("horizon", horizon) / steps
    require(
        e * max(adam.momentum_rate, adam.rate) < 1,
        f"a time step of {e:.4g} leaves no decay at rates {adam.momentum_rate:g}, {adam.rate:g}: take more steps",
    )
    first = round(adam.begin / e)
    require(
        abs(first * e - adam.begin) < 1e-9 and first >= 1,
        f"begin={adam.begin:g} is no whole number of time steps of {e:.4g}: choose steps so that it is",
    )
    k = first + 1 + np.arange(steps)
    old = not new_denominator
    return Steps(
        curvature=float(adam.curvature),
        noise=float(adam.noise),
        epsilon=float(adam.epsilon),
        momentum_share=adam.momentum_rate * e,
        share=adam.rate * e,
        time_step=e,
        momentum_correction=np.asarray(1 - (1 - adam.momentum_rate * e) ** k, dtype=float),
        correction=np.asarray((1 - (1 - adam.rate * e) ** (k - old)) ** 0.5, dtype=float),
        old=old,
    )


def limit_moments(
    adam: Adam, horizon: float, *, plain_epsilon: bool = False, momentum_rate: float | None = None
) -> tuple[Floats, float]:
    """E x and E x^2 of the limit at time begin + horizon, (2,), and an absolute error bound.
    Derived: tests/models/sde/test_adam.py::test_limit_comes_to_rest_at_its_variance.

    a' = -q b, b' = c1 (h a - b), A' = -2 q C, C' = -q D + c1 (h A - C), D' = 2 c1 (h C - D) + c1^2 noise^2 for a = E x,
    b = E m, A = E x^2, C = E x m, D = E m^2. Rivals: `plain_epsilon` (epsilon without sqrt(g2)) and another
    `momentum_rate` in dm. The bound compares two tolerances.
    """
    c1 = adam.momentum_rate if momentum_rate is None else positive("momentum_rate", momentum_rate)
    c2, h = adam.rate, adam.curvature
    x, m, u0 = adam.start

    def slope(t: float, y: Floats) -> list[Any]:
        a, b, A, C, D = y
        u = 1 + (u0 - 1) * np.exp(-c2 * (t - adam.begin))
        g1, g2 = -np.expm1(-adam.momentum_rate * t), -np.expm1(-c2 * t)
        q = g2**0.5 / (g1 * (adam.noise * u**0.5 + adam.epsilon * (1.0 if plain_epsilon else g2**0.5)))
        return [
            -q * b,
            c1 * (h * a - b),
            -2 * q * C,
            -q * D + c1 * (h * A - C),
            2 * c1 * (h * C - D) + (c1 * adam.noise) ** 2,
        ]

    start = [x, m, x * x, x * m, m * m]
    span = (adam.begin, adam.begin + positive("horizon", horizon))
    fine, rough = (
        solve_ivp(slope, span, start, method="DOP853", rtol=tolerance, atol=tolerance).y[[0, 2], -1]
        for tolerance in (1e-13, 1e-11)
    )
    return np.asarray(fine), float(np.abs(fine - rough).max() + 1e-12)
