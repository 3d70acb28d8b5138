"""The model: gradient flow of a linear student on P samples in N dimensions, at a fixed load P / N.

Inputs x ~ N(0, I_N / N), labels y = <teacher, x> + noise, teacher_i ~ N(0, 1), noise ~ N(0, noise_ratio), student
w_i(0) ~ N(0, start_ratio): errors are in units of the teacher's variance, noise_ratio = 1 / SNR. With X (N, P) the
samples,

    dw/dt = X (y - X^T w)

(squared loss over all samples, not averaged). The test error is |w - teacher|^2 / N + noise_ratio, the training error
|y - X^T w|^2 / P. In the limit of large N the eigenvalues of X X^T follow the law of Marchenko and Pastur.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, number, positive, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Student:
    """Load P / N > 0, noise_ratio = 1 / SNR >= 0, start_ratio >= 0. Raises InputError for other values."""

    load: float
    noise_ratio: float = 0.0
    start_ratio: float = 0.0

    def __post_init__(self) -> None:
        positive("load", self.load)
        number("noise_ratio", self.noise_ratio, least=0.0)
        number("start_ratio", self.start_ratio, least=0.0)


def times_of(times: ArrayLike) -> Floats:
    """`times`, or one, as an array (points,) of finite numbers >= 0; InputError otherwise."""
    row = finite_row("times", times)
    require(bool((row >= 0).all()), f"times hold {row.min():g}: give times >= 0")
    return row


def simulate_flow(
    student: Student, times: ArrayLike, *, dimension: int, draws: int, seed: int
) -> dict[str, Curve]:  # fmt: skip
    """Curves 'test' and 'train' over drawn data sets (rows): the flow of each, exactly, by its own eigenvectors.

    Raises InputError for a dimension or draws that are not integers >= 2, or times that are not >= 0.
    """
    row, n = times_of(times), whole("dimension", dimension, least=2)
    samples = max(round(student.load * n), 1)
    rows = np.array([_errors(student, row, n, samples, seed, k) for k in range(whole("draws", draws, least=2))])
    return {name: Curve(row, rows[:, i], x_name="time") for i, name in enumerate(("test", "train"))}


def _errors(student: Student, times: Floats, n: int, samples: int, seed: int, draw: int) -> Floats:
    """Test and training errors (2, points) of one draw."""
    draws = generator(seed, draw)
    x, teacher = draws.normal(size=(n, samples)) / n**0.5, draws.normal(size=n)
    y = x.T @ teacher + student.noise_ratio**0.5 * draws.normal(size=samples)
    start = student.start_ratio**0.5 * draws.normal(size=n)
    values, vectors = np.linalg.eigh(x @ x.T)
    values = np.maximum(values, 0.0)
    first, pull, out = vectors.T @ start, vectors.T @ (x @ y), np.empty((2, times.size))
    for k, t in enumerate(times):
        grown = np.where(values > 1e-12, -np.expm1(-values * t) / np.maximum(values, 1e-12), t)
        w = vectors @ (np.exp(-values * t) * first + grown * pull)
        out[0, k] = ((w - teacher) ** 2).sum() / n + student.noise_ratio
        out[1, k] = ((y - x.T @ w) ** 2).mean()
    return out
