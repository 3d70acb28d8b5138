"""Structured features: closed forms for equal eigenvalues, exponents, ReLU features by their samples."""

import numpy as np
import pytest
import sympy as sp

from theorylab import spectra
from theorylab.errors import InputError
from theorylab.models.regression import relu, theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.relu import draw_features, gaussian_equivalent, second_moments, simulate_relu
from theorylab.numerics.streams import stream


def test_equal_eigenvalues_close_on_one_number():
    h, m, n = sp.symbols("h m n", positive=True)
    factor = theory.isotropic_factor(h, m, n)
    (best,) = sp.solve(sp.diff(factor, h), h)
    assert sp.simplify(best - theory.isotropic_step(m, n)) == 0
    assert sp.simplify(factor.subs(h, best) - (n + 1) / (m + n + 1)) == 0
    p = LeastSquares(np.ones(5), np.arange(1.0, 6), 0.0, batch=3)
    for step in (0.1, 0.4):
        risks = theory.sgd_risk(p, step, [0, 1, 7])
        assert risks / risks[0] == pytest.approx(theory.isotropic_factor(step, 3, 5) ** np.array([0, 1, 7]), rel=1e-12)


def test_exponents_come_from_integrals_over_the_spectrum():
    # int k^-a exp(-t k^-b) dk ~ t^-((a - 1) / b) with u = k^-b; the noise has a = 2 b.
    u, a, b = sp.symbols("u a b", positive=True)
    k = u ** (-1 / b)
    power = sp.simplify(sp.log(sp.powsimp(k**-a * -sp.diff(k, u) * b)).subs(u, sp.E)) + 1
    assert sp.simplify(sp.expand_log(power, force=True) - theory.learning_exponent(a, b)) == 0
    assert sp.simplify(theory.learning_exponent(2 * b, b) - theory.noise_exponent(b)) == 0
    lam = spectra.power_law(100_000, 1.6)
    k = np.arange(1.0, 100_001)
    p = LeastSquares(lam, k ** ((1.6 - 1.9) / 2), 0.0, "additive")
    first, last = theory.sgd_risk(p, 0.5, [300, 3000])
    assert np.log10(first / last) == pytest.approx(theory.learning_exponent(1.9, 1.6), abs=0.01)


def test_second_moments_of_relu_features_are_those_of_samples():
    drawn = draw_features(5, 4, 3)
    x = np.random.default_rng(1).normal(size=(400_000, 4))
    psi = np.maximum(x @ drawn.weights.T, 0)
    assert second_moments(drawn.weights) == pytest.approx(psi.T @ psi / len(psi), abs=0.01)
    assert np.diag(second_moments(drawn.weights)) == pytest.approx((drawn.weights**2).sum(axis=1) / 2, rel=1e-12)
    opposite = second_moments(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0]]))
    assert opposite[0, 1] == pytest.approx(0.0, abs=1e-15)
    assert opposite[0, 2] == pytest.approx(1 / np.pi, rel=1e-12)  # E max(x, 0) E max(2 y, 0)


def test_the_gaussian_equivalent_has_the_loss_of_the_start():
    drawn = draw_features(6, 4, 3, noise_std=0.3, batch=2)
    p = gaussian_equivalent(drawn)
    assert 2 * theory.sgd_risk(p, 0.1, [0])[0] == pytest.approx(
        drawn.target @ second_moments(drawn.weights) @ drawn.target
    )
    assert (p.noise_std, p.batch, p.design) == (0.3, 2, "gaussian")


def test_mean_steps_on_relu_features_are_exact():
    # The mean error after steps knows second moments alone: against the simulated mean of many short runs, one step.
    drawn = draw_features(4, 3, 5, noise_std=0.4)
    moments = second_moments(drawn.weights)
    given = drawn, moments, 0.3, np.array([0, 1, 5])
    compiled = relu.relu_paths(*given, stream(2, 1))
    assert compiled == pytest.approx(relu.relu_paths.py_func(*given, stream(2, 1)), rel=1e-12)
    runs = simulate_relu(drawn, 0.3, [0, 1, 5], replicas=64, seed=1)
    assert runs.samples[:, 0] == pytest.approx(drawn.target @ moments @ drawn.target)
    # E loss after one step by samples of the features.
    x = np.random.default_rng(2).normal(size=(400_000, 3))
    psi, e = np.maximum(x @ drawn.weights.T, 0), -drawn.target
    after = e - 0.3 * psi * (psi @ e - 0.4 * np.random.default_rng(3).normal(size=len(x)))[:, None]
    expected = np.einsum("ij,jk,ik->i", after, moments, after).mean()
    many = simulate_relu(drawn, 0.3, [1], replicas=40_000, seed=3)
    assert many.mean[0] == pytest.approx(expected, abs=6 * many.standard_error[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_features(0, 3, 1), "features=0 is not allowed"),
        (lambda: simulate_relu(draw_features(3, 3, 1), -0.1, [1], replicas=4, seed=1), "step_size=-0.1 is not allowed"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
