"""The reference recursions by hand: two or three steps of each, in numbers that can be followed on paper."""

import math

import numpy as np
import pytest

from theorylab.models.adaptive.optimisers import (
    adadelta,
    adamax,
    adamw,
    ademamix,
    adopt,
    amsgrad,
    ftrl,
    laprop,
    novograd,
    optimistic_adam,
    optimistic_gradient,
    padam,
    polyak,
    qhadam,
    rprop,
    schedule_free_sgd,
    sgd,
)

HALF = {"rate": 1.0, "first_decay": 0.5, "second_decay": 0.75}
"""m is 1.5, then 0.25 and v is 2.25, then 1.9375 along the gradients 3 and -1."""


def moves(module, gradients, start=1.0, more=(), **parameters):
    """Moves of one coordinate along gradients, by the Python body; `more` has the further arguments of each step."""
    method, x, memory = module.Method(**parameters), np.array([start]), np.zeros((module.MEMORIES, 1))
    if hasattr(module, "start"):
        module.start.py_func(method, x, memory)
    found = []
    for t, gradient in enumerate(gradients, 1):
        before = x[0]
        module.step.py_func(method, t, x, np.array([gradient]), memory, *(row[t - 1] for row in more))
        found.append(x[0] - before)
    return found


def test_sgd():
    assert moves(sgd, [3.0, -1.0], rate=0.5) == [-1.5, 0.5]


def test_amsgrad():
    assert moves(amsgrad, [3.0, -1.0], **HALF, epsilon=0.5) == pytest.approx([-1.5 / 2.0, -0.25 / 2.0])
    found = moves(amsgrad, [3.0, -1.0, 0.0], **HALF, epsilon=0.0)
    assert found[2] == pytest.approx(-0.125 / 1.5)  # the maximum stays at 2.25


def test_adadelta():
    first = math.sqrt(0.25 / (2.25 + 0.25)) * 3.0
    second = math.sqrt((0.25 * first**2 + 0.25) / (1.9375 + 0.25))
    assert moves(adadelta, [3.0, -1.0], decay=0.75, epsilon=0.25) == pytest.approx([-first, second])


def test_adamax():
    assert moves(adamax, [3.0, -1.0], **HALF, epsilon=0.5) == pytest.approx([-3.0 / 3.5, -0.25 / 0.75 / 2.75])
    assert moves(adamax, [0.0, 2.0], **HALF, epsilon=0.0) == pytest.approx([0.0, -1.0 / 0.75 / 2.0])
    assert moves(adamax, [-3.0], **HALF, epsilon=0.5) == pytest.approx([3.0 / 3.5])


def test_adamw_decays_at_the_old_point_and_not_by_the_rate():
    first, second = -1.0, -(0.25 / 0.75) / math.sqrt(1.9375 / 0.4375)
    assert moves(adamw, [3.0, -1.0], **HALF, epsilon=0.0) == pytest.approx([first, second])
    found = moves(adamw, [3.0, -1.0], start=4.0, **HALF, epsilon=0.0, weight_decay=0.25)
    assert found == pytest.approx([first - 1.0, second - 0.25 * 2.0])
    half = moves(adamw, [0.0], start=4.0, **{**HALF, "rate": 0.5}, epsilon=1.0, weight_decay=0.25)
    assert half == [-1.0]


def test_ademamix():
    found = moves(ademamix, [3.0, -1.0], **HALF, slow_decay=0.9, weight=2.0, epsilon=0.0)
    root = math.sqrt(1.9375 / 0.4375)
    assert found == pytest.approx([-(3.0 + 2.0 * 0.3) / 3.0, -(0.25 / 0.75 + 2.0 * 0.17) / root])


def test_adopt_normalises_by_the_step_before_and_clips():
    found = moves(adopt, [2.0, -1.0, 100.0], **HALF, epsilon=0.0)
    second = 0.75 * 4.0 + 0.25
    assert 100.0 / math.sqrt(second) > 2.0**0.25
    assert found == pytest.approx([0.0, 0.25, -(0.5 * -0.25 + 0.5 * 2.0**0.25)])


def test_ftrl_without_penalties_is_adagrad_from_its_start():
    found = moves(ftrl, [3.0, -4.0], rate=0.5, beta=1.0)
    assert found == pytest.approx([-0.5 * 3.0 / 4.0, 0.5 * 4.0 / 6.0])


def test_ftrl_stays_at_0_below_its_penalty_and_starts_anywhere():
    assert moves(ftrl, [0.5], start=0.0, rate=1.0, first_penalty=1.0) == [0.0]
    assert moves(ftrl, [0.0], start=-2.0, rate=1.0, first_penalty=1.0, second_penalty=3.0) == pytest.approx([0.0])
    found = moves(ftrl, [3.0], start=0.0, rate=1.0, first_penalty=1.0, second_penalty=3.0)
    assert found == pytest.approx([-2.0 / (1.0 + 3.0 + 3.0)])


def test_laprop():
    second = -1.0 / math.sqrt(1.9375 / 0.4375)
    found = moves(laprop, [3.0, -1.0], **HALF, epsilon=0.0)
    assert found == pytest.approx([-1.0, -(0.25 + 0.5 * second) / 0.75])


def test_novograd():
    first = 3.0 / 3.5
    found = moves(novograd, [3.0, -1.0], **HALF, epsilon=0.5)
    assert found == pytest.approx([-first, -(0.5 * first - 1.0 / (math.sqrt(0.75 * 9.0 + 0.25) + 0.5))])
    x, memory = np.array([0.0, 0.0]), np.zeros((2, 2))
    novograd.step.py_func(novograd.Method(rate=1.0, epsilon=0.0), 1, x, np.array([3.0, 4.0]), memory)
    assert x == pytest.approx([-0.6, -0.8])  # by the norm of the layer


def test_optimistic_methods_take_the_last_direction_back():
    assert moves(optimistic_gradient, [3.0, -1.0], rate=0.5) == [-3.0, 2.5]
    second = (0.25 / 0.75) / math.sqrt(1.9375 / 0.4375)
    assert moves(optimistic_adam, [3.0, -1.0], **HALF, epsilon=0.0) == pytest.approx([-2.0, -2.0 * second + 1.0])


def test_padam_is_amsgrad_at_a_power_of_a_half():
    assert moves(padam, [3.0, -1.0], **HALF, power=0.5, epsilon=0.5) == pytest.approx([-0.75, -0.125])
    found = moves(padam, [3.0, -1.0], **HALF, power=0.25, epsilon=0.0)
    assert found == pytest.approx([-1.5 / 1.5**0.5, -0.25 / 1.5**0.5])


def test_polyak():
    found = moves(polyak, [2.0, 0.0, 2.0], more=[(2.0, 5.0, 100.0)], largest=3.0, least_loss=1.0, factor=0.5)
    assert found == [-1.0, 0.0, -6.0]


def test_qhadam():
    mixed = {"first_mix": 0.75, "second_mix": 0.5}
    below = math.sqrt(0.5 + 0.5 * 1.9375 / 0.4375)
    found = moves(qhadam, [3.0, -1.0], **HALF, **mixed, epsilon=0.0)
    assert found == pytest.approx([-1.0, -(0.25 * -1.0 + 0.75 * 0.25 / 0.75) / below])


def test_rprop_waits_where_the_sign_turns():
    found = moves(rprop, [3.0, 1.0, -1.0, -1.0, -2.0, 0.0], rate=1.0, growth=1.5, shrinking=0.5)
    assert found == pytest.approx([-1.0, -1.5, 0.0, 0.75, 1.125, 0.0])
    assert moves(rprop, [1.0, 1.0], rate=1.0, growth=1.5, largest=1.25) == [-1.0, -1.25]
    assert moves(rprop, [1.0, -1.0, -1.0], rate=1.0, shrinking=0.5, least=0.75) == [-1.0, 0.0, 0.75]


def test_schedule_free_sgd():
    # z = 1 - 2, 1 - 3; averages -1, -1.5; y = z / 4 + 3 average / 4
    found = np.cumsum([1.0, *moves(schedule_free_sgd, [4.0, 2.0], rate=0.5, momentum=0.75)])
    assert found == pytest.approx([1.0, -1.0, 0.25 * -2.0 + 0.75 * -1.5])
