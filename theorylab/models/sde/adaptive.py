"""RMSprop on the circle, exactly: means by its transfer operator, and the moments of its diffusion limit.

State (x, u), u = v / sigma^2. From u_0, u_k stays between b^k u_0 + (1 - b^k) times the squares of smallest |z| - r
(or 0) and largest |z| + r, r = height / sigma: functions of (x, log u) are held on that interval, periodic in x. The
limit (in time t = k eta^2, derived in tests/sde) is

    dx = -(f'(x) dt + noise dW) / P,   P = noise sqrt(u) + epsilon,   du = rate (1 - u) dt:

u runs on rails, and E exp(i n x) obeys a linear system that couples n to n - 1 and n + 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.special import iv

from theorylab.errors import require
from theorylab.models.sde.model import Limit, Noise, RMSprop
from theorylab.models.sde.transfer import Interval, Transfer, U, blur, carried, products, transfer
from theorylab.numerics.arguments import number, whole

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Observable:
    """cos(wave x), or sin(wave x) for `sine`, times u^power. Raises InputError unless both are integers >= 0."""

    wave: int = 0
    sine: bool = False
    power: int = 0

    def __post_init__(self) -> None:
        whole("wave", self.wave, int(self.sine))
        whole("power", self.power, 0)

    def __call__(self, x: Any, u: Any) -> Any:
        """Its value at (x, u)."""
        return (np.sin(self.wave * x) if self.sine else np.cos(self.wave * x)) * u**self.power

    def coefficients(self, held: Transfer) -> tuple[Floats, float]:
        """Its coefficients (n,) in the products of the operator, and a bound of the error of their sum.
        Derived: tests/models/sde/test_transfer.py::test_coefficients_of_observables_are_exact.
        """
        require(2 * self.wave < held.waves, f"wave={self.wave} needs more nodes: give at least {2 * self.wave + 1}")
        m, argument = np.arange(held.levels), self.power * held.interval.half
        scale = float(np.exp(self.power * held.interval.centre))
        found = np.zeros((held.waves, held.levels))
        row = 2 * self.wave - (not self.sine) if self.wave else 0
        found[row] = scale * iv(m, argument) * np.where(m == 0, 1.0, 2.0)
        # I_m(y) <= (y/2)^m e^(y^2/4) / m!, summed from the first one that is not held.
        rest = float(np.prod(argument / 2 / np.arange(1, held.levels + 1)) * np.exp(argument**2 / 4 + argument / 2))
        size = float(np.abs(found).sum())
        return found.ravel(), 2 * scale * rest + 256 * U * size


COSINE, SINE = Observable(wave=1), Observable(wave=1, sine=True)
SECOND_MOMENT = Observable(power=1)


def expectations(
    algorithm: RMSprop,
    noise: Noise,
    start: tuple[float, float],
    steps: int,
    observables: Sequence[Observable],
    *,
    nodes: int = 21,
    levels: int = 16,
    old_denominator: bool = False,
) -> tuple[Floats, Floats]:
    """E observable(x_k, u_k), k = 0..steps, from start (x, u), and proved error bounds, (observables, steps + 1) each.
    Derived: tests/models/sde/test_transfer.py::test_no_bound_is_broken_by_enumeration.

    `nodes` (odd) functions of x, `levels` of log u; see `transfer` for the proof. `old_denominator`: the step divides
    by the v from before it. Raises InputError for a start that is not finite, or a u that can come near 0.
    """
    interval = _interval(algorithm, noise, start[1], whole("steps", steps, 0))
    held = _held(algorithm, noise, interval, nodes, levels, old_denominator)
    x, s = np.array([number("start", start[0])]), interval.place(np.array([start[1]]))
    first, unsure = zip(*(observe.coefficients(held) for observe in observables), strict=True)
    at = products(x, s, held.waves, held.levels, np.ones(1)).ravel()
    reading = blur(interval, held.waves, held.levels, abs(float(x[0]))).ravel() + at.size * U
    value, error = carried(held.change, held.slack, np.array(first), at, reading, steps)
    return value, (error + np.array(unsure)[:, None]) * (1 + 2.0**-20)


def stationary(
    algorithm: RMSprop,
    noise: Noise,
    observables: Sequence[Observable],
    *,
    nodes: int = 29,
    levels: int = 24,
    old_denominator: bool = False,
) -> tuple[Floats, Floats]:
    """Stationary E observable(x, u), and proved error bounds, (observables,) each.
    Derived: tests/models/sde/test_adaptive.py::test_stationary_values_are_those_of_a_long_run.

    For any g and constant c, |E phi - c| <= |phi - c - g + T g| in every stationary law. The g that solves
    (1 - T) g = phi - c in the coefficients held leaves a rest of the operator's slack, times |g|, some 1/eta^2. Raises
    InputError where the gradient can cancel the smallest noise, so that u could fall to 0.
    """
    held = _held(algorithm, noise, _interval(algorithm, noise, 1.0, None), nodes, levels, old_denominator)
    values, bounds = [], []
    system = -held.change.T
    system[:, 0] = np.eye(held.slack.size)[0]  # in place of the constant, which T keeps: c
    for observe in observables:
        phi, unsure = observe.coefficients(held)
        solved = np.linalg.solve(system, phi)
        c, g = solved[0], np.where(np.arange(solved.size) > 0, solved, 0.0)
        rest, size = np.abs(phi - system @ solved).sum(), np.abs(system) @ np.abs(solved)
        rounding = (solved.size + 4) * U * (size.sum() + np.abs(phi).sum())
        values.append(c)
        bounds.append((rest + rounding + np.abs(g) @ held.slack + unsure) * (1 + 2.0**-20))
    return np.array(values), np.array(bounds)


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
    modes: int = 28,
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
        padded = np.zeros(size + 2, complex)
        padded[0] = 1.0

        def slope(t: float, y: NDArray[np.complex128]) -> NDArray[np.complex128]:
            p = given(t)
            padded[1:-1] = y
            return np.asarray(
                n * (-limit.height / p / 2 * (padded[2:] - padded[:-2]) - n * ((limit.noise / p) ** 2 / 2) * y)
            )

        first = np.exp(1j * n * start[0])
        if grid[-1] == 0:
            return np.asarray(first[:waves, None])
        span = (0.0, float(grid[-1]))
        found = solve_ivp(slope, span, first, method="DOP853", t_eval=grid, rtol=tolerance, atol=tolerance)
        return np.asarray(found.y[:waves])

    fine = run(modes, 1e-12)
    bound = np.abs(fine - run(modes - 8, 1e-11)) + 1e-11
    return np.asarray(fine), np.asarray(bound)


def _held(algorithm: RMSprop, noise: Noise, interval: Interval, nodes: int, levels: int, old: bool) -> Transfer:
    require(whole("nodes", nodes, 3) % 2 == 1, f"nodes={nodes} is not allowed: give an odd number")
    return transfer(algorithm, noise, interval, nodes, whole("levels", levels, 2), old)


def _interval(algorithm: RMSprop, noise: Noise, start_u: float, steps: int | None) -> Interval:
    """What u cannot leave within so many steps, or ever (None)."""
    require(np.isfinite(start_u) and start_u > 0, f"start_u={start_u} is not allowed: give a finite number > 0")
    ratio = algorithm.height / algorithm.noise_std
    kept = 0.0 if steps is None else algorithm.decay**steps
    least = max(noise.smallest - ratio, 0.0)
    low = min(start_u, kept * start_u + (1 - kept) * least**2) * (1 - 1e-9)
    high = max(start_u, kept * start_u + (1 - kept) * (noise.largest + ratio) ** 2) * (1 + 1e-9)
    require(
        low > 1e-6 * high,
        f"gradient/noise = {ratio:.4g} can cancel the smallest noise {noise.smallest:.4g}, and u fall to {low:.2g}: "
        "lower the time step or the number of steps",
    )
    low, high = float(np.log(low)), float(np.log(high))
    return Interval((low + high) / 2, max((high - low) / 2, 0.05))
