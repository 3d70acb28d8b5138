"""Closed forms of softmax collapse, derived again by hand, by SymPy, and against runs."""

import math

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.separable import collapse, precision
from theorylab.models.separable.margin import hard_margin
from theorylab.models.separable.model import Labelled


def test_absorption_by_hand_in_four_bits():
    # Spacing 1/8 in [1, 2): 1 + x rounds to 1 up to and with the tie x = 1/16.
    assert [float(precision.rounded(1 + x, 4)) for x in (1 / 16, 1 / 16 + 1e-9, 3 / 32)] == [1.0, 1.125, 1.125]
    assert collapse.absorbed_gap(4) == pytest.approx(math.log(16), rel=1e-15)
    # Three terms before the 1 are summed to 3x first: they are absorbed up to 3x = 1/16.
    assert math.exp(-collapse.absorbed_gap(4, 3)) * 3 == pytest.approx(1 / 16, rel=1e-14)


@pytest.mark.parametrize("bits", [3, 5, 8, 11, 20, 24])
@pytest.mark.parametrize("before", [0, 1, 2, 7, 40])
def test_collapse_is_where_the_form_says(bits, before):
    gap, slack = float(collapse.absorbed_gap(bits, max(before, 1))), (before + 2) * 2.0**-bits

    def probability(g):
        return precision.softmax(np.append(np.full(before, -g), [0.0, -g, -g])[None], bits)[0, before]

    assert probability(gap + slack) == 1
    assert gap < 1.2 * slack or probability(gap - slack) < 1


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_underflow_is_where_half_the_least_float_is(kind):
    gap = collapse.vanishing_gap(precision.BITS[kind], precision.LEAST_EXPONENT[kind])
    assert gap == pytest.approx(-math.log(float(np.finfo(kind).smallest_subnormal) / 2 if kind != "float64" else 1) or
                                1075 * math.log(2), rel=1e-6)  # fmt: skip
    near = 3 * (gap + 3) * 2.0 ** -precision.BITS[kind]
    assert precision.native_softmax([[0.0, -gap - near]], kind)[0, 1] == 0
    assert precision.native_softmax([[0.0, -gap + near]], kind)[0, 1] > 0


def test_collapse_time_is_that_of_the_flow():
    t, s = sp.symbols("t s", positive=True)
    margin = sp.Function("margin")(t)
    grown = sp.diff(margin + sp.exp(margin), t).subs(sp.diff(margin, t), s / (1 + sp.exp(margin)))
    assert sp.simplify(grown - s) == 0
    p = sp.Integer(7)
    assert float(collapse.collapse_time(7, 0.25)) == pytest.approx(float(4 * (2**p + 7 * sp.log(2) - 1)), rel=1e-14)
    # A step adds s + e^m (e^x - 1 - x) to m + e^m, and the second part lies between 0 and x e^(s/2) s/2.
    for size in (1e-3, 0.3, 2.0, 5.0):
        for margin in np.linspace(0, 20, 50):
            x = size / (1 + math.exp(margin))
            more = math.exp(margin) * sum(x**k / math.factorial(k) for k in range(2, 40))
            assert 0 <= more <= x * math.exp(size / 2) * size / 2
    for size in (0.01, 0.5, 3.0):
        bits = np.array([3, 6, 10, 14])
        times = precision.times_to_collapse(size, bits, 10**7)
        assert (np.abs(times - collapse.collapse_time(bits, size)) <= collapse.collapse_time_slack(bits, size)).all()


def test_collapse_time_slack_is_needed():
    bits = np.array([3, 6, 10])
    gap = precision.times_to_collapse(3.0, bits, 10**6) - collapse.collapse_time(bits, 3.0)
    assert (np.abs(gap) > 0.05 * collapse.collapse_time_slack(bits, 3.0)).any()


def test_adam_balance_sums_the_two_averages():
    b1, b2, v, s = 0.9, 0.98, 0.004, 0.003
    ages = np.arange(20_000)
    momentum = (1 - b1) * (b1**ages * np.exp(v * ages)).sum()
    square = (1 - b2) * (b2**ages * np.exp(2 * v * ages)).sum()
    assert collapse.adam_balance(v, s, b1, b2) == pytest.approx(s * momentum / square**0.5 - v, abs=1e-15)
    f, g, z = sp.symbols("f g z", positive=True)
    still = collapse.adam_balance(0, z, f, g).subs({f: sp.Rational(1, 3), g: sp.Rational(2, 3)})
    assert sp.nsimplify(still) == z  # where gradients stay, the averages are the gradient


@pytest.mark.parametrize(
    ("size", "first", "second"), [(1e-3, 0.9, 0.98), (0.03, 0.9, 0.98), (0.01, 0.0, 0.9), (1e-3, 0.9, 0.999)]
)
def test_adam_travels_at_its_speed(size, first, second):
    speed = collapse.adam_speed(size, first, second)
    assert 0 < speed < -math.log(second) / 2
    assert collapse.adam_balance(speed, size, first, second) == pytest.approx(0, abs=1e-12)
    times = precision.times_to_collapse(size, [20, 53], 10**6, (first, second))
    assert 33 * math.log(2) / (times[1] - times[0]) == pytest.approx(speed, rel=2 / (times[1] - times[0]))


def test_stablemax_by_hand_with_two_classes():
    # s(3) = 4, s(-3) = 1/4.
    assert collapse.stablemax_deficit(sp.Integer(3), 1) == sp.Rational(1, 4) / (4 + sp.Rational(1, 4))
    assert precision.stablemax([[3.0, -3.0]])[0, 0] == pytest.approx(16 / 17, rel=1e-15)


@pytest.mark.parametrize("bits", [4, 5, 8, 11])
@pytest.mark.parametrize("wrong", [1, 2, 3, 7])
def test_stablemax_collapse_is_the_first_float_that_absorbs(bits, wrong):
    spacing = [2.0**e * (1 + k / 2 ** (bits - 1)) for e in range(bits + 3) for k in range(2 ** (bits - 1))]
    first = next(x for x in spacing if float(precision.rounded(x + wrong / x, bits)) == x)
    form = collapse.stablemax_collapse(bits, wrong)
    assert first == pytest.approx(form, rel=2.0 ** (1 - bits))
    assert (wrong * 2.0**bits / 2) ** 0.5 <= form <= (2 * wrong * 2.0**bits) ** 0.5


def test_pair_offset_balances_the_pulls():
    draw = np.random.default_rng(4)
    for _ in range(50):
        a, b = np.exp(draw.normal(size=2))
        turn = draw.uniform(0, 2 * np.pi)
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        z = np.array([[1.0, a], [1.0, -b]]) @ spin.T
        offset, u = collapse.pair_offset(*z), spin[:, 0]
        assert offset @ u == pytest.approx(0, abs=1e-12)
        pull = np.exp(-z @ offset) @ z  # e^-margin, less what both share
        assert abs(pull[0] * u[1] - pull[1] * u[0]) < 1e-12 * np.abs(pull).sum()
    with pytest.raises(InputError, match="nearer one decides alone"):
        collapse.pair_offset([1.0, 1.0], [2.0, 2.5])


def test_pair_is_at_its_margin():
    found = hard_margin(Labelled.pair(3.0, 0.05))
    assert found.lower == pytest.approx(1.0, rel=1e-12)
    assert found.direction == pytest.approx([1.0, 0.0], abs=1e-12)
    assert (found.weights > 0).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Labelled.pair(0.0, 1.0), "finite numbers > 0"),
        (lambda: collapse.adam_speed(0.0, 0.9, 0.99), "give a number > 0"),
        (lambda: collapse.adam_speed(0.1, 0.999, 0.99), "0 <= first"),
        (lambda: collapse.stablemax_collapse(0, 1), "integer >= 1"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()
