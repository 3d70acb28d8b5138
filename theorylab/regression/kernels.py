"""Simulation of what `theory` computes: one call is one run of SGD with all its averages.

Same conventions as `model` and `theory`: step t uses the gradient at e_t, averages after N steps hold e_0..e_{N-1}.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.jit import kernel
from theorylab.regression import theory
from theorylab.regression.model import Data, LeastSquares
from theorylab.replicas import Curve, replicate
from theorylab.streams import Stream, fill_normal, fill_uniform

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OUTPUTS = ("last", "ema", "average", "tail")


@kernel
def observe(weights: Floats, power: int, scale: float, error: Floats) -> float:
    """1/2 sum_i weights_i (scale e_i)^2 for power 2, sum_i weights_i scale e_i for power 1; inf if not a number."""
    total = 0.0
    if power == 2:
        for i in range(error.size):
            total += weights[i] * error[i] * error[i]
        total *= 0.5 * scale * scale
    else:
        for i in range(error.size):
            total += weights[i] * error[i]
        total *= scale
    return math.inf if math.isnan(total) else total


@kernel
def paths(
    data: Data,
    step_size: float,
    ema_decay: float,
    starts: Integers,
    steps: Integers,
    weights: Floats,
    power: int,
    stream: Stream,
) -> Floats:
    """Observables (4, points) of the last iterate, the EMA, the average from 0, and from starts[k], at each steps[k]."""
    d = data.error0.size
    error = data.error0.copy()
    mean = data.error0.copy()
    total = np.zeros(d)
    before = np.zeros((steps.size, d))
    gradient = np.empty(d)
    normals = np.empty(d + 1)
    choice = np.empty(1)
    out = np.empty((4, steps.size))
    rate = step_size / data.batch
    begun = 0
    done = 0
    t = 0
    while True:
        while begun < steps.size and starts[begun] == t:
            before[begun] = total
            begun += 1
        if t == steps[done]:
            out[0, done] = observe(weights, power, 1.0, error)
            out[1, done] = observe(weights, power, 1.0, mean)
            out[2, done] = observe(weights, power, 1.0 / t, total)
            for i in range(d):
                gradient[i] = total[i] - before[done, i]
            out[3, done] = observe(weights, power, 1.0 / (t - starts[done]), gradient)
            done += 1
            if done == steps.size:
                return out
        gradient[:] = 0.0
        for _ in range(data.batch):
            if data.one_hot:
                fill_uniform(stream, choice)
                feature = np.searchsorted(data.cumulative, choice[0], side="right")
                fill_normal(stream, normals[:1])
                if feature < d:
                    gradient[feature] += data.noise_std * normals[0] - error[feature]
            else:
                fill_normal(stream, normals)
                residual = data.noise_std * normals[d]
                for i in range(d):
                    residual -= data.scales[i] * normals[i] * error[i]
                for i in range(d):
                    gradient[i] += residual * data.scales[i] * normals[i]
        for i in range(d):
            e = error[i]
            mean[i] = ema_decay * mean[i] + (1.0 - ema_decay) * e
            total[i] += e
            error[i] = e + rate * gradient[i]
        t += 1


def simulate(
    problem: LeastSquares,
    step_size: float,
    ema_decay: float,
    steps: ArrayLike,
    *,
    start: ArrayLike = 0,
    replicas: int,
    seed: int,
    weights: ArrayLike | None = None,
    power: int = 2,
    allow_unstable: bool = False,
) -> dict[str, Curve]:
    """Curves 'last', 'ema', 'average' (from 0) and 'tail' (from `start`) of SGD, from the same runs.

    By default excess risks; `weights` (d,) replace the eigenvalues in 1/2 sum_i weights_i e_i^2, and power=1 gives
    the linear observable sum_i weights_i e_i instead. Arguments and errors as in `theory`; steps start at 1.
    """
    steps = theory.increasing_steps(steps)
    require(steps[0] >= 1, "steps must start at 1: an average over no iterate is not defined")
    starts = theory.averaging_starts(start, steps)
    theory.valid_step_size(problem, step_size, allow_unstable)
    theory.valid_decay(ema_decay)
    chosen = np.ascontiguousarray(problem.eigenvalues if weights is None else weights, dtype=float)
    require(
        chosen.shape == (problem.dimension,) and np.isfinite(chosen).all(),
        f"weights of shape {chosen.shape} are not allowed: give {problem.dimension} finite numbers",
    )
    require(power in (1, 2), f"power={power} is not allowed: give 2 (quadratic) or 1 (linear)")
    return replicate(
        paths, problem.data(), float(step_size), float(ema_decay), starts, steps, chosen, power,
        x=steps, replicas=replicas, seed=seed, names=OUTPUTS, keep_diverged=allow_unstable,
    )  # fmt: skip
