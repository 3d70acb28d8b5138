"""Power-law random features: least squares given the features, levels, integrals, phases by balance of parts."""

import numpy as np
import pytest
import sympy as sp

from theorylab import Rival, agrees, exact
from theorylab.errors import InputError
from theorylab.models.regression import features, theory
from theorylab.models.regression.features import PowerLaw, least_squares, simulate_features
from theorylab.numerics.streams import stream

LAW = PowerLaw(12, 4, 0.8, 0.7)


def loss_of(draw, theta):
    return ((draw.scales * (draw.mixing @ theta - draw.target)) ** 2).sum()


def test_features_are_drawn_as_said():
    draw = PowerLaw(2000, 50, 0.8, 0.7).draw(3)
    assert draw.mixing.var() == pytest.approx(1 / 50, rel=0.02)
    assert draw.scales**2 == pytest.approx(PowerLaw(2000, 50, 0.8, 0.7).spectrum)
    assert draw.target[:2] == pytest.approx([1.0, 2**-0.7])
    assert LAW.first_loss == pytest.approx(sum(j ** (-2 * 1.5) for j in range(1, 13)))
    assert LAW.draw(1).mixing == pytest.approx(LAW.draw(1).mixing)


def test_the_student_is_least_squares_with_the_misfit_as_noise():
    draw = LAW.draw(5, batch=3)
    p = least_squares(draw)
    K = draw.mixing.T @ np.diag(draw.scales**2) @ draw.mixing
    values, vectors = np.linalg.eigh(K)
    best = np.linalg.solve(K, draw.mixing.T @ (draw.scales**2 * draw.target))
    assert p.eigenvalues == pytest.approx(values[::-1], rel=1e-10)
    assert p.error0**2 == pytest.approx((vectors.T @ best)[::-1] ** 2, rel=1e-8)
    assert p.noise_std**2 == pytest.approx(loss_of(draw, best), rel=1e-10)
    assert p.noise_std**2 + 2 * theory.sgd_risk(p, 0.1, [0])[0] == pytest.approx(LAW.first_loss, rel=1e-10)
    assert p.batch == 3


def test_one_step_of_the_mean_loss_by_fourth_moments():
    # E loss after a step, from E x x^T A x x^T = 2 D A D + D tr(D A), in the coordinates of the inputs.
    draw, g = LAW.draw(2, batch=2), 0.05
    D, W, b = np.diag(draw.scales**2), draw.mixing, draw.target
    f = -b  # W theta - b at theta = 0
    K = W @ W.T
    moved = 2 * D @ np.outer(f, f) @ D + D * (f @ D @ f)  # E (x x^T f)(x x^T f)^T
    pair = np.outer(D @ f, D @ f)
    second = 2 * moved + 2 * pair  # sum over a batch of two: two squares, two cross terms
    expected = f @ D @ f - 2 * g * 2 * f @ D @ K @ D @ f + g**2 * np.trace(W.T @ second @ W @ W.T @ D @ W)
    p = least_squares(draw)
    found = p.noise_std**2 + 2 * theory.sgd_risk(p, 2 * g, [1])[0]
    assert found == pytest.approx(expected, rel=1e-11)


def test_simulated_features_have_the_exact_loss():
    draw, steps = LAW.draw(1, batch=2), np.array([1, 5, 30])
    p = least_squares(draw)
    run = simulate_features(draw, 0.1, steps, replicas=8000, seed=5)
    truth = exact(steps, p.noise_std**2 + 2 * theory.sgd_risk(p, 0.2, steps), 1e-11)
    halved = exact(steps, p.noise_std**2 + 2 * theory.sgd_risk(p, 0.1, steps), 1e-11)
    check = agrees("loss", run, truth, rival=Rival(claim="the batch is averaged", predicted=halved))
    assert check.as_declared, check


def test_compiled_code_is_its_python_body():
    given = LAW.draw(1, batch=2), 0.1, np.array([0, 3, 8])
    compiled = features.feature_paths(*given, stream(3, 1))
    assert compiled == pytest.approx(features.feature_paths.py_func(*given, stream(3, 1)), rel=1e-12)
    assert compiled[0] == pytest.approx(LAW.first_loss, rel=1e-14)


def test_the_misfit_is_that_of_many_draws():
    law = PowerLaw(150, 30, 0.8, 0.7)
    tau = theory.resolution(law)
    seen = tau * law.spectrum
    assert (seen / (1 + seen)).sum() == pytest.approx(30, rel=1e-10)
    drawn = np.array([least_squares(law.draw(k)).noise_std ** 2 for k in range(150)])
    error = drawn.std() / 150**0.5
    assert theory.misfit_leading(law) == pytest.approx(drawn.mean(), abs=4 * error + 0.03 * drawn.mean())
    assert 4 * error / drawn.mean() < 0.15


def test_equal_inputs_miss_the_share_of_directions_without_a_feature():
    # alpha -> 0: the best student is a projection on d of v random directions, which misses 1 - d / v on the average.
    law = PowerLaw(40, 10, 1e-9, 0.7)
    assert theory.resolution(law) == pytest.approx(10 / 30, rel=1e-6)
    assert theory.misfit_leading(law) == pytest.approx(0.75 * law.first_loss, rel=1e-6)


def test_the_smooth_student_learns_as_drawn_ones_do():
    law, steps = PowerLaw(480, 60, 0.8, 0.7), np.array([10, 100, 1000])
    smooth = theory.smooth_problem(law)
    g = 0.5 / smooth.trace
    drawn = [least_squares(law.draw(k)) for k in range(12)]
    losses = np.mean([p.noise_std**2 + 2 * theory.sgd_risk(p, g, steps) for p in drawn], axis=0)
    found = smooth.noise_std**2 + 2 * theory.sgd_risk(smooth, g, steps)
    assert found == pytest.approx(losses, rel=0.3)
    # Below alpha = 1/2 the spectrum is lifted; below beta = 1/2 nothing is smeared.
    lifted = theory.smooth_problem(PowerLaw(200, 50, 0.4, 0.8))
    assert lifted.eigenvalues[-1] == pytest.approx(50**-0.8 + 1 / theory.resolution(PowerLaw(200, 50, 0.4, 0.8)))
    assert theory.smooth_problem(PowerLaw(200, 50, 0.8, 0.4)).error0[-1] == pytest.approx(50**-0.4)
    c = (np.arange(1.0, 61) ** -1.4).sum()
    assert smooth.error0[0] ** 2 == pytest.approx(1 + c / 60)


def test_parts_of_the_loss_are_integrals_over_the_spectrum():
    # With u = x^(-2 a): int x^(-2 a p) exp(-t x^(-2 a)) dx = Gamma(p - 1/(2a)) / (2a) t^-(p - 1/(2a)).
    u, t, a, p = sp.symbols("u t a p", positive=True)
    x = u ** (-1 / (2 * a))
    inside = sp.powsimp(sp.expand_power_base(u**p * -sp.diff(x, u)))
    assert sp.simplify(inside - u ** (p - 1 / (2 * a) - 1) / (2 * a)) == 0
    power = p - 1 / (2 * a)
    integral = sp.integrate(u ** (sp.Symbol("q", positive=True) - 1) * sp.exp(-t * u), (u, 0, sp.oo))
    assert sp.simplify(integral - sp.gamma(sp.Symbol("q", positive=True)) * t ** -sp.Symbol("q", positive=True)) == 0
    forms = {  # p, and the form over its prefactor
        1 + 0.7 / 0.8: theory.seen_in_order_leading(0.8, 0.7, 50.0),
        1.0: theory.smeared_leading(0.8, 1.0, 50.0),
        2.0: theory.noise_kernel_leading(0.8, 1.0, 1, 50.0),
    }
    for exponent, form in forms.items():
        expected = (sp.gamma(power) / (2 * a) * t**-power).subs({a: 0.8, p: exponent, t: 50.0})
        assert form == pytest.approx(float(expected), rel=1e-12)
    assert theory.noise_kernel_leading(0.8, 0.3, 5, 50.0) == pytest.approx(0.45 * forms[2.0])
    assert theory.smeared_leading(0.8, 0.2, 50.0) == pytest.approx(0.2 * forms[1.0])


def parts(a, b):
    """Exponents of the parts of the loss as (in f, in x) at d = f^x, r = f^(1 - x), g = d^min(0, 2 a - 1)."""
    step = min(0.0, 2 * a - 1)
    time = np.array([1.0, step - 1.0])  # g r
    found = {"order": -(1 + b / a - 1 / (2 * a)) * time, "missed": np.array([0.0, theory.misfit_exponent(a, b)])}
    if a > 0.5 and b > 0.5:
        found["smeared"] = np.array([0.0, -1.0]) - (1 - 1 / (2 * a)) * time
    if a > 0.25:
        found["noise"] = np.array([0.0, step]) - (2 - 1 / (2 * a)) * time
    return found


BALANCES = {
    "Ia": ("order", "missed"), "Ib": ("order", "missed"), "Ic": ("order", "missed"), "II": ("order", "smeared"),
    "III": ("noise", "smeared"), "IVa": ("noise", "missed"), "IVb": ("order", "noise"),
}  # fmt: skip


def test_phases_come_from_balances_of_two_parts():
    draws, seen = np.random.default_rng(3), set()
    for _ in range(3000):
        a, b = draws.uniform(0.02, 1.5), draws.uniform(-0.3, 1.5)
        if (
            2 * (a + b) < 1.02
            or min(abs(a - b), abs(2 * b - 1), abs(2 * a - 1), abs(a - 0.25), abs(a - 1 + 2**-0.5)) < 0.01
        ):
            continue
        name, lines = theory.phase(a, b), parts(a, b)
        seen.add(name)
        first, second = (lines[part] for part in BALANCES[name])
        x = (second[0] - first[0]) / (first[1] - second[1])
        eta = -(first[0] + first[1] * x)
        assert theory.size_exponent(a, b, name) == pytest.approx(x, abs=1e-9)
        assert theory.loss_exponent(a, b, name) == pytest.approx(eta, abs=1e-9)
        # No other size does better: the largest part is least there.
        grid = np.linspace(1e-3, 1 - 1e-3, 2001)
        largest = np.max([line[0] + line[1] * grid for line in lines.values()], axis=0)
        assert largest.min() >= -eta - 1e-9, (a, b, name)
        assert largest.min() == pytest.approx(-eta, abs=5e-3), (a, b, name)
    assert seen == {"Ia", "Ib", "Ic", "II", "III", "IVa", "IVb"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PowerLaw(4, 4, 1.0, 1.0), "give fewer features than inputs"),
        (lambda: PowerLaw(4, 2, 0.0, 1.0), "alpha=0.0 is not allowed"),
        (lambda: PowerLaw(4, 2, 1.0, np.inf), "beta=inf is not allowed"),
        (lambda: PowerLaw(4, 0, 1.0, 1.0), "features=0 is not allowed"),
        (lambda: simulate_features(LAW.draw(1), 0.0, [1], replicas=4, seed=1), "step_size=0.0 is not allowed"),
        (lambda: theory.phase(0.3, 0.1), "has no power law"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
