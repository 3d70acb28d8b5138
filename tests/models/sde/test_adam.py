"""Adam's polynomial transfer against enumeration, enumeration against the definition, and the limit's derivation."""

from itertools import product

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.sde import adam, adam_kernels, theory
from theorylab.models.sde.model import Adam, Noise


@pytest.mark.parametrize("old", [False, True])
def test_enumeration_is_adam_as_in_use(old):
    # From the textbook definition with beta1, beta2, bias corrections and eps, in the units of v.
    a, noise, steps, e = Adam(), Noise.skewed(), 5, 0.02
    eta, sigma = e**0.5, a.noise / e**0.5
    b1, b2, eps = 1 - a.momentum_rate * e, 1 - a.rate * e, a.epsilon / e**0.5
    first, total = round(a.begin / e), np.zeros(2)
    for path in product(zip(noise.values, noise.probabilities, strict=True), repeat=steps):
        x, m, v, weight = a.start[0], a.start[1], a.start[2] * sigma**2, 1.0
        for k, (z, chance) in enumerate(path, start=first + 1):
            g = a.curvature * x + sigma * z
            fresh = b2 * v + (1 - b2) * g**2
            m = b1 * m + (1 - b1) * g
            corrected = v / (1 - b2 ** (k - 1)) if old else fresh / (1 - b2**k)
            x -= eta * m / (1 - b1**k) / (np.sqrt(corrected) + eps)
            v, weight = fresh, weight * chance
        total += weight * np.array([x, x * x])
    found, bound = adam.enumerated(a, noise, steps * e, steps, old_denominator=old)
    assert found == pytest.approx(total, rel=1e-12)
    assert bound < 1e-12


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("noise", [Noise.symmetric(), Noise.symmetric(1.0)])
def test_polynomial_transfer_matches_enumeration(noise, old):
    steps = 9
    truth, _ = adam.enumerated(Adam(begin=0.45), noise, 0.09, steps, old_denominator=old)
    found, bound = adam.expectations(Adam(begin=0.45), noise, 0.09, steps, old_denominator=old)
    assert (np.abs(found - truth) <= bound).all()
    assert bound.max() < 1e-7


def test_kernels_match_their_python_bodies():
    a, noise = Adam(), Noise.skewed()
    given = adam._steps(a, 0.1, 4, False), noise.values, noise.probabilities, np.array(a.start), 4
    assert adam_kernels.enumerate_paths(*given) == pytest.approx(
        adam_kernels.enumerate_paths.py_func(*given), rel=1e-13
    )
    grids, into = zip(*(adam._chebyshev(n) for n in (3, 2, 3)), strict=True)
    box = np.array([[0.0, 1.2], [0.0, 1.0], [0.0, 2.0]])
    more = given[0], given[1], given[2], box, grids, into, given[3], 2
    assert adam_kernels.transfer(*more) == pytest.approx(adam_kernels.transfer.py_func(*more), rel=1e-12)


def test_a_linear_problem_without_curvature_moves_by_its_momentum_alone():
    # h = 0 and noise of fixed size |z| = 1: u is deterministic, x and m are sums, E x is explicit.
    a, noise = Adam(curvature=0.0, start=(1.0, 0.3, 1.0)), Noise.symmetric(1.0)
    found, _ = adam.enumerated(a, noise, 0.1, 5)
    e, m, x = 0.02, 0.3, 1.0
    for k in range(26, 31):
        m -= a.momentum_rate * e * m
        root = a.noise / (1 - (1 - a.rate * e) ** k) ** 0.5 + a.epsilon
        x -= e * m / (1 - (1 - a.momentum_rate * e) ** k) / root
    assert found[0] == pytest.approx(x, rel=1e-13)


def test_moment_equations_of_the_limit_follow_from_ito():
    x, m, q, c, h, s = sp.symbols("x m q c h s")
    drift, variance = {x: -q * m, m: c * (h * x - m)}, (c * s) ** 2

    def grow(phi):
        return sp.expand(sum(sp.diff(phi, v) * d for v, d in drift.items()) + variance * sp.diff(phi, m, 2) / 2)

    A, C, D = x**2, x * m, m**2
    assert sp.simplify(grow(A) + 2 * q * C) == 0
    assert sp.simplify(grow(C) - (-q * D + c * (h * A - C))) == 0
    assert sp.simplify(grow(D) - (2 * c * (h * C - D) + c**2 * s**2)) == 0


def test_the_limit_is_the_first_order_of_one_step():
    # Bias corrections become sqrt(g2)/(g1 (noise sqrt(u) + eps sqrt(g2))), and dx keeps no noise of its own.
    e, m, u, h, x, noise, eps, c1, z, g1, g2 = sp.symbols("e m u h x noise eps c1 z g1 g2", positive=True)
    after = m + c1 * e * (h * x + noise * z / sp.sqrt(e) - m)
    dx = -e * after / g1 / (noise * sp.sqrt(u / g2) + eps)
    q = sp.sqrt(g2) / (g1 * (noise * sp.sqrt(u) + eps * sp.sqrt(g2)))
    assert sp.simplify(sp.limit(dx / e, e, 0) + q * m) == 0
    assert sp.simplify(sp.limit((after - m).subs(z, 0) / e, e, 0) - c1 * (h * x - m)) == 0
    assert sp.simplify(sp.expand((after - m) ** 2).coeff(z, 2) / e - (c1 * noise) ** 2) == 0


def test_limit_comes_to_rest_at_its_variance():
    found, _ = adam.limit_moments(Adam(), 60.0)
    assert found[1] == pytest.approx(theory.adaptive_stationary_variance(1.0, 0.7, 0.1), rel=1e-9)
    assert found[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Adam(begin=0.0), "begin=0.0"),
        (lambda: Adam(noise=-1.0), "noise=-1.0"),
        (lambda: Adam(start=(1.0, 0.0, 0.0)), "start="),
        (lambda: adam.enumerated(Adam(), Noise.symmetric(), 0.5, 40), "too many"),
        (lambda: adam.enumerated(Adam(), Noise.symmetric(), 0.5, 0), "steps=0"),
        (lambda: adam.enumerated(Adam(), Noise.symmetric(), 2.0, 4), "leaves no decay"),
        (lambda: adam.enumerated(Adam(), Noise.symmetric(), 0.7, 10), "no whole number of time steps"),
        (lambda: adam.enumerated(Adam(), Noise.symmetric(), -1.0, 10), "horizon=-1.0"),
        (lambda: adam.expectations(Adam(), Noise.symmetric(), 0.5, 50, size=3), "size=3"),
        (lambda: adam.limit_moments(Adam(), 0.0), "horizon=0.0"),
        (lambda: adam.limit_moments(Adam(), 1.0, momentum_rate=-1.0), "momentum_rate=-1.0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [-1.0, 0.3, 1.0, 1.7])
def test_waves_are_chebyshev_polynomials(value):
    out = np.empty(6)
    adam_kernels.waves(value, out)
    assert out == pytest.approx(np.polynomial.chebyshev.chebvander(value, 5).ravel())
