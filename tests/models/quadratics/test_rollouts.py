"""Cliffs and rollouts by integration, the best weight with SymPy, scheduled moments by steps."""

import math

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.special import gammaln, logsumexp

from theorylab.errors import InputError
from theorylab.models.quadratics import simulation
from theorylab.models.quadratics.kernels import Mode
from theorylab.models.quadratics.theory import averaging, rollouts

RNG = np.random.default_rng(17)


def normal(x, variance):
    return math.exp(-(x**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


def test_cliff_probabilities_by_integration():
    for distance, variance in ((0.3, 0.05), (1.0, 0.2), (2.0, 0.1)):
        tail = 2 * quad(normal, distance, distance + 12 * variance**0.5, (variance,), epsabs=0, epsrel=1e-10)[0]
        assert rollouts.log_cliff_probability(distance, variance) == pytest.approx(math.log(tail), rel=1e-9)
    exact = rollouts.log_cliff_probability(30.0, 1.0) - rollouts.log_cliff_probability(30.0, 0.3)
    assert rollouts.log_cliff_ratio_leading(30.0, 1.0, 0.3) == pytest.approx(float(exact), rel=1e-3)


def test_rollouts_are_moments_of_a_normal_variable():
    v = sp.Rational(1, 50)
    t = sp.symbols("t")
    for multiplier in (1, sp.Rational(9, 10)):
        series = sp.exp(multiplier * t + v * t**2 / 2)
        for horizon in (1, 2, 5):
            moment = float(sp.diff(series, t, 2 * horizon).subs(t, 0))
            found = rollouts.log_rollout([0, horizon], float(multiplier), 0.02)
            assert found == pytest.approx([0.0, math.log(moment)], rel=1e-12)
    # Far beyond what a float holds: log sum_k C(2H, 2k) v^k (2k - 1)!!, the terms by log gamma.
    k, n, v = np.arange(5001), 10_000, 1e-3
    terms = gammaln(n + 1) - gammaln(2 * k + 1) - gammaln(n - 2 * k + 1) + k * math.log(v)
    terms += gammaln(2 * k + 1) - gammaln(k + 1) - k * math.log(2)
    long = rollouts.log_rollout([5000], 1.0, v)[0]
    assert long > 709
    assert long == pytest.approx(logsumexp(terms), rel=1e-10)


def test_rollouts_at_small_variance():
    for multiplier in (1.0, 0.9):
        gaps = []
        for horizon in (100, 1000):
            v = 0.25 / horizon**2
            exact = rollouts.log_rollout([horizon], multiplier, v)[0]
            gaps.append(abs(exact - rollouts.log_rollout_leading(horizon, multiplier, v)))
        assert gaps[1] < gaps[0] / 5 < 0.01


def test_best_weight_minimises_the_leading_error():
    w, t, h, s, x = sp.symbols("w t h s x", positive=True)
    error = x**2 * sp.exp(-2 * w * t) + w * s**2 / (2 * h**2)
    weight = sp.log(4 * (x * h / s) ** 2 * t) / (2 * t)
    assert sp.simplify(sp.diff(error, w).subs(w, weight)) == 0
    found = averaging.best_weight_leading(1e5, 0.8, 1.2, 2.0)
    assert found == pytest.approx(float(weight.subs({t: 1e5, h: 0.8, s: 1.2, x: 2.0})), rel=1e-12)


def test_scheduled_moments_by_steps():
    rates, weights = RNG.uniform(0.1, 0.9, 6), RNG.uniform(0, 1, 6)
    found = simulation.scheduled_moments(Mode(0.8, 1.3, 2.0), rates, weights, [0, 1, 6])
    # x and m as polynomials in the start and in the six normals.
    x = m = np.eye(7)[0] * 2.0
    rows = [(x, m)]
    for k in range(6):
        x = (1 - rates[k] * 0.8) * x - rates[k] * 1.3 * np.eye(7)[k + 1]
        m = (1 - weights[k]) * m + weights[k] * x
        rows.append((x, m))
    for k, n in enumerate((0, 1, 6)):
        x, m = rows[n]
        assert [found[name][k] for name in ("E x", "E m", "E x^2", "E m^2")] == pytest.approx(
            [x[0], m[0], x @ x, m @ m]
        )


def test_bad_input_is_answered_by_one_sentence():
    mode = Mode(1.0, 1.0, 1.0)
    for match, call in (
        ("need as many", lambda: simulation.scheduled_moments(mode, [0.1], [0.1], [2])),
        ("lie in \\[0, 1\\]", lambda: simulation.scheduled_moments(mode, [0.1], [1.1], [1])),
        ("multiplier", lambda: rollouts.log_rollout([1], -1.0, 0.1)),
        ("variance", lambda: rollouts.log_rollout([1], 1.0, -0.1)),
    ):
        with pytest.raises(InputError, match=match):
            call()
