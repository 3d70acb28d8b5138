"""RMSprop on the circle, exactly: its transfer operator, and the moments of its diffusion limit.

State (x, u), u = v / sigma^2. With |f'| / sigma below the smallest noise, u never leaves [(s - r)^2, (S + r)^2]
(s, S smallest and largest |z|, r = height / sigma) joined with its start, so functions of (x, log u) can be held on a
fixed grid, periodic in x. The limit (in time t = k eta^2, derived in tests/sde) is

    dx = -(f'(x) dt + noise dW) / P,   P = noise sqrt(u) + epsilon,   du = rate (1 - u) dt:

u runs on rails, and E exp(i n x) obeys a linear system that couples n to n - 1 and n + 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp

from theorylab.errors import require
from theorylab.models.sde import circle
from theorylab.models.sde.model import Limit, Noise, RMSprop
from theorylab.numerics.arguments import whole
from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
Observable = Callable[[Floats, Floats], Floats]


def operator(
    algorithm: RMSprop, noise: Noise, start_u: float, nodes: int, levels: int, new_denominator: bool = False
) -> tuple[Floats, Floats, Floats]:
    """Transfer operator (n, n) of one step, and the grid's x and u, (n,) each, n = nodes * levels.
    Derived: tests/models/sde/test_adaptive.py::test_transfer_operator_matches_enumeration.

    operator @ phi = E[phi(x', u') | x, u] at the grid. `new_denominator`: the step divides by the new v. Raises
    InputError where the gradient can cancel the smallest noise, so that u could fall to 0.
    """
    low, high = _range(algorithm, noise, start_u)
    angle, level = np.meshgrid(
        circle.circle_nodes(nodes), circle.interval_nodes(levels, np.log(low), np.log(high)), indexing="ij"
    )
    x, u = angle.ravel(), np.exp(level.ravel())
    matrix = np.zeros((x.size, nodes, levels))
    for z, weight in zip(noise.values, noise.probabilities, strict=True):
        after_x, after_u = step(algorithm, x, u, z, new_denominator)
        around = circle.circle_cardinals(nodes, after_x)
        along = circle.interval_cardinals(levels, float(np.log(low)), float(np.log(high)), np.log(after_u))
        matrix += weight * around[:, :, None] * along[:, None, :]
    return matrix.reshape(x.size, -1), x, u


@kernel
def forward(matrix: Floats, weights: Floats, values: Floats, steps: int) -> Floats:
    """values @ (weights matrix^k) for k = 0..steps, (functions, steps + 1): weights (n,) carried forward row by row.
    Derived: tests/models/sde/test_adaptive.py::test_transfer_operator_matches_enumeration.
    """
    n = weights.size
    held = weights.copy()
    fresh = np.empty(n)
    out = np.empty((values.shape[0], steps + 1))
    for k in range(steps + 1):
        for f in range(values.shape[0]):
            total = 0.0
            for i in range(n):
                total += values[f, i] * held[i]
            out[f, k] = total
        if k < steps:
            fresh[:] = 0.0
            for i in range(n):
                share = held[i]
                for j in range(n):
                    fresh[j] += share * matrix[i, j]
            held[:] = fresh
    return out


def step(algorithm: RMSprop, x: Any, u: Any, z: Any, new_denominator: bool = False) -> tuple[Any, Any]:
    """(x, u) after one step of RMSprop that draws the noise z: the definition, in the units of u.
    Derived: tests/models/sde/test_adaptive.py::test_transfer_operator_matches_enumeration.
    """
    a, gradient = algorithm, algorithm.height * np.sin(x) + algorithm.noise_std * z
    after = a.decay * u + (1 - a.decay) * (gradient / a.noise_std) ** 2
    divisor = a.noise_std * (after if new_denominator else u) ** 0.5 + a.epsilon
    return x - a.learning_rate * gradient / divisor, after


def expectations(
    algorithm: RMSprop,
    noise: Noise,
    start: tuple[float, float],
    steps: int,
    observables: Sequence[Observable],
    *,
    nodes: int = 21,
    levels: int = 16,
    new_denominator: bool = False,
) -> tuple[Floats, Floats]:
    """E observable(x_k, u_k) for k = 0..steps from start (x, u), (observables, steps + 1), and an error bound.
    Derived: tests/models/sde/test_adaptive.py::test_transfer_operator_matches_enumeration.

    The bound compares two grids, of the size given and a fifth smaller (see `circle.settled`).
    """
    whole("steps", steps, 0)

    def run(size: int) -> Floats:
        small = size < nodes
        depth = levels - max(levels // 5, 2) if small else levels
        matrix, x, u = operator(algorithm, noise, start[1], size, depth, new_denominator)
        low, high = _range(algorithm, noise, start[1])
        row = circle.circle_cardinals(size, np.array([start[0]]))[0]
        level = np.log(np.array([start[1]]))
        along = circle.interval_cardinals(depth, float(np.log(low)), float(np.log(high)), level)[0]
        values = np.stack([observe(x, u) for observe in observables])
        return np.asarray(forward(matrix, np.outer(row, along).ravel(), values, steps))

    return circle.settled(run, nodes, nodes - max(nodes // 10 * 2, 2), steps)


def stationary(
    algorithm: RMSprop, noise: Noise, observables: Sequence[Observable], *, nodes: int = 21, levels: int = 20
) -> tuple[Floats, Floats]:
    """Stationary E observable(x, u), (observables,), and an error bound from two grids.
    Derived: tests/models/sde/test_adaptive.py::test_stationary_values_are_those_of_a_long_run.

    The stationary weights w solve w M = w with sum 1: the last of these redundant equations makes room for the sum.
    Rounding is amplified by about the mixing time, a few 1/eta^2 steps.
    """

    def run(size: int) -> Floats:
        matrix, x, u = operator(algorithm, noise, 1.0, size, levels if size == nodes else levels - 4)
        system = matrix.T - np.eye(x.size)
        system[-1] = 1.0
        weights = np.linalg.solve(system, np.eye(x.size)[-1])
        return np.stack([observe(x, u) for observe in observables]) @ weights

    return circle.settled(run, nodes, nodes - 4, 8 / algorithm.learning_rate**2)


def denominator(limit: Limit, start_u: float, time: Any) -> Any:
    """P_t = noise sqrt(u_t) + epsilon with u_t = 1 + (u_0 - 1) e^(-rate t).
    Derived: tests/models/sde/test_adaptive.py::test_waves_of_the_limit_match_their_closed_form_without_force.
    """
    return limit.noise * (1 + (start_u - 1) * np.exp(-limit.rate * time)) ** 0.5 + limit.epsilon


def limit_waves(
    limit: Limit,
    start: tuple[float, float],
    times: ArrayLike,
    *,
    waves: int = 3,
    divisor: Callable[[float], float] | None = None,
    modes: int = 40,
) -> tuple[Floats, Floats]:
    """E exp(i n x_t) of the limit for n = 1..waves, complex (waves, times), and an absolute error bound.
    Derived: tests/models/sde/test_adaptive.py::test_waves_of_the_limit_match_their_closed_form_without_force.

    y_n' = -(height/P) n/2 (y_(n+1) - y_(n-1)) - n^2 noise^2 / (2 P^2) y_n. `divisor` replaces t -> P_t. The bound
    compares two truncations and two tolerances. Raises InputError for times that fall or start below 0.
    """
    grid = np.asarray(times, dtype=float)
    require(grid.ndim == 1 and grid.size and grid[0] >= 0 and (np.diff(grid) > 0).all(), "times must rise from >= 0")
    whole("waves", waves)
    given = divisor or (lambda t: float(denominator(limit, start[1], t)))

    def run(size: int, tolerance: float) -> NDArray[np.complex128]:
        n = np.arange(1, size + 1)

        def slope(t: float, y: NDArray[np.complex128]) -> NDArray[np.complex128]:
            p = given(t)
            up, down = np.append(y[1:], 0.0), np.insert(y[:-1], 0, 1.0)
            return np.asarray(-limit.height / p * n / 2 * (up - down) - (n * limit.noise / p) ** 2 / 2 * y)

        first = np.exp(1j * n * start[0])
        if grid[-1] == 0:
            return np.asarray(first[:waves, None])
        span = (0.0, float(grid[-1]))
        found = solve_ivp(slope, span, first, method="DOP853", t_eval=grid, rtol=tolerance, atol=tolerance)
        return np.asarray(found.y[:waves])

    fine = run(modes, 1e-12)
    bound = np.abs(fine - run(modes - 8, 1e-11)) + 1e-11
    return np.asarray(fine), np.asarray(bound)


def _range(algorithm: RMSprop, noise: Noise, start_u: float) -> tuple[float, float]:
    """Ends of the interval that u cannot leave."""
    require(np.isfinite(start_u) and start_u > 0, f"start_u={start_u} is not allowed: give a finite number > 0")
    ratio = algorithm.height / algorithm.noise_std
    require(
        ratio < noise.smallest,
        f"gradient/noise = {ratio:.4g} can cancel the smallest noise {noise.smallest:.4g}: lower the time step",
    )
    return (
        min((noise.smallest - ratio) ** 2, start_u) * (1 - 1e-9),
        max((noise.largest + ratio) ** 2, start_u) * (1 + 1e-9),
    )
