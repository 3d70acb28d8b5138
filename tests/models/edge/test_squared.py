"""Squared regression against its differential equation, the scalar network inside it, and many digits."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from theorylab.errors import InputError
from theorylab.models.edge import model, squared

RNG = np.random.default_rng(3)


def loss_gradient(x, y, w):
    d = w.size // 2
    u, v = w[:d], w[d:]
    g = x.T @ (x @ (u**2 - v**2) - y) / len(y)
    return np.concatenate([2 * u * g, -2 * v * g])


@pytest.mark.parametrize(("samples", "directions"), [(1, 1), (2, 3), (3, 3), (3, 8)])
def test_flow_sharpness_is_that_of_the_differential_equation(samples, directions):
    given = squared.random_problems(3, samples, directions, 0.9, 0.6, seed=1)
    for k in range(3):
        x, y = given.inputs[k], given.targets[k]
        start = np.concatenate([given.plus[k], given.minus[k]])
        end = solve_ivp(
            lambda _, w, x=x, y=y: -loss_gradient(x, y, w), (0, 3000), start, method="LSODA", rtol=1e-10, atol=1e-12
        ).y[:, -1]
        u, v = np.split(end, 2)
        jacobian = 2 * np.hstack([x * u, -x * v])
        largest = np.linalg.eigvalsh(jacobian @ jacobian.T / samples)[-1]
        assert squared.flow_sharpness(given)[k] == pytest.approx(largest, rel=1e-7)


def test_iterate_sharpness_is_the_derivative_of_the_gradient():
    given = squared.random_problems(4, 2, 3, 0.9, 0.6, seed=2)
    for k in range(4):
        start = np.concatenate([given.plus[k], given.minus[k]])
        h = 1e-6 * np.eye(6)
        columns = [
            (
                loss_gradient(given.inputs[k], given.targets[k], start + e)
                - loss_gradient(given.inputs[k], given.targets[k], start - e)
            )
            / 2e-6
            for e in h
        ]
        largest = np.linalg.eigvalsh(np.array(columns))[-1]
        assert squared.iterate_sharpness(given)[k] == pytest.approx(largest, rel=1e-7)


def test_one_sample_in_one_direction_is_the_scalar_network_of_depth_two():
    u, v = np.array([0.9, 1.4, 1.1]), np.array([0.5, 0.2, 0.8])
    given = squared.problems(np.ones((3, 1, 1)), 1.0, u[:, None], v[:, None])
    weights = np.stack([u - v, u + v], axis=1)
    eta = np.array([0.2, 0.3, 0.25])
    runs, paths = model.descend(weights, 2 * eta, np.arange(11)), squared.descend(given, eta, 10)
    assert paths.survived.all()
    assert paths.sharpness == pytest.approx(2 * runs.sharpness, rel=1e-11)


def test_a_step_multiplies_plus_times_minus_by_its_contraction():
    w, y, eta = RNG.uniform(0.5, 1, 8), RNG.standard_normal(2), 0.05
    x = RNG.standard_normal((2, 4))
    g = x.T @ (x @ (w[:4] ** 2 - w[4:] ** 2) - y) / 2
    after = w - eta * loss_gradient(x, y, w)
    assert after[:4] * after[4:] == pytest.approx(w[:4] * w[4:] * (1 - (2 * eta * g) ** 2), rel=1e-13)
    given = squared.problems(x[None], y, w[:4], w[4:])
    moved = squared.problems(x[None], y, after[:4], after[4:])
    assert squared.descend(given, eta, 1).sharpness[0, 1] == pytest.approx(squared.flow_sharpness(moved)[0], rel=1e-10)


def sharpness_in_digits(x, y, plus, minus):
    """By Newton at 40 digits, from exact fractions, for two samples."""
    x, y = mp.matrix([[mp.mpf(a) for a in row] for row in x]), mp.matrix([mp.mpf(a) for a in y])
    squares = [[mp.mpf(a.numerator) ** 2 / mp.mpf(a.denominator) ** 2 for a in part] for part in (plus, minus)]
    nu = mp.matrix([0, 0])
    for _ in range(60):
        xi = x.T * nu
        up = [a * mp.e ** (-2 * t) for a, t in zip(squares[0], xi, strict=True)]
        down = [a * mp.e ** (2 * t) for a, t in zip(squares[1], xi, strict=True)]
        curvature = x * mp.diag([a + b for a, b in zip(up, down, strict=True)]) * x.T
        nu += mp.lu_solve(2 * curvature, x * mp.matrix([a - b for a, b in zip(up, down, strict=True)]) - y)
    return max(mp.eigsy(2 * curvature, eigvals_only=True))  # 4 / N with N = 2


def test_the_smallest_rise_stands_at_forty_digits_and_within_the_rounding_bounds():
    x, y, half = [[1, -1, 1], [2, -1, -1]], [-2, 2], Fraction(1, 2)
    given = squared.problems([x], [y], 1.0, 0.5)
    eta = Fraction(float(1 / squared.flow_sharpness(given)[0]))
    paths = squared.descend(given, float(eta), 1)
    beta = Fraction(3, 4)  # 1 - 1/4 in every direction
    residual = [sum(a * beta for a in row) - t for row, t in zip(x, y, strict=True)]
    g = [(x[0][i] * residual[0] + x[1][i] * residual[1]) / 2 for i in range(3)]
    with mp.workdps(40):
        before = sharpness_in_digits(x, y, [Fraction(1)] * 3, [half] * 3)
        after = sharpness_in_digits(x, y, [1 - 2 * eta * a for a in g], [half * (1 + 2 * eta * a) for a in g])
        assert float(after / before - 1) == pytest.approx(0.00175487268, rel=1e-6)
        for value, exact, bound in zip(paths.sharpness[0], (before, after), paths.rounding[0], strict=True):
            assert abs(float(mp.mpf(float(value)) / exact - 1)) <= bound < 1e-11


def test_a_run_that_would_change_a_sign_stops_before():
    given = squared.problems(np.ones((1, 1, 1)), 1.0, [[3.0]], [[0.1]])
    paths = squared.descend(given, 1.0, 3)
    assert not paths.survived[0]
    assert (paths.sharpness == paths.sharpness[0, 0]).all()


def test_zero_steps_record_the_start():
    given = squared.random_problems(2, 2, 3, 0.9, 0.6, seed=0)
    paths = squared.descend(given, 0.1, 0)
    assert np.array_equal(paths.sharpness[:, 0], squared.flow_sharpness(given))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: squared.problems(np.ones((2, 3)), 1.0, 1.0, 1.0), "inputs have shape"),
        (lambda: squared.problems(np.ones((1, 3, 2)), 1.0, 1.0, 1.0), "N <= d"),
        (lambda: squared.problems(np.ones((1, 2, 3)), np.ones(3), 1.0, 1.0), "targets of shape"),
        (lambda: squared.problems(np.ones((1, 2, 3)), np.nan, 1.0, 1.0), "must be finite"),
        (lambda: squared.problems(np.ones((1, 2, 3)), 1.0, 0.0, 1.0), "must be > 0"),
        (lambda: squared.descend(squared.random_problems(1, 1, 2, 1, 1, 0), 0.0, 1), "step_size=0.0"),
        (lambda: squared.descend(squared.random_problems(1, 1, 2, 1, 1, 0), 0.1, -1), "steps=-1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
