"""Workers with different quadratics: decentralised SGD, and the one model that averaging all workers makes of it.

    x_i' = sum_k W_ik (x_k - step_size (h_k (x_k - a_k) + noise_std xi_k)),   merged: mean_i x_i
    parallel SGD: z' = z - step_size (mean_k h_k (z - a_k) + noise_std mean_k xi_k)

The objective is F = mean_k h_k (x - a_k)^2 / 2, its excess mean(h) (x - x*)^2 / 2. W may differ from step to step; the
identity means no communication. All start at 0. Step 0 is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_discrete_lyapunov

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.gossip import model
from theorylab.models.gossip.kernels import combine
from theorylab.models.gossip.model import Method
from theorylab.numerics.arguments import finite_row, increasing_steps, positive_row, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Clients(NamedTuple):
    """Curvatures h (m,), all > 0, and minimisers a (m,)."""

    curvatures: Floats
    targets: Floats


class Risks(NamedTuple):
    """Expected excess of F: mean over the local models, and of the merged one."""

    local: float
    merged: float


def clients(curvatures: ArrayLike, targets: ArrayLike) -> Clients:
    """The clients, checked. Raises InputError for curvatures that are not > 0, or numbers that do not fit."""
    h, a = positive_row("curvatures", curvatures), finite_row("targets", targets)
    require(h.size == a.size, f"{h.size} curvatures do not fit {a.size} targets")
    return Clients(h, a)


def optimum(given: Clients) -> float:
    """The minimiser of F: sum h a / sum h."""
    return float(given.curvatures @ given.targets / given.curvatures.sum())


@kernel
def merging_paths(mixing: Floats, given: Clients, method: Method, steps: Integers, stream: Stream) -> Floats:
    """Merged model, parallel SGD, mean square of the local models, at steps: rows (3, points).
    Derived: tests/models/gossip/test_merging.py::test_paths_are_numpys.
    """
    m = given.targets.size
    x, mixed, normals, out = np.zeros(m), np.empty(m), np.empty(m), np.empty((3, steps.size))
    z, t = 0.0, 0
    for k in range(steps.size):
        while t < steps[k]:
            fill_normal(stream, normals)
            total = 0.0
            for i in range(m):
                total += given.curvatures[i] * (z - given.targets[i]) + method.noise_std * normals[i]
                gradient = given.curvatures[i] * (x[i] - given.targets[i]) + method.noise_std * normals[i]
                x[i] -= method.step_size * gradient
            z -= method.step_size * total / m
            combine(mixing, x, mixed)
            x[:] = mixed
            t += 1
        out[0, k] = x.mean()
        out[1, k] = z
        out[2, k] = (x * x).mean()
    return out


def simulate(
    mixing: ArrayLike, given: Clients, method: Method, steps: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'merged', 'parallel' and 'local square', as `merging_paths`.
    Derived: tests/models/gossip/test_merging.py::test_paths_are_numpys.

    Raises InputError for a W that does not fit, and as `clients`, `model.mixing`, `model.method` and `replicate`.
    """
    w, checked, points = model.mixing(mixing), clients(*given), increasing_steps(steps)
    require(w.shape[0] == checked.targets.size, f"W of shape {w.shape} does not fit {checked.targets.size} clients")
    names = ("merged", "parallel", "local square")
    arguments = (w, checked, model.method(method), points)
    return replicate(merging_paths, *arguments, x=points, replicas=replicas, seed=seed, names=names)


def one_step(given: Clients, mixing: Floats, method: Method) -> tuple[Floats, Floats, Floats]:
    """A (m, m), b (m,) and Q (m, m) of a step x' = A x + b + w, Cov w = Q.
    Derived: tests/models/gossip/test_merging.py::test_moments_are_those_of_runs.
    """
    load = method.step_size * given.curvatures
    noise = (method.step_size * method.noise_std) ** 2 * mixing @ mixing.T
    return mixing * (1 - load), mixing @ (load * given.targets), noise


def scheduled(given: Clients, mixings: Sequence[Floats], method: Method) -> Risks:
    """Risks after one step with each of these W, from 0.
    Derived: tests/models/gossip/test_merging.py::test_moments_are_those_of_runs.

    Raises InputError as `clients` and `model.method`.
    """
    checked, how = clients(*given), model.method(method)
    mean, spread = np.zeros(checked.targets.size), np.zeros((checked.targets.size,) * 2)
    for mixing in mixings:
        step, push, noise = one_step(checked, mixing, how)
        mean, spread = step @ mean + push, step @ spread @ step.T + noise
    return risks(checked, mean, spread)


def isolated_then_averaged(given: Clients, isolated: int, averaged: int, method: Method) -> Risks:
    """Risks after so many steps without communication from 0, then so many with a full average after each.
    Derived: tests/models/gossip/test_merging.py::test_isolated_clients_that_average_late.

    Alone client k has mean a_k (1 - r_k^t) and variance (step_size noise_std)^2 (1 - r_k^2t) / (1 - r_k^2), with
    r_k = 1 - step_size h_k. The first average makes one model of them, which goes on as parallel SGD at the rate of the
    mean curvature. Raises InputError as `clients` and `model.method`, and for numbers of steps that are not >= 0.
    """
    checked, how = clients(*given), model.method(method)
    alone = whole("isolated", isolated, least=0) + (whole("averaged", averaged, least=0) > 0)  # an average ends a step
    size, best, half = checked.targets.size, optimum(checked), checked.curvatures.mean() / 2
    noise, rates = (how.step_size * how.noise_std) ** 2, 1 - how.step_size * checked.curvatures
    means = checked.targets * (1 - rates**alone)
    variances = noise * (1 - rates ** (2 * alone)) / (1 - rates**2)
    off, variance = means.mean() - best, variances.sum() / size**2
    if averaged == 0:
        local = half * (((means - best) ** 2).mean() + variances.mean())
        return Risks(float(local), float(half * (off**2 + variance)))
    rate, left = 1 - how.step_size * checked.curvatures.mean(), averaged - 1
    variance = variance * rate ** (2 * left) + noise / size * (1 - rate ** (2 * left)) / (1 - rate**2)
    risk = float(half * ((off * rate**left) ** 2 + variance))
    return Risks(risk, risk)


def stationary(given: Clients, mixing: ArrayLike, method: Method) -> tuple[Floats, Floats]:
    """Mean (m,) and covariance (m, m) of the local models at rest.
    Derived: tests/models/gossip/test_merging.py::test_moments_are_those_of_runs.

    Raises InputError where a step does not contract, and as `simulate`.
    """
    checked = clients(*given)
    step, push, noise = one_step(checked, model.mixing(mixing), model.method(method))
    radius = np.abs(np.linalg.eigvals(step)).max()
    require(radius < 1, f"step_size={method.step_size} is not stable: the spectral radius of a step is {radius:g}")
    mean = np.linalg.solve(np.eye(push.size) - step, push)
    return np.asarray(mean, dtype=float), np.asarray(solve_discrete_lyapunov(step, noise), dtype=float)


def risks(given: Clients, mean: Floats, spread: Floats) -> Risks:
    """Risks of local models with this mean (m,) and covariance (m, m).
    Derived: tests/models/gossip/test_merging.py::test_moments_are_those_of_runs.
    """
    half, best = given.curvatures.mean() / 2, optimum(given)
    local = half * (((mean - best) ** 2).mean() + np.trace(spread) / mean.size)
    return Risks(float(local), float(half * ((mean.mean() - best) ** 2 + spread.mean())))


def local_gap(modes: Floats, amplitudes: Floats, load: float, step_noise: float, curvature: float) -> float:
    """Local less merged risk at rest, equal curvatures: (h/2m) sum_q (l c a / (1 - l r))^2 + n^2 l^2/(1 - l^2 r^2).
    Derived: tests/models/gossip/test_merging.py::test_gap_by_two_clients_and_by_matrices.

    l = modes of W (m - 1,), a = amplitudes of the targets in them, c = load, r = 1 - c, n = step_size noise_std.
    """
    r = 1 - load
    drift = (modes * load * amplitudes / (1 - modes * r)) ** 2
    return float(
        curvature / (2 * (modes.size + 1)) * (drift + (step_noise * modes) ** 2 / (1 - (modes * r) ** 2)).sum()
    )
