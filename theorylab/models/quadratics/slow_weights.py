"""Lookahead over SGD, exactly and simulated: slow weights phi, and fast weights x that return to them every k steps.

    k times   m' = momentum m + h x + noise_std xi,   x' = x - step_size m'
    then      phi' = phi + slow_step (x - phi),       x' = phi',   m' = m or 0

Without momentum these are `Linear` recursions in (x, phi); with it, and without noise, one round is a matrix of two
states. Paths are simulated by the optimiser itself (`optimisers.lookahead`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.optimisers import lookahead
from theorylab.numerics.arguments import finite_row, number, positive, positive_row, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.known import Known, Operand, known
from theorylab.numerics.streams import Stream, fill_normal
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
SLOW = 2
"""Where phi stands among the states (1, x, phi)."""


def round_map(step_size: Operand, curvature: Operand, noise_std: Operand, period: int, slow_step: Operand) -> Known:
    """Map (m, K, K) of the second moments of (1, x, phi) over k inner steps and the synchronisation after them.

    Step sizes, curvatures and slow steps are numbers or arrays (m,). Raises InputError as `model.sgd`, or for a period
    < 1.
    """
    k, a = whole("period", period), known(slow_step)
    sgd = model.sgd(step_size, curvature, noise_std)
    inner, fresh = sgd.maps[0][..., 1, 1], sgd.noise[..., 1, 1]
    ones = 1 + 0 * (inner + a)  # all parameters in one shape
    steps = model.linear([[[inner * ones, 0.0], [0.0, 1.0]]], [[fresh * ones, 0.0], [0.0, 0.0]])
    meeting = model.linear([[[a * ones, (1 - a) * ones], [a * ones, (1 - a) * ones]]], [[0.0, 0.0], [0.0, 0.0]])
    return moments.operator(meeting) @ moments.power(moments.operator(steps), k)


def momentum_rounds(loads: ArrayLike, momentum: float, period: int, slow_step: float, *, reset: bool) -> Floats:
    """Matrices (m, 2, 2) of one round without noise in (phi, step_size m), for loads = step_size * curvature (m,).

    Raises InputError unless loads are finite, 0 <= momentum < 1 and the period is a whole number >= 1.
    """
    x, beta, k = finite_row("loads", loads), number("momentum", momentum, least=0.0), whole("period", period)
    require(beta < 1, f"momentum={momentum} is not allowed: give a number in [0, 1)")
    one = np.moveaxis(np.array([[1 - x, 0 * x - beta], [x, 0 * x + beta]]), -1, 0)
    inner = np.linalg.matrix_power(one, k)
    kept = np.array([[1 - slow_step, 0.0], [0.0, 0.0]])
    return np.asarray(np.array([[slow_step], [0.0 if reset else 1.0]]) * inner + kept)


def rate(loads: ArrayLike, momentum: float, period: int, slow_step: float, *, reset: bool) -> Floats:
    """Factor per inner step (m,): spectral radius of one round to the power 1 / k. Raises as `momentum_rounds`."""
    matrices = momentum_rounds(loads, momentum, period, slow_step, reset=reset)
    half, determinant = (matrices[:, 0, 0] + matrices[:, 1, 1]) / 2, np.linalg.det(matrices)
    apart = half**2 - determinant  # < 0 for a pair of complex eigenvalues
    real = np.abs(half) + np.maximum(apart, 0.0) ** 0.5
    return np.asarray(np.where(apart < 0, np.maximum(determinant, 0.0) ** 0.5, real) ** (1 / period))


@kernel
def paths(method: lookahead.Method, curvatures: Floats, noise_std: float, start: float, steps: int,
          stream: Stream) -> Floats:  # fmt: skip
    """x after so many steps of Lookahead on each of the curvatures, (d,), noise of its own on each."""
    d = curvatures.size
    x, gradient, normals = np.full(d, start), np.empty(d), np.empty(d)
    memory = np.zeros((2, d))
    lookahead.start(method, x, memory)
    for t in range(1, steps + 1):
        fill_normal(stream, normals)
        for i in range(d):
            gradient[i] = curvatures[i] * x[i] + noise_std * normals[i]
        lookahead.step(method, t, x, gradient, memory)
    return x


def simulate(
    method: lookahead.Method, curvatures: ArrayLike, noise_std: float, steps: int, *, start: float = 0.0,
    replicas: int, seed: int,
) -> Curve:  # fmt: skip
    """Curve over the curvatures of x after so many steps from `start`.

    Raises InputError unless rate and curvatures are > 0, the noise >= 0, period and steps whole numbers >= 1.
    """
    h = positive_row("curvatures", curvatures)
    positive("rate", method.rate)
    whole("period", method.period)
    return replicate(paths, method, h, number("noise_std", noise_std, least=0.0), number("start", start),
                     whole("steps", steps), x=h, x_name="curvature", replicas=replicas, seed=seed)  # fmt: skip
