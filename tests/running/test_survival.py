"""Runs that are killed, crowded, kept waiting or out of space lose nothing, and leave the bytes of undisturbed ones.

The truth is always the same run, undisturbed, in another folder. THEORYLAB_SLOW=1 makes the long version.
"""

import json
import os
import random

import pytest

from tests.faults import kills, subject, surroundings
from theorylab.running import store
from theorylab.trials import stored

NO_ROOT = os.name != "posix" or os.geteuid() != 0


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """What the run of the study writes when nothing disturbs it."""
    return surroundings.truth(tmp_path_factory.mktemp("truth") / "own")


@pytest.mark.skipif(os.name != "posix", reason="kill -9 as on POSIX")
@pytest.mark.parametrize(
    "name", [*kills.COMMANDS, *(pytest.param(long, marks=pytest.mark.slow) for long in kills.LONG)]
)
def test_a_command_killed_at_any_moment_leaves_the_bytes_of_an_undisturbed_one(tmp_path, name):
    tries = 50 if subject.SLOW else 8 if name == "run" else 2
    fates = kills.kills(tmp_path, name, random.Random(1), tries)
    assert set(fates) <= {"recovered", "recovered, from pieces"}, fates
    assert name != "run" or fates["recovered, from pieces"], "no run was ever continued"


def test_a_run_killed_again_and_again_goes_on(tmp_path):
    folder = subject.plant(tmp_path / "own")
    counts = []
    for _ in range(3):  # each goes on from the pieces of the one before
        run = subject.Run(folder, "run", "mine/walk.py", "--set", "pause=0.01")
        while len(subject.kept(folder / "out")) < sum(counts[-1:]) + 5:
            assert run.poll() is None, "the run ended before it could be stopped"
        run.kill()
        counts.append(len(subject.kept(folder / "out")))
    assert counts == sorted(counts)
    done = subject.command(folder, "run", "mine/walk.py", "--set", "pause=0.01")
    assert (done.returncode, done.stderr) == (0, "")
    undisturbed = subject.plant(tmp_path / "undisturbed")
    subject.command(undisturbed, "run", "mine/walk.py", "--set", "pause=0.01")
    assert subject.written(folder / "out") == subject.written(undisturbed / "out")


@pytest.mark.skipif(NO_ROOT, reason="mounting a small disk needs root")
@pytest.mark.parametrize("size", ["60k", "200k"])
def test_a_full_disk_loses_nothing(truth, tmp_path, size):
    found = surroundings.full_disk(tmp_path / "own", truth, size)
    if found is None:
        pytest.skip("no small disk can be mounted here")
    fate, first = found
    assert fate in ("recovered", "harmless"), first.stderr
    if size == "60k":  # checkpoints do not fit, and then the result does not: both are said
        assert "No space left on device; the run goes on" in first.stderr
        assert first.returncode == 1
        assert "No space left" in " ".join(first.stdout.split())


def test_runs_side_by_side_do_not_disturb_each_other(truth, tmp_path):
    assert surroundings.side_by_side(tmp_path / "own", truth) == ("harmless", "")


def test_two_settings_side_by_side_leave_files_that_belong_together(tmp_path):
    folder, runs = subject.plant(tmp_path / "own"), []
    for seed in (1, 2, 3, 4):
        runs.append(subject.Run(folder, "run", "mine/walk.py", "--seed", seed))
    for run in runs:
        done = run.wait()
        assert done.stderr == ""
        assert done.returncode in (0, 1)
    paths = stored.files(folder / "out", "mine.walk")
    record = json.loads(paths["json"].read_text(encoding="utf-8"))
    sums = json.loads(paths["ledger"].read_text(encoding="utf-8"))["ledger"]["sums"]
    assert sums == {kind: store.checksum(paths[kind]) for kind in ("json", "npz", "svg")}
    curves, inner = store.read_curves(paths["npz"])
    assert store.digest_of(curves) == record["curves"]
    assert inner["seed"] == record["seed"]
    assert len((folder / "out" / "seeds.jsonl").read_text().splitlines()) == 2  # 1 and 2 are the study's own


def test_a_stopped_process_that_holds_a_folder_costs_a_sentence_and_no_result(truth, tmp_path):
    fate, first = surroundings.stopped_holder(tmp_path / "own", truth)
    assert fate == "recovered"
    assert first.returncode == 2
    *_, last = first.stderr.splitlines()
    assert "(stopped) has held" in last
    assert "run the same command again" in last


@pytest.mark.skipif(NO_ROOT, reason="another user needs root")
@pytest.mark.parametrize(("mode", "expected"), [(0o755, "refused"), (0o777, "recovered"), (0o1777, "refused")])
def test_a_second_user_of_a_folder_works_or_is_refused_before_anything_is_computed(truth, tmp_path, mode, expected):
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    fate, done = surroundings.second_user(tmp_path / "own", truth, mode)
    assert fate == expected, done.stderr
    assert "Traceback" not in done.stderr
    if expected == "refused":
        assert len(done.stderr.splitlines()) == 1
        assert "choose another" in done.stderr


def test_two_versions_of_a_study_in_one_folder_are_never_mixed_up(tmp_path):
    assert not {"lost", "silently wrong"} & set(surroundings.two_versions(tmp_path / "own"))


@pytest.mark.parametrize("dates", [1.0, 4e9])
def test_dates_of_files_do_not_matter(truth, tmp_path, dates):
    assert surroundings.clock(tmp_path / "own", truth, dates) == "harmless"
