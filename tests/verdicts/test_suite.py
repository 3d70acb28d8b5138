"""The errors of a whole table: p-values, their adjustment, and verdicts that do not stand in it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, t

from tests.verdicts.synthetic import replicas, rival, row
from theorylab.curves import Curve
from theorylab.errors import InputError
from theorylab.verdicts import Check, agrees, levels, suite
from theorylab.verdicts.rule import broken

FEW = np.arange(1.0, 6)


def test_p_values_are_the_levels_at_which_verdicts_turn() -> None:
    for gap in (2.0, 3.0, 4.5):
        check = agrees("c", replicas(1.0), 1 + gap * 0.1 / 8, rival=rival(predicted=1.0))
        p = check.raw_p_values[0]
        assert p == pytest.approx(5 * 2 * t.sf(gap, 63), rel=1e-3) or p == 1.0
        for level, verdict in ((p * 1.01, "refuted"), (p * 0.99, "inconclusive")):
            if p < 0.5:
                again = agrees("c", replicas(1.0), 1 + gap * 0.1 / 8, rival=rival(predicted=1.0), level=level)
                assert (again.verdict == "refuted") == (verdict == "refuted")


def test_exact_checks_and_failures_have_p_values_of_their_own() -> None:
    assert agrees("c", row(1.0), 1.0, rival=rival(predicted=2.0)).raw_p_values == (1.0, 0.0)
    assert broken("a study", "reason").raw_p_values == (1.0, 1.0)
    assert agrees("c", replicas(1.0), 1.0, rival=rival(predicted=9.0)).raw_p_values == (1.0, levels.LEAST)


def test_p_values_of_true_claims_are_uniform_or_larger() -> None:
    draws = np.random.default_rng(3)
    found = []
    for _ in range(300):
        curve = Curve(FEW[:1], draws.standard_normal((64, 1)))
        found.append(agrees("c", curve, 0.0, rival=rival(predicted=1e-9)).raw_p_values[0])
    for level in (0.01, 0.05, 0.2):
        assert sum(p <= level for p in found) <= binom.isf(1e-4, 300, level)


def test_holm_by_hand() -> None:
    assert suite.adjusted(np.array([0.01, 0.04, 0.03]), suite.Control.FAMILY_WISE) == pytest.approx([0.03, 0.06, 0.06])
    assert suite.adjusted(np.array([0.9, 0.9]), suite.Control.FAMILY_WISE) == pytest.approx([1.0, 1.0])


def test_false_discovery_is_milder_than_family_wise_for_many_rejections() -> None:
    p = np.full(100, 1e-3)
    holm, by = (suite.adjusted(p, control) for control in suite.Control)
    assert max(holm) == pytest.approx(0.1)
    assert max(by) == pytest.approx(1e-3 * np.sum(1 / np.arange(1, 101)))


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
    draws, wrong, alone, trials = np.random.default_rng(5), 0, 0, 200
    for _ in range(trials):
        checks = [
            agrees("c", Curve(FEW[:1], draws.standard_normal((64, 1))), 0.0, rival=rival(predicted=9.0), level=0.05)
            for _ in range(10)
        ]
        found, _ = suite.controlled(checks, level=0.05)
        wrong += any(check.verdict == "refuted" for check in found)
        alone += any(check.verdict == "refuted" for check in checks)
    assert wrong <= binom.isf(1e-4, trials, 0.05)
    assert alone > binom.isf(1e-4, trials, 0.05), "without the adjustment this would be found out"


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_outside_its_range_is_an_input_error(level: float) -> None:
    with pytest.raises(InputError, match="an error probability lies in"):
        suite.controlled(near(0), level=level)


def test_rejections_that_are_no_discoveries_are_named_and_keep_their_verdict() -> None:
    exact = agrees("c", row(1.0), 2.0, rival=rival(predicted=1.0))
    assert suite.not_discovered([exact]) == ([], 0)
    checks = near(0)
    assert suite.not_discovered(checks) == ([], 1)
    many = [*checks, *(agrees("c", replicas(1.0, key=k), 1.0, rival=rival(predicted=1.01)) for k in range(400))]
    lost, resting = suite.not_discovered(many)
    assert lost[:1] == [0]
    assert resting >= 1
    assert many[0].verdict == "refuted"
