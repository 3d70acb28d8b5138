"""Algorithm 1 with constraints: least squares over a box, F_i(u) = a_i (a_i . u - b_i), G the box's normal cone.

Rows a_i of squared norm L: 1/L-cocoercive on average. The residual is |u - P(u - s F(u))|/s with s = 1/(4L), the step
of the method; P cuts off at 0 and 1. Components count their calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.minimax.schedules import PageRule
from theorylab.models.minimax.subsets import fill_subset
from theorylab.numerics.arguments import increasing_steps, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_integers, fill_uniform, generator
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BoxedSquares:
    """rows (n, d) = a_i, right (n,) = b_i, and the solution (d,) in [0, 1]^d; L = 1.

    Raises InputError for shapes that do not fit, or rows of a norm other than 1.
    """

    rows: Floats
    right: Floats
    solution: Floats

    def __post_init__(self) -> None:
        n, d = self.rows.shape
        require(self.right.shape == (n,), f"right has shape {self.right.shape}: give ({n},), one per row")
        require(self.solution.shape == (d,), f"solution has shape {self.solution.shape}: give ({d},)")
        require(np.allclose((self.rows**2).sum(axis=1), 1, rtol=1e-12), "rows need norm 1, which is L = 1")

    @classmethod
    def random(cls, size: int, dimension: int, seed: int) -> BoxedSquares:
        """Normal directions; a third of the solution at 0, a third at 1, where F presses outwards, a third between.

        Raises InputError for fewer components than dimensions, or a dimension below 3.
        """
        require(whole("size", size) >= whole("dimension", dimension, least=3), f"size={size} is below the dimension")
        draws = generator(seed)
        rows = draws.standard_normal((size, dimension))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        kind = np.arange(dimension) % 3
        solution = np.where(kind == 2, draws.uniform(0.2, 0.8, dimension), kind)
        slope = np.where(kind == 2, 0.0, (1.0 - 2.0 * kind) * draws.uniform(0.01, 0.1, dimension))
        free = np.linalg.solve(rows.T @ rows / size, slope)
        noise = draws.standard_normal(size)
        noise -= rows @ np.linalg.lstsq(rows, noise, rcond=None)[0]  # of F_i at the solution; F itself has none of it
        return cls(rows, rows @ (solution - free) + noise, solution)

    def start(self) -> Floats:
        """The corner of the box that is farthest from the solution, (d,)."""
        return np.where(self.solution > 0.5, 0.0, 1.0)


class Data(NamedTuple):
    """What a kernel sees: rows, right-hand sides, start."""

    rows: Floats
    right: Floats
    start: Floats


@kernel
def add_component(p: Data, i: int, u: Floats, scale: float, out: Floats, calls: Integers) -> None:
    """Add scale F_i(u) to out: one call."""
    calls[0] += 1
    value = -p.right[i]
    for j in range(u.size):
        value += p.rows[i, j] * u[j]
    for j in range(u.size):
        out[j] += scale * value * p.rows[i, j]


@kernel
def forward_backward(u: Floats, step: float, slope: Floats) -> Floats:
    """P(u - step slope)."""
    out = u - step * slope
    for j in range(u.size):
        out[j] = min(max(out[j], 0.0), 1.0)
    return out


@kernel
def constrained_runs(p: Data, rule: PageRule, reduced: bool, steps: Integers, stream: Stream) -> Floats:
    """Squared residuals and calls, (2, points), of one run of Algorithm 1 with step 1/4.

    u+ = P(lam u_0 + (1 - lam) u - estimate/4); without reduction the estimate is a fresh batch in every step.
    """
    n = p.right.size
    u, before, estimate, whole_slope = p.start.copy(), p.start.copy(), np.zeros(p.start.size), np.zeros(p.start.size)
    coin, chosen, order = np.empty(1), np.empty(rule.batch, dtype=np.int64), np.arange(n)
    calls, uncounted = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    out = np.empty((2, steps.size))
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            fill_uniform(stream, coin)
            if reduced and coin[0] < rule.refresh[k]:
                estimate[:] = 0.0
                for i in range(n):
                    add_component(p, i, u, 1.0 / n, estimate, calls)
            else:
                if rule.replacement:
                    fill_integers(stream, n, chosen)
                else:
                    fill_subset(stream, order, chosen)
                if not reduced:
                    estimate[:] = 0.0
                for j in range(rule.batch):
                    add_component(p, chosen[j], u, 1.0 / rule.batch, estimate, calls)
                    if reduced:
                        add_component(p, chosen[j], before, -1.0 / rule.batch, estimate, calls)
            before[:] = u
            u = forward_backward(rule.anchors[k] * p.start + (1.0 - rule.anchors[k]) * u, 0.25, estimate)
            k += 1
        whole_slope[:] = 0.0
        for i in range(n):
            add_component(p, i, u, 1.0 / n, whole_slope, uncounted)
        moved = u - forward_backward(u, 0.25, whole_slope)
        out[0, point] = 16.0 * (moved * moved).sum()
        out[1, point] = calls[0]
    return out


def constrained_page(
    problem: BoxedSquares, rule: PageRule, steps: ArrayLike, *, reduced: bool = True, replicas: int, seed: int
) -> dict[str, Curve]:
    """Monte Carlo of Algorithm 1 on the box: 'residual', squared, and 'calls', over its steps.

    `reduced=False` takes a fresh batch in every step. Raises InputError for a rule of fewer steps, or as `replicate`.
    """
    points = increasing_steps(steps)
    require(points[-1] <= rule.anchors.size, f"the rule holds {rule.anchors.size} steps, {points[-1]} are asked for")
    data = Data(problem.rows, problem.right, problem.start())
    return replicate(
        constrained_runs, data, rule, bool(reduced), points, x=points, replicas=replicas, seed=seed,
        names=("residual", "calls"),
    )  # fmt: skip
