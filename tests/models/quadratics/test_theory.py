"""Closed forms of averages derived again with SymPy, and against exact moments at random settings."""

import numpy as np
import pytest
import sympy as sp

from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.theory import averaging
from theorylab.numerics.known import known

RNG = np.random.default_rng(7)
eta, h, s, w = sp.symbols("eta h s w", positive=True)


def same(form, derived):
    return sp.simplify(form - derived) == 0


def test_stationary_variance_solves_its_equation():
    v = averaging.sgd_variance(eta, h, s)
    assert same(v, (1 - eta * h) ** 2 * v + eta**2 * s**2)


def test_variance_of_the_average_sums_all_covariances():
    v, p = sp.symbols("v p")
    for n in (1, 2, 3, 7):
        total = sum(v * p ** abs(i - j) for i in range(n) for j in range(n)) / n**2
        assert same(averaging.average_variance(v, p, n), total)


def test_average_forgets_the_step_size():
    v = averaging.sgd_variance(eta, h, s)
    n = sp.symbols("n", positive=True)
    assert same(averaging.average_variance_leading(v, 1 - eta * h, n), s**2 / (n * h**2))
    for load in (0.1, 1.0, 1.9):
        exact = averaging.average_variance(averaging.sgd_variance(load, 1.0, 1.0), 1 - load, 1e9)
        assert exact == pytest.approx(
            averaging.average_variance_leading(averaging.sgd_variance(load, 1, 1), 1 - load, 1e9)
        )


def test_variance_of_the_ema_solves_its_equations():
    # m' = (1 - w) m + w x, x' = p x + fresh: E m x and E m^2 at rest.
    v, p, mx = sp.symbols("v p mx")
    form = averaging.ema_variance(v, p, w)
    (mixed,) = sp.solve(sp.Eq(mx, p * ((1 - w) * mx + w * v)), mx)
    assert same(form, (1 - w) ** 2 * form + 2 * (1 - w) * w * mixed + w**2 * v)


def test_ends_of_a_cycle_are_an_autoregression():
    rates = sp.symbols("a1:4", positive=True)
    v = averaging.cycle_variance(rates, h, s)
    moved = v
    for rate in rates:
        moved = (1 - rate * h) ** 2 * moved + rate**2 * s**2
    assert same(moved, v)
    assert same(averaging.cycle_correlation(rates, h), sp.prod([1 - rate * h for rate in rates]))
    assert same(averaging.cycle_variance([eta], h, s), averaging.sgd_variance(eta, h, s))


def test_exact_moments_at_random_settings_are_the_forms():
    for _ in range(60):
        load, curvature, noise, weight = RNG.uniform(0.02, 1.95), *RNG.uniform(0.2, 2, 2), RNG.uniform(0.01, 0.9)
        step, n = load / curvature, int(RNG.integers(1, 3000))
        recursion = model.sgd(step, curvature, noise).observed(1.0, 1.0).observed(1 - known(weight), weight)
        rest = moments.at_rest(moments.operator(model.sgd(step, curvature, noise))).second(1, 1)
        start = model.start_at([0.0], 4, rest[:, None, None])
        found = moments.run(moments.operator(recursion), start, [n, 10**9])
        v = averaging.sgd_variance(known(step), curvature, noise)
        p = 1 - known(step) * curvature
        for value, form in (
            (found.second(1, 1)[0, 0], v),
            (found.second(2, 2)[0, 0] / float(n) ** 2, averaging.average_variance(v, p, float(n))),
            (found.second(3, 3)[1, 0], averaging.ema_variance(v, p, weight)),
        ):
            assert abs(value.value - form.value) <= value.error + form.error
            assert value.relative < 1e-9
