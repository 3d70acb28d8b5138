"""Adam on a quadratic: its mean, over all noise sequences or by polynomial transfer, and the moments of its limit.

State (x, m, u), u = v / sigma^2, gradient h x + sigma z. In the units of `model.Adam` one step k -> k + 1 reads

    m <- m + c1 e (h x + noise z / sqrt(e) - m),   u <- u + c2 e ((z + sqrt(e) h x / noise)^2 - u),   e = eta^2,
    x <- x - e mhat / (noise sqrt(uhat) + epsilon),   mhat = m / (1 - b1^k), uhat = u / (1 - b2^k),

k counted from the start of the run, `begin` / e steps ago. The limit (derived in tests/sde) is

    dx = -q m dt,   dm = c1 (h x - m) dt + c1 noise dW,   du = c2 (1 - u) dt,
    q = sqrt(g2) / (g1 (noise sqrt(u) + epsilon sqrt(g2))),   gi = 1 - exp(-ci t).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from theorylab.errors import require
from theorylab.models.sde.adam_kernels import Steps, enumerate_paths, transfer
from theorylab.models.sde.model import Adam, Noise
from theorylab.numerics.arguments import positive, whole

Floats = NDArray[np.float64]
MOST_PATHS = 2.0**31
WIDTH = 1.5  # of the box that holds x and m, in standard deviations; polynomials are continued beyond it
CAUTION = 2.0


def enumerated(
    adam: Adam, noise: Noise, horizon: float, steps: int, *, old_denominator: bool = False
) -> tuple[Floats, float]:
    """E x and E x^2 at time begin + horizon after `steps` of horizon / steps each, (2,), and a rounding bound.
    Derived: tests/models/sde/test_adam.py::test_enumeration_is_adam_as_in_use.

    The bound, (steps + 8) 64 2^-52: weights are powers of the probabilities, sums run over one node's children at a
    time, and a step moves a value of order one by a few units. Raises InputError for more than 2^31 sequences, or a
    step at which a decay would be negative.
    """
    problem = _steps(adam, horizon, steps, old_denominator)
    size = float(noise.values.size) ** steps
    require(size <= MOST_PATHS, f"{noise.values.size}^{steps} noise sequences are too many: stay below 2^31")
    start = np.array(adam.start, dtype=float)
    return np.asarray(enumerate_paths(problem, noise.values, noise.probabilities, start, steps)), (steps + 8) * 2.0**-46


def expectations(
    adam: Adam, noise: Noise, horizon: float, steps: int, *, old_denominator: bool = False, size: int = 8
) -> tuple[Floats, Floats]:
    """As `enumerated`, for any number of steps, (2,), and an estimate of the error (2,), which is no bound.
    Derived: tests/models/sde/test_adam.py::test_polynomial_transfer_matches_enumeration.

    E[phi | x, m, u] of phi = x, x^2 would be a polynomial of degree 2 in (x, m), were u not to feel x through
    sqrt(e) h x / noise, once per step and with weight c2 e: higher degrees come with powers of e^(3/2). The estimate is
    CAUTION times the largest distance to calculations with one and two degrees less in each variable.
    """
    problem = _steps(adam, horizon, steps, old_denominator)
    whole("size", size, 6)
    box, start = _box(problem, noise, adam.start, steps), np.array(adam.start, dtype=float)

    def run(less: int) -> Floats:
        grids, into = zip(*(_chebyshev(n) for n in (size - less, size - 2 - less, size + 3 - less)), strict=True)
        return np.asarray(transfer(problem, noise.values, noise.probabilities, box, grids, into, start, steps))

    fine = run(0)
    apart = np.maximum(np.abs(fine - run(1)), np.abs(fine - run(2)))
    return fine, CAUTION * apart + (steps + 8) * 2.0**-46


def _box(p: Steps, noise: Noise, start: tuple[float, float, float], steps: int) -> Floats:
    """Centre and half-width, (3, 2), of x, m, log u: WIDTH standard deviations about the means of x and m on the way.

    Both move linearly where u is frozen on its mean; u keeps between what the smallest and the largest noise, moved by
    the gradient at the box's edge, make of its start.
    """
    mean, spread, u = np.array(start[:2]), np.zeros((2, 2)), start[2]
    ends = [mean, mean]
    for k in range(steps):
        pace = p.time_step / (p.momentum_correction[k] * (p.noise * u**0.5 / p.correction[k] + p.epsilon))
        row = np.array([p.momentum_share * p.curvature, 1 - p.momentum_share])
        move, kick = np.array([[1.0, 0.0] - pace * row, row]), p.momentum_share * p.noise * np.array([-pace, 1.0])
        mean, spread = move @ mean, move @ spread @ move.T + np.outer(kick, kick) / p.time_step
        u += p.share * (1 - u)
        away = WIDTH * np.sqrt(np.diag(spread))
        ends += [mean - away, mean + away]
    low, high = np.min(ends, axis=0), np.max(ends, axis=0)
    reach = p.time_step**0.5 * p.curvature * float(np.abs([low[0], high[0]]).max()) / p.noise
    kept = (1 - p.share) ** steps
    edges = [kept * start[2] + (1 - kept) * r**2 for r in (max(noise.smallest - reach, 0.0), noise.largest + reach)]
    few, many = np.log(min(start[2], edges[0])), np.log(max(start[2], edges[1]))
    both = np.array([[low[0], high[0]], [low[1], high[1]], [few, many]])
    return np.stack([both.mean(axis=1), np.maximum(np.diff(both, axis=1)[:, 0] / 2, 0.05)], axis=1)


def _chebyshev(size: int) -> tuple[Floats, Floats]:
    """Chebyshev points (size,) and the matrix from values there to coefficients."""
    angle = (np.arange(size) + 0.5) * np.pi / size
    n = np.arange(size)
    matrix = np.cos(np.outer(n, angle)) * np.where(n == 0, 1.0, 2.0)[:, None] / size
    return np.cos(angle), matrix


def _steps(adam: Adam, horizon: float, steps: int, old: bool) -> Steps:
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
