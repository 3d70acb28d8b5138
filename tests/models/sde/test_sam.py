"""SAM's operators and limits: against simulation, derivations with SymPy, and closed forms."""

import numpy as np
import pytest
import sympy as sp

from theorylab import Curve, Rival, agrees, exact
from theorylab.errors import InputError
from theorylab.models.sde import circle, kernels, sam
from theorylab.models.sde.model import Landscape
from theorylab.models.sde.simulation import usam_covariance
from theorylab.models.sde.weak import variance_error
from theorylab.numerics.streams import fill_normal, stream

X, SIGMA, RHO, Z = sp.symbols("x sigma rho z", positive=True)
H = sp.symbols("h", positive=True)
DENSITY = sp.exp(-(Z**2) / 2) / sp.sqrt(2 * sp.pi)


def gradients(method, landscape, x, z, radius):
    """The second gradient, from the definition."""

    def noisy(y):
        return landscape.tilt + np.sin(y) + landscape.noise_std * z

    seen, true = noisy(x), landscape.tilt + np.sin(x)
    norm = {"SGD": np.inf, "USAM": 1.0, "DNSAM": np.abs(true), "SAM": np.abs(seen)}[method]
    return noisy(x + radius * seen / norm)


@pytest.mark.parametrize("method", sam.METHODS)
def test_operator_matches_simulation(method):
    landscape, generator = Landscape(tilt=1.5, noise_std=0.8), np.random.default_rng(7)
    x = np.full(40_000, 0.9)
    for _ in range(5):
        x = x - 0.2 * gradients(method, landscape, x, generator.standard_normal(x.size), 0.3)
    value, bound = sam.expectations(landscape, method, 0.2, 0.3, 0.9, 5)
    assert bound.max() < 1e-6
    measured = Curve(np.arange(4), np.stack([np.cos(x), np.sin(x), np.cos(2 * x), np.sin(2 * x)], axis=1))
    predicted = exact(range(4), value, 1e-6)
    other = value + 0.05 if method == "SGD" else sam.expectations(landscape, "SGD", 0.2, 0.3, 0.9, 5)[0]
    rival = Rival(claim="SGD, or far off", predicted=exact(range(4), other, 1e-6))
    assert agrees(method, measured, predicted, rival=rival).as_declared


def test_without_noise_the_operator_follows_one_orbit():
    x = 0.9
    for _ in range(4):
        x = x - 0.1 * np.sin(x + 0.2)
    value, _ = sam.expectations(Landscape(noise_std=0.0, tilt=0.0), "SGD", 0.1, 0.0, 0.9, 0)
    assert value == pytest.approx([np.cos(0.9), np.sin(0.9), np.cos(1.8), np.sin(1.8)], abs=1e-12)
    matrix = sam.operator(Landscape(noise_std=0.0, tilt=2.0), "SAM", 0.1, 0.2, 49)
    points = circle.circle_nodes(49)
    after = points - 0.1 * (2 + np.sin(points + 0.2))
    assert matrix @ np.cos(points) == pytest.approx(np.cos(after), abs=1e-12)


def test_rho_zero_makes_all_methods_sgd():
    landscape = Landscape(tilt=2.0)
    plain = sam.operator(landscape, "SGD", 0.1, 0.0, 21)
    for method in sam.METHODS:
        assert sam.operator(landscape, method, 0.1, 0.0, 21) == pytest.approx(plain, abs=1e-12)


def test_sam_drift_and_variance_on_a_line_follow_from_gaussian_integrals():
    # Perturbed gradient U = h (x + rho sign(g)) + sigma z, g = h x + sigma z: mean and variance, split at g = 0.
    split = -H * X / SIGMA
    chance = sp.integrate(DENSITY, (Z, split, sp.oo))
    drawn = sp.integrate(Z * DENSITY, (Z, split, sp.oo))  # E[z; g > 0]
    sign, mixed = 2 * chance - 1, 2 * drawn  # E sign(g), E z sign(g)
    mean = H * X + H * RHO * sign
    form = H * X + H * RHO * sp.erf(H * X / (sp.sqrt(2) * SIGMA))
    assert sp.simplify((mean - form).rewrite(sp.erf)) == 0
    first_order = sp.diff(SIGMA**2 + 2 * H * RHO * SIGMA * mixed, RHO)  # of Var U in rho
    phi = sp.exp(-((H * X / SIGMA) ** 2) / 2) / sp.sqrt(2 * sp.pi)
    assert sp.simplify(first_order - 4 * H * SIGMA * phi) == 0


def test_sam_drift_is_the_gradient_of_its_loss():
    # rho E|h x + sigma z| in closed form (folded normal), differentiated.
    a = H * X / SIGMA
    folded = SIGMA * sp.sqrt(2 / sp.pi) * sp.exp(-(a**2) / 2) + H * X * sp.erf(a / sp.sqrt(2))
    assert sp.simplify(sp.diff(folded, X) - H * sp.erf(a / sp.sqrt(2))) == 0


def test_usam_limit_is_the_first_order_in_rho():
    # f'(x + rho g) + sigma z with g = f' + sigma z: mean f' + rho f'' f', covariance sigma^2 + 2 rho f'' sigma^2.
    f = sp.Function("f")
    g = sp.diff(f(X), X) + SIGMA * Z
    second = g + RHO * sp.diff(f(X), X, 2) * g
    moments = {0: 1, 1: 0, 2: 1}
    mean = sum(c * moments[k] for (k,), c in sp.Poly(sp.expand(second), Z).terms())
    square = sum(c * moments[k] for (k,), c in sp.Poly(sp.expand((second - mean) ** 2), Z).terms())
    assert sp.simplify(mean - sp.diff(f(X), X) * (1 + RHO * sp.diff(f(X), X, 2))) == 0
    assert sp.simplify(sp.diff(square, RHO).subs(RHO, 0) - 2 * SIGMA**2 * sp.diff(f(X), X, 2)) == 0


def test_coefficients_match_moments_of_one_step_to_first_order_in_rho():
    landscape, x, rho = Landscape(tilt=1.5, noise_std=0.8), np.array([0.4, 2.0, 4.0]), 1e-4
    z, weights = sam.normal_rule(-(1.5 + np.sin(x)) / 0.8)
    for method in sam.METHODS:
        step = gradients(method, landscape, x[:, None], z, rho)
        mean = (weights * step).sum(axis=1)
        variance = (weights * step**2).sum(axis=1) - mean**2
        drift, spread = sam.coefficients(landscape, method, 1.0, rho)
        # What is left is of second order: 1e-8 times second derivatives and squares of g of a few units.
        assert -drift(x) == pytest.approx(mean, abs=2e-7)
        assert spread(x) == pytest.approx(variance, abs=2e-7)


def test_coefficients_at_critical_points_and_without_noise_are_finite():
    for noise in (0.0, 1.0):
        for method in ("SGD", "USAM", "SAM"):
            drift, variance = sam.coefficients(Landscape(noise_std=noise), method, 0.1, 0.2)
            assert np.isfinite(drift(np.zeros(1))).all()
            assert np.isfinite(variance(np.zeros(1))).all()


def test_variance_of_the_sine():
    # x = 0.3 or 1.1, equally likely, against x = 0: (sin 1.1 - sin 0.3)^2 / 4 at 1 / eta = 10, then 20.
    waves = [np.array([np.cos(x), np.sin(x), np.cos(2 * x), np.sin(2 * x)]) for x in (0.3, 1.1, 0.0)]
    pair, still = ((waves[0] + waves[1]) / 2, np.full(4, 1e-3)), (waves[2], np.zeros(4))
    found = variance_error([10, 20], [pair, pair], [still, still])
    truth = (np.sin(1.1) - np.sin(0.3)) ** 2 / 4
    assert found.mean == pytest.approx(np.array([10, 20]) * truth, rel=1e-13)
    mean = pair[0][1]
    worst = 1e-3 / 2 + (mean + 1e-3) ** 2 - mean**2
    assert found.rounding[0] == pytest.approx(np.array([10, 20]) * worst, rel=1e-9)


def test_two_wells_of_one_depth():
    k = 0.4
    f = sp.sin(X) ** 2 * (1 + k * sp.cos(X)) / 2
    two, x = Landscape(wells=k), np.linspace(0, 6, 25)
    for form, order in ((two.slope, 1), (two.curve, 2)):
        assert form(x) == pytest.approx(sp.lambdify(X, sp.diff(f, X, order))(x), abs=1e-14)
    assert two.curve(np.array([0.0, np.pi])) == pytest.approx([1.4, 0.6], abs=1e-14)


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("one", [True, False])
def test_usam_runs_are_its_definition(d, one):
    h, s = np.array([[2.0, 0.5], [0.5, 0.7]])[:d, :d], np.array([[1.0, -0.6], [-0.6, 0.8]])[:d, :d]
    root, source, x, total, z = np.linalg.cholesky(s), stream(5, 0), np.zeros(d), np.zeros((d, d)), np.empty(2 * d)
    for k in range(6):
        fill_normal(source, z)
        first, second = root @ z[:d], root @ (z[:d] if one else z[d:])
        x = x - 0.1 * (h @ (x + 0.3 * (h @ x + first)) + second)
        total += np.outer(x, x) / 3 * (k >= 3)
    found = kernels.usam_moments(np.ascontiguousarray(h), root, 0.1, 0.3, one, 6, stream(5, 0))
    assert found == pytest.approx(total[np.triu_indices(d)], rel=1e-12)


def test_limit_without_drift_is_brownian():
    phi = np.cos(circle.circle_nodes(31))[:, None]
    found = circle.evolved(lambda x: 0 * x, lambda x: 0 * x + 0.6, 2.0, phi)
    assert found[:, 0] == pytest.approx(np.exp(-0.6) * phi[:, 0], abs=1e-12)
    assert circle.evolved(lambda x: 0 * x, lambda x: 0 * x + 0.6, 0.0, phi) == pytest.approx(phi, abs=1e-13)


def test_limit_without_noise_is_the_pendulum():
    found, bound = sam.limit_expectations(Landscape(noise_std=0.0), "SGD", 0.1, 0.0, 1.0, 0.7)
    end = 2 * np.arctan(np.tan(0.5) * np.exp(-0.7))
    assert (np.abs(found - [np.cos(end), np.sin(end), np.cos(2 * end), np.sin(2 * end)]) <= bound).all()
    assert bound.max() < 1e-6


def test_flow_of_the_pendulum_is_explicit():
    found, bound = circle.flow(lambda x: -np.sin(x), 1.0, 0.7)
    end = 2 * np.arctan(np.tan(0.5) * np.exp(-0.7))
    assert found == pytest.approx([np.cos(end), np.sin(end)], abs=1e-11)
    assert bound.max() < 1e-9


def test_stationary_loss_matches_the_linear_law_at_small_noise():
    # Near the minimum 1 - cos x = x^2/2 up to x^4: E f = Var x / 2 (1 - O(Var x)).
    found, bound = sam.stationary_cosine(Landscape(noise_std=0.5), "SGD", 0.05, 0.0)
    variance = 0.05 * 0.25 / (2 - 0.05)
    assert 1 - found == pytest.approx(variance / 2, rel=variance)
    assert bound < 1e-9


def test_escape_time_matches_simulation():
    generator, count = np.random.default_rng(3), 20_000
    for method in ("SGD", "USAM", "SAM"):
        x, time, alive = np.zeros(count), np.zeros(count), np.ones(count, bool)
        while alive.any():
            z = 0.2 * generator.standard_normal(count)
            g = -x + z
            ascent = {"SGD": 0 * g, "USAM": 0.1 * g, "SAM": 0.1 * np.sign(g)}[method]
            x = np.where(alive, x - 0.1 * (z - (x + ascent)), x)
            time += alive
            alive &= np.abs(x) < 0.3
        truth, bound = sam.escape_steps(method, -1.0, 0.2, 0.1, 0.1, 0.3)
        assert bound < 1e-2
        rival = Rival(claim="5 % more", predicted=1.05 * truth)
        check = agrees(method, Curve(np.zeros(1), time[:, None]), exact([0.0], [truth], bound / truth), rival=rival)
        assert check.as_declared, check


def test_escape_from_a_tiny_ball_takes_one_step():
    truth, _ = sam.escape_steps("SGD", -1.0, 1.0, 0.1, 0.0, 1e-4, nodes=33)
    assert truth == pytest.approx(1.0, abs=2e-3)


def test_normal_rule_integrates_a_jump():
    z, weights = sam.normal_rule(np.array([0.7, -20.0, 20.0]))
    assert weights.sum(axis=1) == pytest.approx(1, abs=1e-13)
    signed = (weights * np.sign(z - np.array([[0.7], [-20.0], [20.0]]))).sum(axis=1)
    assert signed == pytest.approx([1 - 2 * float(sp.erf(0.7 / sp.sqrt(2)) / 2 + 0.5), 1, -1], abs=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Landscape(noise_std=-1.0), "noise_std=-1.0"),
        (lambda: Landscape(tilt=np.inf), "tilt=inf"),
        (lambda: Landscape(wells=1.0), "wells=1.0"),
        (lambda: usam_covariance(np.eye(2), np.eye(3), step_size=0.1, radius=0.1, replicas=2, seed=1), r"\(2, 2\)"),
        (lambda: usam_covariance(-np.eye(2), np.eye(2), step_size=0.1, radius=0.1, replicas=2, seed=1), "positive def"),
        (lambda: usam_covariance(np.eye(2), np.eye(2), step_size=1.9, radius=0.1, replicas=2, seed=1), "unstable"),
        (lambda: sam.operator(Landscape(), "ASAM", 0.1, 0.1, 11), "method='ASAM' is not allowed: give one of SGD"),
        (lambda: sam.operator(Landscape(), "SAM", 0.0, 0.1, 11), "step_size=0.0"),
        (lambda: sam.operator(Landscape(), "SAM", 0.1, -0.1, 11), "radius=-0.1"),
        (lambda: sam.operator(Landscape(), "SAM", 0.1, 0.1, 10), "odd number"),
        (lambda: sam.operator(Landscape(tilt=0.5), "DNSAM", 0.1, 0.1, 11), "critical points"),
        (lambda: sam.coefficients(Landscape(), "x", 0.1, 0.1), "method='x'"),
        (lambda: sam.expectations(Landscape(), "SGD", 0.1, 0.1, np.nan, 3), "start=nan"),
        (lambda: sam.expectations(Landscape(), "SGD", 0.1, 0.1, 1.0, -3), "steps=-3"),
        (lambda: sam.limit_expectations(Landscape(), "SGD", 0.1, 0.1, 1.0, -1.0), "time=-1.0"),
        (lambda: sam.stationary_cosine(Landscape(noise_std=0.0), "SGD", 0.1, 0.1), "noise_std=0"),
        (lambda: sam.escape_steps("DNSAM", -1.0, 1.0, 0.1, 0.1, 1.0), "DNSAM"),
        (lambda: sam.escape_steps("SAM", 0.0, 1.0, 0.1, 0.1, 1.0), "curvature=0.0"),
        (lambda: sam.escape_steps("SAM", -1.0, 1.0, 0.1, 0.1, 0.0), "half_width=0.0"),
        (lambda: circle.interval_nodes(4, 1.0, 0.0), "low=1.0 must be below"),
        (lambda: circle.interval_cardinals(4, 0.0, 1.0, np.array([2.0])), "outside the interval"),
        (lambda: circle.settled(lambda n: np.ones(1), 5, 3), "less=3"),
        (lambda: circle.settled(lambda n: np.full(1, -n), 99, 3), "do not resolve"),
        (lambda: circle.flow(lambda x: x, 1.0, -1.0), "time=-1.0"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_methods_are_known_by_name():
    sam.valid_method("USAM")
    with pytest.raises(InputError, match="method='sammy' is not allowed: give one of"):
        sam.valid_method("sammy")
