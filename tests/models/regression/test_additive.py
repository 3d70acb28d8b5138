"""Additive noise, heavy ball, Nesterov's method: by hand in one and two dimensions, and every road against another."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from theorylab import Rival, agrees, exact
from theorylab.errors import InputError
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.models.regression.simulation import simulate, simulate_accelerated
from theorylab.models.regression.theory import spectral, stepped

TWO = LeastSquares(np.array([0.8, 0.3]), np.array([1.5, -0.7]), 0.6, "additive")
FLAT = LeastSquares(TWO.eigenvalues, TWO.error0, 0.6, "isotropic")
METHODS = {
    "sgd": Acceleration.sgd(0.4),
    "nesterov": Acceleration.nesterov(0.4, 0.7),
    "heavy ball": Acceleration.heavy_ball(0.4, 0.7),
    "free": Acceleration(0.8, 0.3, 0.25, 0.15),
}


def test_sgd_with_additive_noise_by_hand():
    # E e'^2 = (1 - h l)^2 e^2 + h^2 n per direction, n = sigma^2 l or sigma^2; two steps.
    for p, noise in ((TWO, 0.36 * TWO.eigenvalues), (FLAT, 0.36 * np.ones(2))):
        kept, fresh = (1 - 0.4 * p.eigenvalues) ** 2, 0.16 * noise
        expected = [p.error0**2, kept * p.error0**2 + fresh, kept * (kept * p.error0**2 + fresh) + fresh]
        assert theory.sgd_moments(p, 0.4, [0, 1, 2]) == pytest.approx(np.array(expected), rel=1e-14)
        halved = LeastSquares(p.eigenvalues, p.error0, 0.6, p.design, batch=2)
        assert theory.sgd_moments(halved, 0.4, [1])[0] == pytest.approx(kept * p.error0**2 + fresh / 2, rel=1e-14)


def test_two_steps_of_the_heavy_ball_by_hand_in_dimension_one():
    # x_1 = k e + h xi_0, x_2 = (k + m) x_1 - m e + h xi_1, k = 1 - h l; w is one step behind.
    h, m, lam, e, n = 0.4, 0.7, 0.8, 1.5, 0.36 * 0.8
    k = 1 - h * lam
    p = LeastSquares(np.array([lam]), np.array([e]), 0.6, "additive")
    moments = [e**2, e**2, (k * e) ** 2 + h**2 * n, (((k + m) * k - m) * e) ** 2 + h**2 * n * (1 + (k + m) ** 2)]
    risks = 0.5 * lam * np.array(moments)
    assert theory.asgd_risk(p, METHODS["heavy ball"], [0, 1, 2, 3]) == pytest.approx(risks, rel=1e-14)
    assert theory.additive_risk(p, METHODS["heavy ball"], [0, 1, 2, 3]) == pytest.approx(risks, rel=1e-14)


def test_two_steps_of_nesterov_by_hand_in_two_dimensions():
    # w_1 = k e + h xi_0, u_1 = (1 + m) w_1 - m e, w_2 = k u_1 + h xi_1.
    h, m, lam, e = 0.4, 0.7, TWO.eigenvalues, TWO.error0
    k = 1 - h * lam
    for p, n in ((TWO, 0.36 * lam), (FLAT, 0.36 * np.ones(2))):
        one = (k * e) ** 2 + h**2 * n
        two = (k * ((1 + m) * k - m) * e) ** 2 + h**2 * n * (1 + (k * (1 + m)) ** 2)
        risks = [0.5 * lam @ one, 0.5 * lam @ two]
        assert theory.asgd_risk(p, METHODS["nesterov"], [1, 2]) == pytest.approx(risks, rel=1e-14)
        assert theory.additive_moments(p, METHODS["nesterov"], [1, 2]) == pytest.approx(np.array([one, two]), rel=1e-14)


def test_the_constructors_are_the_methods_as_written():
    for name, h, m in (("nesterov", 0.4, 0.7), ("heavy ball", 0.4, 0.7), ("nesterov", 0.3, 0.0)):
        a = Acceleration.nesterov(h, m) if name == "nesterov" else Acceleration.heavy_ball(h, m)
        lam, before, now, path = TWO.eigenvalues, TWO.error0, TWO.error0, [TWO.error0]
        for _ in range(12):
            ahead = now + m * (now - before)
            before, now = now, (ahead - h * lam * ahead if name == "nesterov" else ahead - h * lam * now)
            path.append(now)
        lag = 1 if name == "heavy ball" else 0
        found = theory.asgd_mean_paths(TWO, a, np.arange(lag, 13))
        assert found == pytest.approx(np.array(path[: 13 - lag]), rel=1e-12)
        assert (a.memory, a.pull) == pytest.approx((m, (1 + m) * h if name == "nesterov" else h), rel=1e-15)


@pytest.mark.parametrize("p", [TWO, FLAT])
@pytest.mark.parametrize("name", METHODS)
def test_leaps_are_the_steps_of_the_recursion(p, name):
    steps = np.array([0, 1, 2, 3, 7, 64, 1000, 1023])
    risks = theory.asgd_risk(p, METHODS[name], steps)
    assert theory.additive_risk(p, METHODS[name], steps) == pytest.approx(risks, rel=1e-12)


def test_the_leaps_of_sgd_are_those_of_its_closed_form_up_to_the_largest_horizon():
    for p in (TWO, FLAT):
        q, n = 1 - 0.4 * p.eigenvalues, 0.16 * 0.36 * p.noise_spectrum
        for t in (1, 10, 10**6, 2**53):
            expected = q ** (2 * t) * p.error0**2 + n * (1 - q ** (2 * t)) / (1 - q**2)
            points = np.array([t])
            assert theory.additive_moments(p, METHODS["sgd"], points)[0] == pytest.approx(expected, rel=1e-14)
            assert spectral.sgd_moments(p, 0.4, points)[0] == pytest.approx(expected, rel=1e-13)
        steps = np.array([5, 100])
        far, near = (road.ema_moments(p, 0.4, 0.9, steps) for road in (spectral, stepped))
        assert far == pytest.approx(near, rel=1e-12)


def test_a_slow_pair_after_a_million_million_steps_in_fifty_digits():
    p = LeastSquares(np.array([1.0, 1e-9]), np.ones(2), 1.0, "additive")
    a = Acceleration.nesterov(0.1, 0.999)
    with mpmath.workdps(50):
        for k, x in enumerate((1.0, 1e-9)):
            l = mpmath.mpf(x)  # noqa: E741
            step = mpmath.matrix([[0, 1 - a.short_step * l], [-a.memory, 1 + mpmath.mpf(a.memory) - a.pull * l]])
            power, covariance = mpmath.eye(2), mpmath.zeros(2)
            push = mpmath.matrix([a.short_step, a.pull])
            for digit in f"{10**12:b}":
                covariance, power = covariance + power * covariance * power.T, power * power
                if digit == "1":
                    covariance = step * covariance * step.T + mpmath.mpf(x) * push * push.T
                    power = step * power
            expected = (power[0, 0] + power[0, 1]) ** 2 + covariance[0, 0]
            found = theory.additive_moments(p, a, [10**12])[0, k]
            assert abs(found / expected - 1) < 1e-9


def test_stationary_variances_solve_their_equations():
    lam, h, m = sp.symbols("lam h m", positive=True)
    a, b, u = sp.symbols("a b u")
    for memory, pull, short, form, name in (
        (m, h, 0, theory.heavy_ball_variance, u),
        (m, (1 + m) * h, h, theory.nesterov_variance, a),
    ):
        stay, ahead = 1 - short * lam, 1 + memory - pull * lam
        fixed = sp.solve(
            [
                stay**2 * u + short**2 - a,
                stay * (ahead * u - memory * b) + short * pull - b,
                memory**2 * a - 2 * memory * ahead * b + ahead**2 * u + pull**2 - u,
            ],
            [a, b, u],
            dict=True,
        )[0]
        assert sp.simplify(fixed[name] - form(h, m, lam)) == 0


@pytest.mark.parametrize("p", [TWO, FLAT])
def test_stationary_variances_are_reached(p):
    noise = 0.36 * p.noise_spectrum
    for name, form in (("heavy ball", theory.heavy_ball_variance), ("nesterov", theory.nesterov_variance)):
        found = theory.additive_moments(p, METHODS[name], [10**6])[0]
        assert found == pytest.approx(noise * form(0.4, 0.7, p.eigenvalues), rel=1e-13)


@pytest.mark.parametrize("design", ["additive", "isotropic", "gaussian"])
@pytest.mark.parametrize("name", ["nesterov", "heavy ball"])
def test_simulated_momentum_has_the_exact_risks(design, name):
    p = LeastSquares(TWO.eigenvalues, TWO.error0, 0.6, design, batch=2)
    a = Acceleration.nesterov(0.2, 0.5) if name == "nesterov" else Acceleration.heavy_ball(0.2, 0.5)
    steps = np.array([3, 10, 40])
    run = simulate_accelerated(p, a, steps, replicas=8000, seed=5)["last"]
    truth = exact(steps, theory.asgd_risk(p, a, steps), theory.asgd_relative_rounding(p, a, steps))
    other = exact(steps, theory.sgd_risk(p, 0.2, steps), 1e-12)
    check = agrees("risk", run, truth, rival=Rival(claim="that of SGD", predicted=other))
    assert check.as_declared, check


def test_stability_ends_at_two_over_the_largest_eigenvalue():
    assert theory.critical_step_size(TWO) == 2.5
    assert theory.sgd_risk(TWO, 2.49, [10])[0] > 0
    with pytest.raises(InputError, match=r"unstable.*additive problem need < 2.5"):
        theory.sgd_risk(TWO, 2.5, [10])
    # h l < 2 (1 + m) for the heavy ball.
    limit = 2 * 1.7 / 0.8
    assert theory.asgd_amplification(TWO, Acceleration.heavy_ball(0.999 * limit, 0.7)) == 0
    assert theory.asgd_amplification(TWO, Acceleration.heavy_ball(1.001 * limit, 0.7)) == np.inf


def test_a_run_without_noise_is_gradient_descent():
    p = LeastSquares(np.array([0.5]), np.array([2.0]), 0.0, "additive", batch=3)
    run = simulate(p, 0.5, 0.5, [1, 2, 3], replicas=32, seed=0)["last"]
    assert run.samples == pytest.approx(np.tile(0.75 ** (2 * np.array([1, 2, 3])), (32, 1)), rel=1e-14)


def test_bad_input_is_named():
    gaussian = LeastSquares(TWO.eigenvalues, TWO.error0, 0.6)
    with pytest.raises(InputError, match="design='gaussian' depends on the iterate"):
        theory.additive_risk(gaussian, METHODS["sgd"], [1])
    with pytest.raises(InputError, match="steps must increase"):
        theory.additive_risk(TWO, METHODS["sgd"], [2, 1])
