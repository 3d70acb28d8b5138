"""Adan's closed forms derived again from its moments, and its frozen form against Nesterov's method."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.quadratics import frozen_adan
from theorylab.models.quadratics.frozen_adan import Gradients, Waves
from theorylab.models.quadratics.optimisers import adan as optimiser
from theorylab.models.quadratics.theory import adan
from theorylab.numerics.streams import stream

RNG = np.random.default_rng(3)
b1, b2, s, h = sp.symbols("b1 b2 s h", positive=True)


def frozen(first, difference):
    return optimiser.Method(1.0, first, difference, 0.0, 0.0)


def test_weights_are_those_of_the_moments():
    # Impulse response of m + (1 - b2) v by the recursions themselves.
    m = v = g = sp.Integer(0)
    for age, new in enumerate([1, 0, 0, 0]):
        m, v, g = (1 - b1) * m + b1 * new, (1 - b2) * v + b2 * (new - g), sp.Integer(new)
        assert sp.expand(m + (1 - b2) * v - adan.direction_weight(b1, b2, age)) == 0
    equal = [sp.simplify(adan.direction_weight(b1, b1, age)) for age in (0, 1, 2)]
    keep = 1 - b1
    assert [sp.expand(x - b1 * y) for x, y in zip(equal, (1 + keep, keep**2, keep**3), strict=True)] == [0, 0, 0]


def test_variance_sums_the_squared_weights():
    for _ in range(30):
        first, difference = RNG.uniform(0.05, 1, 2)
        weights = [adan.direction_weight(first, difference, age) for age in range(800)]
        assert adan.direction_variance(first, difference, 1.3) == pytest.approx(1.69 * np.square(weights).sum())
        exactly = frozen_adan.direction_variance(first, difference, 1.3)
        assert adan.direction_variance(first, difference, 1.3) == pytest.approx(float(exactly.value), rel=1e-10)
        ages = first * (1 - first) ** np.arange(800)
        assert adan.average_variance(first, 1.3) == pytest.approx(1.69 * np.square(ages).sum())
    keep = 1 - b1
    nme = b1**2 * s**2 * ((1 + keep) ** 2 + keep**4 / (1 - keep**2))
    assert sp.simplify(adan.direction_variance(b1, b1, s) - nme) == 0


def test_lag_is_the_mean_age():
    for first, difference in ((0.1, 0.1), (0.02, 0.08), (0.3, 0.9)):
        ages = np.arange(5000)
        weights = [adan.direction_weight(first, difference, age) for age in range(5000)]
        assert sum(weights) == pytest.approx(1)
        assert adan.direction_lag(first, difference) == pytest.approx(weights @ ages)
    assert sp.simplify(adan.direction_lag(b1, b1) - (1 - b1) ** 2 / b1) == 0


def test_second_moment_of_two_gradients():
    mean, x, y = sp.symbols("mean x y")
    ahead = sp.expand(((mean + x) + (1 - b2) * (x - y)) ** 2)  # gradients mean + x today, mean + y before
    moments = {x**2: s**2, y**2: s**2}
    expected = sum(
        ahead.coeff(x, i).coeff(y, j) * {(0, 0): 1, (2, 0): moments[x**2], (0, 2): moments[y**2]}.get((i, j), 0)
        for i in range(3)
        for j in range(3)
    )
    assert sp.simplify(expected - adan.second_moment(b2, mean, s)) == 0


def test_at_the_limit_minus_one_is_a_root():
    for first, difference in ((0.5, 0.5), (0.02, 0.08), (0.9, 0.1)):
        limit = adan.step_limit(first, difference)
        roots = np.linalg.eigvals(frozen_adan.one_step(frozen(first, difference), limit))
        assert np.abs(roots + 1).min() < 1e-9
        assert np.abs(roots).max() == pytest.approx(1, abs=1e-9)
    keep = 1 - b1
    assert sp.simplify(adan.step_limit(b1, b1) - (2 + 2 * keep) / ((1 + 2 * keep) * b1)) == 0
    # An average: x' = x - h m', m' = (1 - b) m + b x has root -1 where h = 2 (2 - b) / b.
    matrix = sp.Matrix([[1 - h * b1, -h * (1 - b1)], [b1, 1 - b1]])
    assert sp.simplify((matrix + sp.eye(2)).det().subs(h, adan.average_limit(b1))) == 0


def test_double_root_of_the_slowest_curvature():
    root, k = sp.symbols("root k", positive=True)
    q = root**2
    momentum = sp.nsimplify(adan.nesterov_momentum(1 / q))
    x = sp.nsimplify(adan.nesterov_slowest(1 / q, k))
    y = [sp.simplify(x.subs(k, k + j) / (1 - root) ** k) for j in range(3)]
    # x_k+1 = (1 + a)(1 - q) x_k - a (1 - q) x_k-1, and x_1 = 1 - (1 + a) q.
    assert sp.simplify(y[2] - (1 + momentum) * (1 - q) * y[1] + momentum * (1 - q) * y[0]) == 0
    assert sp.simplify(x.subs(k, 1) - (1 - (1 + momentum) * q)) == 0


def test_heavy_ball_oscillates_with_the_root_of_its_momentum():
    matrix = np.array([[1 + 0.81 - 0.5, -0.81], [1.0, 0.0]])
    assert np.abs(np.linalg.eigvals(matrix)) == pytest.approx(adan.heavy_ball_radius(0.81))


def test_frozen_adan_is_nesterov_from_a_going_velocity():
    f, start, keep = Waves(np.array([0.5, 1.0, 2.0]), 1.2, 0.3), np.array([1.0, -2.0, 0.7]), 0.8
    noise = 0.3 * RNG.standard_normal((40, 3))
    gradient = np.empty(3)
    frozen_adan.slope_of_waves(f, start, noise[0], gradient)
    by_hand = f.curvatures * start - 1.2 * np.sin(start) + 0.3 * start.sum() + noise[0]
    assert gradient == pytest.approx(by_hand)
    rates = 0.05 / np.abs(gradient)
    mine = frozen_adan.adan_path(optimiser.Method(0.05, 0.2, 0.2, 0.0, 0.0), f, start, noise)
    theirs = frozen_adan.ahead_path(0.2 * rates, keep, 1 / 0.2, f, start, noise)
    assert mine == pytest.approx(theirs, rel=1e-11, abs=1e-12)


def test_the_point_ahead_by_hand():
    f = Waves(np.array([1.0]), 0.0, 0.0)
    found = frozen_adan.ahead_path(np.array([0.1]), 0.5, 2.0, f, np.array([1.0]), np.zeros((2, 1)))
    # m_0 = 2, w = 1 + .05 * 2; m = 1 + 1, w = 1.1 - .2, ahead .9 - .05 * 2.
    assert found[0, 0] == pytest.approx(0.8)
    velocity = 0.5 * 2 + 0.8
    assert found[1, 0] == pytest.approx(0.9 - 0.1 * velocity - 0.05 * velocity)


def test_responses_are_weights_lag_and_moment():
    steps = np.array([4000])
    ramp = frozen_adan.responses(frozen(0.1, 0.2), Gradients(0.0, 0.5, 0.0), steps, stream(1, 0))
    assert 0.5 * 3999 - ramp[0, 0] == pytest.approx(0.5 * adan.direction_lag(0.1, 0.2), rel=1e-9)
    method = optimiser.Method(1.0, 0.3, 0.2, 0.4, 0.0)
    found = frozen_adan.simulate(method, Gradients(0.7, 0.0, 1.3), steps[:1] // 40, replicas=4000, seed=4)
    moment = found["second moment"]
    assert abs(moment.mean[0] - adan.second_moment(0.2, 0.7, 1.3)) < 5 * moment.standard_error[0]
    direction = found["direction"]
    assert direction.samples.var() == pytest.approx(adan.direction_variance(0.3, 0.2, 1.3), rel=0.12)
    assert abs(direction.mean[0] - 0.7) < 5 * direction.standard_error[0]


def test_one_step_is_that_of_the_optimiser():
    matrix = frozen_adan.one_step(frozen(0.25, 0.5), 2.0)
    # From x = 1 alone: m = .25 * 2, v = .5 * 2, x = 1 - (.5 + .5 * 1).
    assert matrix[:, 0] == pytest.approx([0.0, 0.5, 1.0, 2.0])
    assert matrix[:, 3] == pytest.approx([0.25, 0.0, -0.5, 0.0])


def test_other_rates_are_answered():
    with pytest.raises(InputError, match="rate=1 and epsilon=0"):
        frozen_adan.simulate(optimiser.Method(), Gradients(0.0, 0.0, 1.0), [5], replicas=2, seed=1)
