"""Scalar AdaGrad (AdaGrad-Norm) on f(w) = sum_i scale_i phi(w_i), with noise: kernel, and validated arguments.

Step t = 1, 2, ... sees g_t = (1 + a s_t) grad f(w_t) + noise, S_t = gamma^2 + sum_{r <= t} |g_r|^2, and makes w_{t+1} =
w_t - eta g_t / sqrt(S_t): S_t holds the gradient of today. s_t is a fair sign, so that |g - grad f|^2 = a^2 |grad f|^2;
additive noise has mean square sigma^2 in all: independent normals, or signs (|noise| = sigma exactly), of standard
deviation sigma / sqrt(d) a coordinate, or sigma / sqrt(d) times symmetric stable numbers of exponent alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve, exact
from theorylab.errors import require
from theorylab.models.adaptive.optimisers.rules import adagrad_norm_step
from theorylab.numerics.arguments import finite_row, increasing_steps, number, positive, positive_row
from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.streams import Stream, fill_normal, fill_signs, fill_stable, stream
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FUNCTIONS = ("square", "ratio", "cosine", "log cosh")
"""phi(x) = x^2 / 2; x^2 / (1 + x^2); 1 - cos x; log cosh x."""
CURVATURES = (1.0, 2.0, 1.0, 1.0)
"""Largest |phi''|."""
NOISES = ("normal", "signs", "stable")
OUTPUTS = ("gradient", "sum", "loss", "distance")
UNIT = 2.0**-53


class Problem(NamedTuple):
    """What the kernel sees."""

    function: int
    scales: Floats
    start: Floats
    step_size: float
    gamma: float
    additive: float
    multiplicative: float
    noise: int
    alpha: float


@dataclass(frozen=True, eq=False, kw_only=True)
class ScalarAdaGrad:
    """A problem: phi by name, scales (d,) > 0, start (d,), step size eta > 0, gamma > 0, and the noise.

    Raises InputError for another name, shapes that differ, values that are not finite or of the wrong sign, a stable
    exponent outside (0, 2].
    """

    function: str = "square"
    scales: ArrayLike
    start: ArrayLike
    step_size: float
    gamma: float = 0.1
    additive: float = 0.0
    multiplicative: float = 0.0
    noise: str = "signs"
    alpha: float = 2.0

    def problem(self) -> Problem:
        """As the kernel takes it."""
        for name, value, names in (("function", self.function, FUNCTIONS), ("noise", self.noise, NOISES)):
            require(value in names, f"{name}={value!r} is not allowed: give one of {', '.join(map(repr, names))}")
        scales, start = positive_row("scales", self.scales), finite_row("start", self.start)
        require(
            scales.shape == start.shape, f"scales {scales.shape} and start {start.shape} do not fit: one per coordinate"
        )
        require(0 < number("alpha", self.alpha) <= 2, f"alpha={self.alpha} is not allowed: give a number in (0, 2]")
        return Problem(
            FUNCTIONS.index(self.function), scales, start, positive("step_size", self.step_size),
            positive("gamma", self.gamma), number("additive", self.additive, least=0.0),
            number("multiplicative", self.multiplicative, least=0.0), NOISES.index(self.noise), float(self.alpha),
        )  # fmt: skip

    @property
    def smoothness(self) -> float:
        """Lipschitz constant of the gradient."""
        return CURVATURES[FUNCTIONS.index(self.function)] * float(np.max(self.scales))

    @property
    def gap(self) -> float:
        """f(start), the minimum being 0."""
        p = self.problem()
        return math.fsum(c * value_and_slope(p.function, x)[0] for c, x in zip(p.scales, p.start, strict=True))


@inner_kernel
def value_and_slope(function: int, x: float) -> tuple[float, float]:
    """phi(x) and its derivative."""
    if function == 0:
        return 0.5 * x * x, x
    if function == 1:
        return x * x / (1.0 + x * x), 2.0 * x / ((1.0 + x * x) * (1.0 + x * x))
    if function == 2:
        return 1.0 - math.cos(x), math.sin(x)
    size = abs(x)
    return size + math.log1p(math.exp(-2.0 * size)) - math.log(2.0), math.tanh(x)


@inner_kernel
def add_noise(p: Problem, gradient: Floats, draws: Floats, sign: Floats, stream: Stream) -> None:
    """Add the noise of a step to the gradient, (d,); `draws` (d,) and `sign` (1,) are scratch."""
    if p.multiplicative > 0.0:
        fill_signs(stream, sign)
        for i in range(gradient.size):
            gradient[i] *= 1.0 + p.multiplicative * sign[0]
    if p.additive > 0.0:
        if p.noise == 0:
            fill_normal(stream, draws)
        elif p.noise == 1:
            fill_signs(stream, draws)
        else:
            fill_stable(stream, p.alpha, draws)
        for i in range(gradient.size):
            gradient[i] += p.additive / math.sqrt(gradient.size) * draws[i]


@kernel
def norm_path(p: Problem, steps: Integers, stream: Stream) -> Floats:
    """After T = `steps` steps, (4, points): mean of |grad f(w_t)|^2, t <= T; S_T; mean of f(w_t); largest |w_t|^2.

    The largest distance is that of w_1, ..., w_{T+1}.
    """
    d = p.start.size
    out, w, gradient, draws, sign = np.empty((4, steps.size)), p.start.copy(), np.empty(d), np.empty(d), np.empty(1)
    total, squares, losses, furthest, t = p.gamma * p.gamma, 0.0, 0.0, 0.0, 0
    for i in range(d):
        furthest += w[i] * w[i]
    for j in range(steps.size):
        while t < steps[j]:
            for i in range(d):
                value, slope = value_and_slope(p.function, w[i])
                losses += p.scales[i] * value
                gradient[i] = p.scales[i] * slope
                squares += gradient[i] * gradient[i]
            add_noise(p, gradient, draws, sign, stream)
            norm = 0.0
            for i in range(d):
                norm += gradient[i] * gradient[i]
            total, over_root = adagrad_norm_step(total, norm)
            distance = 0.0
            for i in range(d):
                w[i] -= p.step_size * over_root * gradient[i]
                distance += w[i] * w[i]
            furthest = max(furthest, distance)
            t += 1
        out[0, j], out[1, j], out[2, j], out[3, j] = squares / t, total, losses / t, furthest
    return out


def noiseless(problem: ScalarAdaGrad, steps: ArrayLike) -> dict[str, Curve]:
    """Deterministic curves 'gradient', 'sum', 'loss' and 'distance' of `norm_path`, steps >= 1.

    Their rounding is that of sums of T positive terms, of these iterates: that floats step next to the exact
    iteration is no matter, where a statement is about every path of that kind. Raises InputError for noise.
    """
    p, rows = problem.problem(), increasing_steps(steps, least=1)
    require(p.additive == 0 and p.multiplicative == 0, "the problem has noise: simulate it, or set both kinds to 0")
    found = norm_path(p, rows, stream(0, 0))
    bound = (rows + 4 * p.start.size + 16) * 2 * UNIT
    return {name: exact(rows, row, bound) for name, row in zip(OUTPUTS, found, strict=True)}


def noisy(problem: ScalarAdaGrad, steps: ArrayLike, *, replicas: int, seed: int) -> dict[str, Curve]:
    """Simulated curves 'gradient', 'sum', 'loss' and 'distance' of `norm_path`, steps >= 1."""
    rows = increasing_steps(steps, least=1)
    return replicate(norm_path, problem.problem(), rows, x=rows, replicas=replicas, seed=seed, names=OUTPUTS)


def telescoped(squared_norms: ArrayLike, gamma: float, *, before: bool = False) -> Floats:
    """Sums over t of q_t / S_t and q_t / sqrt(S_t), and S_T, (3, ...), squared norms q (..., T), S_t as in the module.

    `before` divides by S_{t-1}, without the gradient of today. Raises InputError for negative or infinite squares.
    """
    given = np.asarray(squared_norms, dtype=float)
    require(
        given.ndim >= 1 and np.isfinite(given).all() and (given >= 0).all(), "squared norms: give finite numbers >= 0"
    )
    sums = positive("gamma", gamma) ** 2 + np.cumsum(given, axis=-1)
    under = sums - given if before else sums
    return np.stack([(given / under).sum(axis=-1), (given / under**0.5).sum(axis=-1), sums[..., -1]])
