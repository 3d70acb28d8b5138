"""The kernels against their pure-Python bodies, plain re-implementations, closed forms and their edges."""

import math

import numpy as np
import pytest

from theorylab import Rival, agrees, exact
from theorylab.errors import DivergedError, InputError
from theorylab.models.bilevel import double_loop, kernels, normalised, theory
from theorylab.models.bilevel.double_loop import DoubleLoop
from theorylab.models.bilevel.kernels import Sampled
from theorylab.models.bilevel.model import Cosh, Scalar
from theorylab.models.bilevel.normalised import Noise, equal_noise
from theorylab.models.bilevel.simulation import (
    Observation,
    bo_rep,
    descent,
    descent_entry,
    hypergradient_errors,
    method,
    penalty_runs,
    schedule,
)
from theorylab.numerics.streams import fill_normal, stream

PLAN = {"steps": [40, 60], "step_size": [0.02, 0.05], "momentum": 0.8, "interval": 3, "lower_steps": 4,
        "lower_step": 0.3, "refinement": 5}  # fmt: skip


PROBLEM = Cosh(1.5, 0.8, coupling=0.7, amplitude=0.6, frequency=2.5, pull=0.3)
NOISE = Noise(0.3, 0.2, 0.4, 0.1, 0.5)


def runs(problem=PROBLEM, normalise=True, skewed=False, goals=(0.0, 0.0)):
    given = method(schedule(**PLAN), start=1.0, lower_start=0.5, radius=0.1, normalise=normalise)
    return problem.terms(), given, NOISE._replace(skewed=skewed), np.array(goals)


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize("normalise", [False, True])
def test_bilevel_runs_match_their_python_body(normalise, skewed):
    given = runs(normalise=normalise, skewed=skewed, goals=(0.0, 2.0))
    compiled = normalised.bilevel_runs(*given, stream(3, 1))
    assert compiled == pytest.approx(normalised.bilevel_runs.py_func(*given, stream(3, 1)), rel=1e-12)


def test_oracles_are_derivatives_and_count_their_calls():
    p, x, y, z, h = PROBLEM.terms(), 0.4, 0.9, 0.3, 1e-5
    calls = np.zeros(1, dtype=np.int64)
    assert normalised.lower_slope(p, x, y, 0.5, calls) == pytest.approx(0.8 * (y - 0.7 * x) + 0.5)
    assert normalised.upper_slope(p, y, 0.0, calls) == pytest.approx(1.5 * math.sinh(1.5 * y) - 1.5 * math.sin(2.5 * y))
    assert normalised.hessian_product(p, z, 0.5, calls) == pytest.approx(0.8 * z + 0.5)
    assert normalised.mixed_product(p, z, 0.5, calls) == pytest.approx(-0.56 * z + 0.5)
    assert normalised.direct_slope(p, x, 0.5, calls) == pytest.approx(0.3 * x + 0.5)
    assert calls[0] == 5
    slope = (PROBLEM.value(x + h) - PROBLEM.value(x - h)) / (2 * h)
    assert normalised.hyper_slope(p, x) == pytest.approx(float(slope), rel=1e-8)


def test_penalty_kernels_match_their_python_bodies():
    sigmas = np.array([1e-9, 0.01, 0.05])
    terms = Scalar(curvature=0.5, upper_slope=-1.0, third=2.0, upper_curvature=0.3).terms()
    assert kernels.penalised_roots(terms, sigmas) == pytest.approx(kernels.penalised_roots.py_func(terms, sigmas))
    plain = DoubleLoop(0.5, 0.0, 1.0, 0.5, 0.2, -2.0, 10_000)
    for loop in (plain, plain._replace(power=1.0), plain._replace(tilt=0.4, low=-1.5, high=2.0, reach=0.5),
                 plain._replace(curvature=2.0, ripple=3.0, growth=0.6, aside=2.5)):  # fmt: skip
        given = loop, np.array([0.1, 0.03]), np.array([0.01, 0.001])
        python = double_loop.penalty_runs.py_func(*given)
        assert double_loop.penalty_runs(*given) == pytest.approx(python, rel=1e-12)
    given = (
        Sampled(-1.0, 0.5, 1.3, 1.0, 0.7),
        np.array([1e-3, 0.1]),
        np.array([3, 2]),
    )  # smaller: the cancelled noise leaves its rounding
    compiled = kernels.hypergradient_errors(*given, stream(1, 2))
    assert compiled == pytest.approx(kernels.hypergradient_errors.py_func(*given, stream(1, 2)), rel=1e-10)
    hessian, begin = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([1.0, -2.0])
    grown = kernels.penalised_descent(hessian, begin, 0.3, 7)
    assert grown == pytest.approx(kernels.penalised_descent.py_func(hessian, begin, 0.3, 7))
    vector = np.linalg.matrix_power(np.eye(2) - 0.3 * hessian, 7) @ begin
    assert grown == pytest.approx(np.linalg.norm(vector) / np.linalg.norm(begin))


def test_descent_kernels_match_their_python_bodies():
    starts, sizes = np.array([1.0, 2.0, 5.0]), np.array([0.05, 0.01, 1.0])
    for normalise in (False, True):
        given = (PROBLEM.terms(), starts, sizes, 0.5, normalise, 30)
        assert normalised.descents(*given) == pytest.approx(normalised.descents.py_func(*given), rel=1e-12)
        given = (PROBLEM.terms(), starts, sizes, 0.5, normalise, 1000)
        assert (normalised.entry_steps(*given) == normalised.entry_steps.py_func(*given)).all()


def test_method_is_the_one_of_its_docstring():
    # Re-implemented from the module's docstring, with the same draws, on matrices of size one.
    source, scale, mu, c, amplitude, frequency, pull = stream(5, 0), 1.5, 0.8, 0.7, 0.6, 2.5, 0.3

    def noise(count):
        out = np.empty(count)
        fill_normal(source, out)
        return out

    def slope(y):
        return scale * math.sinh(scale * y) - amplitude * frequency * math.sin(frequency * y)

    x, y, z, m, gradients, calls, moves = 1.0, 0.5, 0.0, 0.0, [], 5, []
    for _ in range(5):
        y -= 0.3 * (mu * (y - c * x) + 0.3 * noise(1)[0])
    for k in range(40):
        gradients.append(abs(pull * x + c * slope(c * x)))
        if k % 3 == 0:
            centre = y
            for _ in range(4):
                y = np.clip(y - 0.3 * (mu * (y - c * x) + 0.3 * noise(1)[0]), centre - 0.1, centre + 0.1)
            calls += 4
            moves.append(abs(y - centre))
        of_hessian, of_slope, of_cross, of_direct = noise(4)
        z -= 0.2 * ((mu * z + 0.2 * of_hessian) - (slope(y) + 0.4 * of_slope))
        m = 0.8 * m + 0.2 * ((pull * x + 0.5 * of_direct) - (-mu * c * z + 0.1 * of_cross))
        calls += 4
        at = x
        x -= 0.02 * m / abs(m)
    found = normalised.bilevel_runs(*runs(), stream(5, 0))[:, 0]
    late = gradients[20:]
    errors = [(m - pull * at - c * slope(c * at)) ** 2, (y - c * at) ** 2]
    expected = [np.mean(gradients), np.mean(late), np.minimum(late, 1.0).mean(), calls, max(moves), *errors]
    assert max(moves) == pytest.approx(0.1)  # the ball holds it
    assert found == pytest.approx(expected, rel=1e-11)


def test_a_run_stops_at_its_goal_and_misses_are_infinite():
    problem = Cosh(1.0)
    plan = schedule([1000, 1000, 10], 0.01, 0.0)
    given = problem, method(plan, start=2.0), equal_noise(0.0)
    observation = Observation(goals=[1.0, 0.0, 1.0], x=[1, 2, 3])
    run = bo_rep(*given, replicas=2, seed=0, observation=observation, keep_diverged=True)
    assert 5 * 200 < run["calls"].samples[0, 0] < 5 * 1000  # it has to travel from 2 first
    assert run["all"].samples[0, 0] <= 1.0
    assert run["calls"].samples[0, 1] == 5 * 1000
    assert np.isinf(run["calls"].samples[0, 2])
    with pytest.raises(DivergedError):
        bo_rep(*given, replicas=2, seed=0, observation=Observation(goals=1.0, x=[1, 2, 3]))


def test_zero_noise_at_the_minimum_stays_there():
    run = bo_rep(Cosh(2.0), method(schedule([50], 0.1, 0.9), start=0.0), equal_noise(0.0), replicas=2, seed=0)
    assert (run["all"].samples == 0).all()


def test_constant_step_without_normalisation_diverges_and_is_reported():
    given = Cosh(2.0), method(schedule([1000], 0.01, 0.9), start=4.0, normalise=False), equal_noise(1.0)
    with pytest.raises(DivergedError, match="4 of 4 replicas of bilevel_runs"):
        bo_rep(*given, replicas=4, seed=0)
    run = bo_rep(*given, replicas=4, seed=0, keep_diverged=True)
    assert np.isposinf(run["all"].samples).all()


def test_skewed_noise_has_mean_zero_and_its_standard_deviation():
    out = np.empty(200_000)
    normalised.draw(True, out, stream(1, 0))
    assert abs(out.mean()) < 5 / 200_000**0.5
    assert out.std() == pytest.approx(1.0, rel=0.02)
    assert np.median(out) == pytest.approx(math.log(2) - 1, abs=0.01)


def test_sampled_variances_agree_with_theory():
    sigma = np.array([0.01, 0.1, 1.0])
    run = hypergradient_errors(Sampled(-1.5, 0.5, 2.0, 0.4, 0.9), sigma, 3, replicas=8000, seed=4)
    for name, common in (("fresh", False), ("common", True)):
        truth = theory.hypergradient_variance(sigma, -1.5, 0.5, 0.4, 0.9, 3, common)
        rival = Rival(claim="a fifth more", predicted=exact(sigma, 1.2 * truth, 1e-14, "sigma"))
        assert agrees(name, run[name], exact(sigma, truth, 1e-14, "sigma"), rival=rival).as_declared
        square = truth + (2.0 * -1.5 * sigma / (0.5 + sigma)) ** 2  # with the bias of psi_sigma' against psi'
        rival = Rival(claim="a fifth more", predicted=exact(sigma, 1.2 * square, 1e-14, "sigma"))
        assert agrees(name, run[f"{name}, all"], exact(sigma, square, 1e-14, "sigma"), rival=rival).as_declared


def test_penalised_root_of_a_quadratic_is_its_closed_form():
    sigma = np.geomspace(1e-15, 0.1, 9)
    t = theory.penalised_drift(Scalar(curvature=0.5, upper_slope=-2.0, upper_curvature=1.0), sigma)
    assert t == pytest.approx(2 * sigma / (0.5 + sigma), rel=1e-15)


def test_penalty_method_meets_its_bound_and_stalls_at_a_fixed_sigma():
    eps = np.array([0.1, 0.01])
    loop = DoubleLoop(0.5, 0.0, 1.0, 1.0, step_size=0.125, start=-2.0, limit=100_000)
    found = penalty_runs(loop, eps, eps * 0.5 / 24)[0]
    bound = theory.penalty_calls_bound(eps, eps * 0.5 / 24, 0.5, 1.0, 3.0, 0.125, 6.25)
    assert (found <= bound).all()
    stuck = penalty_runs(loop, eps, [0.05, 0.05])[0]
    # the fixed point x of psi_sigma has psi' = sigma / (mu + sigma) |x - d|, here 0.047: between the two tolerances
    assert np.isfinite(stuck[0])
    assert np.isinf(stuck[1])


def test_constraints_hold_the_double_loop_where_they_should():
    # y in [-0.5, 0.5]: psi' = pull x + (x - target) inside, pull x outside; minimum x = 0.5 of x in [-1, 1], target 4.
    eps = np.array([1e-3])
    loop = DoubleLoop(0.5, 0.0, 4.0, 0.1, 0.2, -0.9, 10**6, low=-0.5, high=0.5)
    inside = penalty_runs(loop, eps, eps * 0.5 / 40)
    assert np.isinf(inside[0][0])  # psi has a corner at its minimum: no x has a small slope
    held = penalty_runs(loop._replace(high=2.0, reach=1.0), eps, eps * 0.5 / 40)
    assert np.isfinite(held[0][0])
    assert held[1][0] == 1.0  # the constraint on x holds it
    assert double_loop.hyper_slope(loop, 0.2) == pytest.approx(abs(0.02 - 3.8))
    assert double_loop.hyper_slope(loop, 0.7) == pytest.approx(0.07)
    assert double_loop.upper_slope(loop._replace(tilt=0.3), 0.2) == -0.3


def test_the_lower_problem_that_is_not_convex_keeps_its_error_bound():
    loop = DoubleLoop(2.0, 0.0, 0.0, 0.0, 0.1, 0.0, 10**6, ripple=3.0)
    t = np.linspace(1e-3, 6, 6001)
    slopes = np.array([double_loop.lower_slope(loop, 0.0, y) for y in t])
    assert (np.diff(slopes) < 0).any()  # not convex
    assert (slopes / t).min() > 0.65
    calls = np.zeros(1, dtype=np.int64)
    assert abs(double_loop.solved(loop._replace(growth=0.65), 0.0, 3.0, 0.0, 1e-9, calls)) <= 1e-9


def test_zero_steps_and_arrival_at_the_start():
    assert (descent(Cosh(1.0), [2.0], 0.1, 0) == [[2.0]]).all()
    assert descent_entry(Cosh(1.0), [0.3, 1.0], 0.1, 0.5)[0] == 0
    calls, reached = penalty_runs(DoubleLoop(0.5, 0.0, 0.0, 0.0, 0.1, 0.0, 10), 0.1, 0.01)
    assert calls == reached == [0]


def test_descent_at_its_threshold_alternates_and_at_half_of_it_arrives():
    a, x0 = 0.5, 3.0
    step = theory.descent_threshold(a, x0)
    assert descent(Cosh(a), x0, step, 2)[0] == pytest.approx([x0, -x0, x0], rel=1e-12)
    assert abs(descent(Cosh(a), x0, step / 2, 1)[0, 1]) < 1e-14
    assert np.isinf(descent(Cosh(a), x0, 1.1 * step, 500)[0, -1])
    assert abs(descent(Cosh(a), x0, 0.9 * step, 500)[0, -1]) < 1e-10
    assert np.isinf(descent_entry(Cosh(a), x0, 1.1 * step, 0.5))


def plain(plan=None, noise_std=1.0, goals=0.0, **changes):
    plan = schedule([5], 0.1, 0.5) if plan is None else plan
    given = {"replicas": 2, "seed": 0, "observation": Observation(goals=goals)}
    return lambda: bo_rep(Cosh(1.0), method(plan, **{"start": 1.0} | changes), equal_noise(noise_std), **given)


def calls(**changes):
    loop = DoubleLoop(curvature=0.5, power=0.0, target=0.0, pull=0.0, step_size=0.1, start=1.0, limit=10)
    loop = loop._replace(**{name: value for name, value in changes.items() if name in loop._fields})
    return lambda: penalty_runs(loop, changes.get("tolerances", [0.1]), changes.get("sigmas", [0.01]))


def errors(batches=1, sigmas=(0.1,), **changes):
    problem = Sampled(slope=-1.0, curvature=0.5, coupling=1.0, additive=1.0, multiplicative=1.0)
    return lambda: hypergradient_errors(problem._replace(**changes), sigmas, batches, replicas=2, seed=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Cosh(0.0), "scale=0.0 is not allowed: give a finite number > 0"),
        (lambda: Cosh(1.0, 0.0), "curvature=0.0"),
        (lambda: schedule([[1]], 0.1, 0.5), r"steps needs shape \(points,\)"),
        (lambda: schedule([0], 0.1, 0.5), "steps=0 is not allowed: give integers >= 1"),
        (lambda: schedule([1.5], 0.1, 0.5), "steps=1.5"),
        (lambda: schedule([5], -0.1, 0.5), "step_size=-0.1 is not allowed: give finite numbers > 0"),
        (lambda: schedule([5], np.inf, 0.5), "step_size=inf"),
        (lambda: schedule([5], 0.1, 1.0), r"momentum=1 is not allowed: give numbers in \[0, 1\)"),
        (lambda: schedule([5, 6], [0.1, 0.1, 0.1], 0.5), r"step_size has shape \(3,\): give \(2,\)"),
        (lambda: schedule([5], 0.1, 0.5, refinement=-1), "refinement=-1"),
        (plain(start=np.nan), "start=nan"),
        (plain(lower_start=np.inf), "lower_start=inf"),
        (plain(noise_std=-1.0), "noise.lower=-1.0"),
        (lambda: Cosh(1.0, coupling=0.0), "coupling=0.0 is not allowed: give a finite number > 0"),
        (lambda: Cosh(1.0, pull=-1.0), "pull=-1.0 is not allowed: give a finite number >= 0"),
        (plain(radius=0.0), "radius=0.0"),
        (plain(aux_step=2.0), "aux_step=2 is unstable: the lower problem needs < 2 = 2 / curvature"),
        (plain(aux_step=0.0), "aux_step=0"),
        (plain(plan=schedule([5], 0.1, 0.5, lower_step=2.5)), "lower_step=2.5 is unstable"),
        (plain(goals=-1.0), "goals must be numbers >= 0"),
        (lambda: descent(Cosh(1.0), [np.nan], 0.1, 3), "starts need shape"),
        (lambda: descent(Cosh(1.0), [1.0, 2.0], [0.1] * 3, 3), r"step_sizes has shape \(3,\)"),
        (lambda: descent(Cosh(1.0), 1.0, 0.0, 3), "step_size=0"),
        (lambda: descent(Cosh(1.0), 1.0, 0.1, -1), "steps=-1"),
        (lambda: descent(Cosh(1.0), 1.0, 0.1, 3, momentum=1.0), "momentum=1.0"),
        (lambda: descent_entry(Cosh(1.0), 1.0, 0.1, 0.0), "radius=0"),
        (lambda: descent_entry(Cosh(1.0), 9.0, 1.1, 0.5, normalise=True), "may jump across"),
        (calls(tolerances=[0.0]), "tolerances=0"),
        (calls(sigmas=[0.01, 0.01]), r"sigmas has shape \(2,\): give \(1,\)"),
        (calls(sigmas=[0.1]), "sigma=0.1 is too large: give sigma <= 0.0625"),
        (calls(curvature=0.0), "curvature=0"),
        (calls(power=2.0), "power=2.0"),
        (calls(start=np.inf), "start=inf"),
        (calls(low=1.0, high=1.0), "low=1.0, high=1.0 is not allowed: give low < high"),
        (calls(tilt=0.0), "tilt=0.0"),
        (calls(reach=np.nan), "reach=nan"),
        (calls(growth=-1.0), "growth=-1"),
        (errors(batches=0), "batch=0"),
        (errors(batches=[1, 2]), r"batches has shape \(2,\): give \(1,\)"),
        (errors(additive=-1.0), "additive=-1.0"),
        (errors(slope=np.nan), "slope=nan"),
        (errors(sigmas=[-0.1]), "sigmas=-0.1"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
