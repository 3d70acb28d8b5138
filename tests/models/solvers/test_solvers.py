"""Implicit derivatives: by hand, by SymPy, by differences, and their bounds on random problems."""

import numpy as np
import pytest
import sympy

from theorylab.errors import InputError
from theorylab.models.solvers import model, theory

EDGE = 1 + 1e-7


def problem(kind, seed, samples=12, dimension=3, penalty=0.2):
    X, y = model.random_data(samples, dimension, seed, labels=kind is model.Logistic)
    return kind(X, y, penalty)


@pytest.mark.parametrize("kind", [model.Ridge, model.Logistic])
def test_implicit_derivatives_by_differences(kind):
    X, y = model.random_data(12, 3, 4, labels=kind is model.Logistic)
    middle, (low, high) = kind(X, y, 0.2), (kind(X, y, 0.2 + h) for h in (-1e-5, 1e-5))
    solution = middle.solution
    assert np.abs(middle.gradient(solution)).max() < 1e-12
    assert middle.implicit(solution) == pytest.approx((high.solution - low.solution) / 2e-5, rel=1e-6)
    step = 1e-6 * np.eye(3)
    slopes = np.array([(middle.gradient(solution + e) - middle.gradient(solution - e)) / 2e-6 for e in step])
    assert middle.hessian(solution) == pytest.approx(slopes, abs=1e-8)


@pytest.mark.parametrize("kind", [model.Ridge, model.Logistic])
@pytest.mark.parametrize("seed", range(60))
def test_the_constant_follows_from_one_linear_equation(kind, seed):
    p, draw = problem(kind, seed, penalty=float(np.exp(-seed / 15))), np.random.default_rng(seed)
    x, solution = p.solution + np.exp(draw.uniform(-4, 2)) * draw.standard_normal(3), p.solution
    A, A0 = -p.hessian(x), -p.hessian(solution)
    J, J0 = p.implicit(x), p.implicit(solution)
    assert pytest.approx((x - solution) - (A - A0) @ J0, abs=1e-9) == A @ (J - J0)
    bound = theory.jacobian_constant(*p.constants(x)) * np.linalg.norm(x - solution)
    assert np.linalg.norm(J - J0) <= bound * EDGE
    constants = p.constants(x)
    assert np.linalg.norm(A - A0, 2) <= constants.gamma * np.linalg.norm(x - solution) + 1e-9
    assert theory.jacobian_constant(2.0, 3.0, 5.0, 7.0) == 1.5 + 35 / 4


def test_ridge_errors_by_hand():
    p = model.Ridge(np.diag([1.0, 2.0]), np.array([1.0, 2.0]), 1.0)
    assert p.solution.tolist() == [0.5, 0.8]
    assert p.implicit(p.solution).tolist() == [-0.25, -0.16]
    x = np.array([1.0, 1.0])
    error = p.implicit(x) - p.implicit(p.solution)
    assert error == pytest.approx(theory.ridge_error(np.array([2.0, 5.0]), x - p.solution))
    assert p.implicit_each(x) == pytest.approx(np.diag([-0.5, -0.2]))


def test_derivatives_by_each_penalty():
    p = problem(model.Ridge, 3)
    S, c = p.features.T @ p.features, p.features.T @ p.targets
    for j in range(3):
        ends = [np.linalg.solve(S + np.diag(0.2 + h * (np.arange(3) == j)), c) for h in (-1e-5, 1e-5)]
        assert p.implicit_each(p.solution)[:, j] == pytest.approx((ends[1] - ends[0]) / 2e-5, rel=1e-6)
    assert p.implicit_each(p.solution).sum(axis=1) == pytest.approx(p.implicit(p.solution))


def test_unrolled_errors_by_hand():
    h, a, e, E = sympy.symbols("h a e E", positive=True)
    for t in range(1, 5):
        now, after = (theory.unrolled_error(h, a, e, E, x) for x in (t, t + 1))
        assert sympy.expand(after - ((1 - h * a) * now - h * (1 - h * a) ** t * e)) == 0
    assert theory.unrolled_error(h, a, e, E, 0) == E
    p = problem(model.Ridge, 5)
    curvature, modes = np.linalg.eigh(p.matrix)
    path, J = model.descend(p, 0.3, 7), p.implicit(p.solution)
    form = theory.unrolled_error(0.3, curvature, -p.solution @ modes, -J @ modes, 7)
    assert (path.derivatives[-1] - J) @ modes == pytest.approx(form, rel=1e-9)


@pytest.mark.parametrize("kind", [model.Ridge, model.Logistic])
def test_unrolled_derivatives_by_differences(kind):
    X, y = model.random_data(12, 3, 6, labels=kind is model.Logistic)
    ends = [model.descend(kind(X, y, 0.2 + h), 0.3, 5).points[-1] for h in (-1e-5, 1e-5)]
    assert model.descend(kind(X, y, 0.2), 0.3, 5).derivatives[-1] == pytest.approx((ends[1] - ends[0]) / 2e-5, rel=1e-6)


def test_the_root_by_hand():
    x, theta = sympy.symbols("x theta", positive=True)
    error = 1 / (2 * x) - 1 / (2 * sympy.sqrt(theta))
    assert sympy.simplify(error - theory.root_derivative_error(x, theta)) == 0
    assert theory.root_derivative_error(1.0, 4.0) == 0.25


@pytest.mark.parametrize("seed", range(30))
def test_adjoint_solves_keep_their_bound(seed):
    p, u = problem(model.Ridge, seed), np.random.default_rng(seed).standard_normal(3)
    x = p.solution
    alpha = np.linalg.eigvalsh(p.matrix)[0]
    found, residuals = model.conjugate_gradients(p.matrix, u, 3)
    assert u - found @ p.matrix == pytest.approx(residuals, abs=1e-9)
    assert found[-1] == pytest.approx(np.linalg.solve(p.matrix, u))
    bound = theory.adjoint_bound(np.linalg.norm(residuals, axis=1), np.linalg.norm(x), alpha)
    assert (np.abs(-found @ x - u @ p.implicit(x)) <= bound * EDGE + 1e-12).all()


def test_fixed_points_have_the_derivative_of_their_equation():
    p = problem(model.Logistic, 2)
    x = p.solution + 0.2
    for step in (0.1, 0.5):
        assert model.fixed_point_derivative(p, x, step, 5000) == pytest.approx(p.implicit(x), rel=1e-9)
    assert model.fixed_point_derivative(p, x, 0.5, 1) == pytest.approx(-0.5 * x)


def test_the_lasso_by_hand_and_by_differences():
    run = model.lasso_run(np.eye(2), np.array([3.0, 0.5]), 1.0, 3)
    assert run.points[-1].tolist() == [2.0, 0.0]
    assert run.derivatives[-1].tolist() == [-1.0, 0.0]
    assert model.soft(np.array([-3.0, 0.5]), 1.0).tolist() == [-2.0, 0.0]
    X, y = model.random_data(20, 4, 8)
    ends = [model.lasso_run(X, y, 0.3 + h, 3000).points[-1] for h in (-1e-4, 1e-4)]
    assert model.lasso_run(X, y, 0.3, 3000).derivatives[-1] == pytest.approx((ends[1] - ends[0]) / 2e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: model.Ridge(np.ones(3), np.ones(3), 1.0), "features need shape"),
        (lambda: model.Ridge(np.eye(2), np.ones(3), 1.0), "targets of shape"),
        (lambda: model.Ridge(np.eye(2), np.ones(2), 0.0), "penalty=0.0 is not allowed"),
        (lambda: model.Logistic(np.eye(2), np.full(2, np.nan), 1.0), "must be finite"),
        (lambda: model.random_data(0, 2, 1), "samples=0 is not allowed"),
        (lambda: model.lasso_run(np.eye(2), np.ones(2), -1.0, 3), "penalty=-1.0 is not allowed"),
    ],
)
def test_bad_input_is_answered(call, message):
    with pytest.raises(InputError, match=message):
        call()
