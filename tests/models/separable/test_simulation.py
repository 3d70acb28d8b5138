"""The simulator against its pure-Python body, exact rationals, many digits, and the updates as papers write them."""

import math
from fractions import Fraction

import numpy as np
import pytest

from tests.models.separable import oracles
from theorylab.errors import InputError
from theorylab.models.separable import kernels, simulation, theory
from theorylab.models.separable.model import Labelled


def data(count=12, dimension=3, gap=0.1, replica=0):
    return Labelled.gaussian(count, dimension, gap, seed=20241211, replica=replica)


RULES = [
    kernels.Rule(step_size, tie, normalisation)
    for step_size, tie in ((0.3, 0.5), (20.0, 0.5), (1e12, 0.5), (math.inf, 0.5), (math.inf, 1.0))
    for normalisation in (0, 1, 2)
]


@pytest.mark.parametrize("rule", RULES)
def test_kernels_match_their_python_bodies(rule):
    signed, steps = data().signed, np.array([0, 1, 5, 6])
    # Few steps: where the descent is chaotic, rounding grows from step to step.
    assert kernels.path(signed, rule, steps) == pytest.approx(kernels.path.py_func(signed, rule, steps), rel=1e-10)
    assert kernels.solve(signed, rule, 6) == pytest.approx(kernels.solve.py_func(signed, rule, 6), rel=1e-10)


@pytest.mark.parametrize("rule", RULES)
def test_the_parts_of_a_step_match_their_python_bodies(rule):
    signed, position = data().signed, np.array([0.1, -0.2, 0.3])
    results = []
    for body in (lambda kernel: kernel, lambda kernel: kernel.py_func):
        margins, weights, move, moved = np.empty(12), np.empty(12), np.zeros(3), position.copy()
        wrong = body(kernels.advance_margins)(signed, position, 1, 12, margins)
        wrong += body(kernels.advance_margins)(signed, position, 0, 1, margins)
        total = body(kernels.weigh)(rule, margins, 0.0, 0, 12, weights)
        body(kernels.gather)(signed, weights, 0, 12, move)
        assert move == pytest.approx(weights @ signed, rel=1e-13)
        whole = np.empty(12), np.empty(12), np.empty(3)
        assert body(kernels.survey)(signed, rule, position, *whole) == pytest.approx((wrong, total), rel=1e-13)
        assert np.concatenate(whole) == pytest.approx(np.concatenate([margins, weights, move]), rel=1e-13)
        body(kernels.advance)(signed, rule, total, move, moved)
        results.append(np.concatenate([[wrong, total], margins, weights, moved]))
    assert results[0] == pytest.approx(results[1], rel=1e-12)


@pytest.mark.parametrize("rows", [1, 5, 16, 17, 33])
def test_blocks_hold_every_point_once(rows):
    signed, rule = np.random.default_rng(rows).standard_normal((rows, 3)), kernels.Rule(2.0, 0.5, 0)
    position, margins, weights, move = np.array([0.3, 0.1, -0.2]), np.empty(rows), np.empty(rows), np.empty(3)
    wrong, total = kernels.survey(signed, rule, position, margins, weights, move)
    assert margins == pytest.approx(signed @ position, rel=1e-12)
    assert weights == pytest.approx(1 / (1 + np.exp(2 * margins)), rel=1e-13)
    assert move == pytest.approx(weights @ signed, rel=1e-12, abs=1e-14)
    assert (wrong, total) == (np.sum(margins <= 0), pytest.approx(weights.sum()))


@pytest.mark.parametrize("normalisation", simulation.NORMALISATIONS)
@pytest.mark.parametrize("step_size", [0.05, 1.0, 8.0])
def test_positions_are_theta_over_the_step_size(normalisation, step_size):
    p, steps = data(), np.arange(9)
    theta = oracles.plain_descent(p.signed, step_size, 8, normalisation)
    assert step_size * simulation.positions(p, step_size, steps, normalisation) == pytest.approx(theta, rel=1e-9)


@pytest.mark.parametrize("tie", [0.5, 1.0])
@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("replica", range(5))
def test_perceptron_follows_exact_rationals(tie, normalised, replica):
    p = data(replica=replica)
    path = oracles.rational_perceptron(p.signed, Fraction(tie), normalised)
    kind = "weights" if normalised else "none"
    assert simulation.solve(p, math.inf, kind, tie=tie).iterations == len(path) - 1
    ours = simulation.positions(p, math.inf, np.arange(len(path)), kind, tie=tie)
    assert ours == pytest.approx(np.array(path, dtype=float), rel=1e-11, abs=1e-13)


def test_mistakes_are_the_weights_summed_where_a_tie_counts_one():
    p = data(replica=1)
    path = oracles.rational_perceptron(p.signed, Fraction(1))
    points = [[Fraction(x) for x in row] for row in p.signed]
    mistakes = sum(sum(x * y for x, y in zip(row, place, strict=True)) <= 0 for place in path[:-1] for row in points)
    assert simulation.solve(p, math.inf, tie=1.0).weight == mistakes


def test_one_point_in_dimension_one_by_hand():
    p = Labelled(np.array([[-2.0]]), np.array([-1.0]))
    # phi_1 = 2/2, phi_2 = 1 + 2 / (1 + exp(2 s)), s = 0.5.
    expected = [0.0, 1.0, 1.0 + 2.0 / (1.0 + math.exp(1.0))]
    assert simulation.positions(p, 0.5, [0, 1, 2])[:, 0] == pytest.approx(expected, rel=1e-15)
    for normalisation, first in (("none", 1.0), ("weights", 2.0), ("gradient", 1.0)):
        assert simulation.solve(p, 1e12, normalisation)[:2] == (1.0, 0.5)
        assert simulation.positions(p, math.inf, [1, 5], normalisation)[:, 0].tolist() == [first, first]


def test_zero_steps_stay_at_the_start_and_solve_nothing():
    p = data()
    assert (simulation.positions(p, 1.0, [0]) == 0).all()
    assert simulation.solve(p, 1.0, limit=0)[:2] == (math.inf, 0.0)


@pytest.mark.parametrize("normalisation", simulation.NORMALISATIONS)
@pytest.mark.parametrize("step_size", [1e-12, 1e3, 1e9, 1e12, math.inf])
@pytest.mark.parametrize("length", [1e-140, 1.0, 1e140])
def test_nothing_overflows_at_any_margin_or_step_size(normalisation, step_size, length):
    p = data().scaled(length)
    places = simulation.positions(p, step_size, np.arange(40), normalisation)
    assert np.isfinite(places).all()
    assert np.isfinite(simulation.loss(p, places, step_size)).all()


def test_normalised_descent_goes_on_where_all_weights_underflow():
    # All margins are above 745 / s after the first step: each weight is 0 in doubles, their ratios are not.
    p = Labelled(np.array([[1.0, 0.0], [2.0, 0.1]]), np.ones(2))
    places = simulation.positions(p, 1e6, [1, 2, 3], "weights")
    assert places[1:] - places[:-1] == pytest.approx(np.tile(p.features[0], (2, 1)), rel=1e-12)


def test_perceptron_rests_once_all_points_are_right():
    p = data()
    solved = int(simulation.solve(p, math.inf).iterations)
    places = simulation.positions(p, math.inf, [solved, solved + 1, solved + 1000])
    assert (places == places[0]).all()


def test_contradicting_labels_never_stop_the_perceptron():
    found = simulation.solve(data().contradicted(), math.inf, limit=5000)
    assert math.isinf(found.iterations)
    assert found.weight >= 0.5 * 5000


@pytest.mark.parametrize(("normalisation", "power"), [("none", 2), ("weights", 2), ("gradient", 1)])
@pytest.mark.parametrize("exponent", [-30, 3, 40])
def test_powers_of_two_change_no_bit(normalisation, power, exponent):
    p, c, steps = data(), 2.0**exponent, np.arange(50)
    ours = simulation.positions(p.scaled(c), 3.0 / c**power, steps, normalisation)
    unit = c if normalisation != "gradient" else 1.0
    assert (ours == unit * simulation.positions(p, 3.0, steps, normalisation)).all()


def test_losses_by_hand_and_at_extreme_margins():
    p = Labelled(np.array([[1.0], [3.0]]), np.array([1.0, -1.0]))
    places = np.array([[0.0], [0.5], [-1.0]])
    expected = [(math.log1p(math.exp(-x)) + math.log1p(math.exp(3 * x))) / 4 for x in (0.0, 1.0, -2.0)]
    assert simulation.loss(p, places, 2.0) == pytest.approx(expected, rel=1e-15)
    assert simulation.loss(p, places, 1e12) == pytest.approx([math.log(2) * 1e-12, 0.75, 0.5], rel=1e-14)
    assert simulation.loss(p, places, math.inf).tolist() == [0.0, 0.75, 0.5]
    assert simulation.accuracy(p, places).tolist() == [0.0, 0.5, 0.5]


def test_rounding_bounds_hold_against_sixty_digits():
    for step_size in (0.1, 1e3, 1e9):
        p = data(6, 2, 0.3)
        path, losses = oracles.precise_descent(p.signed, step_size, 12)
        places = simulation.positions(p, step_size, np.arange(13))
        values = simulation.loss(p, places, step_size)
        off = [math.sqrt(sum(float(a - b) ** 2 for a, b in zip(x, y, strict=True)))
               for x, y in zip(path, places, strict=True)]  # fmt: skip
        bound = theory.position_rounding(p, places, step_size)
        assert (np.array(off) <= bound).all()
        wrong = np.array([abs(float(a - b)) for a, b in zip(losses, values, strict=True)])
        allowed = theory.loss_rounding(p, places, step_size, values)
        assert (wrong <= allowed).all()
        assert allowed.max() < 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: simulation.solve(p, 0.0), "step_size=0.0 is not allowed"),
        (lambda p: simulation.solve(p, -1.0), "step_size=-1.0 is not allowed"),
        (lambda p: simulation.solve(p, math.nan), "step_size=nan is not allowed"),
        (lambda p: simulation.solve(p, "fast"), "step_size='fast' is not allowed: give a number"),
        (lambda p: simulation.solve(p, 1.0, "norm"), "normalisation='norm' is not allowed: give one of none, weights"),
        (lambda p: simulation.solve(p, math.inf, tie=0.0), "tie=0.0 is not allowed"),
        (lambda p: simulation.solve(p, 1.0, tie=1.0), "tie=1.0 at step_size=1 is not allowed"),
        (lambda p: simulation.solve(p, 1.0, limit=-1), "limit=-1 is not allowed"),
        (lambda p: simulation.solve(p, 1.0, limit=1.5), "limit=1.5 is not allowed"),
        (lambda p: simulation.positions(p, 1.0, []), "steps must have shape"),
        (lambda p: simulation.positions(p, 1.0, [[3]]), "steps must have shape"),
        (lambda p: simulation.positions(p, 1.0, [0.5]), "steps must be integers >= 0"),
        (lambda p: simulation.positions(p, 1.0, [2, 1]), "steps must increase, but 2 is followed by 1"),
        (lambda p: simulation.positions(p, 1.0, [-1]), "integers >= 0"),
        (lambda p: simulation.loss(p, np.zeros((1, 2)), 1.0), r"positions have shape \(1, 2\): give \(points, 3\)"),
        (lambda p: simulation.loss(p, np.zeros((1, 3)), 0.0), "step_size=0.0 is not allowed"),
        (lambda p: simulation.accuracy(p, np.zeros(3)), r"positions have shape \(3,\)"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call(data())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        (np.ones((2, 1)), [1, 0], r"label number \[1\] is \[0.\]: labels are -1 or \+1; map 0 to -1"),
        (np.ones((2, 1)), [1, math.nan], "label number"),
        (np.empty((0, 3)), [], "features need shape"),
        (np.empty((3, 0)), [1, 1, 1], "features need shape"),
        (np.ones(3), [1, 1, 1], r"features need shape \(n, d\), .* not \(3,\)"),
        (np.ones((3, 2)), [1, 1], r"labels have shape \(2,\), features \(3, 2\): give one label per point"),
        ([[1.0], [math.inf]], [1, 1], r"point number \[1\] holds a value that is not finite"),
        ([[1.0], [math.nan]], [1, 1], "not finite"),
        (np.zeros((2, 2)), [1, -1], "the largest feature is 0"),
        ([[1e200]], [1], "the largest feature is 1e"),
        ([["a"]], [1], "features are not numbers: give an array"),
        ([[1.0], [1.0, 2.0]], [1, 1], "features are not numbers: give an array"),
    ],
)
def test_bad_data_are_refused(features, labels, message):
    with pytest.raises(InputError, match=message) as caught:
        Labelled(features, labels)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Labelled.gaussian(0, 2, 0.1, seed=1), "count=0 is not allowed"),
        (lambda: Labelled.gaussian(2, True, 0.1, seed=1), "dimension=True is not allowed"),
        (lambda: Labelled.gaussian(2, 2, -0.1, seed=1), "gap=-0.1 is not allowed"),
        (lambda: Labelled.gaussian(2, 2, 9.0, seed=1), "gap=9.0 is not allowed"),
        (lambda: Labelled.gaussian(2, 2, 0.1, seed=-1), "seed=-1 is not allowed"),
        (lambda: Labelled.hard(1, 2.0), "count=1 is not allowed: give an integer >= 2"),
        (lambda: Labelled.hard(5, 1.2), "ratio=1.2 is not allowed"),
        (lambda: Labelled.hard(5, math.inf), "ratio=inf is not allowed"),
        (lambda: data().scaled(0.0), "factor=0.0 is not allowed"),
    ],
)
def test_bad_families_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_gaussian_data_keep_their_gap_and_their_stream():
    p = Labelled.gaussian(500, 4, 0.3, seed=3, replica=2)
    assert p.features.shape == (500, 4)
    assert (p.labels * p.features[:, 0] > 0.3).all()
    assert (p.features == Labelled.gaussian(500, 4, 0.3, seed=3, replica=2).features).all()
    assert (p.features != Labelled.gaussian(500, 4, 0.3, seed=3, replica=1).features).any()
    with pytest.raises(ValueError, match="read-only"):
        p.features[0, 0] = 0.0


def test_margins_are_advanced_in_place_and_the_wrong_ones_counted():
    signed, position = np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, 0.0]]), np.array([1.0, 1.0])
    margins = np.full(3, 9.0)
    assert kernels.advance_margins(signed, position, 1, 3, margins) == 2  # a margin of 0 is wrong
    assert margins.tolist() == [9.0, -0.5, 0.0]
