"""Runs of Sophia, and of what it is compared with, on quadratics, a double well, log cosh and softmax regression."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from theorylab.models.preconditioning.optimisers import sophia
from theorylab.models.preconditioning.optimisers.signs import sign_step
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_uniform

Floats = NDArray[np.float64]


def newton_like(rate: float, region: float, period: int = 1) -> sophia.Method:
    """Sophia without averages: x <- x - rate clip(g / (region h), 1), with the h of the last look."""
    return sophia.Method(rate, 0.0, 0.0, region, period=period)


def turned(condition: float, angle: float) -> Floats:
    """A Hessian with curvatures 1 and `condition`, that of 1 at an angle to the first axis, (2, 2)."""
    basis = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray(basis @ np.diag([1.0, condition]) @ basis.T)


def rotated(curvatures: Floats, draws: np.random.Generator) -> Floats:
    """A Hessian with these curvatures (d,) in a random orthogonal basis."""
    basis, upper = np.linalg.qr(draws.standard_normal((curvatures.size, curvatures.size)))
    basis = basis * np.sign(np.diag(upper))  # uniform over all bases
    return np.asarray((basis * curvatures) @ basis.T)


def with_zeros(draws: np.random.Generator) -> Floats:
    """A positive semidefinite Hessian drawn with many zeros and no row of zeros, (d, d), 2 <= d < 30.

    Its rank is below 8, unless a diagonal is added, as in every second; every second is nearer to 1 1^T.
    """
    d, rank = int(draws.integers(2, 30)), int(draws.integers(1, 8))
    factor = draws.standard_normal((d, rank)) * (draws.uniform(size=(d, rank)) < draws.uniform(0.2, 1.0))
    factor[:, 0] += draws.integers(2)
    factor[:2, 0] = 1.0  # two rows that are not 0
    hessian = factor @ factor.T + np.diag(draws.uniform(0.01, 0.1, d) * draws.integers(2))
    return np.asarray(hessian[np.ix_(hessian.any(axis=1), hessian.any(axis=1))])


@kernel
def sophia_descent(method: sophia.Method, hessian: Floats, start: Floats, tolerance: float, most: int) -> Floats:
    """Of Sophia on x^T H x / 2 that sees diag H: steps until |x|_inf <= tolerance, at most `most`; share of |x|_inf
    that the last step took off; largest move of a coordinate, (3,).
    """
    d = start.size
    x, gradient, memory, before = start.copy(), np.empty(d), np.zeros((sophia.MEMORIES, d)), np.empty(d)
    diagonal, out = np.diag(hessian).copy(), np.array([float(most), 0.0, 0.0])
    for t in range(1, most + 1):
        old, new = 0.0, 0.0
        for i in range(d):
            gradient[i] = 0.0
            for j in range(d):
                gradient[i] += hessian[i, j] * x[j]
            before[i] = x[i]
            old = max(old, abs(x[i]))
        sophia.step(method, t, x, gradient, memory, diagonal)
        for i in range(d):
            new = max(new, abs(x[i]))
            out[2] = max(out[2], abs(x[i] - before[i]))
        if new <= tolerance:
            out[0], out[1] = t, (old - new) / old
            break
    return out


@kernel
def sign_descent_times(
    step_sizes: Floats, place: float, condition: float, gap: float, tolerance: float, fading: float, most: int
) -> Floats:
    """Steps of sign descent on (x_1^2 + kappa x_2^2) / 2 until the loss is <= tolerance now and a step on, (steps,).

    From x_1 = sqrt(2 gap), x_2 = place times a step; `fading` multiplies the step each time. `most` where it is not
    reached.
    """
    out = np.full(step_sizes.size, float(most))
    for k in range(step_sizes.size):
        x, y, size, reached = math.sqrt(2.0 * gap), place * step_sizes[k], step_sizes[k], False
        for t in range(most):
            low = x * x / 2.0 + condition * y * y / 2.0 <= tolerance
            if low and reached:
                out[k] = t - 1.0
                break
            reached = low
            x, y = sign_step(x, x, size), sign_step(y, condition * y, size)
            size *= fading
    return out


@kernel
def sophia_in_the_well(method: sophia.Method, starts: Floats, steps: int) -> Floats:
    """Ends of Sophia on (x^2 - 1)^2 / 4, with the true curvature, and the largest move of each run, (2, starts)."""
    out = np.zeros((2, starts.size))
    x, gradient, memory, curvature = np.empty(1), np.empty(1), np.zeros((sophia.MEMORIES, 1)), np.empty(1)
    for k in range(starts.size):
        x[0], memory[:] = starts[k], 0.0
        for t in range(1, steps + 1):
            before = x[0]
            gradient[0], curvature[0] = x[0] ** 3 - x[0], 3.0 * x[0] * x[0] - 1.0
            sophia.step(method, t, x, gradient, memory, curvature)
            out[1, k] = max(out[1, k], abs(x[0] - before))
        out[0, k] = x[0]
    return out


@kernel
def newton_in_the_well(starts: Floats, steps: int) -> Floats:
    """Ends of Newton's method on (x^2 - 1)^2 / 4, and the largest move of each run, (2, starts)."""
    out = np.zeros((2, starts.size))
    for k in range(starts.size):
        x = starts[k]
        for _ in range(steps):
            move = (x**3 - x) / (3.0 * x * x - 1.0)
            x -= move
            out[1, k] = max(out[1, k], abs(move))
        out[0, k] = x
    return out


@kernel
def stale_end(method: sophia.Method, start: float, steps: int) -> float:
    """|x| after so many steps of Sophia on log cosh x, which looks at the curvature once a period."""
    x, gradient, curvature = np.array([start]), np.empty(1), np.empty(1)
    memory = np.zeros((sophia.MEMORIES, 1))
    for t in range(1, steps + 1):
        gradient[0], curvature[0] = math.tanh(x[0]), 1.0 / math.cosh(x[0]) ** 2
        sophia.step(method, t, x, gradient, memory, curvature)
    return float(abs(x[0]))


@kernel
def toy_paths(method: sophia.Method, start: Floats, steps: int) -> Floats:
    """Paths of gradient descent, sign descent, Newton and Sophia, (4, steps + 1, 2), on the paper's toy in two
    variables, 8 (x - 1)^2 (1.3 x^2 + 2 x + 1) + (y - 4)^2 / 2. Gradient descent with rate 0.02, Newton with rate 1.
    """
    out, memory = np.empty((4, steps + 1, 2)), np.zeros((sophia.MEMORIES, 2))
    gradient, curvature = np.empty(2), np.empty(2)
    for k in range(4):
        out[k, 0] = start
        for t in range(1, steps + 1):
            x, y = out[k, t - 1, 0], out[k, t - 1, 1]
            gradient[0], gradient[1] = 41.6 * x**3 - 14.4 * x**2 - 27.2 * x, y - 4.0
            curvature[0], curvature[1] = 124.8 * x**2 - 28.8 * x - 27.2, 1.0
            out[k, t] = out[k, t - 1]
            if k == 0:
                out[k, t] -= 0.02 * gradient
            elif k == 1:
                out[k, t] -= method.rate * np.sign(gradient)
            elif k == 2:
                out[k, t] -= gradient / curvature
            else:
                sophia.step(method, t, out[k, t], gradient, memory, curvature)
    return out


def drawn_batch(
    size: int, dim: int, classes: int, draws: np.random.Generator
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Inputs (B, d) of a batch, probabilities (B, C) of a model, and labels of another one, uniform, (1, B): drawn."""
    inputs, logits = draws.standard_normal((size, dim)), draws.standard_normal((size, classes))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return inputs, probabilities, draws.integers(classes, size=(1, size))


def gnb_estimates(inputs: Floats, probabilities: Floats, labels: NDArray[np.int64]) -> Floats:
    """B times the squared mean gradient of the cross-entropy in the weights, for each tuple of labels (k, B), (k,
    C, d).
    """
    size, classes = probabilities.shape
    hot = labels[:, :, None] == np.arange(classes)
    mean = np.einsum("bc,bd->cd", probabilities, inputs)[None] - np.einsum("kbc,bd->kcd", hot, inputs)
    return np.asarray(size * (mean / size) ** 2)


def all_labels(probabilities: Floats) -> tuple[NDArray[np.int64], Floats]:
    """All tuples of labels of a batch, (C^B, B), and how probable the model finds each, (C^B,)."""
    size, classes = probabilities.shape
    labels = np.array(list(itertools.product(range(classes), repeat=size)))
    return labels, np.asarray(probabilities[np.arange(size), labels].prod(axis=1))


def gnb_moments(inputs: Floats, probabilities: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of an estimate over all labels, entry by entry of (C, d), (C d,) each."""
    labels, weight = all_labels(probabilities)
    estimates = gnb_estimates(inputs, probabilities, labels).reshape(len(labels), -1)
    mean = weight @ estimates
    return mean, weight @ (estimates - mean) ** 2


@kernel
def gnb_looks(method: sophia.Method, inputs: Floats, probabilities: Floats, looks: int, stream: Stream) -> Floats:
    """h, h^2 and 1 / h of Sophia, entry by entry of (C, d), after `looks` looks at labels drawn from the model, (3
    C d,).
    """
    size, d = inputs.shape
    classes = probabilities.shape[1]
    count = classes * d
    weights, gradient, estimate = np.zeros(count), np.zeros(count), np.empty(count)
    memory, uniform = np.zeros((sophia.MEMORIES, count)), np.empty(size)
    for t in range(1, looks + 1):
        fill_uniform(stream, uniform)
        estimate[:] = 0.0
        for b in range(size):
            label, total = 0, probabilities[b, 0]
            while uniform[b] >= total and label < classes - 1:
                label += 1
                total += probabilities[b, label]
            for c in range(classes):
                residual = probabilities[b, c] - (1.0 if c == label else 0.0)
                for j in range(d):
                    estimate[c * d + j] += residual * inputs[b, j] / size
        for i in range(count):
            estimate[i] *= size * estimate[i]
        sophia.step(method, t, weights, gradient, memory, estimate)
    return np.concatenate((memory[1], memory[1] ** 2, 1.0 / memory[1]))
