"""The checks measure: false-alarm rates at or below the stated level, and power against the usual wrong claims.

Truths are synthetic, so that every answer is known. A false alarm has probability <= level per draw, so their number
over n draws exceeds the binomial quantile used here with probability 1e-6 per test if the instrument keeps its word.
Of instruments whose rate is twice a level of 0.05, 92% are found out by 1000 draws; at four times a level of 0.01, 97%.
Single points, where there is no union bound to hide behind, are resolved finer in test_intervals.py.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from tests.verdicts.synthetic import rival
from theorylab.curves import Curve, exact
from theorylab.trials.calibration import DECADES, LAWS, STEPS, TIMES, along
from theorylab.verdicts import (
    Check,
    Power,
    above,
    agrees,
    below,
    bracket,
    brackets,
    decays_as,
    geometric,
    intervals,
    monotone,
    ordered,
    threshold,
)

Floats = NDArray[np.float64]

DRAWS = 1000 if os.environ.get("THEORYLAB_SLOW") else 500
REPLICAS = 64
POINTS = STEPS.size
NOISES = tuple(LAWS)[:3]
FAILURE = 1e-6
"""Probability that one test of a count fails though the instrument keeps its level."""


@cache
def noise(name: str, draws: int, replicas: int, points: int, key: int = 0) -> Floats:
    """Noise of mean 0 and variance 1, (draws, replicas, points): sums along the points, as errors of one run are."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20250, NOISES.index(name), key))))
    return along(name, rng, draws, replicas, points)


def verdicts(checks: list[Check]) -> Counter[str]:
    return Counter(str(check.verdict) for check in checks)


def reaches(truth: float) -> Callable[[float], bool]:
    return lambda value: value >= truth


# One draw is noise of shape (replicas, 2 POINTS). Each kind below states a true claim, at the edge of what it allows
# where it has one, beside a rival that is far off: what is left to go wrong is a false alarm.


def agrees_at_truth(draw: Floats, level: float) -> Check:
    return agrees("", Curve(STEPS, 1 + draw[:, :POINTS]), 1.0, rival=rival(predicted=9.0), level=level)


def agrees_at_edge(draw: Floats, level: float) -> Check:
    measured = Curve(STEPS, 1.05 + draw[:, :POINTS])
    return agrees("", measured, 1.0, rival=rival(predicted=9.0), within=0.05, level=level)


def agrees_with_replicas(draw: Floats, level: float) -> Check:
    left, right = Curve(STEPS, 1 + draw[:, :POINTS]), Curve(STEPS, 1 + draw[:, POINTS:])
    return agrees("", left, right, rival=rival(predicted=9.0), level=level)


def below_at_bound(draw: Floats, level: float) -> Check:
    return below("", Curve(STEPS, 1 + draw[:, :POINTS]), 1.0, rival=rival(predicted=-9.0), level=level)


def above_at_bound(draw: Floats, level: float) -> Check:
    return above("", Curve(STEPS, 1 + draw[:, :POINTS]), 1.0, rival=rival(predicted=9.0), level=level)


def ordered_at_equality(draw: Floats, level: float) -> Check:
    smaller, larger = Curve(STEPS, 1 + draw[:, :POINTS]), Curve(STEPS, 1 + draw[:, POINTS:])
    return ordered("", smaller, larger, rival=rival(predicted=exact(STEPS, 0 * STEPS - 9, 0.0)), level=level)


def decreasing_at_constancy(draw: Floats, level: float) -> Check:
    growing = exact(STEPS, STEPS, 0.0)
    return monotone("", Curve(STEPS, 1 + draw[:, :POINTS]), rival=rival(measured=growing), level=level)


def increasing_at_constancy(draw: Floats, level: float) -> Check:
    falling = rival(measured=exact(STEPS, -STEPS, 0.0))
    return monotone("", Curve(STEPS, 1 + draw[:, :POINTS]), rival=falling, level=level, direction="increasing")


def power_of_the_claim(draw: Floats, level: float) -> Check:
    measured = Curve(DECADES, DECADES**-1.0 * (1 + 0.3 * draw))
    return decays_as("", measured, -1.0, rival=rival(predicted=-1.1), level=level)


def power_beside_the_claim(draw: Floats, level: float) -> Check:
    # Neither claim nor rival holds: nothing may be refuted for the other.
    measured = Curve(DECADES, DECADES**-0.95 * (1 + 0.3 * draw))
    return decays_as("", measured, -1.0, rival=rival(predicted=-1.1), level=level)


def power_of_the_rival(draw: Floats, level: float) -> Check:
    measured = Curve(DECADES, DECADES**-1.1 * (1 + 0.3 * draw))
    return decays_as("", measured, -1.0, rival=rival(predicted=-1.1), level=level)


def factor_of_the_rival(draw: Floats, level: float) -> Check:
    measured = Curve(TIMES, 0.89**TIMES * (1 + 0.3 * draw))
    return geometric("", measured, 0.90, rival=rival(predicted=0.89), level=level)


def factor_of_the_claim(draw: Floats, level: float) -> Check:
    measured = Curve(TIMES, 0.90**TIMES * (1 + 0.3 * draw))
    return geometric("", measured, 0.90, rival=rival(predicted=0.89), level=level)


Trial = Callable[[Floats, float], Check]
MEANS: tuple[Trial, ...] = (
    agrees_at_truth,
    agrees_at_edge,
    agrees_with_replicas,
    below_at_bound,
    above_at_bound,
    ordered_at_equality,
    decreasing_at_constancy,
    increasing_at_constancy,
)
RATES: tuple[Trial, ...] = (power_of_the_claim, power_beside_the_claim, factor_of_the_claim)


@pytest.mark.parametrize("level", [0.05, 0.01])
@pytest.mark.parametrize("name", NOISES)
@pytest.mark.parametrize("trial", MEANS + RATES, ids=lambda trial: trial.__name__)
def test_false_alarms_stay_below_level(trial: Trial, name: str, level: float) -> None:
    # A rate costs a hundred means; its own panel is in tests/calibration.
    draws = DRAWS // 5 if trial in RATES else DRAWS
    seen = verdicts([trial(draw, level) for draw in noise(name, draws, REPLICAS, 2 * POINTS)])
    assert seen["refuted"] <= binom.ppf(1 - FAILURE, draws, level)
    assert seen["error"] == 0


@pytest.mark.parametrize("trial", MEANS, ids=lambda trial: trial.__name__)
def test_limits_that_are_too_narrow_would_be_found_out(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    quantile = intervals.stdtrit
    monkeypatch.setattr(intervals, "stdtrit", lambda dof, share: 0.4 * quantile(dof, share))
    draws, level = DRAWS // 4, 0.05
    seen = verdicts([trial(draw, level) for draw in noise("normal", draws, REPLICAS, 2 * POINTS)])
    assert seen["refuted"] > binom.ppf(1 - FAILURE, draws, level)


@pytest.mark.parametrize("trial", MEANS, ids=lambda trial: trial.__name__)
def test_normal_replicas_are_answered_without_doubt(trial: Trial) -> None:
    # Level and rival leave no way to be inconclusive but a warning: silence would pass the test of false alarms.
    seen = verdicts([trial(draw, 0.01) for draw in noise("normal", DRAWS, REPLICAS, 2 * POINTS)])
    assert seen["supported"] + seen["refuted"] >= 0.999 * DRAWS


@pytest.mark.parametrize("trial", MEANS, ids=lambda trial: trial.__name__)
def test_skewed_replicas_are_answered_in_most_draws(trial: Trial) -> None:
    seen = verdicts([trial(draw, 0.01) for draw in noise("exponential", DRAWS, REPLICAS, 2 * POINTS)])
    assert seen["supported"] + seen["refuted"] >= 0.9 * DRAWS


@pytest.mark.parametrize("trial", [below_at_bound, above_at_bound, agrees_at_edge], ids=lambda trial: trial.__name__)
def test_false_alarms_at_one_point_reach_about_their_level(trial: Trial) -> None:
    # With one point there is no union bound to hide behind: a rate far below the level would be wasted replicas.
    level, draws = 0.05, noise("normal", DRAWS, REPLICAS, 2 * POINTS)
    # All points alike, so that their maximum is that of one point; the union bound is taken out of the level.
    same = np.repeat(draws[:, :, :1], 2 * POINTS, axis=2)
    seen = verdicts([trial(draw, level * POINTS) for draw in same])
    share = 0.5 if trial is agrees_at_edge else 1.0  # the truth lies at one of two edges
    assert binom.ppf(FAILURE, DRAWS, share * level) <= seen["refuted"] <= binom.ppf(1 - FAILURE, DRAWS, level)


# The other error: the rival holds, at its edge, and the claim is near enough not to be refuted. Support is wrong.


def agrees_beside_truth(draw: Floats, level: float) -> Check:
    measured = Curve(STEPS, 1 + draw[:, :POINTS])
    return agrees("", measured, 1.1, rival=rival(predicted=1.0), level=level)


def below_beside_bound(draw: Floats, level: float) -> Check:
    return below("", Curve(STEPS, 1 + draw[:, :POINTS]), 1.5, rival=rival(predicted=1.0), level=level)


def above_beside_bound(draw: Floats, level: float) -> Check:
    return above("", Curve(STEPS, 1 + draw[:, :POINTS]), 0.5, rival=rival(predicted=1.0), level=level)


def ordered_beside_equality(draw: Floats, level: float) -> Check:
    left, right = Curve(STEPS, 1 + draw[:, :POINTS]), Curve(STEPS, 1 + draw[:, POINTS:])
    return ordered("", left, exact(STEPS, 0 * STEPS + 2, 0.0), rival=rival(predicted=right), level=level)


def decreasing_beside_constancy(draw: Floats, level: float) -> Check:
    constant = rival(measured=Curve(STEPS, 1 + draw[:, POINTS:]))
    return monotone("", exact(STEPS, -STEPS, 0.0), rival=constant, level=level)


BESIDE: tuple[Trial, ...] = (
    agrees_beside_truth,
    below_beside_bound,
    above_beside_bound,
    ordered_beside_equality,
    decreasing_beside_constancy,
    power_of_the_rival,
    factor_of_the_rival,
)


@pytest.mark.parametrize("level", [0.05, 0.01])
@pytest.mark.parametrize("name", ["normal", "exponential"])
@pytest.mark.parametrize("trial", BESIDE, ids=lambda trial: trial.__name__)
def test_support_while_the_rival_holds_stays_below_level(trial: Trial, name: str, level: float) -> None:
    draws = DRAWS // 5 if trial in (power_of_the_rival, factor_of_the_rival) else DRAWS
    seen = verdicts([trial(draw, level) for draw in noise(name, draws, REPLICAS, 2 * POINTS)])
    assert seen["supported"] <= binom.ppf(1 - FAILURE, draws, level)


@pytest.mark.parametrize("width", [1e-3, 1e-9, 1e-15])
def test_threshold_never_refutes_the_value_that_was_bisected(width: float) -> None:
    # An exact road: error probability 0. At 1e-15 the brackets are a few units in the last place wide.
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20250, 99))))
    wrong = 0
    for truth in rng.uniform(0.5, 8.0, size=DRAWS):
        measured = brackets([0.0], [bracket(reaches(truth), 0.1, 10.0, relative_width=width)])
        check = threshold("", measured, exact([0.0], [truth], 0.0), rival=rival(predicted=2 * truth))
        assert check.error_probability == 0
        wrong += check.verdict != "supported"
    assert wrong == 0


def test_threshold_refutes_a_value_just_outside_its_bracket() -> None:
    measured = brackets([0.0, 1.0], [(0.9, 1.1), (1.9, 2.1)])
    for value, verdict in ((1.0, "supported"), (1.0999, "supported"), (1.1001, "refuted"), (0.8999, "refuted")):
        predicted = exact([0.0, 1.0], [value, 2.0], 0.0)
        assert threshold("", measured, predicted, rival=rival(predicted=4.0)).verdict == verdict


# Power: the usual ways for a formula to be wrong. Both sides of each pair judge the same draws: the right claim beside
# the wrong one as rival must be supported, the wrong claim beside the right one refuted, and the rival supported.

POWER_DRAWS = 200
POWER = 0.95
NOISY = 0.5


def decay(exponent: float, logarithm: float = 0.0) -> Floats:
    return np.asarray(DECADES**exponent * np.log(DECADES + 1) ** logarithm)


def exponent_off_by_a_tenth(draw: Floats, right: bool) -> Check:
    measured = Curve(DECADES, decay(-1.0) * (1 + NOISY * draw))
    claim, other = (-1.0, -1.1) if right else (-1.1, -1.0)
    return decays_as("", measured, claim, rival=rival(predicted=other))


def exponent_of_other_sign(draw: Floats, right: bool) -> Check:
    measured = Curve(DECADES, decay(-1.0) * (1 + NOISY * draw))
    claim, other = (-1.0, 1.0) if right else (1.0, -1.0)
    # All draws follow one law, and it is said: 64 replicas alone cannot rule out that one in a hundred is of its own.
    return decays_as("", measured, claim, rival=rival(predicted=other), homogeneous=True)


def logarithm_dropped(draw: Floats, right: bool) -> Check:
    x = 10 * DECADES
    measured = Curve(x, np.log(x) / x * (1 + 0.1 * draw))
    claim, other = (Power(-1, 1), Power(-1)) if right else (Power(-1), Power(-1, 1))
    return decays_as("", measured, claim, rival=rival(predicted=other))


def logarithm_invented(draw: Floats, right: bool) -> Check:
    x = 10 * DECADES
    measured = Curve(x, 1 / x * (1 + 0.1 * draw))
    claim, other = (Power(-1), Power(-1, 1)) if right else (Power(-1, 1), Power(-1))
    return decays_as("", measured, claim, rival=rival(predicted=other))


def factor_off_by_two_hundredths(draw: Floats, right: bool) -> Check:
    measured = Curve(TIMES, 0.9**TIMES * (1 + NOISY * draw))
    claim, other = (0.90, 0.88) if right else (0.88, 0.90)
    return geometric("", measured, claim, rival=rival(predicted=other))


def constant_off_by_two(draw: Floats, right: bool) -> Check:
    measured = Curve(DECADES, decay(-1.0) * (1 + NOISY * draw))
    one, two = exact(DECADES, decay(-1.0), 1e-15), exact(DECADES, 2 * decay(-1.0), 1e-15)
    return agrees("", measured, one if right else two, rival=rival(predicted=two if right else one))


def term_dropped_at_one_point(draw: Floats, right: bool) -> Check:
    # Eleven points of twelve agree with both: all points count, not the two ends.
    measured = Curve(DECADES, decay(-1.0) * (1 + NOISY * draw))
    factor = np.where(np.arange(DECADES.size) == 6, 2.0, 1.0)
    one, other = exact(DECADES, decay(-1.0), 1e-15), exact(DECADES, factor * decay(-1.0), 1e-15)
    return agrees("", measured, one if right else other, rival=rival(predicted=other if right else one))


def value_of_other_sign(draw: Floats, right: bool) -> Check:
    measured = Curve(DECADES, decay(-1.0) * (1 + NOISY * draw))
    plus, minus = exact(DECADES, decay(-1.0), 1e-15), exact(DECADES, -decay(-1.0), 1e-15)
    return agrees("", measured, plus if right else minus, rival=rival(predicted=minus if right else plus))


def bound_off_by_two(draw: Floats, right: bool) -> Check:
    measured = Curve(DECADES, decay(-1.0) * (1 + NOISY * draw))
    high, low = exact(DECADES, 1.5 * decay(-1.0), 1e-15), exact(DECADES, 0.75 * decay(-1.0), 1e-15)
    return below("", measured, high if right else low, rival=rival(predicted=low if right else high))


def lower_bound_off_by_two(draw: Floats, right: bool) -> Check:
    measured = Curve(DECADES, decay(-1.0) * (1 + NOISY * draw))
    high, low = exact(DECADES, 1.5 * decay(-1.0), 1e-15), exact(DECADES, 0.75 * decay(-1.0), 1e-15)
    return above("", measured, low if right else high, rival=rival(predicted=high if right else low))


def order_reversed(draw: Floats, right: bool) -> Check:
    small = Curve(DECADES, decay(-1.0) * (1 + NOISY * draw))
    large = Curve(DECADES, 2 * decay(-1.0) * (1 + NOISY * draw[:, ::-1]))
    left, other = (small, large) if right else (large, small)
    return ordered("", left, other, rival=rival(measured=other, predicted=left))


def direction_reversed(draw: Floats, right: bool) -> Check:
    falling = Curve(STEPS, -STEPS + NOISY * draw[:, :POINTS])
    rising = Curve(STEPS, STEPS + NOISY * draw[:, POINTS:])
    left, other = (falling, rising) if right else (rising, falling)
    return monotone("", left, rival=rival(measured=other))


def threshold_of_the_textbook(draw: Floats, right: bool) -> Check:
    # 2/l against a critical value that an effect lowers by a per cent, over a handful of settings.
    truths = 1.98 + 0.001 * draw[0, :POINTS]
    pairs = [bracket(reaches(truth), 1.0, 3.0) for truth in truths]
    own, textbook = exact(STEPS, truths, 1e-15), exact(STEPS, 0 * truths + 2, 0.0)
    claim, other = (own, textbook) if right else (textbook, own)
    return threshold("", brackets(STEPS, pairs), claim, rival=rival(predicted=other))


Pair = Callable[[Floats, bool], Check]
PAIRS: tuple[tuple[Pair, int], ...] = (
    (exponent_off_by_a_tenth, 512),
    (exponent_of_other_sign, 64),
    (logarithm_dropped, 4096),
    (logarithm_invented, 4096),
    (factor_off_by_two_hundredths, 256),
    (constant_off_by_two, 64),
    (term_dropped_at_one_point, 64),
    (value_of_other_sign, 64),
    (bound_off_by_two, 256),
    (lower_bound_off_by_two, 256),
    (order_reversed, 64),
    (direction_reversed, 128),
    (threshold_of_the_textbook, 64),
)


@pytest.mark.parametrize("name", ["normal", "exponential"])
@pytest.mark.parametrize(("pair", "replicas"), PAIRS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_right_claim_is_supported_and_wrong_one_refuted(pair: Pair, replicas: int, name: str) -> None:
    draws = noise(name, POWER_DRAWS, replicas, 2 * POINTS, key=1)
    right = [pair(draw, True) for draw in draws]
    wrong = [pair(draw, False) for draw in draws]
    assert verdicts(right)["supported"] >= POWER * POWER_DRAWS
    assert all(check.as_declared for check in right if check.verdict == "supported")
    assert verdicts(wrong)["refuted"] >= POWER * POWER_DRAWS
    found = [check for check in wrong if check.verdict == "refuted" and check.rival.verdict == "supported"]
    assert len(found) >= POWER * POWER_DRAWS


def test_replicas_that_a_note_asks_for_decide() -> None:
    # The number is a prediction: the interval is then as narrow as the gap seen. Four times as many halve it again.
    draws = noise("normal", 50, 4096, 1, key=2)
    decided = named = 0
    for draw in draws:
        x = np.ones(1)
        few = agrees("", Curve(x, 1 + draw[:64]), 1.0, rival=rival(predicted=1.3))
        if few.verdict != "inconclusive" or "would be decided by about" not in few.note:
            continue
        named += 1
        needed = int(few.note.split("would be decided by about ")[1].split()[0])
        if 4 * needed <= draw.shape[0]:
            more = agrees("", Curve(x, 1 + draw[: 4 * needed]), 1.0, rival=rival(predicted=1.3))
            decided += more.verdict == "supported"
        else:
            decided += 1
    assert named >= 30
    assert decided >= 0.9 * named
