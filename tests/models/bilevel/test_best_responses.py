"""Trained responses against SymPy, against fits over quadrature nodes, and against runs of the compiled tuner."""

import math

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.bilevel import best_responses
from theorylab.models.bilevel.best_responses import Tuner
from theorylab.numerics.streams import stream

A, B, s = sp.symbols("A B s", positive=True)
RIDGE = Tuner(1.3, True, 0.7, 0.4, 0.1, 0.2, 0.3, (0.5, 0.2, -0.1))
QUADRATIC = Tuner(2.0, False, 0.6, 0.4, 0.1, 0.2, 0.3, (1.5, 0.9, -0.1), 0.2, -0.8)


def expected_loss(value, slope):
    """E A (w - 1)^2 / 2 + B e^eps w^2 / 2 for w = value + slope eps: moments of eps, and of eps under the weight e^eps.

    The weight shifts the normal law by s^2 and has the mass E e^eps, both from its moment generating function.
    """
    t = sp.Symbol("t")
    generating = sp.exp(s**2 * t**2 / 2)
    plain = [sp.diff(generating, t, k).subs(t, 0) for k in range(3)]
    tilted = [sp.diff(generating, t, k).subs(t, 1) for k in range(3)]
    fit = A * ((value - 1) ** 2 * plain[0] + 2 * (value - 1) * slope * plain[1] + slope**2 * plain[2]) / 2
    return fit + B * (value**2 * tilted[0] + 2 * value * slope * tilted[1] + slope**2 * tilted[2]) / 2


@pytest.fixture(scope="module")
def loss():
    value, slope = sp.symbols("b U", real=True)
    return expected_loss(value, slope), value, slope


def test_trained_response_solves_its_normal_equations(loss):
    total, value, slope = loss
    form = best_responses.trained_response(A, B, s)
    for unknown in (value, slope):
        gradient = sp.diff(total, unknown).subs({value: form[0], slope: form[1]})
        assert sp.simplify(gradient) == 0
    hessian = sp.hessian(total, (value, slope))
    assert sp.simplify(hessian - sp.Matrix(best_responses.response_hessian(A, B, s))) == sp.zeros(2, 2)
    quadratic = sp.Matrix(best_responses.response_hessian(A, 0, s))
    assert quadratic == sp.Matrix([[A, 0], [0, A * s**2]])


def test_biases_to_leading_order():
    lam = sp.Symbol("lam", real=True)
    best = A / (A + sp.exp(lam))
    tangent = best_responses.tangent(A, B)
    assert sp.simplify(best.subs(lam, sp.log(B)) - tangent[0]) == 0
    assert sp.simplify(sp.diff(best, lam).subs(lam, sp.log(B)) - tangent[1]) == 0
    for form, at, lead in zip(best_responses.trained_response(A, B, s), tangent,
                              best_responses.response_bias_leading(A, B, s), strict=True):  # fmt: skip
        series = sp.series(form - at, s, 0, 3).removeO()
        assert sp.simplify(series - lead) == 0
    second = sp.diff(best, lam, 2).subs(lam, sp.log(B)) * s**2 / 2  # the value is averaged over the perturbations
    assert sp.simplify(second - best_responses.response_bias_leading(A, B, s)[0]) == 0


def test_tuned_penalty_is_where_the_value_is_wanted():
    for seed in range(100):
        a, wanted, spread = np.random.default_rng(seed).uniform([0.2, 0.05, 0.01], [4.0, 0.95, 2.0])
        penalty = best_responses.tuned_penalty(a, wanted, spread)
        assert best_responses.trained_response(a, penalty, spread)[0] == pytest.approx(wanted, rel=1e-12)
    assert best_responses.tuned_penalty(1.0, 0.4, 0.0) == pytest.approx(1.5)
    # to leading order lam is off by s^2 (1/2 - w_V)
    off = math.log(best_responses.tuned_penalty(1.0, 0.4, 0.01) / 1.5)
    assert off == pytest.approx(1e-4 * 0.1, rel=1e-3)


def test_fits_over_nodes_are_the_closed_form():
    for seed in range(60):
        a, b, spread = np.random.default_rng(seed).uniform([0.1, 0.1, 0.01], [5.0, 5.0, 2.0])
        fitted = best_responses.fitted_response(a, b, spread)
        assert fitted == pytest.approx(best_responses.trained_response(a, b, spread), rel=4096 * 2.0**-52)
    assert best_responses.fitted_response(1.0, 2.0, 1.0) == pytest.approx((0.3489, -0.1515), abs=5e-5)


def test_a_gated_response_is_exact_at_every_spread():
    worst = 0.0
    for seed in range(60):
        a, b, spread = np.random.default_rng(seed).uniform([0.2, 0.2, 0.05], [4.0, 4.0, 1.5])
        found, bound = best_responses.fitted_gate(a, b, spread, (-0.5, 0.0))
        error = np.abs(found - [-1.0, math.log(a / b)]).max()
        worst = max(worst, error / bound)
        assert bound < 1e-6
    assert worst < 1


def test_second_derivatives_over_nodes_are_the_closed_form():
    found = best_responses.averaged_hessian(1.3, 2.0, 0.8)
    assert found == pytest.approx(np.array(best_responses.response_hessian(1.3, 2.0, 0.8)), rel=1e-12)
    found = best_responses.averaged_hessian(1.3, 0.0, 0.8, 2.0)
    assert found == pytest.approx(1.3 * np.array([[1.0, 2.0], [2.0, 4.64]]), rel=1e-12)


def test_gates_by_hand_in_dimension_one():
    assert best_responses.gate(2.0, 0.0) == 0.8
    d, lam = sp.symbols("d lam", positive=True)
    gated = 1 / (1 + sp.exp(-(2 * sp.log(d) - lam)))
    assert sp.simplify(gated - best_responses.gate(d, lam)) == 0


def test_the_gated_network_minimises_the_training_loss():
    draws = np.random.default_rng(1)
    inputs, labels, hyper = draws.standard_normal((9, 4)), draws.standard_normal(9), np.array([-3.0, 0.0, 2.0])
    network = best_responses.gated_network(inputs, labels, hyper)
    assert network == pytest.approx(best_responses.ridge_solutions(inputs, labels, hyper), abs=1e-13)
    for w, lam in zip(network, hyper, strict=True):
        gradient = inputs.T @ (inputs @ w - labels) + math.exp(lam) * w
        assert gradient == pytest.approx(np.zeros(4), abs=1e-12)
    # with 1/n before the loss the bias of a gate is 2 ln d - ln n
    mean = np.linalg.solve(inputs.T @ inputs / 9 + np.eye(4), inputs.T @ labels / 9)
    assert mean == pytest.approx(best_responses.gated_network(inputs, labels, [math.log(9)])[0], abs=1e-13)


def test_condition_number_of_an_uncentred_response():
    centre = sp.Symbol("c", positive=True)
    hessian = sp.Matrix([[1, centre], [centre, centre**2 + s**2]])
    low, high = sorted(hessian.eigenvals(), key=lambda e: float(e.subs({centre: 1, s: 1})))
    for at in ({centre: 5.0, s: 0.5}, {centre: 0.3, s: 1.2}, {centre: 2.0, s: 0.01}):
        ratio = float((high / low).subs(at))
        assert ratio == pytest.approx(best_responses.condition_number(at[centre], at[s]), rel=1e-6)
    assert best_responses.condition_number(0.0, 0.1) == pytest.approx(100)


def test_descent_matrix_is_a_step_of_the_kernel():
    p = QUADRATIC._replace(spread=0.0, slope_step=0.0, start=(1.1, 0.3, -0.8))
    end = (p.wanted - p.offset) / p.tilt
    moved = best_responses.tuning_runs(p, np.array([1]), stream(0, 0))[:, 0]
    matrix = np.array(best_responses.descent_matrix(p.curvature * p.value_step, p.hyper_step, p.tilt))
    assert [moved[0] - end, moved[1] - p.wanted] == pytest.approx(matrix @ [1.1 - end, 0.3 - p.wanted])
    assert moved[2] == -0.8


def test_largest_hyper_step_by_jury():
    rate, step, tilt = sp.symbols("a B r", positive=True)
    matrix = sp.Matrix(best_responses.descent_matrix(rate, step, tilt))
    assert sp.expand(matrix.trace() - (2 - rate - rate * step * tilt**2)) == 0
    assert sp.expand(matrix.det() - (1 - rate)) == 0
    # |det| < 1 and trace < 1 + det hold; the condition that is left is -trace < 1 + det
    bound = sp.solve(matrix.trace() + 1 + matrix.det(), step)[0]
    assert sp.simplify(bound - best_responses.largest_hyper_step(rate, tilt)) == 0


def test_training_slopes_are_derivatives():
    h = 1e-6
    for p, loss in ((RIDGE, lambda w: 1.3 * (w - 1) ** 2 / 2 + math.exp(0.4) * w**2 / 2),
                    (QUADRATIC, lambda w: 2.0 * (w - 0.2 + 0.8 * 0.4) ** 2 / 2)):  # fmt: skip
        slope = (loss(0.7 + h) - loss(0.7 - h)) / (2 * h)
        assert best_responses.training_slope.py_func(p, 0.4, 0.7) == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("p", [RIDGE, QUADRATIC])
def test_compiled_runs_are_the_python_body(p):
    steps = np.array([0, 1, 5, 17])
    compiled = best_responses.tuning_runs(p, steps, stream(2, 3))
    assert compiled == pytest.approx(best_responses.tuning_runs.py_func(p, steps, stream(2, 3)), rel=1e-12)
    assert compiled[:, 0] == pytest.approx(p.start)


def test_a_step_by_hand():
    p = RIDGE._replace(spread=0.0)
    hyper, value, slope = best_responses.tuning_runs(p, np.array([1]), stream(0, 0))[:, 0]
    pull = 1.3 * (0.2 - 1) + math.exp(0.5) * 0.2
    assert value == pytest.approx(0.2 - 0.1 * pull)
    assert slope == -0.1  # without a perturbation it is not trained
    assert hyper == pytest.approx(0.5 - 0.3 * (value - 0.4) * -0.1)


def test_means_of_sampled_training_follow_the_second_derivatives():
    p = RIDGE._replace(hyper_step=0.0, start=(math.log(0.8), 0.0, 0.0))
    run = best_responses.tuning(p, [12], replicas=4000, seed=1)
    hessian = np.array(best_responses.response_hessian(1.3, 0.8, 0.7))
    mean = np.zeros(2)
    for _ in range(12):
        mean = mean - np.diag([0.1, 0.2]) @ (hessian @ mean - [1.3, 0.0])
    for name, wanted in zip(("value", "slope"), mean, strict=True):
        assert abs(run[name].mean[0] - wanted) < 4 * run[name].standard_error[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: best_responses.fitted_response(-1.0, 1.0, 1.0), "curvature"),
        (lambda: best_responses.fitted_response(1.0, 1.0, 3.0), "resolved"),
        (lambda: best_responses.fitted_gate(1.0, 1.0, 0.0, (0.0, 0.0)), "spread"),
        (lambda: best_responses.tuning(RIDGE._replace(spread=-1.0), [1], replicas=2, seed=1), "spread"),
        (lambda: best_responses.tuning(RIDGE._replace(start=(0.0, 1.0)), [1], replicas=2, seed=1), "start"),
        (lambda: best_responses.tuning(RIDGE._replace(curvature=0.0), [1], replicas=2, seed=1), "curvature"),
    ],
)
def test_bad_arguments_are_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
