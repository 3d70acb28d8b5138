"""Equations F(x, theta) = 0 with a parameter: their solutions, implicit derivatives at any point, and constants.

With A = -d_x F and B = d_theta F the implicit derivative at x solves A(x) J = B(x); at the solution it is dx*/dtheta.
Of a minimisation F is the gradient, so that A = -Hessian.

    ridge      F = S x - c + theta x, S = X'X, c = X'y, a scalar theta or one for each coordinate
    logistic   F = X'(sigma(X x) - y) + theta x
    lasso      x = soft(x - step (S x - c), step theta)
    root       F = x^2 - theta
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import numbers, positive, whole
from theorylab.numerics.streams import generator

Floats = NDArray[np.float64]
STEEPEST_CURVATURE = 1 / (6 * 3**0.5)
"""Largest |sigma''| of the logistic function."""


class Constants(NamedTuple):
    """What the bound on an implicit derivative at a point rests on; see `theory.jacobian_constant`."""

    alpha: float
    beta: float
    gamma: float
    size: float


def _data(features: ArrayLike, targets: ArrayLike) -> tuple[Floats, Floats]:
    X, y = numbers("features", features), numbers("targets", targets)
    require(X.ndim == 2 and X.size > 0, f"features need shape (samples, dimension), not {X.shape}")
    require(y.shape == (len(X),), f"targets of shape {y.shape} do not fit {len(X)} samples")
    require(bool(np.isfinite(X).all() and np.isfinite(y).all()), "features and targets must be finite")
    return X, y


def random_data(samples: int, dimension: int, seed: int, *, labels: bool = False) -> tuple[Floats, Floats]:
    """Standard normal features/sqrt(samples) (samples, dimension), targets a noisy linear form of them, or 0 and 1."""
    draws = generator(seed, 21)
    X = draws.standard_normal((whole("samples", samples), whole("dimension", dimension))) / samples**0.5
    y = X @ draws.standard_normal(dimension) * 3 + 0.3 * draws.standard_normal(samples)
    return X, (y > 0).astype(float) if labels else y


@dataclass(frozen=True, eq=False)
class _Penalised:
    """Data and the penalty theta |x|^2/2 > 0."""

    features: Floats
    targets: Floats
    penalty: float

    def __post_init__(self) -> None:
        X, y = _data(self.features, self.targets)
        object.__setattr__(self, "features", X)
        object.__setattr__(self, "targets", y)
        positive("penalty", self.penalty)


@dataclass(frozen=True, eq=False)
class Ridge(_Penalised):
    """Ridge regression with penalty theta |x|^2/2 > 0. Raises InputError for data that do not fit, or theta <= 0."""

    @property
    def matrix(self) -> Floats:
        """S + theta I (d, d)."""
        X = self.features
        return np.asarray(X.T @ X + self.penalty * np.eye(X.shape[1]))

    @functools.cached_property
    def solution(self) -> Floats:
        """The minimiser (d,)."""
        return np.asarray(np.linalg.solve(self.matrix, self.features.T @ self.targets))

    def gradient(self, x: Floats) -> Floats:
        """F at x (d,)."""
        return np.asarray(self.features.T @ (self.features @ x - self.targets) + self.penalty * x)

    def hessian(self, x: Floats) -> Floats:
        """d_x F at x (d, d): that of every x."""
        return self.matrix

    def implicit(self, x: Floats) -> Floats:
        """Implicit derivative by theta at x, (d,)."""
        return np.asarray(-np.linalg.solve(self.matrix, x))

    def implicit_each(self, x: Floats) -> Floats:
        """Implicit derivative by a penalty of each coordinate, equal now, at x, (d, d): a column each."""
        return np.asarray(-np.linalg.solve(self.matrix, np.diag(x)))

    def constants(self, x: Floats) -> Constants:
        """Constants of the bound: A does not depend on x, B = x."""
        alpha = float(np.linalg.eigvalsh(self.matrix)[0])
        return Constants(alpha, 1.0, 0.0, float(np.linalg.norm(self.solution)))


@dataclass(frozen=True, eq=False)
class Logistic(_Penalised):
    """Logistic regression, labels 0 and 1, penalty theta |x|^2/2. Raises InputError as `Ridge`."""

    def gradient(self, x: Floats) -> Floats:
        """F at x (d,)."""
        X = self.features
        return np.asarray(X.T @ (1 / (1 + np.exp(-X @ x)) - self.targets) + self.penalty * x)

    def hessian(self, x: Floats) -> Floats:
        """d_x F at x (d, d)."""
        X = self.features
        share = 1 / (1 + np.exp(-X @ x))
        return np.asarray(X.T @ ((share * (1 - share))[:, None] * X) + self.penalty * np.eye(X.shape[1]))

    @functools.cached_property
    def solution(self) -> Floats:
        """The minimiser (d,), by fifty steps of Newton's method from 0: at these sizes it stands still after ten."""
        x = np.zeros(self.features.shape[1])
        for _ in range(50):
            x = x - np.linalg.solve(self.hessian(x), self.gradient(x))
        return x

    def implicit(self, x: Floats) -> Floats:
        """Implicit derivative by theta at x, (d,)."""
        return np.asarray(-np.linalg.solve(self.hessian(x), x))

    def constants(self, x: Floats) -> Constants:
        """Constants of the bound at x: alpha the least eigenvalue at x and at the solution, gamma the Hessian's."""
        X, solution = self.features, self.solution
        alpha = min(float(np.linalg.eigvalsh(self.hessian(z))[0]) for z in (x, solution))
        longest = float(np.linalg.norm(X, axis=1).max())
        gamma = STEEPEST_CURVATURE * longest * float(np.linalg.norm(X, 2)) ** 2
        return Constants(alpha, 1.0, gamma, float(np.linalg.norm(solution)))


class Iterates(NamedTuple):
    """Iterates of gradient descent (T+1, d) from 0, and their derivatives by theta, unrolled, (T+1, d)."""

    points: Floats
    derivatives: Floats


def descend(problem: Ridge | Logistic, step_size: float, steps: int) -> Iterates:
    """Gradient descent x+ = x - step F(x) from 0, and its derivative by theta through all steps."""
    x = derivative = np.zeros(problem.features.shape[1])
    rows = [(x, derivative)]
    for _ in range(whole("steps", steps)):
        derivative = derivative - step_size * (problem.hessian(x) @ derivative + x)
        x = x - step_size * problem.gradient(x)
        rows.append((x, derivative))
    points, derivatives = zip(*rows, strict=True)
    return Iterates(np.array(points), np.array(derivatives))


def fixed_point_derivative(problem: Ridge | Logistic, x: Floats, step_size: float, rounds: int) -> Floats:
    """Derivative by theta of the fixed point of x -> x - step F(x), as if x were it, (d,): by the Neumann series.

    J = dT/dx J + dT/dtheta, iterated `rounds` times from 0. One round is the derivative of one step.
    """
    J = np.zeros(x.size)
    transfer = np.eye(x.size) - step_size * problem.hessian(x)
    for _ in range(whole("rounds", rounds)):
        J = transfer @ J - step_size * x
    return J


def soft(x: Floats, threshold: float) -> Floats:
    """Soft thresholding, sign(x) (|x| - threshold)_+."""
    return np.asarray(np.sign(x) * np.maximum(np.abs(x) - threshold, 0.0))


class LassoRun(NamedTuple):
    """Iterates of proximal gradient (T+1, d) and the implicit derivative by theta at each, (T+1, d)."""

    points: Floats
    derivatives: Floats


def lasso_run(features: ArrayLike, targets: ArrayLike, penalty: float, steps: int) -> LassoRun:
    """Proximal gradient on |X x - y|^2/2 + theta |x|_1 from 0 with step 1/|X|^2, and implicit derivatives on the way.

    At x the derivative solves (I - M (I - step S)) J = -step M sign, M the support of the next iterate.
    """
    X, y = _data(features, targets)
    S, c = X.T @ X, X.T @ y
    step = 1 / float(np.linalg.eigvalsh(S)[-1])
    theta, x = positive("penalty", penalty), np.zeros(X.shape[1])
    rows = []
    for _ in range(whole("steps", steps) + 1):
        moved = x - step * (S @ x - c)
        after = soft(moved, step * theta)
        support = (after != 0).astype(float)
        system = np.eye(x.size) - support[:, None] * (np.eye(x.size) - step * S)
        rows.append((x, np.linalg.solve(system, -step * support * np.sign(moved))))
        x = after
    points, derivatives = zip(*rows, strict=True)
    return LassoRun(np.array(points), np.array(derivatives))


def conjugate_gradients(matrix: ArrayLike, right: ArrayLike, rounds: int) -> tuple[Floats, Floats]:
    """Iterates (rounds + 1, d) of conjugate gradients from 0 on a positive definite system, and residuals (same)."""
    A, b = numbers("matrix", matrix), numbers("right", right)
    x, residual = np.zeros(b.size), b
    direction, rows = residual, [(x, residual)]
    for _ in range(whole("rounds", rounds)):
        square = float(residual @ residual)
        if square > 0:
            image = A @ direction
            length = square / float(direction @ image)
            x, residual = x + length * direction, residual - length * image
            direction = residual + float(residual @ residual) / square * direction
        rows.append((x, residual))
    points, residuals = zip(*rows, strict=True)
    return np.array(points), np.array(residuals)
