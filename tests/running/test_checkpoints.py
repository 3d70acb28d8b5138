"""Pieces of long runs: the right one or none, whoever computes them; grids and blocks that go on from theirs."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import theorylab
from tests.faults import damage
from theorylab import grid, replicate, using
from theorylab.errors import DivergedError, InputError, StoppedError, StoreWarning
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import fill_uniform
from theorylab.running import checkpoints, store
from theorylab.running.checkpoints import Checkpoints, run_key
from theorylab.running.tasks import MAX_PIECES

ROOT = Path(theorylab.__file__).parents[1]
SLOW = bool(os.environ.get("THEORYLAB_SLOW"))
POINTS = np.arange(3.0)


@pytest.mark.parametrize("harm", [*damage.HARMS, *damage.MISPLACED], ids=lambda harm: harm.__name__)
def test_a_piece_is_the_one_that_is_asked_for_or_it_is_said_and_computed_again(tmp_path, harm):
    fate, words = damage.piece(tmp_path, harm)
    assert fate == "recovered", words
    dropped = [line for line in words if "is damaged (" in line and "dropped, and computed again" in line]
    aside = [line for line in words if "is a folder where a file belongs: kept as" in line]
    assert dropped + aside == words
    assert (len(dropped), len(aside)) == (2 if harm is damage.swapped else 1, harm is damage.a_folder)


@pytest.mark.parametrize("harm", damage.MISPLACED[:3], ids=lambda harm: harm.__name__)
def test_without_names_misplaced_pieces_would_be_taken(tmp_path, monkeypatch, harm):
    decode = checkpoints._decode

    def nameless(content, key, start, stop):
        told = json.loads(content.split(b"\n")[1])
        return decode(content, told["run"], told["from"], told["to"])

    monkeypatch.setattr(checkpoints, "_decode", nameless)
    assert damage.piece(tmp_path, harm)[0] == "silently wrong"


def test_a_finished_run_deletes_its_own_pieces_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    others, own = Checkpoints(tmp_path), Checkpoints(tmp_path)
    for pieces, key in ((others, "long"), (own, "quick")):
        pieces.add(key, 0, 3, POINTS)
    (tmp_path / "quick" / "note.txt").write_text("somebody's own")
    assert own.runs == {"quick"}
    store.delete_pieces(tmp_path, own.runs)
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["0-3.piece", "note.txt"]
    assert others.load("long", 0, 3).tobytes() == POINTS.tobytes()
    (tmp_path / "quick" / "note.txt").unlink()
    store.delete_pieces(tmp_path, ["quick", "long"])
    assert not tmp_path.exists()


def test_a_folder_that_vanishes_between_two_pieces_is_made_again(tmp_path, monkeypatch):
    # Another process that ends takes an empty folder with it.
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    pieces, write = Checkpoints(tmp_path / "pieces"), checkpoints.store.write_atomically
    failures = [FileNotFoundError(2, "No such file or directory")] * 2

    def interfered(path, content):
        if failures:
            raise failures.pop()
        write(path, content)

    monkeypatch.setattr(checkpoints.store, "write_atomically", interfered)
    pieces.add("key", 0, 3, POINTS)
    assert pieces.load("key", 0, 3).tobytes() == POINTS.tobytes()


@kernel
def draw(points, source):
    """Uniforms, (points,)."""
    out = np.empty(points)
    fill_uniform(source, out)
    return out


def deadly(flag, points, source):
    """Uniforms; the process that reaches one below 0.002 first is killed, and leaves a flag that spares the next."""
    out = draw(points, source)
    if out[0] < 0.002 and not Path(flag).exists():
        Path(flag).touch()
        os._exit(9)
    time.sleep(0.0005)
    return out


def test_a_dead_worker_costs_its_own_work_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    given = {"x": POINTS, "replicas": 3000, "seed": 1}
    flag = str(tmp_path / "flag")
    said = r"^a worker died while deadly ran .* the same command goes on from there$"
    with (
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool,
        using(executor=pool, checkpoints=Checkpoints(tmp_path / "kept")),
        pytest.raises(StoppedError, match=said),
    ):
        replicate(deadly, flag, 3, **given)
    before = len(list((tmp_path / "kept").rglob("*.piece")))
    assert before
    calls = []
    with using(checkpoints=Checkpoints(tmp_path / "kept"), progress=lambda *report: calls.append(report)):
        curve = replicate(deadly, flag, 3, **given)
    assert calls[0][1] > 3000 * before // (2 * MAX_PIECES), "what was finished was computed again"
    assert curve.samples.tobytes() == replicate(draw, 3, **given).samples.tobytes()


def test_a_clock_that_jumps_does_not_matter(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    given = {"x": POINTS, "replicas": 200, "seed": 1}
    expected = replicate(draw, 3, **given).samples
    for jump in (-1e9, 1e9):
        now = time.time
        with monkeypatch.context() as patched, using(checkpoints=Checkpoints(tmp_path)):
            patched.setattr(time, "time", lambda now=now, jump=jump: now() + jump)
            assert replicate(draw, 3, **given).samples.tobytes() == expected.tobytes()
        for path in tmp_path.rglob("*.piece"):
            os.utime(path, (0, 0) if jump < 0 else (4e9, 4e9))
    assert list(tmp_path.rglob("*.piece"))


def sometimes_nan(points, source):
    """Uniforms, not a number where one is below 0.05."""
    out = draw(points, source)
    out[out < 0.05] = np.nan
    return out


def test_what_is_not_a_number_is_an_error_each_time_and_no_piece_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    messages = []
    for _ in range(2):
        with using(checkpoints=Checkpoints(tmp_path)), pytest.raises(DivergedError) as caught:
            replicate(sometimes_nan, 3, x=POINTS, replicas=300, seed=1)
        messages.append(str(caught.value))
        assert len(list(tmp_path.rglob("*.piece"))) == 64
    assert messages[0] == messages[1]


def test_pieces_of_another_run_are_never_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    given = {"x": POINTS, "replicas": 50, "seed": 1}
    with using(checkpoints=Checkpoints(tmp_path)):
        for changes in ({}, {"seed": 2}, {"replicas": 60}):
            assert (
                replicate(draw, 3, **given | changes).samples.tobytes()
                == np.array([draw(3, theorylab.numerics.streams.stream((given | changes)["seed"], r))
                             for r in range((given | changes)["replicas"])]).tobytes()
            )  # fmt: skip
    assert len(list(tmp_path.iterdir())) == 3


def test_the_name_of_a_run_tells_arguments_apart_and_admits_what_it_cannot_tell():
    def key(*arguments, function=draw, **described):
        return run_key(function, described, arguments)

    a, b = np.arange(4.0), np.arange(4.0).reshape(2, 2)
    names = [key(x) for x in (1, 1.0, True, None, "1", b"1", a, b, a.astype(np.float32), (1, 2), (1, (2,)), ((1,), 2))]
    names += [key(1, 2), key(12), key(1, seed=1), key(1, seed=2), key(1, function=deadly)]
    assert None not in names
    assert len(set(names)) == len(names)
    assert key(a) == key(a.copy())
    assert key(object()) is None
    assert key({1: 2}) is None
    assert key(1, function=lambda x: x) is None


def test_a_checkpoint_that_cannot_be_written_is_said_once(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    (tmp_path / "file").touch()
    pieces = Checkpoints(tmp_path / "file" / "below")
    with pytest.warns(StoreWarning, match="the run goes on"):
        pieces.add("key", 0, 1, POINTS)
    pieces.add("key", 1, 2, POINTS)  # another warning would be an error


@kernel
def squares(points, shift):
    """Squares of the shifted coordinates of each point."""
    return (points + shift) ** 2


def test_a_grid_gives_each_point_its_row_and_goes_on_from_its_checkpoints(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FLUSH_SECONDS", 0.0)
    points = np.random.default_rng(0).normal(size=(1000, 2))
    expected = (points + 0.5) ** 2
    seen = []
    with using(checkpoints=Checkpoints(tmp_path), progress=lambda *report: seen.append(report)):
        assert np.array_equal(grid(squares, points, 0.5), expected)
        count = len(seen)
        assert np.array_equal(grid(squares, points, 0.5), expected)
    assert seen[count:] == [("squares", 1000, 1000)]
    for name, reduction in (("max", np.max), ("min", np.min)):
        assert np.array_equal(grid(squares, points, 0.5, reduce=name), reduction(expected, axis=0))
    with using(workers=1):
        one = grid(squares, points, 0.5, reduce="sum")
    assert one.tobytes() == grid(squares, points, 0.5, reduce="sum").tobytes()
    assert one == pytest.approx(expected.sum(axis=0), rel=1e-12)


@pytest.mark.parametrize(
    ("points", "reduce", "message"),
    [
        (np.zeros((0, 2)), None, r"^points of shape \(0, 2\) are no grid"),
        (1.0, None, r"^points of shape \(\) are no grid"),
        (np.zeros((2, 2)), "median", r"^reduce='median' is not allowed: give 'max', 'min' or 'sum'"),
    ],
)
def test_what_is_no_grid_is_refused(points, reduce, message):
    with pytest.raises(InputError, match=message):
        grid(squares, points, 0.5, reduce=reduce)


def test_a_kernel_that_merges_points_is_refused():
    def merged(points):
        return points.sum(axis=0)

    with pytest.raises(InputError, match="one row per point"):
        grid(merged, np.zeros((5, 2)))


BIG = """
import numpy as np
from theorylab import replicate, grid
from tests.running.test_checkpoints import draw, squares
curve = replicate(draw, {points}, x=np.arange({points}), replicas={replicas}, seed=1)
assert curve.replicas * curve.block == {replicas} and curve.block > 1
print(curve.mean.mean(), (curve.standard_error * np.sqrt(12 * {replicas})).mean())
print(grid(squares, np.ones({grid}), 1.0, reduce="max"))
# Not getrusage: its maximum outlives exec, and so counts the memory of the test suite that started this process.
print(next(1024 * int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_a_large_run_streams_its_statistics(tmp_path):
    points, replicas = (200, 10**6) if SLOW else (2000, 10**5)  # 1.6 GB of samples either way
    line = [sys.executable, "-c", BIG.format(points=points, replicas=replicas, grid=10**7)]
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(line, env=variables, capture_output=True, text=True, check=True)
    means, largest, memory = run.stdout.splitlines()
    mean, error = map(float, means.split())
    # Uniforms have mean 1/2 and standard deviation 1/sqrt 12: six standard errors.
    assert mean == pytest.approx(0.5, abs=6 / np.sqrt(12 * points * replicas))
    assert error == pytest.approx(1, abs=0.02)
    assert float(largest) == 4.0
    assert int(memory) < 2**30, f"{int(memory) / 2**20:.0f} MiB"


def test_blocks_are_means_of_consecutive_replicas_and_leave_the_verdicts_alone(monkeypatch):
    whole = replicate(draw, 3, x=POINTS, replicas=1024, seed=1)
    monkeypatch.setattr("theorylab.running.replicas.MAX_SAMPLE_BYTES", 256 * 3 * 8)
    blocked = replicate(draw, 3, x=POINTS, replicas=1024, seed=1)
    assert (blocked.replicas, blocked.block) == (256, 4)
    assert blocked.samples == pytest.approx(whole.samples.reshape(256, 4, 3).mean(axis=1), rel=1e-14)
    with using(workers=1):
        assert replicate(draw, 3, x=POINTS, replicas=1024, seed=1).samples.tobytes() == blocked.samples.tobytes()
    assert "256 means of 4" in repr(blocked)
    assert replicate(draw, 3, x=POINTS, replicas=1024, seed=1, keep_diverged=True).block == 1
    with pytest.raises(InputError, match=r"^replicas=1031 do not divide into blocks .* a multiple of 8, such as 1032"):
        replicate(draw, 3, x=POINTS, replicas=1031, seed=1)


def test_what_cannot_fit_into_memory_is_refused_before_it_starts():
    def never(source):
        raise AssertionError("the kernel was called")

    with pytest.raises(InputError, match=r"GiB of memory, and .* GiB are free: give fewer points"):
        replicate(never, x=np.arange(10**7), replicas=10**6, seed=1)
