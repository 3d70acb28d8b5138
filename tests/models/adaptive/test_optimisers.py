"""The optimisers by hand: two steps each, scalings that they must obey, and one that is another."""

import math

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.adaptive import model
from theorylab.models.adaptive.optimisers import rules
from theorylab.models.adaptive.optimisers.rules import State

NOTHING = State(0.0, 0.0, 0.0)


def directions(rule, gradients, **parameters):
    """Directions of a method along gradients, by the Python bodies."""
    chosen, state, found = model.method(rule, 1.0, **parameters), NOTHING, []
    for t, gradient in enumerate(gradients, 1):
        state, direction = rules.step.py_func(chosen, state, gradient, t)
        found.append(direction)
    return np.array(found)


def test_two_steps_of_adam_by_hand():
    state, direction = rules.adam_step.py_func(NOTHING, 3.0, 0.5, 0.75, 0.0)
    assert state == State(1.5, 2.25, 2.25)
    assert direction == 1.5 / 1.5
    state, direction = rules.adam_step.py_func(state, -1.0, 0.5, 0.75, 0.0625)
    assert state == State(0.25, 0.75 * 2.25 + 0.25, 2.25)
    assert direction == pytest.approx(0.25 / math.sqrt(0.75 * 2.25 + 0.25 + 0.0625), rel=1e-15)


def test_two_steps_of_amsgrad_by_hand():
    state, _ = rules.amsgrad_step.py_func(NOTHING, 3.0, 0.5, 0.75, 0.0)
    state, direction = rules.amsgrad_step.py_func(state, -1.0, 0.5, 0.75, 0.0)
    assert state == State(0.25, 1.9375, 2.25)
    assert direction == 0.25 / 1.5


def test_two_steps_of_adagrad_by_hand():
    state, direction = rules.adagrad_step.py_func(NOTHING, 3.0, 0.0)
    assert direction == 1.0
    state, direction = rules.adagrad_step.py_func(state, -4.0, 0.0)
    assert state.second == 25.0
    assert direction == -4.0 / 5.0


def test_the_scalar_step_of_adagrad_holds_the_gradient_of_today():
    assert rules.adagrad_norm_step.py_func(9.0, 16.0) == (25.0, 0.2)


def test_adam_nc_weighs_all_gradients_alike():
    gradients = [1.0, -3.0, 2.0, 0.5]
    found = directions("AdamNC", gradients)
    assert found == pytest.approx([g / np.mean(np.square(gradients[: t + 1])) ** 0.5 for t, g in enumerate(gradients)])


def test_adam_nc_without_momentum_and_declining_rates_is_adagrad():
    gradients = np.random.default_rng(1).standard_normal(20)
    rates = 1 / np.sqrt(np.arange(1, 21))
    assert directions("AdamNC", gradients) * rates == pytest.approx(directions("AdaGrad", gradients))


@pytest.mark.parametrize("rule", ["Adam", "AMSGrad", "AdamNC", "AdaGrad"])
@pytest.mark.parametrize("scale", [1e-6, -3.0, 1e4])
def test_directions_know_no_scale_but_its_sign(rule, scale):
    gradients = np.random.default_rng(2).standard_normal(15)
    plain = directions(rule, gradients, first_decay=0.7, second_decay=0.9)
    assert directions(rule, scale * gradients, first_decay=0.7, second_decay=0.9) == pytest.approx(
        np.sign(scale) * plain
    )


@pytest.mark.parametrize("rule", rules.RULES)
def test_no_gradient_no_move(rule):
    assert not directions(rule, [0.0, 0.0], first_decay=0.5).any()


def test_first_decay_fades():
    chosen = model.method("Adam", 1.0, first_decay=0.8, first_fading=0.5, second_decay=0.0)
    state, _ = rules.step.py_func(chosen, State(1.0, 1.0, 1.0), 0.0, 3)
    assert state.first == 0.8 * 0.25


def test_rates_decline_or_do_not():
    assert rules.rate.py_func(model.method("SGD", 3.0), 9) == 1.0
    assert rules.rate.py_func(model.method("SGD", 3.0, declining=False), 9) == 3.0


def test_divisors_are_what_directions_were_divided_by():
    state = State(0.0, 2.0, 5.0)
    wanted = {"SGD": 1.0, "Adam": 2.0, "AMSGrad": 5.0, "AdamNC": 2.0, "AdaGrad": 2.0}
    assert {rule: rules.divisor.py_func(model.method(rule, 1.0), state) for rule in wanted} == wanted


def test_compiled_steps_are_their_python_bodies():
    chosen, state = (
        model.method("AMSGrad", 1.0, first_decay=0.9, second_decay=0.99, epsilon=0.1),
        State(1.0, 2.0, 3.0),
    )
    for body in (rules.step,):
        assert body(chosen, state, -0.7, 4)[1] == pytest.approx(body.py_func(chosen, state, -0.7, 4)[1], rel=1e-15)


def test_over_root_of_nothing():
    assert rules.over_root.py_func(3.0, 4.0) == 1.5
    assert rules.over_root.py_func(0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("give one of 'SGD'", {"rule": "Adamax"}),
        ("finite number > 0", {"step_size": 0.0}),
        (r"first_decay=1.0 .* \[0, 1\)", {"first_decay": 1.0}),
        (r"second_decay=-0.1 .* \[0, 1\)", {"second_decay": -0.1}),
        ("keeps the decay constant", {"first_fading": 0.0}),
        ("epsilon=-1.0", {"epsilon": -1.0}),
    ],
)
def test_bad_methods_are_answered(words, arguments):
    with pytest.raises(InputError, match=words):
        model.method(**({"rule": "Adam", "step_size": 0.1} | arguments))
