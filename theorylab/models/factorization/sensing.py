"""Matrix sensing with identity measurements: gradient descent on factors of a low-rank target, symmetric or not.

Symmetric, X (n, k) for a target S (n, n) of rank r:          X' = X - step_size (X X^T - S) X.
Asymmetric, F (n1, k) and G (n2, k) for S (n1, n2):           F' = F - step_size (F G^T - S) G,
                                                              G' = G - step_size (F G^T - S)^T F.
Both factors move together. The error is the squared Frobenius norm of X X^T - S or F G^T - S; step 0 is recorded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import increasing_steps, numbers
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Factors(NamedTuple):
    """Errors (points,) and the factors at the last step, (n1, k) and (n2, k); of a symmetric run both are X."""

    errors: Floats
    left: Floats
    right: Floats


def target(size: int, values: ArrayLike, *, seed: int) -> Floats:
    """A symmetric target (size, size) with these singular values along random orthonormal directions.

    Raises InputError for more values than rows, or values that are not > 0.
    """
    sizes = np.atleast_1d(numbers("values", values))
    require(
        sizes.ndim == 1 and sizes.size <= size and bool((sizes > 0).all()),
        f"values={sizes.tolist()} are not allowed: give at most {size} numbers > 0",
    )
    basis = np.linalg.qr(generator(seed, 7).standard_normal((size, sizes.size)))[0]
    return np.asarray((basis * sizes) @ basis.T)


@kernel
def symmetric_path(goal: Floats, start: Floats, step_size: float, steps: Integers) -> tuple[Floats, Floats]:
    """Errors at the steps (increasing), and X at the last."""
    x, errors, t = start.copy(), np.empty(steps.size), 0
    for p in range(steps.size):
        while t < steps[p]:
            x -= step_size * np.dot(np.dot(x, x.T) - goal, x)
            t += 1
        errors[p] = ((np.dot(x, x.T) - goal) ** 2).sum()
    return errors, x


@kernel
def asymmetric_path(
    goal: Floats, left: Floats, right: Floats, step_size: float, steps: Integers
) -> tuple[Floats, Floats, Floats]:
    """Errors at the steps (increasing), and F and G at the last."""
    f, g, errors, t = left.copy(), right.copy(), np.empty(steps.size), 0
    for p in range(steps.size):
        while t < steps[p]:
            residual = np.dot(f, g.T) - goal
            move = np.dot(residual, g)
            g -= step_size * np.dot(residual.T, f)
            f -= step_size * move
            t += 1
        errors[p] = ((np.dot(f, g.T) - goal) ** 2).sum()
    return errors, f, g


def symmetric(goal: ArrayLike, start: ArrayLike, step_size: float, steps: ArrayLike) -> Factors:
    """Errors at the steps of symmetric descent from X = start, and the last X.

    Raises InputError for a target that is not square, a start that does not fit, a step size that is not > 0, or steps
    that do not increase.
    """
    s, x = _matrix("goal", goal), _matrix("start", start)
    require(s.shape == (x.shape[0],) * 2, f"start of shape {x.shape} does not fit a target of shape {s.shape}")
    _positive(step_size)
    errors, last = symmetric_path(s, x, float(step_size), increasing_steps(steps))
    return Factors(np.asarray(errors), np.asarray(last), np.asarray(last))


def asymmetric(goal: ArrayLike, left: ArrayLike, right: ArrayLike, step_size: float, steps: ArrayLike) -> Factors:
    """Errors at the steps of asymmetric descent from F = left and G = right, and the last of both. As `symmetric`."""
    s, f, g = _matrix("goal", goal), _matrix("left", left), _matrix("right", right)
    require(
        s.shape == (f.shape[0], g.shape[0]) and f.shape[1] == g.shape[1],
        f"factors of shapes {f.shape} and {g.shape} do not fit a target of shape {s.shape}",
    )
    _positive(step_size)
    return Factors(*map(np.asarray, asymmetric_path(s, f, g, float(step_size), increasing_steps(steps))))


def stretched(left: ArrayLike, right: ArrayLike, least: float) -> tuple[Floats, Floats]:
    """The one step that removes the dependence on the start: F B and G B^-T with all singular values of F B >= least.

    F = U s V^T, B = V diag(max(s, least)/s) V^T: the product F G^T stays. Raises InputError unless F has full column
    rank, and least > 0.
    """
    f, g = _matrix("left", left), _matrix("right", right)
    _positive(least)
    _, sizes, turned = np.linalg.svd(f, full_matrices=False)
    require(bool(sizes.min() > 0), "the left factor has a singular value 0: start it from random entries")
    grow = np.maximum(sizes, least) / sizes
    return f @ (turned.T * grow) @ turned, g @ (turned.T / grow) @ turned


def balanced(left: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats]:
    """Factors of the same product with F^T F = G^T G: U s^(1/2) (n1, k), V s^(1/2) (n2, k), of F G^T = U s V^T."""
    f, g = _matrix("left", left), _matrix("right", right)
    u, sizes, v = np.linalg.svd(f @ g.T)
    k = f.shape[1]
    return u[:, :k] * sizes[:k] ** 0.5, v[:k].T * sizes[:k] ** 0.5


def _matrix(name: str, values: ArrayLike) -> Floats:
    given = np.ascontiguousarray(numbers(name, values))
    require(
        given.ndim == 2 and given.size > 0 and bool(np.isfinite(given).all()),
        f"{name} of shape {given.shape} is not allowed: give a matrix of finite numbers",
    )
    return given


def _positive(value: float) -> None:
    require(value > 0, f"{value} is not allowed: give a number > 0")
