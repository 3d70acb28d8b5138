"""Signs of Gaussian gradients: by integrals, by enumeration, by hand; limits, peaks and approximations."""

import itertools
import math

import numpy as np
import pytest
import sympy as sp
from scipy.special import erf

from theorylab.errors import InputError
from theorylab.models.preconditioning import kernels, theory
from theorylab.models.preconditioning.model import NoisyPoint
from theorylab.models.preconditioning.optimisers import signs
from theorylab.numerics.streams import stream


def drawn(seed, d=4, scale=1.0):
    draws = np.random.default_rng(seed)
    a = draws.standard_normal((d, d))
    return NoisyPoint(scale * draws.standard_normal(d), draws.exponential(size=d) + 0.1, a @ a.T + 0.1 * np.eye(d))


def common(d, ratio, curvature):
    """Gradient of sizes 1 to d, |mu| / sigma = ratio, H = I + curvature s s^T."""
    mu = np.arange(1.0, d + 1) * np.where(np.arange(d) % 3 == 0, -1, 1)
    return NoisyPoint.aligned(mu, np.abs(mu) / ratio, curvature)


def test_mean_of_a_sign_is_an_error_function():
    x, mu, width = sp.symbols("x mu s", positive=True)
    density = sp.exp(-((x - mu) ** 2) / (2 * width**2)) / (sp.sqrt(2 * sp.pi) * width)
    # P(x > 0) - P(x < 0) = 2 P(0 < x < 2 mu) / 1 by symmetry about mu.
    assert sp.simplify(sp.integrate(density, (x, 0, 2 * mu)) - sp.erf(mu / (sp.sqrt(2) * width))) == 0
    point = NoisyPoint([0.3, -1.0], [2.0, 0.5], np.eye(2))
    assert theory.sign_means(point, [8.0])[0] == pytest.approx([erf(2 * 0.15), erf(-2 * 2.0)])


@pytest.mark.parametrize("seed", range(10))
def test_moments_of_signs_by_enumeration(seed):
    point = drawn(seed, 3)
    mu, _, hessian = point.parts
    slope = curvature = 0.0
    means = theory.sign_means(point, [2.5])[0]
    for draw in itertools.product((-1.0, 1.0), repeat=3):
        v = np.array(draw)
        chance = np.prod((1 + v * means) / 2)
        slope, curvature = slope + chance * (mu @ v), curvature + chance * (v @ hessian @ v)
    assert theory.sign_slope(point, 2.5)[0] == pytest.approx(slope)
    assert theory.sign_curvature(point, 2.5)[0] == pytest.approx(curvature)


def test_best_step_maximises_the_fall():
    a, c, eps = sp.symbols("a c eps", positive=True)
    best = sp.solve(sp.diff(eps * a - eps**2 * c / 2, eps), eps)[0]
    assert best == a / c
    point = drawn(3)
    slope, curvature = theory.sign_slope(point, [3.0]), theory.sign_curvature(point, [3.0])
    assert theory.best_sign_step(point, [3.0]) == slope / curvature
    step = theory.best_sign_step(point, [3.0])
    assert theory.best_sign_fall(point, [3.0]) == pytest.approx(step * slope - step**2 * curvature / 2)


def test_small_batches_have_a_peak_in_closed_form():
    batch, a, trace, q = sp.symbols("B A T Q", positive=True)
    step = sp.sqrt(2 * batch / sp.pi) * a / (trace + 2 * batch / sp.pi * q)  # erf(x) = 2 x / sqrt(pi) at small x
    peak = sp.solve(sp.diff(step, batch), batch)[0]
    assert sp.simplify(peak - sp.pi * trace / (2 * q)) == 0
    top = sp.sqrt(peak / (2 * sp.pi)) * a / trace
    assert sp.simplify(step.subs(batch, peak) - top) == 0
    p, s = sp.symbols("p s", positive=True)  # in units of the peak: Q = pi T / (2 p), A = s T / sqrt(p / (2 pi))
    given = step.subs({q: sp.pi * trace / (2 * p), a: s * trace / sp.sqrt(p / (2 * sp.pi))})
    assert sp.simplify(sp.nsimplify(theory.small_batch_step_leading(batch, p, s)) - given) == 0
    point = NoisyPoint.aligned(1e-3 * np.random.default_rng(1).standard_normal(50), 1.0, 0.5)
    found = theory.peak_batch_leading(point) / 1e4
    form = theory.small_batch_step_leading(found, theory.peak_batch_leading(point), theory.peak_step_leading(point))
    assert theory.best_sign_step(point, found)[0] == pytest.approx(form, rel=1e-3)
    fall = a * sp.sqrt(2 * batch / sp.pi) * step / 2
    assert sp.simplify(fall - a**2 / (2 * q) / (1 + peak / batch)) == 0
    fall = theory.peak_fall_leading(point) / (1 + theory.peak_batch_leading(point) / found)
    assert theory.best_sign_fall(point, found)[0] == pytest.approx(fall, rel=1e-3)
    assert theory.peak_batch_leading(NoisyPoint([1.0, 2.0], 1.0, np.eye(2))) == math.inf


def test_peak_of_two_coordinates_by_hand():
    point = NoisyPoint([0.1, 0.2], [1.0, 2.0], [[1.0, 0.5], [0.5, 3.0]])
    assert theory.peak_batch_leading(point) == pytest.approx(math.pi * 4 / (2 * 2 * 0.1 * 0.1 * 0.5))
    wanted = (theory.peak_batch_leading(point) / (2 * math.pi)) ** 0.5 * (0.01 + 0.02) / 4
    assert theory.peak_step_leading(point) == pytest.approx(wanted)


def test_full_batches_have_certain_signs():
    point = drawn(5)
    assert theory.best_sign_step(point, [1e12])[0] == pytest.approx(theory.full_batch_step(point), rel=1e-12)


@pytest.mark.parametrize("curvature", [0.05, 0.5, 1.0, 4.0, -0.05])
def test_common_ratio_has_a_surge_above_coupling_one(curvature):
    e, r = sp.symbols("E r", positive=True)
    step = e / (1 + r * e**2)
    assert sp.solve(sp.diff(step, e), e) == [1 / sp.sqrt(r)]
    assert sp.simplify(step.subs(e, 1 / sp.sqrt(r)) / step.subs(e, 1) - sp.nsimplify(theory.peak_over_limit(r))) == 0
    point = common(12, 0.2, curvature)
    coupling = theory.sign_coupling(point)
    assert coupling == pytest.approx(curvature * 11 / (1 + curvature))
    found = theory.peak_batch(point, 1e-4, 1e5)
    top = theory.best_sign_step(point, [found])[0] / theory.full_batch_step(point)
    if coupling > 1:
        assert erf((found / 2) ** 0.5 * 0.2) == pytest.approx(coupling**-0.5, rel=1e-5)
        assert top == pytest.approx(theory.peak_over_limit(coupling), rel=1e-9)
    else:
        assert top == pytest.approx(1.0, rel=1e-12)


def test_best_step_along_gradients_rises_to_its_limit():
    point = drawn(7)
    mu, sigma, hessian = point.parts
    batches = np.geomspace(0.1, 1e6, 30)
    steps = theory.best_gradient_step(point, batches)
    assert (np.diff(steps) > 0).all()
    g = np.random.default_rng(1).standard_normal((200_000, 4)) * sigma / 2**0.5 + mu
    fall = (g @ mu).mean() / ((g @ hessian) * g).sum(axis=1).mean()
    assert theory.best_gradient_step(point, [2.0])[0] == pytest.approx(fall, rel=0.02)


def test_rational_approximation_is_within_its_distance():
    x = np.linspace(0, 10, 100_001)
    off = np.abs(theory.root_sign(x) - erf(x))
    assert 0.1078 < off.max() < 0.1079
    assert x[off.argmax()] == pytest.approx(1.33, abs=0.01)
    assert theory.root_sign(1e-9) / 1e-9 == pytest.approx(2 / math.pi**0.5)


def test_curvature_along_a_vector():
    along = NoisyPoint.aligned([1.0, -1.0], 0.5, 3.0, [1.0, 2.0])
    assert along.parts[2].tolist() == [[4.0, 6.0], [6.0, 13.0]]
    assert NoisyPoint.aligned([1.0, -2.0], [0.5, 0.5], 3.0).parts[2].tolist() == [[4.0, -3.0], [-3.0, 4.0]]


def test_signs_and_their_steps():
    assert [signs.sign.py_func(x) for x in (-2.0, 0.0, 3.0)] == [-1.0, 0.0, 1.0]
    assert signs.sign_step.py_func(1.0, -5.0, 0.25) == 1.25
    assert signs.sign_step.py_func(1.0, 0.0, 0.25) == 1.0


@pytest.mark.parametrize("seed", range(3))
def test_drawn_signs_have_these_moments(seed):
    point, batches = drawn(seed), np.array([0.5, 3.0])
    found = kernels.sign_draws(*point.parts, batches, 40_000, stream(seed, 0))
    assert found[0] == pytest.approx(theory.sign_slope(point, batches), rel=0.03, abs=0.03)
    assert found[1] == pytest.approx(theory.sign_curvature(point, batches), rel=0.03)
    few = [
        body(*point.parts, batches, 20, stream(seed, 1)) for body in (kernels.sign_draws, kernels.sign_draws.py_func)
    ]
    assert np.allclose(*few, rtol=1e-12)


def test_sign_descent_by_hand():
    h, tiny = np.array([[2.0, 1.0], [1.0, 3.0]]), np.full(2, 1e-12)
    path = kernels.sign_descent(h, tiny, 1.0, 0.25, np.array([1.0, -1.0]), 2, stream(1, 0))
    assert path.tolist() == [[1.0, -1.0], [0.75, -0.75], [0.5, -0.5]]
    noisy = [body(h, np.ones(2), 4.0, 0.1, np.ones(2), 9, stream(1, 0)) for body in
             (kernels.sign_descent, kernels.sign_descent.py_func)]  # fmt: skip
    assert (noisy[0] == noisy[1]).all()


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("gradient is 0", lambda: NoisyPoint([0.0], [1.0], [[1.0]])),
        ("do not fit", lambda: NoisyPoint([1.0, 2.0], [1.0], [[1.0]])),
        ("not symmetric", lambda: NoisyPoint([1.0, 2.0], 1.0, [[1.0, 2.0], [0.0, 1.0]])),
        ("not finite", lambda: NoisyPoint([1.0], 1.0, [[math.inf]])),
        ("noise_std=0", lambda: NoisyPoint([1.0], 0.0, [[1.0]])),
        ("batch=0", lambda: theory.best_sign_step(drawn(1), [0.0])),
        ("give 0 < low < high", lambda: theory.peak_batch(drawn(1), 2.0, 1.0)),
    ],
)
def test_bad_input_is_answered_in_a_sentence(words, call):
    with pytest.raises(InputError, match=words):
        call()
