"""SGD and its EMA over short horizons in ball arithmetic: rounding of the compiled recursions, variance, the band.

Conventions of `model` and `moments`. Eigenvalues, step sizes and decays are the binary numbers that the floats are;
coefficients and moments follow from them in balls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from flint import arb

from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.balls import square, upper
from theorylab.numerics.proofs import Certificate, by_bisection, by_points

HORIZON = 200
"""Steps of the recursions."""
DIMENSION = 10
ONE_DIRECTION = 8
"""Steps of the certificate on a box of step sizes and decays."""


def certificates() -> list[Certificate]:
    """Certificates of the float recursions, of claims about EMA, and the rivals of these claims."""
    problems = {
        "gaussian": LeastSquares.power_law(DIMENSION, 2.0, start=1.0, noise_std=0.5),
        "gaussian, batch 4": LeastSquares.power_law(DIMENSION, 1.5, start=1.0, noise_std=0.5, batch=4),
        "one-hot": LeastSquares.power_law(DIMENSION, 2.0, start=1.0, noise_std=0.5, design="one-hot"),
    }
    found = [float_error(name, problem, 1.0) for name, problem in problems.items()]
    found += [float_error("gaussian", problems["gaussian"], 1e-6, "refuted")]
    found += [ema_variance(0.0), ema_variance(10.0, "refuted")]
    found += [ema_variance_on_a_box(0), ema_variance_on_a_box(1, "refuted")]
    found += [effective_dimension_band(1, 1), effective_dimension_band(3, 1, "refuted")]
    return [*found, effective_dimension_band(1, 3, "refuted")]


class Moments(NamedTuple):
    """Second moments after a number of steps, a ball per direction."""

    last: list[arb]
    """E e_i^2 of the iterate."""
    ema: list[arb]
    """E m_i^2 of its exponential moving average."""


@dataclass(frozen=True)
class _Direction:
    """Coefficients of one direction, as `theory.recursion`, in balls."""

    eigenvalue: arb
    keep: arb
    gain: arb
    contraction: arb


def moments(problem: LeastSquares, step_size: float, ema_decay: float, steps: int) -> list[Moments]:
    """Enclosures of the exact second moments after 0, ..., steps steps; one `Moments` each."""
    step, a = arb(step_size), arb(ema_decay)
    directions = [_direction(problem, step, arb(float(x))) for x in problem.eigenvalues]
    feedback = 1 if problem.design == "gaussian" else 0
    noise = square(arb(problem.noise_std))
    c = [square(arb(float(x))) for x in problem.error0]
    p, v = list(c), list(c)
    out = [Moments(c, v)]
    for _ in range(steps):
        fed = feedback * sum((r.eigenvalue * x for r, x in zip(directions, c, strict=True)), arb(0)) + noise
        b = 1 - a
        v = [a * a * z + 2 * a * b * y + b * b * x for x, y, z in zip(c, p, v, strict=True)]
        p = [r.contraction * (a * y + b * x) for r, x, y in zip(directions, c, p, strict=True)]
        c = [r.keep * x + r.gain * fed for r, x in zip(directions, c, strict=True)]
        out.append(Moments(c, v))
    return out


def _direction(problem: LeastSquares, step: arb, eigenvalue: arb) -> _Direction:
    contraction = 1 - step * eigenvalue
    shared = square(step) / problem.batch
    spread = {"gaussian": square(eigenvalue), "one-hot": eigenvalue * (1 - eigenvalue)}.get(problem.design, arb(0))
    gain = shared if problem.design == "isotropic" else shared * eigenvalue
    return _Direction(eigenvalue, square(contraction) + shared * spread, gain, contraction)


def step_size_of(problem: LeastSquares) -> float:
    """A step size below 1/(6 trace), as the studies use it."""
    return float(np.nextafter(1 / (6 * problem.trace), 0.0)) * (1 - 2.0**-20)


def float_error(name: str, problem: LeastSquares, share: float, declared: str = "certified") -> Certificate:
    """|float - exact| / exact <= share x `theory.relative_rounding`, of last iterate and EMA, at every step."""
    step_size, decay, steps = step_size_of(problem), 31 / 32, np.arange(1, HORIZON + 1)
    floats = {
        "last": theory.sgd_moments(problem, step_size, steps),
        "ema": theory.ema_moments(problem, step_size, decay, steps),
    }
    bounds = share * theory.relative_rounding(problem, step_size, steps)
    exact = moments(problem, step_size, decay, HORIZON)
    margins, largest = [], 0.0
    for k, step in enumerate(steps):
        for road, values in floats.items():
            for value, truth in zip(values[k], getattr(exact[step], road), strict=True):
                error = abs(arb(float(value)) / truth - 1)
                margins.append(arb(float(bounds[k])) - error)
                largest = max(largest, upper(error / arb(float(bounds[k]))))
    words = "relative_rounding" if share == 1 else f"{share:g} relative_rounding"
    return by_points(
        f"{name}: |float - exact| <= {words} exact, of last iterate and EMA",
        f"d = {problem.dimension}, t = 1..{HORIZON}, step size {step_size:.6g}, decay {decay:g}",
        margins,
        declared=declared,
        note=f"the largest error is {largest:.2g} of the bound",
    )


def ema_variance(start: float, declared: str = "certified") -> Certificate:
    """E m_i^2 <= E e_i^2 in every direction at every step, from one start in every direction."""
    problem = LeastSquares.power_law(DIMENSION, 2.0, start=start, noise_std=1.0)
    margins = []
    for decay in (0.5, 0.9, 0.99):
        path = moments(problem, step_size_of(problem), decay, HORIZON)[1:]
        margins += [1 - v / c for now in path for c, v in zip(now.last, now.ema, strict=True)]
    words = "variance" if start == 0 else f"second moment from start {start:g}"
    return by_points(
        f"{words} of EMA <= of last iterate, every direction",
        f"Gaussian, d = {DIMENSION}, N = 1..{HORIZON}, decays 0.5, 0.9, 0.99",
        margins,
        declared=declared,
        note="slack of the ratio",
    )


def ema_variance_on_a_box(start: int, declared: str = "certified") -> Certificate:
    """E m_N^2 <= E e_N^2 in one Gaussian direction for all step sizes and decays on a box, N = 1..ONE_DIRECTION.

    l = step size x eigenvalue; moments in units of step size^2 x eigenvalue x sigma^2, or of the start squared where
    there is no noise (start = 1).
    """

    def margin(l: arb, a: arb) -> arb:  # noqa: E741
        b, q = 1 - a, 1 - l
        keep = square(q) + 2 * square(l)
        c = p = v = arb(start)
        rooms = []
        for _ in range(ONE_DIRECTION):
            v = square(a) * v + 2 * a * b * p + square(b) * c
            p = q * (a * p + b * c)
            c = keep * c + (1 - start)
            rooms.append(c - v)
        least = rooms[0]
        for room in rooms[1:]:
            least = least.min(room)
        return least

    words = "second moment without noise" if start else "variance"
    return by_bisection(
        f"one direction: {words} of EMA <= of last iterate, N = 1..{ONE_DIRECTION}",
        ["step size x eigenvalue", "decay"],
        [(0.0, 0.625), (0.0, 1.0)],
        margin,
        declared=declared,
    )


def effective_dimension_band(low_times: int, high_over: int, declared: str = "certified") -> Certificate:
    """low <= variance risk of EMA / (sigma^2/2 D) <= high of `theory.effective_dimension_band`, exactly D.

    The rivals take low_times as much, or the high end divided by high_over.
    """
    margins = []
    for exponent in (1.5, 2.0, 3.0):
        problem = LeastSquares.power_law(DIMENSION, exponent, start=0.0, noise_std=1.0)
        step_size = step_size_of(problem)
        lam = [arb(float(x)) for x in problem.eigenvalues]
        trace_step = arb(step_size) * sum(lam, arb(0))
        for decay, steps in ((15 / 16, 128), (31 / 32, 160), (31 / 32, 192)):  # N (1-a) = 8, 5 and 6, exactly
            averaged = steps * (1 - arb(decay))
            ema = moments(problem, step_size, decay, steps)[-1].ema
            risk = sum((x * y for x, y in zip(lam, ema, strict=True)), arb(0))  # twice it, over sigma^2
            ratio = risk / _dimension([arb(step_size) * x for x in lam], 1 - arb(decay), steps)
            decayed = (1 + 2 * averaged + 2 * square(averaged)) * (-2 * averaged).exp()
            low, high = (1 - decayed) / 4, 1 / (1 - trace_step / (2 * (1 - trace_step)))
            margins += [ratio - low_times * low, high / high_over - ratio]
    ends = f"{'' if low_times == 1 else f'{low_times} '}low", f"high{'' if high_over == 1 else f'/{high_over}'}"
    return by_points(
        f"{ends[0]} <= variance risk of EMA / (sigma^2/2 D) <= {ends[1]}, D the effective dimension",
        f"Gaussian, d = {DIMENSION}, exponents 1.5, 2, 3, (N, N(1-a)) = (128, 8), (160, 5), (192, 6)",
        margins,
        declared=declared,
        note="slack of the ratio",
    )


def _dimension(scaled: list[arb], rate: arb, steps: int) -> arb:
    """`theory.effective_dimension` in balls; nan where a direction lies on the border of two cases."""
    total = arb(0)
    for l in scaled:  # noqa: E741
        if l >= rate:
            total += rate
        elif l < rate and l * steps >= 1:
            total += l
        elif l < rate and l * steps < 1:
            total += steps * square(l)
        else:
            return arb("nan")
    return total
