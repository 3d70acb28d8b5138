"""Exact second moments of stochastic methods on quadratic sums: the state (x, z, S, 1), a linear map per component.

    z+ = z - e f_i'(x),  e = g_t, or g_t/(1 + g_t a_i) for proximal steps
    x+ = k_t x + (1 - k_t) z+,  S+ = S + w_t x

k_t = 0 is SGD (x = z); k_t = (t+1)/(t+3) the iterate moving average. With W = E of the state times itself,
W+ = sum_i p_i N_i W N_i'. No closed form enters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.convex.model import Components, QuadraticSum
from theorylab.numerics.arguments import finite_row, increasing_steps, number, whole
from theorylab.numerics.jit import allocating_strict_kernel
from theorylab.numerics.rounding import UNIT

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
OUTPUTS = ("square", "average", "mean")


class Plan(NamedTuple):
    """What is done at steps t = 0..T-1, (T,) each: step sizes g_t, keep k_t, weights w_t; proximal steps or not."""

    step_sizes: Floats
    keep: Floats
    weights: Floats
    proximal: bool


def sgd(step_sizes: ArrayLike, steps: int, *, proximal: bool = False, weights: ArrayLike = 1.0) -> Plan:
    """Plan of SGD, or of stochastic proximal point; one step size for all steps or one each, and so for the weights.

    Raises InputError for step sizes or weights that are not finite, or do not fit the steps.
    """
    count = whole("steps", steps)
    rows = []
    for name, given in (("step_sizes", step_sizes), ("weights", weights)):
        row = finite_row(name, given)
        require(row.size in (1, count), f"{row.size} {name} for {count} steps: give one, or one for each step")
        rows.append(np.array(np.broadcast_to(row, count)))  # writeable, as all that kernels are compiled for
    return Plan(rows[0], np.zeros(count), rows[1], proximal)


def moving_average(step_size: float, steps: int) -> Plan:
    """Plan of the iterate moving average with a constant step size. Raises InputError as `sgd`."""
    plan = sgd(step_size, steps)
    t = np.arange(plan.keep.size)
    return plan._replace(keep=(t + 1) / (t + 3))


@allocating_strict_kernel
def follow(problem: Components, plan: Plan, start: float, steps: Integers) -> Floats:
    """E x_T^2, E of the squared average, and E x_T after each number of steps, (3, points)."""
    out = np.zeros((3, steps.size))
    state = np.array([start, start, 0.0, 1.0])
    W = np.outer(state, state)
    N, half, new = np.zeros((4, 4)), np.zeros((4, 4)), np.zeros((4, 4))
    total, at = 0.0, 0
    for t in range(plan.step_sizes.size + 1):
        while at < steps.size and steps[at] == t:
            out[0, at], out[2, at] = W[0, 0], W[0, 3]
            if t > 0:
                out[1, at] = W[2, 2] / (total * total)
            at += 1
        if at == steps.size:
            break
        k = plan.keep[t]
        new[:] = 0.0
        for i in range(problem.curvatures.size):
            a, b = problem.curvatures[i], problem.centres[i]
            e = plan.step_sizes[t]
            if plan.proximal:
                e = e / (1.0 + e * a)
            N[0, 0], N[0, 1], N[0, 3] = k - (1.0 - k) * e * a, 1.0 - k, (1.0 - k) * e * a * b
            N[1, 0], N[1, 1], N[1, 3] = -e * a, 1.0, e * a * b
            N[2, 0], N[2, 2], N[3, 3] = plan.weights[t], 1.0, 1.0
            if k == 0.0:  # x = z, and so without the cancellation of 1 - 2 e a + (e a)^2
                N[0, 0], N[0, 1] = 1.0 - e * a, 0.0
                N[1, 0], N[1, 1] = 1.0 - e * a, 0.0
            for r in range(4):
                for c in range(4):
                    half[r, c] = 0.0
                    for m in range(4):
                        half[r, c] += N[r, m] * W[m, c]
            for r in range(4):
                for c in range(4):
                    for m in range(4):
                        new[r, c] += problem.probabilities[i] * half[r, m] * N[c, m]
        W[:] = new
        total += plan.weights[t]
    return out


def moments(problem: QuadraticSum, plan: Plan, steps: ArrayLike, start: float = 1.0) -> dict[str, Curve]:
    """Deterministic curves 'square' E x_T^2, 'average' E of the squared average of x_0..x_(T-1), and 'mean' E x_T.

    At 0 steps the average is 0. Raises InputError for steps that do not increase or go beyond the plan.
    """
    row = increasing_steps(steps)
    made = plan.step_sizes.size
    require(row[-1] <= made, f"{row[-1]} steps are more than the {made} of the plan: plan more")
    found = follow(problem.data(), plan, number("start", start), row)
    size = np.maximum.accumulate(np.abs(found), axis=1)
    if problem.noise == 0 and not plan.keep.any():  # products alone: every error is a share of the value
        size[::2] = np.abs(found[::2])
    unit = 64.0 * (row + 1) * UNIT
    return {name: Curve(row.astype(float), found[k][None], True, unit * size[k]) for k, name in enumerate(OUTPUTS)}
