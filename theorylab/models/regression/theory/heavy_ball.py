"""The stochastic heavy ball with momentum m: v' = m v + h_t g, e' = e - v', from v = 0; SGD is m = 0.

That is e' = (1 + m - h l) e - m e_before + h * noise per direction, from e_before = e_0, so that second moments are
3-state blocks (E e^2, E e e_before, E e_before^2). Steps come in stages: constant inside a stage, momentum and v are
kept from stage to stage. Additive noise couples no directions: a stage of any length is leapt over in powers of 2x2
matrices. Every other design makes its steps one by one. Derived here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.regression import scheduled
from theorylab.models.regression.model import ADDITIVE, Acceleration, LeastSquares
from theorylab.models.regression.theory.additive import leap, pairs
from theorylab.models.regression.theory.recursions import risk_of
from theorylab.models.regression.theory.scheduled import coefficients, valid_schedule
from theorylab.numerics.arguments import MAX_STEPS, finite_row, increasing_steps, number, whole

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stages:
    """A piecewise constant schedule: step sizes (stages,) >= 0, and how many steps each stage has.

    Raises InputError for sizes that are not finite and >= 0, or lengths that are not one integer >= 1 per stage.
    """

    step_sizes: tuple[float, ...]
    lengths: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes = finite_row("step_sizes", self.step_sizes)
        require(bool((sizes >= 0).all()), f"step_sizes holds {sizes.min():g}: give sizes >= 0")
        require(
            len(self.lengths) == sizes.size,
            f"{sizes.size} stages with {len(self.lengths)} lengths: give one length per stage",
        )
        for length in self.lengths:
            whole("length", length, most=MAX_STEPS)

    @classmethod
    def step_decay(cls, step_size: float, factor: float, steps: int, condition: float) -> Stages:
        """Step decay: n = floor(log_C(T sqrt kappa)) stages of floor(T / n) steps, the size divided by C after each.

        C = `factor` > 1, T = `steps`, kappa = `condition` >= 1. As recalled of Pan et al.; the remainder of T / n is
        dropped. Raises InputError for other arguments, or a T that is too short for its stages.
        """
        number("factor", factor, above=1.0)
        number("condition", condition, least=1.0)
        whole("steps", steps, most=MAX_STEPS)
        count = max(int(math.log(steps * condition**0.5) / math.log(factor) + 1e-12), 1)
        require(steps >= count, f"steps={steps} is not allowed: {count} stages need a step each")
        return cls(tuple(step_size * factor**-k for k in range(count)), (steps // count,) * count)

    @property
    def steps(self) -> int:
        """Steps of all stages together."""
        return sum(self.lengths)

    def each(self) -> Floats:
        """The step size of every step, (steps,)."""
        return np.repeat(self.step_sizes, self.lengths)


def heavy_ball_risk(problem: LeastSquares, step_sizes: ArrayLike, momentum: float, steps: ArrayLike) -> Floats:
    """Expected excess risk of the heavy ball after each number of `steps`, (points,). Raises as the moments.
    Derived: tests/models/regression/test_scheduled.py::test_heavy_ball_is_the_method_as_written_in_full_matrices.
    """
    return risk_of(problem, heavy_ball_moments(problem, step_sizes, momentum, steps))


def heavy_ball_moments(problem: LeastSquares, step_sizes: ArrayLike, momentum: float, steps: ArrayLike) -> Floats:
    """E e_{t,i}^2 of the heavy ball with a step size for every step, by its steps, (points, d).
    Derived: tests/models/regression/test_scheduled.py::test_heavy_ball_is_the_method_as_written_in_full_matrices.

    Any design, any sizes >= 0. Raises InputError for a momentum outside [0, 1), sizes that are not one per step.
    """
    points, memory = increasing_steps(steps), valid_momentum(momentum)
    sizes = valid_schedule("step_sizes", step_sizes, points)
    return np.asarray(scheduled.accelerated(coefficients(problem), np.zeros_like(sizes), sizes, memory, points)[1])


def staged_risk(problem: LeastSquares, stages: Stages, momentum: float) -> Floats:
    """Expected excess risk of the heavy ball at the end of every stage, (stages,); additive noise, any lengths.
    Derived: tests/models/regression/test_scheduled.py::test_stages_are_leapt_over_as_their_steps_are_made.
    """
    return risk_of(problem, staged_moments(problem, stages, momentum))


def staged_moments(problem: LeastSquares, stages: Stages, momentum: float) -> Floats:
    """E e_i^2 of the heavy ball at the end of every stage, (stages, d); additive noise, lengths up to 2^53.
    Derived: tests/models/regression/test_scheduled.py::test_stages_are_leapt_over_as_their_steps_are_made.

    The pair z = (e_before, e - e_before) follows z' = A z + (0, h) noise: its mean is multiplied by A^K in a stage of
    K steps, its covariance C becomes A^K C A^K' + V_K. Raises InputError for noise that depends on the iterate, or a
    momentum outside [0, 1).
    """
    require(
        problem.design in ADDITIVE,
        f"the noise of design={problem.design!r} depends on the iterate: give one of {', '.join(ADDITIVE)}, or ask "
        "heavy_ball_moments",
    )
    maps = _stage_maps(problem, stages, valid_momentum(momentum))
    mean = np.stack([problem.error0, np.zeros(problem.dimension)], axis=1)[:, :, None]
    covariance, out = np.zeros((problem.dimension, 2, 2)), []
    for power, fresh in maps:
        mean = power @ mean
        covariance = power @ covariance @ power.transpose(0, 2, 1) + fresh
        out.append(mean.sum(axis=(1, 2)) ** 2 + covariance.sum(axis=(1, 2)))
    return np.array(out)


def _stage_maps(problem: LeastSquares, stages: Stages, memory: float) -> list[tuple[Floats, Floats]]:
    """Per stage its A^K and V_K, (d, 2, 2) both; stages of one length are leapt over together."""
    sizes, lengths = np.array(stages.step_sizes), np.array(stages.lengths)
    maps: dict[int, tuple[Floats, Floats]] = {}
    for length in np.unique(lengths):
        members = np.flatnonzero(lengths == length)
        ways = [pairs(problem, 0.0, size, memory) for size in sizes[members]]
        power, fresh = leap(
            np.concatenate([way[0] for way in ways]), np.concatenate([way[1] for way in ways]), int(length)
        )
        shape = (members.size, problem.dimension, 2, 2)
        maps |= dict(zip(members.tolist(), zip(power.reshape(shape), fresh.reshape(shape), strict=True), strict=True))
    return [maps[k] for k in range(sizes.size)]


def heavy_ball_modulus(scaled: Any, momentum: Any) -> Any:
    """Modulus per step of the heavy ball's mean error where step_size * eigenvalue = `scaled`, floats or arrays.
    Derived: tests/models/regression/test_scheduled.py::test_modulus_is_the_spectral_radius_of_a_mode.

    The larger root of x^2 - (1 + m - scaled) x + m: sqrt m for (1 - sqrt m)^2 <= scaled <= (1 + sqrt m)^2.
    """
    half = (1 + momentum - scaled) / 2
    inside = np.maximum(half**2 - momentum, 0.0)
    return np.where(inside > 0, np.abs(half) + np.sqrt(inside), np.sqrt(momentum))


def descent_floor(condition: Any, steps: Any) -> Any:
    """Least share (1 - 2/kappa)^(2T) of its square that gradient descent leaves of the slowest error after T steps.
    Derived: tests/models/regression/test_scheduled.py::test_descent_floor_is_the_longest_step_made_over_and_over.

    For any steps in [0, 2/L] and kappa = L / mu >= 2; the noise of SGD adds to it.
    """
    return (1 - 2 / condition) ** (2 * steps)


def step_decay_noise_leading(noise: Any, eigenvalue: Any, last_speed: Any, factor: Any, stage_length: Any) -> Any:
    """Risk that noise leaves in a direction after step decay in long stages, whatever the momentum; floats or arrays.
    Derived: tests/models/regression/test_scheduled.py::test_noise_after_step_decay_is_an_integral_over_stages.

    n / l exp(2 a / (C - 1)) ((C - 1)^2 / (4 C ln C) - a^2 / (C^2 - 1)) / (2 K): n the variance of the gradient's noise,
    C the factor, K the steps of a stage, a = K h l / (1 - m) the speed of the last one. A stage of speed a leaves
    a (1 - exp(-2 a)) / 2 of n / (l^2 K), multiplied by exp(-2 a / (C - 1)) if stages a / C, a / C^2, ... follow. Their
    sum over a C^k is an integral, up to 1e-5 for C <= 2 and 1% for C <= 4; the two terms in the last speed are for the
    stages that are not made any more. Leading: slow stages, K (1 - m) >> 1, and a << 1.
    """
    whole_sum = (factor - 1) ** 2 / (4 * factor * np.log(factor))
    unmade = last_speed**2 / (factor**2 - 1)
    return noise / eigenvalue * np.exp(2 * last_speed / (factor - 1)) * (whole_sum - unmade) / (2 * stage_length)


def chebyshev_steps(smallest: float, largest: float, count: int) -> Floats:
    """The step sizes (count,) that make gradient descent's worst factor on [mu, L] least: 1 / the Chebyshev nodes.
    Derived: tests/models/regression/test_scheduled.py::test_chebyshev_steps_reach_the_chebyshev_polynomial.
    """
    nodes = np.cos((2 * np.arange(count) + 1) * np.pi / (2 * count))
    return np.asarray(2 / (largest + smallest + (largest - smallest) * nodes))


def valid_momentum(momentum: float) -> float:
    """`momentum` as a float in [0, 1); InputError otherwise."""
    return Acceleration.heavy_ball(1.0, momentum).memory
