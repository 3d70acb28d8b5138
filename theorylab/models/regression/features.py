"""Power-law random features: a linear student on W^T x learns a target on x, drawn from power laws.

x in R^v has independent components j^-alpha N(0, 1), the target is <x, b> with b_j = j^-beta and no label noise, W (v,
d) has independent entries N(0, 1/d), the student is <W^T x, theta> from theta = 0. Given W all is Gaussian, so that
what the best student misses is independent of the features: it is label noise. In the eigenbasis of W^T diag(j^-2
alpha) W the student is `model.LeastSquares` with Gaussian data, noise_std^2 = the misfit, error0 = -(coordinates of
the best student). The loss E (<W^T x, theta> - <x, b>)^2 is misfit + 2 risk; a step g summed over a batch of B is the
step size g B there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.arguments import increasing_steps, number, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal, generator
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Draw(NamedTuple):
    """What a kernel sees of features: standard deviations of x (v,), the target (v,), W (v, d), the batch."""

    scales: Floats
    target: Floats
    mixing: Floats
    batch: int


@dataclass(frozen=True)
class PowerLaw:
    """Sizes and exponents: v inputs, d < v features, alpha > 0 of the data, beta of the target.

    Raises InputError for sizes that are not integers with 1 <= d < v, an alpha that is not > 0, a beta that is not
    finite.
    """

    inputs: int
    features: int
    alpha: float
    beta: float

    def __post_init__(self) -> None:
        whole("inputs", self.inputs)
        whole("features", self.features)
        require(
            self.features < self.inputs,
            f"features={self.features} of inputs={self.inputs} is not allowed: give fewer features than inputs",
        )
        positive("alpha", self.alpha)
        number("beta", self.beta)

    @property
    def spectrum(self) -> Floats:
        """Variances of the inputs, j^(-2 alpha), (v,)."""
        return np.arange(1.0, self.inputs + 1) ** (-2 * self.alpha)

    @property
    def target(self) -> Floats:
        """The target b_j = j^-beta, (v,)."""
        return np.arange(1.0, self.inputs + 1) ** -self.beta

    @property
    def first_loss(self) -> float:
        """E <x, b>^2, the loss at theta = 0."""
        return float(self.spectrum @ self.target**2)

    def draw(self, seed: int, batch: int = 1) -> Draw:
        """Features number 0 of a seed."""
        mixing = generator(seed).normal(size=(self.inputs, self.features)) / self.features**0.5
        return Draw(self.spectrum**0.5, self.target, mixing, whole("batch", batch))


def least_squares(draw: Draw) -> LeastSquares:
    """The student's problem given W: Gaussian data, the best student's misfit as label noise."""
    root = draw.scales[:, None] * draw.mixing
    left, values, _ = np.linalg.svd(root, full_matrices=False)
    wanted = draw.scales * draw.target
    seen = left.T @ wanted
    missed = wanted - left @ seen
    return LeastSquares(values**2, -seen / values, float(np.sqrt(missed @ missed)), batch=draw.batch)


@kernel
def feature_paths(draw: Draw, step_size: float, steps: Integers, stream: Stream) -> Floats:
    """Losses (points,) after each of `steps` steps theta' = theta - g sum_b W^T x_b (<W^T x_b, theta> - <x_b, b>)."""
    scales, target, mixing, batch = draw
    v, d = mixing.shape
    theta, gradient, feature, x = np.zeros(d), np.empty(d), np.empty(d), np.empty(v)
    out = np.empty(steps.size)
    done, t = 0, 0
    while True:
        if t == steps[done]:
            loss = 0.0
            for j in range(v):
                guess = 0.0
                for k in range(d):
                    guess += mixing[j, k] * theta[k]
                loss += (scales[j] * (guess - target[j])) ** 2
            out[done] = loss
            done += 1
            if done == steps.size:
                return out
        gradient[:] = 0.0
        for _ in range(batch):
            fill_normal(stream, x)
            feature[:] = 0.0
            residual = 0.0
            for j in range(v):
                xj = scales[j] * x[j]
                residual -= xj * target[j]
                for k in range(d):
                    feature[k] += xj * mixing[j, k]
            for k in range(d):
                residual += feature[k] * theta[k]
            for k in range(d):
                gradient[k] += residual * feature[k]
        for k in range(d):
            theta[k] -= step_size * gradient[k]
        t += 1


def simulate_features(draw: Draw, step_size: float, steps: ArrayLike, *, replicas: int, seed: int) -> Curve:
    """Curve of the losses of SGD on the features, with the step g summed over the batch; a run that diverges is kept.

    Raises InputError for a step size that is not > 0, or steps that are not increasing integers >= 0.
    """
    points = increasing_steps(steps)
    return replicate(
        feature_paths, draw, positive("step_size", step_size), points,
        x=points, replicas=replicas, seed=seed, keep_diverged=True,
    )  # fmt: skip
