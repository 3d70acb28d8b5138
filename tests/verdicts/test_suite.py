"""Falsifiability of single checks, errors of whole tables, and verdicts over fresh seeds."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import binom, norm

import theorylab
from tests.verdicts.test_verdicts import DECADES, HOLDS, TIMES, X, replicas, rival, row
from tests.views.test_cli import command, refused  # noqa: F401
from theorylab.curves import Curve
from theorylab.errors import InputError
from theorylab.trials.replication import fresh_seeds, replicate
from theorylab.verdicts import Check, Power, above, agrees, below, decays_as, geometric, monotone, ordered, suite
from theorylab.verdicts.interim import InterimAnalysis, interim
from theorylab.verdicts.rule import broken

EPS = 2.0**-52
FEW = np.arange(1.0, 6)


def killed(check: Check) -> set[str]:
    assert check.score is not None
    return set(check.score.killed)


def survived(check: Check) -> set[str]:
    assert check.score is not None
    return set(check.score.survived)


# Mutants.


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
    assert survived(check) >= {"exponent + 0.1", "exponent - 0.1"}


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


# The smallest error.


def test_minimum_detectable_effect_of_an_exact_road_is_rounding() -> None:
    score = agrees("c", row(1.0, 1e-6), 1.0, rival=rival(predicted=2.0)).score
    assert score is not None
    assert score.detectable == pytest.approx(1e-6, rel=0.02)
    slack = agrees("c", row(1.0), 1.0, rival=rival(predicted=2.0), within=0.1).score
    assert slack is not None
    assert slack.smallest == pytest.approx(1 / 0.9 - 1, rel=0.02)


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
    assert found.smallest is not None
    draws, caught, trials = np.random.default_rng(7), 0, 400
    for _ in range(trials):
        curve = Curve(X, 1 + 0.1 * draws.standard_normal((64, 5)))
        wrong = agrees("c", curve, 1 + found.smallest, rival=rival(predicted=1.0))
        caught += wrong.verdict == "refuted"
    assert caught >= binom.ppf(1e-4, trials, 0.95)
    smaller = agrees("c", replicas(1.0, 0.1), 1 + found.smallest / 3, rival=rival(predicted=2.0))
    assert smaller.verdict != "refuted"


def test_score_is_that_of_the_look_it_was_made_at() -> None:
    with interim(InterimAnalysis(0, 64)):
        check = agrees("c", replicas(1.0), 1.0, rival=rival(predicted=2.0))
    fixed = agrees("c", replicas(1.0), 1.0, rival=rival(predicted=2.0))
    assert check.score is not None
    assert fixed.score is not None
    assert check.score.detectable > fixed.score.detectable  # type: ignore[operator]


# The table.


def test_p_values_are_the_levels_at_which_verdicts_turn() -> None:
    for gap in (2.0, 3.0, 4.5):
        check = agrees("c", replicas(1.0), 1 + gap * 0.1 / 8, rival=rival(predicted=1.0))
        p = suite.p_values(check)[0]
        assert p == pytest.approx(5 * 2 * norm.sf(gap), rel=0.6) or p == 1.0
        for level, verdict in ((p * 1.01, "refuted"), (p * 0.99, "inconclusive")):
            if p < 0.5:
                again = agrees("c", replicas(1.0), 1 + gap * 0.1 / 8, rival=rival(predicted=1.0), level=level)
                assert (again.verdict == "refuted") == (verdict == "refuted")


def test_exact_checks_and_failures_have_p_values_of_their_own() -> None:
    assert suite.p_values(agrees("c", row(1.0), 1.0, rival=rival(predicted=2.0))) == (1.0, 0.0)
    assert suite.p_values(broken("a study", "reason")) == (1.0, 1.0)
    assert suite.p_values(agrees("c", replicas(1.0), 1.0, rival=rival(predicted=9.0))) == (1.0, suite.LEAST)


def test_p_values_of_true_claims_are_uniform_or_larger() -> None:
    draws = np.random.default_rng(3)
    found = []
    for _ in range(300):
        curve = Curve(FEW[:1], draws.standard_normal((64, 1)))
        found.append(suite.p_values(agrees("c", curve, 0.0, rival=rival(predicted=1e-9)))[0])
    for level in (0.01, 0.05, 0.2):
        assert sum(p <= level for p in found) <= binom.isf(1e-4, 300, level)


def test_holm_by_hand() -> None:
    assert suite.adjusted(np.array([0.01, 0.04, 0.03]), suite.Control.FAMILY_WISE) == pytest.approx([0.03, 0.06, 0.06])
    assert suite.adjusted(np.array([0.9, 0.9]), suite.Control.FAMILY_WISE) == pytest.approx([1.0, 1.0])


def test_false_discovery_is_milder_than_family_wise_for_many_rejections() -> None:
    p = np.full(100, 1e-3)
    holm, by = (suite.adjusted(p, control) for control in suite.Control)
    assert holm.max() == pytest.approx(0.1)
    assert by.max() == pytest.approx(1e-3 * np.sum(1 / np.arange(1, 101)))


def near(count: int) -> list[Check]:
    """Checks that are refuted alone, 4.1 standard errors away at one of five points, in a table of true ones."""
    wrong = agrees("c", replicas(1.0), 1 + 4.1 * 0.1 / 8, rival=rival(predicted=1.0))
    right = [agrees("c", replicas(1.0, key=k), 1.0, rival=rival(predicted=3.0)) for k in range(count)]
    assert wrong.verdict == "refuted"
    return [wrong, *right]


def test_a_verdict_must_stand_in_its_table() -> None:
    alone, tests = suite.controlled(near(0))
    assert (alone[0].verdict, tests) == ("refuted", 2)
    many, tests = suite.controlled(near(800))
    assert (many[0].verdict, many[0].rival.verdict, tests) == ("inconclusive", "inconclusive", 1602)
    assert "not in this table: adjusted p-value" in many[0].note
    assert "family-wise" in many[0].note
    assert {check.verdict for check in many[1:]} == {"supported"}
    milder, _ = suite.controlled(near(800), suite.Control.FALSE_DISCOVERY)
    assert milder[0].verdict == "refuted"


def test_exact_verdicts_stand_in_every_table() -> None:
    exact = agrees("c", row(1.0), 2.0, rival=rival(predicted=1.0))
    found, tests = suite.controlled([exact, *near(100)])
    assert found[0].verdict == "refuted"
    assert found[0].p_values == (0.0, 1.0)
    assert tests == 202


def test_the_table_errs_as_often_as_it_says() -> None:
    draws, wrong, trials = np.random.default_rng(5), 0, 200
    for _ in range(trials):
        checks = [
            agrees("c", Curve(FEW[:1], draws.standard_normal((64, 1))), 0.0, rival=rival(predicted=9.0), level=0.05)
            for _ in range(10)
        ]
        found, _ = suite.controlled(checks, level=0.05)
        wrong += any(check.verdict == "refuted" for check in found)
    assert wrong <= binom.isf(1e-4, trials, 0.05)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_outside_its_range_is_an_input_error(level: float) -> None:
    with pytest.raises(InputError, match="an error probability lies in"):
        suite.controlled(near(0), level=level)


# Seeds.


def test_fresh_seeds_are_the_same_for_everybody_and_never_repeat() -> None:
    assert fresh_seeds(3, 5) == fresh_seeds(3, 8)[:5] != fresh_seeds(4, 5)
    assert len(set(fresh_seeds(0, 1000))) == 1000


def test_replications_count_verdicts_and_name_seeds() -> None:
    rows = replicate("ema_bias", 3)
    assert [row["claim"] for row in rows] == [check.claim for check in theorylab.run("ema_bias").checks]
    for row_ in rows:
        assert sum(row_["verdicts"].values()) == 3
        assert len(row_["seeds"]) == 3
        assert not row_["excessive"]
        assert row_["unexpected_seeds"] == []


def test_replications_of_too_few_replicas_are_seen_to_move() -> None:
    rows = replicate("ema_bias", 4, replicas=8)
    moved = [row_ for row_ in rows if row_["unexpected_seeds"]]
    assert moved
    assert all(row_["excessive"] for row_ in moved if len(row_["unexpected_seeds"]) >= 2)


# The command line.


def test_run_shows_scores_and_adjusted_p_values(command, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    status, out, _ = command("run", "ema_bias", "--json", tmp_path / "all.json")
    assert status == 0
    assert "score" in out
    assert "adjusted p" in out
    assert "chance of any error <= 0.05" in out
    report = json.loads((tmp_path / "all.json").read_text())
    assert report["error_control"] == {"errors": "family-wise", "level": 0.05}
    for check in report["studies"][0]["checks"]:
        assert set(check["p_values"]) == {"claim", "rival"}
        assert check["score"]["killed"]
        assert check["score"]["power"] == 0.95


def test_the_control_of_errors_is_chosen(command) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    _, out, _ = command("run", "ema_bias", "--errors", "false-discovery", "--error-level", "0.01")
    assert "expected share of errors <= 0.01" in out
    refused(command("run", "ema_bias", "--error-level", "2"), "--error-level 2.0", "(0, 1)")


def test_other_seeds_that_were_tried_are_told(command, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    for seed in (77, 78, 78):
        status, out, _ = command("run", "ema_bias", "--seed", seed, "--json", tmp_path / "all.json")
        assert status == 0
    assert "was run with 1 other seed in out, 0 not as declared: 77" in " ".join(out.split())
    report = json.loads((tmp_path / "all.json").read_text())
    assert [run["seed"] for run in report["studies"][0]["other_seeds"]] == [77]
    assert len((tmp_path / "out" / "seeds.jsonl").read_text().splitlines()) == 2


def test_a_run_with_its_own_seed_leaves_no_list(command, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    command("run", "ema_bias")
    assert not (tmp_path / "out" / "seeds.jsonl").exists()


def test_replicate_reports_fresh_seeds_and_writes_nothing_else(command, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    status, out, _ = command("run", "ema_bias", "--replicate", 3, "--json", tmp_path / "all.json")
    assert status == 0
    assert "supported 3" in out
    assert "0 of 12 claims moved" in out
    report = json.loads((tmp_path / "all.json").read_text())
    assert len(report["replications"]) == 12
    assert not list((tmp_path / "out").rglob("*.svg"))
    status, _, _ = command("run", "ema_bias", "--replicate", 3, "--set", "replicas=8")
    assert status == 1
    refused(command("run", "ema_bias", "--replicate", 3, "--seed", 4), "--replicate takes seeds")


def test_falsify_names_what_is_caught_and_what_is_not(command, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    status, out, _ = command("falsify", "perceptron_mistakes", "--json", tmp_path / "scores.json")
    assert status == 0
    assert "order swapped" in out
    assert "constant x 1/2" in out
    assert "relative to the bound" in out
    scores = json.loads((tmp_path / "scores.json").read_text())["separable.logistic_to_perceptron.perceptron_mistakes"]
    assert any(score["survived"] == ["constant x 1/2"] for score in scores)
    refused(command("falsify", "perceptron_mistake"), "did you mean")


def test_show_tells_what_the_record_says_of_mutants(command, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    command("run", "perceptron_mistakes", "--out", "figures")
    _, out, _ = command("show", "perceptron_mistakes")
    assert "not caught: constant x 1/2; minimum detectable effect" in " ".join(out.split())


def test_falsify_survives_what_cannot_be_judged(command, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    status, _, _ = command("falsify", "ema_bias", "--set", "replicas=8", "--json", tmp_path / "a" / "scores.json")
    assert status == 0
    assert json.loads((tmp_path / "a" / "scores.json").read_text())
