"""Softmax in floating point, in closed form: where it collapses, when gradient methods arrive there, and StableMax.

A sample's gap g is its true logit less each of the others; p bits are those of a significand (float16 11, bfloat16 8,
float32 24, float64 53), rounding is to nearest, ties to even. Collapse: the sum of exponentials rounds to the largest
of them, so that the true class has probability 1 and the gradient 0. On two classes the gap is the margin m of logistic
regression, and one sample of gradient descent moves it by step_size / (1 + e^m).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import whole

Floats = NDArray[np.float64]
LOG_2 = math.log(2.0)


def absorbed_gap(bits: Any, before: Any = 1) -> Any:
    """Gap from which a softmax of equal wrong logits has p = 1: bits log 2 + log before.
    Derived: tests/models/separable/test_collapse.py::test_absorption_by_hand_in_four_bits.

    `before` >= 1 wrong classes are summed before the true one; 1 stands for none too, as each of those summed after it
    has to be absorbed alone. Up to (before + 2) 2^-bits, the rounding of the terms.
    """
    return bits * LOG_2 + np.log(before)


def vanishing_gap(bits: Any, least_exponent: Any) -> Any:
    """Gap from which the wrong classes' probabilities underflow to 0: (bits - least_exponent) log 2.
    Derived: tests/models/separable/test_collapse.py::test_underflow_is_where_half_the_least_float_is.

    2^least_exponent is the least normal float (-14, -126, -1022); half the least subnormal one rounds to 0.
    """
    return (bits - least_exponent) * LOG_2


def collapse_time(bits: Any, step_size: Any) -> Any:
    """Steps of gradient descent from margin 0 to collapse, one sample: (2^bits - 1 + bits log 2) / step_size.
    Derived: tests/models/separable/test_collapse.py::test_collapse_time_is_that_of_the_flow.

    Exactly that of gradient flow, along which m + e^m grows by the step size per unit of time; gradient descent arrives
    within `collapse_time_slack` of it.
    """
    return (2.0**bits - 1 + bits * LOG_2) / step_size


def collapse_time_slack(bits: Any, step_size: Any) -> Any:
    """How far gradient descent's time to collapse may lie from the flow's: 1 + e^(s/2) (bits log 2 + s) / 2.
    Derived: tests/models/separable/test_collapse.py::test_collapse_time_is_that_of_the_flow.

    A step of length x = s / (1 + e^m) adds s + e^m (e^x - 1 - x) to m + e^m, at least s and at most s + x e^(s/2) s/2;
    the lengths sum to the last margin.
    """
    return 1 + 2.718281828459045 ** (step_size / 2) * (bits * LOG_2 + step_size) / 2


def adam_balance(speed: Any, step_size: Any, first: Any, second: Any) -> Any:
    """The step that Adam makes where gradients fall by e^-speed a step, less speed: 0 on its travelling wave.
    Derived: tests/models/separable/test_collapse.py::test_adam_balance_sums_the_two_averages.

    step_size (1 - b1)/(1 - b1 e^v) ((1 - b2 e^2v)/(1 - b2))^(1/2) - v: averages of a growing past, b1 and b2 the
    decays.
    """
    growth = 2.718281828459045**speed
    momentum = (1 - first) / (1 - first * growth)
    scale = (1 - second) / (1 - second * growth**2)
    return step_size * momentum / scale**0.5 - speed


def adam_speed(step_size: float, first: float, second: float) -> float:
    """Margin that Adam gains per step far out, where gradients are e^-margin: the zero of `adam_balance`.
    Derived: tests/models/separable/test_collapse.py::test_adam_travels_at_its_speed.

    Below log(1/second)/2 whatever the step size: the average of squares keeps larger gradients of the past. Raises
    InputError for step_size <= 0, or decays outside 0 <= first < second^(1/2), second < 1.
    """
    require(step_size > 0, f"step_size={step_size} is not allowed: give a number > 0")
    require(
        0 <= first < second**0.5 and second < 1,
        f"decays {first} and {second} are not allowed: give 0 <= first < second^(1/2) < 1",
    )
    low, high = 0.0, -math.log(second) / 2
    for _ in range(200):
        middle = (low + high) / 2
        if 1 - second * math.exp(2 * middle) > 0 and adam_balance(middle, step_size, first, second) > 0:
            low = middle
        else:
            high = middle
    return low


def stablemax_deficit(size: Any, wrong: Any) -> Any:
    """1 - p of StableMax at logits (size, -size, ..., -size), `wrong` of them wrong: wrong / ((1 + size)^2 + wrong).
    Derived: tests/models/separable/test_collapse.py::test_stablemax_by_hand_with_two_classes.
    """
    return wrong / ((1 + size) ** 2 + wrong)


def stablemax_collapse(bits: int, wrong: int) -> float:
    """Least 1 + size at which StableMax collapses, its wrong terms summed first: max(2^e, wrong 2^(bits - e)).
    Derived: tests/models/separable/test_collapse.py::test_stablemax_collapse_is_the_first_float_that_absorbs.

    In the binade 2^e <= x < 2^(e+1) half a spacing is 2^(e - bits), and wrong / x has to be below it; e is the first
    binade where it is. Between sqrt(wrong 2^bits) / sqrt 2 and sqrt(wrong 2^bits) sqrt 2. Raises InputError unless bits
    and wrong are integers >= 1.
    """
    whole("bits", bits), whole("wrong", wrong)
    e = 0
    while wrong * 2.0 ** (bits - e) >= 2.0 ** (e + 1):
        e += 1
    return max(2.0**e, wrong * 2.0 ** (bits - e))


def pair_offset(first: ArrayLike, second: ArrayLike) -> Floats:
    """What gradient descent's position keeps across the max-margin direction of two support points in the plane, (2,).
    Derived: tests/models/separable/test_collapse.py::test_pair_offset_balances_the_pulls.

    (z_1 - z_2) log(a_2 / a_1) / |z_1 - z_2|^2, a_i the weights of the shortest vector of the segment: the gradient then
    points along that vector, while the position grows by it and keeps the offset. Raises InputError where one of the
    weights is not > 0.
    """
    z1, z2 = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    apart = z1 - z2
    share = -float(z2 @ apart) / float(apart @ apart)
    require(0 < share < 1, f"points {z1} and {z2} are not both support points: the nearer one decides alone")
    return np.asarray(apart * math.log((1 - share) / share) / float(apart @ apart))
