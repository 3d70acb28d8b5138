"""Hutchinson's probes and AdaHessian's limits: moments derived again, kernels by hand, bounds attacked."""

import itertools

import numpy as np
import pytest
import sympy as sp

from theorylab.models.preconditioning import probes
from theorylab.models.preconditioning import theory_curvature as theory
from theorylab.models.preconditioning.optimisers import adahessian
from theorylab.numerics.streams import stream

ROW = np.array


def symmetric(rng, d):
    draws = rng.standard_normal((d, d))
    return draws + draws.T


def test_moments_of_probes_over_all_signs():
    for d in (1, 2, 3, 5):
        h = symmetric(np.random.default_rng(d), d)
        signs = ROW(list(itertools.product((-1, 1), repeat=d)))
        found = signs * (signs @ h)
        assert found.mean(axis=0) == pytest.approx(np.diag(h), abs=1e-13)
        assert theory.probe_variance(h) == pytest.approx(found.var(axis=0), abs=1e-12)
        assert theory.row_norms(h) == pytest.approx((found**2).mean(axis=0) ** 0.5)
        assert theory.squared_probe_variance(h) == pytest.approx((found**2).var(axis=0), abs=1e-11)
        for size in range(1, d + 1):
            assert theory.block_variance(h, size) == pytest.approx(found[:, :size].mean(axis=1).var(), abs=1e-12)


def test_moments_of_normal_probes():
    a, b, u, v = sp.symbols("a b u v")

    def mean(expression):  # of independent standard normal u and v
        moments = {0: 1, 2: 1, 4: 3}
        return sum(c * moments.get(i, 0) * moments.get(j, 0) for (i, j), c in sp.Poly(expression, u, v).terms())

    probe = u * (a * u + b * v)
    variance = mean(sp.expand(probe**2)) - mean(sp.expand(probe)) ** 2
    h = ROW([[2.0, 3.0], [3.0, -1.0]])
    assert theory.normal_probe_variance(h)[0] == float(variance.subs({a: 2, b: 3}))


def test_variance_of_a_debiased_average():
    b = sp.symbols("b", positive=True)
    for t in range(1, 5):
        weights = [(1 - b) * b**k / (1 - b**t) for k in range(t)]
        assert sp.simplify(sum(w**2 for w in weights) - theory.debiased_variance(b, t)) == 0


def test_critical_rates_of_a_matrix_of_ones():
    for d in (2, 5, 9):
        ones = np.ones((d, d))
        scaled = np.linalg.eigvals(ones / theory.row_norms(ones)[:, None]).real.max()
        assert theory.critical_rate_of_ones(d) == pytest.approx(2 / scaled)
        assert np.linalg.eigvalsh(ones)[-1] == pytest.approx(d)


def test_row_norms_bound_the_scaled_curvature():
    rng = np.random.default_rng(0)
    for _ in range(300):
        d = int(rng.integers(1, 12))
        factor = rng.standard_normal((d, d)) * (rng.uniform(size=(d, d)) < rng.uniform(0.1, 1))
        h = factor @ factor.T + 1e-3 * np.eye(d)
        scaled = np.linalg.eigvals(h / theory.row_norms(h)[:, None]).real.max()
        assert scaled <= theory.row_norm_bound(h) * (1 + 1e-10)
    assert theory.row_norm_bound(ROW([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [2.0, 0.0, 1.0]])) == 2**0.5


def test_all_products_are_those_of_half_the_signs():
    h = symmetric(np.random.default_rng(1), 3)
    signs, products = probes.all_products(h)
    assert {tuple(row) for row in signs} == {(1, a, b) for a in (-1, 1) for b in (-1, 1)}
    assert products == pytest.approx(signs @ h.T)


@pytest.mark.parametrize("averaged", [probes.averaged_probes, probes.averaged_probes.py_func])
def test_averages_of_probes_by_hand(averaged):
    method, h = adahessian.Method(second_decay=0.5), ROW([[1.0, 2.0], [2.0, -1.0]])
    found = averaged(method, h, ROW([1.0, 2.0]), stream(3, 0)).reshape(2, 2, 2)
    # Entries are 1 +- 2 and -1 +- 2, squares 9 or 1, with the sign of z_1 z_2 in both: (9, 1) or (1, 9).
    looks = ([9.0, 1.0], [1.0, 9.0])
    assert any(found[0, 0] == pytest.approx(look) for look in looks)
    assert any(found[0, 1] == pytest.approx((ROW(a) + 2 * ROW(b)) / 3) for a in looks for b in looks)
    assert found[1] == pytest.approx(found[0] ** 2)


@pytest.mark.parametrize("descent", [probes.frozen_descent, probes.frozen_descent.py_func])
def test_frozen_steps_by_hand(descent):
    method, h = adahessian.Method(0.5, 0.0, 0.9, 0.0), ROW([[3.0, 4.0], [4.0, 8.0]])
    x = ROW([1.0, 0.0])
    after = x - 0.5 * ROW([3.0, 4.0]) / ROW([5.0, 80**0.5])
    assert descent(method, h, x, 0.0, 1) == pytest.approx([1, np.abs(h @ after).max()])
    assert descent(method, h, x, 4.0, 9)[0] == 0
    assert descent(method, np.diag([2.0, 5.0]), x, 1e-9, 9)[0] > 1


@pytest.mark.parametrize("growth", [probes.live_growth, probes.live_growth.py_func])
def test_live_growth_by_hand(growth):
    # d = 1: D = 1 always, u <- u (1 - rate), whatever the memory.
    method = adahessian.Method(0.0, 0.0, 0.999, 0.0)
    assert growth(method, 1, ROW([0.5, 1.7]), 3, stream(0, 0)) == pytest.approx(np.log([0.5, 0.7]))
    # d = 4, long averages: a step of rate / 2 in each coordinate, in sum 2 rate.
    still = adahessian.Method(0.0, 0.0, 1.0 - 1e-6, 0.0)
    assert growth(still, 4, ROW([0.9]), 2, stream(0, 0)) == pytest.approx(np.log([0.8]), rel=1e-4)
