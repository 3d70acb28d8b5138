"""The models: noise of finitely many values, RMSprop and Adam with their limit constants, a cosine on the circle.

Adaptive methods see gradients g = f'(x) + sigma z with E z = 0, E z^2 = 1, sigma = noise_std, and

    RMSprop   v <- b v + (1 - b) g^2,  x <- x - eta g / (sqrt(v) + eps),
    Adam      m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,  x <- x - eta mhat / (sqrt(vhat) + eps),

mhat = m / (1 - b1^k), vhat = v / (1 - b2^k) after k steps: the new v divides, as in libraries; in the theory of the
paper it is the old one, an option everywhere (`old_denominator`). The diffusion limit keeps, as the time step eta^2
falls, noise = eta sigma, epsilon = eta eps, rate = (1 - b) / eta^2 fixed; u = v / sigma^2; time is t = k eta^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import number

Floats = NDArray[np.float64]
RULES = ("square root", "linear", "keep decay", "keep epsilon")


@dataclass(frozen=True, eq=False)
class Noise:
    """A noise of finitely many values with mean 0 and variance 1: values (n,), probabilities (n,).

    Raises InputError for shapes that differ, probabilities that are negative or do not sum to 1, another mean or
    another variance.
    """

    values: Floats
    probabilities: Floats

    def __post_init__(self) -> None:
        values, weights = np.array(self.values, dtype=float), np.array(self.probabilities, dtype=float)
        require(
            values.ndim == 1 and values.shape == weights.shape and values.size,
            f"values {values.shape} and probabilities {weights.shape} do not fit: give one probability per value",
        )
        require((weights >= 0).all(), "a probability is negative: give numbers >= 0")
        for name, found, wanted in (
            ("probabilities sum to", weights.sum(), 1),
            ("noise has mean", weights @ values, 0),
            ("noise has variance", weights @ values**2, 1),
        ):
            require(abs(found - wanted) < 1e-12, f"{name} {found:.6g}: it must be {wanted}; shift or scale the values")
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "probabilities", weights)

    @classmethod
    def symmetric(cls, inner: float = 0.6) -> Noise:
        """Values -outer, -inner, inner, outer, equally likely, inner^2 + outer^2 = 2, 0 <= inner <= 1."""
        require(0 <= inner <= 1, f"inner={inner} is not allowed: give a number in [0, 1]")
        outer = (2 - inner**2) ** 0.5
        return cls(np.array([-outer, -inner, inner, outer]), np.full(4, 0.25))

    @classmethod
    def skewed(cls, low: float = 0.5) -> Noise:
        """Values -low and 1/low: skewness 1/low - low (low=0.5: -1/2 in four of five draws, 2 in one; low=1: signs)."""
        require(low > 0, f"low={low} is not allowed: give a number > 0")
        chance = 1 / (1 + low**2)
        return cls(np.array([-low, 1 / low]), np.array([chance, 1 - chance]))

    @classmethod
    def heavy(cls, chance: float, inner: float = 0.6) -> Noise:
        """Values +-inner, and with probability `chance` in (0, 1] the large +-outer that keeps the variance 1."""
        require(0 < chance <= 1, f"chance={chance} is not allowed: give a probability in (0, 1]")
        outer = ((1 - (1 - chance) * inner**2) / chance) ** 0.5
        weights = np.array([chance, 1 - chance, 1 - chance, chance]) / 2
        return cls(np.array([-outer, -inner, inner, outer]), weights)

    @property
    def smallest(self) -> float:
        """Smallest absolute value."""
        return float(np.abs(self.values).min())

    @property
    def largest(self) -> float:
        """Largest absolute value."""
        return float(np.abs(self.values).max())

    def moment(self, power: int) -> float:
        """E z^power."""
        return float(self.probabilities @ self.values**power)

    def batch(self, count: int) -> Noise:
        """Noise of sqrt(count) times the mean of `count` independent draws, outcome by outcome.

        Raises InputError for more than 2000 outcomes: counts of how often each value was drawn.
        """
        n = self.values.size
        require(
            isinstance(count, int) and count >= 1 and math.comb(count + n - 1, n - 1) <= 2000,
            f"count={count!r} draws of {n} values are not allowed: give an integer >= 1, 2000 outcomes at most",
        )
        values, weights = [], []
        for bars in combinations(range(count + n - 1), n - 1):
            counts = np.diff([-1, *bars, count + n - 1]) - 1
            values.append(counts @ self.values / count**0.5)
            ways = math.factorial(count) // math.prod(math.factorial(int(k)) for k in counts)
            weights.append(ways * float(np.prod(self.probabilities**counts)))
        return Noise(np.array(values), np.array(weights))

    def svag(self, factor: float) -> Noise:
        """Noise of (r1 z1 + r2 z2) / l of two independent draws: r1 + r2 = 1, r1^2 + r2^2 = l^2, l = `factor` >= 1."""
        require(np.isfinite(factor) and factor >= 1, f"factor={factor} is not allowed: give a number >= 1")
        spread = (2 * factor**2 - 1) ** 0.5
        first, second = (1 - spread) / 2, (1 + spread) / 2
        values = (first * self.values[:, None] + second * self.values[None, :]) / factor
        return Noise(values.ravel(), np.outer(self.probabilities, self.probabilities).ravel())


@dataclass(frozen=True, kw_only=True)
class RMSprop:
    """One setting of RMSprop on f = height (1 - cos x): learning_rate, decay, epsilon, noise_std of the gradient.

    Raises InputError for values that are not finite, learning_rate or noise_std <= 0, epsilon < 0, a decay outside
    [0, 1).
    """

    height: float
    learning_rate: float
    decay: float
    epsilon: float
    noise_std: float

    def __post_init__(self) -> None:
        for name in ("height", "epsilon"):
            number(name, getattr(self, name), least=0.0)
        for name in ("learning_rate", "noise_std"):
            number(name, getattr(self, name), above=0.0)
        require(
            0 <= self.decay < 1,
            f"decay={self.decay:.6g} is not allowed: give a number in [0, 1); smaller batches or steps raise it",
        )

    def scaled(self, factor: float, rule: str) -> RMSprop:
        """The setting for a batch `factor` times as large (noise_std / sqrt(factor)) under a scaling rule.

        'square root': learning rate times, epsilon over sqrt(factor), 1 - decay times factor. 'linear': learning rate
        times factor, the rest kept. 'keep decay', 'keep epsilon': the square-root rule but for that one. Steps are
        fewer by `factor` in all. Raises InputError for another rule, or a factor so large that no decay is left.
        """
        require(rule in RULES, f"rule={rule!r} is not allowed: give one of {', '.join(RULES)}")
        require(np.isfinite(factor) and factor > 0, f"factor={factor} is not allowed: give a number > 0")
        root, noisy = factor**0.5, replace(self, noise_std=self.noise_std / factor**0.5)
        if rule == "linear":
            return replace(noisy, learning_rate=self.learning_rate * factor)
        return replace(
            noisy,
            learning_rate=self.learning_rate * root,
            decay=self.decay if rule == "keep decay" else 1 - factor * (1 - self.decay),
            epsilon=self.epsilon if rule == "keep epsilon" else self.epsilon / root,
        )


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Constants of the diffusion limit: height of the cosine, noise, epsilon, rate of the second-moment average.

    Raises InputError for values that are not finite, noise <= 0, or others < 0.
    """

    height: float = 1.0
    noise: float = 1.0
    epsilon: float = 0.1
    rate: float = 1.0

    def __post_init__(self) -> None:
        for name in ("height", "epsilon", "rate"):
            number(name, getattr(self, name), least=0.0)
        for name in ("noise",):
            number(name, getattr(self, name), above=0.0)

    def algorithm(self, time_step: float) -> RMSprop:
        """RMSprop at learning rate sqrt(time_step), which this limit describes as time_step falls."""
        require(
            time_step > 0 and self.rate * time_step <= 1,
            f"time_step={time_step} is not allowed: give a number in (0, 1/rate = {1 / max(self.rate, 1e-300):.4g}]",
        )
        eta = math.sqrt(time_step)
        return RMSprop(
            height=self.height,
            learning_rate=eta,
            decay=1 - self.rate * time_step,
            epsilon=self.epsilon / eta,
            noise_std=self.noise / eta,
        )


@dataclass(frozen=True, kw_only=True)
class Adam:
    """Limit constants of Adam on f = curvature x^2 / 2 and a start at time `begin` > 0.

    momentum_rate = (1 - b1) / eta^2 and rate = (1 - b2) / eta^2; start = (x, m, u). Raises InputError for values that
    are not finite, rates, noise, begin or u <= 0, epsilon or curvature < 0.
    """

    curvature: float = 1.0
    noise: float = 0.7
    epsilon: float = 0.1
    momentum_rate: float = 2.0
    rate: float = 1.0
    begin: float = 0.5
    start: tuple[float, float, float] = (1.0, 0.3, 0.8)

    def __post_init__(self) -> None:
        for name in ("curvature", "epsilon"):
            number(name, getattr(self, name), least=0.0)
        for name in ("noise", "momentum_rate", "rate", "begin"):
            number(name, getattr(self, name), above=0.0)
        require(
            len(self.start) == 3 and np.isfinite(self.start).all() and self.start[2] > 0,
            f"start={self.start} is not allowed: give finite (x, m, u) with u > 0",
        )


@dataclass(frozen=True, kw_only=True)
class Landscape:
    """Gradient f'(x) = tilt + sin x on the circle, seen with additive normal noise of `noise_std` >= 0.

    |tilt| > 1 has no critical point. `wells` = k in (-1, 1) has f = sin^2 x (1 + k cos x) / 2 in place of 1 - cos x:
    two minima of one depth, at 0 with curvature 1 + k and at pi with 1 - k. Raises InputError for values that are not
    finite, a negative noise_std, or another k.
    """

    tilt: float = 0.0
    noise_std: float = 1.0
    wells: float | None = None

    def __post_init__(self) -> None:
        number("tilt", self.tilt)
        number("noise_std", self.noise_std, least=0.0)
        require(
            self.wells is None or abs(number("wells", self.wells)) < 1,
            f"wells={self.wells} is not allowed: give a number in (-1, 1), or None for one well",
        )

    def slope(self, x: Floats) -> Floats:
        """f'(x)."""
        if self.wells is None:
            return np.asarray(self.tilt + np.sin(x))
        k = self.wells
        return np.asarray(self.tilt + np.sin(x) * (np.cos(x) * (1 + k * np.cos(x)) - k * np.sin(x) ** 2 / 2))

    def curve(self, x: Floats) -> Floats:
        """f''(x)."""
        if self.wells is None:
            return np.cos(x)
        return np.asarray(np.cos(2 * x) + self.wells * np.cos(x) * (1 - 4.5 * np.sin(x) ** 2))


def square(name: str, matrix: ArrayLike, dimension: int | None = None) -> Floats:
    """`matrix` as finite symmetric floats (d, d); InputError otherwise."""
    values = np.atleast_2d(np.asarray(matrix, dtype=float))
    require(
        values.ndim == 2 and values.shape[0] == values.shape[1] and dimension in (None, values.shape[0]),
        f"{name} has shape {values.shape}: give a square matrix" + (f" ({dimension}, {dimension})" * bool(dimension)),
    )
    require(
        np.isfinite(values).all() and np.allclose(values, values.T, rtol=0, atol=1e-12),
        f"{name} must be finite and symmetric",
    )
    return values
