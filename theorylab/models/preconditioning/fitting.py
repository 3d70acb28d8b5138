"""Fits of PSGD's preconditioner: with the mean over all probes in three groups, and by the reference step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from theorylab.errors import require
from theorylab.models.preconditioning import theory_fitting
from theorylab.models.preconditioning.optimisers import psgd
from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
GROUPS = ("all", "triangular", "diagonal")


def projected(group: str, gradient: Floats) -> Floats:
    """The part of a symmetric G in the group's Lie algebra: all of it, its upper triangle, its diagonal.

    Raises InputError for another group.
    """
    require(group in GROUPS, f"group={group!r} is not allowed: give one of {', '.join(GROUPS)}")
    if group == "all":
        return gradient
    return np.triu(gradient) if group == "triangular" else np.diag(np.diag(gradient))


def mean_fit(group: str, second: Floats, factor: Floats, rate: float, steps: int, relative: bool = True) -> Floats:
    """Q after 0, 1, ..., `steps` mean steps Q <- (1 - mu G) Q from `factor`, (steps + 1, n, n).

    G is the mean over all probes, projected on the group; `relative` divides mu by tr(Q M Q^T) + tr((Q Q^T)^-1).
    """
    out = [factor]
    for _ in range(steps):
        q = out[-1]
        first, other = q @ second @ q.T, np.linalg.inv(q @ q.T)
        size = rate / (np.trace(first) + np.trace(other)) if relative else rate
        out.append(q - size * projected(group, first - other) @ q)
    return np.array(out)


def fitted(group: str, second: Floats, rate: float, steps: int) -> Floats:
    """P = Q^T Q at the end of that fit from 1, with relative steps, (n, n)."""
    q = mean_fit(group, second, np.eye(len(second)), rate, steps)[-1]
    return np.asarray(q.T @ q)


def fall(second: Floats, share: float, factor: Floats, steps: int) -> Floats:
    """The criterion after 0, 1, ..., `steps` mean steps that are not relative, in the group of all matrices, from a
    factor, (steps + 1,); mu is a share of the largest stable one.
    """
    rate = share * theory_fitting.critical_fitting_rate(np.linalg.eigvalsh(second)[-1] ** 0.5)
    path = mean_fit("all", second, factor, rate, steps, relative=False)
    return np.array([theory_fitting.criterion(q.T @ q, second) for q in path])


def turned(values: Floats, draws: np.random.Generator) -> Floats:
    """A symmetric matrix with these eigenvalues (n,) in a drawn orthogonal basis, (n, n)."""
    basis = np.linalg.qr(draws.standard_normal((values.size, values.size)))[0]
    return np.asarray((basis * values) @ basis.T)


def relative_curvature(direction: Floats, factor: Floats, second: Floats, step: float) -> float:
    """Second difference over step^2 of the criterion along exp(t X) Q at t = 0, in units of the criterion there."""
    values = []
    for t in (-step, 0.0, step):
        q = expm(t * direction) @ factor
        values.append(np.trace(q @ second @ q.T) + (np.linalg.inv(q) ** 2).sum())
    return float((values[0] - 2 * values[1] + values[2]) / step**2 / values[1])


def drawn_direction(kind: str, dim: int, draws: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """A direction X of norm 1, a factor Q and M > 0 in `dim` dimensions, drawn, (n, n) each.

    `kind`: 'symmetric'; 'flattest', the symmetric X of least curvature at Q; 'skew', with Q at the minimum.

    Raises InputError for another kind.
    """
    kinds = ("symmetric", "flattest", "skew")
    require(kind in kinds, f"kind={kind!r} is not allowed: give one of {', '.join(kinds)}")
    x, q, root = draws.standard_normal((3, dim, dim))
    second, q = root @ root.T + 0.1 * np.eye(dim), expm(q / 2)
    x = x - x.T if kind == "skew" else x + x.T
    if kind == "skew":
        q = np.linalg.cholesky(theory_fitting.best_preconditioner(second)).T
    elif kind == "flattest":
        flattest = np.linalg.eigh(theory_fitting.both_terms(q, second))[1][:, 0]
        x = np.outer(flattest, flattest)
    return x / np.linalg.norm(x), q, second


@kernel
def diagonal_fit(curvatures: Floats, noise: float, rate: float, start: Floats, steps: Floats) -> Floats:
    """q after increasing `steps` of the mean diagonal fit without normalisation, M = h^2 + noise^2, (steps, n)."""
    out, q, t = np.empty((steps.size, start.size)), start.copy(), 0
    for k in range(steps.size):
        while t < steps[k]:
            t += 1
            for i in range(q.size):
                second = curvatures[i] ** 2 + noise**2
                q[i] -= rate * (q[i] * q[i] * second - 1.0 / (q[i] * q[i])) * q[i]
        out[k] = q
    return out


@kernel
def reference_fit(rate: float, curvatures: Floats, start: Floats, steps: int) -> Floats:
    """q after 0, 1, ..., `steps` of PSGD's reference step on a diagonal H, (steps + 1, n).

    Probes are 1: with signs for probes and no noise each step is the mean step.
    """
    d = start.size
    x, gradient, probe, out = np.zeros(d), np.zeros(d), np.ones(d), np.empty((steps + 1, d))
    memory = np.empty((psgd.MEMORIES, d))
    memory[0] = out[0] = start
    method = psgd.Method(0.0, rate)
    for t in range(1, steps + 1):
        psgd.step(method, t, x, gradient, memory, probe, curvatures)
        out[t] = memory[0]
    return out
