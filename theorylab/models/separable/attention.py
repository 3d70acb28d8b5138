"""One layer of attention with a fixed head: normalised gradient descent on its key-query weights, and their hard
margin.

Sample i has tokens x_it in R^d, a query z_i, and scores s_it (label times head times token). The weights W (d, d)
select softly, a_i = softmax_t(x_it . W z_i), and the loss is mean_i log(1 + exp(-sum_t a_it s_it)). Steps have a fixed
length:

    W' = W - step_size G / |G|,     G = -1/n sum_i q_i sum_t a_it (s_it - sbar_i) x_it z_i^T,   sbar = sum_t a_t s_t,

with q_i = 1 / (1 + exp(sbar_i)); for W = K Q^T both K and Q make such a step, with G Q and G^T K. The selected token k
of a sample is that of the largest a. `exact` makes the coefficients a_t (s_t - sbar) of the others from differences to
the selected score, that of the selected one as less their sum, and all of them in units of the largest, so that nothing
cancels or underflows at any length of W. `plain` writes the formula down, in float64 or in float32.

The hard margin of a selection: least |W|_F, or nuclear norm |W|_*, with (x_ik - x_it) . W z_i >= 1 for all others t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, nnls

from theorylab.errors import InputError, require
from theorylab.models.separable import attention_kernels as kernels
from theorylab.models.separable.margin import hard_margin
from theorylab.models.separable.model import Labelled
from theorylab.numerics.arguments import increasing_steps, numbers
from theorylab.numerics.streams import stream

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WAYS = ("exact", "float64", "float32")
"""How coefficients are made."""


@dataclass(frozen=True, eq=False)
class Sequences:
    """Tokens (n, T, d), queries (n, d) and scores (n, T).

    Raises InputError for shapes that do not fit, or numbers that are not finite.
    """

    tokens: Floats
    queries: Floats
    scores: Floats

    def __post_init__(self) -> None:
        tokens, queries, scores = (numbers(name, getattr(self, name)) for name in ("tokens", "queries", "scores"))
        require(
            tokens.ndim == 3 and tokens.size > 0 and tokens.shape[1] > 1,
            f"tokens of shape {tokens.shape} are not allowed: give (n, T, d) with T >= 2",
        )
        n, length, d = tokens.shape
        require(
            queries.shape == (n, d) and scores.shape == (n, length),
            f"queries {queries.shape}, scores {scores.shape} do not fit tokens {tokens.shape}: give (n, d) and (n, T)",
        )
        require(all(np.isfinite(x).all() for x in (tokens, queries, scores)), "tokens, queries, scores must be finite")
        for name, values in (("tokens", tokens), ("queries", queries), ("scores", scores)):
            object.__setattr__(self, name, values)

    @classmethod
    def random(cls, count: int, length: int, dimension: int, *, seed: int, replica: int = 0) -> Sequences:
        """Unit tokens, queries and head, uniformly drawn, and labels of either sign, from one stream."""
        parts = (np.empty((count, length, dimension)), np.empty((count, dimension)), np.empty((count, length)))
        kernels.draw_sequences(*parts, stream(seed, replica))
        return cls(*parts)

    @property
    def best(self) -> Integers:
        """The token of the highest score of each sample, (n,)."""
        return np.asarray(self.scores.argmax(axis=1))

    def constraints(self, selected: ArrayLike) -> Floats:
        """(x_ik - x_it) z_i^T as rows of length d^2, for each sample and each token t but its selected one."""
        chosen = np.asarray(selected)
        require(chosen.shape == self.queries.shape[:1], f"selected={chosen!r} is not allowed: give a token per sample")
        rows = [
            np.outer(self.tokens[i, k] - self.tokens[i, t], self.queries[i]).ravel()
            for i, k in enumerate(chosen.tolist())
            for t in range(self.tokens.shape[1])
            if t != k
        ]
        return np.array(rows)


def weights_at(
    problem: Sequences,
    step_size: float,
    steps: ArrayLike,
    start: ArrayLike | None = None,
    way: str = "exact",
    radius: float = math.inf,
) -> Floats:
    """W at the steps, (points, d, d), from `start` (d, d), 0 by default; |W| is kept at or below `radius`.

    Raises InputError for steps that do not increase, a start of another shape, an unknown way, a step size or radius
    that is not > 0.
    """
    require(way in WAYS, f"way={way!r} is not allowed: give one of {', '.join(WAYS)}")
    require(step_size > 0 and radius > 0, f"step_size={step_size}, radius={radius} are not allowed: give numbers > 0")
    first = _square(problem, np.zeros((problem.tokens.shape[2],) * 2) if start is None else start)
    arguments = (first, float(step_size), increasing_steps(steps), WAYS.index(way), float(radius))
    return np.asarray(kernels.attend(problem.tokens, problem.queries, problem.scores, *arguments))


def products_at(problem: Sequences, step_size: float, steps: ArrayLike, keys: ArrayLike, turns: ArrayLike) -> Floats:
    """K Q^T at the steps, (points, d, d), from K and Q, (d, d) each, by exact coefficients. Raises as `weights_at`."""
    require(step_size > 0, f"step_size={step_size} is not allowed: give a number > 0")
    factors = _square(problem, keys), _square(problem, turns)
    arguments = (*factors, float(step_size), increasing_steps(steps))
    return np.asarray(kernels.attend_factored(problem.tokens, problem.queries, problem.scores, *arguments))


def selection(problem: Sequences, weights: ArrayLike) -> Integers:
    """The token that W (d, d) selects of each sample, (n,)."""
    logits = np.einsum("itk,kj,ij->it", problem.tokens, _square(problem, weights), problem.queries)
    return np.asarray(logits.argmax(axis=1))


def frobenius_margin(problem: Sequences, selected: ArrayLike) -> tuple[Floats, Floats]:
    """Direction (d, d) of the least |W|_F that separates the selected tokens, |W| = 1, and its weights, (n, T - 1).

    Weights are >= 0 with sum 1, > 0 on tokens at the margin alone. Raises InputError where nothing separates them.
    """
    rows = problem.constraints(selected)
    found = hard_margin(Labelled(rows, np.ones(len(rows))))
    d = problem.tokens.shape[2]
    return found.direction.reshape(d, d), found.weights.reshape(len(problem.queries), -1)


def nuclear_margin(problem: Sequences, selected: ArrayLike, starts: int = 3) -> tuple[Floats, float]:
    """W (d, d) of least nuclear norm that separates the selected tokens, |W|_F = 1, and its certified relative gap.

    Found as min (|K|^2 + |Q|^2)/2 over K Q^T; for weights alpha >= 0 the sum of alpha over the largest singular value
    of sum alpha_c C_c bounds the norm from below. Raises InputError where no start reaches a gap of 1%.
    """
    rows = problem.constraints(selected)
    d = problem.tokens.shape[2]
    shaped, best, gap = rows.reshape(-1, d, d), np.zeros((d, d)), math.inf
    first = frobenius_margin(problem, selected)[0]
    for r in range(starts):
        left, sizes, right = np.linalg.svd(first / (rows @ first.ravel()).min())
        noise = 0.3 * np.random.default_rng(r).standard_normal((2, d, d)) * (r > 0)
        x = np.concatenate([(left * sizes**0.5 + noise[0]).ravel(), (right.T * sizes**0.5 + noise[1]).ravel()])
        w, multipliers = _least_product(shaped, x, d)
        w = w / (rows @ w.ravel()).min()
        bound = multipliers.sum() / np.linalg.norm(np.tensordot(multipliers, shaped, 1), 2)
        norm = np.linalg.norm(w, "nuc")
        if norm > 0 and norm / bound - 1 < gap:
            best, gap = w, float(norm / bound - 1)
    if not gap < 0.01:
        raise InputError(f"the nuclear margin is not settled: gap {gap:.2g} after {starts} starts; give more starts")
    return best / np.linalg.norm(best), gap


def _least_product(shaped: Floats, x: Floats, d: int) -> tuple[Floats, Floats]:
    """K Q^T of least (|K|^2 + |Q|^2)/2 with <C_c, K Q^T> >= 1, by SLSQP, and its multipliers >= 0."""

    def parts(x: Floats) -> tuple[Floats, Floats]:
        return x[: d * d].reshape(d, d), x[d * d :].reshape(d, d)

    def values(x: Floats) -> Floats:
        k, q = parts(x)
        return np.asarray(np.einsum("cij,ij->c", shaped, k @ q.T) - 1)

    def slopes(x: Floats) -> Floats:
        k, q = parts(x)
        both = shaped @ q, shaped.transpose(0, 2, 1) @ k
        return np.concatenate([side.reshape(len(shaped), -1) for side in both], axis=1)

    solver: Any = minimize  # its types want one shape of array
    limits, exactness = {"type": "ineq", "fun": values, "jac": slopes}, {"maxiter": 300, "ftol": 1e-12}
    found = solver(lambda x: x @ x / 2, x, jac=lambda x: x, method="SLSQP", constraints=limits, options=exactness)
    k, q = parts(found.x)
    tight = values(found.x) < 1e-6
    multipliers = np.zeros(len(shaped))
    if tight.any():
        multipliers[tight] = nnls(slopes(found.x)[tight].T, found.x)[0]
    return k @ q.T, multipliers


def _square(problem: Sequences, weights: ArrayLike) -> Floats:
    d = problem.tokens.shape[2]
    given = np.ascontiguousarray(numbers("weights", weights))
    require(given.shape == (d, d), f"weights of shape {given.shape} are not allowed: give ({d}, {d})")
    return given
