"""Blockwise Adam and gradient descent on quadratics x^T H x / 2: losses and norms of gradients on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.models.preconditioning.optimisers.blockwise_adam import Method, step
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal, stream
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]


@kernel
def descent(
    method: Method, hessian: Floats, noise_std: float, start: Floats, steps: int, last: int, stream: Stream
) -> Floats:
    """Losses, and sum_B sqrt(d_B) |g_B| of the exact gradients, at 0, ..., `steps`, (2, steps + 1).

    In the last `last` steps the rate falls linearly, to rate / last in the last one; every gradient gets noise.
    """
    d = start.size
    out, x, exact = np.zeros((2, steps + 1)), start.copy(), np.empty(d)
    memory, noisy, normals = np.zeros((1, d)), np.empty(d), np.zeros(d)
    for t in range(steps + 1):
        for i in range(d):
            total = 0.0
            for j in range(d):
                total += hessian[i, j] * x[j]
            exact[i] = total
            out[0, t] += x[i] * total / 2
        for first in range(0, d, method.block):
            squares, end = 0.0, min(first + method.block, d)
            for i in range(first, end):
                squares += exact[i] * exact[i]
            out[1, t] += math.sqrt(squares * (end - first))
        if t < steps:
            if noise_std > 0.0:
                fill_normal(stream, normals)
            for i in range(d):
                noisy[i] = exact[i] + noise_std * normals[i]
            share = min(1.0, (steps - t) / last) if last > 0 else 1.0
            step(
                Method(method.rate * share, method.second_decay, method.epsilon, method.block), t + 1, x, noisy, memory
            )
    return out


def run(
    method: Method, hessian: Floats, start: Floats, steps: int, noise_std: float = 0.0, last: int = 0, seed: int = 0
) -> Floats:
    """`descent` on stream 0 of the seed."""
    return np.asarray(descent(method, np.ascontiguousarray(hessian), noise_std, start, steps, last, stream(seed, 0)))


@kernel
def final_loss(
    method: Method, hessian: Floats, noise_std: float, start: Floats, steps: int, last: int, stream: Stream
) -> Floats:
    """Loss after the last step of `descent`, (1,)."""
    return np.full(1, descent(method, hessian, noise_std, start, steps, last, stream)[0, steps])


@kernel
def mean_dual_norm(
    method: Method, hessian: Floats, noise_std: float, start: Floats, steps: int, skip: int, stream: Stream
) -> Floats:
    """Mean of sum_B sqrt(d_B) |g_B| over x_skip, ..., x_(steps - 1) of `descent` at constant rate, (1,)."""
    norms = descent(method, hessian, noise_std, start, steps, 0, stream)[1]
    total = 0.0
    for t in range(skip, steps):
        total += norms[t]
    return np.full(1, total / (steps - skip))


def tuned_losses(
    hessian: Floats, start: Floats, method: Method, rates: ArrayLike, plan: tuple[float, int], replicas: int, seed: int
) -> Curve:
    """Final losses (replicas, 1) at the best of the `rates`, all linearly decaying; plan: (noise_std, steps).

    The rate is chosen on the first stream of seed + 10^6, not on the replicas.
    """
    noise, steps = plan
    both = np.ascontiguousarray(hessian), noise, start, steps, steps
    trials = [method._replace(rate=float(rate)) for rate in np.asarray(rates, dtype=float)]
    found = [float(final_loss(trial, *both, stream(seed + 10**6, 0))[0]) for trial in trials]
    best = trials[int(np.nanargmin(found))]
    return replicate(final_loss, best, *both, x=[best.rate], replicas=replicas, seed=seed, x_name="rate")


def joined(x: ArrayLike, curves: Sequence[Curve], x_name: str) -> Curve:
    """Curves of one point each, side by side at points x: replica r of each is row r."""
    return Curve(np.asarray(x, dtype=float), np.hstack([curve.samples for curve in curves]), x_name=x_name)


def gradient_descent(hessian: Floats, start: Floats, steps: int, step_size: float) -> Floats:
    """Losses of x <- x - eta H x at 0, ..., `steps`, (steps + 1,)."""
    x, losses = start.copy(), np.empty(steps + 1)
    for t in range(steps + 1):
        gradient = hessian @ x
        losses[t] = x @ gradient / 2
        x = x - step_size * gradient
    return losses


def noisy_gradient_loss(hessian: Floats, start: Floats, steps: int, step_size: float, noise_std: float) -> float:
    """Exact mean loss after `steps` steps of gradient descent, steps falling linearly to step_size / steps.

    In the eigenbasis c <- (1 - eta_t l)^2 c + eta_t^2 sigma^2.
    """
    eigenvalues, basis = np.linalg.eigh(hessian)
    moments = (basis.T @ start) ** 2
    for t in range(steps):
        eta = step_size * (steps - t) / steps
        moments = (1 - eta * eigenvalues) ** 2 * moments + (eta * noise_std) ** 2
    return float(eigenvalues @ moments / 2)


def noisy_gradient_loss_in_place(
    hessian: Floats, start: Floats, steps: int, step_size: float, noise_std: float
) -> float:
    """Exact mean loss of the same descent, by the matrix of second moments in the coordinates as they are.

    C <- (1 - eta_t H) C (1 - eta_t H) + eta_t^2 sigma^2, from C = x_0 x_0^T.
    """
    unit, moments = np.eye(start.size), np.outer(start, start)
    for t in range(steps):
        eta = step_size * (steps - t) / steps
        moments = (unit - eta * hessian) @ moments @ (unit - eta * hessian) + (eta * noise_std) ** 2 * unit
    return float((hessian * moments).sum() / 2)
