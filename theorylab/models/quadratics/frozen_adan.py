"""Adan with its second moment frozen, a linear method, and what it makes of given gradients: the optimiser's own steps.

With second_weight = 0 the first gradient divides all steps, coordinate by coordinate: x' = x - rate u / |g_1|, where
the direction u = m + (1 - b2) v is linear in the gradients. Nesterov's method in its first form, gradients at a point
ahead, is written beside it, from a velocity that may have been going on for ever.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.quadratics.model import Rows, linear
from theorylab.models.quadratics.moments import at_rest, operator
from theorylab.models.quadratics.optimisers import adan
from theorylab.numerics.arguments import increasing_steps, number
from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.known import Known, known
from theorylab.numerics.streams import Stream, fill_normal
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Gradients(NamedTuple):
    """Gradients mean + slope (t - 1) + noise_std xi_t, t = 1, 2, ...; the first one is 1."""

    mean: float
    slope: float
    noise_std: float


class Waves(NamedTuple):
    """f = sum_i (h_i x_i^2 / 2 + depth cos x_i) + coupling (sum_i x_i)^2 / 2: not convex where depth > h_i."""

    curvatures: Floats
    depth: float
    coupling: float


@inner_kernel
def slope_of_waves(f: Waves, x: Floats, noise: Floats, out: Floats) -> None:
    """Gradient at x, plus noise, into out."""
    total = 0.0
    for i in range(x.size):
        total += x[i]
    for i in range(x.size):
        out[i] = f.curvatures[i] * x[i] - f.depth * np.sin(x[i]) + f.coupling * total + noise[i]


@kernel
def adan_path(method: adan.Method, f: Waves, start: Floats, noise: Floats) -> Floats:
    """x after each step, (steps, d), with noise (steps, d) on the gradients."""
    x, gradient, memory = start.copy(), np.empty(start.size), np.zeros((4, start.size))
    out = np.empty(noise.shape)
    for t in range(noise.shape[0]):
        slope_of_waves(f, x, noise[t], gradient)
        adan.step(method, t + 1, x, gradient, memory)
        out[t] = x
    return out


@kernel
def ahead_path(rates: Floats, momentum: float, going: float, f: Waves, start: Floats, noise: Floats) -> Floats:
    """Points where Nesterov's method takes its gradients after each step, (steps, d).

    g = grad f(w - rate momentum m) + noise, m = momentum m + g, w = w - rate m; rates (d,). The first point is `start`,
    and the velocity before it `going` times the gradient there.
    """
    d = start.size
    gradient, ahead = np.empty(d), start.copy()
    slope_of_waves(f, ahead, noise[0], gradient)
    velocity = going * gradient
    w = start + rates * momentum * velocity
    out = np.empty(noise.shape)
    for t in range(noise.shape[0]):
        slope_of_waves(f, ahead, noise[t], gradient)
        velocity = momentum * velocity + gradient
        w = w - rates * velocity
        ahead = w - rates * momentum * velocity
        out[t] = ahead
    return out


@kernel
def responses(method: adan.Method, gradients: Gradients, steps: Integers, stream: Stream) -> Floats:
    """Direction u and second moment n at steps, (2, steps), from the moves of x at rate 1 and from the memory."""
    mean, slope, noise_std = gradients
    normal, x, gradient, memory = np.empty(1), np.zeros(1), np.ones(1), np.zeros((4, 1))
    out = np.empty((2, steps.size))
    t = 0
    for k in range(steps.size):
        before = 0.0
        while t < steps[k]:
            t += 1
            fill_normal(stream, normal)
            if t > 1:
                gradient[0] = mean + slope * (t - 1) + noise_std * normal[0]
            before = x[0]
            adan.step(method, t, x, gradient, memory)
        out[0, k] = (before - x[0]) * np.sqrt(memory[2, 0])
        out[1, k] = memory[2, 0]
    return out


def simulate(
    method: adan.Method, gradients: Gradients, steps: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'direction' and 'second moment' of Adan at rate 1 and epsilon 0.

    Raises InputError for another rate or epsilon, a noise < 0, or steps that do not increase from 1.
    """
    require(method.rate == 1 and method.epsilon == 0, f"{method} is not allowed: give rate=1 and epsilon=0")
    number("noise_std", gradients.noise_std, least=0.0)
    points = increasing_steps(steps, least=1)
    return replicate(responses, method, Gradients(*map(float, gradients)), points, x=points, replicas=replicas,
                     seed=seed, names=("direction", "second moment"))  # fmt: skip


def direction_variance(b1: float, b2: float, noise_std: float) -> Known:
    """Variance of the direction at rest, by the exact second moments of (m, v, last gradient); a scalar."""
    p, q, s = 1 - known(b1), 1 - known(b2), known(noise_std)
    fresh = [b1 * s, b2 * s, s]
    rows: Rows = [[p, 0.0, 0.0], [0.0, q, -known(b2)], [0.0, 0.0, 0.0]]
    noise: Rows = [[x * y for y in fresh] for x in fresh]
    rest = at_rest(operator(linear([rows], noise)))
    return rest.second(1, 1)[0] + 2 * q * rest.second(1, 2)[0] + q * q * rest.second(2, 2)[0]


def one_step(method: adan.Method, curvature: float) -> Floats:
    """Matrix (4, 4) that a step of the optimiser makes of (x, m, v, last gradient) on h x^2 / 2, with n frozen at 1."""
    columns = []
    for unit in np.eye(4):
        x, memory = unit[:1].copy(), np.array([unit[1:2], unit[2:3], [1.0], unit[3:]])
        adan.step(method._replace(second_weight=0.0, epsilon=0.0), 2, x, curvature * x, memory)
        columns.append([x[0], memory[0, 0], memory[1, 0], memory[3, 0]])
    return np.array(columns).T
