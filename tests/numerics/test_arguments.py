"""Arguments come out as one kind of number or array, or the sentence says what is allowed."""

from fractions import Fraction

import numpy as np
import pytest

from theorylab.errors import InputError, error_level
from theorylab.numerics import arguments


def test_what_is_right_passes_as_plain_numbers_and_arrays():
    assert arguments.whole("dim", np.int64(3)) == 3
    assert arguments.number("rate", np.float64(-0.5)) == -0.5
    assert arguments.positive("rate", 2) == 2.0
    assert arguments.numbers("values", [[1, np.inf]]).tolist() == [[1.0, np.inf]]
    assert arguments.finite_row("values", 2).tolist() == [2.0]
    assert arguments.positive_row("values", [1, 2]).tolist() == [1.0, 2.0]
    assert arguments.increasing_steps(2**53).tolist() == [2**53]
    assert arguments.increasing_steps([0, 3]).dtype == np.int64


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: arguments.whole("dim", True), "dim=True is not allowed: give an integer >= 1"),
        (lambda: arguments.whole("dim", 0), "dim=0"),
        (lambda: arguments.whole("dim", 2.0), r"dim=2\.0"),
        (lambda: arguments.number("rate", float("nan")), "rate=nan is not allowed: give a finite number"),
        (lambda: arguments.number("rate", "1"), "rate='1'"),
        (lambda: arguments.number("rate", 1.0, least=2.0), "give a finite number >= 2"),
        (lambda: arguments.positive("rate", 0.0), "give a finite number > 0"),
        (lambda: arguments.numbers("values", "ab"), "values are not numbers: give an array"),
        (lambda: arguments.whole("dim", 9, most=8), "dim=9 is not allowed: give an integer <= 8"),
        (lambda: arguments.finite_row("values", []), "must have shape"),
        (lambda: arguments.finite_row("values", [0.0, np.inf]), "values number 1 is"),
        (lambda: arguments.positive_row("values", [1.0, -2.0]), "values=-2 is not allowed"),
        (lambda: arguments.increasing_steps([3, 3]), "3 is followed by 3"),
        (lambda: arguments.increasing_steps([-1]), "integers >= 0"),
        (lambda: arguments.increasing_steps([1.5]), "integers >= 0"),
        (lambda: arguments.increasing_steps([0], least=1), "integers >= 1"),
        (lambda: arguments.increasing_steps(2**53 + 1), "give at most 2\\^53"),
    ],
)
def test_what_is_wrong_is_said_with_what_is_allowed(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_an_array_of_floats_stays_the_same_one():
    values = np.arange(3.0)
    assert arguments.reals("values", values) is values
    assert arguments.numbers("values", values) is not values
    assert arguments.reals("values", np.ma.array([1, 2])).tolist() == [1.0, 2.0]  # nothing is masked


@pytest.mark.parametrize("level", [-0.1, 0.0, 1.0, 7.0, float("nan")])
def test_an_error_probability_lies_between_0_and_1(level: float) -> None:
    error_level(0.5)
    with pytest.raises(InputError, match="an error probability lies in"):
        error_level(level)


def test_real_numbers_of_every_kind_become_floats_and_floats_are_not_copied():
    given = np.array([1.0, np.nan])
    assert arguments.reals("values", given) is given
    assert arguments.reals("values", [True, 2]).tolist() == [1.0, 2.0]
    assert arguments.reals("values", [Fraction(1, 4), 10**30]).tolist() == [0.25, 1e30]
    assert arguments.reals("values", np.ma.masked_array([1.0, 2.0], mask=False)).tolist() == [1.0, 2.0]
    assert arguments.reals("values", ["1.5", "2e-3"], texts=True).tolist() == [1.5, 0.002]
    assert arguments.reals("values", np.array(["1.5", 2], dtype=object), texts=True).tolist() == [1.5, 2.0]


NO_NUMBERS = [
    (np.array([1 + 2j]), "complex ones"),
    ([1.0, 1j], "complex ones"),
    (np.array([1j, 2.0], dtype=object), "1j is a complex"),
    ([b"1.20"], "byte strings, which would lose their digits"),
    (np.array([b"1.20", 1.0], dtype=object), "b'1.20' is a bytes"),
    (["1.20"], "text"),
    (np.array(["1.20", 1.0], dtype=object), "'1.20' is a str"),
    (np.array([None, 1.0], dtype=object), "give an array of them"),
    (np.array([[1.0], "x"], dtype=object), "give an array of them"),
    ([[1.0], [1.0, 2.0]], "give an array of them"),
    (np.array(["2026-01-01"], dtype="datetime64[D]"), "dates"),
    (np.array([1], dtype="timedelta64[s]"), "time differences"),
    (np.array([(1.0, 2)], dtype="f8,i4"), "records"),
    ([10**400], "give an array of them"),
    (np.ma.masked_array([1.0, 2.0], mask=[True, False]), "1 masked entries: leave them out"),
]


@pytest.mark.parametrize(("values", "words"), NO_NUMBERS)
def test_what_is_no_array_of_real_numbers_is_refused(values, words):
    for refuse in (arguments.reals, arguments.numbers):
        with pytest.raises(InputError, match=words):
            refuse("values", values)
