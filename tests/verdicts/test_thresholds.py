"""Bisection encloses a change, and a predicted threshold lies inside its bracket or is refuted."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.verdicts.synthetic import (
    EPS,
    INF,
    NAN,
    replicas,
    rival,
)
from theorylab.curves import exact
from theorylab.errors import InputError
from theorylab.verdicts import (
    bracket,
    brackets,
    threshold,
)


def reaches(truth: float) -> Callable[[float], bool]:
    return lambda value: value >= truth


def test_bracket_encloses_the_change_to_its_relative_width() -> None:
    for truth in (1.0, 1e-6, 12345.678):
        low, high = bracket(reaches(truth), 0.1 * truth, 10 * truth, relative_width=1e-12)
        assert low <= truth <= high
        assert 0 < high - low <= 1e-12 * high


def test_bracket_narrows_to_negative_thresholds() -> None:
    low, high = bracket(lambda value: value > -3.0, -10.0, -1.0)
    assert low <= -3.0 <= high
    assert high - low <= 3e-9


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (-1.0, 0.5)])
def test_bracket_ends_at_a_threshold_at_zero(low: float, high: float) -> None:
    # Relative to zero no interval is narrow: the floats end first.
    calls = 0

    def beyond(value: float) -> bool:
        nonlocal calls
        calls += 1
        if calls > 10_000:
            raise AssertionError("the bisection does not end")
        return value > 0

    found = bracket(beyond, low, high)
    assert found[0] <= 0 <= found[1] <= 1e-9


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (2.0, 1.0, "low=2.0 must be below high=1.0"),
        (1.0, 1.0, "must be below"),
        (NAN, 1.0, "must be below"),
        (6.0, 9.0, r"beyond\(6.0\) is True; move that end"),
        (1.0, 4.0, r"beyond\(4.0\) is False; move that end"),
    ],
)
def test_bracket_that_encloses_no_change_is_an_input_error(low: float, high: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        bracket(lambda value: value > 5, low, high)


def test_bracket_with_an_infinite_end_is_an_input_error() -> None:
    calls = 0

    def beyond(value: float) -> bool:
        nonlocal calls
        calls += 1
        if calls > 10_000:
            raise AssertionError("the bisection does not end")
        return value > 5

    for low, high in ((1.0, INF), (-INF, 9.0)):
        with pytest.raises(InputError, match="finite"):
            bracket(beyond, low, high)


def test_bracket_narrower_than_floats_is_an_input_error() -> None:
    with pytest.raises(InputError, match="floats need >= 1e-15"):
        bracket(lambda value: value > 5, 1.0, 9.0, relative_width=1e-16)


def test_brackets_reach_their_ends_whichever_way_the_centre_is_rounded() -> None:
    low = 1.0
    for units in (1, 2, 3, 4, 5):
        high = low + units * EPS
        for curve in (brackets([0.0], [(low, high)]), brackets([0.0], [(-high, -low)])):
            for end in (low, high):
                value = math.copysign(end, curve.samples[0, 0])
                check = threshold("c", curve, exact([0.0], [value], 0.0), rival=rival(predicted=2.0))
                assert check.verdict == "supported", (units, end)


def test_threshold_is_supported_only_where_all_settings_agree_and_the_rival_is_out_in_one() -> None:
    measured = brackets([1.0, 2.0], [(0.9, 1.1), (1.9, 2.1)])
    own, textbook = exact([1.0, 2.0], [1.0, 2.0], 0.0), exact([1.0, 2.0], [1.0, 2.5], 0.0)
    check = threshold("c", measured, own, rival=rival(predicted=textbook))
    assert (check.verdict, check.kind, check.evaluated, check.error_probability) == ("supported", "threshold", 2, 0.0)
    assert "at setting" in check.note
    check = threshold("c", measured, textbook, rival=rival(predicted=own))
    assert (check.verdict, check.rival.verdict) == ("refuted", "supported")
    assert check.measured == pytest.approx(2.0)
    assert check.interval == pytest.approx((1.9, 2.1))
    near = exact([1.0, 2.0], [1.05, 2.05], 0.0)
    assert threshold("c", measured, own, rival=rival(predicted=near)).verdict == "inconclusive"


def test_threshold_of_samples_is_an_input_error() -> None:
    with pytest.raises(InputError, match="needs brackets"):
        threshold("c", replicas(1.0), 1.0, rival=rival(predicted=2.0))
