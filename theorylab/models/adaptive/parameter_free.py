"""DoG beside SGD and AdaGrad-Norm on f(x) = sum_i scale_i phi(x_i - target_i), with noise: kernel, and its arguments.

Step k = 0, 1, ... sees g_k = grad f(x_k) + noise and makes x_{k+1} = x_k - eta_k g_k (`optimisers.dog`, with factor 1).
DoG: r_k = max(r_0, |x_i - x_0|, i <= k), G_k = sum_{i <= k} |g_i|^2, eta_k = r_k / sqrt(G_k), epsilon = 0; SGD: eta_k =
r_0; AdaGrad-Norm: eta_k = r_0 / sqrt(G_k). After T steps the points x_0, ..., x_{T-1} are averaged, with weights r_k
(DoG) or 1. Noise is normal, or symmetric stable, sigma / sqrt(d) a coordinate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.adaptive.optimisers import adadagrad_norm, dog
from theorylab.numerics.arguments import finite_row, increasing_steps, number, numbers, positive
from theorylab.numerics.jit import inner_kernel, kernel
from theorylab.numerics.streams import Stream, fill_normal, fill_stable, stream
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
DOG, SGD, ADAGRAD = range(3)
RULES = ("DoG", "SGD", "AdaGrad-Norm")
FUNCTIONS = ("square", "absolute")
"""phi(x) = x^2 / 2; |x|, with slope 0 at 0."""
OUTPUTS = ("gap", "last gap", "radius", "squares", "regret", "distance", "weight")


class Problem(NamedTuple):
    """What the kernel sees."""

    rule: int
    function: int
    scales: Floats
    target: Floats
    first: float
    noise: float
    alpha: float
    given: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Descent:
    """A method by name and its `first` (r_0 of DoG, the rate of the others); phi by name; scales, target (d,); noise.

    The start is 0. Scales may have any sign, where only regret is asked for. `gradients` (n, d) are seen in the first n
    steps in place of those of f. Raises InputError for another name, shapes that differ, values that are not finite,
    first <= 0, noise < 0, a stable exponent outside (0, 2].
    """

    rule: str = "DoG"
    function: str = "absolute"
    scales: ArrayLike
    target: ArrayLike
    first: float
    noise: float = 0.0
    alpha: float = 2.0
    gradients: ArrayLike = ()

    def problem(self) -> Problem:
        """As the kernel takes it."""
        for name, value, names in (("rule", self.rule, RULES), ("function", self.function, FUNCTIONS)):
            require(value in names, f"{name}={value!r} is not allowed: give one of {', '.join(map(repr, names))}")
        scales, target = finite_row("scales", self.scales), finite_row("target", self.target)
        require(
            scales.shape == target.shape, f"scales {scales.shape} and target {target.shape}: give one per coordinate"
        )
        require(0 < number("alpha", self.alpha) <= 2, f"alpha={self.alpha} is not allowed: give a number in (0, 2]")
        given = np.empty((0, target.size))
        if np.size(self.gradients):
            given = numbers("gradients", self.gradients)
            fits = given.ndim == 2 and given.shape[1] == target.size
            require(bool(np.isfinite(given).all()), "gradients are not all finite: give finite numbers")
            require(fits, f"gradients {given.shape}: give one row per step, one column per coordinate ({target.size})")
        rule, function = RULES.index(self.rule), FUNCTIONS.index(self.function)
        noise = number("noise", self.noise, least=0.0)
        return Problem(rule, function, scales, target, positive("first", self.first), noise, float(self.alpha), given)


@inner_kernel
def value(p: Problem, x: Floats) -> float:
    """f(x)."""
    total = 0.0
    for i in range(x.size):
        y = x[i] - p.target[i]
        total += p.scales[i] * (0.5 * y * y if p.function == 0 else abs(y))
    return total


@inner_kernel
def sampled_gradient(p: Problem, x: Floats, gradient: Floats, draws: Floats, stream: Stream) -> None:
    """The gradient at x with its noise, in place; `draws` (d,) is scratch."""
    for i in range(x.size):
        y = x[i] - p.target[i]
        slope = y
        if p.function == 1:
            slope = 1.0 if y > 0.0 else (-1.0 if y < 0.0 else 0.0)
        gradient[i] = p.scales[i] * slope
    if p.noise > 0.0:
        if p.alpha == 2.0:
            fill_normal(stream, draws)
        else:
            fill_stable(stream, p.alpha, draws)
        for i in range(x.size):
            gradient[i] += p.noise / math.sqrt(x.size) * draws[i]


@kernel
def path(p: Problem, steps: Integers, stream: Stream) -> Floats:
    """After T = `steps` steps, (7, points): f at the average, f(x_T), r_T, G_{T-1}, sum_{k<T} w_k <g_k, x_k - target>,
    max_{k<=T} |x_k - target|, and sum_{k<T} w_k, weights w_k as in the module. T = 0 is the start itself."""
    d = p.target.size
    out, x, mean, gradient, draws = np.empty((7, steps.size)), np.zeros(d), np.zeros(d), np.empty(d), np.empty(d)
    memory, sums, before = np.zeros((dog.MEMORIES, d)), np.zeros((adadagrad_norm.MEMORIES, d)), np.empty(d)
    method, norm = dog.Method(p.first, 0.0, 1.0), adadagrad_norm.Method(p.first, 0.0, 1.0)
    dog.start(method, x, memory)
    radius, squares, regret, furthest, weights, t = p.first, 0.0, 0.0, 0.0, 0.0, 0
    for i in range(d):
        furthest += p.target[i] * p.target[i]
    furthest = math.sqrt(furthest)
    for j in range(steps.size):
        while t < steps[j]:
            sampled_gradient(p, x, gradient, draws, stream)
            if t < p.given.shape[0]:
                gradient[:] = p.given[t]
            weight = radius if p.rule == DOG else 1.0
            weights += weight
            for i in range(d):
                regret += weight * gradient[i] * (x[i] - p.target[i])
                squares += gradient[i] * gradient[i]
                mean[i] += weight / weights * (x[i] - mean[i])
                before[i] = x[i]
            t += 1
            if p.rule == DOG:
                dog.step(method, t, x, gradient, memory)
            elif p.rule == ADAGRAD:
                adadagrad_norm.step(norm, t, x, gradient, sums)
            else:
                for i in range(d):
                    x[i] -= p.first * gradient[i]
            from_start, from_target = 0.0, 0.0
            for i in range(d):
                from_start += x[i] * x[i]
                from_target += (x[i] - p.target[i]) * (x[i] - p.target[i])
            radius, furthest = max(radius, math.sqrt(from_start)), max(furthest, math.sqrt(from_target))
        out[0, j], out[1, j], out[2, j], out[3, j] = value(p, mean), value(p, x), radius, squares
        out[4, j], out[5, j], out[6, j] = regret, furthest, weights
    return out


def simulated(descent: Descent, steps: ArrayLike, *, replicas: int, seed: int) -> dict[str, Curve]:
    """Simulated curves of OUTPUTS, steps >= 1."""
    rows = increasing_steps(steps, least=1)
    return replicate(path, descent.problem(), rows, x=rows, replicas=replicas, seed=seed, names=OUTPUTS)


def noiseless(descent: Descent, steps: ArrayLike) -> dict[str, Floats]:
    """Rows (points,) of OUTPUTS of the one run without noise. Raises InputError where there is noise."""
    rows = increasing_steps(steps, least=1)
    require(descent.noise == 0, f"noise={descent.noise}: simulate it, or set it to 0")
    return dict(zip(OUTPUTS, path(descent.problem(), rows, stream(0, 0)), strict=True))
