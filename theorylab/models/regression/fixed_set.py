"""SGD on a fixed training set, batches drawn with replacement: exact second moments, and simulation.

M samples (x_i, y_i) are given, w* is the least-squares solution on them, r_i = y_i - <w*, x_i> its residuals, which no
step can see on the average: sum_i r_i x_i = 0. A step averages the gradients of m samples drawn with replacement,

    e' = e - h / m sum_b x_b (<x_b, e> - r_b),      e = w - w*.

With S = sum_i x_i x_i^T / M, mu = E e and C = E e e^T follow, exactly,

    mu' = (I - h S) mu,
    C' = C - h (S C + C S) + h^2 (1 - 1/m) S C S + h^2 / (m M) sum_i x_i x_i^T (x_i^T C x_i - 2 r_i <x_i, mu> + r_i^2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import increasing_steps, numbers, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_integers
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Samples (M, d), labels (M,), and the start (d,); M >= d, and samples that span all directions.

    Raises InputError for shapes that do not fit, what is not finite, or samples that do not span.
    """

    samples: Floats
    labels: Floats
    start: Floats

    def __post_init__(self) -> None:
        arrays = [np.ascontiguousarray(numbers(name, getattr(self, name))) for name in ("samples", "labels", "start")]
        samples, labels, start = arrays
        fits = samples.ndim == 2 and labels.shape == samples.shape[:1] and start.shape == samples.shape[1:]
        require(
            fits,
            f"samples {samples.shape}, labels {labels.shape}, start {start.shape} do not fit: give (M, d), (M,), (d,)",
        )
        require(all(np.isfinite(array).all() for array in arrays), "the training set holds what is not finite")
        rank = int(np.linalg.matrix_rank(samples))
        require(rank == start.size, f"samples span {rank} of {start.size} directions: give at least d independent ones")
        for name, array in zip(("samples", "labels", "start"), arrays, strict=True):
            object.__setattr__(self, name, array)

    @property
    def covariance(self) -> Floats:
        """S, the second moments of the samples, (d, d)."""
        return np.asarray(self.samples.T @ self.samples / len(self.samples))

    @property
    def solution(self) -> Floats:
        """w*, the least-squares solution, (d,)."""
        return np.asarray(np.linalg.lstsq(self.samples, self.labels)[0])


def set_moments(data: TrainingSet, step_size: float, batch: int, steps: ArrayLike) -> tuple[Floats, Floats]:
    """E e (points, d) and E e e^T (points, d, d) after each of `steps`, by the steps of the recursion.
    Derived: tests/models/regression/test_fixed_set.py::test_moments_are_those_of_all_batches_enumerated.

    Raises InputError for a step size that is not > 0, a batch < 1, or steps that are not increasing integers >= 0.
    """
    points, h, m = increasing_steps(steps), positive("step_size", step_size), whole("batch", batch)
    x, S = data.samples, data.covariance
    residuals = data.labels - x @ data.solution
    mu = data.start - data.solution
    C = np.outer(mu, mu)
    means, squares = np.empty((points.size, mu.size)), np.empty((points.size, mu.size, mu.size))
    done = 0
    for t in range(int(points[-1]) + 1):
        if t == points[done]:
            means[done], squares[done] = mu, C
            done += 1
        seen = np.einsum("ij,jk,ik->i", x, C, x) - 2 * residuals * (x @ mu) + residuals**2
        fresh = (x * seen[:, None]).T @ x / len(x)
        C = C - h * (S @ C + C @ S) + h**2 * (1 - 1 / m) * S @ C @ S + h**2 / m * fresh
        mu = mu - h * (S @ mu)
    return means, squares


def set_losses(
    data: TrainingSet, step_size: float, batch: int, steps: ArrayLike, population: Floats, target: Floats
) -> Floats:
    """Mean squared errors on the training set, and on the population without label noise, (2, points).
    Derived: tests/models/regression/test_fixed_set.py::test_moments_are_those_of_all_batches_enumerated.

    population (d, d) is the second moment of a fresh sample, target (d,) what its label is <target, x>. Raises as
    `set_moments`.
    """
    means, squares = set_moments(data, step_size, batch, steps)
    residuals, offset = data.labels - data.samples @ data.solution, data.solution - target
    train = np.einsum("pij,ij->p", squares, data.covariance) + (residuals**2).mean()
    tested = (
        np.einsum("pij,ij->p", squares, population) + 2 * means @ population @ offset + offset @ population @ offset
    )
    return np.array([train, tested])


@kernel
def set_paths(
    samples: Floats,
    labels: Floats,
    weights: Floats,
    target: Floats,
    method: tuple[float, int, Floats, Integers],
    stream: Stream,
) -> Floats:
    """Mean squared errors (2, points) on the training set, and weighted by the root (d, d) of a population."""
    step_size, batch, start, steps = method
    count, d = samples.shape
    w, gradient, drawn = start.copy(), np.empty(d), np.empty(batch, np.int64)
    out = np.empty((2, steps.size))
    done, t = 0, 0
    while True:
        if t == steps[done]:
            train, tested = 0.0, 0.0
            for i in range(count):
                miss = -labels[i]
                for k in range(d):
                    miss += samples[i, k] * w[k]
                train += miss * miss
            for i in range(d):
                miss = 0.0
                for k in range(d):
                    miss += weights[i, k] * (w[k] - target[k])
                tested += miss * miss
            out[0, done], out[1, done] = train / count, tested
            done += 1
            if done == steps.size:
                return out
        fill_integers(stream, count, drawn)
        gradient[:] = 0.0
        for b in range(batch):
            i = drawn[b]
            miss = -labels[i]
            for k in range(d):
                miss += samples[i, k] * w[k]
            for k in range(d):
                gradient[k] += miss * samples[i, k]
        for k in range(d):
            w[k] -= step_size / batch * gradient[k]
        t += 1


def simulate_set(
    data: TrainingSet, step_size: float, batch: int, steps: ArrayLike, population: Floats, target: Floats,
    *, replicas: int, seed: int,
) -> dict[str, Curve]:  # fmt: skip
    """Curves 'train' and 'test' of what `set_losses` computes. Raises as `set_moments`."""
    points, root = increasing_steps(steps), np.linalg.cholesky(population).T
    method = positive("step_size", step_size), whole("batch", batch), data.start, points
    return replicate(
        set_paths, data.samples, data.labels, np.ascontiguousarray(root), np.ascontiguousarray(target), method,
        x=points, replicas=replicas, seed=seed, names=("train", "test"),
    )  # fmt: skip
