"""The optimisers by hand: steps of each, and compiled steps against their Python bodies."""

import math

import numpy as np
import pytest

from theorylab.models.quadratics.optimisers import adan, heavy_ball, lookahead, nag

MODULES = {module.__name__.split(".")[-1]: module for module in (adan, heavy_ball, lookahead, nag)}
METHODS = {
    "adan": adan.Method(0.1, 0.3, 0.2, 0.4, 0.25, 0.5),
    "heavy_ball": heavy_ball.Method(0.1, 0.7),
    "lookahead": lookahead.Method(0.1, 3, 0.25, 0.5, True),
    "nag": nag.Method(0.1, 0.7),
}


def points(name, gradients, method, start=1.0, compiled=False):
    """x after each step along given gradients of one coordinate."""
    module = MODULES[name]
    x, memory = np.array([start]), np.zeros((module.MEMORIES, 1))
    if hasattr(module, "start"):
        module.start.py_func(method, x, memory)
    step, found = module.step if compiled else module.step.py_func, []
    for t, gradient in enumerate(gradients, 1):
        step(method, t, x, np.array([gradient]), memory)
        found.append(float(x[0]))
    return found


def test_two_steps_of_the_heavy_ball_by_hand():
    first = 1 - 0.1 * 2
    assert points("heavy_ball", [2.0, -3.0], heavy_ball.Method(0.1, 0.7)) == pytest.approx(
        [first, first + 0.3 + 0.7 * (first - 1)], rel=1e-15
    )


def test_two_steps_of_nag_are_those_of_the_point_ahead():
    # w_1 = w_0 - eta g_0, w_2 = w_1 - eta (a m_0 + g_1); x_k = w_k - eta a m_{k-1}.
    eta, a, g0, g1 = 0.1, 0.7, 2.0, -3.0
    w1 = 1 - eta * g0
    m1 = a * g0 + g1
    wanted = [w1 - eta * a * g0, w1 - eta * m1 - eta * a * m1]
    assert points("nag", [g0, g1], nag.Method(eta, a)) == pytest.approx(wanted, rel=1e-14)


def test_lookahead_by_hand_and_its_start():
    method = lookahead.Method(0.1, 2, 0.25, 0.5)
    # Velocity 2, 1 + 3, then 2 + 1 (kept); slow weights 1 -> 1 + (0.4 - 1) / 4.
    assert points("lookahead", [2.0, 3.0, 1.0], method) == pytest.approx([0.8, 0.85, 0.55], rel=1e-15)
    reset = method._replace(reset=True)
    assert points("lookahead", [2.0, 3.0, 1.0], reset) == pytest.approx([0.8, 0.85, 0.75], rel=1e-15)
    x, memory = np.array([3.0]), np.ones((2, 1))
    lookahead.start(method, x, memory)
    assert memory.ravel().tolist() == [3.0, 0.0]


def test_lookahead_of_one_inner_step_is_sgd_with_a_smaller_rate():
    gradients = np.random.default_rng(1).standard_normal(9)
    found = points("lookahead", gradients, lookahead.Method(0.3, 1, 0.4))
    assert found == pytest.approx(1 - 0.12 * np.cumsum(gradients), rel=1e-13)


def test_two_steps_of_adan_by_hand():
    method = METHODS["adan"]
    first = (1 - 0.1 * 2 / (2 + 0.25)) / 1.05
    m, d = 0.7 * 2 - 0.3, -3.0
    v, n = 0.2 * d, 0.6 * 4 + 0.4 * (-1 + 0.8 * d) ** 2
    second = (first - 0.1 * (m + 0.8 * v) / (math.sqrt(n) + 0.25)) / 1.05
    assert points("adan", [2.0, -1.0], method) == pytest.approx([first, second], rel=1e-14)


def test_the_third_step_of_adan_remembers_the_difference():
    method = adan.Method(1.0, 1.0, 0.5, 1.0, 0.0)  # m = g, n = (g + d / 2)^2
    x1, x2, x3 = points("adan", [1.0, 3.0, 2.0], method)
    assert (x1, x2) == (0.0, -(3 + 0.5 * 1) / 4)
    assert x3 - x2 == pytest.approx(-(2 + 0.5 * (0.5 * 1 + 0.5 * -1)) / 1.5)


@pytest.mark.parametrize("name", MODULES)
def test_compiled_steps_are_their_python_bodies(name):
    gradients = np.random.default_rng(2).standard_normal(7)
    assert points(name, gradients, METHODS[name], compiled=True) == pytest.approx(
        points(name, gradients, METHODS[name]), rel=1e-13
    )
