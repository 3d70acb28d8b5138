"""The certificates of the models are found by their module."""

import pytest

from theorylab.errors import InputError
from theorylab.trials import certificates


def test_families_are_found_by_their_module():
    assert certificates.families() == ["edge", "minimax", "regression"]


def test_an_unknown_family_is_refused_with_the_nearest():
    assert certificates.named("edge") == "edge"
    with pytest.raises(InputError, match="no certificates for 'minmax'; did you mean 'minimax'"):
        certificates.named("minmax")
