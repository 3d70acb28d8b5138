"""Exact second-moment recursions, compiled: diagonal, since the diagonal of E e e^T closes on itself.

All designs and batch sizes share one form, with vectors (d,) `keep`, `gain`, `contraction`:

    c_i <- keep_i c_i + gain_i (feedback * S + sigma^2),   S = sum_j lambda_j c_j,        c_i = E e_i^2,
    E[e_{t+k} e_t]_i = contraction_i^k c_i.

Each function returns the moments at the requested steps, (points, d). `steps` increase.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import allocating_strict_kernel, kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Recursion(NamedTuple):
    """Coefficients of the recursion: vectors (d,), the feedback (1 gaussian, 0 one-hot), sigma^2, the start."""

    eigenvalues: Floats
    keep: Floats
    gain: Floats
    contraction: Floats
    feedback: float
    noise: float
    start: Floats


@kernel
def dot(a: Floats, b: Floats) -> float:
    """Inner product of two vectors."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@kernel
def last(r: Recursion, steps: Integers) -> Floats:
    """E e_{t,i}^2 of the last iterate at t = steps, (points, d).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    d = r.start.size
    c = r.start.copy()
    out = np.empty((steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, c) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            for i in range(d):
                moment = r.keep[i] * c[i] + r.gain[i] * fed
                c[i] = moment
                fresh += r.eigenvalues[i] * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        out[k] = c
    return out


@kernel
def ema(r: Recursion, ema_decay: float, steps: Integers) -> Floats:
    """E m_{t,i}^2 of the average m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, at t = steps, (points, d).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    d = r.start.size
    a, b = ema_decay, 1.0 - ema_decay
    c = r.start.copy()
    p = r.start.copy()
    v = r.start.copy()
    out = np.empty((steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, c) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            for i in range(d):
                ci = c[i]
                pi = p[i]
                v[i] = a * a * v[i] + 2.0 * a * b * pi + b * b * ci
                p[i] = r.contraction[i] * (a * pi + b * ci)
                moment = r.keep[i] * ci + r.gain[i] * fed
                c[i] = moment
                fresh += r.eigenvalues[i] * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        out[k] = v
    return out


@kernel
def average(r: Recursion, start: int, steps: Integers) -> Floats:
    """E of the squared mean of e_t over start <= t < N at N = steps > start, (points, d).
    Derived: tests/models/regression/test_theory.py::test_risks_match_dense_covariances_of_the_whole_path.
    """
    d = r.start.size
    c = r.start.copy()
    p = np.zeros(d)
    v = np.zeros(d)
    out = np.empty((steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, c) + r.noise
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            inside = 1.0 if t >= start else 0.0
            for i in range(d):
                ci = c[i]
                v[i] += inside * (2.0 * p[i] + ci)
                p[i] = inside * r.contraction[i] * (p[i] + ci)
                moment = r.keep[i] * ci + r.gain[i] * fed
                c[i] = moment
                fresh += r.eigenvalues[i] * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        count = float(steps[k] - start)
        for i in range(d):
            out[k, i] = v[i] / (count * count)
    return out


class Accelerated(NamedTuple):
    """Coefficients of accelerated SGD: gradient variance spread_i E u_i^2 + gain_i (feedback S + noise); c and q."""

    eigenvalues: Floats
    spread: Floats
    gain: Floats
    feedback: float
    noise: float
    start: Floats
    memory: float
    pull: float
    short_step: float


@kernel
def accelerated(r: Accelerated, start: int, steps: Integers) -> Floats:
    """E w_t^2 at t = steps, of the mean of w_t over start <= t < N (0 for N <= start), and E u_t^2, (3, points, d).
    Derived: tests/models/regression/test_asgd.py::test_risks_match_dense_covariances_of_the_method_as_written.
    """
    d = r.start.size
    ww = r.start.copy()
    wu = r.start.copy()
    uu = r.start.copy()
    # v: E (sum w)^2; pw, pu: E (sum w) w_t, E (sum w) u_t
    v = np.zeros(d)
    pw = np.zeros(d)
    pu = np.zeros(d)
    out = np.zeros((3, steps.size, d))
    fed = r.feedback * dot(r.eigenvalues, uu) + r.noise
    c, q, short = r.memory, r.pull, r.short_step
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fresh = 0.0
            inside = 1.0 if t >= start else 0.0
            for i in range(d):
                lam = r.eigenvalues[i]
                stay = 1.0 - short * lam
                ahead = 1.0 + c - q * lam
                w2 = ww[i]
                x = wu[i]
                u2 = uu[i]
                v[i] += inside * (2.0 * pw[i] + w2)
                sw = inside * (pw[i] + w2)
                su = inside * (pu[i] + x)
                pw[i] = stay * su
                pu[i] = ahead * su - c * sw
                n = r.spread[i] * u2 + r.gain[i] * fed
                ww[i] = stay * stay * u2 + short * short * n
                wu[i] = stay * (ahead * u2 - c * x) + short * q * n
                moment = c * c * w2 - 2.0 * c * ahead * x + ahead * ahead * u2 + q * q * n
                uu[i] = moment
                fresh += lam * moment
            fed = r.feedback * fresh + r.noise
            t += 1
        out[0, k] = ww
        out[2, k] = uu
        count = float(steps[k] - start)
        if count > 0.0:
            for i in range(d):
                out[1, k, i] = v[i] / (count * count)
    return out


@allocating_strict_kernel
def accelerated_means(stay: Floats, ahead: Floats, memory: float, start: Floats, steps: Integers) -> Floats:
    """E w_t of w' = stay u, u' = ahead u - memory w, vectors (d,), from w = u = start, at t = steps, (points, d).
    Derived: tests/models/regression/test_asgd.py::test_accelerated_means_are_powers_of_the_matrix_of_a_mode.
    """
    w, u = start.copy(), start.copy()
    out = np.empty((steps.size, start.size))
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            for i in range(start.size):
                before = u[i]
                u[i] = ahead[i] * before - memory * w[i]
                w[i] = stay[i] * before
            t += 1
        out[k] = w
    return out
