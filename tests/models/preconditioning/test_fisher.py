"""Inverse Fisher matrices of a window: forms derived again, kernels by hand, the bound attacked."""

import numpy as np
import pytest
import sympy as sp

from theorylab.models.preconditioning import fisher
from theorylab.models.preconditioning import theory_fisher as theory
from theorylab.numerics.streams import fill_normal, stream

ROW = np.array


def dense(window, damping):
    return damping * np.eye(window.shape[1]) + window.T @ window / len(window)


def test_products_by_the_gram_matrix():
    rng = np.random.default_rng(0)
    for m, d in ((1, 1), (2, 5), (7, 3)):
        window, y = rng.standard_normal((m, d)), rng.standard_normal(d)
        assert theory.window_product(window, 0.3, y) == pytest.approx(np.linalg.solve(dense(window, 0.3), y))
        for last in (fisher.last_product, fisher.last_product.py_func):
            found = np.linalg.solve(dense(window, 0.3), window[-1])
            assert last(window, 0.3) == pytest.approx(found)


def test_cost_of_pruning_a_weight():
    a, b, c, w, d = sp.symbols("a b c w d", positive=True)
    matrix, step = sp.Matrix([[a, b], [b, c]]), sp.Matrix([-w, d])
    cost = (step.T * matrix * step)[0] / 2
    best = cost.subs(d, sp.solve(sp.diff(cost, d), d)[0])
    assert sp.simplify(best - theory.pruning_cost(w, matrix.inv()[0, 0])) == 0


def test_steps_along_the_mean_normalise_themselves():
    rng = np.random.default_rng(1)
    for _ in range(300):
        m, d, lam = int(rng.integers(1, 6)), int(rng.integers(1, 6)), 10 ** rng.uniform(-3, 1)
        window = rng.standard_normal((m, d)) + rng.uniform(0, 3) * rng.standard_normal(d)
        g = window.mean(axis=0)
        value = g @ np.linalg.solve(dense(window, lam), g)
        assert value <= theory.mean_gradient_bound(g @ g, lam) * (1 + 1e-9)
    same = np.tile([1.0, 2.0], (3, 1))
    value = same[0] @ np.linalg.solve(dense(same, 0.5), same[0])
    assert value == pytest.approx(theory.mean_gradient_bound(5.0, 0.5))


def test_fisher_of_least_squares():
    # By the fourth moments of normal variables, E x_i x_j x_k x_l = S_ij S_kl + S_ik S_jl + S_il S_jk.
    s, e, noise = ROW([[2.0, 0.5], [0.5, 1.0]]), ROW([0.3, -0.7]), 0.4
    found = noise * s
    for i in range(2):
        for j in range(2):
            for k in range(2):
                for m in range(2):
                    fourth = s[i, j] * s[k, m] + s[i, k] * s[j, m] + s[i, m] * s[j, k]
                    found = found + e[k] * e[m] * fourth * np.outer(np.eye(2)[i], np.eye(2)[j])
    assert theory.regression_fisher(s, e, noise) == pytest.approx(found)


def test_stability_at_interpolation():
    x, eta, lam, h = sp.symbols("x eta lam h", positive=True)
    step = x - eta * h * x / (lam + h**2 * x**2)
    slope = sp.diff(step, x).subs(x, 0)
    assert sp.simplify(sp.solve(slope + 1, eta)[0] - theory.critical_rate_at_interpolation(lam, h)) == 0
    values = {eta: 5, lam: 1, h: 2}
    cycle = theory.cycle_at_interpolation(5.0, 1.0, 2.0)
    at_cycle = sp.diff(step, x).subs(x, sp.sqrt(eta * h / 2 - lam) / h)
    assert sp.simplify(at_cycle - (3 - 8 * lam / (eta * h))) == 0  # below 1 while eta h < 4 lam
    assert float((step + x).subs(values).subs(x, cycle)) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("end", [fisher.parabola_end, fisher.parabola_end.py_func])
def test_steps_on_a_parabola_by_hand(end):
    first = 1 - 0.5 * 2 / (0.1 + 4)
    second = first - 0.5 * 2 * first / (0.1 + 4 * first**2)
    assert end(0.5, 0.1, 2.0, 1.0, 2) == pytest.approx(abs(second))


@pytest.mark.parametrize("drawn", [fisher.drawn_fisher, fisher.drawn_fisher.py_func])
def test_drawn_fisher_by_hand(drawn):
    z = np.empty(3)
    fill_normal(stream(4, 0), z)
    root, e = ROW([[1.0, 0.0], [0.5, 2.0]]), ROW([0.3, -0.2])
    x = root @ z[:2]
    g = (e @ x + 0.7 * z[2]) * x
    assert drawn(root, e, 0.7, 1, stream(4, 0)) == pytest.approx(np.outer(g, g).ravel())


def test_points_and_cycles_are_left_where_theory_says():
    # h = 1, damping 0.1: 0 is left beyond eta h = 2 lam, the cycle beyond 4 lam.
    assert not fisher.leaves_zero(0.19, 0.1, 1.0, 400)
    assert fisher.leaves_zero(0.21, 0.1, 1.0, 400)
    assert not fisher.leaves_cycle(0.38, 0.1, 1.0, 400)
    assert fisher.leaves_cycle(0.42, 0.1, 1.0, 400)


def test_pruning_by_hand():
    # d_1 = -w_1, and d_2 is free: least of d^T F d / 2 is w_1^2 / (2 (F^-1)_11).
    matrix = np.array([[2.0, 1.0], [1.0, 3.0]])
    assert fisher.pruned(matrix, np.array([3.0, 1.0]), 0) == pytest.approx(9 / (2 * np.linalg.inv(matrix)[0, 0]))
