"""Balls hold the flow's solution; one step is certified up to the load limit and refuted beyond it."""

import numpy as np
import pytest
import sympy

flint = pytest.importorskip("flint", reason="certificates need the extra rigour: pip install 'theorylab[rigour]'")

from theorylab.models.edge import certificates, model, theory  # noqa: E402
from theorylab.numerics import balls  # noqa: E402
from theorylab.trials.certificates import certify  # noqa: E402

arb = flint.arb


def test_every_certificate_is_as_declared():
    found = certify("edge")
    assert [c.claim for c in found if not c.as_declared] == []
    assert {c.declared for c in found} == {"certified", "refuted"}


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_the_sharpness_of_a_box_holds_that_of_its_points(depth):
    generator = np.random.default_rng(depth)
    for _ in range(50):
        low = generator.uniform(0.1, 2.0, depth)
        width = generator.uniform(0, 0.1) * generator.integers(0, 2)
        box = [balls.between(x, x + width) for x in low]
        points = low + width * generator.random((20, depth))
        values = theory.flow_sharpness(points)
        ball = certificates.flow_sharpness(box)
        rounding = theory.flow_rounding(depth) * values
        assert np.all(values + rounding >= balls.lower(ball))
        assert np.all(values - rounding <= balls.upper(ball))
        if width == 0:
            assert balls.radius(ball) < 1e-12


def test_the_shift_solves_its_equation():
    with balls.precision(200):
        squares = [arb(0.3), arb(1.7), arb(0.01)]
        shift = certificates.flow_shift(squares)
        assert balls.radius(shift) < 1e-40
        assert certificates._product([x + shift for x in squares]).contains(1)
        assert not certificates.flow_shift([arb(0, 1), arb(1)]).is_finite()


@pytest.mark.parametrize("depth", [2, 3])
def test_the_fall_is_the_difference_of_sharpness_after_a_step(depth):
    generator = np.random.default_rng(7)
    fall = {2: certificates._fall_of_two, 3: certificates._fall_of_three}[depth]
    for _ in range(20):
        weights = generator.uniform(0.2, 0.9, depth)
        load = generator.uniform(1, 3.5)
        step_size = load / theory.flow_sharpness(weights)
        path = model.iterates(weights, step_size, 1)[0]
        difference = theory.flow_sharpness(path[0]) - theory.flow_sharpness(path[1])
        common = (step_size * (weights.prod() - 1) * weights.prod()) ** 2
        with balls.precision(128):
            ball = fall([balls.square(arb(x)) for x in weights], arb(common))
        assert float(ball) * common == pytest.approx(difference, rel=1e-6, abs=1e-12)


def test_the_factor_of_a_balance_is_an_identity():
    eta, w, v, rest = sympy.symbols("eta w v rest", positive=True)
    p = w * v * rest
    after = [(x - eta * (p - 1) * p / x) ** 2 for x in (w, v)]
    factor = theory.balance_contraction(eta, p, w, v)
    assert sympy.simplify(after[0] - after[1] - factor * (w**2 - v**2)) == 0


def test_the_form_of_three_weights_is_an_identity():
    a, d, z, a_new, d_new, z_new = sympy.symbols("a d z a_new d_new z_new")
    phi = 3 * z**2 + a
    later = 3 * z_new**2 + a_new
    slope = z**2 + z * z_new + z_new**2 + a_new
    form = 3 * (z + z_new) * ((a_new - a) * z + d_new - d) / slope - (a_new - a)
    difference = sympy.together(phi - later - form)
    # zero wherever both z solve their cubics z^3 + a z + d = 1
    solved = difference.subs(d, 1 - z**3 - a * z).subs(d_new, 1 - z_new**3 - a_new * z_new)
    assert sympy.simplify(solved) == 0


@pytest.mark.parametrize("loads", [(2.9, 3.0), (1.0, 3.0), (2.0, 3.6)])
def test_loads_beyond_the_limit_are_not_certified(loads):
    assert certificates.balances_contract(certificates.EQUAL_OR_NOT[0], loads).verdict == "refuted"


@pytest.mark.parametrize("loads", [(3.3, 3.4), (3.0, 3.6)])
def test_a_rise_of_the_sharpness_beyond_the_limit_is_found(loads):
    for weights in (certificates.UNEQUAL[0], certificates.BESIDE_LARGE):
        assert certificates.sharpness_falls(weights, loads).verdict == "refuted"


def test_a_counterexample_is_one_in_floats_too():
    found = certificates.sharpness_falls(certificates.UNEQUAL[0], certificates.BEYOND)
    words = found.note.split(" (")[0].removeprefix("refuted at ").split(", ")
    first, second, load = (float(word.split(" = ")[1]) for word in words)
    weights = np.array([first, second])
    path = model.iterates(weights, load / theory.flow_sharpness(weights), 1)[0]
    assert theory.flow_sharpness(path[1]) > theory.flow_sharpness(path[0])
