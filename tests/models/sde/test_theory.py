"""Closed forms and limits against SymPy derivations, by hand in dimensions 1 and 2."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.sde import theory
from theorylab.models.sde.model import Limit

ETA, H, RHO, S, X, T = sp.symbols("eta h rho s x t", positive=True)


def test_adaptive_variance_is_at_rest_under_both_limits():
    noise, eps, root, rate = sp.symbols("noise eps root c1", positive=True)
    c = root**2
    P = noise * sp.sqrt(c) + eps
    A, C, D = sp.symbols("A C_ D")
    # RMSprop: A' = -2 h A / P + noise^2 C / P^2. Adam: moments of (x, m) with q = 1/P.
    rms = sp.solve(-2 * H * A / P + noise**2 * c / P**2, A)[0]
    q = 1 / P
    rest = sp.solve(
        [-2 * q * C, -q * D + rate * (H * A - C), 2 * rate * (H * C - D) + rate**2 * noise**2 * c], [A, C, D], dict=True
    )[0]
    form = sp.nsimplify(theory.adaptive_stationary_variance(H, noise, eps, c))
    assert sp.simplify(rms - form) == 0
    assert sp.simplify(rest[A] - form) == 0
    assert rest[C] == 0
    assert sp.simplify(rest[D] - rate * noise**2 * c / 2) == 0


def test_the_numbers_of_the_stationary_law():
    assert theory.adaptive_stationary_variance(1.3, 0.7, 0.1) == pytest.approx(0.235577, abs=5e-7)


def test_density_of_the_circle_is_at_rest():
    height, noise, eps = sp.symbols("height noise eps", positive=True)
    P = noise + eps
    density = sp.exp(2 * height * P / noise**2 * sp.cos(X))
    flux = -height * sp.sin(X) / P * density - sp.diff(noise**2 / (2 * P**2) * density, X)
    assert sp.simplify(flux) == 0  # drift -f'/P, diffusion noise^2/P^2: no current at all


def test_stationary_cosine_matches_quadrature():
    limit = Limit(height=1.2, noise=0.8, epsilon=0.3)
    x = np.linspace(0, 2 * np.pi, 4001)[:-1]
    weight = np.exp(2 * limit.height * (limit.noise + limit.epsilon) / limit.noise**2 * np.cos(x))
    assert theory.adaptive_stationary_cosine(limit) == pytest.approx(
        (weight * np.cos(x)).sum() / weight.sum(), rel=1e-12
    )


def test_stationary_covariance_solves_its_equation():
    h, c = np.array([[2.0, 0.8], [0.8, 1.0]]), np.array([[1.0, 0.3], [0.3, 0.25]])
    S_ = theory.adaptive_stationary_covariance(h, c, 0.5, 0.1)
    inverse = np.diag(1 / (0.5 * np.sqrt(np.diag(c)) + 0.1))
    assert inverse @ h @ S_ + S_ @ h @ inverse == pytest.approx(0.25 * inverse @ c @ inverse, rel=1e-12)
    one = theory.adaptive_stationary_covariance([[1.3]], [[1.0]], 0.7, 0.1)[0, 0]
    assert one == pytest.approx(theory.adaptive_stationary_variance(1.3, 0.7, 0.1), rel=1e-13)


def test_svag_weights_keep_the_mean_and_scale_covariance_and_third_moment():
    factor = sp.symbols("l", positive=True)
    r1, r2 = [(1 + sign * sp.sqrt(2 * factor**2 - 1)) / 2 for sign in (-1, 1)]
    assert sp.simplify(r1 + r2 - 1) == 0
    assert sp.simplify(r1**2 + r2**2 - factor**2) == 0
    assert sp.simplify((r1**3 + r2**3) / factor**3 - theory.svag_skewness(factor)) == 0
    assert [float(theory.svag_skewness(k)) for k in (1, 2, 4)] == pytest.approx([1, 0.6875, 0.3671875], rel=1e-15)


def test_second_moment_variance_is_the_recursion():
    b, fourth = sp.symbols("b M", positive=True)
    variance = sp.Integer(0)
    for k in range(1, 5):
        variance = b**2 * variance + (1 - b) ** 2 * (fourth - 1)
        assert sp.simplify(variance - theory.second_moment_variance(b, fourth, k)) == 0


def test_usam_forms_follow_from_its_linear_step():
    # x' = x - eta (h (x + rho (h x + z)) + z), Var z = s^2.
    z, V = sp.symbols("z V")
    after = sp.expand(X - ETA * (H * (X + RHO * (H * X + z)) + z))
    assert sp.simplify(after.coeff(X) - theory.usam_contraction(ETA, H, RHO)) == 0
    gain = after.coeff(z)
    fixed = sp.solve(after.coeff(X) ** 2 * V + gain**2 * S**2 - V, V)[0]
    assert sp.simplify(fixed - theory.usam_stationary_variance(ETA, H, RHO, S)) == 0
    ratio = theory.usam_stationary_variance(ETA, H, RHO, S) / theory.usam_stationary_variance(ETA, H, 0, S)
    assert sp.simplify(ratio - theory.usam_loss_ratio(ETA, H, RHO)) == 0


def test_usam_limit_variance_is_that_of_an_ornstein_uhlenbeck_process():
    pull, spread = H * (1 + RHO * H), ETA * S**2 * (1 + 2 * RHO * H)
    assert sp.simplify(spread / (2 * pull) - theory.usam_limit_variance(ETA, H, RHO, S)) == 0
    plain = theory.usam_limit_variance(ETA, H, RHO, S, correction=0)
    assert sp.simplify(ETA * S**2 / (2 * pull) - plain) == 0


def test_numbers_of_usam_at_rest():
    # h = 2, s = 1, eta = 0.01, rho = 0.1: discrete, limit, limit without its covariance term.
    found = (
        theory.usam_stationary_variance(0.01, 2, 0.1, 1),
        theory.usam_limit_variance(0.01, 2, 0.1, 1),
        theory.usam_limit_variance(0.01, 2, 0.1, 1, correction=0),
    )
    assert found == pytest.approx((3.036e-3, 2.917e-3, 2.083e-3), rel=2e-4)


def test_usam_moments_match_the_recursion_and_the_limit_its_equations():
    mean, square = 1.0, 1.0
    m, kick = theory.usam_contraction(0.1, 2.0, 0.3), 0.1 * (1 + 0.6) * 0.7
    for _ in range(7):
        mean, square = m * mean, m**2 * square + kick**2
    assert theory.usam_moments(0.1, 2.0, 0.3, 0.7, 1.0, 7) == pytest.approx((mean, square), rel=1e-13)
    assert theory.usam_moments(0.1, 2.0, 0.3, 0.7, 1.5, 0) == (1.5, 2.25)
    a, b = theory.usam_limit_moments(0.1, 2.0, 0.3, 0.7, 1.0, 0.4)
    pull, spread = 2 * 1.6, 0.1 * 0.49 * 2.2
    t = sp.symbols("t")
    f = sp.Function("f")
    exact = sp.dsolve(sp.Eq(f(t).diff(t), -2 * pull * f(t) + spread), f(t), ics={f(0): 1}).rhs.subs(t, 0.4)
    assert a == pytest.approx(np.exp(-pull * 0.4), rel=1e-13)
    assert b == pytest.approx(float(exact), rel=1e-10)


def test_at_the_stability_limit_usam_neither_grows_nor_decays_in_the_mean():
    limit = 2 / (2.0 * (1 + 0.3 * 2.0))
    assert theory.usam_contraction(limit, 2.0, 0.3) == pytest.approx(-1, rel=1e-15)
    with pytest.raises(InputError, match="unstable"):
        theory.usam_covariance(limit * (1 + 1e-12), [[2.0]], [[1.0]], 0.3)
    assert theory.usam_moments(1.0, 2.0, 0.0, 1.0, 1.0, 5) == (-1.0, 6.0)  # m = -1: the noise adds up


def test_usam_covariance_is_the_variance_in_dimension_one():
    one = theory.usam_covariance(0.05, [[2.0]], [[0.49]], 0.3)[0, 0]
    assert one == pytest.approx(theory.usam_stationary_variance(0.05, 2.0, 0.3, 0.7), rel=1e-13)


def test_sam_two_cycle_returns_with_the_opposite_sign():
    orbit = theory.sam_orbit(ETA, H, RHO)
    x = orbit.subs({ETA: sp.Rational(1, 10), H: 2, RHO: sp.Rational(1, 10)})
    after = x - sp.Rational(1, 10) * 2 * (x + sp.Rational(1, 10))
    assert sp.simplify(after + x) == 0
    assert float(x) == pytest.approx(1 / 90, rel=1e-14)


def test_usam_saddle_radius_is_where_the_factor_is_one():
    curvature = sp.symbols("l", negative=True)
    assert sp.simplify(theory.usam_contraction(ETA, curvature, theory.usam_saddle_radius(curvature)) - 1) == 0


@pytest.mark.parametrize("form", ["euler", "milstein"])
def test_integrator_moments_follow_from_one_normal_step(form):
    a, b, w = sp.symbols("a b w", real=True)
    h = sp.symbols("h", positive=True)
    step = 1 + a * h + b * w + (b**2 * (w**2 - h) / 2 if form == "milstein" else 0)
    moments = {0: 1, 1: 0, 2: h, 3: 0, 4: 3 * h**2}  # of a normal w of variance h

    def mean(g):
        return sum(c * moments[k] for (k,), c in sp.Poly(sp.expand(g), w).terms())

    found = getattr(theory, f"{form}_moments")(a, b, h, 1)
    assert sp.simplify(mean(step) - found[0]) == 0
    assert sp.simplify(mean(step**2) - found[1]) == 0
    # E Y X: under the measure tilted by the exact step exp((a - b^2/2) h + b w), w is normal around b h.
    tilted = mean(step.subs(w, w + b * h)) * sp.exp(a * h)
    assert sp.simplify(tilted - found[2]) == 0


def test_exact_moments_solve_their_equations():
    a, b = sp.symbols("a b", real=True)
    first, second = theory.exact_moments(a, b, T)
    assert sp.simplify(sp.diff(first, T) - a * first) == 0
    assert sp.simplify(sp.diff(second, T) - (2 * a + b**2) * second) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.adaptive_stationary_covariance([[1.0, 2.0], [2.0, 1.0]], np.eye(2), 1.0, 0.1), "positive def"),
        (lambda: theory.adaptive_stationary_covariance(np.eye(2), np.diag([1.0, 0.0]), 1.0, 0.1), "every direction"),
        (lambda: theory.adaptive_stationary_covariance(np.ones((2, 3)), np.eye(2), 1.0, 0.1), "square matrix"),
        (lambda: theory.adaptive_stationary_covariance(np.eye(2), np.eye(3), 1.0, 0.1), r"\(2, 2\)"),
        (lambda: theory.adaptive_stationary_covariance(np.eye(2), np.eye(2), 0.0, 0.1), "noise=0.0 is not allowed"),
        (lambda: theory.adaptive_stationary_covariance([[1.0, 2.0], [0.0, 1.0]], np.eye(2), 1.0, 0.1), "symmetric"),
        (lambda: theory.usam_covariance(-0.1, np.eye(2), np.eye(2), 0.1), "step_size=-0.1"),
        (lambda: theory.usam_covariance(0.1, np.eye(2), np.eye(2), -0.1), "radius=-0.1"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_milstein_moments_are_those_of_its_step():
    a, b, h = -0.4, 0.7, 0.05
    z, weight = np.polynomial.hermite_e.hermegauss(20)
    weight = weight / weight.sum()
    step = 1 + a * h + b * h**0.5 * z + b**2 * h / 2 * (z**2 - 1)
    exact = np.exp((a - b**2 / 2) * h + b * h**0.5 * z)
    one, square, mixed = theory.milstein_moments(a, b, h, 1)
    assert (one, square, mixed) == pytest.approx((weight @ step, weight @ step**2, weight @ (step * exact)), rel=1e-12)
    assert theory.milstein_moments(a, b, h, 3) == pytest.approx((one**3, square**3, mixed**3))
