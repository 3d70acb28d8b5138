"""What a network takes in: weights and step sizes as arrays of one layout, or a sentence."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.edge.model import positive_rows, step_sizes, weight_rows


def test_one_row_of_weights_is_one_point():
    assert weight_rows([1, -2, 0]).tolist() == [[1.0, -2.0, 0.0]]
    assert weight_rows(np.ones((2, 3))).shape == (2, 3)
    assert positive_rows([3.0, 4.0]).tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ("ab", "are not numbers"),
        (np.ones((2, 2, 2)), "shape"),
        ([1.0, float("nan")], "nan is not allowed"),
        ([1e-200], "is not allowed"),
    ],
)
def test_weights_that_are_none_are_refused(weights, words):
    with pytest.raises(InputError, match=words):
        weight_rows(weights)


def test_a_run_holds_positive_weights():
    with pytest.raises(InputError, match=r"weight -1\.0 is not allowed: a run holds positive weights"):
        positive_rows([1.0, -1.0])


def test_step_sizes_are_one_or_one_per_point():
    assert step_sizes(0.1, 3).tolist() == [0.1] * 3
    assert step_sizes([0.1, 0.2], 2).tolist() == [0.1, 0.2]
    for bad, words in (([0.1, 0.2], "shape"), (0.0, "finite number > 0"), (float("inf"), "finite number > 0")):
        with pytest.raises(InputError, match=words):
            step_sizes(bad, 3)
