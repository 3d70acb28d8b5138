"""Scalar AdaGrad: telescopes, the largest root, the flow's conservation law, noise by hand, and random runs."""

import math

import numpy as np
import pytest
import sympy as sp
from scipy.special import lambertw

from theorylab.errors import InputError
from theorylab.models.adaptive import norm
from theorylab.models.adaptive.norm import ScalarAdaGrad
from theorylab.models.adaptive.theory import norm as theory
from theorylab.numerics.streams import stream


@pytest.mark.parametrize("seed", range(20))
def test_root_of_the_sum_solves_its_equation_by_lambert(seed):
    draws = np.random.default_rng(seed)
    gap, beta, eta, gamma = np.exp(draws.uniform(-2, 2, 4))
    first, slope = gamma + gap / eta, beta * eta
    exact = -slope * lambertw(-gamma / slope * math.exp(-first / slope), -1).real
    found = theory.root_sum_bound(gap, beta, eta, gamma)
    assert found == pytest.approx(exact, rel=1e-9)
    for y in found * np.array([1.001, 2.0, 100.0]):
        assert y > first + slope * math.log(y / gamma)


@pytest.mark.parametrize("seed", range(200))
def test_sum_bound_holds_on_random_problems(seed):
    draws = np.random.default_rng(seed)
    d = int(draws.integers(1, 4))
    problem = ScalarAdaGrad(
        function=norm.FUNCTIONS[seed % 4], scales=np.exp(draws.uniform(-2, 3, d)), start=3 * draws.standard_normal(d),
        step_size=float(np.exp(draws.uniform(-5, 5))), gamma=float(np.exp(draws.uniform(-5, 1))),
    )  # fmt: skip
    found = norm.noiseless(problem, [1, 10, 1000])
    bound = theory.root_sum_bound(problem.gap, problem.smoothness, problem.step_size, problem.gamma)
    assert (found["sum"].mean <= bound**2 * (1 + 1e-12)).all()
    if problem.function in ("square", "log cosh"):
        gap = theory.convex_gap_bound(found["distance"].mean, problem.step_size, found["sum"].mean, found["sum"].x)
        assert (found["loss"].mean <= gap * (1 + 1e-12)).all()


def test_slow_flow_conserves_loss_plus_root():
    eta, s, q = sp.symbols("eta S q", positive=True)  # q = |grad f|^2
    assert sp.simplify(-eta * q / sp.sqrt(s) + sp.diff(2 * eta * sp.sqrt(s), s) * q) == 0
    problem = ScalarAdaGrad(scales=[1.0], start=[1.0], step_size=0.003)
    found = norm.noiseless(problem, [300_000])["sum"].mean[0] ** 0.5
    assert found == pytest.approx(theory.slow_root_sum_leading(problem.gap, 0.003, 0.1), rel=0.01)


def test_convex_gap_is_the_sum_of_two_telescopes():
    problem = ScalarAdaGrad(scales=[1.0, 3.0], start=[2.0, -1.0], step_size=0.7)
    w, total, left, right, gaps, far = np.array([2.0, -1.0]), 0.01, 0.0, 0.0, 0.0, 5.0
    for _ in range(50):
        g = np.array([1.0, 3.0]) * w
        total += g @ g
        rate, gaps = 0.7 / total**0.5, gaps + (g @ w) / 2
        after = w - rate * g
        assert g @ w == pytest.approx((w @ w - after @ after) / (2 * rate) + rate * (g @ g) / 2)
        left, right = left + (w @ w - after @ after) / (2 * rate), right + rate * (g @ g) / 2
        w, far = after, max(far, after @ after)
    assert left <= far * total**0.5 / (2 * 0.7)
    assert right <= 0.7 * total**0.5
    found = norm.noiseless(problem, [50])
    assert found["loss"].mean[0] == pytest.approx(gaps / 50)
    assert found["distance"].mean[0] == far
    assert theory.convex_gap_bound(far, 0.7, total, 50) == pytest.approx((far / 1.4 + 0.7) * total**0.5 / 50)


def test_noisy_gradient_by_hand_in_dimension_one():
    # Two steps from 1, l = 2, sigma = 3, eta = 1, gamma = 1: S_1 = 1 + 9 + 4 = 14.
    rate = 14**-0.5
    m = (1 - 2 * rate) ** 2 + 9 * rate**2
    assert theory.noisy_gradient([2.0], [1.0], 1.0, 1.0, 3.0, [1, 2]) == pytest.approx([4.0, (4 + 4 * m) / 2])
    far = theory.noisy_gradient([0.5, 1.0], [0.0, 0.0], 0.3, 0.1, 1.0, [40_000])[0]
    assert far == pytest.approx(theory.noisy_gradient_leading(0.3, 1.0, 1.5, 2, 40_000), rel=0.03)


def test_path_by_hand():
    p = ScalarAdaGrad(scales=[2.0], start=[1.0], step_size=0.5, gamma=1.0)
    found = norm.norm_path(p.problem(), np.array([1, 2]), stream(1, 0))
    w = 1 - 0.5 * 2 / 5**0.5
    assert found[0] == pytest.approx([4.0, (4 + 4 * w**2) / 2])
    assert found[1] == pytest.approx([5.0, 5 + 4 * w**2])
    assert found[2] == pytest.approx([1.0, (1 + w**2) / 2])
    assert found[3] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("noise", norm.NOISES)
def test_kernel_is_its_python_body(noise):
    p = ScalarAdaGrad(function="log cosh", scales=[2.0, 1.0], start=[1.0, -3.0], step_size=0.5, additive=0.4,
                      multiplicative=0.3, noise=noise, alpha=1.5).problem()  # fmt: skip
    both = [body(p, np.array([1, 30]), stream(7, 3)) for body in (norm.norm_path, norm.norm_path.py_func)]
    assert np.allclose(*both, rtol=1e-10, atol=0)


def test_noise_has_its_sizes():
    p = ScalarAdaGrad(scales=np.ones(4), start=np.full(4, 2.0), step_size=1e-300, gamma=1e-3, additive=3.0)
    assert norm.norm_path(p.problem(), np.array([1]), stream(1, 0))[1, 0] > 0
    scratch = np.empty(4), np.empty(1)
    for noise, wanted in (("signs", 9.0), ("normal", 9.0)):
        problem = ScalarAdaGrad(
            scales=np.ones(4), start=np.zeros(4), step_size=1.0, additive=3.0, noise=noise
        ).problem()
        squares, state = [], stream(2, 0)
        for _ in range(4000):
            gradient = np.zeros(4)
            norm.add_noise(problem, gradient, *scratch, state)
            squares.append(gradient @ gradient)
        assert np.mean(squares) == pytest.approx(wanted, rel=0.05)
    problem = ScalarAdaGrad(scales=np.ones(4), start=np.zeros(4), step_size=1.0, multiplicative=0.5).problem()
    gradient = np.full(4, 2.0)
    norm.add_noise(problem, gradient, *scratch, stream(2, 0))
    assert set(gradient) in ({1.0}, {3.0})


def test_values_have_their_slopes_and_curvatures():
    for k, curvature in enumerate(norm.CURVATURES):
        x = np.linspace(-4, 4, 801)
        values, slopes = np.array([norm.value_and_slope.py_func(k, y) for y in x]).T
        assert np.abs(np.gradient(values, x) - slopes)[1:-1].max() < 1e-3
        assert np.abs(np.diff(slopes) / 0.01).max() == pytest.approx(curvature, rel=1e-3)
        assert norm.value_and_slope.py_func(k, 0.0)[0] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("seed", range(50))
def test_telescopes_hold_for_any_sequence_and_not_without_today(seed):
    q = np.random.default_rng(seed).pareto(0.5, 60)
    first, second, total = norm.telescoped(q, 0.3)
    assert first <= math.log(total / 0.09)
    assert second <= 2 * (total**0.5 - 0.3)
    spiked = norm.telescoped([1e-6, 1e6], 0.1, before=True)
    assert spiked[0] > math.log(spiked[2] / 0.01)
    assert spiked[1] > 2 * spiked[2] ** 0.5


def test_the_scalar_step_knows_no_rotation():
    draws = np.random.default_rng(1)
    q = np.linalg.qr(draws.standard_normal((3, 3)))[0]
    h, w = np.diag([1.0, 4.0, 9.0]), draws.standard_normal(3)
    rotated, sums = q @ w, [0.01, 0.01]
    for _ in range(30):
        g, r = h @ w, q @ h @ q.T @ rotated
        sums = [sums[0] + g @ g, sums[1] + r @ r]
        w, rotated = w - g / sums[0] ** 0.5, rotated - r / sums[1] ** 0.5
    assert np.allclose(q @ w, rotated, rtol=1e-10)


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("'cosine'", lambda: ScalarAdaGrad(function="abs", scales=[1.0], start=[1.0], step_size=1.0).problem()),
        ("'stable'", lambda: ScalarAdaGrad(noise="cauchy", scales=[1.0], start=[1.0], step_size=1.0).problem()),
        ("one per coordinate", lambda: ScalarAdaGrad(scales=[1.0], start=[1.0, 2.0], step_size=1.0).problem()),
        (r"\(0, 2\]", lambda: ScalarAdaGrad(scales=[1.0], start=[1.0], step_size=1.0, alpha=3.0).problem()),
        ("step_size=0", lambda: ScalarAdaGrad(scales=[1.0], start=[1.0], step_size=0).problem()),
        ("has noise", lambda: norm.noiseless(ScalarAdaGrad(scales=[1.0], start=[1.0], step_size=1, additive=1), [3])),
        ("finite numbers >= 0", lambda: norm.telescoped([-1.0], 0.1)),
    ],
)
def test_bad_input_is_answered_in_a_sentence(words, call):
    with pytest.raises(InputError, match=words):
        call()


def test_noisy_runs_are_replicated():
    found = norm.noisy(
        ScalarAdaGrad(scales=[1.0], start=[1.0], step_size=0.5, additive=1.0), [1, 9], replicas=5, seed=1
    )
    assert found["gradient"].samples.shape == (5, 2)
    assert (found["gradient"].samples[:, 0] == 1.0).all()
