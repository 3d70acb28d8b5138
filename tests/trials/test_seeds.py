"""The list of seeds: each run once, own seeds never; what cannot be read is said and kept, the rest stays."""

import json
import os

import pytest

from theorylab.errors import StoreWarning
from theorylab.running import store
from theorylab.trials import seeds


def run(seed, study="a.b", sources="0"):
    return seeds.line(study, sources, {"dim": 3, "seed": seed}, True)


def test_other_seeds_of_the_same_run_are_remembered_once(tmp_path):
    for seed in (7, 8, 8, 1, 2):
        seeds.remember(tmp_path, run(seed), own=[1, 2])
    seeds.remember(tmp_path, run(9, study="a.c"), own=[1])
    seeds.remember(tmp_path, run(9, sources="1"), own=[1])
    assert [one["seed"] for one in seeds.others(tmp_path, run(1))] == [7, 8]
    assert [one["seed"] for one in seeds.others(tmp_path, run(8))] == [7]


def test_a_run_without_a_seed_is_not_remembered(tmp_path):
    seeds.remember(tmp_path, seeds.line("a.b", "0", {"dim": 3}, True), own=[None])
    assert not (tmp_path / seeds.SEEDS).exists()


LINE = json.loads(seeds._sealed(run(6)))
BAD = {
    "torn": b'{"checksum": "12',
    "number": b"5",
    "no text": b"\xff\xfe",
    "nested": b"[" * 100_000,
    "no checksum": json.dumps(run(6)).encode(),
    "changed": json.dumps(LINE | {"run": run(6) | {"as_declared": False}}).encode(),
    "another shape": seeds._sealed({"study": 5}).rstrip(),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_that_cannot_be_read_is_said_kept_and_costs_itself_alone(tmp_path, bad, end):
    path = tmp_path / seeds.SEEDS
    seeds.remember(tmp_path, run(7), own=[])
    path.write_bytes(path.read_bytes() + bad + end)
    with pytest.warns(StoreWarning, match=r"^1 line of .*seeds\.jsonl cannot be read: passed over; the rest is kept"):
        assert [one["seed"] for one in seeds.others(tmp_path, run(1))] == [7]
    with pytest.warns(StoreWarning, match=r"^1 line of .*seeds\.jsonl cannot be read: moved to seeds\.damaged"):
        seeds.remember(tmp_path, run(8), own=[])
    assert [one["seed"] for one in seeds.others(tmp_path, run(1))] == [7, 8]  # and no more is said
    assert (tmp_path / seeds.DAMAGED).read_bytes() == bad + b"\n"
    seeds.remember(tmp_path, run(9), own=[])
    assert [one["seed"] for one in seeds.others(tmp_path, run(1))] == [7, 8, 9]


def test_all_that_cannot_be_read_is_kept(tmp_path):
    for bad in (b"1\n", b"2\n"):
        (tmp_path / seeds.SEEDS).write_bytes(bad)
        with pytest.warns(StoreWarning, match="moved to"):
            seeds.remember(tmp_path, run(1), own=[1])
    assert (tmp_path / seeds.DAMAGED).read_bytes() == b"1\n2\n"


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_set_aside(tmp_path, make):
    make(tmp_path / seeds.SEEDS)
    with pytest.warns(StoreWarning, match="cannot be read"):
        assert seeds.others(tmp_path, run(1)) == []
    with pytest.warns(StoreWarning, match=r"kept as seeds\.jsonl\.damaged"):
        seeds.remember(tmp_path, run(7), own=[])
    assert [one["seed"] for one in seeds.others(tmp_path, run(1))] == [7]
    assert (tmp_path / "seeds.jsonl.damaged").exists()


def test_a_writer_that_dies_loses_no_line(tmp_path, monkeypatch):
    seeds.remember(tmp_path, run(7), own=[])

    def killed(*given):
        raise OSError("killed")

    for broken in ("os.fsync", "pathlib.Path.replace"):
        monkeypatch.setattr(broken, killed)
        with pytest.raises(OSError, match="killed"):
            seeds.remember(tmp_path, run(8), own=[])
        monkeypatch.undo()
        assert [one["seed"] for one in seeds.others(tmp_path, run(1))] == [7]
    assert [path.name for path in tmp_path.iterdir()] == [seeds.SEEDS]
    assert store.read(tmp_path / seeds.SEEDS).count(b"\n") == 1
