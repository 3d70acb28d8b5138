"""Minima that fit every sample: gradients a_i of the predictions, and what their moments say of SGD's limit.

Square loss (1/2n) sum_i (f(x_i) - y_i)^2 at f(x_i) = y_i has the Hessian G = E a a^T, mean over the samples; batches of
B are drawn with replacement, so that E w w^T goes to (`operators`)

    T(M) = M - step_size (G M + M G) + step_size^2 [(1/B) E (a^T M a) a a^T + (1 - 1/B) G M G].

trace = Tr G = E|a|^2, squared = |G|_F^2, fourth = E|a|^4. Diagonal networks are f(x) = sum_j u_j v_j x_j, networks of
ReLU neurons f(x) = sum_j c_j relu(w_j . x), with inputs of mean 0 and covariance 1.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from theorylab.errors import require
from theorylab.numerics.arguments import numbers, positive_row, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]

MOST_NODES = 6**5


def tight_frame(dimension: int, bases: int, seed: int) -> Floats:
    """Gradients (bases * d, d) of length 1, random orthonormal bases one after the other: G = 1 / d.
    Derived: tests/models/edge/test_designs.py::test_tight_frames_attain_the_moment_bound.

    Raises InputError for sizes that are not integers >= 1, or a bad seed.
    """
    d, count = whole("dimension", dimension), whole("bases", bases)
    draws = generator(seed, d)
    return np.concatenate([np.linalg.qr(draws.standard_normal((d, d)))[0] for _ in range(count)])


def gaussian_nodes(eigenvalues: ArrayLike) -> Floats:
    """Gradients (6^d, d) whose moments up to the fifth are those of N(0, diag(eigenvalues)).
    Derived: tests/models/edge/test_designs.py::test_nodes_have_the_moments_of_a_normal_law.

    Each coordinate takes 0 four times in six and sqrt(3 l), -sqrt(3 l) once each: Gauss and Hermite's rule of three
    nodes. Raises InputError for eigenvalues that are not finite and > 0, or more than five of them.
    """
    row = positive_row("eigenvalues", eigenvalues)
    require(6**row.size <= MOST_NODES, f"{row.size} eigenvalues give 6^{row.size} gradients: give at most 5")
    axis = np.array([0.0, 0.0, 0.0, 0.0, 3.0**0.5, -(3.0**0.5)])
    return np.array(list(product(axis, repeat=row.size))) * row**0.5


def moments(gradients: ArrayLike) -> tuple[float, float, float]:
    """(trace, squared, fourth) of gradients (n, d): Tr G, |G|_F^2 and E|a|^4.
    Derived: tests/models/edge/test_designs.py::test_moments_by_hand.

    Raises InputError for another shape.
    """
    rows = numbers("gradients", gradients)
    require(rows.ndim == 2 and rows.size, f"gradients have shape {rows.shape}: give (n, d)")
    lengths, mean = (rows**2).sum(axis=1), rows.T @ rows / len(rows)
    return float(lengths.mean()), float((mean**2).sum()), float((lengths**2).mean())


def moment_bound(trace: Any, squared: Any, fourth: Any, batch: Any) -> Any:
    """Upper bound of the critical step size: 2 trace / (fourth / B + (1 - 1/B) squared), T's Rayleigh quotient at 1.
    Derived: tests/models/edge/test_designs.py::test_moment_bound_is_a_rayleigh_quotient.

    At most 2 / trace for B = 1, since fourth >= trace^2.
    """
    return 2 * trace / (fourth / batch + (1 - 1 / batch) * squared)


def tight_frame_critical_step_size(dimension: Any, trace: Any, batch: Any) -> Any:
    """Critical step size for gradients of one length with G = trace / d: 2 d B / (trace (d + B - 1)).
    Derived: tests/models/edge/test_designs.py::test_tight_frames_attain_the_moment_bound.

    2 / trace at B = 1, gradient descent's 2 d / trace as B grows.
    """
    return 2 * dimension * batch / (trace * (dimension + batch - 1))


def gaussian_critical_step_size(eigenvalues: ArrayLike, batch: int) -> float:
    """Critical step size for a ~ N(0, diag(l)): the root of sum_i h l_i / (2 - h l_i (1 + 1/B)) = B.
    Derived: tests/models/edge/test_designs.py::test_gaussian_critical_step_size_is_that_of_nodes.

    2 B / (d + B + 1) for d equal eigenvalues 1. Relative rounding 2^-48. Raises InputError for eigenvalues that are not
    finite and > 0, or a batch that is not an integer >= 1.
    """
    row, size = positive_row("eigenvalues", eigenvalues), whole("batch", batch)
    unit = row / row.max()
    top = 2 / (1 + 1 / size)

    def excess(step_size: float) -> float:
        return float((step_size * unit / (2 - step_size * unit * (1 + 1 / size))).sum() - size)

    root = brentq(excess, 0.0, top * (1 - 1e-15), xtol=1e-300, rtol=2.0**-50)
    return float(root / row.max())


def frobenius_bound(squared: Any, batch: Any) -> Any:
    """Upper bound sqrt(B) / |G|_F of the critical step size where noise is aligned with G, as Gaussian inputs' is.
    Derived: tests/models/edge/test_designs.py::test_frobenius_bound_is_the_quotient_at_g.
    """
    return (batch / squared) ** 0.5


def diagonal_sharpness(first: ArrayLike, second: ArrayLike) -> tuple[float, float, float, float]:
    """(Tr G, l_1(G), |beta|_1, |beta|_inf) of a diagonal network: sum and largest of u_j^2 + v_j^2, beta_j = u_j v_j.
    Derived: tests/models/edge/test_designs.py::test_diagonal_sharpness_is_that_of_the_hessian.

    Raises InputError for weights of different shapes.
    """
    u, v = numbers("first", first), numbers("second", second)
    require(u.shape == v.shape and u.ndim == 1 and u.size, f"weights of shapes {u.shape}, {v.shape}: give (d,) twice")
    curvature, beta = u**2 + v**2, np.abs(u * v)
    return float(curvature.sum()), float(curvature.max()), float(beta.sum()), float(beta.max())


def relu_trace(inner: ArrayLike, outer: ArrayLike) -> float:
    """Tr G = 1/2 sum_j (|w_j|^2 + d c_j^2) of a ReLU network with inputs N(0, 1), inner (m, d), outer (m,).
    Derived: tests/models/edge/test_designs.py::test_relu_trace_is_the_mean_square_of_the_gradient.

    Raises InputError for weights that do not fit.
    """
    w, c = _layers(inner, outer)
    return float(((w**2).sum() + w.shape[1] * (c**2).sum()) / 2)


def path_norm(inner: ArrayLike, outer: ArrayLike) -> float:
    """sum_j |c_j| |w_j|; by the two means at most Tr G / sqrt d (`relu_trace`), with equality at |w_j| = sqrt d |c_j|.
    Derived: tests/models/edge/test_designs.py::test_path_norm_is_bounded_by_the_trace.
    """
    w, c = _layers(inner, outer)
    return float((np.abs(c) * (w**2).sum(axis=1) ** 0.5).sum())


def _layers(inner: ArrayLike, outer: ArrayLike) -> tuple[Floats, Floats]:
    w, c = numbers("inner", inner), numbers("outer", outer)
    require(
        w.ndim == 2 and w.size and c.shape == w.shape[:1],
        f"weights of shapes {w.shape} and {c.shape} do not fit: give (m, d) and (m,)",
    )
    return w, c
