"""Tasks learnt one after another by linear regression, with rehearsals of old ones: exact errors and paths.

N tasks, unit regressors x_i with x_i . x_j = overlap for i != j, targets x_i . w*, w* standard normal, w_0 = 0: one w
solves all. Residuals e_i = x_i . (w - w*) have E e e^T = C = (1 - overlap) I + overlap 1 1^T at the start, and a step
on task i makes e - step_size e_i C_i of them. Stage k: some steps on task k, then rehearsals of older tasks, each
drawn afresh with odds that depend on the task's age, the number of stages since it was first learnt: age^-exponent,
all alike at exponent 0, or the newest of them alone at exponent inf.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import number, numbers, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal, fill_uniform
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]


class Plan(NamedTuple):
    """Tasks, steps on a new one, rehearsals after it, step size."""

    tasks: int = 12
    steps: int = 30
    rehearsals: int = 30
    step_size: float = 0.3


class Errors(NamedTuple):
    """Mean squares of residuals by setting: at the end (m, N), and of each task right before it is met (m, N)."""

    final: Floats
    met: Floats

    @property
    def old(self) -> Floats:
        """Mean over all tasks but the last one at the end, (m,)."""
        return np.asarray(self.final[:, :-1].mean(axis=1))


def odds(age: ArrayLike, exponent: ArrayLike, exponential: bool = False) -> Floats:
    """Odds of rehearsing tasks by age (k,) for exponents (m,), (m, k): age^-exponent, or exp(-exponent age).
    Derived: tests/models/regression/test_rehearsal.py::test_odds_by_hand.
    """
    ages, powers = numbers("age", age), np.atleast_1d(np.asarray(exponent, dtype=float))[:, None]
    with np.errstate(invalid="ignore"):
        logs = -powers * (ages if exponential else np.log(ages))
    weights = np.exp(np.where(np.isnan(logs), 0.0, logs))  # exponent inf, age 1
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def exact_errors(plan: Plan, overlap: ArrayLike, exponent: ArrayLike, *, exponential: bool = False) -> Errors:
    """Exact mean squares for overlaps and exponents, numbers or arrays (m,), by the mixture of all draws.
    Derived: tests/models/regression/test_rehearsal.py::test_errors_by_enumeration_of_all_draws.

    E e e^T = M becomes M - eta (C P M + M P C) + eta^2 C P diag(M) C, P the odds of this step. Raises InputError as
    `valid`.
    """
    c, a = np.broadcast_arrays(np.atleast_1d(overlap).astype(float), np.atleast_1d(exponent).astype(float))
    valid(plan, c)
    n, eta = plan.tasks, plan.step_size
    similarity = np.where(np.eye(n, dtype=bool), 1.0, c[:, None, None])
    moments, met = similarity.copy(), np.empty((c.size, n))
    for k in range(n):
        met[:, k] = moments[:, k, k]
        new, old = np.zeros((c.size, n)), np.zeros((c.size, n))
        new[:, k] = 1.0
        if k:
            old[:, :k] = odds(np.arange(k, 0, -1.0), a, exponential)
        for chances in [new] * plan.steps + ([old] * plan.rehearsals if k else []):
            pull = similarity * chances[:, None, :]
            once = pull @ moments
            squares = chances * np.einsum("mii->mi", moments)
            moments = moments - eta * (once + once.swapaxes(1, 2))
            moments = moments + eta**2 * (similarity * squares[:, None, :]) @ similarity
    return Errors(np.einsum("mii->mi", moments).copy(), met)


def valid(plan: Plan, overlap: ArrayLike) -> None:
    """InputError unless the plan has two tasks, one step and no fewer than 0 rehearsals, 0 < step size < 2, and
    overlaps lie in [0, 1)."""
    whole("tasks", plan.tasks, least=2)
    whole("steps", plan.steps)
    whole("rehearsals", plan.rehearsals, least=0)
    eta, c = number("step_size", plan.step_size, above=0.0), numbers("overlap", overlap)
    require(eta < 2, f"step_size={eta:g} is unstable: give a number below 2")
    require(bool(((c >= 0) & (c < 1)).all()), f"overlap={c} is not allowed: give numbers in [0, 1)")


@kernel
def paths(plan: Plan, overlap: float, exponent: float, stream: Stream) -> Floats:
    """Squared residuals of all tasks at the end of one run, (N,); in stage k task i is drawn as (k - i)^-exponent."""
    n = plan.tasks
    normals, uniform, residuals = np.empty(n + 1), np.empty(1), np.empty(n)
    fill_normal(stream, normals)
    for i in range(n):
        residuals[i] = overlap**0.5 * normals[n] + (1.0 - overlap) ** 0.5 * normals[i]
    for k in range(n):
        whole_weight = 0.0
        for age in range(1, k + 1):
            whole_weight += float(age) ** -exponent
        for t in range(plan.steps + (plan.rehearsals if k > 0 else 0)):
            i = k
            if t >= plan.steps:
                fill_uniform(stream, uniform)
                i, total = 0, float(k) ** -exponent
                while total < uniform[0] * whole_weight and i < k - 1:
                    i += 1
                    total += float(k - i) ** -exponent
            move = plan.step_size * residuals[i]
            for j in range(n):
                residuals[j] -= move * (1.0 if i == j else overlap)
    return residuals**2


def simulate(plan: Plan, overlap: float, exponent: float, *, replicas: int, seed: int) -> Curve:
    """Curve over the tasks of squared residuals at the end. Raises InputError as `exact_errors`."""
    valid(plan, overlap)
    return replicate(paths, plan, float(overlap), float(exponent), x=np.arange(plan.tasks), x_name="task",
                     replicas=replicas, seed=seed)  # fmt: skip


def two_tasks(overlap: ArrayLike) -> Floats:
    """Mean square c^2 (1 - c^2) of the first task's residual after a second one was learnt to the end.
    Derived: tests/models/regression/test_rehearsal.py::test_two_tasks_learnt_to_the_end.
    """
    c = numbers("overlap", overlap)
    return np.asarray(c**2 * (1 - c**2))


def facilitated(overlap: ArrayLike, tasks: ArrayLike) -> Floats:
    """Mean square 1 - k c^2 / (1 + (k - 1) c) of a new task's residual after k others were all learnt to the end.
    Derived: tests/models/regression/test_rehearsal.py::test_a_new_task_after_others_is_a_regression_on_them.
    """
    c, k = numbers("overlap", overlap), numbers("tasks", tasks)
    return np.asarray(1 - k * c**2 / (1 + (k - 1) * c))
