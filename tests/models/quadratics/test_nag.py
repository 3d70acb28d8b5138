"""NAG-GS: rates, steps and covariance with SymPy, the kernel against the scheme as written, both orders."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.quadratics import kernels, model, moments, simulation
from theorylab.models.quadratics.kernels import NagGs
from theorylab.models.quadratics.theory import nag
from theorylab.numerics.known import known
from theorylab.numerics.streams import fill_normal, stream

RNG = np.random.default_rng(19)
al, mu, g, lam, sigma = sp.symbols("alpha mu gamma lam sigma", positive=True)
TAU = al * mu / g
A, B, C = 1 / (1 + al), al / (1 + al), TAU - al * lam / g
E = sp.Matrix([[A, B], [C * A / (1 + TAU), (1 + C * B) / (1 + TAU)]])


def radius(alpha, m, gamma, h):
    return moments.radius(model.nag_gs(alpha, m, gamma, np.atleast_1d(h), 0.0))[0].max()


def test_covariance_at_rest_solves_the_lyapunov_equation():
    x, c, v = nag.rest_covariance(al, mu, g, lam, sigma)
    s = sp.Matrix([[x, c], [c, v]])
    noise = sp.Matrix([[0, 0], [0, al * (sigma / (1 + TAU)) ** 2]])
    assert sp.simplify(s - E * s * E.T - noise) == sp.zeros(2)
    for form, limit in ((x, 1), (c, 1), (v, 1 + lam / g)):
        assert sp.simplify(sp.limit(form, al, 0) - limit * sigma**2 * g**2 / (2 * lam * (g + mu))) == 0


def test_exact_moments_at_random_settings_are_the_form():
    for _ in range(60):
        m, gamma, h = RNG.uniform(0.1, 2, 3)
        alpha = RNG.uniform(0.01, 1.5)
        if radius(alpha, m, gamma, h) > 0.99:
            continue
        found = moments.at_rest(moments.operator(model.nag_gs(alpha, m, gamma, h, 0.7)))
        forms = nag.rest_covariance(known(alpha), known(m), known(gamma), h, 0.7)
        for (i, j), form in zip(((1, 1), (1, 2), (2, 2)), forms, strict=True):
            value = found.second(i, j)[0]
            assert abs(value.value - form.value) <= value.error + form.error


def test_trace_and_determinant_are_those_of_the_module():
    w = al**2 * mu + al * g + al * mu + 2 * g
    assert sp.simplify(E.det() - g / ((1 + al) * (g + al * mu))) == 0
    assert sp.simplify(E.trace() - (w - al**2 * lam) / ((1 + al) * (g + al * mu))) == 0


SQUARES = ((1, 1, 9), (1, 4, 25), (sp.Rational(1, 2), 1, 16), (sp.Rational(1, 3), 3, 12))


def test_at_the_optimal_step_the_roots_at_the_largest_curvature_are_equal():
    for m, gamma, largest in SQUARES:
        step = (m + gamma + 2 * sp.sqrt(gamma * largest)) / (largest - m)
        matrix = E.subs({mu: m, g: gamma, lam: largest, al: step})
        assert sp.simplify(matrix.trace() ** 2 - 4 * matrix.det()) == 0
        assert nag.optimal_step(float(m), float(gamma), float(largest)) == pytest.approx(float(step), rel=1e-14)


def test_at_the_critical_step_a_root_is_minus_one():
    for m, gamma, largest in SQUARES:
        step = (m + gamma + sp.sqrt(gamma**2 - 6 * gamma * m + m**2 + 4 * gamma * largest)) / (largest - 2 * m)
        matrix = E.subs({mu: m, g: gamma, lam: largest, al: step})
        assert sp.simplify(1 + matrix.trace() + matrix.det()) == 0
        assert nag.critical_step(float(m), float(gamma), float(largest)) == pytest.approx(float(step), rel=1e-14)


def test_rates_at_the_optimal_step():
    for _ in range(50):
        largest = np.exp(RNG.uniform(np.log(2.5), np.log(1e4)))
        h = np.geomspace(1.0, largest, 30)
        step = nag.optimal_step(1.0, 1.0, largest)
        assert radius(step, 1.0, 1.0, h) == pytest.approx(nag.optimal_rate(largest), rel=1e-6)
        assert radius(0.7 * step, 1.0, 1.0, h) == pytest.approx(nag.complex_rate(0.7 * step, 1.0, 1.0), rel=1e-12)
        gamma = RNG.uniform(0.3, 3)
        step = nag.optimal_step(1.0, gamma, largest)
        assert radius(step, 1.0, gamma, h) == pytest.approx(nag.unequal_rate(step, 1.0, gamma), rel=1e-6)


def test_at_the_optimal_step_paths_at_the_largest_curvature():
    for root in (2, 3, sp.Rational(7, 2)):
        step = sp.Integer(2) / (root - 1)
        matrix, z = E.subs({mu: 1, g: 1, lam: root**2, al: step}), sp.Matrix([1, 1])
        for k in range(6):
            assert float(z[0]) == pytest.approx(nag.optimal_path(float(root**2), k), rel=1e-12)
            z = matrix * z
    k, r = sp.symbols("k r", positive=True)  # Cayley-Hamilton: x_{k+2} + 2 rho x_{k+1} + rho^2 x_k = 0
    rho = (r - 1) / (r + 1)
    x = [(-rho) ** j * (1 - (k + j) * (1 + 1 / rho)) for j in range(3)]
    assert sp.simplify(x[2] + 2 * rho * x[1] + rho**2 * x[0]) == 0


def test_gamma_comes_to_mu():
    gamma, path = 3.0, [3.0]
    for _ in range(6):
        gamma = (gamma + 0.3 * 0.5) / 1.3
        path.append(gamma)
    assert nag.gamma_path(3.0, 0.5, 0.3, np.arange(7)) == pytest.approx(np.array(path), rel=1e-13)


def test_the_order_of_the_code_is_that_of_its_matrix():
    for _ in range(30):
        alpha, m, gamma, h = RNG.uniform(0.05, 0.95, 4)
        x, v = RNG.standard_normal(2)
        after = (v + alpha / gamma * (m * x - h * x)) / (1 + alpha * m / gamma)
        coded = model.nag_gs_as_coded(alpha, m, gamma, h, 1.0)
        assert coded.maps.value[0, 0] @ [1, x, v] == pytest.approx([1, (x + alpha * after) / (1 + alpha), after])
        push = np.array([0, alpha / (1 + alpha), 1]) * np.sqrt(alpha) / (1 + alpha * m / gamma)
        assert coded.noise.value[0] == pytest.approx(np.outer(push, push), rel=1e-13, abs=1e-15)


def test_the_kernel_is_the_scheme_as_written():
    xi = np.empty(8)
    fill_normal(stream(1, 0), xi)
    found = kernels.nag_gs_paths(NagGs(0.3, 0.5, 2.0, 1.7, 0.9, 0.4, 1.0, -0.5), np.array([1, 4]), stream(1, 0))
    x, v, gamma, path = 1.0, -0.5, 2.0, []
    for a, b in xi.reshape(4, 2):
        gamma = (gamma + 0.3 * 0.5) / 1.3
        x = (x + 0.3 * v) / 1.3
        tau = 0.3 * 0.5 / gamma
        v = (v + tau * x - 0.3 / gamma * (1.7 * x + 0.4 * a) + 0.9 * 0.3**0.5 * b) / (1 + tau)
        path.append((x, v, gamma))
    assert found == pytest.approx(np.array([path[0], path[3]]).T, rel=1e-12)


def test_replicas_have_the_exact_moments():
    run = simulation.nag_gs(NagGs(0.4, 0.8, 0.8, 3.0, 0.9, 0.0, 1.0, 1.0), [3, 40], replicas=4000, seed=2)
    found = moments.run(moments.operator(model.nag_gs(0.4, 0.8, 0.8, 3.0, 0.9)), model.start_at([1.0, 1.0], 3), [3, 40])
    for name, i in (("x", 1), ("v", 2)):
        square = run[name].samples ** 2
        gap = np.abs(square.mean(axis=0) - found.second(i, i).value[:, 0])
        assert (gap < 5 * square.std(axis=0) / 4000**0.5).all()


def test_bad_input_is_answered_by_one_sentence():
    good = NagGs(0.3, 0.5, 2.0, 1.7, 0.9, 0.4, 1.0, -0.5)
    for match, wrong in (("alpha", good._replace(alpha=0.0)), ("diffusion", good._replace(diffusion=-1.0))):
        with pytest.raises(InputError, match=match):
            simulation.nag_gs(wrong, [1], replicas=2, seed=1)
