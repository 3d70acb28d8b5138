"""Bad input is refused with the sentence that was given, and good input passes."""

import pytest

from theorylab.errors import InputError, require


def test_a_condition_that_fails_raises_its_sentence():
    with pytest.raises(InputError, match=r"^step=2 is not allowed: give 1$"):
        require(False, "step=2 is not allowed: give 1")
    with pytest.raises(InputError):
        require((), "nothing was given")


def test_a_condition_that_holds_says_nothing():
    assert require(1 < 2, "never seen") is None
