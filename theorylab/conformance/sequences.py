"""The gradients that references and packages are fed with: short, fixed, and simple ones first."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from theorylab.errors import InputError

STEPS = 24
START = np.array([1.0, -0.5, 2.0, 0.25])
"""Where every sequence starts, unless it says otherwise."""
WEIGHTS = np.array([1.0, -2.0, 0.5, 3.0])
"""How large a gradient is in each coordinate; the first is the one that messages print."""
CURVATURES = np.array([1.0, 0.1, 2.0, 0.5])
VECTOR = (1.0, -2.0, 3.0, 0.5)


@dataclass(frozen=True)
class Sequence:
    """Gradients g_t, t = 1, 2, ..., as a function of t and of the point, with what else an optimiser may ask for."""

    name: str
    says: str
    """In words that a reader can type in again."""
    at: Callable[[int, np.ndarray], np.ndarray]
    steps: int = STEPS
    shape: tuple[int, ...] = START.shape

    @property
    def start(self) -> np.ndarray:
        """The first point."""
        return START.reshape(self.shape).copy()

    def shaped(self, shape: tuple[int, ...]) -> Sequence:
        """The same numbers as a layer of another shape."""
        return Sequence(self.name, self.says, self.at, self.steps, shape)

    def gradient(self, t: int, x: np.ndarray) -> np.ndarray:
        """g_t at x, shaped like x."""
        return self.at(t, np.ravel(x)).reshape(self.shape)

    def extra(self, name: str, t: int, x: np.ndarray) -> Any:
        """What a step asks for beside the gradient: its `loss`, or an `estimate` of the diagonal of the curvature.

        The loss lies between |g|^2 / 10 and 2 |g|^2, and the curvature is positive; both move with t.
        """
        gradient = self.gradient(t, x)
        if name == "loss":
            return (1.05 + 0.95 * math.sin(t)) * float(np.sum(gradient * gradient))
        if name == "estimate":
            return (CURVATURES * (1.0 + 0.5 * np.sin(t))).reshape(self.shape)
        raise InputError(f"no sequence has {name!r}: there are loss and estimate")


def _scaled(factor: Callable[[int], float]) -> Callable[[int, np.ndarray], np.ndarray]:
    return lambda t, x: factor(t) * WEIGHTS


def _gaussian(seed: int, scale: float) -> Callable[[int, np.ndarray], np.ndarray]:
    drawn = scale * np.random.default_rng(seed).standard_normal((STEPS, START.size))
    return lambda t, x: drawn[t - 1]


SEQUENCES = {
    one.name: one
    for one in (
        Sequence("zeros", "g = 0", _scaled(lambda t: 0.0)),
        Sequence("constant", "g = 1", _scaled(lambda t: 1.0)),
        Sequence("alternating", "g = 1, -1, 1, ...", _scaled(lambda t: -((-1.0) ** t))),
        Sequence("stops", "g = 1, 0, 0, ...", _scaled(lambda t: float(t == 1))),
        Sequence("vector", "g = 1, -2, 3, 1/2 over and over", _scaled(lambda t: VECTOR[(t - 1) % 4])),
        Sequence("outlier", "g = 1, 1, 1000, 1, 1, ...", _scaled(lambda t: 1000.0 if t == 3 else 1.0)),
        Sequence("counterexample", "g = 4, -1, -1 over and over", _scaled(lambda t: 4.0 if t % 3 == 1 else -1.0)),
        Sequence("quadratic", "g = h x", lambda t, x: CURVATURES * x),
        Sequence("gaussian", "g normal", _gaussian(1, 1.0)),
        Sequence("small", "g normal, times 1e-6", _gaussian(2, 1e-6)),
        Sequence("large", "g normal, times 1e6", _gaussian(3, 1e6)),
    )
}
"""By name, in the order in which they are tried where several show a difference at the same step."""
