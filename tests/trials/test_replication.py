"""Verdicts over fresh seeds."""

from __future__ import annotations

from theorylab.trials.replication import fresh_seeds, over_fresh_seeds


def test_fresh_seeds_are_the_same_for_everybody_and_never_repeat() -> None:
    assert fresh_seeds(3, 5) == fresh_seeds(3, 8)[:5] != fresh_seeds(4, 5)
    assert len(set(fresh_seeds(0, 1000))) == 1000


def test_replications_count_verdicts_and_name_seeds(quick) -> None:  # type: ignore[no-untyped-def]
    rows = over_fresh_seeds("ema_bias", 3)
    assert [row["claim"] for row in rows] == [check.claim for check in quick("ema_bias")[0].checks]
    for row_ in rows:
        assert sum(row_["verdicts"].values()) == 3
        assert len(row_["seeds"]) == 3
        assert not row_["excessive"]
        assert row_["unexpected_seeds"] == []


def test_replications_of_too_few_replicas_are_seen_to_move() -> None:
    rows = over_fresh_seeds("ema_bias", 4, replicas=8)
    moved = [row_ for row_ in rows if row_["unexpected_seeds"]]
    assert moved
    assert all(row_["excessive"] for row_ in moved if len(row_["unexpected_seeds"]) >= 2)
