"""What a run rests on, and how it differs from another, in words."""

from pathlib import Path

import theorylab
from theorylab.trials import origins


def test_an_origin_has_the_parts_of_a_study_and_trusts_no_file_that_is_none():
    module = theorylab.load("ema_variance")
    now = origins.origin(Path(module.__file__))
    assert set(now.parts) == set(origins.PARTS)
    assert now.trusted
    assert len(now.sources) == 64
    none = origins.origin(None)
    assert not none.trusted
    assert none.sources == "edited after this process started"


def test_differences_are_named():
    one, other = {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 4, "d": 5}
    assert origins.changed_keys(one, other) == ["b", "c", "d"]
    assert origins.changes(one, other) == "b 2 -> 4, c 3 -> None, d None -> 5"
    assert origins.asked(True, {"b": 2, "a": 1.5}) == {"full": True, "changes": {"a": "1.5", "b": "2"}}
