"""Algorithm 2: the inner solver's exact second moments on modes, its rate, and what the whole method costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.minimax.schedules import valid_size
from theorylab.numerics.arguments import increasing_steps, positive

Floats = NDArray[np.float64]


def inner_matrix(slope: complex, spread: float, step_size: float, refresh: float) -> Floats:
    """Matrix (4, 4) of variance-reduced extragradient on (E|z|^2, Re, Im of E z conj(w), E|w|^2), one mode.
    Derived: tests/models/minimax/test_theory.py::test_inner_matrix_is_the_mean_over_samples_and_coins.

    The inner problem of Algorithm 2: 0 = z - c + H(z), H = eta F with mean slope `slope` and spread of slopes `spread`,
    z its error, w the error of the snapshot. With t = step_size, q = 1/(1+t), p = refresh, one sample xi:
    z_half = q((1-p) z + p w - t H(w)); z+ = q((1-p) z + p w - t (H(w) + H_xi(z_half) - H_xi(w))); w+ = z+ with
    probability p. Written as z+ = A z + B w - q t (h_xi - h)(a z + d w).
    """
    t, q, p, h = step_size, 1 / (1 + step_size), refresh, slope
    a, d = q * (1 - p) + 0j, q * (p - t * h) - 1
    A, B = q * ((1 - p) - t * h * a), q * (p - t * h - t * h * d)
    noise = q**2 * t**2 * spread
    cross = 2 * (A * np.conj(B) + noise * a * np.conj(d))  # times E z conj(w), real part
    fresh = np.array([abs(A) ** 2 + noise * abs(a) ** 2, cross.real, -cross.imag, abs(B) ** 2 + noise * abs(d) ** 2])
    out = np.empty((4, 4))
    out[0] = fresh
    out[1] = p * fresh + (1 - p) * np.array([0.0, A.real, -A.imag, B.real])
    out[2] = (1 - p) * np.array([0.0, A.imag, A.real, B.imag])
    out[3] = p * fresh + (1 - p) * np.array([0.0, 0.0, 0.0, 1.0])
    return out


def inner_step_size(size: int, resolvent_step: float, lipschitz: float = 1.0, share: float = 0.9) -> float:
    """share sqrt(p)/(eta L) with p = 2/n, 0 < share < 1: the step of the inner solver.
    Derived: tests/models/minimax/test_theory.py::test_inner_solver_contracts_at_every_resolvent_step.
    """
    require(0 < share < 1, f"share={share} is not allowed: give a number in (0, 1)")
    positive("resolvent_step", resolvent_step)
    positive("lipschitz", lipschitz)
    return float(share * (2 / valid_size(size)) ** 0.5 / (resolvent_step * lipschitz))


def inner_rate(size: int, resolvent_step: float, lipschitz: float = 1.0, modes: int = 33) -> float:
    """-log of the worst mean-square contraction per component evaluation of the inner solver of Algorithm 2.
    Derived: tests/models/minimax/test_theory.py::test_inner_solver_contracts_at_every_resolvent_step.

    Exact (a spectral radius) on each of `modes` bilinear modes with components of mean slope i sigma eta and mean
    square (eta L)^2, 0 <= sigma <= L; an iteration costs 2 + p n = 4 evaluations.
    """
    t = inner_step_size(size, resolvent_step, lipschitz)
    scale = resolvent_step * lipschitz
    worst = 0.0
    for sigma in np.linspace(0.0, 1.0, modes):
        matrix = inner_matrix(1j * sigma * scale, scale**2 * (1 - sigma**2), t, 2 / size)
        worst = max(worst, float(np.abs(np.linalg.eigvals(matrix)).max()))
    return -float(np.log(worst)) / 4


def resolvent_cost(size: int, resolvent_step: float, accuracy: float, lipschitz: float = 1.0) -> float:
    """Component evaluations of Algorithm 2 to |F| <= accuracy, per unit of -log(inner accuracy), D = 1.
    Derived: tests/models/minimax/test_theory.py::test_cost_of_the_resolvent_method_by_hand.

    D/(eta accuracy) outer steps (`resolvent_worst_singular_value`), each 1/`inner_rate` evaluations long.
    """
    positive("accuracy", accuracy)
    outer = 1 / (resolvent_step * accuracy)
    require(outer >= 1, f"accuracy={accuracy:g} needs no outer step at eta = {resolvent_step:g}: ask for less")
    return outer / inner_rate(size, resolvent_step, lipschitz)


def resolvent_passes(size: int, steps: ArrayLike) -> Floats:
    """Expected component passes of Algorithm 2 up to v_k, k = steps, (points,): sum_{j<=k} 1 + 4 N_j / n.
    Derived: tests/models/minimax/test_games.py::test_resolvent_passes_by_hand.

    N_j = ceil(n (6.4 + 2.6 log(j+2))) inner steps, each of two calls and, with probability 2/n, a full evaluation.
    """
    n, points = valid_size(size), increasing_steps(steps)
    inner = np.ceil(n * (6.4 + 2.6 * np.log(np.arange(2, points[-1] + 3))))
    return np.asarray((1 + 4 * inner / n).cumsum()[points])
