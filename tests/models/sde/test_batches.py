"""USAM on batches with Hessians of their own: moments against all sequences, the limit against one step."""

from itertools import product

import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.sde import batches, theory
from theorylab.models.sde.batches import Batches


def test_moments_are_those_of_all_sequences():
    b, eta, rho, steps = Batches(curvature=1.3, spread=0.4, noise_std=0.7, start=0.9), 0.1, 0.2, 4
    first = second = 0.0
    for path in product(product((0.9, 1.7), (-0.7, 0.7)), repeat=steps):
        x = b.start
        for h, z in path:
            g = h * x + z
            x -= eta * (h * (x + rho * g) + z)
        first, second = first + x / 4**steps, second + x * x / 4**steps
    assert batches.usam_moments(b, eta, rho, steps) == pytest.approx((first, second), rel=1e-14)
    assert batches.usam_moments(b, eta, rho, 0) == (0.9, 0.81)


def test_without_spread_they_are_those_of_additive_noise():
    b = Batches(curvature=1.3, spread=0.0, noise_std=0.7, start=0.9)
    assert batches.usam_moments(b, 0.1, 0.2, 9) == pytest.approx(
        theory.usam_moments(0.1, 1.3, 0.2, 0.7, 0.9, 9), rel=1e-13
    )
    limit = theory.usam_limit_moments(0.1, 1.3, 0.2, 0.7, 0.9, 0.6)
    assert batches.limit_moments(b, 0.1, 0.2, 0.6) == pytest.approx(limit, rel=1e-13)


def test_the_limit_is_the_first_order_of_one_step():
    h, s, sigma, x, rho, eta, t = sp.symbols("h s sigma x rho eta t", positive=True)
    outcomes = [x - eta * (g * (x + rho * (g * x + z)) + z) for g, z in product((h - s, h + s), (-sigma, sigma))]
    mean = sp.expand(sum(outcomes) / 4 - x)
    pull = h + rho * (h**2 + s**2)
    assert sp.simplify(mean + eta * pull * x) == 0
    variance = sp.expand(sum(y**2 for y in outcomes) / 4 - (sum(outcomes) / 4) ** 2)
    first = sp.series(variance / eta**2, rho, 0, 2).removeO()
    wanted = s**2 * x**2 * (1 + 4 * rho * h) + sigma**2 * (1 + 2 * rho * h)
    assert sp.simplify(first - wanted) == 0
    b = Batches(curvature=1.3, spread=0.4, noise_std=0.7, start=0.9)
    f = sp.Function("f")
    numbers = {h: 1.3, s: 0.4, sigma: 0.7, rho: 0.2, eta: 0.1}
    slope = (-2 * pull + eta * s**2 * (1 + 4 * rho * h)).subs(numbers) * f(t)
    push = (eta * sigma**2 * (1 + 2 * rho * h)).subs(numbers)
    second = sp.dsolve(sp.Eq(f(t).diff(t), slope + push), f(t), ics={f(0): 0.81}).rhs.subs(t, 0.6)
    assert batches.limit_moments(b, 0.1, 0.2, 0.6)[1] == pytest.approx(float(second), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Batches(curvature=0.0), "curvature=0.0"),
        (lambda: Batches(spread=-1.0), "spread=-1.0"),
        (lambda: batches.usam_moments(Batches(), 0.0, 0.1, 3), "step_size=0.0"),
        (lambda: batches.usam_moments(Batches(), 0.1, 0.1, -3), "steps=-3"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
