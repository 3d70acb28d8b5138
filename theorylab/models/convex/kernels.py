"""Simulation of what `moments` computes: one call is one run of a stochastic method as it is written in its paper.

Same conventions as `model`: step t uses the gradient at x_t, the average after T steps holds x_0..x_(T-1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.models.convex.model import Components
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_uniform

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SGD, PROXIMAL, MOMENTUM = 0, 1, 2
"""Methods: gradient steps, proximal steps, and momentum t/(t+3) with steps 2 g/(t+3)."""


@kernel
def path(problem: Components, step_sizes: Floats, method: int, start: float, steps: Integers, stream: Stream) -> Floats:
    """Squares of x_T and of the average of x_0..x_(T-1) after each number of steps >= 1, (2, points)."""
    horizon = steps[-1]
    choice, out = np.empty(horizon), np.empty((2, steps.size))
    fill_uniform(stream, choice)
    x, before, total, at = start, start, 0.0, 0
    for t in range(horizon):
        i, below = 0, problem.probabilities[0]
        while choice[t] >= below and i < problem.curvatures.size - 1:
            i += 1
            below += problem.probabilities[i]
        a, b, g = problem.curvatures[i], problem.centres[i], step_sizes[t]
        total += x
        if method == PROXIMAL:  # the minimiser of a/2 (y - b)^2 + (y - x)^2/(2 g)
            x = (x + g * a * b) / (1.0 + g * a)
        elif method == SGD:
            x = x - g * a * (x - b)
        else:
            after = x + t / (t + 3.0) * (x - before) - 2.0 * g / (t + 3.0) * a * (x - b)
            before, x = x, after
        if steps[at] == t + 1:
            out[0, at], out[1, at] = x * x, (total / (t + 1)) ** 2
            at += 1
    return out
