"""Hutchinson's probes of a fixed Hessian, over all signs and drawn, and runs of AdaHessian on its quadratic."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from theorylab.models.preconditioning.optimisers import adahessian
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_signs

Floats = NDArray[np.float64]
LATE = 10**8
"""A step so late that nothing is debiased any more."""


def all_products(hessian: Floats) -> tuple[Floats, Floats]:
    """z and H z for all sign vectors z with z_1 = 1, (2^(d - 1), d) each: z and -z give the same z (H z)."""
    signs = np.array([(1.0, *rest) for rest in itertools.product((-1.0, 1.0), repeat=len(hessian) - 1)])
    return signs, signs @ hessian


@kernel
def averaged_probes(method: adahessian.Method, hessian: Floats, steps: Floats, stream: Stream) -> Floats:
    """Debiased second moments of AdaHessian after `steps` (increasing), and their squares, (2 steps d,): by steps,
    then d.

    The gradient is 0: only probes with random signs move anything.
    """
    d = len(hessian)
    x, gradient, signs, estimate = np.zeros(d), np.zeros(d), np.empty(d), np.empty(d)
    memory, out = np.zeros((adahessian.MEMORIES, d)), np.empty((2, steps.size, d))
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            t += 1
            fill_signs(stream, signs)
            for i in range(d):
                estimate[i] = 0.0
                for j in range(d):
                    estimate[i] += signs[i] * hessian[i, j] * signs[j]
            adahessian.step(method, t, x, gradient, memory, estimate)
        for i in range(d):
            out[0, k, i] = memory[1, i] / (1.0 - method.second_decay**t)
            out[1, k, i] = out[0, k, i] ** 2
    return out.ravel()


@kernel
def frozen_descent(method: adahessian.Method, hessian: Floats, start: Floats, tolerance: float, most: int) -> Floats:
    """AdaHessian on x^T H x / 2 that sees row norms in every step: steps until |H x|_inf <= tolerance, and |H x|_inf
    then, or after `most` steps, (2,).
    """
    d = start.size
    x, gradient, memory, norms = start.copy(), np.empty(d), np.zeros((adahessian.MEMORIES, d)), np.zeros(d)
    for i in range(d):
        for j in range(d):
            norms[i] += hessian[i, j] ** 2
        norms[i] = np.sqrt(norms[i])
    largest = 0.0
    for t in range(1, most + 2):
        largest = 0.0
        for i in range(d):
            gradient[i] = 0.0
            for j in range(d):
                gradient[i] += hessian[i, j] * x[j]
            largest = max(largest, abs(gradient[i]))
        if largest <= tolerance or t == most + 1 or largest > 1e100:
            return np.array([t - 1.0, largest])
        adahessian.step(method, t, x, gradient, memory, norms)
    return np.array([float(most), largest])


@kernel
def live_growth(method: adahessian.Method, dim: int, rates: Floats, steps: int, stream: Stream) -> Floats:
    """Mean of log |u_{t+1} / u_t| of AdaHessian with fresh probes on u^2 / 2, u = sum x_i, H = 1 1^T, (rates,).

    From the long-run mean of the second moments, d, as they are late in a run. u is set to 1 before each step.
    """
    x, gradient, signs, estimate = np.empty(dim), np.empty(dim), np.empty(dim), np.empty(dim)
    memory, out = np.zeros((adahessian.MEMORIES, dim)), np.zeros(rates.size)
    for k in range(rates.size):
        chosen = adahessian.Method(
            rates[k], method.first_decay, method.second_decay, method.epsilon, 0.0, method.power, method.block
        )
        memory[:] = 0.0
        memory[1] = dim
        for t in range(steps):
            fill_signs(stream, signs)
            total = 0.0
            for i in range(dim):
                total += signs[i]
            for i in range(dim):
                x[i], gradient[i], estimate[i] = 1.0 / dim, 1.0, signs[i] * total
            adahessian.step(chosen, LATE + t, x, gradient, memory, estimate)
            u = 0.0
            for i in range(dim):
                u += x[i]
            out[k] += np.log(abs(u)) / steps
    return out
