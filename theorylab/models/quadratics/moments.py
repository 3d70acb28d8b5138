"""Exact second moments of a linear recursion after any number of steps, up to 2^53, with proved rounding bounds.

Y = E (1, z)(1, z)^T follows Y' = sum_b odds_b A_b Y A_b^T + noise, a linear map of the entries of Y on and above the
diagonal (`operator`). Maps compose by products, so that a schedule, a cycle or an average that is taken every c steps
is one map, and n steps are powers by squaring. Errors grow as n rho^n units at spectral radius rho: as the moments
settle, they are forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.quadratics.model import Linear
from theorylab.numerics.arguments import increasing_steps, reals
from theorylab.numerics.known import UNIT, Known

Floats = NDArray[np.float64]
SETTLED = 1e-30
"""What a start may still weigh after 2^53 steps in a recursion that has come to rest."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Second moments of (1, z): entries on and above the diagonal, Known of shape (..., D (D + 1) / 2)."""

    entries: Known
    states: int

    def second(self, i: int, j: int) -> Known:
        """E z_i z_j, (...); index 0 is the 1, so that second(0, i) is E z_i."""
        i, j = min(i, j), max(i, j)
        require(i >= 0 and j < self.states, f"states ({i}, {j}) are not there: give 0 to {self.states - 1}")
        return self.entries[..., _place(self.states)[i, j]]

    def mean(self, i: int) -> Known:
        """E z_i, (...)."""
        return self.second(0, i)

    def covariance(self, i: int, j: int) -> Known:
        """E z_i z_j - E z_i E z_j, (...)."""
        return self.second(i, j) - self.mean(i) * self.mean(j)


def operator(recursion: Linear) -> Known:
    """The linear map (m, K, K) of second moments, K = D (D + 1) / 2 entries, that one step makes.
    Derived: tests/models/quadratics/test_moments.py::test_one_step_of_every_mixture_by_enumeration.
    """
    i, j = np.triu_indices(recursion.states)
    total = recursion.noise[..., i, j][..., None] * (np.arange(i.size) == 0)  # times E 1^2, the first entry
    exactly = recursion.odds.size == 1
    for branch, odds in enumerate(recursion.odds):
        a = recursion.maps[branch]
        straight = a[..., i[:, None], i] * a[..., j[:, None], j]
        crossed = a[..., i[:, None], j] * a[..., j[:, None], i]
        total = total + (straight + crossed * (i != j)) * Known(odds, 0.0 if exactly else UNIT * odds)
    value, error = np.array(total.value), np.array(total.error)
    value[..., 0, 0], error[..., 0, 0] = 1.0, 0.0  # E 1 stays 1, whatever the odds sum up to in floats
    return Known(value, error)


def run(step: Known, start: Known, steps: ArrayLike) -> Moments:
    """Moments at each number of `steps` of the map `step` (m, K, K), (points, m, K), from Y_0 = start (..., D, D).
    Derived: tests/models/quadratics/test_moments.py::test_leaps_are_steps.

    Raises InputError for steps that are not increasing integers in 0..2^53, or a start of another size.
    """
    points = increasing_steps(steps)
    states = start.shape[-1]
    require(states * (states + 1) // 2 == step.shape[-1], f"a start of {states} states does not fit the recursion")
    i, j = np.triu_indices(states)
    now = start[..., i, j]
    now = Known(*(np.broadcast_to(x, (*step.shape[:-2], step.shape[-1]))[..., None] for x in (now.value, now.error)))
    squares, rows, done = [step], [], 0
    for count in points:
        digits = f"{int(count) - done:b}"[::-1]
        for k, digit in enumerate(digits):
            if k == len(squares):
                squares.append(squares[-1] @ squares[-1])
            if digit == "1":
                now = squares[k] @ now
        done = int(count)
        rows.append(now[..., 0])
    return Moments(Known(np.stack([row.value for row in rows]), np.stack([row.error for row in rows])), states)


def power(step: Known, count: int) -> Known:
    """The map of `count` >= 1 steps, (m, K, K): by squaring. Raises InputError as `run`.
    Derived: tests/models/quadratics/test_moments.py::test_leaps_are_steps.
    """
    (n,) = increasing_steps(count, least=1)
    result, square = None, step
    for digit in f"{n:b}"[::-1]:
        if digit == "1":
            result = square if result is None else square @ result
        square = square @ square
    assert result is not None
    return result


def at_rest(step: Known) -> Moments:
    """Moments (m, K) that the map comes to from any start: after 2^53 steps, when no start is felt any more.
    Derived: tests/models/quadratics/test_moments.py::test_rest_solves_the_lyapunov_equation.

    Raises InputError where that is not so: sums, unstable recursions, or contraction by less than 1e-14 a step.
    """
    square, states = step, int((2 * step.shape[-1]) ** 0.5)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(53):
            square = square @ square
    rest = square.high[..., 1:].max(axis=(-2, -1))
    bad = np.flatnonzero(~(np.atleast_1d(rest) < SETTLED))
    require(not bad.size, f"instance {bad[:1]} does not come to rest: its second moments depend on the start for ever")
    return Moments(square[..., 0], states)


def radius(recursion: Linear) -> tuple[Floats, Floats]:
    """Spectral radii (m,) of the mean map, and of the map of second moments without noise: stable below 1.
    Derived: tests/models/quadratics/test_moments.py::test_radii_of_scalar_mixtures_by_hand.
    """
    mean = np.tensordot(recursion.odds, recursion.maps.value, 1)[..., 1:, 1:]
    i, _ = np.triu_indices(recursion.states)
    inner = operator(recursion).value[..., i > 0, :][..., :, i > 0]
    first, second = (np.abs(np.linalg.eigvals(matrix)).max(axis=-1) for matrix in (mean, inner))
    return np.asarray(first), np.asarray(second)


def curve(x: ArrayLike, found: Known, x_name: str = "steps") -> Curve:
    """The deterministic curve of values (points,) or (rows, points) with their error bounds."""
    value, error = np.atleast_2d(found.value), np.atleast_2d(found.error)
    return Curve(reals("x", x), value, exact=True, rounding=error, x_name=x_name)


def _place(states: int) -> NDArray[np.int64]:
    """Where entry (i, j), i <= j, stands."""
    place = np.zeros((states, states), dtype=np.int64)
    place[np.triu_indices(states)] = np.arange(states * (states + 1) // 2)
    return place
