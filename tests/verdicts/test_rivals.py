"""A rival that the data do not reject leaves its claim undecided; one that equals the claim is refused."""

from __future__ import annotations

import pytest

from tests.verdicts.synthetic import (
    EPS,
    NAN,
    X,
    replicas,
    rival,
    row,
)
from theorylab.curves import exact
from theorylab.errors import InputError
from theorylab.verdicts import (
    Rival,
    above,
    agrees,
    below,
    monotone,
    ordered,
)


def needed(note: str) -> int:
    return int(note.split("would be decided by about ")[1].split()[0])


def test_rival_that_is_not_rejected_leaves_the_claim_inconclusive() -> None:
    measured = replicas(1.0, 1.0)
    checks = [
        agrees("c", measured, 1.0, rival=rival(predicted=1.1)),
        below("c", measured, 2.0, rival=rival(predicted=0.9)),
        above("c", measured, 0.5, rival=rival(predicted=1.1)),
        ordered("c", measured, replicas(3.0, 1.0, key=1), rival=rival(predicted=replicas(0.9, 1.0, key=2))),
        monotone("c", replicas(-9 * X, 1.0), rival=rival(measured=replicas(0.1 * X, 1.0, key=1))),
    ]
    for check in checks:
        assert check.verdict == "inconclusive"
        assert check.rival.verdict == "inconclusive"
        assert "rival not rejected" in check.note
        assert needed(check.note) > 64


def test_number_of_replicas_that_would_decide_is_where_the_interval_is_as_narrow_as_the_gap() -> None:
    check = agrees("c", replicas(1.0, 1.0), 1.0, rival=rival(predicted=1.1))
    asked = needed(check.note)
    assert agrees("c", replicas(1.0, 1.0, asked * 2), 1.0, rival=rival(predicted=1.1)).verdict == "supported"
    assert agrees("c", replicas(1.0, 1.0, asked // 2), 1.0, rival=rival(predicted=1.1)).verdict == "inconclusive"
    check = below("c", replicas(1.0, 1.0), 2.0, rival=rival(predicted=0.9))
    asked = needed(check.note)
    assert below("c", replicas(1.0, 1.0, asked * 2), 2.0, rival=rival(predicted=0.9)).verdict == "supported"
    assert below("c", replicas(1.0, 1.0, asked // 2), 2.0, rival=rival(predicted=0.9)).verdict == "inconclusive"


def test_number_of_replicas_is_told_whichever_side_is_replicated() -> None:
    check = below("c", row(1.0), replicas(2.0, 1.0), rival=rival(predicted=replicas(0.9, 1.0)))
    assert check.verdict == "inconclusive"
    assert needed(check.note) > 64


def test_exact_rival_within_rounding_is_not_rejected() -> None:
    check = agrees("c", row(1.0, 1e-3), row(1.0), rival=rival(predicted=row(1.0005)))
    assert check.verdict == "inconclusive"


def test_rival_that_is_the_claim_is_an_input_error() -> None:
    with pytest.raises(InputError, match="the rival 'same' equals the claim"):
        Rival(claim="same")


def test_rival_of_the_same_value_is_never_support() -> None:
    assert agrees("c", replicas(1.0), 1.0, rival=rival(predicted=1.0)).verdict == "inconclusive"
    assert agrees("c", row(1.0), 1.0, rival=rival(predicted=1.0)).verdict == "inconclusive"


def test_rival_measurement_is_judged_against_the_prediction_of_the_claim() -> None:
    check = below("c", replicas(1.0), 2.0, rival=rival(measured=replicas(3.0, key=1)))
    assert (check.verdict, check.rival.verdict) == ("supported", "refuted")
    check = below("c", replicas(1.0), 2.0, rival=rival(measured=replicas(1.5, key=1)))
    assert (check.verdict, check.rival.verdict) == ("inconclusive", "inconclusive")


def test_rival_of_monotone_needs_a_measurement() -> None:
    with pytest.raises(InputError, match="needs its own measurement"):
        monotone("c", row(-X), rival=rival(predicted=row(X)))


@pytest.mark.parametrize("within", [0.2501, 0.3, 0.9, -0.1, NAN])
def test_approximation_beyond_half_way_to_the_rival_is_an_input_error(within: float) -> None:
    with pytest.raises(InputError, match=r"within=.* stay below 0\.25, half way to the rival"):
        agrees("c", replicas(1.0), row(1.0), rival=rival(predicted=row(1.5)), within=within)
    with pytest.raises(InputError, match=r"within=.* stay below 0\.25, half way to the rival"):
        agrees("c", replicas(1.0), 1.0, rival=rival(measured=replicas(0.5)), within=within)


def test_approximation_below_half_way_to_the_rival_is_allowed() -> None:
    assert agrees("c", replicas(1.0), 1.0, rival=rival(predicted=1.5), within=0.24).verdict == "supported"


def test_half_way_is_measured_where_the_rival_is_farthest() -> None:
    far_in_one_point = rival(predicted=row([1.01, 1.01, 1.5, 1.01, 1.01]))
    assert agrees("c", replicas(1.0), row(1.0), rival=far_in_one_point, within=0.2).verdict == "supported"
    with pytest.raises(InputError, match=r"stay below 0\.25"):
        agrees("c", replicas(1.0), row(1.0), rival=far_in_one_point, within=0.26)


def test_point_that_is_predicted_to_vanish_has_no_relative_distance() -> None:
    # Relative to zero nothing is near: that point counts as no distance, and does not silence the others.
    predicted = row([1.0, 0.0, 1.0, 1.0, 1.0])
    measured = exact(X, [1.01, 0.0, 1.0, 1.0, 1.0], EPS)
    check = agrees("c", measured, predicted, rival=rival(predicted=row([1.5, 0.0, 1.5, 1.5, 1.5])), within=0.02)
    assert check.verdict == "supported"
