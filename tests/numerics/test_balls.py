"""Ball arithmetic encloses, bisection decides what is decidable, and no false statement is certified."""

import math
import random
from fractions import Fraction

import pytest

flint = pytest.importorskip("flint", reason="certificates need the extra rigour: pip install 'theorylab[rigour]'")

from theorylab.errors import InputError  # noqa: E402
from theorylab.numerics import balls  # noqa: E402

arb = flint.arb


def rational(x):
    """The exact value of a ball without radius, as a fraction."""
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def ends(x):
    middle, spread = rational(x.mid()), rational(x.rad())
    return middle - spread, middle + spread


def random_pairs(count, seed):
    draw = random.Random(seed)
    for _ in range(count):
        scale = 10.0 ** draw.randint(-12, 12)
        yield tuple(sorted((draw.uniform(-1, 1) * scale, draw.uniform(-1, 1) * scale)))


def test_squares_and_powers_of_a_ball_with_zero_are_enclosures():
    # python-flint 0.9: arb(0, 1)**2 is nan. An answer of nan certifies nothing, which only a test of the value sees.
    for ball in (arb(0, 1), arb(0.5, 1), balls.between(-1.0, 3.0)):
        for exponent in (2, 3, 4, 7):
            assert balls.power(ball, exponent).is_finite()
            low, high = ends(ball)
            for point in (low, Fraction(0), high):
                bottom, top = ends(balls.power(ball, exponent))
                assert bottom <= point**exponent <= top
    assert balls.lower(balls.square(arb(0, 1))) > -1e-8
    assert balls.power(arb(0, 1), 0) == 1


def test_a_ball_that_is_not_finite_certifies_nothing():
    broken = arb("nan")
    assert not balls.square(broken).is_finite()
    assert balls.prove([(0.0, 1.0)], balls.Margin(lambda x: broken), limit=10).certified is None
    assert math.isnan(balls.lower(broken))
    assert balls.radius(broken) == math.inf


def test_balls_enclose_what_they_are_made_from():
    for low, high in random_pairs(300, seed=1):
        bottom, top = ends(balls.between(low, high))
        assert bottom <= Fraction(low) <= Fraction(high) <= top
        assert top - bottom <= (Fraction(high) - Fraction(low)) * (1 + Fraction(1, 2**27))
        assert balls.between(low, low).is_exact()
        assert rational(balls.between(low, low)) == Fraction(low)


@pytest.mark.parametrize("bits", [24, 53, 200])
def test_squares_and_powers_enclose_random_points(bits):
    draw = random.Random(bits)
    with balls.precision(bits):
        for low, high in random_pairs(200, seed=bits):
            ball = balls.between(low, high)
            point = Fraction(low) + (Fraction(high) - Fraction(low)) * Fraction(draw.random())
            for value, exact in [(balls.square(ball), point**2), (balls.power(ball, 5), point**5)]:
                bottom, top = ends(value)
                assert bottom <= exact <= top
                assert Fraction(balls.lower(value)) <= bottom
                assert Fraction(balls.upper(value)) >= top


def test_the_precision_holds_within_its_context_alone():
    before = flint.ctx.prec
    with balls.precision(300):
        assert flint.ctx.prec == 300
        assert balls.radius(arb(1) / 3) < 1e-89
    assert flint.ctx.prec == before


@pytest.mark.parametrize("bits", [0, 23, 10**6, 53.0, True])
def test_bad_precision_is_refused(bits):
    with pytest.raises(InputError, match="bits"), balls.precision(bits):
        pass


def test_bad_boxes_and_exponents_are_refused():
    for low, high in ((1.0, 0.0), (0.0, math.inf), (math.nan, 1.0)):
        with pytest.raises(InputError, match="interval"):
            balls.between(low, high)
    with pytest.raises(InputError, match="sides"):
        balls.prove([], lambda: True)
    with pytest.raises(InputError, match="limit"):
        balls.prove([(0.0, 1.0)], lambda x: True, limit=0)
    with pytest.raises(InputError, match="exponent"):
        balls.power(arb(2), -1)


def polynomial(constant):
    """(x^2 - y)^2 + x^2 y^2 + constant >= 0 on a box around its zero at the origin."""
    return balls.Margin(lambda x, y: balls.square(balls.square(x) - y) + balls.square(x * y) + constant)


def test_a_true_polynomial_inequality_is_certified():
    statement = polynomial(0.01)
    proof = balls.prove([(-1.0, 1.0), (-1.0, 2.0)], statement)
    assert proof.certified is True
    assert proof.undecided == 0
    assert "certified on this box" in str(proof)
    assert 0 <= statement.slack <= 0.01  # a lower bound of the true least margin, 0.01


def test_a_false_polynomial_inequality_is_refuted_at_a_point_where_it_fails():
    proof = balls.prove([(-1.0, 1.0), (-1.0, 2.0)], polynomial(-0.01))
    assert proof.certified is False
    ((a, b), (c, d)) = proof.counterexample
    for x, y in ((a, c), (b, d), (a, d)):
        x, y = Fraction(x), Fraction(y)
        assert (x * x - y) ** 2 + (x * y) ** 2 < Fraction(0.01)
    assert "refuted" in str(proof)


def test_an_inequality_that_touches_zero_stays_undecided():
    # x^2 - 2x + 1 >= 0, expanded: equality at 1 is out of reach of bisection.
    proof = balls.prove([(0.0, 3.0)], balls.Margin(lambda x: balls.square(x) - 2 * x + 1), limit=2000)
    assert proof.certified is None
    assert 0 < proof.undecided < 0.1
    assert "undecided" in str(proof)


def test_a_violation_on_a_small_part_is_found_or_left_undecided_never_certified():
    for width in (1e-2, 1e-4, 1e-6):
        bump = lambda x, width=width: balls.square(x - 0.3) - width**2  # noqa: E731
        proof = balls.prove([(0.0, 1.0)], balls.Margin(bump))
        assert proof.certified is False
        ((low, high),) = proof.counterexample
        assert abs(low - 0.3) < width
        assert abs(high - 0.3) < width


def test_limits_end_the_search():
    never = lambda x: None  # noqa: E731
    assert balls.prove([(0.0, 1.0)], never, limit=100) == balls.Proof(None, 100, 1.0, None, flint.ctx.prec)
    assert balls.prove([(0.0, 1.0)], never, depth=3).boxes == 15
    assert balls.prove([(0.5, 0.5)], never).undecided == 1.0


def test_a_statement_says_nothing_where_its_hypothesis_fails():
    statement = balls.Margin(lambda x: None if x < 0 else x)
    assert balls.prove([(-1.0, -0.5)], statement).certified is True
    assert statement.slack == math.inf
