"""Steepest descent for matrices under operator norms, and the Newton-Schulz iterations that approximate it.

f(W) = |W A - B|_F^2 / 2, W (m, n), S = A A^T, gradient (W A - B) A^T. The step is -(|G|_* / L) T, T of norm 1 along the
gradient, |.|_* the dual norm, f(W + D) <= f + <G, D> + L |D|^2 / 2. Norms by name: 'frobenius'; 'spectral', of dual
nuclear; 'columns', the largest column's, of dual the sum of columns; 'entries', the largest entry's, of dual the sum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.models.preconditioning.norms import steepest

Floats = NDArray[np.float64]
NORMS = ("frobenius", "spectral", "columns", "entries")


def _known(norm: str) -> None:
    require(norm in NORMS, f"norm={norm!r} is not allowed: give one of {', '.join(NORMS)}")


def dual_norm(norm: str, gradient: Floats) -> float:
    """max of <G, T> over T (m, n) of norm 1.
    Derived: tests/models/preconditioning/test_spectral.py::test_no_direction_beats_the_dual_norm.
    """
    _known(norm)
    if norm == "frobenius":
        return float(np.linalg.norm(gradient))
    if norm == "spectral":
        return float(np.linalg.svd(gradient, compute_uv=False).sum())
    return float(np.linalg.norm(gradient, axis=0).sum() if norm == "columns" else np.abs(gradient).sum())


def direction(norm: str, gradient: Floats) -> Floats:
    """T (m, n) of norm 1 with the largest <G, T>; U V^T, normalised columns, or signs. Columns of G must not be 0."""
    _known(norm)
    if norm == "columns":
        return np.asarray(gradient / np.linalg.norm(gradient, axis=0))
    return steepest({"frobenius": "l2", "spectral": "nuclear", "entries": "l1"}[norm], gradient)


def smoothness(norm: str, gram: Floats, rows: int) -> float:
    """L >= tr(D S D^T) for D (rows, n) of norm 1, S (n, n) = `gram`; equal to its maximum but for entries and columns.

    Largest eigenvalue; sum of the min(m, n) largest ones (Ky Fan); sum |S_ij|; rows times that.
    Derived: tests/models/preconditioning/test_spectral.py::test_no_direction_is_steeper_than_its_smoothness.
    """
    _known(norm)
    if norm in ("frobenius", "spectral"):
        largest = np.linalg.eigvalsh(gram)[::-1]
        return float(largest[: 1 if norm == "frobenius" else min(rows, gram.shape[0])].sum())
    return float(np.abs(gram).sum() * (rows if norm == "entries" else 1))


def promised_falls(norm: str, inputs: Floats, targets: Floats, steps: int, constant: float) -> Floats:
    """(f_k - f_(k+1)) / (|G_k|_*^2 / (2 L)) of steepest descent from W = 0 with L = `constant`, (steps,).

    The fall is that of the quadratic, -<G, D> - tr(D S D^T) / 2, so that nothing cancels near the minimum.
    """
    gram, point, ratios = inputs @ inputs.T, np.zeros((targets.shape[0], inputs.shape[0])), np.empty(steps)
    for k in range(steps):
        gradient = (point @ inputs - targets) @ inputs.T
        size = dual_norm(norm, gradient)
        move = -size / constant * direction(norm, gradient)
        ratios[k] = -((gradient * move).sum() + ((move @ gram) * move).sum() / 2) / (size**2 / (2 * constant))
        point = point + move
    return ratios


def modular_value(layers: Sequence[Floats], weights: Floats) -> tuple[float, Floats]:
    """<G, D> + |D|^2 / 2 at D_l = -(dual / w_l) U_l V_l^T, |D| = max_l w_l |D_l|_2, and duals |G_l|_nuclear / w_l.

    dual is their sum.
    Derived: tests/models/preconditioning/test_spectral.py::test_no_step_of_layers_beats_the_modular_one.
    """
    duals = np.array([dual_norm("spectral", g) for g in layers]) / weights
    moves = [-duals.sum() / w * direction("spectral", g) for g, w in zip(layers, weights, strict=True)]
    size = max(w * np.linalg.norm(move, 2) for move, w in zip(moves, weights, strict=True))
    return float(sum((g * move).sum() for g, move in zip(layers, moves, strict=True)) + size**2 / 2), duals


def shampoo_direction(gradient: Floats, power: float = -0.25) -> Floats:
    """(G G^T)^p G (G^T G)^p, powers of what is not 0 alone; U V^T for p = -1/4: Shampoo that remembers nothing.
    Derived: tests/models/preconditioning/test_spectral.py::test_shampoo_by_singular_values.
    """

    def powered(gram: Floats) -> Floats:
        values, basis = np.linalg.eigh(gram)
        kept = values > 1e-10 * values[-1]
        return np.asarray((basis[:, kept] * values[kept] ** power) @ basis[:, kept].T)

    return powered(gradient @ gradient.T) @ gradient @ powered(gradient.T @ gradient)


def cubic_step(s: Any) -> Any:
    """3 s / 2 - s^3 / 2: a singular value after a step X <- 3 X / 2 - X X^T X / 2.
    Derived: tests/models/preconditioning/test_spectral.py::test_iterations_act_on_singular_values.
    """
    return 1.5 * s - 0.5 * s**3


def cubic_steps(smallest: float, tolerance: float) -> int:
    """Steps of `cubic_step` from s in (0, 1) until 1 - s <= tolerance."""
    require(
        0 < smallest < 1 and tolerance > 1e-15, f"smallest={smallest}, tolerance={tolerance}: give 0 < s < 1, > 1e-15"
    )
    s, count = smallest, 0
    while 1 - s > tolerance:
        s, count = cubic_step(s), count + 1
    return count


def quintic_step(s: Any, linear: Any = 3.4445, cubic: Any = -4.7750, quintic: Any = 2.0315) -> Any:
    """a s + b s^3 + c s^5: a singular value after one of Muon's iterations.
    Derived: tests/models/preconditioning/test_spectral.py::test_iterations_act_on_singular_values.
    """
    return linear * s + cubic * s**3 + quintic * s**5


def quintic_range(linear: float = 3.4445, cubic: float = -4.7750, quintic: float = 2.0315) -> tuple[float, float]:
    """(p(t), p(p(t))), t the larger turning point of p = `quintic_step`: the interval that Muon's iterates end in.
    Derived: tests/models/preconditioning/test_spectral.py::test_the_range_of_the_quintic.
    """
    root = math.sqrt((3 * cubic) ** 2 - 20 * linear * quintic)
    turn = math.sqrt((-3 * cubic + root) / (10 * quintic))
    low = quintic_step(turn, linear, cubic, quintic)
    return float(low), float(quintic_step(low, linear, cubic, quintic))


def quintic_cycle() -> Floats:
    """The four singular values, ascending, between which Muon's iterates end, from 10^4 iterations of a number.
    Derived: tests/models/preconditioning/test_spectral.py::test_muon_ends_on_a_cycle_that_attracts.
    """
    found = [0.5]
    for _ in range(10_000):
        found.append(quintic_step(found[-1]))
    return np.sort(found[-4:])
