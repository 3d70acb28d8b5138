"""Sides of a statement: paired, one step on, at the same points, fit to be judged; and what is asked of replicas."""

import numpy as np
import pytest

from tests.verdicts.synthetic import NAN, X, replicas, row
from theorylab.curves import Curve, exact
from theorylab.errors import InputError
from theorylab.verdicts.compared import Difference, one_step_on, paired, require_same_points, unfit
from theorylab.verdicts.estimands import Bounded, Mean, Median, estimand
from theorylab.verdicts.intervals import bounded_each, bounded_limits
from theorylab.verdicts.statements import replicas_needed
from theorylab.verdicts.tails import two_valued


def test_pairs_are_differences_with_both_roundings_and_the_reach_of_both_bounds():
    left, right = row(3.0, 1e-3), row(1.0, 2e-3)
    both = paired(left, right)
    assert both.samples.tolist() == [[2.0] * X.size]
    assert both.rounding == pytest.approx(3.0 * 1e-3 + 1.0 * 2e-3)  # given relative to the values
    assert both.exact
    shares = Curve(X, replicas(0.5, 0.01).samples).bounded(0, 1)
    assert not paired(shares, right).exact
    assert paired(shares, shares).bounds.tolist() == [[-1.0] * X.size, [1.0] * X.size]
    assert paired(shares, replicas(0.5)).bounds is None


def test_one_step_on_is_the_prediction_between_its_points():
    curve = exact([1.0, 2.0, 4.0], [8.0, 4.0, 2.0], 0.0)
    left, later = one_step_on(curve, curve)
    assert left.x.tolist() == [1.0, 2.0]
    assert later.samples.tolist() == [[4.0, 3.0]]  # at 2, and half way from 2 to 4
    assert one_step_on(curve, 1.0) is None
    flat = exact([1.0, 2.0], [1.0, 1.0], 0.0)
    assert one_step_on(flat, flat) is None
    assert one_step_on(exact([0.5, 1.5], [2.0, 1.0], 0.0), exact([0.5, 1.5], [2.0, 1.0], 0.0)) is None


def test_sides_are_at_the_same_points_with_rows_that_pair():
    require_same_points(replicas(1.0), row(1.0))
    require_same_points(replicas(1.0), 1.0)
    with pytest.raises(InputError, match="not at the same points"):
        require_same_points(row(1.0), exact(X + 1, X, 0.0))
    with pytest.raises(InputError, match="different numbers of rows"):
        require_same_points(replicas(1.0), replicas(1.0, count=65))


def test_what_cannot_be_judged_is_said():
    assert unfit(row(1.0)) == unfit(1.0) == ""
    assert unfit(row(1.0).at(X < 0)) == "nothing to evaluate: no points"
    assert unfit(row(NAN)) == "not a number in 1 replicas"
    assert unfit(NAN) == "not a number"
    assert unfit(exact(X, X, NAN)) == "a rounding bound is not finite"


def test_an_estimand_goes_by_its_name():
    assert estimand("mean") == Mean()
    assert estimand("median") == Median()
    assert estimand(Bounded(0, 1)) == Bounded(0, 1)
    for bad in ("mode", None):
        with pytest.raises(InputError, match="is not allowed: give 'mean', 'median', 'median of means' or Bounded"):
            estimand(bad)


def test_replicas_that_would_decide_grow_with_the_square_of_the_gap():
    difference = Difference(replicas(1.0), 1.0, Mean())
    assert replicas_needed(difference, 0.5, 1.0) == "the gap seen would be decided by about 256 replicas"
    for gap, half_width in ((2.0, 1.0), (0.0, 1.0), (0.5, np.inf)):
        assert replicas_needed(difference, gap, half_width) == ""
    assert replicas_needed(Difference(row(1.0), 1.0, Mean()), 0.5, 1.0) == ""


def test_limits_of_each_point_alone_are_within_those_of_all_together():
    samples = np.random.default_rng(0).random((200, 3))
    low, high = np.zeros(3), np.ones(3)
    each, together = bounded_each(samples, 1e-2, low, high), bounded_limits(samples, 1e-2, low, high)
    assert (together.lower <= each.lower).all()
    assert (each.upper <= together.upper).all()
    assert (each.lower < 0.5).all()
    assert (each.upper > 0.5).all()


def test_points_of_two_values_are_recognised():
    samples = np.array([[0.0, 5.0, 1.0], [1.0, 5.0, 2.0], [0.0, 5.0, 3.0]])
    assert two_valued(samples).tolist() == [True, True, False]
