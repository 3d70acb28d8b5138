"""Linearised SGD: how the second moment of its iterates moves, and the step size beyond which it grows, exactly.

Near an optimum w' = J w with J = I - step_size H_S, where H_S = (1/B) sum_{i in S} H_i is the Hessian of a batch S and
the H_i >= 0 are those of single samples; H is their mean. M = E w w^T goes to

    T(M) = E[J M J] = M - step_size (H M + M H) + step_size^2 Q(M),
    Q(M) = E[H_S M H_S] = kept H M H + spread (1/n) sum_i H_i M H_i.

T is symmetric and keeps positive semidefinite matrices, so that its spectral radius is its largest eigenvalue; the step
size where that passes 1 on the range of H is the limit of mean-square stability. Batches of mean size B are drawn

    bernoulli             each sample by a coin of its own, probability B / n (the size varies)
    without replacement   B different samples
    with replacement      B samples, repeats allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import finite_row, increasing_steps, numbers, positive, whole

Floats = NDArray[np.float64]

SAMPLINGS = ("bernoulli", "without replacement", "with replacement")
FLAT = 1e-10
"""Eigenvalues of H below this share of the largest count as 0: nothing moves there."""
UNIT = 2.0**-53


@dataclass(frozen=True, eq=False)
class LinearisedSGD:
    """Hessians of the single samples (n, d, d), the mean size of a batch, and how batches are drawn.

    Raises InputError for another shape, Hessians that are not symmetric and positive semidefinite or all 0, a batch
    size that is not an integer from 1 to n (beyond n only with replacement), or another sampling.
    """

    hessians: Floats
    batch: int
    sampling: str

    def __post_init__(self) -> None:
        given = numbers("hessians", self.hessians)
        require(
            given.ndim == 3 and given.shape[1] == given.shape[2] and given.size,
            f"hessians have shape {given.shape}: give (n, d, d), one matrix per sample",
        )
        require(np.isfinite(given).all() and np.abs(given).max() > 0, "hessians must be finite, and not all 0")
        size = float(np.abs(given).max())
        require(
            np.abs(given - given.transpose(0, 2, 1)).max() <= 1e-12 * size, "hessians must be symmetric: average A, A^T"
        )
        least = float(np.linalg.eigvalsh(given)[:, 0].min())
        require(
            least >= -1e-12 * size * given.shape[1],
            f"a Hessian has the eigenvalue {least:g}: linearised at an optimum of every sample they are all >= 0",
        )
        require(self.sampling in SAMPLINGS, f"sampling={self.sampling!r}: give one of {', '.join(SAMPLINGS)}")
        most = None if self.sampling == "with replacement" else given.shape[0]
        object.__setattr__(self, "batch", whole("batch", self.batch, most=most))
        symmetric = (given + given.transpose(0, 2, 1)) / 2
        symmetric.setflags(write=False)
        object.__setattr__(self, "hessians", symmetric)

    @classmethod
    def of_gradients(cls, gradients: ArrayLike, batch: int, sampling: str) -> LinearisedSGD:
        """Rank-one Hessians a_i a_i^T, gradients (n, d): square loss where every sample is fitted. Errors as above."""
        rows = numbers("gradients", gradients)
        require(rows.ndim == 2 and rows.size, f"gradients have shape {rows.shape}: give (n, d)")
        return cls(rows[:, :, None] * rows[:, None, :], batch, sampling)

    @classmethod
    def sharing(cls, count: int, shared: int, batch: int, sampling: str, *, private: bool = True) -> LinearisedSGD:
        """`shared` of `count` samples have the Hessian u u^T, each other one a direction of its own, all orthogonal.

        private = False leaves the own directions out: only u is followed, d = 1. Raises InputError unless
        1 <= shared <= count, and as above.
        """
        n = whole("count", count)
        m = whole("shared", shared, most=n)
        gradients = np.zeros((n, n - m + 1 if private else 1))
        gradients[:m, 0] = 1.0
        if private:
            gradients[m:, 1:] = np.eye(n - m)
        return cls.of_gradients(gradients, batch, sampling)

    @property
    def count(self) -> int:
        """Number of samples n."""
        return int(self.hessians.shape[0])

    @property
    def dimension(self) -> int:
        """Dimension d."""
        return int(self.hessians.shape[1])

    @property
    def mean(self) -> Floats:
        """H, the mean of the samples' Hessians, (d, d)."""
        return np.asarray(self.hessians.mean(axis=0))

    @property
    def sharpness(self) -> float:
        """Largest eigenvalue of H."""
        return float(np.linalg.eigvalsh(self.mean)[-1])


def pair_weights(count: Any, batch: Any, sampling: str) -> tuple[Any, Any]:
    """(spread, kept) of Q(M) = E[H_S M H_S] = kept H M H + spread (1/n) sum_i H_i M H_i.
    Derived: tests/models/edge/test_operators.py::test_pair_weights_are_those_of_all_batches.
    """
    if sampling == "bernoulli":
        return 1 / batch - 1 / count, 1
    spread = 1 / batch
    if sampling == "without replacement":
        spread = (count - batch) / ((count - 1) * batch) if count > 1 else 0
    return spread, 1 - spread


def second_moment_matrix(problem: LinearisedSGD, step_size: float) -> Floats:
    """Matrix (d^2, d^2) of M -> E[J M J], for M read row by row; symmetric.
    Derived: tests/models/edge/test_operators.py::test_second_moment_matrix_is_the_mean_over_all_batches.

    Raises InputError for a step size that is not finite and > 0.
    """
    eta = positive("step_size", step_size)
    drift = np.eye(problem.dimension) - eta * problem.mean
    spread, kept = pair_weights(problem.count, problem.batch, problem.sampling)
    squares, mean = _squares(problem.hessians), _square(problem.mean)
    return np.asarray(_square(drift) + eta**2 * (spread * squares + (kept - 1) * mean))


def growth_factor(problem: LinearisedSGD, step_size: float) -> float:
    """Factor by which E|w|^2 grows per step in the long run, from starts in general position in the range of H.
    Derived: tests/models/edge/test_operators.py::test_growth_factor_is_that_of_a_long_run.

    The largest eigenvalue of M -> E[J M J] there. Raises InputError as `second_moment_matrix`.
    """
    _, basis = _range(problem)
    inside = LinearisedSGD(basis.T @ problem.hessians @ basis, problem.batch, problem.sampling)
    return float(np.linalg.eigvalsh(second_moment_matrix(inside, step_size))[-1])


def mean_square(problem: LinearisedSGD, start: ArrayLike, step_size: float, steps: ArrayLike) -> Floats:
    """E|w_t|^2 at t = steps from the start (d,), (points,), by the exact recursion of E w w^T.
    Derived: tests/models/edge/test_operators.py::test_mean_square_is_the_mean_over_all_sequences_of_batches.

    Raises InputError for a start of another shape, steps that do not increase, and as `second_moment_matrix`.
    """
    w, points = finite_row("start", start), increasing_steps(steps)
    require(w.size == problem.dimension, f"start has {w.size} entries: give {problem.dimension}, one per dimension")
    matrix, moment, found, t = second_moment_matrix(problem, step_size), np.outer(w, w).ravel(), [], 0
    for point in points:
        while t < point:
            moment = matrix @ moment
            t += 1
        found.append(moment[:: w.size + 1].sum())
    return np.array(found)


def critical_step_size(problem: LinearisedSGD) -> float:
    """Step size beyond which E|w|^2 grows: 1 / largest eigenvalue of L^-1/2 Q L^-1/2, L(M) = H M + M H.
    Derived: tests/models/edge/test_operators.py::test_critical_step_size_is_where_the_growth_factor_passes_one.

    T = I - step_size L + step_size^2 Q with L and Q symmetric and positive there, so that T <= I is the same as
    step_size Q <= L: stable step sizes are an interval. Relative rounding: `critical_rounding`.
    """
    eigenvalues, basis = _range(problem)
    turned = basis.T @ problem.hessians @ basis
    spread, kept = pair_weights(problem.count, problem.batch, problem.sampling)
    pairs = spread * _squares(turned) + kept * _square(np.diag(eigenvalues))
    root = (eigenvalues[:, None] + eigenvalues).ravel() ** 0.5
    return float(1 / np.linalg.eigvalsh(pairs / root[:, None] / root)[-1])


def critical_rounding(problem: LinearisedSGD) -> float:
    """Relative rounding bound of `critical_step_size`.
    Derived: tests/models/edge/test_operators.py::test_critical_rounding_covers_many_digits.

    Q is known to (n + 4 d + 8) units of its norm, at most l^2, l the largest eigenvalue of any sample; L to d units of
    H's; division by roots of L >= 2 l_min magnifies both, and the last eigenvalue adds d^2.
    """
    n, d = problem.count, problem.dimension
    eigenvalues, _ = _range(problem)
    largest, least = float(np.linalg.eigvalsh(problem.hessians).max()), float(eigenvalues[0])
    pairs = critical_step_size(problem) * largest**2 / (2 * least)
    return float(UNIT * ((n + 4 * d + 8) * pairs + 4 * (n + 4 * d) * eigenvalues[-1] / least + 8 * d**2))


def coherence(problem: LinearisedSGD) -> float:
    """sigma: largest eigenvalue of S_ij = |H_i^1/2 H_j^1/2|_F = Tr(H_i H_j)^1/2, over that of any H_i; from 1 to n.
    (dexter2024stability, coherence measure, recalled).
    """
    moving = problem.hessians[np.abs(problem.hessians).max(axis=(1, 2)) > 0]  # rows of 0 in S change nothing
    traces = np.einsum("iab,jba->ij", moving, moving)
    largest = np.linalg.eigvalsh(moving).max()
    return float(np.linalg.eigvalsh(np.maximum(traces, 0.0) ** 0.5)[-1] / largest)


def criterion_step_size(problem: LinearisedSGD) -> float:
    """Step size from which the coherence criterion says unstable: min(2, sigma (n/B - 1)^-1/2) / l_1(H).
    (dexter2024stability, Theorem 1, recalled).

    Derived again for bernoulli batches: T(M) >= (step_size / n)^2 (n/B - 1) sum_i H_i M H_i, whose radius is at least
    that of one sample, and l_1(H) <= (sigma / n) max_i l_1(H_i). For other batches the first inequality is wrong.
    """
    ratio = problem.count / problem.batch
    second = coherence(problem) * (ratio - 1) ** -0.5 if ratio > 1 else np.inf
    return float(min(2.0, second) / problem.sharpness)


def shared_critical_load(shared: Any, count: Any, batch: Any, sampling: str) -> Any:
    """Critical step_size x l_1(H) where `shared` of `count` samples are u u^T and the others are orthogonal to u.
    Derived: tests/models/edge/test_operators.py::test_shared_critical_load_is_two_moments_of_the_batch.

    2 (E k)^2 / E k^2 with k the shared samples in a batch; l_1(H) = shared / count.
    """
    m, n, B = shared, count, batch
    if sampling == "bernoulli":
        return 2 * m / (m + n / B - 1)
    if sampling == "without replacement":
        return 2 * B * m / (B * m + (n - m) * (n - B) / (n - 1))
    return 2 * B * m / (B * m + n - m)


def batch_sharpness(problem: LinearisedSGD, batches: ArrayLike) -> Floats:
    """Largest eigenvalue of each batch's Hessian (rows,), batches given as how often each sample enters, (rows, n).
    Derived: tests/models/edge/test_operators.py::test_batch_sharpness_of_two_samples.

    Raises InputError for another shape or negative entries.
    """
    rows = numbers("batches", batches)
    require(
        rows.ndim == 2 and rows.shape[1] == problem.count and (rows >= 0).all(),
        f"batches of shape {rows.shape} do not fit: give counts >= 0, (rows, {problem.count})",
    )
    return np.asarray(np.linalg.eigvalsh(np.einsum("si,iab->sab", rows, problem.hessians) / problem.batch)[:, -1])


def _square(matrix: Floats) -> Floats:
    """A kron A."""
    return np.asarray(np.kron(matrix, matrix))


def _squares(matrices: Floats) -> Floats:
    """Mean of H_i kron H_i, (d^2, d^2)."""
    n, d, _ = matrices.shape
    flat = matrices.reshape(n, d * d)
    mean = (flat.T @ flat / n).reshape(d, d, d, d)  # a b, c e
    return np.asarray(mean.transpose(0, 2, 1, 3).reshape(d * d, d * d))


def _range(problem: LinearisedSGD) -> tuple[Floats, Floats]:
    """Eigenvalues > 0 of H, rising, and their eigenvectors in columns. InputError where none is left."""
    eigenvalues, vectors = np.linalg.eigh(problem.mean)
    kept = eigenvalues > FLAT * eigenvalues[-1]
    if not kept.any():
        raise InputError("the mean Hessian is 0: no direction is moved")
    return eigenvalues[kept], vectors[:, kept]
