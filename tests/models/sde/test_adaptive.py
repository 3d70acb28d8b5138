"""RMSprop's means and limit against definitions, closed forms and derivations; their bounds: test_transfer.py."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.sde import adaptive, kernels, theory, transfer
from theorylab.models.sde.adaptive import COSINE, SECOND_MOMENT, SINE, Observable
from theorylab.models.sde.model import RULES, Limit, Noise, RMSprop
from theorylab.numerics.streams import fill_uniform, stream

PHI = [COSINE, SINE, SECOND_MOMENT, Observable(power=2)]
START = (1.0, 0.5)


@pytest.mark.parametrize("old", [False, True])
def test_one_step_by_hand(old):
    # x = pi/2, so that f' = 1: g = 1 + 2 * 0.5 = 2; v = 0.75 * 8 + 0.25 * 4 = 7 in units of v, 7/4 in those of u.
    a = RMSprop(height=1.0, learning_rate=0.1, decay=0.75, epsilon=0.3, noise_std=2.0)
    x, u = transfer.step(a, np.array(np.pi / 2), np.array(2.0), 0.5, old)
    assert u == pytest.approx(7 / 4, rel=1e-15)
    assert x == pytest.approx(np.pi / 2 - 0.1 * 2 / ((8.0 if old else 7.0) ** 0.5 + 0.3), rel=1e-15)


def test_kernel_matches_its_python_body():
    interval = transfer.Interval(0.0, 0.5)
    held = transfer.transfer(Limit().algorithm(0.05), Noise.symmetric(), interval, 3, 4)
    given = held.change, held.slack, np.ones((2, 12)), np.full(12, 1 / 12), np.full(12, 1e-3), 3
    assert transfer.carried(*given) == pytest.approx(transfer.carried.py_func(*given), rel=1e-13)


def test_zero_steps_give_the_start():
    value, bound = adaptive.expectations(Limit().algorithm(0.05), Noise.symmetric(), START, 0, PHI)
    assert (np.abs(value[:, 0] - [np.cos(1), np.sin(1), 0.5, 0.25]) <= bound[:, 0]).all()
    assert bound.max() < 1e-12


def test_second_moment_on_a_flat_loss_is_its_closed_form():
    algorithm = Limit(height=0.0).algorithm(0.05)
    value, _ = adaptive.expectations(algorithm, Noise.symmetric(), START, 9, PHI)
    variance = theory.second_moment_variance(algorithm.decay, Noise.symmetric().moment(4), np.arange(10))
    assert value[3] - value[2] ** 2 == pytest.approx(variance, abs=1e-9)
    assert value[2] == pytest.approx(1 - 0.5 * algorithm.decay ** np.arange(10), rel=1e-9)


def test_limit_is_the_first_order_of_one_step():
    # E phi(x', u') - phi over eta^2 at eta -> 0 is the generator of the limit, for any phi, noise of third moment 0.
    x, u, eta, height, noise, eps, rate, z = sp.symbols("x u eta height noise eps rate z", positive=True)
    phi = sp.Function("phi")
    root = noise * sp.sqrt(u) + eps
    dx = -(eta**2 * height * sp.sin(x) + eta * noise * z) / root
    du = rate * eta**2 * ((z + eta * height * sp.sin(x) / noise) ** 2 - u)
    grow = sum(
        sp.diff(phi(x, u), x, i, u, j) * dx**i * du**j / (sp.factorial(i) * sp.factorial(j)) if i + j else 0
        for i in range(3)
        for j in range(3 - i)
    )
    moments = {1: 0, 2: 1, 3: 0, 4: sp.symbols("M4")}
    polynomial = sp.Poly(sp.expand(grow), z)
    mean = sum(c * (moments[k] if k else 1) for (k,), c in polynomial.terms())
    generator = sp.limit(sp.expand(mean / eta**2), eta, 0)
    expected = (
        -height * sp.sin(x) / root * sp.diff(phi(x, u), x)
        + noise**2 / (2 * root**2) * sp.diff(phi(x, u), x, 2)
        + rate * (1 - u) * sp.diff(phi(x, u), u)
    )
    assert sp.simplify(generator - expected) == 0


def test_waves_of_the_limit_match_their_closed_form_without_force():
    # height 0: x is Brownian with variance int noise^2 / P^2.
    limit, t = Limit(height=0.0, rate=0.7), np.array([0.3, 1.0])
    found, _ = adaptive.limit_waves(limit, START, t)
    for k, end in enumerate(t):
        s = np.linspace(0, end, 20_001)
        spread = np.trapezoid((limit.noise / adaptive.denominator(limit, START[1], s)) ** 2, s)
        for n in (1, 2, 3):
            assert found[n - 1, k] == pytest.approx(np.exp(1j * n * START[0] - n**2 * spread / 2), rel=1e-7)


def test_waves_end_at_the_stationary_law():
    found, _ = adaptive.limit_waves(Limit(), START, [40.0], modes=20)
    assert found[0, 0] == pytest.approx(theory.adaptive_stationary_cosine(Limit()), abs=1e-9)


def test_stationary_values_are_those_of_a_long_run():
    algorithm = Limit().algorithm(0.05)
    rest, bound = adaptive.stationary(algorithm, Noise.symmetric(), PHI)
    value, _ = adaptive.expectations(algorithm, Noise.symmetric(), (1.0, 1.0), 600, PHI)
    assert rest == pytest.approx(value[:, -1], abs=1e-8)
    assert bound.max() < 1e-6


def test_stationary_values_of_the_flat_second_moment_are_known():
    # u <- b u + (1 - b) z^2 at rest: E u = 1, E u^2 = 1 + (1 - b)/(1 + b) (E z^4 - 1).
    algorithm, noise = Limit(height=0.0).algorithm(0.05), Noise.symmetric()
    found, bound = adaptive.stationary(algorithm, noise, PHI[2:])
    share = (1 - algorithm.decay) / (1 + algorithm.decay)
    assert (np.abs(found - [1.0, 1 + share * (noise.moment(4) - 1)]) <= bound).all()
    assert bound.max() < 1e-8


@pytest.mark.parametrize("old", [False, True])
def test_batches_are_drawn_and_averaged(old):
    noise, source, draws = Noise.skewed(0.5), stream(4, 0), np.empty(3)
    given = kernels.Batches(1.2, 0.1, 0.9, 0.3, 2 * noise.values, np.cumsum(noise.probabilities), 3, 0.7, 1.1, old)
    x, v, path = 0.7, 1.1, [1 - np.cos(0.7)]
    for _ in range(5):
        fill_uniform(source, draws)
        g = 1.2 * np.sin(x) + 2 * np.mean(np.where(draws < 0.8, -0.5, 2.0))
        fresh = 0.9 * v + 0.1 * g**2
        x, v = x - 0.1 * g / (np.sqrt(v if old else fresh) + 0.3), fresh
        path.append(1 - np.cos(x))
    assert kernels.rmsprop_batches(given, 5, stream(4, 0)) == pytest.approx(path, rel=1e-12)


@pytest.mark.parametrize("noise", [Noise.skewed(1.0), Noise.skewed(), Noise.symmetric()])
def test_a_batch_is_the_sum_of_its_draws(noise):
    batch, total = noise.batch(3), noise.values[:, None, None] + noise.values[:, None] + noise.values
    weights = np.einsum("i,j,k->ijk", *[noise.probabilities] * 3).ravel()
    for power in (1, 2, 3, 4, 6):
        assert batch.moment(power) == pytest.approx(weights @ (total.ravel() / 3**0.5) ** power, abs=1e-12)
    assert noise.batch(1).moment(3) == pytest.approx(noise.moment(3), abs=1e-15)


def test_the_square_root_rule_is_the_same_limit_at_a_larger_step():
    limit = Limit(noise=0.8, epsilon=0.3, rate=1.7)
    scaled, direct = limit.algorithm(0.01).scaled(4, "square root"), limit.algorithm(0.04)
    for name in ("learning_rate", "decay", "epsilon", "noise_std"):
        assert getattr(scaled, name) == pytest.approx(getattr(direct, name), rel=1e-13)


@pytest.mark.parametrize("rule", RULES)
def test_a_batch_of_one_changes_nothing(rule):
    base = Limit().algorithm(0.02)
    same = base.scaled(1, rule)
    assert same.decay == pytest.approx(base.decay, rel=1e-15)
    assert (same.learning_rate, same.epsilon, same.noise_std) == (base.learning_rate, base.epsilon, base.noise_std)


@pytest.mark.parametrize(
    ("noise", "third"), [(Noise.symmetric(), 0.0), (Noise.skewed(), 1.5), (Noise.heavy(0.01), 0.0)]
)
def test_noises_are_standardised(noise, third):
    assert [noise.moment(k) for k in (0, 1, 2, 3)] == pytest.approx([1, 0, 1, third], abs=1e-12)


def test_heavy_noise_has_a_fourth_moment_of_the_inverse_chance():
    assert Noise.heavy(1e-4).moment(4) * 1e-4 == pytest.approx((1 - 0.36) ** 2, rel=1e-2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Noise(np.array([1.0, 1.0]), np.array([0.5, 0.5])), "noise has mean 1"),
        (lambda: Noise(np.array([2.0, -2.0]), np.array([0.5, 0.5])), "noise has variance 4"),
        (lambda: Noise(np.array([1.0, -1.0]), np.array([0.5, 0.6])), "probabilities sum to 1.1"),
        (lambda: Noise(np.array([1.0, -1.0]), np.array([1.5, -0.5])), "negative"),
        (lambda: Noise(np.ones(2), np.ones(3)), "do not fit"),
        (lambda: Noise.symmetric(1.5), "inner=1.5"),
        (lambda: Noise.skewed(0.0), "low=0.0"),
        (lambda: Noise.heavy(0.0), "chance=0.0"),
        (lambda: Noise.skewed().svag(0.5), "factor=0.5"),
        (lambda: Limit(noise=0.0), "noise=0.0 is not allowed: give a finite number > 0"),
        (lambda: Limit(epsilon=-1.0), "epsilon=-1.0"),
        (lambda: Limit().algorithm(1.5), "time_step=1.5"),
        (lambda: Limit().algorithm(0.0), "time_step=0.0"),
        (lambda: Limit().algorithm(0.1).scaled(2, "cube"), "rule='cube' is not allowed"),
        (lambda: Limit().algorithm(0.1).scaled(0, "linear"), "factor=0"),
        (lambda: Limit().algorithm(0.1).scaled(11, "square root"), "decay=-0.1"),
        (lambda: RMSprop(height=1.0, learning_rate=0.0, decay=0.9, epsilon=0.1, noise_std=1.0), "learning_rate=0.0"),
        (lambda: RMSprop(height=np.nan, learning_rate=0.1, decay=0.9, epsilon=0.1, noise_std=1.0), "height=nan"),
        (lambda: adaptive.stationary(Limit().algorithm(0.5), Noise.symmetric(), PHI), "can cancel"),
        (lambda: adaptive.expectations(Limit().algorithm(0.1), Noise.symmetric(0.0), START, 900, PHI), "can cancel"),
        (lambda: adaptive.expectations(Limit().algorithm(0.1), Noise.symmetric(), START, 1, PHI, nodes=8), "nodes=8"),
        (lambda: adaptive.expectations(Limit().algorithm(0.1), Noise.symmetric(), START, 1, PHI, levels=1), "levels=1"),
        (lambda: Observable(wave=-1), "wave=-1"),
        (lambda: Observable(sine=True), "wave=0"),
        (lambda: Observable(power=-1), "power=-1"),
        (lambda: adaptive.stationary(Limit().algorithm(0.01), Noise.symmetric(), [Observable(wave=15)]), "wave=15"),
        (lambda: Noise.symmetric().batch(0), "count=0"),
        (lambda: Noise.symmetric().batch(50), "count=50"),
        (lambda: adaptive.expectations(Limit().algorithm(0.1), Noise.symmetric(), (0, 0), 3, PHI), "start_u=0"),
        (lambda: adaptive.expectations(Limit().algorithm(0.1), Noise.symmetric(), START, -1, PHI), "steps=-1"),
        (lambda: adaptive.limit_waves(Limit(), START, [1.0, 0.5]), "times must rise"),
        (lambda: adaptive.limit_waves(Limit(), START, [1.0], waves=0), "waves=0"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
