"""Checks of rates: what is supported, refuted or left open, and where claim and rival part."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.verdicts.synthetic import DECADES, EPS, INF, NAN, TIMES, generator, noisy, one_bad, replicas, rival, row
from theorylab.curves import Curve, exact
from theorylab.errors import InputError
from theorylab.verdicts import Check, Power, decays_as, geometric
from theorylab.verdicts.evidence import of_curve


def verdicts(curve: Curve, claim: Any, other: Any, **options: Any) -> tuple[str, str]:
    check = decays_as("c", curve, claim, rival=rival(predicted=other), **options)
    return str(check.verdict), str(check.rival.verdict)


# The rule: in or out of the interval, claim and rival.


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [
        (-1.0, ("supported", "refuted")),
        (-0.5, ("refuted", "supported")),
        (-0.7, ("inconclusive", "inconclusive")),  # nearer to one of them is not it
        (-0.95, ("inconclusive", "inconclusive")),
        (-3.0, ("inconclusive", "inconclusive")),  # an order far too good
        (1.0, ("inconclusive", "inconclusive")),
    ],
)
def test_exponent_that_is_supported_is_in_the_interval_and_the_rival_is_not(
    exponent: float, expected: tuple[str, str]
) -> None:
    for curve in (row(DECADES**exponent, EPS, DECADES), noisy(DECADES**exponent, DECADES)):
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5), homogeneous=True)
        assert (check.verdict, check.rival.verdict) == expected
        assert ("the form is unknown" in check.note) == (expected[0] == "inconclusive")
        assert check.measured == pytest.approx(exponent, abs=0.01)
        assert check.allowed == (-1.0, -1.0)


def test_factors_follow_the_same_rule() -> None:
    for factor, expected in ((0.9, "supported"), (0.8, "refuted"), (0.85, "inconclusive"), (1.1, "inconclusive")):
        check = geometric("c", row(factor**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.8))
        assert check.verdict == expected
        assert check.measured == pytest.approx(factor)


def test_interval_that_holds_both_says_where_they_would_part() -> None:
    x = np.geomspace(10, 1e3, 24)
    check = decays_as("c", row(np.log(x) ** 2 / x, 1e-14, x), -1.0, rival=rival(predicted=-0.95))
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")
    assert "rival not rejected" in check.note
    assert "points out to about x = " in check.note


def test_floor_is_no_exponent_without_its_window() -> None:
    x = np.geomspace(10, 1e4, 30)
    check = decays_as("c", row(1 / x + 1e-5, 1e-15, x), -1.0, rival=rival(predicted=-0.5))
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")
    assert "the drift of the slopes grows: no limit is in sight" in check.note
    assert check.covers.startswith("the lower end of the interval alone, if corrections fade")
    assert check.covers.endswith("on the other side the drift grows, and nothing bounds the limit")
    assert check.interval is not None
    assert check.interval[1] is None
    assert check.to_json()["interval"][1] is None


def test_error_probability_is_the_measured_miss_rate_of_the_cell_and_never_zero() -> None:
    curve = row(1 / DECADES, EPS, DECADES)
    check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
    assert 0.004 < check.error_probability < 0.013
    usual = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5), level=0.05)
    assert 0.03 < usual.error_probability < 0.055
    noisy_check = decays_as("c", noisy(1 / DECADES, DECADES), -1.0, rival=rival(predicted=-0.5), level=0.2)
    assert 0.15 < noisy_check.error_probability < 0.25
    assert "corrections fade" in check.covers


# Logarithms.


def test_logarithm_is_told_apart_by_the_exponent_of_log_x() -> None:
    x = np.geomspace(10, 1e4, 24)
    with_log, without = row(np.log(x) / x, 1e-14, x), row(1 / x, 1e-14, x)
    assert verdicts(with_log, Power(-1, 1), Power(-1)) == ("supported", "refuted")
    assert verdicts(with_log, Power(-1), Power(-1, 1)) == ("refuted", "supported")
    assert verdicts(without, Power(-1), Power(-1, 1)) == ("supported", "refuted")
    assert verdicts(without, Power(-1, 1), Power(-1)) == ("refuted", "supported")
    check = decays_as("c", with_log, Power(-1, 1), rival=rival(predicted=-1))
    assert check.measured == pytest.approx(1.0)
    assert "exponent of log x" in check.note


def test_logarithm_does_not_hide_another_exponent() -> None:
    x = np.geomspace(10, 1e4, 24)
    curve = row(np.log(x) / x, 1e-14, x)
    assert verdicts(curve, -1, -0.5) == ("supported", "refuted")
    assert verdicts(curve, Power(-1, 1), Power(-0.5)) == ("supported", "refuted")


# Where they part, and two theorems that fooled everybody who stopped early.


def test_last_x_and_the_x_from_which_the_rival_is_out_stand_beside_the_verdict() -> None:
    x = np.geomspace(10, 1e5, 25)
    check = decays_as("c", row((1 + 5 * x**-0.5) / x, 1e-14, x), -1.0, rival=rival(predicted=-0.9))
    assert check.verdict == "supported"
    assert check.last_x == pytest.approx(1e5)
    assert check.separates_at is not None
    assert 10 < check.separates_at < 1e5
    early = decays_as(
        "c", row((1 + 5 * x**-0.5) / x, 1e-14, x).at(x < check.separates_at), -1, rival=rival(predicted=-0.9)
    )
    assert early.verdict != "supported"


def _harmonic(steps: np.ndarray) -> np.ndarray:
    """H_k in exact rationals up to 200, by its expansion beyond, where that is as good as a float."""
    total, found = Fraction(0), {}
    for k in range(1, 201):
        total += Fraction(1, k)
        found[k] = float(total)
    return np.array([found.get(k) or math.log(k) + np.euler_gamma + 0.5 / k - 1 / (12 * k**2) for k in steps])


def test_bounded_additive_term_is_not_supported_where_it_grows_as_a_logarithm() -> None:
    # A competitive ratio said to be H_k + O(1), whose additive term is about 0.38 log k.
    for last in (100, 300, 1000):
        k = np.unique(np.geomspace(4, last, 24).astype(int))
        additive = 1.38 * _harmonic(k) - _harmonic(k) + 1.0
        check = decays_as("O(1)", row(additive, 1e-13, k), 0.0, rival=rival(predicted=Power(0, 1)))
        assert check.verdict != "supported"
    k = np.unique(np.geomspace(4, 10**6, 30).astype(int))
    check = decays_as("O(1)", row(0.38 * _harmonic(k) + 1.0, 1e-13, k), 0.0, rival=rival(predicted=Power(0, 1)))
    assert check.verdict == "refuted"
    assert check.separates_at is not None
    assert check.last_x == 10**6


def test_rate_that_breaks_at_step_224_is_not_supported_beyond_it() -> None:
    # A gap that falls as 4/(k + 2), as Frank-Wolfe's, up to step 223, and stays from there on: exact rationals.
    steps = np.unique(np.geomspace(8, 4000, 40).astype(int))
    gap = np.array([float(Fraction(4, int(min(k, 223)) + 2)) for k in steps])
    before = decays_as("1/k", row(gap, 1e-15, steps).at(steps < 224), -1, rival=rival(predicted=0))
    assert before.verdict == "supported"
    assert before.last_x is not None
    assert before.last_x < 224  # what the table shows beside the verdict
    after = decays_as("1/k", row(gap, 1e-15, steps), -1, rival=rival(predicted=0))
    assert after.verdict != "supported"


# Noise.


def test_rate_with_too_much_noise_is_inconclusive_and_says_what_would_decide() -> None:
    curve = Curve(DECADES, replicas(1.0, 2.0, count=400, x=DECADES).samples / DECADES)
    check = decays_as("c", curve, -1.0, rival=rival(predicted=-1.05))
    assert check.verdict == "inconclusive"
    assert "would tell" in check.note


@pytest.mark.parametrize("count", [32, 64])
def test_rare_slow_branch_is_not_supported_as_fast_by_few_replicas(count: int) -> None:
    # One run in a hundred is slow: 0.99/x + x^-1/2 in the mean. Most samples of so many hold no such run.
    x, notes = np.geomspace(10, 1e4, 20), []
    for key in range(60):
        slow = generator(30, key).random((count, 1)) < 0.01
        noise = np.exp(0.05 * generator(31, key).standard_normal((count, x.size)))
        check = decays_as(
            "c", Curve(x, np.where(slow, 100 * x**-0.5, 1 / x) * noise), -1.0, rival=rival(predicted=-0.5)
        )
        assert check.verdict != "supported"  # where a slow run was drawn the rival, which is true, may be
        notes.append("would not be seen" in check.note)
    assert np.mean(notes) > 0.4


def test_enough_replicas_for_the_range_lift_the_doubt() -> None:
    x = np.geomspace(10, 1000, 16)
    curve = Curve(x, 1 / x * (1 + 0.05 * generator(31).standard_normal((128, x.size))))
    assert verdicts(curve, -1.0, -0.5) == ("supported", "refuted")
    assert verdicts(Curve(x, curve.samples[:64]), -1.0, -0.5) == ("inconclusive", "inconclusive")
    check = decays_as("c", Curve(x, curve.samples[:64]), -1.0, rival=rival(predicted=-0.5), homogeneous=True)
    assert check.verdict == "supported"
    assert "no rare replica decays otherwise (declared)" in check.covers


def test_rate_of_replicas_under_a_heavy_tail_is_not_decided() -> None:
    for key in range(20):
        heavy = np.abs(generator(20, key).standard_cauchy((64, DECADES.size)))
        assert verdicts(Curve(DECADES, heavy / DECADES), -1.0, -0.9)[0] != "supported"


def test_mean_within_its_noise_of_zero_waits() -> None:
    noise = generator(13).standard_normal((64, DECADES.size))
    check = decays_as("c", Curve(DECADES, 1e-3 / DECADES + noise), -1.0, rival=rival(predicted=-0.5))
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")
    assert "more replicas tell it from 0" in check.note
    assert not check.decided


# Data never raise; they are an error of their own check.


@pytest.mark.parametrize("value", [INF, -INF])
def test_rate_of_an_infinite_measurement_is_an_error(value: float) -> None:
    for curve in (row(1 / DECADES, 0.0, DECADES), noisy(1 / DECADES, DECADES)):
        assert decays_as("c", one_bad(value, curve), -1.0, rival=rival(predicted=-0.5)).verdict == "error"
    for curve in (row(0.9**TIMES, 0.0, TIMES), noisy(0.9**TIMES, TIMES)):
        assert geometric("c", one_bad(value, curve), 0.9, rival=rival(predicted=0.8)).verdict == "error"


@pytest.mark.parametrize("points", [0, 1, 3, 4, 5, 6])
def test_short_tables_have_a_verdict_or_an_error_and_no_exception(points: int) -> None:
    x = 2.0 ** np.arange(points)
    check = decays_as("c", exact(x, 1 / x, 1e-12), -1.0, rival=rival(predicted=-0.5))
    assert check.verdict == ("supported" if points >= 4 else "error")
    bumpy = exact(x, (1 + 0.2 * (-1.0) ** np.arange(points)) / x, 1e-12)
    assert decays_as("c", bumpy, -1.0, rival=rival(predicted=-0.9)).verdict in ("inconclusive", "error")


def test_data_that_do_not_fit_a_form_are_an_error() -> None:
    line = row(1 / DECADES, EPS, DECADES)
    for curve, claim in (
        (line, Power(-1, 1)),  # log x at x = 1
        (row(0.9**TIMES, EPS, TIMES), -1.0),  # x = 0
        (Curve(DECADES[::-1], line.samples, True, line.rounding), -1.0),
        (Curve(DECADES, np.stack([line.mean, line.mean]), True), -1.0),
    ):
        check = decays_as("c", curve, claim, rival=rival(predicted=-0.5))
        assert check.verdict == "error"
        assert check.note


@pytest.mark.parametrize("sign", [-1.0, 0.0])
def test_slopes_are_not_taken_through_an_absolute_value(sign: float) -> None:
    for curve in (
        exact(DECADES, sign / DECADES, EPS),
        Curve(DECADES, (sign + 0.0 * replicas(1.0, x=DECADES).samples) / DECADES),
    ):
        check = decays_as("c", curve, -1.0, rival=rival(predicted=-0.5))
        assert check.verdict in ("error", "inconclusive")


def test_rate_is_not_the_slope_between_the_two_ends() -> None:
    share = np.log(DECADES) / np.log(DECADES[-1])
    for bend in (0.5, -0.5):
        bent = np.exp(bend * np.sin(np.pi * share)) / DECADES
        assert math.log(bent[-1] / bent[0]) / math.log(DECADES[-1]) == pytest.approx(-1.0)
        assert verdicts(exact(DECADES, bent, EPS), -1.0, -0.9)[0] != "supported"


# Towards zero.


def test_rate_towards_zero_is_read_at_small_x() -> None:
    x = np.geomspace(1e-6, 0.1, 20)
    curve = row(x * (1 + 10 * x), 1e-14, x)
    assert verdicts(curve, 1.0, 2.0, towards=0) == ("supported", "refuted")
    check = decays_as("c", curve, 1.0, rival=rival(predicted=2.0), towards=0)
    assert check.last_x == pytest.approx(1e-6)
    assert decays_as("c", curve, 1.0, rival=rival(predicted=2.0)).interval != check.interval
    with pytest.raises(InputError, match="towards=1"):
        verdicts(curve, 1.0, 2.0, towards=1)
    with pytest.raises(InputError, match="logarithms towards x = 0"):
        verdicts(curve, Power(1, 1), 2.0, towards=0)


# What is no data: mistakes of whoever writes a check.


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


def test_power_prints_as_it_is_written() -> None:
    assert str(Power(-1)) == "x^-1"
    assert str(Power(-0.5, 2)) == "x^-0.5 log^2 x"


def test_evidence_of_a_curve_says_whether_noise_enters_and_whether_it_can_be_judged() -> None:
    exactly = of_curve(row(1 / DECADES, EPS, DECADES))
    assert (exactly.unfit, exactly.replicas) == ("", None)
    assert of_curve(noisy(1 / DECADES, DECADES), homogeneous=True).replicas == 64
    assert of_curve(one_bad(NAN, row(1 / DECADES, EPS, DECADES))).unfit


def test_points_that_would_tell_lie_beyond_the_last_one() -> None:
    x = np.geomspace(10, 1e4, 30)
    check = decays_as("c", exact(x, (1 + 0.2 * np.sin(3 * np.log(x))) / x, 1e-15), -1, rival=rival(predicted=-0.5))
    assert check.verdict == "inconclusive"
    assert float(check.note.split("about x = ")[1].split()[0]) > 1.1 * x[-1]


@pytest.mark.parametrize("level", [0.0, 1.0, 7.0, NAN])
def test_level_outside_0_1_is_an_input_error(level: float) -> None:
    x = np.geomspace(10, 1e4, 12)
    for curve in (exact(x, 1 / x, 1e-15), Curve(x, np.outer(np.linspace(0.9, 1.1, 64), 1 / x))):
        with pytest.raises(InputError, match="an error probability lies in"):
            decays_as("c", curve, -1, rival=rival(predicted=-0.5), level=level, homogeneous=True)


def test_open_end_of_an_interval_is_none_as_in_its_record() -> None:
    x = np.geomspace(10, 1e4, 30)
    check = decays_as("c", exact(x, np.exp(-x / 2000), 1e-15), 0.0, rival=rival(predicted=-1.0))
    assert check.interval[0] is None
    assert Check.from_json(check.to_json()) == check
