"""The tail of a table is its last two thirds, and its weights give least-squares slopes."""

import numpy as np
import pytest

from theorylab.verdicts.drift import tail_size, tail_weights


def test_the_tail_is_two_thirds_of_the_slopes_and_three_at_least():
    assert [tail_size(points) for points in (4, 5, 7, 10, 31)] == [3, 3, 4, 6, 20]


def test_weights_are_the_least_squares_slope_over_the_points_of_the_tail():
    position = np.array([[0.0, 1.0, 2.5, 3.0, 4.0, 6.0, 7.0]])
    values = np.random.default_rng(0).standard_normal(7)
    last = tail_size(7) + 1
    slope = np.polyfit(position[0, -last:], values[-last:], 1)[0]
    assert (tail_weights(position) * values).sum() == pytest.approx(slope)
