"""Rows, steps and sizes of minimax problems, or a sentence that says what is allowed."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.minimax import schedules
from theorylab.models.minimax.model import finite_row
from theorylab.models.minimax.schedules import valid_size
from theorylab.models.minimax.simulation import increasing_steps, steps_within


def test_a_number_is_a_row_of_one():
    assert finite_row("slopes", 2).tolist() == [2.0]
    for bad, words in (("x", "are not numbers"), ([], "must have shape"), ([1.0, np.inf], "slopes number 1 is inf")):
        with pytest.raises(InputError, match=words):
            finite_row("slopes", bad)


def test_steps_are_integers_that_increase_and_are_in_the_schedule():
    assert increasing_steps([0, 3]).dtype == np.int64
    for bad, words in (([1.5], "integers"), ([-1], "integers"), ([2, 2], "2 is followed by 2")):
        with pytest.raises(InputError, match=words):
            increasing_steps(bad)
    assert steps_within([0, 10], schedules.halpern(10)).tolist() == [0, 10]
    with pytest.raises(InputError, match="the schedule holds 10 steps, 11 are asked for"):
        steps_within([11], schedules.halpern(10))


@pytest.mark.parametrize("size", [1, 2.0, True, "3"])
def test_a_finite_sum_has_two_components_or_more(size):
    assert valid_size(np.int64(2)) == 2
    with pytest.raises(InputError, match="give an integer >= 2"):
        valid_size(size)
