"""Second moments where the step size changes from step to step: the recursions of `moments` with fresh coefficients.

Per step of size h and direction of eigenvalue l, with `spread` and `gain` per unit of h^2,

    c <- (1 - h l)^2 c + h^2 (spread c + gain (feedback S + sigma^2)),   S = sum_j lambda_j c_j.

Step t has size step_sizes[t]; `steps` increase, and are at most as many as there are sizes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.regression.moments import dot
from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Scheduled(NamedTuple):
    """Coefficients per unit of step size squared, vectors (d,); the feedback, sigma^2, the start."""

    eigenvalues: Floats
    spread: Floats
    gain: Floats
    feedback: float
    noise: float
    start: Floats


@kernel
def sgd(r: Scheduled, step_sizes: Floats, ema_decay: float, start: int, steps: Integers) -> Floats:
    """E of the squares of last iterate, EMA, and mean over start <= t < N (0 for N <= start), (3, points, d).
    Derived: tests/models/regression/test_scheduled.py::test_moments_are_those_of_dense_covariances_of_the_path.
    """
    d = r.start.size
    a, b = ema_decay, 1.0 - ema_decay
    c = r.start.copy()
    crossed, ema = r.start.copy(), r.start.copy()
    added, total = np.zeros(d), np.zeros(d)
    out = np.zeros((3, steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, c) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            inside = 1.0 if t >= start else 0.0
            h = step_sizes[t]
            for i in range(d):
                ci = c[i]
                turn = 1.0 - h * r.eigenvalues[i]
                ema[i] = a * a * ema[i] + 2.0 * a * b * crossed[i] + b * b * ci
                crossed[i] = turn * (a * crossed[i] + b * ci)
                total[i] += inside * (2.0 * added[i] + ci)
                added[i] = inside * turn * (added[i] + ci)
                moment = turn * turn * ci + h * h * (r.spread[i] * ci + r.gain[i] * fed)
                c[i] = moment
                fresh += r.eigenvalues[i] * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        out[0, k] = c
        out[1, k] = ema
        count = float(steps[k] - start)
        if count > 0.0:
            for i in range(d):
                out[2, k, i] = total[i] / (count * count)
    return out


@kernel
def accelerated(r: Scheduled, short_steps: Floats, pulls: Floats, memory: float, steps: Integers) -> Floats:
    """E w_t^2 and E u_t^2 of w' = u - short g, u' = (1 + c) u - c w - pull g, c = memory, (2, points, d).
    Derived: tests/models/regression/test_scheduled.py::test_heavy_ball_is_the_method_as_written_in_full_matrices.

    With short = 0, w is the u of one step before: the heavy ball in the state (E e_t^2, E e_t e_{t-1}, E e_{t-1}^2).
    """
    d = r.start.size
    ww, wu, uu = r.start.copy(), r.start.copy(), r.start.copy()
    out = np.empty((2, steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, uu) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            short, pull = short_steps[t], pulls[t]
            for i in range(d):
                lam = r.eigenvalues[i]
                stay = 1.0 - short * lam
                ahead = 1.0 + memory - pull * lam
                w2, x, u2 = ww[i], wu[i], uu[i]
                n = r.spread[i] * u2 + r.gain[i] * fed
                ww[i] = stay * stay * u2 + short * short * n
                wu[i] = stay * (ahead * u2 - memory * x) + short * pull * n
                moment = memory * memory * w2 - 2.0 * memory * ahead * x + ahead * ahead * u2 + pull * pull * n
                uu[i] = moment
                fresh += lam * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        out[0, k] = ww
        out[1, k] = uu
    return out


@kernel
def drifting(
    r: Scheduled, error0: Floats, step_sizes: Floats, shifts: Floats, walks: Floats, steps: Integers
) -> Floats:
    """E e_t^2 of SGD whose minimiser moves after step t by shifts[t] plus noise of variances walks[t], (points, d).
    Derived: tests/models/regression/test_drifting.py::test_moments_are_those_of_full_matrices_with_a_moving_minimiser.

    shifts and walks are (T, d); e' = (error after the step) - move, so that means (d,) go along with the squares.
    """
    d = r.start.size
    c, mean = r.start.copy(), error0.copy()
    out = np.empty((steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, c) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            h = step_sizes[t]
            for i in range(d):
                turn = 1.0 - h * r.eigenvalues[i]
                moment = turn * turn * c[i] + h * h * (r.spread[i] * c[i] + r.gain[i] * fed)
                moment += walks[t, i] + shifts[t, i] * (shifts[t, i] - 2.0 * turn * mean[i])
                mean[i] = turn * mean[i] - shifts[t, i]
                c[i] = moment
                fresh += r.eigenvalues[i] * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        out[k] = c
    return out


@kernel
def greedy(curvature: float, noise: float, walks: Floats, start: float) -> Floats:
    """Step sizes v_t / (k1 v_t + k2) and v_t = E |e_t|^2 that they lead to before each of T steps, (2, T).
    Derived: tests/models/regression/test_drifting.py::test_the_greedy_step_is_the_best_single_step.

    v' = v - v^2 / (k1 v + k2) + walks[t], k1 = curvature, k2 = noise.
    """
    out = np.empty((2, walks.size))
    v = start
    for t in range(walks.size):
        size = v / (curvature * v + noise)
        out[0, t] = size
        out[1, t] = v
        v = v * (1.0 - size) + walks[t]
    return out
