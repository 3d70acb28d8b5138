"""The rule: what rounding is, what a difference is, and when nothing is decided."""

import numpy as np
import pytest

from theorylab.conformance import trial
from theorylab.conformance.references import Reference, reference, references
from theorylab.conformance.sequences import SEQUENCES, START, Sequence
from theorylab.conformance.trial import Verdict
from theorylab.errors import InputError

DOUBLE = 2.0**-52
ADAM = reference("adam")


def own(at, shift=0.0):
    """The reference itself, with gradients that are off by a relative shift."""
    return lambda sequence: ADAM.run(sequence, at, np.full((sequence.steps, 4), shift))


def parameters(**given):
    known = ADAM.parameters(**given)
    return lambda t: known


@pytest.mark.parametrize("name", sorted(references()))
def test_every_reference_is_itself(name):
    one = reference(name)
    values = {"float": 0.5, "int": 2, "bool": True}
    kinds = one.module.Method.__annotations__
    known = {
        field: values[getattr(kind, "__forward_arg__", str(kind))] for field, kind in kinds.items()
    } | one.module.Method._field_defaults

    def itself(sequence):
        return one.run(sequence, lambda t: known, np.zeros((sequence.steps, 4)))

    try:
        found = trial.compare(itself, one, lambda t: known, DOUBLE)
    except InputError as error:
        pytest.skip(f"{name}: {error}")
    assert found.difference is None


def test_a_relative_error_of_rounding_is_rounding_and_a_thousand_times_more_is_not():
    assert trial.compare(own(parameters(), DOUBLE), ADAM, parameters(), DOUBLE).verdict is Verdict.IDENTICAL
    assert trial.compare(own(parameters(), 1e-10), ADAM, parameters(), DOUBLE).verdict is Verdict.DIFFERS
    assert trial.compare(own(parameters(), 1e-8), ADAM, parameters(), 2.0**-23).verdict is Verdict.IDENTICAL


@pytest.mark.parametrize("name", ["rate", "first_decay", "second_decay", "epsilon"])
def test_every_parameter_of_adam_is_seen(name):
    value = ADAM.parameters()[name]
    found = trial.compare(own(parameters(**{name: value * 0.99})), ADAM, parameters(), DOUBLE)
    assert found.verdict is Verdict.DIFFERS


def test_a_parameter_that_nothing_shows_leaves_it_undecided(monkeypatch):
    monkeypatch.setattr(trial, "SEQUENCES", {"zeros": SEQUENCES["zeros"]})
    found = trial.compare(own(parameters()), ADAM, parameters(), DOUBLE)
    assert found.verdict is Verdict.UNDECIDED
    assert found.blind == ("epsilon", "first_decay", "rate", "second_decay")


def test_the_earliest_difference_is_named_and_of_several_the_first_sequence():
    def late(sequence):
        return np.where(np.arange(25)[:, None] < 9, own(parameters())(sequence), 7.0)

    found = trial.compare(late, ADAM, parameters(), DOUBLE).difference
    assert (found.sequence, found.step, found.coordinate, found.seen) == ("zeros", 9, 0, 7.0)


def test_infinities_and_nans_are_differences_where_the_other_is_finite():
    still, bad = np.zeros((3, 1)), np.array([[0.0], [np.nan], [0.0]])
    assert trial.differs(bad, still, still, "zeros").step == 1
    assert trial.differs(still, bad, still, "zeros").step == 1
    assert trial.differs(bad, bad, still, "zeros") is None
    assert "not finite" in str(trial.differs(bad, still, still, "zeros"))


def test_a_sequence_gives_what_a_step_asks_for():
    one = SEQUENCES["quadratic"].shaped((2, 2))
    gradient = one.gradient(1, one.start)
    assert gradient.shape == (2, 2)
    assert one.extra("loss", 1, one.start) == pytest.approx((1.05 + 0.95 * np.sin(1)) * np.sum(gradient**2))
    assert (one.extra("estimate", 3, one.start) > 0).all()
    with pytest.raises(InputError, match="no sequence has 'hessian'"):
        one.extra("hessian", 1, one.start)


def test_sequences_start_where_they_say_and_repeat():
    for one in SEQUENCES.values():
        assert (one.start == START).all()
        assert (one.gradient(5, one.start) == one.gradient(5, one.start)).all()
    assert SEQUENCES["outlier"].gradient(3, START)[0] == 1000.0
    assert [SEQUENCES["counterexample"].gradient(t, START)[0] for t in (1, 2, 3, 4)] == [4.0, -1.0, -1.0, 4.0]


def test_a_parameter_that_the_paper_leaves_open_is_asked_for():
    class Module:
        """A recursion. More."""

        from typing import NamedTuple

        class Method(NamedTuple):
            radius: float

        MEMORIES = 0

    one = Reference("other", Module)
    with pytest.raises(InputError, match="leaves radius open: give a value"):
        one.parameters()
    assert one.parameters(radius=2.0) == {"radius": 2.0}
    assert one.source == "A recursion. More."
    assert Sequence("a", "b", lambda t, x: x).steps == 24
