"""Runs of what `theory` computes: validated arguments, deterministic paths, replicated kernels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.adaptive import kernels
from theorylab.models.adaptive.model import PeriodicLosses
from theorylab.models.adaptive.optimisers import rules
from theorylab.models.adaptive.optimisers.rules import Method
from theorylab.numerics.arguments import finite_row, increasing_steps, number, numbers
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
UNIT = 2.0**-53


def periodic(losses: PeriodicLosses, method: Method, start: float, steps: ArrayLike) -> dict[str, Curve]:
    """Curves 'point' x_{T+1}, 'regret' R_T and 'directions', their sum, after T = steps rounds from x_1 = start.

    Raises InputError for a start outside [-1, 1], or steps that are not increasing integers >= 0. Rounding: slopes do
    not depend on x and clipping spreads no error, so that errors of moves add up: those of a direction
    (`_direction_rounding`) times the rate, and a unit of x each.
    """
    require(-1 <= number("start", start) <= 1, f"start={start} is not allowed: give a point of [-1, 1]")
    rows = increasing_steps(steps)
    shape = (float(losses.high), float(losses.low), int(losses.period))
    found = kernels.periodic_path(*shape, method, float(start), rows)
    last = max(int(rows[-1]), 1)
    slowing = method.declining or method.rule == rules.ADAGRAD  # whose directions are as small
    rates = method.step_size * (2 * np.sqrt(last) if slowing else last)
    largest, off = _largest_direction(losses, method), _direction_rounding(losses, method, last)
    moved = UNIT * last + rates * off
    slope = max(losses.high, losses.low)
    bounds = (moved, slope * last * (moved + last * UNIT), last * (off + last * largest * UNIT))
    return {
        name: Curve(rows.astype(float), row[None], True, np.array(bound))
        for name, row, bound in zip(("point", "regret", "directions"), found, bounds, strict=True)
    }


def _direction_rounding(losses: PeriodicLosses, method: Method, last: int) -> float:
    """Bound of the absolute error of a direction m / sqrt(v), of the rounds up to the last.

    A step rounds both terms of v by 3 units at most, and keeps a share b2 v / (b2 v + (1 - b2) g^2) of what was off
    before: 3 (1 + b2 / (1 - b2) max g^2 / min g^2) units of v at most, and never more than 3 a round. Those of m are
    3 / (1 - b1) units of the same mean of |g|, which the bound of |m| / sqrt(v) holds for too.
    """
    ratio, b2 = max(losses.high, losses.low) / min(losses.high, losses.low), method.second_decay
    second = 3.0 * last
    if method.rule in (rules.ADAM, rules.AMSGRAD):
        second = min(second, 3 * (1 + b2 / (1 - b2) * ratio**2))
    return _largest_direction(losses, method) * UNIT * (second / 2 + 3 / (1 - method.first_decay) + 4)


def _largest_direction(losses: PeriodicLosses, method: Method) -> float:
    """Bound of |m| / sqrt(v): m is a mean of gradients, and v >= (1 - b2) b2^k g^2 for the gradient of k rounds ago."""
    ratio = max(losses.high, losses.low) / min(losses.high, losses.low)
    if method.rule == rules.SGD:
        return max(losses.high, losses.low)
    if method.rule in (rules.ADAGRAD, rules.ADAM_NC):  # of AdaGrad, times sqrt(t)
        return ratio
    b1, b2 = method.first_decay, method.second_decay
    forgetting = 0.0 if b1 == 0 else b1 / b2**0.5 if b2 > 0 else math.inf
    own = 1 / math.sqrt(1 - b2)
    return own * (1 - b1) / (1 - forgetting) if forgetting < 1 else own * ratio


def weights(losses: PeriodicLosses, method: Method, rounds: int) -> Curve:
    """Curve of sqrt(v_t) / rate_t at rounds t = 1, ..., `rounds`: that it never falls is what regret bounds rest on."""
    rows = increasing_steps([rounds], least=1)
    shape = (float(losses.high), float(losses.low), int(losses.period))
    found = kernels.periodic_weights(*shape, method, int(rows[0]))
    t = np.arange(1.0, int(rows[0]) + 1)
    return Curve(t, found[None], True, (1.5 * t + 6) * UNIT * found)


def drawn(
    losses: PeriodicLosses, chance: float, method: Method, start: float, steps: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'point' x_{T+1} and 'direction', the mean direction of rounds T/2 < t <= T, each slope drawn anew.

    The slope is `high` with probability `chance`, else -low; the period is not used. Raises InputError as `periodic`,
    for a chance outside (0, 1), and for steps < 2.
    """
    require(-1 <= number("start", start) <= 1, f"start={start} is not allowed: give a point of [-1, 1]")
    require(0 < number("chance", chance) < 1, f"chance={chance} is not allowed: give a probability in (0, 1)")
    rows = increasing_steps(steps, least=2)
    return replicate(
        kernels.drawn_path, float(losses.high), float(losses.low), float(chance), method, float(start), rows,
        x=rows, replicas=replicas, seed=seed, names=("point", "direction"),
    )  # fmt: skip


def online(loss: str, points: ArrayLike, method: Method, start: ArrayLike, steps: ArrayLike) -> Floats:
    """Sums of `kernels.online_sums` after T = steps rounds of losses at margins <points_t, x_t>, (4, points).

    loss: 'linear', 'hinge' or 'logistic'; points (rounds, d), start (d,) in [-1, 1]^d. Raises InputError for another
    loss, points of another shape, or more steps than rounds.
    """
    require(loss in kernels.LOSSES, f"loss={loss!r} is not allowed: give one of {', '.join(map(repr, kernels.LOSSES))}")
    first, data, rows = finite_row("start", start), numbers("points", points), increasing_steps(steps, least=1)
    require((np.abs(first) <= 1).all(), "start leaves the box: give coordinates in [-1, 1]")
    require(
        data.ndim == 2 and data.shape[1] == first.size and len(data) >= rows[-1],
        f"points have shape {data.shape}: give (rounds, {first.size}) with {rows[-1]} rounds at least",
    )
    return np.asarray(kernels.online_sums(kernels.LOSSES.index(loss), data, method, first, rows))
