"""PSGD's criterion and its fits: minima attacked, forms derived again, steps by hand."""

import itertools

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import expm

from theorylab.errors import InputError
from theorylab.models.preconditioning import fitting
from theorylab.models.preconditioning import theory_fitting as theory

ROW = np.array


def positive(rng, n):
    root = rng.standard_normal((n, n))
    return root @ root.T + 0.1 * np.eye(n)


def test_criterion_is_a_mean_over_probes():
    rng = np.random.default_rng(0)
    root, p = rng.standard_normal((3, 3)), positive(rng, 3)
    h, total = root + root.T, 0.0
    for signs in itertools.product((-1, 1), repeat=3):
        v = ROW(signs)
        total += ((h @ v) @ p @ (h @ v) + v @ np.linalg.inv(p) @ v) / 8
    assert theory.criterion(p, h @ h) == pytest.approx(total)


def test_minima_of_the_criterion():
    rng = np.random.default_rng(1)
    for n in (1, 2, 4):
        second = positive(rng, n)
        best, diagonal = theory.best_preconditioner(second), np.diag(theory.best_diagonal(second))
        assert best @ second @ best == pytest.approx(np.eye(n), abs=1e-8)
        assert theory.criterion(best, second) == pytest.approx(theory.best_value(second))
        assert theory.criterion(diagonal, second) == pytest.approx(theory.best_diagonal_value(second))
        for _ in range(100):
            x = 0.3 * rng.standard_normal((n, n))
            near = expm(x) @ best @ expm(x).T
            assert theory.criterion(near, second) >= theory.best_value(second) * (1 - 1e-12)
            near = diagonal * np.exp(0.3 * rng.standard_normal(n))
            assert theory.criterion(near, second) >= theory.best_diagonal_value(second) * (1 - 1e-12)
    h = ROW([[1.0, 2.0], [2.0, -1.0]])  # eigenvalues +- sqrt 5
    assert theory.best_preconditioner(h @ h) == pytest.approx(np.eye(2) / 5**0.5)
    assert theory.best_diagonal(h @ h) == pytest.approx([5**-0.5] * 2)


def test_curvature_along_the_group():
    t, q, m, x = sp.symbols("t q m x", positive=True)
    factor = sp.exp(t * x) * q
    second = sp.diff(factor**2 * m + factor**-2, t, 2).subs(t, 0)
    by_hand = 4 * x**2 * (q**2 * m + q**-2)
    assert sp.simplify(second - by_hand) == 0
    assert theory.curvature_along(ROW([[2.0]]), ROW([[0.5]]), ROW([[3.0]])) == pytest.approx(
        float(by_hand.subs({x: 2, q: 0.5, m: 3}))
    )
    rng = np.random.default_rng(2)
    for _ in range(50):
        q, root, second = rng.standard_normal((3, 3)), rng.standard_normal((3, 3)), positive(rng, 3)
        x = (root + root.T) / np.linalg.norm(root + root.T)
        values, turn = np.linalg.eigh(x)
        # In the basis of X the criterion is a sum of exponentials of 2 t x_i and -2 t x_i.
        first, other = turn.T @ q @ second @ q.T @ turn, turn.T @ np.linalg.inv(q @ q.T) @ turn
        exact = (4 * values**2 * (np.diag(first) + np.diag(other))).sum()
        assert theory.curvature_along(x, q, second) == pytest.approx(exact, rel=1e-6)
    x, q, second = ROW([[1.0]]), ROW([[2.0]]), ROW([[3.0]])  # 12 e^(2t) + e^(-2t) / 4
    assert fitting.relative_curvature(x, q, second, 1e-4) == pytest.approx(4.0, rel=1e-6)


def test_rates_of_the_diagonal_fit():
    s, mu, h, total = sp.symbols("s mu h T", positive=True)
    q = sp.sqrt(s / h)
    step = q * (1 - mu * (q**2 * h**2 - q**-2))
    slope = sp.simplify(sp.diff(step**2 * h, s).subs(s, 1))
    assert sp.simplify(slope - theory.fitting_factor(mu, h)) == 0
    assert sp.solve(slope + 1, mu)[0] == theory.critical_fitting_rate(h)
    normalised = slope.subs(mu, mu / (2 * total))
    found = theory.normalised_fitting_factor(0.1, ROW([1.0, 3.0]))[1]
    assert float(normalised.subs({mu: 0.1, h: 3, total: 4})) == pytest.approx(found)


@pytest.mark.parametrize("group", fitting.GROUPS)
def test_a_mean_step_by_hand(group):
    second, q = ROW([[2.0, 1.0], [1.0, 3.0]]), ROW([[1.0, 1.0], [0.0, 2.0]])
    gradient = q @ second @ q.T - np.linalg.inv(q @ q.T)
    kept = {"all": gradient, "triangular": gradient * ROW([[1, 1], [0, 1]]), "diagonal": gradient * np.eye(2)}[group]
    assert fitting.projected(group, gradient) == pytest.approx(kept)
    assert fitting.mean_fit(group, second, q, 0.1, 1, relative=False)[1] == pytest.approx(q - 0.1 * kept @ q)
    size = np.trace(q @ second @ q.T) + np.trace(np.linalg.inv(q @ q.T))
    assert fitting.mean_fit(group, second, q, 0.1, 1)[1] == pytest.approx(q - 0.1 / size * kept @ q)


def test_another_group_is_refused():
    with pytest.raises(InputError, match="give one of all, triangular, diagonal"):
        fitting.projected("orthogonal", np.eye(2))


@pytest.mark.parametrize("fit", [fitting.diagonal_fit, fitting.diagonal_fit.py_func])
def test_a_step_of_the_diagonal_fit_by_hand(fit):
    found = fit(ROW([2.0, 0.0]), 0.5, 0.1, ROW([1.0, 2.0]), ROW([0.0, 1.0]))
    assert found[0] == pytest.approx([1.0, 2.0])
    assert found[1] == pytest.approx([1 - 0.1 * (4.25 - 1), 2 - 0.1 * (4 * 0.25 - 0.25) * 2])


@pytest.mark.parametrize("fit", [fitting.reference_fit, fitting.reference_fit.py_func])
def test_a_reference_step_is_a_mean_step(fit):
    h, q = ROW([2.0, -0.5]), ROW([0.7, 1.2])
    mean = fitting.mean_fit("diagonal", np.diag(h**2), np.diag(q), 0.3, 3)
    assert fit(0.3, h, q, 3) == pytest.approx(ROW([np.diag(row) for row in mean]))


def test_both_terms_and_drawn_directions():
    assert theory.both_terms(2 * np.eye(2), 3 * np.eye(2)) == pytest.approx(12.25 * np.eye(2))
    draws = np.random.default_rng(3)
    for kind in ("symmetric", "flattest", "skew"):
        x, q, second = fitting.drawn_direction(kind, 4, draws)
        assert np.linalg.norm(x) == pytest.approx(1)
        assert x == pytest.approx(-x.T if kind == "skew" else x.T)
        assert np.linalg.eigvalsh(second)[0] > 0
        if kind == "flattest":
            least = 4 * np.linalg.eigvalsh(theory.both_terms(q, second))[0]
            assert theory.curvature_along(x, q, second) == pytest.approx(least)
    with pytest.raises(InputError, match="kind='odd'"):
        fitting.drawn_direction("odd", 4, draws)


def test_fits_end_at_the_best_preconditioner_and_falls_begin_at_the_criterion():
    second = fitting.turned(ROW([1.0, 4.0]), np.random.default_rng(2))
    assert np.linalg.eigvalsh(second) == pytest.approx([1, 4])
    assert fitting.fitted("all", second, 0.1, 2000) == pytest.approx(theory.best_preconditioner(second), rel=1e-6)
    falls = fitting.fall(second, 0.2, np.eye(2), 50)
    assert falls.shape == (51,)
    assert falls[0] == pytest.approx(theory.criterion(np.eye(2), second))
    assert (np.diff(falls) <= 1e-12).all()
