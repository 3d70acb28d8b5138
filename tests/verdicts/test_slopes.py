"""Rates: the exponent that is claimed, its neighbours, and known ways to read a slope wrongly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.verdicts.synthetic import (
    DECADES,
    EPS,
    INF,
    TIMES,
    generator,
    noisy,
    one_bad,
    replicas,
    rival,
    row,
)
from theorylab.curves import Curve, exact
from theorylab.errors import InputError
from theorylab.verdicts import (
    Power,
    decays_as,
    geometric,
)


def test_rate_shows_exponents_of_the_claim_and_its_cell() -> None:
    check = decays_as("c", row(1 / DECADES, EPS, DECADES), -1.0, rival=rival(predicted=-0.5))
    assert check.measured == pytest.approx(-1.0)
    assert check.allowed == pytest.approx((-1.25, -0.75))  # half way to the neighbour, on both sides
    check = geometric("c", row(0.9**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.4))
    assert check.measured == pytest.approx(0.9)
    assert check.allowed == pytest.approx((0.9 * 1.5**-1, 0.9 * 1.5))


@pytest.mark.parametrize("value", [INF, -INF])
def test_rate_of_an_infinite_measurement_is_an_error(value: float) -> None:
    for curve in (row(1 / DECADES, 0.0, DECADES), noisy(1 / DECADES, DECADES)):
        assert decays_as("c", one_bad(value, curve), -1.0, rival=rival(predicted=-0.5)).verdict == "error"
    for curve in (row(0.9**TIMES, 0.0, TIMES), noisy(0.9**TIMES, TIMES)):
        assert geometric("c", one_bad(value, curve), 0.9, rival=rival(predicted=0.8)).verdict == "error"


def test_growing_curve_is_refuted_against_a_decay() -> None:
    for curve in (row(DECADES, EPS, DECADES), noisy(DECADES, DECADES)):
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert (check.verdict, check.rival.verdict) == ("refuted", "refuted")
        assert check.measured == pytest.approx(1.0, abs=0.01)
    check = geometric("c", row(1.1**TIMES, EPS, TIMES), 1 / 1.1, rival=rival(predicted=0.8))
    assert check.verdict == "refuted"
    assert check.measured == pytest.approx(1.1)


@pytest.mark.parametrize("sign", [-1.0, 0.0])
def test_slopes_are_not_taken_through_an_absolute_value(sign: float) -> None:
    for curve in (
        exact(DECADES, sign / DECADES, EPS),
        Curve(DECADES, (sign + 0.0 * replicas(1.0, x=DECADES).samples) / DECADES),
    ):
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert check.verdict == "error"
        assert "a rate needs finite values > 0" in check.note


def test_one_value_that_is_not_positive_spoils_a_rate() -> None:
    values = 1 / DECADES
    values[4] *= -1
    assert decays_as("c", exact(DECADES, values, EPS), -1.0, rival=rival(predicted=-0.5)).verdict == "error"


def test_rate_is_not_the_slope_between_the_two_ends() -> None:
    share = np.log(DECADES) / np.log(DECADES[-1])
    for bend in (0.5, -0.5):
        bent = np.exp(bend * np.sin(np.pi * share)) / DECADES
        assert math.log(bent[-1] / bent[0]) / math.log(DECADES[-1]) == pytest.approx(-1.0)
        check = decays_as("c", exact(DECADES, bent, EPS), -1.0, rival=rival(predicted=-0.9))
        assert check.verdict != "supported"


def test_order_far_too_good_is_refuted() -> None:
    for curve in (row(DECADES**-3.0, EPS, DECADES), noisy(DECADES**-3.0, DECADES)):
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert (check.verdict, check.rival.verdict) == ("refuted", "refuted")
    assert geometric("c", row(0.5**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.95)).verdict == "refuted"


def test_exponents_nearer_to_the_rival_are_refuted_and_nearer_to_the_claim_supported() -> None:
    for exponent, verdict in ((-0.95, "supported"), (-0.76, "supported"), (-0.74, "refuted"), (-0.55, "refuted")):
        curve = row(DECADES**exponent, EPS, DECADES)
        assert decays_as("c", curve, -1.0, rival=rival(predicted=-0.5)).verdict == verdict


def test_dropped_logarithm_is_told_apart_on_an_exact_road() -> None:
    x = np.geomspace(10, 1e4, 24)
    with_log, without = row(np.log(x) / x, 1e-14, x), row(1 / x, 1e-14, x)
    right, wrong = Power(-1, 1), Power(-1)
    assert decays_as("c", with_log, right, rival=rival(predicted=wrong)).verdict == "supported"
    assert decays_as("c", with_log, wrong, rival=rival(predicted=right)).verdict == "refuted"
    assert decays_as("c", without, wrong, rival=rival(predicted=right)).verdict == "supported"
    assert decays_as("c", without, right, rival=rival(predicted=wrong)).verdict == "refuted"


def test_settling_on_the_claim_rejects_a_rival_that_still_drifts() -> None:
    x = np.geomspace(10, 1e4, 24)
    check = decays_as("c", row(np.log(x) / x, 1e-14, x), Power(-1, 1), rival=rival(predicted=-1))
    assert (check.verdict, check.rival.verdict) == ("supported", "refuted")
    check = decays_as("c", row(np.log(x) / x, 1e-14, x), -1, rival=rival(predicted=Power(-1, 1)))
    assert (check.verdict, check.rival.verdict) == ("refuted", "supported")


def test_curve_that_still_drifts_under_both_forms_is_inconclusive_and_says_what_would_decide() -> None:
    check = decays_as("c", row(np.exp(-DECADES / 100), 1e-14, DECADES), -1.0, rival=rival(predicted=-0.5))
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")
    assert "pre-asymptotic" in check.note
    assert "still drift; more points further out" in check.note
    assert check.measured is None
    assert check.interval is None
    assert check.evaluated == DECADES.size


def test_curve_whose_drift_fades_slowly_is_told_the_horizon_that_would_suffice() -> None:
    x = np.geomspace(10, 1e3, 24)
    check = decays_as("c", row(np.log(x) ** 2 / x, 1e-14, x), -1.0, rival=rival(predicted=-0.75))
    assert check.verdict == "inconclusive"
    assert "points out to about x = " in check.note


def test_rate_with_too_much_noise_is_inconclusive_and_says_what_would_decide() -> None:
    curve = Curve(DECADES, replicas(1.0, 2.0, x=DECADES).samples / DECADES)
    check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.9))
    assert check.verdict == "inconclusive"
    assert "more replicas, or points further out" in check.note


@pytest.mark.parametrize("edge", [-1.05, -0.95])
def test_interval_that_reaches_out_of_the_cell_on_either_side_decides_nothing(edge: float) -> None:
    curve = noisy(DECADES**edge, DECADES)
    check = decays_as("c", curve, -1.0, rival=rival(predicted=-1.1))
    assert check.verdict == "inconclusive"
    assert check.interval is not None
    low, high = check.interval
    assert low is not None
    assert high is not None
    assert low < edge < high


def test_cell_against_a_logarithm_is_half_of_what_the_logarithm_mimics_least() -> None:
    x = np.geomspace(10, 1e4, 25)
    check = decays_as("c", row(1 / x, 1e-14, x), -1.0, rival=rival(predicted=Power(-1, 1)))
    # Over the last third of the range the logarithm has the slope that is nearest to none.
    late = x >= 0.999 * 10 * 1000 ** (2 / 3)
    mimicked = np.polyfit(np.log(x[late]), np.log(np.log(x[late])), 1)[0]
    assert check.allowed == pytest.approx((-1 - mimicked / 2, -1 + mimicked / 2), rel=1e-9)


def test_drift_beyond_a_quarter_of_the_gap_is_not_taken_for_a_rate() -> None:
    # Gap 0.5: a drift of 0.16 that grows is pre-asymptotic, one of 0.10 lies inside the interval, and in the cell.
    for floor, drifts in ((0.5, True), (0.3, False)):
        curve = row(1 / DECADES + floor / DECADES[-1], 1e-14, DECADES)
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert ("pre-asymptotic" in check.note) == drifts


def test_rate_of_replicas_under_a_heavy_tail_is_not_decided() -> None:
    for key in range(20):
        heavy = np.abs(generator(20, key).standard_cauchy((64, DECADES.size)))
        check = decays_as("c", Curve(DECADES, heavy / DECADES), -1.0, rival=rival(predicted=-0.9))
        assert check.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("form", "other"),
    [(-1.0, -1.0), (-1.0, Power(-1.0)), (Power(-1, 1), Power(-1, 1)), (-1, Power(-1.0, 0.0))],
)
def test_rival_rate_equal_to_the_claim_is_an_input_error(form: Any, other: Any) -> None:
    x = np.geomspace(10, 1e4, 24)
    with pytest.raises(InputError, match="the rival 'the rival' has the rate of the claim"):
        decays_as("c", row(1 / x, EPS, x), form, rival=rival(predicted=other))


def test_rival_factor_equal_to_the_claim_is_an_input_error() -> None:
    with pytest.raises(InputError, match="has the rate of the claim"):
        geometric("c", row(0.9**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.9))


def test_rival_of_a_rate_is_a_form_for_the_same_data() -> None:
    curve = row(1 / DECADES, EPS, DECADES)
    with pytest.raises(InputError, match="needs a form of its own"):
        decays_as("c", curve, -1.0, rival=rival(measured=curve))
    with pytest.raises(InputError, match="another form for the same data, not other data"):
        decays_as("c", curve, -1.0, rival=rival(measured=curve, predicted=-0.5))


@pytest.mark.parametrize("form", ["x^-1", None, [1.0]])
def test_form_that_is_no_power_law_is_an_input_error(form: Any) -> None:
    with pytest.raises(InputError, match="no power law"):
        decays_as("c", row(1 / DECADES, EPS, DECADES), form, rival=rival(predicted=-0.5))


@pytest.mark.parametrize("factor", [0.0, -0.9, "0.9"])
def test_factor_that_is_not_positive_is_an_input_error(factor: Any) -> None:
    with pytest.raises(InputError, match=r"factor=.* is not allowed: give a number > 0"):
        geometric("c", row(0.9**TIMES, EPS, TIMES), factor, rival=rival(predicted=0.5))


def test_logarithm_at_one_and_power_at_zero_are_input_errors() -> None:
    with pytest.raises(InputError, match="a power of log x needs x > 1"):
        decays_as("c", row(1 / DECADES, EPS, DECADES), Power(-1, 1), rival=rival(predicted=-1.0))
    with pytest.raises(InputError, match="a power law needs x > 0"):
        decays_as("c", row(0.9**TIMES, EPS, TIMES), -1.0, rival=rival(predicted=-0.5))


def test_power_prints_as_it_is_written() -> None:
    assert str(Power(-1)) == "x^-1"
    assert str(Power(-0.5, 2)) == "x^-0.5 log^2 x"
