"""A valley between opposing signals: a linear network of two layers on inputs with a large coordinate of both signs.

Inputs (x, x_o) with x of covariance 1 and x_o = +-sqrt(a) of either sign alike, labels beta . x + k |x_o|, network
c (b . x + b_o x_o). The group x_o = +-sqrt(a) has the loss, up to the noise that no weight reaches,

    |c b - beta|^2 / 2 + a (c b_o -+ k)^2 / 2,    their mean  |c b - beta|^2 / 2 + a c^2 b_o^2 / 2 + a k^2 / 2.

Of b only its part along beta and the length of its part across move, so that weights are (along, across, opposing, c)
and beta stands for |beta|. Gradient flow keeps c^2 - |b|^2 - b_o^2, the invariant. Minima are c along = beta, across =
opposing = 0, with curvatures a c^2 (opposing), c^2 (across), c^2 + along^2 (their own plane) and 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import increasing_steps, number, numbers, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import fill_signs
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Signals(NamedTuple):
    """|beta|, a, and k of the labels."""

    beta: float
    a: float
    odd: float = 0.0


@kernel
def step(weights: Floats, signals: Signals, sign: float, step_size: float) -> None:
    """One step in place; `sign` is the mean sign of the batch's outliers, 0 for gradient descent on the mean loss.
    Derived: tests/models/edge/test_valley.py::test_gradient_and_hessian_are_derivatives_of_the_loss.
    """
    along, across, opposing, c = weights[0], weights[1], weights[2], weights[3]
    residual, off = c * along - signals.beta, c * opposing - signals.odd * sign
    weights[0] -= step_size * c * residual
    weights[1] -= step_size * c * c * across
    weights[2] -= step_size * signals.a * c * off
    weights[3] -= step_size * (along * residual + c * across * across + signals.a * opposing * off)


@kernel
def descend(start: Floats, signals: Signals, step_size: float, steps: Integers) -> Floats:
    """Weights (points, 4) of gradient descent after so many steps.
    Derived: tests/models/edge/test_valley.py::test_four_weights_stand_for_many_dimensions.
    """
    out, weights, t = np.empty((steps.size, 4)), start.copy(), 0
    for j in range(steps.size):
        while t < steps[j]:
            step(weights, signals, 0.0, step_size)
            t += 1
        out[j] = weights
    return out


@kernel
def positions(start: Floats, signals: Signals, step_size: float, batch: int, steps: Integers, stream: Any) -> Floats:
    """Losses of the groups of either sign after so many steps of SGD with `batch` outliers of drawn signs, (2, points).
    Derived: tests/models/edge/test_valley.py::test_group_losses_follow_the_steps.

    Without what no weight reaches: |c b - beta|^2 / 2 + a (c b_o -+ k)^2 / 2.
    """
    out, weights, signs, t = np.empty((2, steps.size)), start.copy(), np.empty(batch), 0
    for j in range(steps.size):
        while t < steps[j]:
            fill_signs(stream, signs)
            step(weights, signals, signs.mean(), step_size)
            t += 1
        groups = group_losses(weights, signals)
        out[0, j], out[1, j] = groups[0], groups[1]
    return out


@kernel
def group_losses(weights: Floats, signals: Signals) -> Floats:
    """Losses of the groups of sign + and -, (2,), at weights (4,).
    Derived: tests/models/edge/test_valley.py::test_gradient_and_hessian_are_derivatives_of_the_loss.
    """
    along, across, opposing, c = weights[0], weights[1], weights[2], weights[3]
    rest = (c * along - signals.beta) ** 2 + (c * across) ** 2
    losses = np.empty(2)
    losses[0] = 0.5 * (rest + signals.a * (c * opposing - signals.odd) ** 2)
    losses[1] = 0.5 * (rest + signals.a * (c * opposing + signals.odd) ** 2)
    return losses


def run(start: ArrayLike, signals: Signals, step_size: float, steps: ArrayLike) -> Floats:
    """Weights (points, 4) of gradient descent on the mean loss; not finite where it diverged.
    Derived: tests/models/edge/test_valley.py::test_four_weights_stand_for_many_dimensions.

    Raises InputError for a start that is not four finite numbers, beta <= 0, a or odd < 0, a step size that is not
    finite and > 0, or steps that do not increase.
    """
    given = _valid(start, signals)
    return np.asarray(descend(*given, positive("step_size", step_size), increasing_steps(steps)))


def simulate(
    start: ArrayLike, signals: Signals, step_size: float, steps: ArrayLike, *, batch: int, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'plus' and 'minus', losses of the two groups under SGD. Raises InputError as `run`, and for batch < 1.
    Derived: tests/models/edge/test_valley.py::test_group_losses_follow_the_steps.
    """
    points = increasing_steps(steps)
    given = (*_valid(start, signals), positive("step_size", step_size), whole("batch", batch), points)
    return replicate(positions, *given, x=points, replicas=replicas, seed=seed, names=("plus", "minus"))


def hessian(weights: ArrayLike, signals: Signals) -> Floats:
    """Hessian (4, 4) of the mean loss in (along, across, opposing, c).
    Derived: tests/models/edge/test_valley.py::test_gradient_and_hessian_are_derivatives_of_the_loss.
    """
    along, across, opposing, c = numbers("weights", weights)
    residual, a = c * along - signals.beta, signals.a
    out = np.diag([c**2, c**2, a * c**2, along**2 + across**2 + a * opposing**2])
    out[3, :3] = out[:3, 3] = residual + c * along, 2 * c * across, 2 * a * c * opposing
    return np.asarray(out)


def invariant(weights: ArrayLike) -> Any:
    """c^2 - |b|^2 - b_o^2, weights (..., 4), which gradient flow keeps.
    Derived: tests/models/edge/test_valley.py::test_flow_keeps_the_invariant.
    """
    w = numbers("weights", weights)
    return w[..., 3] ** 2 - (w[..., :3] ** 2).sum(axis=-1)


def flow_square(invariant: Any, beta: Any) -> Any:
    """c^2 where gradient flow ends: (I + sqrt(I^2 + 4 beta^2)) / 2.
    Derived: tests/models/edge/test_valley.py::test_the_end_of_the_flow.
    """
    return (invariant + (invariant**2 + 4 * beta**2) ** 0.5) / 2


def minimum_sharpness(square: Any, beta: Any, a: Any) -> Any:
    """Largest curvature of the minimum with c^2 = square: max(a c^2, c^2 + beta^2 / c^2).
    Derived: tests/models/edge/test_valley.py::test_the_end_of_the_flow.
    """
    return np.maximum(a * square, square + beta**2 / square)


def square_rate(weights: ArrayLike, signals: Signals) -> Any:
    """Rate at which gradient flow moves c^2: -2 c (b . (c b - beta) + a c b_o^2), weights (..., 4).
    Derived: tests/models/edge/test_valley.py::test_the_rate_of_c.
    """
    along, across, opposing, c = np.moveaxis(numbers("weights", weights), -1, 0)
    return -2 * c * (along * (c * along - signals.beta) + c * across**2 + signals.a * c * opposing**2)


def group_covariance(variance: Any, cumulant: Any, odd: Any, a: Any) -> Any:
    """Covariance of the groups' losses over a symmetric position c b_o: a^2 (2 v (v - 2 k^2) + fourth cumulant) / 4.
    Derived: tests/models/edge/test_valley.py::test_group_covariance_of_a_symmetric_position.

    Of normal noise, without a fourth cumulant, it is below 0 only while v < 2 k^2.
    """
    return a**2 * (2 * variance * (variance - 2 * odd**2) + cumulant) / 4


def position_variance(load: Any, steps: Any, odd: Any, batch: Any) -> Any:
    """Variance of c b_o after so many steps of SGD from 0 with c held, load = step_size a c^2.
    Derived: tests/models/edge/test_valley.py::test_position_variance_is_a_geometric_sum.

    k^2 load (1 - (1 - load)^(2 t)) / (B (2 - load)).
    """
    return odd**2 * load * (1 - (1 - load) ** (2 * steps)) / (batch * (2 - load))


def position_cumulant(load: Any, steps: Any, odd: Any, batch: Any) -> Any:
    """Fourth cumulant of the same: -2 (k load)^4 (1 - (1 - load)^(4 t)) / (B^3 (1 - (1 - load)^4)).
    Derived: tests/models/edge/test_valley.py::test_position_variance_is_a_geometric_sum.
    """
    return -2 * (odd * load) ** 4 * (1 - (1 - load) ** (4 * steps)) / (batch**3 * (1 - (1 - load) ** 4))


def _valid(start: ArrayLike, signals: Signals) -> tuple[Floats, Signals]:
    weights = numbers("start", start)
    require(
        weights.shape == (4,) and np.isfinite(weights).all(),
        f"start={start!r} is not allowed: give four finite numbers, (along, across, opposing, c)",
    )
    beta, a, odd = signals
    return weights, Signals(positive("beta", beta), number("a", a, least=0.0), number("odd", odd, least=0.0))
