"""A check that is given no rival, or an array for a curve, says what to write."""

import numpy as np
import pytest

from theorylab import Power, Rival, above, agrees, below, decays_as, exact, geometric, monotone, ordered, threshold
from theorylab.errors import InputError

CURVE = exact(np.arange(1.0, 9.0), 1 / np.arange(1.0, 9.0), 1e-12)
RIVAL = Rival(claim="twice", predicted=exact(CURVE.x, 2 * CURVE.mean, 1e-12))
KINDS = {
    agrees: (CURVE, CURVE), below: (CURVE, CURVE), above: (CURVE, CURVE), ordered: (CURVE, CURVE), monotone: (CURVE,),
    decays_as: (CURVE, Power(-1)), geometric: (CURVE, 0.5), threshold: (CURVE, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rival", [None, CURVE, "twice"])
def test_a_rival_of_another_kind_is_refused(kind, rival):
    with pytest.raises(InputError, match=rf"^{kind.__name__} needs a rival, not .*: write rival=Rival\(claim='...', "):
        kind("a claim", *KINDS[kind], rival=rival)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_rival_is_asked_for(kind):
    with pytest.raises(InputError, match=rf"^{kind.__name__} was called .*'rival': write rival=Rival\("):
        kind("a claim", *KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_is_no_curve(kind):
    with pytest.raises(
        InputError, match=rf"^{kind.__name__} needs \w+ to be a .*Curve, made by exact\(.*not a ndarray"
    ):
        kind("a claim", CURVE.mean, *KINDS[kind][1:], rival=RIVAL)


def test_a_claim_is_words_and_a_number_may_stand_for_a_curve():
    with pytest.raises(InputError, match=r"^agrees needs its claim in words, first: it was given a Curve"):
        agrees(CURVE, CURVE, CURVE, rival=RIVAL)
    with pytest.raises(InputError, match=r"^below needs bound to be a number or a Curve, .*, not a str$"):
        below("a claim", CURVE, "1", rival=RIVAL)
    assert below("at most 1", CURVE, 1, rival=Rival(claim="at most 1/2", predicted=0.5)).verdict == "supported"
