"""Exact theory of SGD in linear regression against dense references, by hand in dimensions 1 and 2, and by SymPy."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from tests.models.regression import dense
from theorylab.errors import InputError
from theorylab.models.regression import theory
from theorylab.models.regression.model import DESIGNS, LeastSquares
from theorylab.models.regression.theory import recursions
from theorylab.numerics import spectra

RNG = np.random.default_rng(20250219)


def problem(design="gaussian", batch=1, dimension=5, noise_std=0.7):
    eigenvalues = spectra.power_law(dimension, 1.5)
    if design == "one-hot":
        eigenvalues = eigenvalues / eigenvalues.sum()
    return LeastSquares(eigenvalues, RNG.standard_normal(dimension), noise_std, design, batch)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(("decay", "start", "steps"), [(0.9, 4, 12), (0.0, 0, 7), (0.5, 29, 30)])
def test_risks_match_dense_covariances_of_the_whole_path(design, batch, decay, start, steps):
    p = problem(design, batch)
    last, ema, average = dense.risks(p, 0.2, decay, start, steps)
    assert theory.sgd_risk(p, 0.2, [steps])[0] == pytest.approx(last, rel=1e-12)
    assert theory.ema_risk(p, 0.2, decay, [steps])[0] == pytest.approx(ema, rel=1e-12)
    assert theory.average_risk(p, 0.2, start, [steps])[0] == pytest.approx(average, rel=1e-12)


@pytest.mark.parametrize("design", DESIGNS)
def test_weighted_risks_are_those_of_the_averages_they_name(design):
    p, n, a = problem(design, 2), 12, 0.8
    t = np.arange(n)
    ema = (1 - a) * a ** (n - 1 - t)
    ema[0] += a**n
    rows = [ema, np.where(t >= 4, 1 / 8, 0.0), t == n - 1]
    last, average = dense.risks(p, 0.2, a, 4, n)[1:]
    found = theory.weighted_risk(p, 0.2, rows)
    assert found == pytest.approx([last, average, theory.sgd_risk(p, 0.2, [n - 1])[0]], rel=1e-12)
    assert theory.weighted_risk(p, 0.2, [[2.0], [-2.0]]) == pytest.approx(4 * theory.sgd_risk(p, 0.2, [0])[0])


def test_a_difference_of_two_iterates_by_hand_in_dimension_one():
    # E (e_1 - e_0)^2 = E (h x (xi - x e))^2 = h^2 (sigma^2 l + 3 l^2 e^2).
    p = LeastSquares(np.array([0.7]), np.array([1.3]), 0.5)
    expected = 0.35 * 0.04 * (0.25 * 0.7 + 3 * 0.49 * 1.69)
    assert theory.weighted_risk(p, 0.2, [[-1.0, 1.0]])[0] == pytest.approx(expected, rel=1e-13)


def test_gaussian_fourth_moment_is_that_of_wick_pairings():
    # E x_i x_j x_k x_l = sum over pairings: checked index by index against the matrix form the theory leans on.
    p = problem(dimension=3)
    H, C = np.diag(p.eigenvalues), RNG.standard_normal((3, 3))
    C = C + C.T
    brute = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            for k in range(3):
                for m in range(3):
                    pairings = H[i, k] * H[m, j] + H[i, m] * H[k, j] + H[i, j] * H[k, m]
                    brute[i, j] += pairings * C[k, m]
    assert dense.gradient_moment(p, C) == pytest.approx(brute, rel=1e-13)


def test_two_steps_by_hand_in_dimension_one():
    lam, step, sigma, e0 = sp.symbols("lam step sigma e0", positive=True)

    # e1 = (1 - step x^2) e0 + step sigma xi x: E x^2 = lam, E x^4 = 3 lam^2.
    def grow(c):
        return (1 - 2 * step * lam + 3 * step**2 * lam**2) * c + step**2 * sigma**2 * lam

    once, twice = grow(e0**2), grow(grow(e0**2))
    values = {lam: 0.8, step: 0.3, sigma: 0.5, e0: 1.7}
    p = LeastSquares(np.array([0.8]), np.array([1.7]), 0.5)
    expected = [float((lam / 2 * c).subs(values)) for c in (e0**2, once, twice)]
    assert theory.sgd_risk(p, 0.3, [0, 1, 2]) == pytest.approx(expected, rel=1e-14)


def test_ema_takes_the_iterate_before_the_step():
    # One step: m_1 = a e_0 + (1-a) e_0 = e_0, whatever the noise; with e_1 inside it would differ.
    p = problem()
    assert theory.ema_risk(p, 0.2, 0.9, [0, 1]) == pytest.approx(theory.sgd_risk(p, 0.2, [0]).repeat(2), rel=1e-14)


def test_average_of_one_iterate_is_that_iterate():
    p = problem()
    assert theory.average_risk(p, 0.2, [3, 7], [4, 8]) == pytest.approx(theory.sgd_risk(p, 0.2, [3, 7]), rel=1e-14)


def test_zero_decay_is_the_previous_iterate():
    p = problem()
    assert theory.ema_risk(p, 0.2, 0.0, [4, 9]) == pytest.approx(theory.sgd_risk(p, 0.2, [3, 8]), rel=1e-14)


def test_zero_steps_and_zero_noise():
    p = replace(problem(), noise_std=0.0)
    start = 0.5 * (p.eigenvalues * p.error0**2).sum()
    assert theory.sgd_risk(p, 0.2, [0])[0] == pytest.approx(start, rel=1e-14)
    at_rest = p.variance()
    assert (theory.sgd_risk(at_rest, 0.2, [0, 5, 50]) == 0).all()
    assert (theory.ema_risk(at_rest, 0.2, 0.9, [0, 5, 50]) == 0).all()


@pytest.mark.parametrize("design", ["gaussian", "one-hot"])
def test_bias_and_variance_add_up(design):
    p, steps = problem(design, 2), [1, 10, 100]
    for risk in (
        lambda q: theory.sgd_risk(q, 0.2, steps),
        lambda q: theory.ema_risk(q, 0.2, 0.9, steps),
        lambda q: theory.average_risk(q, 0.2, 0, steps),
    ):
        assert risk(p.bias()) + risk(p.variance()) == pytest.approx(risk(p), rel=1e-13)


def test_rounding_bound_holds_against_exact_rationals():
    # The same recursion in exact arithmetic, from the very floats that the code sees.
    p, step, steps = problem(dimension=4), 0.2, 60
    lam = [sp.Rational(float(x)) for x in p.eigenvalues]
    c = [sp.Rational(float(e)) ** 2 for e in p.error0]
    d, noise, a = sp.Rational(step), sp.Rational(p.noise_std) ** 2, sp.Rational(0.9)
    v, cross = list(c), list(c)
    for _ in range(steps):
        fed = sum(x * y for x, y in zip(lam, c, strict=True)) + noise
        v = [a**2 * vi + 2 * a * (1 - a) * pi + (1 - a) ** 2 * ci for vi, pi, ci in zip(v, cross, c, strict=True)]
        cross = [(1 - d * x) * (a * pi + (1 - a) * ci) for x, pi, ci in zip(lam, cross, c, strict=True)]
        c = [((1 - d * x) ** 2 + d**2 * x**2) * ci + d**2 * x * fed for x, ci in zip(lam, c, strict=True)]
    bound = theory.relative_rounding(p, step, [steps])[0]
    for ours, true in (
        (theory.sgd_risk(p, step, [steps])[0], sum(x * y for x, y in zip(lam, c, strict=True)) / 2),
        (theory.ema_risk(p, step, 0.9, [steps])[0], sum(x * y for x, y in zip(lam, v, strict=True)) / 2),
    ):
        error = abs(sp.Rational(float(ours)) / true - 1)
        assert error <= bound
        assert bound < 1e-12


def test_rounding_bound_is_refused_where_terms_cancel():
    with pytest.raises(InputError, match="needs <= 1/2"):
        theory.relative_rounding(problem(), 0.6, [1])


def symbols():
    a, scaled = sp.symbols("a l", positive=True)
    return a, scaled


def test_ema_bias_factor_is_the_sum_it_stands_for():
    a, scaled = symbols()
    q = 1 - scaled
    for n in range(1, 6):
        summed = a**n + (1 - a) * sum(a ** (n - 1 - t) * q**t for t in range(n))
        assert sp.simplify(theory.ema_bias_factor(1, scaled, a, n) - summed) == 0


def test_ema_bias_factor_has_its_limit_at_coincidence():
    a, scaled = symbols()
    for n in range(1, 5):
        limit = sp.limit(theory.ema_bias_factor(1, scaled, a, n), scaled, 1 - a)
        assert sp.simplify(limit - theory.ema_bias_factor_at_coincidence(a, n)) == 0


def test_average_bias_factor_is_the_mean_of_powers():
    _, scaled = symbols()
    for n in range(1, 6):
        mean = sum((1 - scaled) ** t for t in range(n)) / n
        assert sp.simplify(theory.average_bias_factor(1, scaled, n) - mean) == 0


def test_stationary_variance_ratio_solves_the_recursion():
    a, scaled = symbols()
    q = 1 - scaled
    c, p, v = sp.symbols("c p v")
    fixed = sp.solve(
        [a**2 * v + 2 * a * (1 - a) * p + (1 - a) ** 2 * c - v, q * (a * p + (1 - a) * c) - p], [p, v], dict=True
    )[0]
    assert sp.simplify(fixed[v] / c - theory.stationary_variance_ratio(a, q)) == 0


def test_noise_amplification_is_the_fixed_point():
    scaled, batch, fed, x = sp.symbols("l B fed x", positive=True)
    # x = lambda c at rest, with fed = S + sigma^2: x = (1-l)^2 x + (l^2 x + l^2 fed) / B.
    fixed = sp.solve((1 - scaled) ** 2 * x + scaled**2 * (x + fed) / batch - x, x)[0]
    assert sp.simplify(fixed / fed - theory.noise_amplification(1, scaled, batch)) == 0


def test_closed_forms_match_recursions_numerically():
    p, steps = replace(problem(), noise_std=0.0), np.array([1, 5, 40])
    paths = theory.mean_paths(p, 0.2, 0.9, steps)
    for i, lam in enumerate(p.eigenvalues):
        expected = (
            ("last", theory.sgd_bias_factor(0.2, lam, steps)),
            ("ema", theory.ema_bias_factor(0.2, lam, 0.9, steps)),
            ("average", theory.average_bias_factor(0.2, lam, steps)),
        )
        for name, factor in expected:
            assert paths[name][:, i] == pytest.approx(factor * p.error0[i], rel=1e-12)


def test_stationary_risk_is_reached():
    p, step = problem(noise_std=1.0), 0.2
    amplified = theory.noise_amplification(step, p.eigenvalues)
    assert recursions.amplification(p, step) == amplified.sum()
    limit = 0.5 * amplified.sum() / (1 - amplified.sum())
    assert theory.sgd_risk(p, step, [20_000])[0] == pytest.approx(limit, rel=1e-10)


@pytest.mark.parametrize(("batch", "expected"), [(1, 2 / 3), (3, 1.2), (10**6, 2.0)])
def test_critical_step_size_in_dimension_one(batch, expected):
    # (1-l)^2 + 2 l^2 / B < 1 by hand: l < 2 B / (B + 2).
    p = LeastSquares(np.array([0.5]), np.ones(1), 0.0, batch=batch)
    limit = theory.critical_step_size(p)
    assert 0.5 * limit == pytest.approx(expected, rel=1e-5 if batch > 3 else 1e-13)
    assert recursions.is_stable(p, limit * (1 - 1e-9))
    assert not recursions.is_stable(p, limit * (1 + 1e-9))


@pytest.mark.parametrize(("batch", "expected"), [(1, 2.0), (4, 2 / (0.4 + 0.6 / 4))])
def test_critical_step_size_of_one_hot_data(batch, expected):
    p = LeastSquares(np.array([0.4, 0.3]), np.ones(2), 0.0, "one-hot", batch)
    assert theory.critical_step_size(p) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("batch", [1, 4])
def test_moments_grow_exactly_beyond_the_critical_step_size(design, batch):
    p = problem(design, batch)
    limit = theory.critical_step_size(p)
    radius = [np.abs(np.linalg.eigvals(theory.recursion_matrix(p, limit * f))).max() for f in (1 - 1e-9, 1 + 1e-9)]
    assert radius[0] < 1 < radius[1]


def test_second_moments_at_the_stability_limit_neither_grow_nor_decay():
    p = LeastSquares(np.array([1.0]), np.ones(1), 0.0)
    risk = theory.sgd_risk(p, theory.critical_step_size(p), [0, 10, 1000], allow_unstable=True)
    assert risk == pytest.approx([0.5, 0.5, 0.5], rel=1e-10)


def test_effective_dimension_in_dimension_three_by_hand():
    # step 0.1, a = 0.9, N = 100: l = 0.1 (head: 0.1), 0.02 (middle: 0.02), 0.001 (tail: 100 * 1e-6).
    eigenvalues = np.array([1.0, 0.2, 0.01])
    assert theory.effective_dimension(eigenvalues, 0.1, 0.9, 100) == pytest.approx(0.1 + 0.02 + 1e-4, rel=1e-13)


def one_direction(scaled, rate, steps):
    """l v(N) / sigma^2 of one direction without feedback, summed noise by noise."""
    k, a, q = np.arange(steps), 1 - rate, 1 - scaled
    response = k * a ** np.maximum(k - 1.0, 0) if abs(a - q) < 1e-9 else (a**k - q**k) / (a - q)
    return scaled**2 * rate**2 * (response**2).sum()


def test_lower_constant_of_the_band_is_the_infimum_over_one_direction():
    low, _ = theory.effective_dimension_band(1 / 6, 5.0)
    smallest = np.inf
    for steps in (30, 100, 300, 1000, 5000):
        for horizon in (5.0, 6.0, 10.0, 25.0):
            rate = horizon / steps
            for scaled in np.append(np.geomspace(1e-3 / steps, 1 / 6, 150), min(rate, 1 / 6)):
                term = theory.effective_dimension_terms(np.array([scaled]), 1.0, 1 - rate, steps)[0]
                ratio = one_direction(scaled, rate, steps) / term
                assert ratio >= low
                smallest = min(smallest, ratio)
    assert smallest / low < 1.001  # attained in the limit: the constant cannot be raised


def test_upper_constant_of_the_band_is_approached_by_a_tail():
    _, high = theory.effective_dimension_band(1 / 6, 5.0)
    # All mass far in the tail, and a long average of short memory: variance tends to N d^2 l^2 (S + sigma^2).
    p = LeastSquares(np.full(20_000, 1 / 20_000), np.zeros(20_000), 1.0)
    step, steps, rate = 1 / 6, 1000, 0.5
    ratio = theory.ema_risk(p, step, 1 - rate, [steps])[0] / (
        0.5 * theory.effective_dimension(p.eigenvalues, step, 1 - rate, steps)
    )
    assert 0.85 * high < ratio <= high


@pytest.mark.parametrize(("trace_step", "horizon"), [(0.2, 5.0), (0.1, 4.0), (0.0, 5.0)])
def test_band_is_refused_where_it_was_not_derived(trace_step, horizon):
    with pytest.raises(InputError, match="derived for"):
        theory.effective_dimension_band(trace_step, horizon)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: theory.sgd_risk(p, -0.1, [1]), "step_size=-0.1 is not allowed"),
        (lambda p: theory.sgd_risk(p, 0.0, [1]), "step_size=0.0 is not allowed"),
        (lambda p: theory.sgd_risk(p, float("nan"), [1]), "step_size=nan is not allowed"),
        (lambda p: theory.sgd_risk(p, 3.0, [1]), "unstable: second moments .* need < 0.5"),
        (lambda p: theory.ema_risk(p, 0.1, 1.0, [1]), r"ema_decay=1.0 is not allowed: give a number in \[0, 1\)"),
        (lambda p: theory.ema_risk(p, 0.1, -0.1, [1]), "ema_decay=-0.1"),
        (lambda p: theory.sgd_risk(p, 0.1, [3, 3]), "steps must increase, but 3 is followed by 3"),
        (lambda p: theory.sgd_risk(p, 0.1, [-1]), "integers >= 0"),
        (lambda p: theory.sgd_risk(p, 0.1, [1.5]), "integers >= 0"),
        (lambda p: theory.sgd_risk(p, 0.1, []), "steps must have shape"),
        (lambda p: theory.sgd_risk(p, 0.1, [[5]]), "steps must have shape"),
        (lambda p: theory.average_risk(p, 0.1, 5, [5]), "start=5 at steps=5 is not allowed"),
        (lambda p: theory.average_risk(p, 0.1, [0, 1], [5]), r"start has shape \(2,\)"),
        (lambda p: theory.average_risk(p, 0.1, [2, 1], [5, 6]), "must not decrease"),
        (lambda p: theory.weighted_risk(p, 0.1, [1.0, 2.0]), r"weights of shape \(2,\) are not allowed"),
        (lambda p: theory.weighted_risk(p, 0.1, [[1.0, np.nan]]), "give finite numbers"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call(problem())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 0.0], [1.0, 1.0], 1.0), "eigenvalue number 1 is 0.0"),
        (([1.0, np.inf], [1.0, 1.0], 1.0), "eigenvalue"),
        (([1.0, 2.0], [1.0, 1.0], 1.0), "largest first"),
        (([1.0, 0.5], [1.0], 1.0), r"error0 has shape \(1,\), eigenvalues have \(2,\)"),
        (([1.0], [np.nan], 1.0), "error0 holds a value that is not finite"),
        (([1.0], [1.0], -1.0), "noise_std=-1.0"),
        (
            ([1.0], [1.0], 1.0, "uniform"),
            "design='uniform' is not allowed: give one of gaussian, one-hot, additive, isotropic",
        ),
        (([1.0, 0.5], [1.0, 1.0], 1.0, "one-hot"), "sum to 1.5"),
        (([1.0], [1.0], 1.0, "gaussian", 0), "batch=0"),
    ],
)
def test_bad_problems_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        LeastSquares(*arguments)
