"""Exact moments of the whole decentralised method, against enumeration of signs, extended precision and simulation."""

import itertools

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.bilevel import averaged
from theorylab.models.bilevel.agents import ring
from theorylab.numerics.streams import stream

PROBLEM = averaged.random_averaging(1, 4, 0.5, 2)


def test_hyper_slope_is_the_derivative_of_the_objective():
    p = PROBLEM

    def value(x):
        y = (p.couplings.mean() * x + p.shifts.mean()) / p.hessians.mean()
        return ((y - p.targets) ** 2).mean() / 2 + p.ridge * x**2 / 2

    slope, constant = averaged.hyper_slope(p)
    for x in (-1.0, 0.7):
        assert slope * x + constant == pytest.approx((value(x + 1e-5) - value(x - 1e-5)) / 2e-5, rel=1e-8)


def run(p, alpha, steps, noises):
    """The method in plain words, for given noise: an iterator of (N,)."""
    W, n = ring(p.hessians.size), p.hessians.size
    x = y = z = r = np.zeros(n)
    s = g = -p.shifts
    v = u = p.targets
    for _ in range(steps):
        for _ in range(p.inner):
            y = W @ y - p.lower_step * s
            new = p.hessians * y - p.couplings * x - p.shifts + p.inner_noise * next(noises)
            s, g = W @ s + new - g, new
        if p.cold:
            z = np.zeros(n)
            v = u = p.hessians * z - y + p.targets + p.inner_noise * next(noises)
        for _ in range(p.inner):
            z = W @ z - p.system_step * v
            new = p.hessians * z - y + p.targets + p.inner_noise * next(noises)
            v, u = W @ v + new - u, new
        r = (1 - alpha) * r + alpha * (p.ridge * x + p.couplings * z + p.noise_std * next(noises))
        x = W @ x - alpha * r
    slope = averaged.hyper_slope(p)[0] * x.mean() + averaged.hyper_slope(p)[1]
    return np.array([slope**2, ((x - x.mean()) ** 2).mean(), (r.mean() - slope) ** 2])


@pytest.mark.parametrize("cold", [False, True])
def test_moments_are_the_mean_over_all_signs(cold):
    p = averaged.random_averaging(3, 3, 0.7, 1, cold=cold)
    calls = 4 if cold else 3
    found = np.zeros(3)
    for signs in itertools.product((-1.0, 1.0), repeat=3 * calls):
        found += run(p, 0.3, 1, iter(np.reshape(signs, (calls, 3))))
    assert averaged.moments(p, 0.3, [1])[:, 0] == pytest.approx(found / 2 ** (3 * calls), rel=1e-12)


@pytest.mark.parametrize("cold", [False, True])
def test_without_noise_moments_are_the_run(cold):
    p = averaged.random_averaging(4, 5, 0.0, 3, cold=cold)
    zeros = itertools.repeat(np.zeros(5))
    wanted = [run(p, 0.2, t, zeros) for t in (1, 4, 9)]
    assert pytest.approx(np.array(wanted), rel=1e-11, abs=1e-15) == averaged.moments(p, 0.2, [1, 4, 9]).T


@pytest.mark.parametrize("cold", [False, True])
def test_compiled_runs_are_the_python_body(cold):
    p = PROBLEM._replace(cold=cold)
    given = p, ring(4), 0.2, averaged.hyper_slope(p), np.array([1, 6])
    compiled = averaged.averaged_runs(*given, stream(1, 1))
    assert compiled == pytest.approx(averaged.averaged_runs.py_func(*given, stream(1, 1)), rel=1e-11)


def test_simulated_runs_meet_the_moments():
    found = averaged.simulated(PROBLEM, 0.2, [3, 20], replicas=4000, seed=1)
    wanted = averaged.moments(PROBLEM, 0.2, [3, 20])
    for name, row in zip(averaged.OUTPUTS, wanted, strict=True):
        assert (np.abs(found[name].mean - row) < 4 * found[name].standard_error).all()


def test_stationary_moments_are_the_limit():
    far = averaged.moments(PROBLEM, 0.2, [3000])[:, 0]
    assert averaged.stationary(PROBLEM, 0.2) == pytest.approx(far, rel=1e-9)
    assert averaged.averages(PROBLEM, 0.2, 2) == pytest.approx(averaged.moments(PROBLEM, 0.2, [1, 2]).mean(axis=1))


def test_settled_agents_rest():
    p = averaged.random_averaging(6, 5, 0.0, 30)
    for alpha in (0.3, 0.01):
        x = averaged.settled(p, alpha)
        slope, constant = averaged.hyper_slope(p)
        z = (p.couplings * x).mean() / p.hessians.mean() + p.shifts.mean() / p.hessians.mean() - p.targets.mean()
        direction = p.ridge * x + p.couplings * z / p.hessians.mean()
        assert ring(5) @ x - alpha * direction == pytest.approx(x)
        end = averaged.stationary(p, alpha)
        assert end[0] == pytest.approx((slope * x.mean() + constant) ** 2, rel=1e-6)
        assert end[1] == pytest.approx(((x - x.mean()) ** 2).mean(), rel=1e-6)


def test_stationary_variances_of_the_averaged_direction():
    p = PROBLEM._replace(inner=40, inner_noise=0.0)
    for alpha in (1e-3, 1e-4):
        gradient, _, direction = averaged.stationary(p, alpha)
        assert (gradient, direction) == pytest.approx(averaged.stationary_leading(p, alpha), rel=3 * alpha)


def test_double_precision_is_that_of_extended_precision():
    F, c, Q = (part.astype(np.longdouble) for part in averaged.step_maps(PROBLEM, 0.05))
    mean, covariance = averaged.start(PROBLEM).astype(np.longdouble), np.zeros_like(Q)
    for _ in range(500):
        mean, covariance = F @ mean + c, F @ covariance @ F.T + Q
    second = covariance + np.outer(mean, mean)
    wanted = averaged._values(averaged._forms(PROBLEM), mean, second)
    assert averaged.moments(PROBLEM, 0.05, [500])[:, 0] == pytest.approx(wanted.astype(float), rel=1e-10)


def test_bad_problems_are_refused():
    for change, words in (
        ({"hessians": np.ones(3)}, "shape"),
        ({"hessians": -PROBLEM.hessians}, "shape"),
        ({"ridge": -1.0}, "ridge"),
        ({"noise_std": -1.0}, "noise_std"),
        ({"inner_noise": -1.0}, "inner_noise"),
        ({"lower_step": 0.0}, "lower_step"),
        ({"system_step": 0.0}, "system_step"),
        ({"inner": 0}, "inner"),
    ):
        with pytest.raises(InputError, match=words):
            averaged.checked(PROBLEM._replace(**change))
    with pytest.raises(InputError, match="diverges"):
        averaged.stationary(PROBLEM._replace(system_step=5.0), 0.1)
    with pytest.raises(InputError, match="alpha"):
        averaged.moments(PROBLEM, 0.0, [1])
