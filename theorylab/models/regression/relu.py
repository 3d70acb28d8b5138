"""Random ReLU features of Gaussian inputs, a linear student on them, and the Gaussian data with their second moments.

psi(x) = max(W x, 0), x ~ N(0, I_D), W (N, D) given with rows w_i; the target is <psi, target> plus label noise. The
second moments E psi psi^T are known (Cho & Saul's arc-cosine kernel): |w_i| |w_j| (sin t + (pi - t) cos t) / (2 pi),
t the angle between w_i and w_j. `gaussian_equivalent` is the problem of the lab with these moments: what its
recursion says of real features is an approximation, exact in second moments of one sample alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.arguments import increasing_steps, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal, generator
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Features(NamedTuple):
    """Weights W (N, D), the target (N,), the label noise and the batch."""

    weights: Floats
    target: Floats
    noise_std: float
    batch: int


def draw_features(features: int, inputs: int, seed: int, *, noise_std: float = 0.0, batch: int = 1) -> Features:
    """Weights of variance 1/D and a target of variance 1/N, drawn. Raises InputError for sizes that are not >= 1."""
    draws, shape = generator(seed), (whole("features", features), whole("inputs", inputs))
    weights = draws.normal(size=shape) / inputs**0.5
    return Features(weights, draws.normal(size=features) / features**0.5, float(noise_std), whole("batch", batch))


def second_moments(weights: Floats) -> Floats:
    """E psi psi^T of the features, (N, N).
    Derived: tests/models/regression/test_structured.py::test_second_moments_of_relu_features_are_those_of_samples.
    """
    sizes = np.linalg.norm(weights, axis=1)
    product = np.outer(sizes, sizes)
    angle = np.arccos(np.clip(weights @ weights.T / product, -1.0, 1.0))
    np.fill_diagonal(angle, 0.0)
    return np.asarray(product * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi))


def gaussian_equivalent(drawn: Features, design: str = "gaussian") -> LeastSquares:
    """Least squares with the second moments of the features, in their eigenbasis, from a student of 0."""
    values, vectors = np.linalg.eigh(second_moments(drawn.weights))
    error0 = -(vectors.T @ drawn.target)
    return LeastSquares(values[::-1], error0[::-1], drawn.noise_std, design, drawn.batch)


@kernel
def relu_paths(drawn: Features, moments: Floats, step_size: float, steps: Integers, stream: Stream) -> Floats:
    """Losses (points,) without label noise, (w - target)' moments (w - target), of SGD on the features from w = 0."""
    weights, target, noise_std, batch = drawn
    n, inputs = weights.shape
    error, gradient, psi = -target, np.empty(n), np.empty(n)
    x = np.empty(inputs + 1)
    out = np.empty(steps.size)
    done, t = 0, 0
    while True:
        if t == steps[done]:
            loss = 0.0
            for i in range(n):
                row = 0.0
                for j in range(n):
                    row += moments[i, j] * error[j]
                loss += error[i] * row
            out[done] = loss
            done += 1
            if done == steps.size:
                return out
        gradient[:] = 0.0
        for _ in range(batch):
            fill_normal(stream, x)
            miss = -noise_std * x[inputs]
            for i in range(n):
                total = 0.0
                for j in range(inputs):
                    total += weights[i, j] * x[j]
                psi[i] = max(total, 0.0)
                miss += psi[i] * error[i]
            for i in range(n):
                gradient[i] += miss * psi[i]
        for i in range(n):
            error[i] -= step_size / batch * gradient[i]
        t += 1


def simulate_relu(drawn: Features, step_size: float, steps: ArrayLike, *, replicas: int, seed: int) -> Curve:
    """Curve of the losses of SGD on the features, without label noise; a run that diverges is kept.

    Raises InputError for a step size that is not > 0, or steps that are not increasing integers >= 0.
    """
    points = increasing_steps(steps)
    return replicate(
        relu_paths, drawn, second_moments(drawn.weights), positive("step_size", step_size), points,
        x=points, replicas=replicas, seed=seed, keep_diverged=True,
    )  # fmt: skip
