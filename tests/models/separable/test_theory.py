"""Bounds and closed forms: derived by SymPy, in rationals on the hard family, and held against runs."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from tests.models.separable import oracles
from theorylab.errors import InputError
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.margin import hard_margin
from theorylab.models.separable.model import Labelled

n, R, mu, s, S, T, c = sp.symbols("n R mu s S T c", positive=True)


def test_mistakes_bound_solves_its_two_inequalities():
    # (mu S / n)^2 <= |phi|^2 <= R^2 S / n
    worst = sp.solve(sp.Eq((mu * S / n) ** 2, R**2 * S / n), S)[0]
    assert sp.simplify(worst - theory.mistakes_bound(n, R, mu)) == 0
    tie = sp.symbols("h", positive=True)
    assert sp.simplify(theory.perceptron_bound(n, R, mu, tie) - worst / tie) == 0


def test_weight_and_step_bounds_solve_their_inequalities():
    # |phi|^2 <= T 2 kappa / s + R^2 S / n with T <= 2 S
    kappa = sp.symbols("kappa", positive=True)
    worst = sp.solve(sp.Eq((mu * S / n) ** 2, 2 * S * 2 * kappa / s + R**2 * S / n), S)[0]
    assert sp.simplify(worst - theory.weight_bound(n, R, mu, s, kappa)) == 0
    assert sp.simplify(2 * worst - theory.logistic_bound(n, R, mu, s, kappa)) == 0


def test_normalised_bounds_solve_their_inequalities():
    # weights: |phi| >= mu T, |phi|^2 <= T (R^2 + 2 c / s). length: |phi| >= mu T / R, |phi|^2 <= T (1 + 2 c / (s mu)).
    worst = sp.solve(sp.Eq((mu * T) ** 2, T * (R**2 + 2 * c / s)), T)[0]
    assert sp.simplify(worst - theory.normalised_bound(R, mu, s, c)) == 0
    worst = sp.solve(sp.Eq((mu * T / R) ** 2, T * (1 + 2 * c / (s * mu))), T)[0]
    assert sp.simplify(worst - theory.unit_gradient_bound(R, mu, s, c)) == 0


def test_twice_the_limit_is_reached_where_the_second_term_equals_the_first():
    assert sp.simplify(theory.normalised_bound(R, mu, 2 * c / R**2, c) - 2 * R**2 / mu**2) == 0


def test_bounds_have_the_perceptron_as_their_limit():
    assert sp.limit(theory.logistic_bound(n, R, mu, s, c), s, sp.oo) == theory.perceptron_bound(
        n, R, mu, sp.Rational(1, 2)
    )
    assert sp.limit(theory.normalised_bound(R, mu, s, c), s, sp.oo) == R**2 / mu**2
    assert sp.limit(theory.unit_gradient_bound(R, mu, s, c), s, sp.oo) == R**2 / mu**2
    assert theory.normalised_bound(3.0, 1.0, math.inf, 2.0) == 9.0


def test_largest_gain_is_the_maximum_of_the_logistic_term():
    m = sp.symbols("m")
    top = 1 + sp.LambertW(sp.exp(-1))
    slope = sp.diff(m / (1 + sp.exp(m)), m)
    assert abs(sp.N(slope.subs(m, top), 40)) < 1e-35
    assert abs(sp.N((m / (1 + sp.exp(m))).subs(m, top) - theory.LARGEST_GAIN, 30)) < 1e-16
    margins = np.linspace(-50, 50, 200_001)
    assert (margins / (1 + np.exp(margins))).max() <= theory.LARGEST_GAIN


@pytest.mark.parametrize("count", [2, 3, 10, 1000])
def test_normalised_gain_is_the_largest_over_margins(count):
    gain = float(theory.normalised_gain(count))
    margins = np.linspace(0, 30, 300_001)
    q = 1 / (1 + np.exp(margins))
    equal = ((count - 1) * margins * q / (0.5 + (count - 1) * q)).max()
    assert gain == pytest.approx(equal, rel=1e-8)
    rng = np.random.default_rng(count)
    for spread in (0.1, 1.0, 5.0):
        m = spread * rng.standard_normal((2000, count)) + rng.uniform(-2, 8, (2000, 1))
        m[:, 0] = -np.abs(m[:, 0])
        q = 1 / (1 + np.exp(m))
        assert ((q * m).sum(axis=1) / q.sum(axis=1)).max() <= gain


def test_normalised_gain_is_below_the_logarithm_and_zero_for_one_point():
    counts = np.unique(np.geomspace(2, 1e9, 300).astype(int))
    assert (theory.normalised_gain(counts) < np.log(counts)).all()
    assert theory.normalised_gain(1) == 0.0


@pytest.mark.parametrize("replica", range(6))
@pytest.mark.parametrize("step_size", [1e-2, 0.3, 5.0, 100.0, 1e12, math.inf])
def test_every_run_obeys_its_bound(replica, step_size):
    p = Labelled.gaussian(15, 3, 0.1, seed=7, replica=replica)
    margin, gain = hard_margin(p).lower, theory.normalised_gain(p.count)
    plain = simulation.solve(p, step_size)
    assert plain.iterations <= theory.logistic_bound(p.count, p.radius, margin, step_size)
    assert plain.weight <= theory.weight_bound(p.count, p.radius, margin, step_size)
    weighted = simulation.solve(p, step_size, "weights").iterations
    assert weighted <= theory.normalised_bound(p.radius, margin, step_size, gain)
    unit = simulation.solve(p, step_size, "gradient").iterations
    assert unit <= theory.unit_gradient_bound(p.radius, margin, step_size, gain)


PYTHAGOREAN = [(Fraction(5, 3), Fraction(4, 3)), (Fraction(13, 5), Fraction(12, 5)), (Fraction(25, 7), Fraction(24, 7)),
               (Fraction(41, 9), Fraction(40, 9)), (Fraction(37, 12), Fraction(35, 12))]  # fmt: skip


@pytest.mark.parametrize(("ratio", "side"), PYTHAGOREAN)
@pytest.mark.parametrize("count", [2, 3, 4, 7, 12, 25])
@pytest.mark.parametrize(("tie", "normalised"), [(0.5, False), (1.0, False), (0.25, False), (0.5, True)])
def test_hard_iterations_are_those_of_exact_rationals(ratio, side, count, tie, normalised):
    # Rational points, where zero margins happen again after the start.
    points = [[1, side]] * (count - 1) + [[1, -1]]
    path = oracles.rational_perceptron(points, Fraction(tie), normalised)
    assert theory.hard_iterations(count, ratio, tie=tie, normalised=normalised) == len(path) - 1


@pytest.mark.parametrize(("count", "ratio"), [(2, 1.5), (10, 3.0), (33, 17.0), (640, 40.0), (200, 1.42), (640, 160.0)])
@pytest.mark.parametrize("normalised", [False, True])
def test_hard_iterations_are_those_of_the_kernel(count, ratio, normalised):
    p, kind = Labelled.hard(count, ratio), "weights" if normalised else "none"
    expected = theory.hard_iterations(count, ratio, normalised=normalised)
    assert simulation.solve(p, math.inf, kind).iterations == expected
    assert simulation.solve(p, 1e12, kind).iterations == expected


def test_counts_of_the_card_are_reproduced():
    assert theory.hard_iterations(640, 160.0) == 25401
    assert theory.hard_iterations(640, 40.0) == 6229
    assert theory.hard_iterations(640, 160.0, normalised=True) == 81
    assert theory.hard_iterations(40, 10.0) == 88


def test_pulls_needed_on_the_hard_family_by_sympy():
    v, h, k = sp.symbols("v h k", positive=True)
    copy, single = sp.Matrix([1, v]), sp.Matrix([1, -1])
    position = h * ((n - 1) * copy + single) + k * single
    assert sp.expand(position.dot(copy) - (h * (n - 1) * (1 + v**2) + (h + k) * (1 - v))) == 0
    # The single point is right once k > h ((n - 1)(v - 1) - 2) / 2: the count of theory.hard_iterations.
    last = sp.solve(sp.Eq(position.dot(single), 0), k)[0]
    assert sp.simplify(last - h * ((n - 1) * (v - 1) - 2) / 2) == 0


def test_copies_stay_right_until_the_single_point_is():
    # The single point pulls for the last time from margin <= 0: h + k <= A (v - 1) / 2, A = h (n - 1) >= 1/2. One pull
    # later the copies' margin, linear in A with slope (1 + v)^2 / 2, is >= its value at A = 1/2: (v - 1)^2 / 4 + 1 > 0.
    v, a = sp.symbols("v A", positive=True)
    worst = a * (1 + v**2) + (a * (v - 1) / 2 + 1) * (1 - v)
    assert sp.simplify(sp.diff(worst, a) - (1 + v) ** 2 / 2) == 0
    assert sp.expand(worst.subs(a, sp.Rational(1, 2)) - ((v - 1) ** 2 / 4 + 1)) == 0


def test_counts_grow_as_a_quarter_of_n_times_the_ratio_and_half_the_ratio():
    assert theory.hard_iterations(20_000, 5000.0) == pytest.approx(20_000 * 5000 / 4, rel=1e-3)
    assert theory.hard_iterations(20_000, 5000.0, normalised=True) == pytest.approx(5000 / 2, rel=1e-3)


def sets():
    return [Labelled.gaussian(30, 4, 0.1, seed=3, replica=r) for r in range(5)] + [Labelled.hard(10, 4.0)]


@pytest.mark.parametrize("nearness", [0.3, 2.0, 8.0, 16.0])
def test_distance_and_loss_stay_within_their_bounds(nearness):
    steps = np.arange(16)
    for p in sets():
        perceptron = simulation.positions(p, math.inf, steps)
        size = nearness / theory.closest_tie(p, perceptron)
        places = simulation.positions(p, size, steps)
        distance = np.linalg.norm(places - perceptron, axis=1)
        rounding = 2 * theory.position_rounding(p, perceptron)
        assert (distance <= theory.limit_distance_bound(p, size, perceptron) + rounding).all()
        leading = theory.limit_distance_leading(p, size, perceptron)
        rest = theory.limit_distance_remainder(p, size, perceptron)
        assert (np.abs(distance - leading) <= rest + rounding).all()
        off = np.abs(simulation.loss(p, places, size) - simulation.loss(p, perceptron, math.inf))
        assert (off <= theory.limit_loss_bound(p, size, perceptron) * (1 + 1e-12) + p.radius * rounding).all()


def test_distance_after_two_steps_by_hand_in_dimension_one():
    # z = (1, -1/2 + 1): points 1 and 1/2. phi_1 = 3/8, margins 3/8 and 3/16; the perceptron rests, the descent goes on.
    p, size = Labelled(np.array([[1.0], [0.5]]), np.ones(2)), 60.0
    perceptron = simulation.positions(p, math.inf, [0, 1, 2])
    assert perceptron[:, 0].tolist() == [0.0, 0.375, 0.375]
    assert theory.closest_tie(p, perceptron) == 0.1875
    first = (math.exp(-0.375 * size) + 0.5 * math.exp(-0.1875 * size)) / 2
    exact = (1 / (1 + math.exp(0.375 * size)) + 0.5 / (1 + math.exp(0.1875 * size))) / 2
    assert theory.limit_distance_leading(p, size, perceptron) == pytest.approx([0, 0, first], rel=1e-14)
    assert theory.limit_distance_bound(p, size, perceptron) == pytest.approx([0, 0, first], rel=1e-14)
    found = simulation.positions(p, size, [2])[0, 0] - 0.375
    assert found == pytest.approx(exact, rel=1e-9)
    assert abs(first - exact) <= theory.limit_distance_remainder(p, size, perceptron)[2]


@pytest.mark.parametrize("steps", [0, 1])
def test_paths_of_no_or_one_step_have_no_distance(steps):
    p = Labelled.hard(10, 4.0)
    perceptron = simulation.positions(p, math.inf, np.arange(steps + 1))
    for form in (theory.limit_distance_bound, theory.limit_distance_leading, theory.limit_distance_remainder):
        assert form(p, 1.0, perceptron).tolist() == [0.0] * (steps + 1)


def test_remainder_is_unbounded_where_a_sign_is_not_settled():
    p = Labelled.hard(10, 4.0)
    perceptron = simulation.positions(p, math.inf, np.arange(8))
    assert math.isinf(theory.limit_distance_remainder(p, 0.1, perceptron)[-1])


def test_count_rounding_is_negligible_at_the_sizes_in_use():
    assert theory.count_rounding(640, 2, 160, 25_401) < 1e-5
    assert theory.count_rounding(1, 1, 1, 0) == 16 * 6 * 2.0**-53


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.hard_iterations(1, 2.0), "count=1 is not allowed"),
        (lambda: theory.hard_iterations(2.5, 2.0), "count=2.5 is not allowed"),
        (lambda: theory.hard_iterations(5, 1.0), "ratio=1.0 is not allowed"),
        (lambda: theory.hard_iterations(5, math.inf), "ratio=inf is not allowed"),
        (lambda: theory.hard_iterations(5, math.nan), "ratio=nan is not allowed"),
        (lambda: theory.hard_iterations(5, "two"), "ratio='two' is not allowed"),
        (lambda: theory.hard_iterations(5, 2.0, tie=0.0), "tie=0.0 is not allowed"),
        (lambda: theory.normalised_gain(0), "count=0 is not allowed"),
        (lambda: theory.closest_tie(Labelled.hard(4, 2.0), np.zeros((3, 1))), r"positions have shape \(3, 1\): .* 2\)"),
        (lambda: theory.closest_tie(Labelled.hard(4, 2.0), np.zeros((1, 2))), "one step or more"),
        (lambda: theory.limit_distance_bound(Labelled.hard(4, 2.0), 1.0, np.ones((3, 2))), "the path starts at"),
        (lambda: theory.limit_distance_leading(Labelled.hard(4, 2.0), 0.0, np.zeros((3, 2))), "step_size=0.0"),
        (lambda: theory.limit_distance_remainder(Labelled.hard(4, 2.0), -1.0, np.zeros((3, 2))), "step_size=-1.0"),
        (lambda: theory.limit_loss_bound(Labelled.hard(4, 2.0), math.nan, np.zeros((3, 2))), "step_size=nan"),
        (lambda: theory.position_rounding(Labelled.hard(4, 2.0), np.zeros(2)), "positions have shape"),
        (lambda: theory.loss_rounding(Labelled.hard(4, 2.0), np.zeros((3, 2)), 1.0, np.zeros(2)), "losses have shape"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
