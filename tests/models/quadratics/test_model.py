"""Methods as matrices against the methods as written, one step at a time; bad input."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.quadratics import model

RNG = np.random.default_rng(5)


def test_maps_are_the_methods_as_written():
    for _ in range(50):
        eta, beta, h, mu, gamma = RNG.uniform(0.05, 0.95, 5)
        x, m, v = RNG.standard_normal(3)
        assert model.sgd(eta, h, 1.0).maps.value[0, 0, 1, 1] * x == pytest.approx(x - eta * h * x)
        heavy = beta * m + (1 - beta) * h * x
        state = model.momentum(eta, beta, h, 1.0).maps.value[0, 0] @ [1, x, m]
        assert state == pytest.approx([1, x - eta * heavy, heavy])
        ahead, tau = (x + eta * v) / (1 + eta), eta * mu / gamma
        after = (v + tau * ahead - eta / gamma * h * ahead) / (1 + tau)
        state = model.nag_gs(eta, mu, gamma, h, 1.0).maps.value[0, 0] @ [1, x, v]
        assert state == pytest.approx([1, ahead, after])


def test_noise_enters_as_the_methods_say():
    eta, beta, h, mu, gamma, s = 0.3, 0.8, 0.7, 0.2, 0.5, 1.7
    # The gradient's noise s xi moves m by (1 - beta) s xi and x by -eta times that.
    push = np.array([0, -eta * (1 - beta) * s, (1 - beta) * s])
    assert model.momentum(eta, beta, h, s).noise.value[0] == pytest.approx(np.outer(push, push), rel=1e-14, abs=1e-16)
    push = np.array([0, 0, np.sqrt(eta) * s / (1 + eta * mu / gamma)])
    assert model.nag_gs(eta, mu, gamma, h, s).noise.value[0] == pytest.approx(
        np.outer(push, push), rel=1e-14, abs=1e-16
    )
    assert model.sgd(eta, h, s).noise.value[0, 1, 1] == pytest.approx((eta * s) ** 2)


def test_an_observed_state_sees_the_state_before_the_step():
    grown = model.sgd(0.3, 1.0, 1.0).observed(0.9, 0.1)
    assert grown.maps.value[0, 0] @ [1, 2.0, 5.0] == pytest.approx([1, 1.4, 4.7])
    held = model.sgd(0.3, 1.0, 1.0).observed(1.0, 0.0)
    assert held.maps.value[0, 0] @ [1, 2.0, 5.0] == pytest.approx([1, 1.4, 5.0])
    counted = model.sgd(0.3, 1.0, 1.0).observed(1.0, 1.0, component=0)
    assert counted.maps.value[0, 0] @ [1, 2.0, 5.0] == pytest.approx([1, 1.4, 6.0])


def test_starts_have_their_spread():
    start = model.start_at([1.0, 2.0], 4, [[0.5, 0.1], [0.1, 0.3]])
    assert start.value == pytest.approx(np.array([[1, 1, 2, 0], [1, 1.5, 2.1, 0], [2, 2.1, 4.3, 0], [0, 0, 0, 0]]))


def test_bad_input_is_answered_by_one_sentence():
    one = [[[0.5]]]
    for error, call in (
        ("one probability per matrix", lambda: model.linear(one, [[1.0]], odds=[0.5])),
        ("one probability per matrix", lambda: model.linear(one * 2, [[1.0]], odds=[1.5, -0.5])),
        ("do not fit d = 1", lambda: model.linear(one, [[1.0, 0.0], [0.0, 1.0]])),
        ("give one for each", lambda: model.linear(one, [[1.0]], pushes=[[0.0], [1.0]])),
        ("not >= 0", lambda: model.linear(one, [[-1.0]])),
        ("finite symmetric", lambda: model.linear([[[0.5, 0], [0, 1]]], [[1.0, 0.5], [0.0, 1.0]])),
        ("component=5", lambda: model.sgd(0.1, 1.0, 1.0).observed(1.0, 1.0, component=5)),
        ("does not fit d = 1", lambda: model.start_at([1.0], 2, [[1.0, 0.0], [0.0, 1.0]])),
    ):
        with pytest.raises(InputError, match=error):
            call()
    many = model.sgd(0.1, 1.0, 1.0)
    for _ in range(model.MOST_STATES - many.states):
        many = many.observed(1.0, 1.0)
    with pytest.raises(InputError, match="too many"):
        many.observed(1.0, 1.0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: model.sgd(-0.1, 1.0, 1.0), r"step_size=-0\.1 is not allowed: give finite numbers >= 0"),
        (lambda: model.sgd([0.1, np.nan], 1.0, 1.0), "step_size=nan is not allowed"),
        (lambda: model.sgd(0.1, 1.0, -1.0), "noise_std=-1 is not allowed"),
        (lambda: model.momentum(0.1, 1.5, 1.0, 1.0), r"beta=1\.5 is not allowed: give numbers in \[0, 1\)"),
        (lambda: model.nag_gs(0.1, 1.0, 0.0, 1.0, 1.0), "gamma=0 is not allowed"),
        (lambda: model.nag_gs_as_coded(np.inf, 1.0, 1.0, 1.0, 1.0), "alpha=inf is not allowed"),
        (lambda: model.linear([[1.0, 2.0]], [[0.0]]), "matrices is a list of tables"),
    ],
)
def test_parameters_that_cannot_be_are_refused_by_name(make, words):
    with pytest.raises(InputError, match=words):
        make()
