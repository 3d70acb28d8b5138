"""Which wrong claims the same data refute, and the smallest error that they would catch."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from tests.verdicts.synthetic import DECADES, EPS, HOLDS, TIMES, X, replicas, rival, row
from theorylab.curves import Curve
from theorylab.verdicts import Check, Power, above, agrees, below, decays_as, geometric, monotone, ordered
from theorylab.verdicts.interim import InterimAnalysis, interim
from theorylab.verdicts.rule import broken

FEW = np.arange(1.0, 6)


def killed(check: Check) -> set[str]:
    assert check.score is not None
    return set(check.score.killed)


def survived(check: Check) -> set[str]:
    assert check.score is not None
    return set(check.score.survived)


@pytest.mark.parametrize("monte_carlo", [False, True])
@pytest.mark.parametrize("kind", HOLDS)
def test_every_kind_has_mutants_and_a_minimum_detectable_effect(kind: str, monte_carlo: bool) -> None:
    if kind == "threshold" and monte_carlo:
        pytest.skip("thresholds are exact")
    score = HOLDS[kind](monte_carlo).score
    assert score is not None
    assert score.killed
    assert score.detectable is not None
    assert score.unit


def test_values_kill_constants_signs_and_steps() -> None:
    falling = 1 / FEW
    check = agrees("c", row(falling, EPS, FEW), row(falling, EPS, FEW), rival=rival(predicted=2.0))
    assert killed(check) == {"constant x 2", "constant x 1/2", "sign", "off by one step"}
    wide = Curve(FEW, falling + replicas(0.0, 8.0, x=FEW).samples)
    check = agrees("c", wide, row(falling, EPS, FEW), rival=rival(predicted=9.0))
    assert "off by one step" in survived(check)
    assert "constant x 1/2" in survived(check)


def test_off_by_one_step_needs_steps() -> None:
    falling = 1 / FEW
    for x, name in ((FEW / 3, "steps"), (FEW, "load")):
        side = Curve(x, falling[None], True, x_name=name)
        assert "off by one step" not in killed(agrees("c", side, side, rival=rival(predicted=2.0)))
    flat = row(0.5, EPS, FEW)
    assert "off by one step" not in killed(agrees("c", flat, flat, rival=rival(predicted=2.0)))


def test_one_step_on_is_the_prediction_at_the_next_step() -> None:
    shifted = row(1 / (FEW + 1), EPS, FEW)
    check = agrees("c", shifted, row(1 / FEW, EPS, FEW), rival=rival(predicted=shifted))
    # What holds is the rival; of its mutants "off by one step" is 1 / (x + 2), and its data are 1 / (x + 1).
    assert check.verdict == "refuted"
    assert "off by one step" in killed(check)
    late = agrees(
        "c",
        row(1 / FEW, EPS, FEW).at([1, 2, 3, 4]),
        row(1 / FEW, EPS, FEW).at([1, 2, 3, 4]),
        rival=rival(predicted=2.0),
    )
    assert "off by one step" in killed(late)


def test_a_loose_bound_lets_its_half_survive_and_a_tight_one_does_not() -> None:
    assert survived(below("c", row(0.4), 1.0, rival=rival(predicted=0.3))) == {"constant x 1/2"}
    assert killed(below("c", row(0.6), 1.0, rival=rival(predicted=0.3))) == {"constant x 1/2", "order swapped"}
    assert survived(above("c", row(2.5), 1.0, rival=rival(predicted=3.0))) == {"constant x 2"}
    assert killed(above("c", row(1.5), 1.0, rival=rival(predicted=3.0))) == {"constant x 2", "order swapped"}


def test_negative_bounds_are_tightened_towards_what_is_measured() -> None:
    assert killed(below("c", row(-1.5), -1.0, rival=rival(predicted=-3.0))) == {"constant x 2", "order swapped"}
    assert killed(above("c", row(-0.7), -1.0, rival=rival(predicted=-0.1))) == {"constant x 1/2", "order swapped"}


def test_orders_and_directions_are_swapped() -> None:
    assert killed(ordered("c", row(1.0), row(2.0), rival=rival(predicted=row(0.5)))) == {"order swapped"}
    assert killed(monotone("c", row(1 / X), rival=rival(measured=row(X)))) == {"direction swapped"}


def test_rates_kill_exponents_logarithms_and_signs() -> None:
    power = decays_as("c", row(1 / DECADES, EPS, DECADES * 2), -1.0, rival=rival(predicted=-0.5))
    assert killed(power) == {"exponent + 0.1", "exponent - 0.1", "sign", "logarithm added"}
    x = 10 * DECADES
    logarithm = decays_as("c", row(np.log(x) / x, EPS, x), Power(-1, 1), rival=rival(predicted=-1.0))
    assert "logarithm dropped" in killed(logarithm)
    factor = geometric("c", row(0.9**TIMES, EPS, TIMES), 0.9, rival=rival(predicted=0.5))
    assert killed(factor) == {"rate x 2", "rate x 1/2", "sign"}


def test_a_noisy_rate_does_not_catch_a_tenth() -> None:
    loud = Curve(DECADES, DECADES**-1.0 * replicas(1.0, 2.0, x=DECADES, count=64).samples.clip(0.01))
    check = decays_as("c", loud, -1.0, rival=rival(predicted=0.5))
    assert survived(check) & {"exponent + 0.1", "exponent - 0.1"}


def test_of_a_refuted_claim_the_rival_is_mutated() -> None:
    check = agrees("c", row(1.0), 3.0, rival=rival(predicted=row(1.0)), declared="refuted")
    assert (check.verdict, check.rival.verdict) == ("refuted", "supported")
    assert killed(check) == {"constant x 2", "constant x 1/2", "sign"}


def test_what_was_not_judged_has_no_score() -> None:
    assert broken("a study", "reason").score is None
    assert agrees("c", row(np.nan), 1.0, rival=rival(predicted=2.0)).score is None


def test_zero_is_off_by_an_absolute_error_only() -> None:
    score = agrees("c", replicas(0.0), 0.0, rival=rival(predicted=1.0)).score
    assert score is not None
    assert not score.killed
    assert not score.survived
    assert score.unit == "absolute"
    assert score.detectable == pytest.approx(0.1 / 8 * (norm.isf(1e-3 / 10) + norm.isf(0.05)), rel=0.15)


def test_minimum_detectable_effect_of_an_exact_road_is_rounding() -> None:
    score = agrees("c", row(1.0, 1e-6), 1.0, rival=rival(predicted=2.0)).score
    assert score is not None
    assert score.detectable == pytest.approx(1e-6, rel=0.02)
    slack = agrees("c", row(1.0), 1.0, rival=rival(predicted=2.0), within=0.1).score
    assert slack is not None
    assert slack.detectable == pytest.approx(1 / 0.9 - 1, rel=0.02)


def test_minimum_detectable_effect_of_a_bound_is_what_it_leaves_free() -> None:
    score = below("c", row(0.4), 1.0, rival=rival(predicted=0.3)).score
    assert score is not None
    assert score.detectable == pytest.approx(1.5, rel=0.02)


def test_minimum_detectable_effect_of_a_step_is_the_flattest() -> None:
    score = monotone("c", row([8.0, 4.0, 3.0, 2.0, 1.0]), rival=rival(measured=row(X))).score
    assert score is not None
    assert score.detectable == pytest.approx(1 / 3, rel=0.02)


def test_an_error_of_that_size_is_caught_with_the_power_stated() -> None:
    found = agrees("c", replicas(1.0, 0.1), 1.0, rival=rival(predicted=2.0)).score
    assert found is not None
    assert found.detectable is not None
    draws, caught, trials = np.random.default_rng(7), 0, 400
    for _ in range(trials):
        curve = Curve(X, 1 + 0.1 * draws.standard_normal((64, 5)))
        wrong = agrees("c", curve, 1 + found.detectable, rival=rival(predicted=1.0))
        caught += wrong.verdict == "refuted"
    assert caught >= binom.ppf(1e-4, trials, 0.95)
    smaller = agrees("c", replicas(1.0, 0.1), 1 + found.detectable / 3, rival=rival(predicted=2.0))
    assert smaller.verdict != "refuted"


def test_score_is_that_of_the_look_it_was_made_at() -> None:
    with interim(InterimAnalysis(0, 64)):
        check = agrees("c", replicas(1.0), 1.0, rival=rival(predicted=2.0))
    fixed = agrees("c", replicas(1.0), 1.0, rival=rival(predicted=2.0))
    assert check.score is not None
    assert fixed.score is not None
    assert check.score.detectable > fixed.score.detectable  # type: ignore[operator]
