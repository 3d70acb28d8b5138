"""Momentum: the Lyapunov equation and the limit with SymPy, the lag, averaged rates by hand, the label-noise valley."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.quadratics import kernels, model, moments, simulation
from theorylab.models.quadratics.kernels import Mode
from theorylab.models.quadratics.theory import averaging, momentum
from theorylab.numerics.known import known
from theorylab.numerics.streams import fill_normal, stream

RNG = np.random.default_rng(13)
eta, be, h, s = sp.symbols("eta beta h s", positive=True)


def test_stationary_variance_solves_the_lyapunov_equation():
    a = sp.Matrix([[1 - eta * (1 - be) * h, -eta * be], [(1 - be) * h, be]])
    b = sp.Matrix([-eta * (1 - be) * s, (1 - be) * s])
    x, c, m = sp.symbols("x c m")
    covariance = sp.Matrix([[x, c], [c, m]])
    solved = sp.solve(list(covariance - a * covariance * a.T - b * b.T), [x, c, m], dict=True)[0]
    assert sp.simplify(solved[x] - momentum.momentum_variance(eta, be, h, s)) == 0
    assert sp.simplify(momentum.momentum_variance(eta, 0, h, s) - averaging.sgd_variance(eta, h, s)) == 0


def test_exact_moments_at_random_settings_are_the_form():
    for _ in range(60):
        beta, curvature, noise = RNG.uniform(0, 0.99), *RNG.uniform(0.2, 2, 2)
        step = RNG.uniform(0.001, 0.95) * momentum.momentum_limit(beta, curvature)
        found = moments.at_rest(moments.operator(model.momentum(step, beta, curvature, noise))).second(1, 1)[0]
        form = momentum.momentum_variance(known(step), known(beta), curvature, noise)
        assert abs(found.value - form.value) <= found.error + form.error
    assert found.relative < 1e-3


def test_at_the_limit_a_root_is_minus_one():
    limit = momentum.momentum_limit(be, h)
    a = sp.Matrix([[1 - limit * (1 - be) * h, -limit * be], [(1 - be) * h, be]])
    assert sp.simplify(sp.det(a + sp.eye(2))) == 0
    for beta in (0.0, 0.5, 0.95):
        for factor, stable in ((0.999, True), (1.001, False)):
            radius = moments.radius(model.momentum(factor * momentum.momentum_limit(beta, 0.7), beta, 0.7, 1.0))[0][0]
            assert bool(radius < 1) is stable


def test_lag_at_small_step_sizes():
    for beta in (0.5, 0.9):
        for time in (0.3, 1.0, 2.0):
            eta, n = 1e-6, round(time * 1e6)
            heavy = moments.run(
                moments.operator(model.momentum(eta, beta, 1.0, 0.0)), model.start_at([1.0, 0.0], 3), [n]
            )
            plain = moments.run(moments.operator(model.sgd(eta, 1.0, 0.0)), model.start_at([1.0], 2), [n])
            gap = (heavy.mean(1) - plain.mean(1)).value[0, 0] / (eta * beta / (1 - beta))
            assert gap == pytest.approx(momentum.momentum_lag_leading(time), abs=3e-5)


def test_averaged_rates_of_three_steps_by_hand():
    e, b = sp.symbols("e1:4"), sp.symbols("b1:4")
    rates = momentum.averaged_rates(e, b)
    by_hand = [
        (1 - b[0]) * (e[0] + e[1] * b[1] + e[2] * b[1] * b[2]),
        (1 - b[1]) * (e[1] + e[2] * b[2]),
        (1 - b[2]) * e[2],
    ]
    assert all(sp.expand(found - wanted) == 0 for found, wanted in zip(rates, by_hand, strict=True))


def test_balance_of_the_label_noise_valley():
    # D exp(-eta D / 2) = exp(-eta / 2 - time): dD/dtime = -2 D / (2 - eta D), and a step multiplies D by 1 - eta^2 g^2.
    step, dt = 0.1, 1e-6
    d = momentum.label_noise_balance(step, 1.3)
    slope = (momentum.label_noise_balance(step, 1.3 + dt) - momentum.label_noise_balance(step, 1.3 - dt)) / (2 * dt)
    assert slope == pytest.approx(-2 * d / (2 - step * d), rel=1e-6)
    assert momentum.label_noise_balance(step, 0.0) == pytest.approx(1.0, rel=1e-12)
    u, v, xi, e = sp.symbols("u v xi e")
    g = u * v - xi
    after = (u - e * g * v) ** 2 - (v - e * g * u) ** 2
    assert sp.expand(after - (u**2 - v**2) * (1 - e**2 * g**2)) == 0
    run = simulation.label_noise(1.0, 0.05, 0.0, [800], replicas=4000, seed=6)
    balance = run["u"].samples[:, 0] ** 2 - run["v"].samples[:, 0] ** 2
    assert abs(balance.mean() - momentum.label_noise_balance(0.05, 2.0)) < 4 * balance.std() / 4000**0.5 + 0.002


def test_kernels_are_the_methods_as_written():
    xi = np.empty(6)
    fill_normal(stream(1, 0), xi)
    found = kernels.momentum_paths(Mode(0.7, 1.3, 2.0), 0.4, 0.9, np.array([2, 5]), stream(1, 0))
    x, m, path = 2.0 * xi[0], 0.0, []
    for z in xi[1:]:
        m = 0.9 * m + 0.1 * (0.7 * x + 1.3 * z)
        x = x - 0.4 * m
        path.append((x, m))
    assert found == pytest.approx(np.array([path[1], path[4]]).T, rel=1e-12)
    found = kernels.label_noise_paths(1.2, 0.3, 0.8, np.array([1, 6]), stream(1, 0))
    (u, v), heavy, path = (1.0, 0.0), np.zeros(2), []
    for z in xi:
        g = u * v - 1.2 * z
        heavy = 0.8 * heavy + 0.2 * g * np.array([v, u])
        u, v = np.array([u, v]) - 0.3 * heavy
        path.append((u, v))
    assert found == pytest.approx(np.array([path[0], path[5]]).T, rel=1e-12)


def test_replicas_have_the_exact_moments():
    run = simulation.momentum(Mode(0.7, 1.3, 1.0), 0.4, 0.9, [5, 40], replicas=4000, seed=2)
    recursion = model.momentum(0.4, 0.9, 0.7, 1.3)
    start = model.start_at([0.0, 0.0], 3, np.diag([1.0, 0.0]))
    found = moments.run(moments.operator(recursion), start, [5, 40])
    for name, i in (("x", 1), ("m", 2)):
        square = run[name].samples ** 2
        gap = np.abs(square.mean(axis=0) - found.second(i, i).value[:, 0])
        assert (gap < 5 * square.std(axis=0) / 4000**0.5).all()


def test_bad_input_is_answered_by_one_sentence():
    with pytest.raises(InputError, match="beta=1"):
        simulation.momentum(Mode(1.0, 1.0, 0.0), 0.4, 1.0, [1], replicas=2, seed=1)
    with pytest.raises(InputError, match="step_size"):
        simulation.label_noise(1.0, -0.4, 0.5, [1], replicas=2, seed=1)
