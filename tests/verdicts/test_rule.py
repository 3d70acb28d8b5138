"""The one rule of all checks: its table of nine cases, what is declared, and what a record of it holds."""

from __future__ import annotations

import json

import pytest

from tests.verdicts.synthetic import (
    HOLDS,
    INF,
    NAN,
    P,
    X,
    one_bad,
    replicas,
    rival,
    row,
)
from theorylab.curves import exact
from theorylab.errors import InputError
from theorylab.verdicts import (
    LEVEL,
    Check,
    Rival,
    Verdict,
    above,
    agrees,
    below,
)
from theorylab.verdicts.checks import opened
from theorylab.verdicts.outcomes import Outcome, failure, verdict_named
from theorylab.verdicts.rule import broken, judge


def outcome(compatible: bool | None, hint: str = "", note: str = "") -> Outcome:
    return Outcome(
        compatible, evaluated=3, measured=1.0, interval=(0.5, 1.5), allowed=(0.0, None), note=note, hint=hint
    )


@pytest.mark.parametrize(
    ("claim", "other", "verdict", "rival_verdict"),
    [
        (True, False, "supported", "refuted"),
        (True, True, "inconclusive", "inconclusive"),
        (True, None, "inconclusive", "inconclusive"),
        (None, False, "inconclusive", "refuted"),
        (None, True, "inconclusive", "inconclusive"),
        (None, None, "inconclusive", "inconclusive"),
        (False, True, "refuted", "supported"),
        (False, False, "refuted", "refuted"),
        (False, None, "refuted", "inconclusive"),
    ],
)
def test_rule_gives_each_pair_of_outcomes_its_verdicts(
    claim: bool | None, other: bool | None, verdict: str, rival_verdict: str
) -> None:
    check = judge("c", "k", outcome(claim), rival(predicted=1), outcome(other), "supported")
    assert (check.verdict, check.rival.verdict) == (verdict, rival_verdict)
    # The same pair under a declared refutation: declarations do not change verdicts.
    check = judge("c", "k", outcome(claim), rival(predicted=1), outcome(other), "refuted")
    assert (check.verdict, check.rival.verdict) == (verdict, rival_verdict)


@pytest.mark.parametrize("other", [True, False, None])
def test_failed_claim_or_failed_rival_is_an_error(other: bool | None) -> None:
    check = judge("c", "k", failure("no data"), rival(predicted=1), outcome(other), "supported")
    assert check.verdict == "error"
    assert "no data" in check.note
    assert not check.as_declared
    check = judge("c", "k", outcome(other), rival(predicted=1), failure("no rival data"), "supported")
    assert (check.verdict, check.rival.verdict) == ("error", "error")
    assert "rival: no rival data" in check.note


def test_hints_are_told_where_nothing_was_decided_and_only_there() -> None:
    def note(claim: bool | None, other: bool | None) -> str:
        sides = outcome(claim, "more of the claim"), rival(predicted=1), outcome(other, "more of the rival", "seen")
        return judge("c", "k", *sides, "supported").note

    assert "more of the claim" in note(None, False)
    assert "rival" not in note(None, False)
    assert note(True, True) == "rival not rejected: seen: more of the rival"
    assert note(True, None) == "rival not rejected: seen: more of the rival"
    assert note(True, False) == note(False, True) == ""


def test_declared_defaults_to_support_of_the_claim_and_refutation_of_the_rival() -> None:
    check = judge("c", "k", outcome(True), rival(predicted=1), outcome(False), "supported")
    assert (check.declared, check.rival.declared) == ("supported", "refuted")
    check = judge("c", "k", outcome(True), rival(predicted=1), outcome(False), "refuted")
    assert (check.declared, check.rival.declared) == ("refuted", "supported")
    own = Rival(claim="r", predicted=1, declared=Verdict.INCONCLUSIVE)
    assert judge("c", "k", outcome(True), own, outcome(False), "supported").rival.declared == "inconclusive"


@pytest.mark.parametrize("declared", ["inconclusive", "error", "true", ""])
def test_declaring_anything_but_supported_or_refuted_is_an_input_error(declared: str) -> None:
    with pytest.raises(InputError, match="supported"):
        agrees("c", row(1.0), 1.0, rival=rival(predicted=2.0), declared=declared)


def test_refuted_finding_is_as_declared_only_while_claim_and_rival_keep_their_roles() -> None:
    measured = replicas(1.0)
    finding = agrees("published", measured, 2.0, rival=rival(predicted=1.0), declared="refuted")
    assert (finding.verdict, finding.rival.verdict) == ("refuted", "supported")
    assert finding.as_declared
    # Roles exchanged: the claim holds.
    swapped = agrees("published", measured, 1.0, rival=rival(predicted=2.0), declared="refuted")
    assert (swapped.verdict, swapped.rival.verdict) == ("supported", "refuted")
    assert not swapped.as_declared
    # The correction is wrong as well: no finding.
    both = agrees("published", measured, 2.0, rival=rival(predicted=3.0), declared="refuted")
    assert (both.verdict, both.rival.verdict) == ("refuted", "refuted")
    assert not both.as_declared
    # A refutation that nobody declared.
    surprise = agrees("published", measured, 2.0, rival=rival(predicted=1.0))
    assert surprise.verdict == "refuted"
    assert not surprise.as_declared
    assert agrees("published", measured, 1.0, rival=rival(predicted=2.0)).as_declared


def test_broken_study_is_an_error_that_is_never_as_declared() -> None:
    check = broken("a study", "ZeroDivisionError")
    assert check.verdict == "error"
    assert not check.as_declared
    assert check.evaluated == 0
    assert check.note == "ZeroDivisionError"


def test_default_level_is_one_in_a_thousand() -> None:
    assert LEVEL == 1e-3


KEYS = {
    "claim", "kind", "verdict", "declared", "measured", "interval", "allowed", "error_probability", "evaluated",
    "rival", "note", "source", "covers", "score", "noisy", "last_x", "separates_at", "form_miss", "raw_p_values",
}  # fmt: skip


def infinite_checks() -> list[Check]:
    infinite = one_bad(INF, replicas(1.0))
    return [
        agrees("c", infinite, 1.0, rival=rival(predicted=5.0)),
        below("c", infinite, 1.5, rival=rival(predicted=0.5)),
        above("c", infinite, 1.5, rival=rival(predicted=0.5)),
        below("c", exact(X, [1.0, INF, 1.0, 1.0, 1.0], 1e-12), 1.5, rival=rival(predicted=0.5)),
        below("c", replicas(1.0), INF, rival=rival(predicted=0.5)),
        agrees("c", one_bad(NAN, row(1.0)), 1.0, rival=rival(predicted=5.0)),
        Check("c", "k", Verdict.ERROR, Verdict.SUPPORTED, NAN, (NAN, INF), (-INF, None), 0.0, 0, broken("", "").rival),
    ]


def test_words_for_verdicts_and_open_ends() -> None:
    assert verdict_named("refuted") is verdict_named(Verdict.REFUTED) is Verdict.REFUTED
    with pytest.raises(InputError, match="'true' is no verdict: give one of supported"):
        verdict_named("true")
    assert opened((-INF, 1)) == (None, 1.0)
    assert opened((NAN, None)) == (None, None)
    assert opened(None) is None


def test_json_has_exactly_its_keys_and_no_nan() -> None:
    checks = [HOLDS[kind](road) for kind in HOLDS for road in (True, False)]
    checks += [*infinite_checks(), broken("a study", "reason")]
    for check in checks:
        as_json = check.to_json()
        assert set(as_json) == KEYS
        assert set(as_json["rival"]) == {"claim", "verdict", "declared"}
        assert json.loads(json.dumps(as_json, allow_nan=False)) == as_json
        assert Check.from_json(as_json).to_json() == as_json
        assert type(as_json["verdict"]) is type(as_json["declared"]) is str


def test_json_holds_the_numbers_of_the_check() -> None:
    check = below("a claim", replicas(1.0), 2.0, rival=Rival(claim="another", predicted=0.5))
    assert check.interval is not None
    assert check.to_json() == {
        "claim": "a claim",
        "kind": "below",
        "source": "",
        "verdict": "supported",
        "declared": "supported",
        "measured": check.measured,
        "interval": list(check.interval),
        "allowed": [None, 1.0],
        "error_probability": LEVEL,
        "evaluated": P,
        "rival": {"claim": "another", "verdict": "refuted", "declared": "refuted"},
        "note": check.note,
        "covers": check.covers,
        "noisy": True,
        "last_x": 5.0,
        "separates_at": 1.0,
        "form_miss": 0.0,
        "score": check.score and check.score.to_json(),
        "raw_p_values": {"claim": 1.0, "rival": 1e-9},
    }
    assert check.measured == pytest.approx(0.5)
