"""The model: labelled points, and gradient descent from 0 in units of its step size, with the perceptron as its limit.

Points a_i in R^d, labels y_i = -1 or +1, signed points z_i = y_i a_i; margins of theta are <z_i, theta>, and theta
classifies correctly where they are > 0. Logistic loss f(theta) = 1/n sum_i log(1 + exp(-<z_i, theta>)), with weights
q_i(theta) = 1 / (1 + exp(<z_i, theta>)). All methods start at theta_0 = 0; `solved` means that all margins are > 0.

Everything is kept in units of the step size, phi = theta / step_size, so that nothing overflows for any step size:

    none (gradient descent)     phi' = phi + 1/n sum_i q_i z_i
    weights (normalised)        phi' = phi + sum_i q_i z_i / sum_j q_j
    gradient                    phi' = phi + sum_i q_i z_i / |sum_j q_j z_j|,        q_i = q_i(step_size * phi).

step_size = inf is the batch perceptron, by the same formulas: q_i = 1 where the margin is negative, 0 where it is
positive, and `tie` at 0 (1/2, the logistic value, unless said otherwise; 1 in textbooks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import numbers, whole
from theorylab.numerics.streams import fill_normal, stream

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labelled points: features (n, d), labels (n,) of -1 and +1.

    Raises InputError for empty data, wrong shapes, values that are not finite, other labels, or points all at 0.
    """

    features: Floats
    labels: Floats

    def __post_init__(self) -> None:
        features, labels = numbers("features", self.features), numbers("labels", self.labels)
        require(
            features.ndim == 2 and features.size,
            f"features need shape (n, d), n >= 1 points in d >= 1 dimensions, not {features.shape}",
        )
        require(
            labels.shape == (features.shape[0],),
            f"labels have shape {labels.shape}, features {features.shape}: give one label per point",
        )
        bad = np.flatnonzero(~np.isfinite(features).all(axis=1))
        require(not bad.size, f"point number {bad[:1]} holds a value that is not finite: give finite numbers")
        odd = np.flatnonzero(np.abs(labels) != 1)
        require(not odd.size, f"label number {odd[:1]} is {labels[odd[:1]]}: labels are -1 or +1; map 0 to -1")
        size = float(np.abs(features).max())
        require(
            1e-150 < size < 1e150,
            f"the largest feature is {size:g}: squares need it in (1e-150, 1e150); scale the points",
        )
        for name, values in (("features", features), ("labels", labels)):
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @classmethod
    def gaussian(cls, count: int, dimension: int, gap: float, *, seed: int, replica: int = 0) -> Labelled:
        """Standard normal points outside the slab |a_1| < gap, labelled by the sign of a_1: hard margin >= gap.

        Raises InputError for count or dimension < 1, a gap outside [0, 3] (few normals lie beyond), or a bad seed.
        """
        whole("count", count)
        whole("dimension", dimension)
        require(np.isfinite(gap) and 0 <= gap <= 3, f"gap={gap} is not allowed: give a number in [0, 3]")
        source, kept, found = stream(seed, replica), np.empty((0, dimension)), 0
        while found < count:
            drawn = np.empty(count * dimension)
            fill_normal(source, drawn)
            points = drawn.reshape(count, dimension)
            kept = np.concatenate([kept, points[np.abs(points[:, 0]) > gap]])
            found = len(kept)
        return cls(kept[:count], np.sign(kept[:count, 0]))

    @classmethod
    def hard(cls, count: int, ratio: float) -> Labelled:
        """n - 1 copies of (1, sqrt(ratio^2 - 1)) and one of (1, -1), all labelled +1: hard margin 1, radius `ratio`.

        The single point pulls by 1/n per step against the first step's many: the perceptron needs ~ n ratio / 4 of
        them. Raises InputError for count < 2, or a ratio below sqrt 2 (the single point is that long).
        """
        whole("count", count, least=2)
        require(
            np.isfinite(ratio) and ratio**2 >= 2,
            f"ratio={ratio} is not allowed: give radius / margin as a finite number >= sqrt 2",
        )
        features = np.tile([1.0, (ratio**2 - 1.0) ** 0.5], (count, 1))
        features[-1, 1] = -1.0
        return cls(features, np.ones(count))

    @classmethod
    def pair(cls, above: float, below: float) -> Labelled:
        """(1, above) and (1, -below), both labelled +1: hard margin 1 along the first axis, both at the margin.

        Raises InputError unless above and below are finite and > 0.
        """
        require(
            0 < above < np.inf and 0 < below < np.inf,
            f"above={above}, below={below} are not allowed: give finite numbers > 0",
        )
        return cls(np.array([[1.0, above], [1.0, -below]]), np.ones(2))

    @property
    def signed(self) -> Floats:
        """Signed points z_i = y_i a_i, (n, d)."""
        return np.ascontiguousarray(self.labels[:, None] * self.features)

    @property
    def count(self) -> int:
        """Number of points n."""
        return int(self.labels.size)

    @property
    def dimension(self) -> int:
        """Dimension d."""
        return int(self.features.shape[1])

    @property
    def lengths(self) -> Floats:
        """Lengths |z_i| of the points, (n,)."""
        return np.asarray((self.features**2).sum(axis=1) ** 0.5)

    @property
    def radius(self) -> float:
        """Length R of the longest point."""
        return float(self.lengths.max())

    def scaled(self, factor: float) -> Labelled:
        """The same points, `factor` times as long. InputError unless finite and > 0."""
        require(np.isfinite(factor) and factor > 0, f"factor={factor} is not allowed: give a finite number > 0")
        return Labelled(factor * self.features, self.labels)

    def contradicted(self) -> Labelled:
        """The data with point 0 said again under the other label: not separable."""
        return Labelled(np.vstack([self.features, self.features[:1]]), np.append(self.labels, -self.labels[0]))
