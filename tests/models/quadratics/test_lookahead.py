"""Lookahead's closed forms derived again, its exact round by hand and at random settings, its paths against moments."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.quadratics import model, moments, slow_weights
from theorylab.models.quadratics.optimisers import lookahead as optimiser
from theorylab.models.quadratics.theory import averaging, lookahead
from theorylab.numerics.known import known

RNG = np.random.default_rng(11)
q, a, v, eta, h, s = sp.symbols("q a v eta h s", positive=True)


def same(form, derived):
    return sp.simplify(form - derived) == 0


def settings(count):
    """Random (load, curvature, noise, period, slow step), stable ones."""
    for _ in range(count):
        yield RNG.uniform(0.02, 1.95), *RNG.uniform(0.3, 2, 2), int(RNG.integers(1, 12)), RNG.uniform(0.05, 1.0)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_slow_weights_are_an_autoregression(k):
    # phi' = (1 - a) phi + a (q^k phi + noise), the noise of k steps of SGD, which rests at v.
    r = lookahead.outer_contraction(q, k, a)
    assert same(r, (1 - a) + a * q**k)
    fresh = a**2 * sum((1 - q**2) * v * q ** (2 * j) for j in range(k))
    form = lookahead.lookahead_variance(v, q, k, a)
    assert same(form, r**2 * form + fresh)
    x0, n = sp.symbols("x0 n", positive=True)
    square = lookahead.slow_weights_square(x0, form, r, n)
    assert same(square.subs(n, 0), x0**2)
    assert same(square.subs(n, 2), r**2 * (r**2 * x0**2 + fresh) + fresh)


def test_one_inner_step_is_sgd():
    form = lookahead.lookahead_variance(averaging.sgd_variance(eta, h, s), 1 - eta * h, 1, a)
    assert same(form, averaging.sgd_variance(a * eta, h, s))


@pytest.mark.parametrize("k", [1, 2, 7])
def test_variance_by_rates_is_the_variance(k):
    plain, factor = averaging.sgd_variance(eta, h, s), 1 - eta * h
    by_rates = lookahead.lookahead_variance_by_rates(factor, lookahead.outer_contraction(factor, k, a), k)
    assert same(lookahead.lookahead_variance(plain, factor, k, a), by_rates * (s / h) ** 2)
    y, z = sp.symbols("y z", positive=True)
    tanh = [((1 - sp.exp(-2 * w)) / (1 + sp.exp(-2 * w))) for w in (y, z, k * z)]
    assert same(lookahead.lookahead_variance_by_rates(sp.exp(-2 * z), sp.exp(-2 * y), k), tanh[0] * tanh[1] / tanh[2])


def test_sgd_of_a_given_variance():
    share = averaging.sgd_variance(eta, h, s) * (h / s) ** 2
    assert same(lookahead.sgd_contraction(share), 1 - eta * h)


def test_no_slow_weights_beat_a_smaller_step_size():
    # tanh(R / 2k) <= tanh(R / 2) tanh(s / 2) / tanh(k s / 2) where R <= k s: the proof of the module, attacked.
    for load, _, _, k, slow in settings(400):
        if load < 1 and k > 1 and slow < 0.999:
            r = lookahead.outer_contraction(1 - load, k, slow)
            mine = lookahead.lookahead_variance_by_rates(1 - load, r, k)
            sgd = (1 - r ** (1 / k)) / (1 + r ** (1 / k))
            assert sgd < mine
            assert lookahead.sgd_contraction(mine) < r ** (1 / k)


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_at_the_stable_load_a_factor_is_one_in_size(k):
    for slow in (0.2, 0.5, 1.0):
        load = lookahead.stable_load(k, slow)
        for near, stable in ((0.999, True), (1.001, False)):
            assert (abs(lookahead.outer_contraction(1 - near * load, k, slow)) < 1) is stable


def test_rounds_at_random_settings_are_the_forms():
    for load, curvature, noise, k, slow in settings(40):
        step = moments.operator(model.sgd(load / curvature, curvature, noise))
        assert step.shape == (1, 3, 3)
        found = slow_weights.round_map(load / curvature, curvature, noise, k, slow)
        factor = 1 - known(load / curvature) * curvature
        plain = averaging.sgd_variance(known(load / curvature), curvature, noise)
        r = lookahead.outer_contraction(factor, k, known(slow))
        form = lookahead.lookahead_variance(plain, factor, k, known(slow))
        once = moments.run(found, model.start_at([1.0, 1.0], 3), [1, 9])
        squared = lookahead.slow_weights_square(1.0, form, r, 9)
        for value, wanted in (
            (moments.at_rest(found).second(slow_weights.SLOW, slow_weights.SLOW), form),
            (once.mean(slow_weights.SLOW)[0], r),
            (once.second(slow_weights.SLOW, slow_weights.SLOW)[1], squared),
        ):
            assert np.all(np.abs(value.value - wanted.value) <= value.error + wanted.error)


def test_a_round_of_two_steps_by_hand():
    # q = 1/2, noise 1 a step: from (1, 1) x has 1/4 after two steps, phi 1 - 3a/4; its noise is a^2 (1 + 1/4).
    found = slow_weights.round_map(0.5, 1.0, 2.0, 2, 0.25)
    after = moments.run(found, model.start_at([1.0, 1.0], 3), [1])
    for state in (1, 2):
        assert after.mean(state).value == pytest.approx(1 - 0.75 / 4, rel=1e-14)
        assert after.covariance(state, state).value == pytest.approx(1.25 / 16, rel=1e-13)


@pytest.mark.parametrize("reset", [False, True])
def test_rounds_with_momentum_are_steps_of_the_optimiser(reset):
    method, loads = optimiser.Method(0.7, 3, 0.4, 0.8, reset), np.array([0.1, 0.5, 1.7])
    matrices = slow_weights.momentum_rounds(loads, 0.8, 3, 0.4, reset=reset)
    for load, matrix in zip(loads, matrices, strict=True):
        x, memory = np.array([1.0]), np.zeros((2, 1))
        optimiser.start.py_func(method, x, memory)
        for t in range(1, 7):
            optimiser.step.py_func(method, t, x, load / 0.7 * x, memory)
        state = np.linalg.matrix_power(matrix, 2) @ [1.0, 0.0]
        assert [x[0], 0.7 * memory[1, 0]] == pytest.approx(state, rel=1e-12, abs=1e-12)


def test_rates_by_hand():
    assert slow_weights.rate([0.3], 0.0, 2, 0.5, reset=True) == pytest.approx((0.5 + 0.5 * 0.49) ** 0.5)
    assert slow_weights.rate([1.0], 0.81, 1, 1.0, reset=False) == pytest.approx(0.9)  # complex: the root of momentum


def test_rates_are_spectral_radii():
    for reset in (False, True):
        loads = RNG.uniform(0.01, 4.0, 100)
        matrices = slow_weights.momentum_rounds(loads, 0.9, 7, 0.6, reset=reset)
        radii = np.abs(np.linalg.eigvals(matrices)).max(axis=-1)
        assert slow_weights.rate(loads, 0.9, 7, 0.6, reset=reset) ** 7 == pytest.approx(radii, rel=1e-6)


def test_paths_have_the_exact_moments():
    method, curvatures, n, count = optimiser.Method(0.5, 4, 0.3), np.array([0.4, 1.5]), 12, 4000
    found = slow_weights.simulate(method, curvatures, 0.8, n, start=1.0, replicas=count, seed=5)
    exactly = moments.run(slow_weights.round_map(0.5, curvatures, 0.8, 4, 0.3), model.start_at([1.0, 1.0], 3), [n // 4])
    mean, variance = exactly.mean(2).value[0], exactly.covariance(2, 2).value[0]
    assert np.all(np.abs(found.mean - mean) < 5 * (variance / count) ** 0.5)
    assert found.samples.var(axis=0) == pytest.approx(variance, rel=5 * (2 / count) ** 0.5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: slow_weights.round_map(0.1, 1.0, 1.0, 0, 0.5), "period=0"),
        (lambda: slow_weights.round_map(-0.1, 1.0, 1.0, 2, 0.5), "step_size=-0.1"),
        (lambda: slow_weights.momentum_rounds([0.1], 1.0, 2, 0.5, reset=True), "momentum=1.0"),
        (lambda: slow_weights.simulate(optimiser.Method(0.1), [0.0], 1.0, 5, replicas=2, seed=1), "curvatures"),
        (lambda: slow_weights.simulate(optimiser.Method(0.1), [1.0], -1.0, 5, replicas=2, seed=1), "noise_std=-1.0"),
    ],
)
def test_bad_input_is_answered(call, words):
    with pytest.raises(InputError, match=words):
        call()
