"""The proximal Lagrangian value function against complex steps, against minimax over grids, and by hand."""

import mpmath
import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.bilevel import value_function
from theorylab.models.bilevel.value_function import Inequality

GAMMAS = (0.7, 1.9)


def instance(seed):
    draws = np.random.default_rng(seed)
    m = int(draws.integers(2, 6))
    given = value_function.random_coupled(seed, m, int(draws.integers(1, m + 1)), 3, int(draws.integers(1, m)))
    x, y = value_function.feasible(given, draws.standard_normal(3), draws.standard_normal(m))
    return given, x, y, draws.standard_normal(given.constraint.shape[0])


def test_a_saddle_is_one():
    given, x, y, z = instance(1)
    theta, lam, value = value_function.saddle(given, (x, y, z), *GAMMAS)

    def lagrangian(at, multiplier):
        both = value_function.objective(given, x, at) + multiplier @ value_function.constraint(given, x, at)
        return both + ((at - y) ** 2).sum() / 1.4 - ((multiplier - z) ** 2).sum() / 3.8

    assert lagrangian(theta, lam) == pytest.approx(value, rel=1e-13)
    draws = np.random.default_rng(2)
    for _ in range(50):
        assert lagrangian(theta + draws.standard_normal(theta.size), lam) > value
        assert lagrangian(theta, lam + draws.standard_normal(lam.size)) < value


def test_residual_of_a_feasible_point_in_closed_form():
    for seed in range(100):
        given, x, y, z = instance(seed)
        value = value_function.saddle(given, (x, y, z), *GAMMAS)[2]
        gap = value_function.objective(given, x, y) - value
        form = value_function.residual(given, (x, y, z), *GAMMAS)
        assert form >= 0
        assert gap == pytest.approx(form, rel=1e-8, abs=1e-10)


def test_residual_by_hand_in_dimension_one():
    # f = y^2 / 2 + y p, g = y + x: q = y + p + z over 1 + 1/gamma1 + gamma2
    one = np.ones((1, 1))
    given = value_function.Coupled(one, 0 * one, np.array([0.3]), 0 * one, one, one)
    form = value_function.residual(given, (np.array([0.5]), np.array([-0.5]), np.array([0.7])), 2.0, 3.0)
    assert form == pytest.approx(0.5 * 0.5**2 / 4.5)


def test_residual_vanishes_at_solution_and_multiplier_alone():
    given = value_function.plain_toy(4)
    x = np.array([0.3, -0.2, 0.9, 0.1])
    y = np.concatenate([x + 1, np.full(4, -2 * x.mean() - 1)])
    assert value_function.constraint(given, x, y) == pytest.approx([0.0], abs=1e-14)
    assert value_function.residual(given, (x, y, np.array([-1.0])), *GAMMAS) == pytest.approx(0, abs=1e-28)
    assert value_function.residual(given, (x, y, np.array([0.0])), *GAMMAS) > 0.1
    other = y + np.array([0.0, 0, 0, 0, 1, -1, 0, 0])  # y2 is not unique
    assert value_function.residual(given, (x, other, np.array([-1.0])), *GAMMAS) == pytest.approx(0, abs=1e-28)


def test_gradient_of_the_value_function_by_complex_steps():
    for seed in range(50):
        given, x, y, z = instance(seed)
        y = y + np.random.default_rng(seed).standard_normal(y.size)  # not feasible either
        point = np.concatenate([x, y, z])
        cuts = [x.size, x.size + y.size]
        found = np.empty(point.size)
        for j in range(point.size):
            moved = point.astype(complex)
            moved[j] += 1e-100j
            found[j] = value_function.saddle(given, tuple(np.split(moved, cuts)), *GAMMAS)[2].imag / 1e-100
        form = value_function.gradient(given, (x, y, z), *GAMMAS)
        assert form == pytest.approx(found, rel=1e-9, abs=1e-10)


def test_values_and_gradients_keep_their_rounding_bounds():
    worst = np.zeros(2)
    for seed in range(60):
        given, x, y, z = instance(seed)
        gammas = tuple(10.0 ** np.random.default_rng(seed).uniform(-2, 2, 2))
        bounds = value_function.rounding(given, (x, y, z), *gammas)
        with mpmath.workdps(50):
            value, slope = precise(given, x, y, z, *(mpmath.mpf(float(gamma)) for gamma in gammas))
            off = abs(value_function.saddle(given, (x, y, z), *gammas)[2] - value)
            slopes = value_function.gradient(given, (x, y, z), *gammas)
            far = max(abs(found - true) for found, true in zip(slopes, slope, strict=True))
        worst = np.maximum(worst, [float(off) / bounds[0], float(far) / bounds[1]])
    assert (worst < 1).all()
    assert (worst > 1e-5).all()


def precise(given, x, y, z, gamma1, gamma2):
    """v and its gradient at 50 digits."""
    P, R, p, S, A, B = (mpmath.matrix(part.tolist()) for part in given)
    x, y, z = (mpmath.matrix(part.tolist()) for part in (x, y, z))
    m, c = A.cols, A.rows
    matrix, right = mpmath.zeros(m + c), mpmath.zeros(m + c, 1)
    matrix[:m, :m], matrix[m:, :m], matrix[:m, m:] = P + mpmath.eye(m) / gamma1, A, A.T
    matrix[m:, m:] = -mpmath.eye(c) / gamma2
    right[:m, 0], right[m:, 0] = y / gamma1 - R * x - p, -B * x - z / gamma2
    solution = mpmath.lu_solve(matrix, right)
    theta, lam = solution[:m, 0], solution[m:, 0]
    value = (theta.T * P * theta)[0] / 2 + (theta.T * (R * x + p))[0] + (x.T * S * x)[0] / 2
    value += (lam.T * (A * theta + B * x))[0]
    value += ((theta - y).T * (theta - y))[0] / (2 * gamma1) - ((lam - z).T * (lam - z))[0] / (2 * gamma2)
    return value, [*(R.T * theta + S * x + B.T * lam), *((y - theta) / gamma1), *((lam - z) / gamma2)]


def test_contraction_bound_over_random_operators():
    for seed in range(200):
        given = instance(seed)[0]
        operator = value_function.saddle_operator(given, *np.random.default_rng(seed).uniform(0.2, 5.0, 2))
        monotone = np.linalg.eigvalsh((operator + operator.T) / 2)[0]
        lipschitz = np.linalg.norm(operator, 2)
        for step in np.geomspace(0.01, 2, 7) * monotone / lipschitz**2:
            norm = np.linalg.norm(np.eye(len(operator)) - step * operator, 2)
            assert norm <= value_function.contraction_bound(monotone, lipschitz, step) * (1 + 1e-12)


def test_largest_forward_step_of_random_operators():
    for seed in range(50):
        operator = value_function.saddle_operator(instance(seed)[0], *GAMMAS)
        step = value_function.largest_forward_step(operator)
        for share, converges in ((0.999, True), (1.001, False)):
            radius = np.abs(np.linalg.eigvals(np.eye(len(operator)) - share * step * operator)).max()
            assert (radius < 1) == converges
    assert value_function.largest_forward_step(np.array([[2.0]])) == 1.0


def test_saddle_of_an_inequality_is_the_minimax_over_a_grid():
    lams = np.linspace(0, 1.5, 601)[:, None]
    thetas = np.linspace(-4, 4, 1601)
    cases = set()
    for seed in range(60):
        draws = np.random.default_rng(seed)
        given = Inequality(0.4, 1.5, *draws.uniform(0.5, 3.0, 2))
        x, y, z = draws.uniform([-2, -2, 0], [5, 0.4, 1.5])
        theta, lam, value = value_function.inequality_saddle(given, x, y, z)
        table = (thetas - x) ** 2 / 2 + lams * (thetas - 0.4)
        table = table + (thetas - y) ** 2 / (2 * given.gamma1) - (lams - z) ** 2 / (2 * given.gamma2)
        assert table.max(axis=0).min() == pytest.approx(value, abs=1e-4)
        assert thetas[table.max(axis=0).argmin()] == pytest.approx(theta, abs=0.02)
        cases.add(0 if lam == 0 else 2 if lam == 1.5 else 1)
    assert cases == {0, 1, 2}


def test_bad_problems_are_refused():
    given = instance(1)[0]
    for change, words in (
        ({"mixing": given.mixing[:1]}, "mixing"),
        ({"lower": -np.eye(given.linear.size)}, "negative eigenvalues"),
        ({"constraint": given.constraint[:, :1]}, "constraint"),
    ):
        with pytest.raises(InputError, match=words):
            value_function.coupled(given._replace(**change))
    assert value_function.coupled(given).linear is not None
    with pytest.raises(InputError, match="rank"):
        value_function.random_coupled(1, 3, 4, 2, 1)
    with pytest.raises(InputError, match="size"):
        value_function.plain_toy(0)
    with pytest.raises(InputError, match="gamma1"):
        value_function.saddle_operator(given, 0.0, 1.0)
