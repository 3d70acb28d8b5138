"""Finitely many statements, or one on a box, are certified, refuted or left open; nothing false is certified."""

import math

import pytest

flint = pytest.importorskip("flint", reason="certificates need the extra rigour: pip install 'theorylab[rigour]'")

from theorylab.errors import InputError  # noqa: E402
from theorylab.numerics import proofs  # noqa: E402

arb = flint.arb


def test_finitely_many_statements_are_judged_together():
    assert proofs.by_points("all", "", [arb(1), arb(2)]).verdict == "certified"
    assert proofs.by_points("one fails", "", [arb(1), arb(0, 1), arb(-1)]).verdict == "refuted"
    assert proofs.by_points("one is open", "", [arb(1), arb(0, 1)]).verdict == "undecided"
    with pytest.raises(InputError, match="nothing"):
        proofs.by_points("none", "", [])


def test_a_point_that_is_not_finite_decides_nothing():
    assert proofs.by_points("nan", "", [arb(1), arb("nan")]).verdict == "undecided"


def test_a_statement_on_a_box_is_bisected_until_it_is_decided():
    def sine(x):
        return x.sin()

    positive = proofs.by_bisection("sin x >= 0", ["x"], [(0.1, 3.0)], sine)
    assert (positive.verdict, positive.as_declared) == ("certified", True)
    assert 0 <= positive.slack <= math.sin(0.1)
    assert "x" in positive.box
    assert proofs.by_bisection("sin x >= 0", ["x"], [(0.1, 3.5)], sine).verdict == "refuted"
    # At the zero itself no ball decides.
    touching = proofs.by_bisection("sin x >= x", ["x"], [(-1.0, 0.0)], lambda x: x.sin() - x, limit=50)
    assert touching.verdict == "undecided"
    rival = proofs.by_bisection("sin x >= 1/2", ["x"], [(0.1, 3.0)], lambda x: x.sin() - 0.5, declared="refuted")
    assert (rival.verdict, rival.as_declared) == ("refuted", True)
    assert rival.to_json()["slack"] is None
