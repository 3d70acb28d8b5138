"""The problems: extremal functions on which the bounds of first-order methods are attained, or nearly.

Conventions. x_0 is the start, T the number of steps (of oracle calls); D is the distance from x_0 to a minimiser, gap
= f - min f, g the step size, L the smoothness of f, Lmax the largest of its components, mu the strong convexity, s the
noise at the solution, E|grad f_i(x*)|^2. An average over T steps is that of x_0, ..., x_(T-1).

    quadratic sum   f = sum_i p_i a_i/2 (x - b_i)^2 on the line, minimiser 0
    Huber           curvature L up to a kink, then straight: slow for gradient descent, its gradient small and constant
    max-affine      f = max_i <h_i, x> with an oracle that answers with rows never given before
    wavy            x^2 + 3 sin(x)^2: not convex, satisfies the Polyak-Lojasiewicz inequality
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, number, positive, whole

Floats = NDArray[np.float64]
SLACK = 1e-12
"""Relative slack of an equality between computed numbers that a problem must satisfy: a few thousand roundings."""
WAVY_SMOOTHNESS = 8.0
"""Largest |f''| of `wavy`, at 0."""


class Components(NamedTuple):
    """What a kernel sees of a quadratic sum: curvatures, centres and probabilities, (n,) each."""

    curvatures: Floats
    centres: Floats
    probabilities: Floats


@dataclass(frozen=True, eq=False)
class QuadraticSum:
    """f(x) = sum_i p_i a_i/2 (x - b_i)^2 on the line, a step drawing component i with probability p_i; minimiser 0.

    Equal probabilities unless given. Raises InputError for rows that are empty, unequal or not finite, curvatures < 0
    or all 0, probabilities that are not >= 0 of sum 1, or a minimiser that is not 0.
    """

    curvatures: Floats
    centres: Floats
    probabilities: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        a, b = finite_row("curvatures", self.curvatures), finite_row("centres", self.centres)
        given = self.probabilities if np.size(self.probabilities) else np.full(a.size, 1 / a.size)
        p = finite_row("probabilities", given)
        require(
            a.size == b.size == p.size,
            f"{a.size} curvatures, {b.size} centres and {p.size} probabilities: give one of each per component",
        )
        require((a >= 0).all() and a.any(), "curvatures must be >= 0, and one above 0")
        require((p >= 0).all() and abs(p.sum() - 1) <= SLACK, "probabilities must be >= 0 and sum to 1")
        pull = float((p * a * b).sum())
        require(
            abs(pull) <= SLACK * max(1.0, float((a * np.abs(b)).max())),
            f"the minimiser is not 0: sum of p a b is {pull:.3g}; shift the centres",
        )
        for name, row in (("curvatures", a), ("centres", b), ("probabilities", p)):
            object.__setattr__(self, name, row)

    @classmethod
    def additive(cls, curvature: float, noise: float) -> QuadraticSum:
        """Two components of one curvature, centres +-sqrt(noise)/curvature: gradient noise of variance `noise`."""
        centre = number("noise", noise, least=0.0) ** 0.5 / positive("curvature", curvature)
        return cls(np.full(2, float(curvature)), np.array([centre, -centre]))

    @classmethod
    def gated(cls, share: float, noise: float = 0.0) -> QuadraticSum:
        """0 with probability 1 - share, else curvature 1 at centres +-sqrt(noise/share): Lmax = 1, L = mu = share."""
        require(0 < share <= 1, f"share={share} is not allowed: give a number in (0, 1]")
        centre = (number("noise", noise, least=0.0) / share) ** 0.5
        return cls(
            np.array([1.0, 1.0, 0.0]), np.array([centre, -centre, 0.0]), np.array([share / 2, share / 2, 1 - share])
        )

    @property
    def curvature(self) -> float:
        """Curvature of f itself: its L, and its mu."""
        return float((self.probabilities * self.curvatures).sum())

    @property
    def max_smoothness(self) -> float:
        """Largest curvature of a component, Lmax."""
        return float(self.curvatures.max())

    @property
    def square_curvature(self) -> float:
        """Mean of a_i^2."""
        return float((self.probabilities * self.curvatures**2).sum())

    @property
    def noise(self) -> float:
        """Gradient noise at the solution, mean of (a_i b_i)^2."""
        return float((self.probabilities * (self.curvatures * self.centres) ** 2).sum())

    @property
    def excess(self) -> float:
        """f* minus the mean of the components' own minima, which are 0: mean of a_i b_i^2 / 2."""
        return float((self.probabilities * self.curvatures * self.centres**2).sum() / 2)

    def data(self) -> Components:
        """The components as a NamedTuple of arrays for kernels."""
        return Components(*(np.ascontiguousarray(x) for x in (self.curvatures, self.centres, self.probabilities)))


def huber(x: Any, smoothness: float, kink: Any) -> tuple[Any, Any]:
    """Value and derivative at x of the Huber function: curvature up to |x| = kink, slope smoothness * kink beyond."""
    inside = np.minimum(np.abs(x), kink)
    return smoothness * inside * (np.abs(x) - inside / 2), smoothness * np.clip(x, -kink, kink)


def wavy(x: Any) -> tuple[Any, Any]:
    """Value and derivative at x of x^2 + 3 sin(x)^2."""
    return x**2 + 3 * np.sin(x) ** 2, 2 * x + 3 * np.sin(2 * x)


def wavy_constant() -> float:
    """The Polyak-Lojasiewicz constant of `wavy`, the least f'^2 / (2 f): its stationary point near 2.2, bisected."""
    low, high = 2.0, 2.4
    for _ in range(60):
        middle = (low + high) / 2
        value, slope = wavy(middle)
        # The derivative of f'^2 / f has the sign of f' (2 f f'' - f'^2).
        falls = slope * (2 * value * (2 + 6 * np.cos(2 * middle)) - slope**2) < 0
        low, high = (middle, high) if falls else (low, middle)
    value, slope = wavy((low + high) / 2)
    return float(slope**2 / (2 * value))


def coordinates(steps: int, lipschitz: float = 1.0) -> Floats:
    """Rows (steps, steps) of G max_i x_i: the identity times G."""
    return positive("lipschitz", lipschitz) * np.eye(whole("steps", steps))


def late_traps(steps: int, fall: float = 0.9, pull: float = 0.45) -> Floats:
    """Unit rows h_t (steps, steps) of a max-affine function that is slow for the last iterate of constant steps.

    h_t = -fall e_t + sum_(j<t) a_j e_j, a_j = pull/(steps - j + 1), over the largest norm of a row. Each step along h_t
    raises the rows after it by a little, the sooner the end the more: a harmonic sum.
    """
    count = whole("steps", steps)
    rise = pull / (count - np.arange(count))
    rows = np.tril(np.broadcast_to(rise, (count, count)), -1) - fall * np.eye(count)
    return np.asarray(rows / np.linalg.norm(rows, axis=1).max())
