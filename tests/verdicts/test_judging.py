"""A table of one's own: judged as printed, with standard errors, or refused with one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import theorylab
from theorylab.errors import InputError
from theorylab.verdicts.judging import half_unit

X = [8, 16, 32, 64, 128]
PRINTED = ["1.84", "0.0357", "0.01192", "0.003047", "0.000766"]  # deal.II, step-7, Q1, as printed: order 2


def test_printed_table_is_judged_by_its_digits() -> None:
    found = theorylab.judge(X, PRINTED, claim=-2, rival=-1)
    assert found.verdict == "supported"
    assert found.interval[0] < -2 < found.interval[1]
    assert found.separates_at == 128
    by_hand = theorylab.judge(X, [float(y) for y in PRINTED], rounding=[half_unit(y) for y in PRINTED])
    assert by_hand.interval == found.interval
    assert by_hand.verdict is None


def test_what_is_told_names_interval_kind_assumption_verdict_and_first_separation() -> None:
    text = repr(theorylab.judge(X, PRINTED, claim=-2, rival=-1))
    for words in ("exponent -2", "missed in", "local slopes", "assumed:", "supported", "told apart from x = "):
        assert words in text


def test_four_rows_have_an_answer() -> None:
    found = theorylab.judge([1, 2, 4, 8], [1.0, 0.26, 0.063, 0.0157], rounding=0.0005, claim=-2, rival=-1)
    assert found.verdict in ("supported", "inconclusive")
    assert found.interval[0] < -2 < found.interval[1]


def test_standard_errors_and_rounding_add_in_quadrature() -> None:
    x = np.geomspace(10, 1000, 12)
    plain, noisy, both = (
        theorylab.judge(x, 1 / x, stderr=stderr, rounding=rounding).rate.noise
        for stderr, rounding in ((1e-9 / x, None), (0.03 / x, None), (0.03 / x, 0.04 * 3**0.5 / x))
    )
    assert plain < 1e-6
    assert both / noisy == pytest.approx(5 / 3, rel=0.2)


def test_order_of_the_rows_does_not_matter() -> None:
    assert theorylab.judge(X[::-1], PRINTED[::-1]).interval == theorylab.judge(X, PRINTED).interval


def test_table_towards_zero() -> None:
    steps = [0.1, 0.05, 0.025, 0.0125, 0.00625]
    found = theorylab.judge(steps, [h**2 * (1 + h) for h in steps], claim=2, rival=1, towards=0)
    assert found.verdict == "supported"


def test_claim_false_is_refuted_for_its_rival() -> None:
    assert theorylab.judge(X, PRINTED, claim=-1, rival=-2).verdict == "refuted"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1, 2, 3], "y": [3, 2, 1]}, "3 points: a rate needs at least 4"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, 1]}, "4 values of x and 3 of y"),
        ({"x": [0, 1, 2, 3], "y": [3, 2, 1, 1]}, "x > 0"),
        ({"x": [1, 2, 2, 3], "y": [3, 2, 1, 1]}, "x must increase"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, -1, 1]}, "a rate needs finite values > 0"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, np.nan, 1]}, "y needs finite numbers"),
        ({"x": [1, 2, 3, 4], "y": ["3", "2", "x", "1"]}, "y are not numbers: give an array of them .*'x'"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, 1, 1], "stderr": [-1] * 4}, "stderr has negative values"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, 1, 1], "rounding": [0.1] * 3}, "3 values of rounding for 4 of y"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, 1, 1], "claim": -1}, "a claim needs a rival"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, 1, 1], "rival": -1}, "a rival without a claim"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, 1, 1], "towards": 5}, "towards=5"),
        ({"x": [1, 2, 3, 4], "y": [b"3", b"2", b"1", b"1"]}, "y are not numbers: .*byte strings"),
        ({"x": [1, 2, 3, 4], "y": np.array([3, 2, 1, 1j])}, "y are not numbers: .*complex ones"),
        ({"x": [1, 2, 3, 4], "y": np.ma.masked_array([3, 2, 1, 1], mask=[0, 1, 0, 0])}, "y has 1 masked entries"),
        ({"x": [1, 2, 3, 4], "y": np.array([3, None, 1, 1], dtype=object)}, "y are not numbers"),
        ({"x": [1, 2, 3, 4], "y": [[3], [2, 1]]}, "y are not numbers"),
        ({"x": [1, 2, 3, 4], "y": [[3, 2], [1, 1]]}, "y needs finite numbers in one row"),
        ({"x": np.array([1, 2, 3, 4j]), "y": [3, 2, 1, 1]}, "x are not numbers"),
        ({"x": [1, 2, 3, 4], "y": [3, 2, 1, 1], "stderr": [1j] * 4}, "stderr are not numbers"),
    ],
)
def test_table_that_cannot_be_judged_is_refused_with_what_is_wrong(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        theorylab.judge(**arguments)


@pytest.mark.parametrize(
    ("printed", "half"), [("1.20", 0.005), ("12", 0.5), ("1.2e-3", 0.05e-3), ("0.0357", 0.00005), (" 3.E2 ", 50.0)]
)
def test_half_unit_of_printed_digits(printed: str, half: float) -> None:
    assert half_unit(printed) == pytest.approx(half)


def test_printed_digits_in_a_column_of_objects_are_taken_as_printed() -> None:
    printed = theorylab.judge(X, PRINTED)
    assert theorylab.judge(X, np.array(PRINTED, dtype=object)).interval == printed.interval
    assert theorylab.judge(X, [float(y) for y in PRINTED]).interval != printed.interval


@pytest.mark.parametrize("y", ["1.5", ["1e400"] * 5])
def test_text_that_is_no_table_is_an_input_error(y: Any) -> None:
    with pytest.raises(InputError):
        theorylab.judge(X, y)
