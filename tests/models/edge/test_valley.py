"""The valley between opposing signals: derivatives by SymPy, the flow integrated, many dimensions reduced."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp

from theorylab.errors import InputError
from theorylab.models.edge import valley
from theorylab.models.edge.valley import Signals
from theorylab.numerics.streams import fill_signs, stream

RNG = np.random.default_rng(20231107)
W = sp.symbols("p q o c")
BETA, A, K = sp.symbols("beta a k", positive=True)


def group(sign):
    p, q, o, c = W
    return ((c * p - BETA) ** 2 + (c * q) ** 2) / 2 + A * (c * o - sign * K) ** 2 / 2


MEAN = sp.expand((group(1) + group(-1)) / 2)


def at(expression, weights, beta, a, odd=0.0):
    return np.array(sp.lambdify((*W, BETA, A, K), expression)(*weights, beta, a, odd), dtype=float)


def test_gradient_and_hessian_are_derivatives_of_the_loss():
    for sign in (0.0, 0.6):
        weights, beta, a = RNG.standard_normal(4), 2.0, 7.0
        share = (1 + sign) / 2  # of plus signs
        loss = share * group(1) + (1 - share) * group(-1)
        gradient = at([sp.diff(loss, x) for x in W], weights, beta, a, 0.5)
        moved = weights.copy()
        valley.step(moved, Signals(beta, a, 0.5), sign, 0.01)
        assert moved == pytest.approx(weights - 0.01 * gradient, rel=1e-12)
    groups = [float(at(group(side), weights, beta, a, 0.5)) for side in (1, -1)]
    assert valley.group_losses(weights, Signals(beta, a, 0.5)) == pytest.approx(groups, rel=1e-12)
    found = valley.hessian(weights, Signals(beta, a))
    assert found == pytest.approx(at(sp.hessian(MEAN, W), weights, beta, a), rel=1e-12)


def test_flow_keeps_the_invariant():
    p, q, o, c = W
    rate = sum(-sp.diff(c**2 - p**2 - q**2 - o**2, x) * sp.diff(MEAN, x) for x in W)
    assert sp.simplify(rate) == 0
    assert valley.invariant([1.0, 2.0, 3.0, 4.0]) == 2
    assert valley.invariant(np.ones((5, 4))).shape == (5,)


def test_the_rate_of_c():
    rate = -2 * W[3] * sp.diff(MEAN, W[3])
    weights = RNG.standard_normal((3, 4))
    expected = [float(at(rate, row, 1.5, 4.0)) for row in weights]
    assert valley.square_rate(weights, Signals(1.5, 4.0)) == pytest.approx(expected)


def test_the_end_of_the_flow():
    beta, a = 3.0, 20.0
    gradient = sp.lambdify((*W, BETA, A), [-sp.diff(MEAN, x) for x in W])
    for start in ([0.1, 0.2, 0.3, 0.5], [0.5, -0.1, 0.0, 2.0], [-0.3, 0.4, 0.1, 0.2]):
        end = solve_ivp(lambda _, w: gradient(*w, beta, a), (0, 60), start, "LSODA", rtol=1e-10, atol=1e-12).y[:, -1]
        assert end[3] ** 2 == pytest.approx(valley.flow_square(valley.invariant(start), beta), rel=1e-6)
        largest = np.linalg.eigvalsh(valley.hessian(end, Signals(beta, a)))[-1]
        assert valley.minimum_sharpness(end[3] ** 2, beta, a) == pytest.approx(largest, rel=1e-6)
    assert valley.minimum_sharpness(3.0, 3.0, 0.5) == pytest.approx(6)


def test_four_weights_stand_for_many_dimensions():
    beta, b, (o, c) = RNG.standard_normal(5), RNG.standard_normal(5), (0.2, 0.7)
    size = np.linalg.norm(beta)
    along = b @ beta / size
    start = [along, np.linalg.norm(b - along * beta / size), o, c]
    found = valley.run(start, Signals(size, 3.0), 0.02, [0, 1, 50])
    plain = valley.descend.py_func(np.array(start), Signals(size, 3.0), 0.02, np.array([50]))
    assert plain[0] == pytest.approx(found[2], rel=1e-12)
    for t in range(51):
        if t in (0, 1, 50):
            row = found[[0, 1, 50].index(t)]
            ends = [b @ beta / size, np.linalg.norm(b - b @ beta / size**2 * beta), o, c]
            assert row[[0, 2, 3]] == pytest.approx([ends[0], ends[2], ends[3]], rel=1e-10)
            assert abs(row[1]) == pytest.approx(ends[1], rel=1e-10)
        r = c * b - beta
        b, o, c = b - 0.02 * c * r, o - 0.02 * 3 * c**2 * o, c - 0.02 * (b @ r + 3 * c * o**2)


def test_group_losses_follow_the_steps():
    start, state, steps, signals = (
        np.array([1.0, 0.1, 0.2, 1.2]),
        stream(3, 0),
        np.array([0, 1, 4]),
        Signals(1.5, 6.0, 0.4),
    )
    found = valley.positions(start, signals, 0.05, 3, steps, stream(3, 0))
    assert valley.positions.py_func(start, signals, 0.05, 3, steps, stream(3, 0)) == pytest.approx(found, rel=1e-12)
    weights, signs = start.copy(), np.empty(3)
    for t in range(5):
        if t in steps:
            assert found[:, steps.tolist().index(t)] == pytest.approx(valley.group_losses(weights, signals), rel=1e-12)
        fill_signs(state, signs)
        valley.step(weights, signals, signs.mean(), 0.05)
    run = valley.simulate(start, signals, 0.05, steps, batch=3, replicas=3, seed=3)
    assert run["plus"].samples[0] == pytest.approx(found[0])
    assert run["minus"].samples[0] == pytest.approx(found[1])


def test_group_covariance_of_a_symmetric_position():
    v, k, x, fourth = sp.symbols("v", positive=True), K, sp.symbols("x", real=True), sp.symbols("fourth", real=True)
    moment = {0: 1, 1: 0, 2: v, 3: 0, 4: 3 * v**2 + fourth}

    def mean(expression):
        return sum(coefficient * moment[power[0]] for power, coefficient in sp.Poly(sp.expand(expression), x).terms())

    plus, minus = A * (x - k) ** 2 / 2, A * (x + k) ** 2 / 2
    covariance = mean(plus * minus) - mean(plus) * mean(minus)
    assert sp.simplify(covariance - valley.group_covariance(v, fourth, k, A)) == 0


def test_position_variance_is_a_geometric_sum():
    x, B = sp.symbols("x B", positive=True)
    variance = cumulant = 0  # of a fair sign: 1 and -2; of the mean of B of them, over B and B^3
    for t in range(4):
        assert sp.simplify(variance - valley.position_variance(x, t, K, B)) == 0
        assert sp.simplify(cumulant - valley.position_cumulant(x, t, K, B)) == 0
        variance = sp.expand((1 - x) ** 2 * variance + x**2 * K**2 / B)
        cumulant = sp.expand((1 - x) ** 4 * cumulant - 2 * x**4 * K**4 / B**3)


def test_bad_calls_cost_one_sentence():
    for start, signals, step_size, words in (
        ([1.0], Signals(1.0, 1.0), 0.1, "four finite numbers"),
        ([1.0] * 4, Signals(0.0, 1.0), 0.1, "beta"),
        ([1.0] * 4, Signals(1.0, -1.0), 0.1, "a="),
        ([1.0] * 4, Signals(1.0, 1.0, -1.0), 0.1, "odd"),
        ([1.0] * 4, Signals(1.0, 1.0), 0.0, "step_size"),
    ):
        with pytest.raises(InputError, match=words):
            valley.run(start, signals, step_size, [1])
