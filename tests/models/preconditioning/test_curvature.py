"""Steps divided by estimates of curvature: forms derived again, runs by hand, bounds attacked."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from theorylab.models.preconditioning import curvature
from theorylab.models.preconditioning import theory_curvature as theory
from theorylab.models.preconditioning.optimisers import sophia
from theorylab.numerics.streams import stream

ROW = np.array


def test_clipped_times_by_counting():
    rng = np.random.default_rng(0)
    for _ in range(200):
        rate = Fraction(int(rng.integers(1, 50)), 1009)
        region, x = rate * int(rng.integers(2, 20)), Fraction(int(rng.integers(1, 4000)), 997)
        tolerance, count, start = region / int(rng.integers(2, 1000)), 0, x
        y = float(x)
        while y > tolerance:
            x = x - rate * min(x / region, 1) if x > region else None
            y = float(x) if x is not None else y - float(rate) * y / float(region)
            x = Fraction(y) if x is None else x
            count += 1
        assert theory.clipped_time(float(start), float(rate), float(region), float(tolerance)) == count


def test_a_start_below_the_tolerance_takes_no_step():
    assert theory.clipped_time(1e-7, 0.01, 0.1, 1e-6) == 0


def test_time_of_the_best_gradient_descent():
    k, tolerance = 30.0, 1e-3
    x = ROW([2.0, 2.0])
    count = 0
    while np.abs(x).max() > tolerance:
        x, count = x - 2 / (1 + k) * ROW([1.0, k]) * x, count + 1
    assert count == np.ceil(theory.descent_time(2.0, k, tolerance))


def test_bound_of_sign_descent():
    a, kappa, eps, gap = sp.symbols("a kappa epsilon Delta", positive=True)
    # Of u and u - a, 0 <= u <= a, the larger size is a / 2 or more: kappa a^2 / 8 <= eps.
    largest = sp.solve(kappa * a**2 / 8 - eps, a)[0]
    walk = (sp.sqrt(2 * gap) - sp.sqrt(2 * eps)) / largest
    assert sp.simplify(sp.nsimplify(walk - theory.sign_steps_bound(gap, eps, kappa))) == 0


def test_the_bound_of_sign_descent_is_kept_from_any_start_of_the_second_coordinate():
    rng = np.random.default_rng(1)
    for _ in range(300):
        kappa, eps, gap = 10 ** rng.uniform(0, 4), 10 ** rng.uniform(-3, -0.5), 10 ** rng.uniform(-0.3, 0.5)
        a, x, y = (8 * eps / kappa) ** 0.5 * 10 ** rng.uniform(-1, 0.2), (2 * gap) ** 0.5, rng.uniform(0, 1)
        losses = []
        bound = theory.sign_steps_bound(gap, eps, kappa)
        for _ in range(int(bound) + 2):
            losses.append(x * x / 2 + kappa * y * y / 2)
            x, y = x - a * np.sign(x), y - a * np.sign(y)
        low = ROW(losses) <= eps
        twice = np.flatnonzero(low[1:] & low[:-1])
        assert not twice.size or twice[0] >= bound - 1e-9


@pytest.mark.parametrize("times", [curvature.sign_descent_times, curvature.sign_descent_times.py_func])
def test_times_of_sign_descent_by_hand(times):
    # x = 2, 1, 0 with step 1; y = 1/2, -1/2, 1/2, ...: the loss is x^2 / 2 + 1/8, below 0.2 from step 2 on.
    assert times(ROW([1.0]), 0.5, 1.0, 2.0, 0.2, 1.0, 50) == 2
    assert times(ROW([1.0]), 0.5, 1.0, 2.0, 0.1, 1.0, 50) == 50  # 1/8 is never below it
    # Halved steps: x = 2, 1, 1/2, 1/4 and y = 1/2, -1/2, 0, 0: losses 2.1, 0.6, 1/8, 1/32.
    assert times(ROW([1.0]), 0.5, 1.0, 2.0, 0.2, 0.5, 50) == 2
    # From y = 0.1 to -0.9 and back: low in every second step, when x is 0, and never twice in a row.
    assert times(ROW([1.0]), 0.1, 1.0, 2.0, 0.2, 1.0, 50) == 50


def test_slowest_mode_of_a_turned_quadratic():
    k, c, s = sp.symbols("kappa c s", positive=True)
    a, b, off = c**2 + k * s**2, s**2 + k * c**2, (k - 1) * c * s
    scaled = sp.Matrix([[1, off / sp.sqrt(a * b)], [off / sp.sqrt(a * b), 1]])
    values = {k: 7, c: sp.Rational(3, 5), s: sp.Rational(4, 5)}
    found = min(scaled.subs(values).eigenvals())
    assert float(found) == pytest.approx(float(theory.slowest_scaled(7, 0.6, 0.8)), rel=1e-12)
    for condition in (1.0, 7.0, 1e4):  # at 45 degrees the diagonal is (1 + kappa) / 2
        assert theory.slowest_scaled(condition, 0.5**0.5, 0.5**0.5) == pytest.approx(2 / (1 + condition))


def test_turned_quadratics_and_random_rotations():
    assert curvature.turned(3.0, 0.0) == pytest.approx(np.diag([1.0, 3.0]))
    assert curvature.turned(3.0, np.pi / 4) == pytest.approx(ROW([[2.0, -1.0], [-1.0, 2.0]]))
    hessian = curvature.rotated(np.geomspace(1, 9, 4), np.random.default_rng(0))
    assert np.linalg.eigvalsh(hessian) == pytest.approx(np.geomspace(1, 9, 4))
    assert np.abs(hessian - np.diag(np.diag(hessian))).max() > 0.1


def test_hessian_of_cross_entropy():
    weights, x = sp.symbols("w:6"), sp.symbols("x:2")
    logits = [sum(weights[2 * c + j] * x[j] for j in range(2)) for c in range(3)]
    total = sum(sp.exp(z) for z in logits)
    loss = sp.log(total) - logits[1]
    rng = np.random.default_rng(2)
    values = dict(zip((*weights, *x), map(sp.Float, rng.standard_normal(8)), strict=True))
    p = ROW([[float((sp.exp(z) / total).subs(values)) for z in logits]])
    inputs = ROW([[float(values[v]) for v in x]])
    found = [float(sp.diff(loss, w, 2).subs(values)) for w in weights]
    assert theory.gauss_newton_diagonal(inputs, p).ravel() == pytest.approx(found, rel=1e-12)
    two = theory.gauss_newton_diagonal(np.vstack([inputs, 2 * inputs]), np.vstack([p, p]))
    assert two.ravel() == pytest.approx(2.5 * ROW(found), rel=1e-12)


def test_noise_of_a_look_over_all_labels():
    rng = np.random.default_rng(3)
    for size, classes in ((1, 2), (2, 3), (4, 3)):
        inputs, p = rng.standard_normal((size, 2)), rng.dirichlet(np.ones(classes), size)
        labels, weight = curvature.all_labels(p)
        assert weight.sum() == pytest.approx(1)
        first = second = 0.0
        for label, share in zip(labels, weight, strict=True):
            gradient = (p - np.eye(classes)[label]).T @ inputs / size
            first, second = first + share * size * gradient**2, second + share * (size * gradient**2) ** 2
        assert first == pytest.approx(theory.gauss_newton_diagonal(inputs, p), rel=1e-12)
        assert second / first**2 - 1 == pytest.approx(theory.gnb_relative_variance(inputs, p), rel=1e-11)
        estimates = curvature.gnb_estimates(inputs, p, labels)
        assert np.tensordot(weight, estimates, 1) == pytest.approx(first, rel=1e-12)
        mean, variance = curvature.gnb_moments(inputs, p)
        assert mean == pytest.approx(first.ravel(), rel=1e-12)
        assert variance == pytest.approx((second - first**2).ravel(), rel=1e-10)


def test_moments_of_an_average_of_looks():
    b, v = sp.symbols("b v", positive=True)
    mean, variance = 0, 0
    for n in range(1, 5):
        mean, variance = b * mean + 1 - b, b**2 * variance + (1 - b) ** 2 * v
        assert sp.expand(mean - theory.looked_share(b, n)) == 0
        assert sp.simplify(variance - v * theory.looked_variance(b, n)) == 0


def test_newton_on_the_double_well():
    x = sp.symbols("x")
    loss = (x**2 - 1) ** 2 / 4
    step = x - sp.diff(loss, x) / sp.diff(loss, x, 2)
    assert sp.simplify(step - theory.newton_step_of_the_well(x)) == 0
    assert sp.simplify(theory.newton_step_of_the_well(1 / sp.sqrt(5)) + 1 / sp.sqrt(5)) == 0
    for start in (0.1, 0.44):
        assert curvature.newton_in_the_well(ROW([start]), 1)[0, 0] == pytest.approx(
            theory.newton_step_of_the_well(start)
        )


def test_stale_curvature_at_a_minimum():
    ratio, old, new, x = sp.symbols("ratio old new x", positive=True)
    factor = sp.diff(x - ratio * new * x / old, x)
    assert sp.solve(factor + 1, ratio)[0] == theory.stale_step_limit(old, new)


@pytest.mark.parametrize("descent", [curvature.sophia_descent, curvature.sophia_descent.py_func])
def test_a_run_on_a_quadratic_by_hand(descent):
    # D = (2, 8), x = (1, 1): quotients g / (0.5 D) = (3, 5) / (1, 4), clipped to (1, 1): x = 0.9.
    hessian = ROW([[2.0, 1.0], [1.0, 8.0]])
    steps, share, move = descent(curvature.newton_like(0.1, 0.5), hessian, ROW([1.0, 1.0]), 0.95, 10)
    assert (steps, share, move) == pytest.approx((1, 0.1, 0.1))
    steps, share, move = descent(curvature.newton_like(0.1, 0.5), hessian, ROW([1.0, 1.0]), 1e-9, 3)
    assert (steps, share) == (3, 0)


@pytest.mark.parametrize("well", [curvature.sophia_in_the_well, curvature.sophia_in_the_well.py_func])
def test_steps_of_sophia_in_the_well_by_hand(well):
    # At 0.2: curvature -0.88 counts as none, gradient -0.192: a step of the rate. At 0.9: 0.171 / (0.5 * 1.43) of it.
    found = well(curvature.newton_like(0.1, 0.5), ROW([0.2, 0.9]), 1)
    assert found[0] == pytest.approx([0.3, 0.9 + 0.1 * 0.171 / 0.715])
    assert found[1] == pytest.approx([0.1, 0.1 * 0.171 / 0.715])


def test_a_stale_step_on_log_cosh_by_hand():
    method = curvature.newton_like(1.0, 10.0, period=10)
    look = 1 / np.cosh(0.5) ** 2
    first = 0.5 - np.tanh(0.5) / (10 * look)
    second = first - np.tanh(first) / (10 * look)
    assert curvature.stale_end.py_func(method, 0.5, 2) == pytest.approx(abs(second))


def test_paths_on_the_toy_by_hand():
    x, y = sp.symbols("x y")
    loss = 8 * (x - 1) ** 2 * (sp.Rational(13, 10) * x**2 + 2 * x + 1) + (y - 4) ** 2 / 2
    at = {x: sp.Rational(-1, 5), y: 0}
    g = [float(sp.diff(loss, v).subs(at)) for v in (x, y)]
    h = [float(sp.diff(loss, v, 2).subs(at)) for v in (x, y)]
    assert h[0] < 0
    paths = curvature.toy_paths.py_func(curvature.newton_like(0.1, 0.2), ROW([-0.2, 0.0]), 1)
    steps = paths[:, 1] - paths[:, 0]
    assert steps[0] == pytest.approx(-0.02 * ROW(g))
    assert steps[1] == pytest.approx(-0.1 * np.sign(g))
    assert steps[2] == pytest.approx(-ROW(g) / ROW(h))
    assert steps[3] == pytest.approx([-0.1 * np.sign(g[0]), 0.1])


def test_looks_are_those_of_drawn_labels():
    inputs, p = ROW([[1.0, -2.0], [0.3, 1.1]]), ROW([[0.2, 0.8], [0.6, 0.4]])
    method = sophia.Method(0.0, curvature_decay=0.5, period=1)
    possible = curvature.gnb_estimates(inputs, p, ROW(list(itertools.product(range(2), repeat=2)))).reshape(4, -1)
    for looks in (curvature.gnb_looks, curvature.gnb_looks.py_func):
        found = looks(method, inputs, p, 1, stream(1, 0))
        assert (np.abs(found[:4] - 0.5 * possible).max(axis=1) < 1e-12).sum() == 1
        assert found[4:8] == pytest.approx(found[:4] ** 2)
        assert found[8:] == pytest.approx(1 / found[:4])
    shares = np.zeros(4)
    for k in range(2000):
        estimate = curvature.gnb_looks(method, inputs, p, 1, stream(2, k))[:4]
        shares[np.abs(estimate - 0.5 * possible).max(axis=1).argmin()] += 1 / 2000
    assert shares == pytest.approx([0.12, 0.08, 0.48, 0.32], abs=0.05)


def test_hessians_with_zeros_and_drawn_batches():
    draws = np.random.default_rng(1)
    for _ in range(20):
        hessian = curvature.with_zeros(draws)
        assert hessian.any(axis=1).all()
        assert np.linalg.eigvalsh(hessian)[0] > -1e-9
    inputs, probabilities, labels = curvature.drawn_batch(5, 3, 4, draws)
    assert (inputs.shape, probabilities.shape, labels.shape) == ((5, 3), (5, 4), (1, 5))
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(5))
    assert set(labels.ravel().tolist()) <= set(range(4))
