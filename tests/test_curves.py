"""Curves that a study makes by hand, and the steps at which it makes them."""

import math

import numpy as np
import pytest

import theorylab
from theorylab.errors import InputError


def test_log_steps_are_increasing_integers_from_first_to_last():
    steps = theorylab.log_steps(1, 1000, 10)
    assert steps[0] == 1
    assert steps[-1] == 1000
    assert (np.diff(steps) > 0).all()
    assert steps.dtype == np.int64
    assert steps.tolist() == [1, 2, 4, 10, 21, 46, 100, 215, 464, 1000]
    assert theorylab.log_steps(1, 4, 50).tolist() == [1, 2, 3, 4], "each once"


@pytest.mark.parametrize("given", [(0, 5, 3), (5, 4, 3), (1, math.inf, 3), (1, 5, 0)])
def test_log_steps_say_what_is_allowed(given):
    with pytest.raises(InputError, match="is not allowed: give"):
        theorylab.log_steps(*given)
