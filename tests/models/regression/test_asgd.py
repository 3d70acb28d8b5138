"""Accelerated SGD: exact moments against dense references, closed forms by SymPy, simulator against both."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
import sympy as sp

from tests.models.regression.dense import gradient_moment, label_noise
from theorylab import Rival, agrees, exact
from theorylab.errors import InputError
from theorylab.models.regression import budgets, kernels, moments, theory
from theorylab.models.regression.kernels import accelerated_paths
from theorylab.models.regression.model import DESIGNS, Acceleration, LeastSquares
from theorylab.models.regression.simulation import Observation, simulate_accelerated
from theorylab.numerics import spectra
from theorylab.numerics.streams import fill_normal, stream

FREE = Acceleration(0.8, 0.3, 0.25, 0.15)  # no relation between the four: identities of the family cannot hide errors


def problem(design="gaussian", batch=1, dimension=4, noise_std=0.6):
    eigenvalues = spectra.power_law(dimension, 1.5)
    if design == "one-hot":
        eigenvalues = eigenvalues / eigenvalues.sum()
    return LeastSquares(eigenvalues, np.linspace(1.5, 0.5, dimension), noise_std, design, batch)


def dense_risks(p, a, start, steps):
    """Risk of w and of its tail mean from full (2d, 2d) covariances of (w, v), stepped as the method is written."""
    d, H = p.dimension, np.diag(p.eigenvalues)
    eye = np.eye(d)
    mix = np.hstack([a.alpha * eye, (1 - a.alpha) * eye])  # u = mix z
    hold = np.vstack([mix, a.beta * mix + (1 - a.beta) * np.hstack([0 * eye, eye])])  # z' without the gradient
    push = np.vstack([a.short_step * eye, a.long_step * eye])
    mean = hold - push @ H @ mix
    z0 = np.concatenate([p.error0, p.error0])
    path = [np.outer(z0, z0)]
    for _ in range(steps):
        Z, U = path[-1], mix @ path[-1] @ mix.T
        drift = hold @ Z @ mix.T @ H @ push.T
        noise = gradient_moment(p, U) + label_noise(p)
        path.append(hold @ Z @ hold.T - drift - drift.T + push @ noise @ push.T)
    total = np.zeros((d, d))
    for t in range(start, steps):
        total += path[t][:d, :d]
        power = np.eye(2 * d)
        for _ in range(t + 1, steps):
            power = mean @ power
            cross = (power @ path[t])[:d, :d]
            total += cross + cross.T
    return 0.5 * np.trace(H @ path[steps][:d, :d]), 0.5 * np.trace(H @ total) / (steps - start) ** 2


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(("start", "steps"), [(0, 1), (2, 9), (10, 25)])
def test_risks_match_dense_covariances_of_the_method_as_written(design, batch, start, steps):
    p = problem(design, batch)
    last, tail = dense_risks(p, FREE, start, steps)
    assert theory.asgd_risk(p, FREE, [steps])[0] == pytest.approx(last, rel=1e-12)
    assert theory.asgd_tail_risk(p, FREE, start, [steps])[0] == pytest.approx(tail, rel=1e-12)


@pytest.mark.parametrize("design", ["gaussian", "one-hot"])
def test_sgd_is_a_member_of_the_family(design):
    p, steps = problem(design, 2), [0, 1, 7, 50]
    a = Acceleration.sgd(0.2)
    assert theory.asgd_risk(p, a, steps) == pytest.approx(theory.sgd_risk(p, 0.2, steps), rel=1e-12)
    tail, average = theory.asgd_tail_risk(p, a, 3, [7, 50]), theory.average_risk(p, 0.2, 3, [7, 50])
    assert tail == pytest.approx(average, rel=1e-12)
    if design == "gaussian":
        amplification = theory.noise_amplification(0.2, p.eigenvalues, 2).sum()
        assert theory.asgd_amplification(p, a) == pytest.approx(amplification, rel=1e-13)


def test_one_step_by_hand_in_dimension_one():
    # v_0 = w_0 = u_0 = e: one step is SGD with the short step, whatever the other parameters.
    p = LeastSquares(np.array([0.7]), np.array([1.3]), 0.5)
    grown = (1 - 2 * 0.15 * 0.7 + 3 * 0.15**2 * 0.7**2) * 1.3**2 + 0.15**2 * 0.7 * 0.5**2
    assert theory.asgd_risk(p, FREE, [0, 1]) == pytest.approx([0.35 * 1.3**2, 0.35 * grown], rel=1e-14)


def test_mean_paths_follow_the_method_as_written():
    p, path = problem(), []
    w = v = p.error0
    for _ in range(12):
        path.append(w)
        u = FREE.alpha * w + (1 - FREE.alpha) * v
        w, v = (
            u - FREE.short_step * p.eigenvalues * u,
            FREE.beta * u + (1 - FREE.beta) * v - FREE.long_step * p.eigenvalues * u,
        )
    assert theory.asgd_mean_paths(p, FREE, np.arange(12)) == pytest.approx(np.array(path), rel=1e-12)


def symbols():
    return sp.symbols("l c q d", positive=True)


def test_slow_rate_is_the_slope_of_the_slow_root():
    lam, c, q, d = symbols()
    x = sp.symbols("x")
    polynomial = x**2 - (1 + c - q * lam) * x + c * (1 - d * lam)
    # Implicit slope of the root x = 1 at lam = 0.
    slope = -(sp.diff(polynomial, lam) / sp.diff(polynomial, x)).subs({lam: 0, x: 1})
    assert sp.simplify(-slope - theory.asgd_slow_rate(c, q, d)) == 0


def test_slow_rate_of_the_family_is_the_mean_of_both_steps():
    beta, g, d = sp.symbols("beta g d", positive=True)
    alpha = 1 / (1 + beta)
    c, q = alpha * (1 - beta), alpha * d + (1 - alpha) * g
    assert sp.simplify(theory.asgd_slow_rate(c, q, d) - (g + d) / 2) == 0
    assert sp.simplify(theory.asgd_crossover(c, d) - 2 * beta / ((1 + beta) * d)) == 0


def test_ends_of_the_complex_window_are_double_roots():
    lam, c, q, d = symbols()
    discriminant = (1 + c - q * lam) ** 2 - 4 * c * (1 - d * lam)
    for end in theory.asgd_complex_window(c, q, d):
        for values in ({c: sp.Rational(9, 10), q: sp.Rational(1, 5), d: sp.Rational(1, 10)}, {c: 0.5, q: 0.3, d: 0.3}):
            assert abs(sp.N(discriminant.subs(lam, end).subs(values), 30)) < 1e-14


def test_noise_response_solves_the_block_recursion():
    lam, c, q, d = symbols()
    a, b, u, r = sp.symbols("a b u r")
    stay, ahead = 1 - d * lam, 1 + c - q * lam
    fixed = sp.solve(
        [
            stay**2 * u + d**2 - r**2 * a,
            stay * (ahead * u - c * b) + d * q - r**2 * b,
            c**2 * a - 2 * c * ahead * b + ahead**2 * u + q**2 - r**2 * u,
        ],
        [a, b, u],
        dict=True,
    )[0]
    assert sp.simplify(fixed[u] - theory.asgd_noise_response(lam, c, q, d, 1 - r)) == 0


def test_contraction_is_the_spectral_radius_of_the_mean_map():
    grid = np.geomspace(1e-4, 5, 50)
    c, q, d = FREE.memory, FREE.pull, FREE.short_step
    radii = [np.abs(np.linalg.eigvals([[0, 1 - d * x], [-c, 1 + c - q * x]])).max() for x in grid]
    assert theory.asgd_contraction(FREE, grid) == pytest.approx(np.array(radii), rel=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("batch", [1, 3])
def test_time_constant_matches_the_dense_spectral_radius(design, batch):
    p = problem(design, batch)
    radius = np.abs(np.linalg.eigvals(theory.asgd_recursion_matrix(p, FREE))).max()
    assert theory.asgd_time_constant(p, FREE) == pytest.approx(-1 / np.log(radius), rel=1e-8)


@pytest.mark.parametrize("design", ["gaussian", "one-hot"])
def test_second_moments_diverge_where_the_amplification_says(design):
    p = problem(design)
    for scale in (0.5, 1, 2, 3, 4, 6, 8, 12):
        a = Acceleration(0.8, 0.3, 0.25 * scale, 0.15 * scale)
        radius = np.abs(np.linalg.eigvals(theory.asgd_recursion_matrix(p, a))).max()
        assert (theory.asgd_amplification(p, a) < 1) == (radius < 1)


def test_recursion_matrix_takes_one_step_of_the_recursion():
    p = replace(problem(), noise_std=0.0)
    state = np.repeat(p.error0**2, 3)
    for _ in range(3):
        state = theory.asgd_recursion_matrix(p, FREE) @ state
    risk = 0.5 * p.eigenvalues @ state.reshape(-1, 3)[:, 0]
    assert theory.asgd_risk(p, FREE, [3])[0] == pytest.approx(risk, rel=1e-13)


@pytest.mark.parametrize(
    ("dimension", "exponent", "cutoff"), [(6, 2, 1), (6, 2, 4), (20, 2, 10), (24, 3, 6), (24, 3, 20)]
)
@pytest.mark.parametrize("noise_std", [0.0, 1.0])
def test_rounding_bounds_hold_against_fifty_digits(dimension, exponent, cutoff, noise_std):
    p = LeastSquares.power_law(dimension, exponent, start=1.0, noise_std=noise_std)
    a, steps = Acceleration.with_cutoff(p, cutoff), [10, 100, 600]
    found = theory.asgd_risk(p, a, steps), theory.asgd_tail_risk(p, a, 5, steps)
    bounds = theory.asgd_relative_rounding(p, a, steps), theory.asgd_tail_relative_rounding(p, a, 5, steps)
    with mpmath.workdps(50):
        true = zip(*_fifty_digits(p, a, 5, steps), strict=True)
        errors = [[float(abs(mpmath.mpf(float(x)) / y - 1)) for x, y in zip(*pair, strict=True)]
                  for pair in zip(found, true, strict=True)]  # fmt: skip
    assert (np.array(errors) <= bounds).all()
    assert (np.array(bounds) < 1e-5).all()


def test_the_budget_goes_beside_the_moments_and_grows_with_the_unit():
    r, steps = theory.asgd._recursion(problem(), FREE, False), np.array([0, 1, 5, 20])
    rows = budgets.accelerated_budget(r, 1e-15, 1e-15, 2, steps)
    assert rows[2:] == pytest.approx(moments.accelerated(r, 2, steps)[:2], rel=1e-12)
    assert rows[:2] == pytest.approx(budgets.accelerated_budget.py_func(r, 1e-15, 1e-15, 2, steps)[:2], rel=1e-12)
    assert budgets.accelerated_budget(r, 2e-15, 2e-15, 2, steps)[:2] == pytest.approx(2 * rows[:2], rel=1e-12)
    assert (rows[0] > 1e-15 * rows[2]).all()


def _fifty_digits(p, a, start, steps):
    """Risks of w, and of its mean from `start`, by the (w, u) recursion in mpmath, from the floats that are given."""
    number = mpmath.mpf
    lam, (alpha, beta, g, d) = (
        [number(float(x)) for x in p.eigenvalues],
        map(number, (a.alpha, a.beta, a.long_step, a.short_step)),
    )
    c, q = alpha * (1 - beta), alpha * d + (1 - alpha) * g
    rows = [[number(float(e)) ** 2] * 3 + [number(0)] * 3 for e in p.error0]
    for t in range(steps[-1] + 1):
        if t in steps:
            last, total = (sum(x * row[k] for x, row in zip(lam, rows, strict=True)) / 2 for k in (0, 3))
            yield last, total / (t - start) ** 2
        fed = sum(x * row[2] for x, row in zip(lam, rows, strict=True)) + number(p.noise_std) ** 2
        for i, x in enumerate(lam):
            ww, wu, uu, v, pw, pu = rows[i]
            n, stay, ahead = x**2 * uu + x * fed, 1 - d * x, 1 + c - q * x
            on = int(t >= start)
            sw, su = pw + on * ww, pu + on * wu
            rows[i] = [
                stay**2 * uu + d**2 * n,
                stay * (ahead * uu - c * wu) + d * q * n,
                c**2 * ww - 2 * c * ahead * wu + ahead**2 * uu + q**2 * n,
                v + on * (2 * pw + ww),
                stay * su,
                ahead * su - c * sw,
            ]


def test_family_by_cutoff_has_the_ratios_of_its_definition():
    p = LeastSquares.power_law(50, 2.0, start=0.0, noise_std=1.0)
    a = Acceleration.with_cutoff(p, 5)
    assert a.short_step == pytest.approx(1 / (6 * p.trace), rel=1e-15)
    assert a.long_step * 6 * p.eigenvalues[5:].sum() == pytest.approx(1, rel=1e-15)
    assert a.beta * 3 * 5 * a.long_step == pytest.approx(a.short_step, rel=1e-15)
    assert a.alpha * (1 + a.beta) == pytest.approx(1, rel=1e-15)


def test_strongly_convex_parameters_by_hand():
    # mu = 1/4, R^2 = 4, statistical 9: r = sqrt(16 x 9) = 12, 3 sqrt 5 r = 36 sqrt 5.
    a = Acceleration.strongly_convex(0.25, 4.0, 9.0)
    root = 36 * 5**0.5
    assert (a.alpha, a.beta) == pytest.approx((root / (1 + root), 1 / 108), rel=1e-15)
    assert (a.long_step, a.short_step) == pytest.approx((4 / root, 1 / 20), rel=1e-15)


def test_lookahead_risk_is_that_of_the_method_as_written():
    # u_1 = (1 + c) u_0 - c w_0 - q g_0 = u_0 - q g_0 from u_0 = w_0: SGD with step q.
    p = problem()
    assert theory.asgd_lookahead_risk(p, FREE, [0, 1]) == pytest.approx(
        theory.sgd_risk(p, FREE.pull, [0, 1]), rel=1e-13
    )


@pytest.mark.parametrize("degree", [1, 2])
def test_kernel_matches_its_python_body(degree):
    p, starts, steps = problem(batch=2), np.array([0, 4]), np.array([3, 12])
    observed = kernels.Observation(steps, starts, np.ascontiguousarray(p.eigenvalues), degree)
    given = (p.data(), kernels.Method(0.8, 0.3, 0.25, 0.15), observed)
    compiled, python = accelerated_paths(*given, stream(2, 0)), accelerated_paths.py_func(*given, stream(2, 0))
    assert compiled == pytest.approx(python, rel=1e-12)


def test_recursion_matches_its_python_body():
    r = theory.asgd._recursion(problem(), FREE, False)
    steps = np.array([1, 5, 20])
    assert moments.accelerated(r, 2, steps) == pytest.approx(moments.accelerated.py_func(r, 2, steps), rel=1e-12)


def test_compiled_means_are_those_of_the_python_body():
    given = (np.array([0.9, 1.0]), np.array([1.5, 1.2]), 0.4, np.array([1.0, -2.0]), np.array([0, 1, 7]))
    compiled, python = moments.accelerated_means(*given), moments.accelerated_means.py_func(*given)
    assert compiled.tobytes() == python.tobytes()


def test_accelerated_means_are_powers_of_the_matrix_of_a_mode():
    stay, ahead, memory, start = np.array([0.9, 0.7]), np.array([1.5, 1.2]), 0.4, np.array([1.0, -2.0])
    found = moments.accelerated_means(stay, ahead, memory, start, np.array([0, 1, 2, 9]))
    for i in range(2):
        mode = np.array([[0.0, stay[i]], [-memory, ahead[i]]])
        powers = [np.linalg.matrix_power(mode, t) @ np.full(2, start[i]) for t in (0, 1, 2, 9)]
        assert found[:, i] == pytest.approx([power[0] for power in powers], rel=1e-13)


def test_kernel_is_the_method_as_written():
    p, source = problem(), stream(4, 0)
    w = v = p.error0
    path = [w]
    for _ in range(9):
        u = FREE.alpha * w + (1 - FREE.alpha) * v
        draws = np.empty(p.dimension + 1)
        fill_normal(source, draws)
        x = np.sqrt(p.eigenvalues) * draws[:-1]
        descent = (p.noise_std * draws[-1] - u @ x) * x
        w, v = u + FREE.short_step * descent, FREE.beta * u + (1 - FREE.beta) * v + FREE.long_step * descent
        path.append(w)
    starts, steps = np.array([3]), np.array([9])
    weights = np.ascontiguousarray(p.eigenvalues)
    out = accelerated_paths(
        p.data(), kernels.Method(0.8, 0.3, 0.25, 0.15), kernels.Observation(steps, starts, weights, 2), stream(4, 0)
    )
    tail = np.mean(path[3:9], axis=0)
    assert out[:, 0] == pytest.approx([0.5 * weights @ path[9] ** 2, 0.5 * weights @ tail**2], rel=1e-12)


@pytest.mark.parametrize("design", DESIGNS)
def test_simulation_agrees_with_exact_risks(design):
    p, steps, start = problem(design, 2), np.array([5, 20, 60]), np.array([2, 10, 30])
    runs = simulate_accelerated(p, FREE, Observation(steps, start), replicas=4000, seed=12)
    truths = {"last": theory.asgd_risk(p, FREE, steps), "tail": theory.asgd_tail_risk(p, FREE, start, steps)}
    for name, truth in truths.items():
        rounding = theory.asgd_relative_rounding(p, FREE, steps)
        rival = Rival(claim="ten per cent more", predicted=exact(steps, 1.1 * truth, rounding))
        check = agrees(name, runs[name], exact(steps, truth, rounding), rival=rival)
        assert check.as_declared, check


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: Acceleration(0.0, 0.5, 0.1, 0.1), "alpha=0.0 is not allowed"),
        (lambda p: Acceleration(0.5, 1.5, 0.1, 0.1), "beta=1.5 is not allowed"),
        (lambda p: Acceleration(0.5, 0.5, -0.1, 0.1), "long_step=-0.1"),
        (lambda p: Acceleration(0.5, 0.5, 0.1, float("inf")), "short_step=inf"),
        (lambda p: Acceleration(0.5, 0.5, 0.1, -1e-9), "short_step=-1e-09 is not allowed: give a finite number >= 0"),
        (lambda p: Acceleration.nesterov(0.1, 1.0), r"momentum=1.0 is not allowed: give a number in \[0, 1\)"),
        (lambda p: Acceleration.heavy_ball(0.0, 0.5), "step_size=0.0"),
        (lambda p: Acceleration.heavy_ball(0.1, -0.5), "momentum=-0.5"),
        (lambda p: Acceleration.with_cutoff(p, 4), "cutoff=4 is not allowed: give an integer from 1 to d - 1 = 3"),
        (lambda p: Acceleration.with_cutoff(p, 1, scale=-1.0), "scale=-1.0"),
        (lambda p: Acceleration.strongly_convex(0.0, 1.0, 1.0), "smallest=0.0"),
        (lambda p: theory.asgd_risk(p, Acceleration.sgd(2.0), [1]), "unstable .* K = inf must be < 1"),
        (lambda p: theory.asgd_time_constant(p, Acceleration.sgd(2.0)), "does not decay"),
        (lambda p: theory.asgd_risk(p, FREE, [2, 1]), "steps must increase"),
        (lambda p: theory.asgd_tail_risk(p, FREE, 3, [3]), "start=3 at steps=3"),
        (lambda p: simulate_accelerated(p, Acceleration.sgd(2.0), [1], replicas=2, seed=0), "unstable"),
        (lambda p: simulate_accelerated(p, FREE, [0], replicas=2, seed=0), "steps must start at 1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call(problem())
