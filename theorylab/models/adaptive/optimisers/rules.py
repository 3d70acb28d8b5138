"""The optimisers, each once and as its paper writes it: pure functions of state and gradient, without a loop.

One coordinate at a time: step t = 1, 2, ... sees the gradient g_t at x_t, and x_{t+1} = x_t - rate_t * direction_t.

    rule       first moment               second moment                          direction
    SGD                                                                          g
    ADAM       m <- b1 m + (1 - b1) g     v <- b2 v + (1 - b2) g^2               m / sqrt(v + epsilon)
    AMSGRAD    as ADAM                    as ADAM, and u <- max(u, v)            m / sqrt(u + epsilon)
    ADAM_NC    as ADAM                    as ADAM, with b2 = 1 - 1/t             m / sqrt(v + epsilon)
    ADAGRAD                               v <- v + g^2                           g / sqrt(v + epsilon)

There is no correction of the start (m_0 = v_0 = 0), and epsilon, 0 in the theory, is inside the root. b1 may fade, as
b1_t = b1 * fading^(t - 1). The direction is 0 where no gradient other than 0 has been seen.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from theorylab.numerics.jit import inner_kernel

SGD, ADAM, AMSGRAD, ADAM_NC, ADAGRAD = range(5)
RULES = ("SGD", "Adam", "AMSGrad", "AdamNC", "AdaGrad")


class State(NamedTuple):
    """What an optimiser remembers of one coordinate."""

    first: float
    second: float
    largest: float
    """Of the second moments so far."""


class Method(NamedTuple):
    """An optimiser and its parameters: rate_t = step_size / t^(1/2) where `declining`, else step_size."""

    rule: int
    step_size: float
    declining: bool
    first_decay: float
    first_fading: float
    second_decay: float
    epsilon: float


@inner_kernel
def adam_step(
    state: State, gradient: float, first_decay: float, second_decay: float, epsilon: float
) -> tuple[State, float]:
    """State after one gradient, and the direction of Adam."""
    first = first_decay * state.first + (1.0 - first_decay) * gradient
    second = second_decay * state.second + (1.0 - second_decay) * gradient * gradient
    after = State(first, second, max(state.largest, second))
    return after, over_root(first, second + epsilon)


@inner_kernel
def amsgrad_step(
    state: State, gradient: float, first_decay: float, second_decay: float, epsilon: float
) -> tuple[State, float]:
    """State after one gradient, and the direction of AMSGrad."""
    after, _ = adam_step(state, gradient, first_decay, second_decay, epsilon)
    return after, over_root(after.first, after.largest + epsilon)


@inner_kernel
def adagrad_step(state: State, gradient: float, epsilon: float) -> tuple[State, float]:
    """State after one gradient, and the direction of AdaGrad with a diagonal."""
    second = state.second + gradient * gradient
    return State(gradient, second, second), over_root(gradient, second + epsilon)


@inner_kernel
def adagrad_norm_step(total: float, squared_norm: float) -> tuple[float, float]:
    """Sum S of squared gradient norms with that of today, and what multiplies step size and gradient, 1 / sqrt(S)."""
    after = total + squared_norm
    return after, over_root(1.0, after)


@inner_kernel
def over_root(value: float, square: float) -> float:
    """value / sqrt(square), and 0 where square is 0."""
    return value / math.sqrt(square) if square > 0.0 else 0.0


@inner_kernel
def rate(method: Method, t: int) -> float:
    """Rate of step t = 1, 2, ..."""
    return method.step_size / math.sqrt(t) if method.declining else method.step_size


@inner_kernel
def step(method: Method, state: State, gradient: float, t: int) -> tuple[State, float]:
    """State after the gradient of step t = 1, 2, ..., and the direction of the method."""
    first_decay = method.first_decay
    if method.first_fading < 1.0:
        first_decay *= method.first_fading ** (t - 1)
    if method.rule == ADAM:
        state, gradient = adam_step(state, gradient, first_decay, method.second_decay, method.epsilon)
    elif method.rule == AMSGRAD:
        state, gradient = amsgrad_step(state, gradient, first_decay, method.second_decay, method.epsilon)
    elif method.rule == ADAM_NC:
        state, gradient = adam_step(state, gradient, first_decay, 1.0 - 1.0 / t, method.epsilon)
    elif method.rule == ADAGRAD:
        state, gradient = adagrad_step(state, gradient, method.epsilon)
    return state, gradient


@inner_kernel
def divisor(method: Method, state: State) -> float:
    """Square that the last direction was divided by the root of, without epsilon; 1 for SGD."""
    if method.rule == SGD:
        return 1.0
    return state.largest if method.rule == AMSGRAD else state.second
