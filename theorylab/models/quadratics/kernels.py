"""Simulation of the methods as they are written: one call is one replica, with normal noise.

Outputs at points are rows of quantities; squares are the caller's business where a mean square is asked for.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.quadratics.valleys import Data
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Mode(NamedTuple):
    """One curvature, the standard deviation of its gradient noise, and that of its normal start."""

    curvature: float
    noise_std: float
    start_std: float


class Coupled(NamedTuple):
    """f = (across + coupling y^2) x^2 / 2 + along y^2 / 2, noise in x and in y, the start."""

    across: float
    along: float
    coupling: float
    noise_x: float
    noise_y: float
    start_x: float
    start_y: float


@kernel
def average_paths(mode: Mode, step_sizes: Floats, weight: float, counts: Integers, stream: Stream) -> Floats:
    """SGD in cycles of step sizes: x at the end of cycle n, mean of n ends, EMA of every iterate, (3, counts).

    The EMA, m' = (1 - weight) m + weight x, takes x after each step and begins at x_0.
    """
    curvature, noise_std, start_std = mode
    normals = np.empty(step_sizes.size)
    fill_normal(stream, normals[:1])
    x = start_std * normals[0]
    mean, total = x, 0.0
    out = np.empty((3, counts.size))
    n = 0
    for k in range(counts.size):
        while n < counts[k]:
            fill_normal(stream, normals)
            for j in range(step_sizes.size):
                x -= step_sizes[j] * (curvature * x + noise_std * normals[j])
                mean += weight * (x - mean)
            total += x
            n += 1
        out[0, k] = x
        out[1, k] = total / n
        out[2, k] = mean
    return out


@kernel
def valley_paths(
    valley: Data, step_size: float, noise_std: float, burn_in: int, counts: Integers, stream: Stream
) -> Floats:
    """SGD from 0 in a valley, after `burn_in` steps: x, f, f'' at iterate n, then at the mean of n, (6, counts)."""
    left, right, bend = valley
    normal = np.empty(1)
    x, total = 0.0, 0.0
    out = np.empty((6, counts.size))
    t, k = -burn_in, 0
    while k < counts.size:
        fill_normal(stream, normal)
        slope = left * math.expm1(bend * x) / bend if bend != 0.0 else (left if x < 0.0 else right) * x
        x -= step_size * (slope + noise_std * normal[0])
        t += 1
        if t > 0:
            total += x
        if t == counts[k]:
            for place in range(2):
                z = x if place == 0 else total / t
                curvature = left if z < 0.0 else right
                height = curvature * z * z / 2.0
                if bend != 0.0:
                    curvature = left * math.exp(bend * z)
                    height = left * (math.expm1(bend * z) - bend * z) / (bend * bend)
                out[3 * place, k] = z
                out[3 * place + 1, k] = height
                out[3 * place + 2, k] = curvature
            k += 1
    return out


@kernel
def coupled_paths(valley: Coupled, step_size: float, burn_in: int, counts: Integers, stream: Stream) -> Floats:
    """SGD in a coupled valley, after `burn_in` steps: x^2, y^2, f at iterate n, then at the mean of n, (6, counts)."""
    across, along, coupling, noise_x, noise_y, x, y = valley
    normals = np.empty(2)
    sum_x, sum_y = 0.0, 0.0
    out = np.empty((6, counts.size))
    t, k = -burn_in, 0
    while k < counts.size:
        fill_normal(stream, normals)
        slope_x = (across + coupling * y * y) * x + noise_x * normals[0]
        slope_y = (along + coupling * x * x) * y + noise_y * normals[1]
        x -= step_size * slope_x
        y -= step_size * slope_y
        t += 1
        if t > 0:
            sum_x += x
            sum_y += y
        if t == counts[k]:
            for place in range(2):
                u = x if place == 0 else sum_x / t
                v = y if place == 0 else sum_y / t
                out[3 * place, k] = u * u
                out[3 * place + 1, k] = v * v
                out[3 * place + 2, k] = (across + coupling * v * v) * u * u / 2.0 + along * v * v / 2.0
            k += 1
    return out


@kernel
def momentum_paths(mode: Mode, step_size: float, beta: float, steps: Integers, stream: Stream) -> Floats:
    """SGD with momentum, m' = beta m + (1 - beta) g, x' = x - step_size m', from m_0 = 0: x and m, (2, steps)."""
    curvature, noise_std, start_std = mode
    normal = np.empty(1)
    fill_normal(stream, normal)
    x, m = start_std * normal[0], 0.0
    out = np.empty((2, steps.size))
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fill_normal(stream, normal)
            m = beta * m + (1.0 - beta) * (curvature * x + noise_std * normal[0])
            x -= step_size * m
            t += 1
        out[0, k] = x
        out[1, k] = m
    return out


@kernel
def label_noise_paths(noise_std: float, step_size: float, beta: float, steps: Integers, stream: Stream) -> Floats:
    """SGD with momentum on (u v - noise_std xi)^2 / 2, xi normal, from (u, v) = (1, 0): u and v, (2, steps)."""
    normal = np.empty(1)
    u, v, m_u, m_v = 1.0, 0.0, 0.0, 0.0
    out = np.empty((2, steps.size))
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fill_normal(stream, normal)
            residual = u * v - noise_std * normal[0]
            m_u = beta * m_u + (1.0 - beta) * residual * v
            m_v = beta * m_v + (1.0 - beta) * residual * u
            u -= step_size * m_u
            v -= step_size * m_v
            t += 1
        out[0, k] = u
        out[1, k] = v
    return out


@kernel
def scheduled_moments(mode: Mode, step_sizes: Floats, weights: Floats, steps: Integers) -> Floats:
    """Means and mean squares, (4, steps): E x, E m, E x^2, E m^2 of SGD with step_sizes[t] and its average
    m' = (1 - weights[t]) m + weights[t] x', x' after the step, from x_0 = m_0 = start_std (no draw): exact recursion.
    """
    curvature, noise_std, start = mode
    x, m = start, start
    xx, xm, mm = start * start, start * start, start * start
    out = np.empty((4, steps.size))
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            stay, fresh, w = 1.0 - step_sizes[t] * curvature, step_sizes[t] * noise_std, weights[t]
            x = stay * x
            m = (1.0 - w) * m + w * x
            xx = stay * stay * xx + fresh * fresh
            crossed = stay * xm
            mm = (1.0 - w) * (1.0 - w) * mm + 2.0 * w * (1.0 - w) * crossed + w * w * xx
            xm = (1.0 - w) * crossed + w * xx
            t += 1
        out[0, k] = x
        out[1, k] = m
        out[2, k] = xx
        out[3, k] = mm
    return out


class NagGs(NamedTuple):
    """NAG-GS on one curvature: step alpha, mu, gamma_0, diffusion (in time alpha), or gradient noise, and the start."""

    alpha: float
    mu: float
    gamma: float
    curvature: float
    diffusion: float
    gradient_noise: float
    start_x: float
    start_v: float


@kernel
def nag_gs_paths(method: NagGs, steps: Integers, stream: Stream) -> Floats:
    """x, v and gamma of NAG-GS at steps, (3, steps): gamma first, then x, then v with the gradient at the new x."""
    alpha, mu, gamma, curvature, diffusion, gradient_noise, x, v = method
    normals = np.empty(2)
    out = np.empty((3, steps.size))
    t = 0
    for k in range(steps.size):
        while t < steps[k]:
            fill_normal(stream, normals)
            gamma = (gamma + alpha * mu) / (1.0 + alpha)
            x = (x + alpha * v) / (1.0 + alpha)
            tau = alpha * mu / gamma
            gradient = curvature * x + gradient_noise * normals[0]
            noise = diffusion * math.sqrt(alpha) * normals[1]
            v = (v + tau * x - alpha / gamma * gradient + noise) / (1.0 + tau)
            t += 1
        out[0, k] = x
        out[1, k] = v
        out[2, k] = gamma
    return out
