"""Closed forms and bounds against SymPy, against hand computations, and against definitions in high precision."""

from itertools import product

import mpmath
import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.bilevel import solutions, theory
from theorylab.models.bilevel.instances import random_quadratic, scalar_families
from theorylab.models.bilevel.model import Quadratic, Scalar, Terms

GENERAL = {"curvature": 0.7, "third": 0.4, "fourth": 1.3, "upper_slope": -0.9, "upper_curvature": 0.6, "coupling": 1.2}


def symbols():
    curvature, third, fourth, coupling, sigma, t = sp.symbols("c3 c4 c5 b sigma t", positive=True)
    slope, upper = sp.symbols("p r", real=True)
    return Terms(curvature, third, fourth, slope, upper, coupling), sigma, t


def lower(p, t):
    return p.curvature * t**2 / 2 + p.third * t**3 / 6 + p.fourth * t**4 / 24


def test_value_gap_is_its_definition_at_a_stationary_point():
    p, sigma, t = symbols()
    # psi - psi_sigma = f(z) - f(z + t) - (g - g*) / sigma, with p.upper_slope eliminated by stationarity.
    slope = -p.upper_curvature * t - sp.diff(lower(p, t), t) / sigma
    definition = -(p.upper_slope * t + p.upper_curvature * t**2 / 2) - lower(p, t) / sigma
    assert sp.simplify(definition.subs(p.upper_slope, slope) - theory.value_gap(p, sigma, t)) == 0


def test_gradient_gap_is_danskin_minus_the_implicit_function():
    p, sigma, t = symbols()
    slope = -p.upper_curvature * t - sp.diff(lower(p, t), t) / sigma
    penalised = -p.coupling * t / sigma  # (g_x(y_sigma) - g_x(z)) / sigma, with g_xy = -coupling
    true = p.coupling / p.curvature * p.upper_slope  # -g_xy / g_yy f_y
    difference = (penalised - true).subs(p.upper_slope, slope)
    assert sp.simplify(difference - theory.gradient_gap(p, sigma, t)) == 0


def test_quadratic_gaps_by_hand_in_dimension_one():
    mu, a, sigma, x, c, d = sp.symbols("mu a sigma x c d", positive=True)
    y = sp.Symbol("y")
    f, g = (x - c) ** 2 / 2 + (y - d) ** 2 / 2, mu / 2 * (y - a * x) ** 2
    best = sp.solve(sp.diff(sigma * f + g, y), y)[0]
    penalised, true = sp.simplify((f + g / sigma).subs(y, best)), f.subs(y, a * x)
    assert sp.simplify(true - penalised - theory.value_gap_floor(a * x - d, mu, 1, sigma)) == 0
    assert sp.simplify(sp.diff(penalised, x, 2) - theory.penalised_hessian(sigma, mu, a)) == 0
    gap = sp.diff(penalised - true, x)
    assert sp.simplify(gap + sigma / (mu + sigma) * a * (a * x - d)) == 0
    hessian = sp.hessian(f + g / sigma, (x, y))
    assert sp.simplify(max(hessian.eigenvals(), key=lambda e: e.subs({mu: 1, a: 1, sigma: 1}))
                       - theory.joint_curvature(sigma, mu, a)) == 0  # fmt: skip


def test_bound_is_the_maximum_over_the_drift():
    slope, mu, smooth, sigma, t = sp.symbols("C mu L sigma t", positive=True)
    gain = slope * t + smooth * t**2 / 2 - mu * t**2 / (2 * sigma)
    at = sp.solve(sp.diff(gain, t), t)[0]
    assert sp.simplify(gain.subs(t, at) - theory.value_gap_bound(slope, mu, smooth, sigma)) == 0
    drift = sp.solve(mu * t - sigma * (slope + smooth * t), t)[0]
    assert sp.simplify(drift - theory.drift_bound(slope, mu, smooth, sigma)) == 0


def test_cubic_gradient_gap_approaches_its_bound_and_grows_as_the_cube():
    mu, sigma = sp.symbols("mu sigma", positive=True)
    t = sp.sqrt(mu**2 + 2 * sigma) - mu  # mu t + t^2/2 = sigma
    p = Terms(mu, 1, 0, -1, 0, 1)
    ratio = theory.gradient_gap(p, sigma, t) / theory.cubic_gradient_gap_bound(p, sigma)
    assert sp.limit(ratio, sigma, 0) == 1
    assert sp.simplify(theory.cubic_gradient_gap_bound(p, 1) * mu**3) == sp.Rational(1, 2)


@pytest.mark.parametrize("sigma", [1e-14, 1e-8, 1e-3, 0.3])
@pytest.mark.parametrize(
    "changes", [{}, {"curvature": 0.0}, {"upper_curvature": -0.6}, {"third": 0.0, "fourth": 0.0}], ids=str
)
def test_scalar_rounding_bound_holds_against_high_precision(changes, sigma):
    given = GENERAL | changes
    if given["curvature"] == 0.0:
        given["third"] = 0.0
    p = Scalar(**given)
    t = theory.penalised_drift(p, sigma)[0]
    with mpmath.workdps(60):
        q = Terms(*(mpmath.mpf(float(x)) for x in p.terms()))
        s = mpmath.mpf(sigma)
        true = mpmath.findroot(
            lambda u: q.upper_slope + q.upper_curvature * u
            + (q.curvature * u + q.third * u**2 / 2 + q.fourth * u**3 / 6) / s, mpmath.mpf(float(t)))  # fmt: skip
        value = -q.upper_slope * true - q.upper_curvature * true**2 / 2 - lower(q, true) / s
        assert abs(t / true - 1) <= theory.SCALAR_ROUNDING
        assert abs(theory.value_gap(p.terms(), sigma, t) / value - 1) <= theory.SCALAR_ROUNDING
        if q.curvature > 0 and q.upper_curvature >= 0:
            gradient = -q.coupling * true / s - q.coupling / q.curvature * q.upper_slope
            assert abs(theory.gradient_gap(p.terms(), sigma, t) / gradient - 1) <= theory.SCALAR_ROUNDING


def test_ring_is_the_scalar_problem_that_it_stands_for():
    # (rho^2 - 1)^2 / 4 along x at rho = 1 + t: derivatives 2, 6, 6 at the sphere; global minimum of h checked by angle.
    rho, t = sp.symbols("rho t")
    ring = sp.expand(((rho**2 - 1) ** 2 / 4).subs(rho, 1 + t))
    assert [sp.diff(ring, t, k).subs(t, 0) for k in range(5)] == [0, 0, 2, 6, 6]
    p, sigma, x = scalar_families([1.5])["ring g"][0], 0.05, np.array([0.9, 1.2])
    y = (1 + theory.penalised_drift(p, sigma)[0]) * x / 1.5
    angle, radius = np.meshgrid(np.linspace(0, 2 * np.pi, 401), np.linspace(0.5, 1.5, 401))
    values = (radius**2 - 1) ** 2 / 4 - sigma * radius * (x[0] * np.cos(angle) + x[1] * np.sin(angle))
    assert (y @ y - 1) ** 2 / 4 - sigma * x @ y <= values.min() + 1e-15


def test_quartic_limit_is_three_quarters():
    p = Scalar(curvature=0.0, fourth=6.0, upper_slope=-1.0, upper_curvature=1.0)
    t = theory.penalised_drift(p, 1e-21)
    assert theory.value_gap(p.terms(), 1e-21, t)[0] / 1e-7 == pytest.approx(0.75, rel=1e-6)


@pytest.mark.parametrize("mixing", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 2), (2, 2), (3, 5)])
def test_quadratic_forms_match_dense_definitions(rows, columns, mixing):
    p, x = random_quadratic(7, rows, columns, mixing=mixing)
    sigma = 0.03
    value, gradient, drift = theory.quadratic_gaps(p, x, sigma)
    assert solutions.value(p, x) - solutions.penalised_value(p, x, sigma) == pytest.approx(value[0], rel=1e-9)
    at = solutions.selected_minimiser(p, x)
    true = solutions.pseudo_inverse_hypergradient(p, x, at)
    assert theory.hypergradient(p, x) == pytest.approx(true, rel=1e-9)
    dense = solutions.penalised_gradient(p, x, sigma)
    assert theory.penalised_hypergradient(p, x, sigma) == pytest.approx(dense, rel=1e-9)
    assert np.linalg.norm(dense - true) == pytest.approx(gradient[0], rel=1e-8)
    y = solutions.penalised_minimiser(p, x, sigma)
    nearest = y - np.linalg.pinv(p.lower) @ (p.lower @ y - p.coupling @ x)
    assert np.linalg.norm(y - nearest) == pytest.approx(drift[0], rel=1e-8)
    hessian = p.lower.T @ p.lower + sigma * np.eye(columns)
    assert theory.smallest_eigenvalue(p, sigma) == pytest.approx(np.linalg.eigvalsh(hessian)[0], rel=1e-9)


def test_hypergradient_by_hand_in_dimension_one_and_two():
    # A = (2, 0), B = 3, c = 1, d = (0.5, 4), x = 2: y* = (3, 4), psi = 1/2 (x-1)^2 + 1/2 (1.5 x - 0.5)^2.
    p = Quadratic(np.array([[2.0, 0.0]]), np.array([[3.0]]), np.array([1.0]), np.array([0.5, 4.0]))
    assert solutions.selected_minimiser(p, [2.0]) == pytest.approx([3.0, 4.0])
    assert theory.hypergradient(p, [2.0]) == pytest.approx([1.0 + 1.5 * 2.5])
    assert solutions.value(p, [2.0]) == pytest.approx(0.5 + 0.5 * 2.5**2)
    assert solutions.upper_value(p, [2.0], [3.0, 5.0]) == pytest.approx(0.5 + 0.5 * (2.5**2 + 1))


def test_residuals_of_computed_minimisers_stay_below_their_bound():
    worst = 0.0
    for seed in range(20):
        p, x = random_quadratic(seed, 3, 5)
        y = mpmath.matrix(solutions.selected_minimiser(p, x).tolist())
        exact = mpmath.matrix(p.lower.tolist()) * y - mpmath.matrix(p.coupling.tolist()) * mpmath.matrix(x.tolist())
        worst = max(worst, float(mpmath.norm(exact)) / solutions.residual_rounding(p, x))
    assert 0 < worst < 1


def precise_gaps(p, x, sigma):
    """Value and drift of the quadratic problem by dense algebra in 60 digits: psi - psi_sigma, |y_sigma - z|."""
    a, b, d = (mpmath.matrix(np.asarray(array).tolist()) for array in (p.lower, p.coupling, p.lower_target))
    gram = a * a.T
    r = b * mpmath.matrix(x.tolist()) - a * d
    inner = mpmath.lu_solve(gram + sigma * mpmath.eye(gram.rows), r)
    value = sigma / 2 * (r.T * mpmath.lu_solve(gram, inner))[0]
    return value, sigma * mpmath.norm(a.T * mpmath.lu_solve(gram, inner))


def test_quadratic_gaps_are_good_to_their_bound():
    for seed in range(10):
        p, x = random_quadratic(seed, 3, 5)
        value, _, drift = theory.quadratic_gaps(p, x, 0.03)
        with mpmath.workdps(60):
            true = precise_gaps(p, x, mpmath.mpf(0.03))
            errors = [float(abs(f / t - 1)) for f, t in zip((value[0], drift[0]), true, strict=True)]
        assert max(errors) < theory.quadratic_rounding(p) < 1e-6


def test_any_minimiser_serves_where_f_does_not_couple_x_and_y():
    plain, x = random_quadratic(3, 2, 4)
    mixed, _ = random_quadratic(3, 2, 4, mixing=True)
    for p, same in ((plain, True), (mixed, False)):
        away = solutions.pseudo_inverse_hypergradient(p, x, solutions.other_minimiser(p, x, 2.0))
        assert np.allclose(away, theory.hypergradient(p, x), rtol=1e-9) is same


def test_inverse_formula_agrees_where_it_exists_and_is_refused_where_not():
    square, x = random_quadratic(5, 3, 3, mixing=True)
    assert solutions.inverse_hypergradient(square, x) == pytest.approx(theory.hypergradient(square, x), rel=1e-8)
    wide, x = random_quadratic(5, 3, 5)
    with pytest.raises(InputError, match="g_yy is singular: the lower minimisers fill 2 dimensions"):
        solutions.inverse_hypergradient(wide, x)
    with pytest.raises(InputError, match="unique"):
        solutions.other_minimiser(square, x, 1.0)


def test_variance_forms_follow_from_independent_samples():
    s, m, b, sigma, mu, p = sp.symbols("s m b sigma mu p", positive=True)
    shift = sigma * p / (mu + sigma)
    assert sp.simplify(theory.hypergradient_variance(sigma, p, mu, s, m, b, False)
                       - (s**2 + m**2 * shift**2 + s**2) / (b * sigma**2)) == 0  # fmt: skip
    assert sp.limit(theory.hypergradient_variance(sigma, p, mu, s, m, b, True), sigma, 0) == m**2 * p**2 / (b * mu**2)


def test_relaxed_smoothness_constants_hold_and_are_least_for_cosh():
    k0, k1 = theory.relaxed_smoothness(1.5, 2.0, 4.0)
    x = np.linspace(-3, 3, 20_001)
    first = 1.5 * np.sinh(1.5 * x) - 8 * np.sin(4 * x)
    second = 2.25 * np.cosh(1.5 * x) - 32 * np.cos(4 * x)
    assert (np.abs(second) <= k0 + k1 * np.abs(first)).all()
    assert theory.relaxed_smoothness(3.0) == (9.0, 3.0)
    y = sp.Symbol("y", positive=True)
    assert sp.maximum(3 * y**2 - y**3, y, sp.Interval(0, 100)) == 4  # y^4/4: K1 = 1 needs K0 = 4


def test_descent_bound_integrates_the_growth_of_curvature():
    # int_0^eta (eta - t) e^(K1 t) dt <= eta^2/2 e^(K1 eta): the step from the sharp lemma to the one on trial.
    k, eta, t = sp.symbols("k eta t", positive=True)
    sharp = sp.integrate((eta - t) * sp.exp(k * t), (t, 0, eta))
    for value in (0.1, 1.0, 3.0):
        assert float(sharp.subs({k: 1, eta: value})) <= value**2 / 2 * np.exp(value)
    assert float(theory.descent_bound(0.0, 1.0, 0.5, 2.0, 0.0)) == pytest.approx(0.5 * 2 + 0.125 * 2)


def test_descent_threshold_flips_the_first_step():
    a, x0 = 2.0, 4.0
    step = theory.descent_threshold(a, x0)
    assert x0 - step * a * np.sinh(a * x0) == pytest.approx(-x0)
    assert step == pytest.approx(2.68e-3, rel=2e-3)


def test_entry_time_is_the_flow_of_cosh():
    a, x = 2.0, sp.Symbol("x", positive=True)
    assert sp.simplify((sp.diff(sp.log(sp.tanh(a * x / 2)), x) - a / sp.sinh(a * x)).rewrite(sp.exp)) == 0
    # From x0 / 2, at step x0 / (2 a sinh(a x0)), the flow dx/dt = -step a sinh(a x) needs this many steps to r.
    start, radius = 1.5, 0.1
    step = theory.descent_threshold(a, start) / 4
    time = mpmath.quad(lambda z: 1 / (step * a * mpmath.sinh(a * z)), [radius, start / 2])
    assert theory.descent_entry_leading(a, start, radius) == pytest.approx(1 + float(time), rel=1e-12)


def test_penalty_calls_bound_by_hand():
    bound = theory.penalty_calls_bound(0.1, 0.01, 0.5, 1.0, 1.0, 0.25, 2.0)
    span = 1 + 6 * 0.25 / (0.01 * 0.1 / 4)
    expected = (1 + 64 / (7 * 0.25 * 0.01)) * (6 + np.log2(span) + np.log(3 * span) / np.log(16 / 9))
    assert bound == pytest.approx(expected)


def test_lower_error_is_a_geometric_sum():
    a, mu, s = sp.symbols("a mu s", positive=True)
    error = sp.Integer(0)
    for steps in range(1, 4):
        error = (1 - a * mu) ** 2 * error + a**2 * s**2
        assert sp.simplify(error - theory.lower_error(a, mu, s, steps)) == 0


def test_penalty_calls_floor_by_hand():
    # accuracy 0.01 * 0.1 / 4; moves between 0.25 * 0.975 and 0.25 * 1.025.
    expected = 7 / (0.25 * 1.025) * (3 + 2 * np.log2(0.25 * 0.975 / 0.00025 - 1))
    assert theory.penalty_calls_floor(0.1, 0.01, 0.5, 1.0, 0.25, 7.0) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_momentum_error_is_the_mean_over_all_signs(steps):
    direct, upper, curvature, coupling, step, beta, a, b = 0.3, -0.7, 0.5, 1.5, 0.4, 0.8, 0.6, 0.9
    errors = []
    for signs in product((-1, 1), repeat=2 * steps):
        z = m = 0.0
        for k in range(steps):
            z += step * (upper + a * signs[2 * k] - curvature * z)
            m = beta * m + (1 - beta) * (direct + curvature * coupling * z + b * signs[2 * k + 1])
        errors.append((m - (direct + coupling * upper)) ** 2)
    fixed, gains = (direct, upper / curvature, curvature * coupling), (step * curvature, beta)
    found = theory.momentum_error(fixed, gains, (a / curvature, b), [steps])
    assert found == pytest.approx([np.mean(errors)], rel=1e-13)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.penalised_drift(Scalar(**GENERAL), 0.0), "sigma=0 is not allowed: give finite numbers > 0"),
        (lambda: theory.penalised_drift(Scalar(**GENERAL), [0.1, np.nan]), "sigma=nan"),
        (lambda: theory.penalised_drift(Scalar(**GENERAL), []), "sigma must have shape"),
        (lambda: theory.penalised_drift(Scalar(**GENERAL | {"upper_curvature": -0.7}), 0.6), "sigma=0.6 is too large"),
        (lambda: theory.hypergradient(random_quadratic(1, 2, 3)[0], [1.0]), r"x has shape \(1,\): give \(3,\)"),
        (lambda: theory.hypergradient(random_quadratic(1, 2, 3)[0], [1.0, np.inf, 0]), "x holds a value"),
        (lambda: theory.quadratic_gaps(*random_quadratic(1, 2, 3), -1.0), "sigma=-1 is not allowed"),
        (lambda: theory.smallest_eigenvalue(random_quadratic(1, 2, 3)[0], np.inf), "sigma=inf"),
        (lambda: solutions.penalised_value(*random_quadratic(1, 2, 3), 0.0), "sigma=0"),
        (lambda: solutions.upper_value(*random_quadratic(1, 2, 3), [1.0]), r"y has shape \(1,\): give \(3,\)"),
        (lambda: solutions.upper_value(*random_quadratic(1, 2, 3), [1, 2, np.nan]), "y holds a value"),
        (lambda: solutions.pseudo_inverse_hypergradient(*random_quadratic(1, 2, 3), [9.0, 9, 9]), "leaves the resid"),
        (lambda: solutions.other_minimiser(*random_quadratic(1, 2, 3), np.inf), "distance=inf"),
        (lambda: random_quadratic(1, 4, 3), "rows=4, columns=3"),
        (lambda: scalar_families([1.0, 0.0]), "give finite numbers > 0"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"curvature": -1.0}, "curvature=-1.0 is not allowed: give a number >= 0"),
        ({"third": np.nan}, "third=nan is not allowed: give a finite number"),
        ({"upper_slope": 0.0}, "upper_slope=0.0"),
        ({"curvature": 0.0, "third": 0.0, "fourth": 0.0}, "the lower problem is constant"),
        ({"curvature": 0.0, "upper_curvature": -1.0}, "with curvature=0"),
    ],
)
def test_bad_scalar_problems_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        Scalar(**GENERAL | changes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [[1.0]], [1.0], [1.0]), r"lower has shape \(1,\)"),
        (([[1.0, 0.0]], [[1.0], [1.0]], [1.0], [1.0, 1.0]), r"coupling has shape \(2, 1\)"),
        (([[1.0, 0.0]], [[1.0]], [1.0, 2.0], [1.0, 1.0]), r"upper_target has shape \(2,\)"),
        (([[1.0, 0.0]], [[1.0]], [1.0], [1.0]), r"lower_target has shape \(1,\)"),
        (([[1.0, 0.0]], [[1.0]], [1.0], [1.0, 1.0], [[1.0]]), r"mixing has shape \(1, 1\): give \(1, 2\)"),
        (([[1.0, np.nan]], [[1.0]], [1.0], [1.0, 1.0]), "lower holds a value that is not finite"),
        (([[1.0, 1.0], [2.0, 2.0]], [[1.0], [1.0]], [1.0], [1.0, 1.0]), "rank 1 with 2 rows"),
        (([[1.0], [2.0]], [[1.0], [1.0]], [1.0], [1.0]), "rank 1 with 2 rows"),
    ],
)
def test_bad_quadratic_problems_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Quadratic(*arguments)
