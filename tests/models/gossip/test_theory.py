"""Diversity and smoothing: closed forms by SymPy, by eigenvalues, by quadrature, and by two workers by hand."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

from theorylab.models.gossip import model, theory


@pytest.mark.parametrize("size", [3, 4, 7, 16])
def test_modes_are_eigenvalues(size):
    for matrix, modes in (
        (model.ring(size), theory.ring_modes(size)),
        (model.exponential(size), theory.exponential_modes(size)),
        (model.torus(size), theory.torus_modes(size)) if size < 8 else (model.ring(size), theory.ring_modes(size)),
    ):
        found = np.sort(np.linalg.eigvalsh(matrix))
        assert found[-1] == pytest.approx(1)
        assert found[:-1] == pytest.approx(np.sort(modes), abs=1e-13)


def test_diversity_is_the_sum_of_two_workers():
    # W = ((1 + l) / 2, (1 - l) / 2): half the difference x of two workers has x' = (l - load) x + n (xi_1 - xi_2) / 2.
    mode, load, noise = sp.symbols("l load n", positive=True)
    fresh = noise**2 / 2
    for form, factor, scale in ((theory.diversity, mode - load, 1),
                                (theory.diversity_adapt_first, mode * (1 - load), mode)):  # fmt: skip
        stationary = scale**2 * fresh / (1 - factor**2)  # x^2 is the diversity
        assert sp.simplify(form(np.array([mode]), load, noise, 2) - stationary) == 0
    assert sp.simplify(theory.mean_variance(load, noise, 2) - fresh / (1 - (1 - load) ** 2)) == 0


def test_ring_limit_is_the_integral():
    load, noise = 0.07, 0.13
    value = quad(lambda a: noise**2 / (1 - ((1 + 2 * np.cos(a)) / 3 - load) ** 2), 0, np.pi)[0] / np.pi
    assert theory.ring_limit(load, noise) == pytest.approx(value, rel=1e-9)
    assert theory.diversity(theory.ring_modes(4000), load, noise, 4000) == pytest.approx(value, rel=2e-3)


def test_wells_and_their_gaussian_means():
    w, c, e, v = sp.symbols("w c e v", real=True)
    well = (w**2 - 1) ** 2 * sp.exp(c * w)
    for order in range(6):
        exactly = sp.expand(sp.simplify(sp.diff(well, w, order) * sp.exp(-c * w)))
        assert sp.expand(theory.well_derivative(order, w, c) - exactly) == 0
        moved = sp.Poly(sp.expand(theory.well_derivative(order, w + c * v + e, c)), e)  # exp(c e) moves e by c v
        moments = {0: 1, 2: v, 4: 3 * v**2}
        mean = sum(value * moments.get(power, 0) for (power,), value in moved.terms())
        assert sp.expand(theory.smoothed_well(order, w, c, v) - mean) == 0
    place, tilt, variance = 0.4, 0.3, 0.2
    mean = quad(lambda x: (x**2 - 1) ** 2 * np.exp(tilt * x - (x - place) ** 2 / (2 * variance)), -9, 9)[0]
    value = theory.smoothed_well(0, place, tilt, variance) * np.exp(tilt * place + tilt**2 * variance / 2)
    assert value == pytest.approx(mean / (2 * np.pi * variance) ** 0.5, rel=1e-8)


def test_residuals_of_the_smoothed_gradient():
    # L' = sum_n g_n x^n / n! at w_a = 0; workers have moments (0, v, m_3, m_4), the Gaussian (0, v, 0, 3 v^2).
    g, (v, third, fourth) = sp.symbols("g0:5"), sp.symbols("v m3 m4")
    workers = [1, 0, v, third, fourth]
    gaussian = [1, 0, v, 0, 3 * v**2]
    residual = sum(g[n] * (workers[n] - gaussian[n]) / sp.factorial(n) for n in range(5))
    forms = theory.skew_residual_leading(g[3], third) + theory.symmetric_residual_leading(g[4], fourth, v)
    assert sp.expand(residual - forms) == 0


def test_bias_is_that_of_the_smoothed_gradient():
    h, k, d, v, x = sp.symbols("h k d v x")
    # At rest E L'(w) = 0: h E w + k (E w_a^2 + d) / 2 = 0, with the variance v of the mean as for central SGD.
    workers, central = (sp.solve(h * x + k * (v + spread) / 2, x)[0] for spread in (d, 0))
    assert sp.simplify(workers - central - theory.bias_leading(k, h, d)) == 0


def test_smoothness_bound_is_attained():
    s, w = sp.symbols("s w", positive=True)
    curvature = sp.diff(sp.erf(w / (s * sp.sqrt(2))), w).subs(w, 0)  # of |w|: E sign(w + s e) = erf(w / (s 2^.5))
    assert float(curvature.subs(s, 0.3)) == pytest.approx(float(theory.smoothness_bound(1.0, np.inf, 0.3)))
    assert theory.smoothness_bound(1.0, 0.5, 0.3) == 0.5
    rng, most = np.random.default_rng(3), 0.0
    for _ in range(300):  # kinks c_k |w - t_k| with sum |c_k| = 1
        kinks, places, std = rng.standard_normal(3), rng.standard_normal(3), rng.uniform(0.2, 2)
        kinks /= np.abs(kinks).sum()
        at = rng.standard_normal()
        value = abs((kinks * 2 * np.exp(-((at - places) ** 2) / (2 * std**2))).sum() / (2 * np.pi) ** 0.5 / std)
        most = max(most, value / float(theory.smoothness_bound(1.0, np.inf, std)))
    assert 0.5 < most <= 1
