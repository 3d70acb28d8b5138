"""Integrators against pure Python, exact moments and each other; Monte Carlo of RMSprop and USAM; weak errors."""

import numpy as np
import pytest
import sympy as sp

from theorylab import Curve, Rival, agrees, exact
from theorylab.errors import DivergedError, InputError
from theorylab.models.sde import kernels, simulation, theory
from theorylab.models.sde.integrators import Linear, linear_moments, simulate
from theorylab.models.sde.model import Limit
from theorylab.models.sde.weak import through_last, weak_error
from theorylab.numerics.streams import fill_normal, stream

GEOMETRIC, ADDITIVE = Linear(growth=-0.5, volatility=0.4), Linear(growth=-1.0, additive=0.7)


@pytest.mark.parametrize("equation", [GEOMETRIC, ADDITIVE, Linear(growth=0.0, additive=1.0)])
def test_kernel_matches_its_python_body(equation):
    given = equation.scheme(0.1), 7
    compiled = kernels.linear_paths(*given, stream(3, 1))
    assert compiled == pytest.approx(kernels.linear_paths.py_func(*given, stream(3, 1)), rel=1e-12)


def test_without_noise_exact_is_exponential_and_euler_a_power():
    run = simulate(Linear(growth=-0.5, start=2.0), 0.1, 3, replicas=2, seed=0)
    steps = np.arange(1, 4)
    assert run["exact"].samples[0] == pytest.approx(2 * np.exp(-0.05 * steps), rel=1e-14)
    assert run["euler"].samples[0] == pytest.approx(2 * 0.95**steps, rel=1e-14)
    assert (run["milstein"].samples == run["euler"].samples).all()


def test_milstein_is_euler_where_noise_is_additive():
    run = simulate(ADDITIVE, 0.1, 5, replicas=4, seed=0)
    assert (run["milstein"].samples == run["euler"].samples).all()


def test_euler_is_exact_for_brownian_motion():
    run = simulate(Linear(growth=0.0, additive=1.3), 0.1, 5, replicas=4, seed=0)
    assert run["euler"].samples == pytest.approx(run["exact"].samples, rel=1e-12)


@pytest.mark.parametrize("equation", [GEOMETRIC, ADDITIVE])
def test_simulated_moments_agree_with_exact_ones(equation):
    run = simulate(equation, 0.25, 4, replicas=20_000, seed=5)
    if equation.volatility:
        truth = theory.exact_moments(equation.growth, equation.volatility, 1.0)
        numeric = theory.euler_moments(equation.growth, equation.volatility, 0.25, 4)[1]
        gap = numeric - 2 * theory.euler_moments(equation.growth, equation.volatility, 0.25, 4)[2] + truth[1]
    else:
        mean, variance = linear_moments(equation.growth, equation.additive**2, 1.0, 0.0, 1.0)
        truth = mean[0], variance[0, 0] + mean[0] ** 2
        gap, _ = equation.mean_square_gap(0.25, 4)
    end = {name: curve.samples[:, -1] for name, curve in run.items()}
    samples = np.stack([end["exact"], end["exact"] ** 2, (end["euler"] - end["exact"]) ** 2], axis=1)
    value = np.array([*truth, gap])
    rival = Rival(claim="ten per cent more", predicted=exact(range(3), 1.1 * value, 1e-12))
    check = agrees("moments", Curve(np.arange(3.0), samples), exact(range(3), value, 1e-12), rival=rival)
    assert check.as_declared, check


def test_exact_step_is_the_conditional_law_of_ornstein_uhlenbeck():
    # Cov(W_h, I) and Var I of I = int exp(a (h - r)) dW, by integration.
    a, h, r = sp.symbols("a h r", positive=True)
    shared = sp.integrate(sp.exp(a * (h - r)), (r, 0, h))
    total = sp.integrate(sp.exp(2 * a * (h - r)), (r, 0, h))
    p = Linear(growth=0.8, additive=1.0).scheme(0.3)
    numbers = {a: 0.8, h: 0.3}
    assert p.slope * 0.3 == pytest.approx(float(shared.subs(numbers)), rel=1e-13)
    assert p.slope**2 * 0.3 + p.rest**2 == pytest.approx(float(total.subs(numbers)), rel=1e-13)


def test_mean_square_gap_of_one_step_by_integration():
    # D = (1 + a h - e^(ah)) x + s int (1 - e^(a(h-r))) dW.
    a, h, s, r = sp.symbols("a h s r", positive=True)
    value = (1 + a * h - sp.exp(a * h)) ** 2 + s**2 * sp.integrate((1 - sp.exp(a * (h - r))) ** 2, (r, 0, h))
    truth = float(value.subs({a: 0.8, h: 0.3, s: 0.6}))
    gap, bound = Linear(growth=0.8, additive=0.6).mean_square_gap(0.3, 1)
    assert gap == pytest.approx(truth, rel=1e-11)
    assert abs(gap - truth) <= bound + 1e-17
    assert ADDITIVE.mean_square_gap(0.1, 0)[0] == 0.0


def test_linear_moments_solve_their_equations_in_dimension_two():
    a, q = np.array([[-1.0, 0.4], [-0.6, -0.3]]), np.array([[0.5, 0.1], [0.1, 0.2]])
    m, c, e = np.array([1.0, -1.0]), np.array([[0.3, 0.1], [0.1, 0.4]]), 1e-5
    (m1, c1), (m2, c2) = (linear_moments(a, q, m, c, t) for t in (0.7 - e, 0.7 + e))
    mid_m, mid_c = linear_moments(a, q, m, c, 0.7)
    assert (m2 - m1) / (2 * e) == pytest.approx(a @ mid_m, rel=1e-7)
    assert (c2 - c1) / (2 * e) == pytest.approx(a @ mid_c + mid_c @ a.T + q, rel=1e-6)
    assert linear_moments(a, q, m, c, 0.0)[1] == pytest.approx(c, rel=1e-14)
    rest = linear_moments(a, q, m, c, 200.0)[1]
    assert a @ rest + rest @ a.T + q == pytest.approx(np.zeros((2, 2)), abs=1e-13)


def test_rmsprop_kernel_matches_its_python_body_and_one_step_by_hand():
    h = np.array([[2.0, 0.5], [0.5, 1.0]])
    problem = kernels.Quadratic(h, np.eye(2), 0.5, 0.1, 1.0, 0.04, np.ones(2), True)
    compiled = kernels.rmsprop_moments(problem, 6, stream(1, 0))
    assert compiled == pytest.approx(kernels.rmsprop_moments.py_func(problem, 6, stream(1, 0)), rel=1e-12)
    z = np.empty(4)
    fill_normal(stream(1, 0), z)
    x = -0.2 * 0.5 * z[:2] / 0.6  # first step from 0: sqrt(e) noise z / P
    u = 1 + 0.04 * (z[:2] ** 2 - 1)
    y = x - 0.2 * (0.5 * z[2:] + 0.2 * h @ x) / (0.5 * np.sqrt(u) + 0.1)
    # The second half of two steps is the second step.
    expected = [y[0] ** 2, y[0] * y[1], y[1] ** 2]
    assert kernels.rmsprop_moments(problem, 2, stream(1, 0)) == pytest.approx(expected, rel=1e-12)


def test_usam_kernel_matches_its_python_body():
    given = 2.0, 0.05, np.array([0.0, 0.1, 0.3]), 8
    compiled = kernels.usam_squares(*given, stream(1, 0))
    assert compiled == pytest.approx(kernels.usam_squares.py_func(*given, stream(1, 0)), rel=1e-12)


def test_usam_at_radius_zero_has_the_loss_of_sgd():
    run = simulation.usam_stationary(2.0, 0.05, [0.0], replicas=2000, seed=4)
    rival = Rival(claim="ten per cent more", predicted=1.1)
    assert agrees("SGD", run, 1.0, rival=rival).as_declared


def test_weak_errors_keep_one_sign_and_their_bounds():
    curve = weak_error([1.0, 2.0], [3.0, 1.0], [2.0, 2.0], [0.1, 0.2])
    assert curve.samples.tolist() == [[-1.0, 1.0]]  # the sign of the last point, so that a change of sign shows
    assert curve.rounding.tolist() == [[0.1, 0.2]]
    assert through_last(curve, -1).samples.tolist() == [[2.0, 1.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Linear(growth=1.0, volatility=1.0, additive=1.0), "both given"),
        (lambda: Linear(growth=np.nan), "growth=nan"),
        (lambda: ADDITIVE.scheme(0.0), "time_step=0.0"),
        (lambda: Linear(growth=1e9).scheme(1.0), "overflows: lower the time step below"),
        (lambda: GEOMETRIC.mean_square_gap(0.1, 3), "additive noise"),
        (lambda: ADDITIVE.mean_square_gap(0.1, -1), "steps=-1"),
        (lambda: simulate(ADDITIVE, 0.1, 0, replicas=2, seed=0), "steps=0"),
        (lambda: linear_moments(np.eye(2), np.eye(3), np.ones(2), np.eye(2), 1.0), "do not fit"),
        (lambda: linear_moments(-1.0, 1.0, 1.0, 0.0, -1.0), "time=-1.0"),
        (lambda: weak_error([2.0, 1.0], [1.0, 1.0], 0.0, 0.0), "increase"),
        (lambda: weak_error([], [], 0.0, 0.0), "increase"),
        (lambda: rmsprop(covariance=np.diag([1.0, -1.0])), "positive definite"),
        (lambda: rmsprop(time_step=2.0), "leaves no decay"),
        (lambda: rmsprop(steps=1), "steps=1"),
        (lambda: rmsprop(limit=Limit(rate=0.0)), "rate=0.0"),
        (lambda: simulation.usam_stationary(2.0, 1.1, [0.1], replicas=2, seed=0), "unstable"),
        (lambda: simulation.usam_stationary(2.0, 0.1, [-0.1], replicas=2, seed=0), "radii"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def rmsprop(**changes):
    given = {"hessian": np.eye(2), "covariance": np.eye(2), "limit": Limit(noise=0.5), "time_step": 0.01, "steps": 4}
    return simulation.rmsprop_covariance(**(given | changes), replicas=2, seed=0)


def test_euler_beyond_its_stability_limit_is_reported():
    with pytest.raises(DivergedError, match="2 of 2 replicas of linear_paths"):
        simulate(Linear(growth=-1e9, additive=1.0), 0.1, 100, replicas=2, seed=0)


def test_euler_at_its_stability_limit_neither_grows_nor_decays():
    run = simulate(Linear(growth=-20.0), 0.1, 4, replicas=2, seed=0)
    assert run["euler"].samples[0] == pytest.approx([-1, 1, -1, 1], rel=1e-14)
