"""Faults, each with nothing lost: killed runs, damaged files, a full disk, runs side by side, dead workers.

The truth is always the same run, undisturbed, in another folder. THEORYLAB_SLOW=1 makes the long version (50 kills).
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import theorylab
from theorylab import grid, replicate, using
from theorylab.errors import DivergedError, InputError, StoppedError, StoreWarning
from theorylab.numerics.jit import kernel
from theorylab.numerics.sources import Graph
from theorylab.numerics.streams import fill_uniform
from theorylab.running import checkpoints, store
from theorylab.running.checkpoints import Checkpoints, run_key
from theorylab.trials import stored, study

ROOT = Path(theorylab.__file__).parents[1]
NAME = "regression.ema_linear_regression.one_hot"
STUDY = "ema_bias_and_variance"
SLOW = bool(os.environ.get("THEORYLAB_SLOW"))
KILLS = 50 if SLOW else 5
# Every piece is written at once, so that a kill meets a writer as often as possible.
MAIN = (
    "from theorylab.running import checkpoints; checkpoints.FLUSH_SECONDS = 0.0; "
    "from theorylab.views.cli import main; main()"
)
POINTS = np.arange(3.0)


def command(out, *more, replicas=6000):
    arguments = ["run", STUDY, "--set", f"replicas={replicas}", "--out", str(out), *more]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return [sys.executable, "-c", MAIN, *arguments], os.environ | {"PYTHONPATH": path}


def finished(out, *more, replicas=6000):
    line, variables = command(out, *more, replicas=replicas)
    return subprocess.run(line, env=variables, capture_output=True, text=True, check=False)


def written(out):
    folder = out / "regression" / "ema_linear_regression"
    return {kind: (folder / f"{STUDY}.{kind}").read_bytes() for kind in ("json", "npz", "svg")}


def kept(out):
    return sorted((out / ".pieces").rglob("*.piece"))


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """What the run writes when nothing disturbs it, and the seconds that it takes once it is compiled."""
    seconds = 0.0
    for attempt in ("cold", "warm"):
        out = tmp_path_factory.mktemp(attempt)
        began = time.monotonic()
        run = finished(out)
        seconds = time.monotonic() - began
        assert run.returncode == 0, run.stderr
        assert not kept(out)
    return written(out), seconds


@pytest.mark.skipif(os.name != "posix", reason="kill -9 as on POSIX")
def test_a_run_killed_again_and_again_gives_the_bytes_of_an_undisturbed_one(truth, tmp_path):
    expected, seconds = truth
    moments, kills, met, rounds = random.Random(1), 0, 0, 0
    while kills < KILLS:
        out = tmp_path / f"round {rounds}"
        line, variables = command(out)
        while True:
            # A kill comes at any moment of what is left, every second one after another piece is there; the last ones
            # let the run end.
            with subprocess.Popen(line, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
                before = len(kept(out))
                while kills % 2 == 0 and kills < KILLS and len(kept(out)) <= before and run.poll() is None:
                    time.sleep(0.01)
                try:
                    _, errors = run.communicate(timeout=moments.uniform(0.0, seconds) if kills < KILLS else 120)
                    break
                except subprocess.TimeoutExpired:
                    run.kill()
            kills += 1
            met += bool(before)
        assert run.returncode == 0, errors
        assert errors == b"", "a piece was damaged by a kill"
        assert written(out) == expected
        assert not kept(out)
        assert sorted(path.name for path in out.rglob("*") if path.is_file() and "unfinished" in path.name) == []
        rounds += 1
    assert met, "no run was ever continued"


def interrupt(out, pieces, replicas=6000):
    """Start the run and kill it when it has written some pieces."""
    line, variables = command(out, replicas=replicas)
    with subprocess.Popen(line, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while len(kept(out)) < pieces:
            assert run.poll() is None, "the run ended before it could be stopped"
            time.sleep(0.005)
        run.kill()


def truncate(path):
    path.write_bytes(path.read_bytes()[:-9])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-20] ^= 4
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, flip, empty])
def test_a_damaged_piece_is_reported_dropped_and_computed_again(truth, tmp_path, damage):
    interrupt(tmp_path, 3)
    path = kept(tmp_path)[1]
    damage(path)
    run = finished(tmp_path)
    assert run.returncode == 0
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith(f"theorylab: {path} is damaged (")
    assert written(tmp_path) == truth[0]


@pytest.mark.parametrize("damage", [truncate, flip, empty])
@pytest.mark.parametrize("kind", ["npz", "json", "svg", "ledger"])
def test_a_damaged_result_is_computed_again(tmp_path, kind, damage):
    theorylab.run("one_hot", out=tmp_path)
    path = stored.files(tmp_path, "regression.ema_linear_regression.one_hot")[kind]
    whole = path.read_bytes()
    damage(path)
    with pytest.warns(StoreWarning, match=r"is damaged \(.*(computed again|made again from the curves)"):
        theorylab.run("one_hot", out=tmp_path)
    if kind == "ledger":  # which holds the seconds that the run took
        assert theorylab.run("one_hot", out=tmp_path).reused
    else:
        assert path.read_bytes() == whole


def test_a_result_is_used_again_until_something_that_it_depends_on_changes(tmp_path, monkeypatch):
    first = theorylab.run("one_hot", out=tmp_path)
    again = theorylab.run("one_hot", out=tmp_path)
    assert (first.reused, again.reused) == (False, True)
    assert [check.to_json() for check in first.checks] == [check.to_json() for check in again.checks]
    assert first.record() == again.record()
    assert not theorylab.run("one_hot", out=tmp_path, fresh=True).reused
    assert not theorylab.run("one_hot", out=tmp_path, seed=99).reused
    module = theorylab.load("one_hot")

    def why(**changes):
        setting = study.changed("one_hot", module.QUICK, {"seed": 99} | changes)
        now = stored.origin(Path(module.__file__))
        return stored.stored(tmp_path, NAME, now, setting=stored.as_json(setting)).reason

    assert why() == ""
    assert why(seed=98) == "another setting: seed 99 -> 98"
    part = Graph.part
    monkeypatch.setattr(Graph, "part", lambda *given, **named: part(*given, **named) | {"theorylab.models.x": "0"})
    assert why() == "sources changed: theorylab.models.x"
    monkeypatch.undo()
    monkeypatch.setattr("theorylab.running.store.versions", lambda: {"numpy": "1"})
    assert why().startswith("versions changed: ")
    monkeypatch.undo()
    monkeypatch.setattr("theorylab.running.store.machine", lambda: "another one")
    assert why() == ""  # of the same kind
    monkeypatch.setattr("theorylab.running.store.processor", lambda: "abacus")
    assert "kind of processor" in why()


def edit(path, old, new):
    """Replace a text in a file, which looks older than this process, as if it had been edited before."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, (1e9, 1e9))


CLAIM = """
from dataclasses import dataclass
from theorylab import Rival, Source, agrees, exact, plots
from mine import numbers, words
SOURCE = Source("Theorem 1", kind="read")
@dataclass(frozen=True, kw_only=True)
class Setting:
    value: float = 1.0
QUICK, FULL = Setting(), Setting(value=2.0)
def measure(s):
    return {"a": exact([1, 2], [numbers.ONE * s.value] * 2, 1e-12)}
def checks(s, measured, predicted):
    yield agrees(words.CLAIM, measured["a"], s.value, rival=Rival(claim="nine", predicted=9.0))
def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1)
    axes.set_title("TITLE")
    return drawn
"""
MINE = "import sys, theorylab; from theorylab.views.cli import main; sys.argv[:] = ['theorylab', *sys.argv[1:]]; main()"


def mine(folder, *arguments):
    """What the command line answers in a folder, in a process of its own."""
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])}
    line = [sys.executable, "-B", "-c", MINE, *arguments]
    return subprocess.run(line, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def fates(folder):
    """Whether curves, checks and figure of one's own study would be computed or reused."""
    return tuple(line.split()[2] for line in mine(folder, "why", "mine/claim.py").stdout.splitlines()[1:])


def plant(folder):
    """A study of one's own and two modules that it uses, all older than any process."""
    (folder / "mine").mkdir()
    for name, text in {"__init__": "", "claim": CLAIM, "numbers": "ONE = 1.0", "words": "CLAIM = 'one'"}.items():
        (folder / "mine" / f"{name}.py").write_text(text)
        os.utime(folder / "mine" / f"{name}.py", (1e9, 1e9))
    return folder


@pytest.fixture(scope="module")
def stored_once(tmp_path_factory):
    """A folder with a study that was run."""
    folder = plant(tmp_path_factory.mktemp("stored"))
    assert mine(folder, "run", "mine/claim.py").returncode == 0
    assert fates(folder) == ("reused", "reused", "reused")
    return folder


@pytest.fixture
def own(stored_once, tmp_path):
    """A copy of it."""
    return shutil.copytree(stored_once, tmp_path / "own")


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("words", "one", "two", ("reused", "computed", "reused")),
        ("numbers", "1.0", "1.00", ("computed", "computed", "computed")),
        ("claim", "TITLE", "Another", ("reused", "reused", "computed")),
        ("claim", "Setting(value=2.0)", "Setting(value=3.0)", ("reused", "reused", "reused")),
        ("claim", "Theorem 1", "Theorem 2", ("reused", "computed", "reused")),
        ("claim", "nine", "nein", ("reused", "computed", "reused")),
        ("claim", "value: float = 1.0", "value: float = 1.5", ("computed", "computed", "computed")),
    ],
)
def test_an_edit_costs_what_can_feel_it(own, name, old, new, expected):
    edit(own / "mine" / f"{name}.py", old, new)
    assert fates(own) == expected


def test_checks_made_again_leave_the_curves_as_they_are(own):
    (curves,) = own.rglob("claim.npz")
    before = curves.read_bytes()
    edit(own / "mine" / "words.py", "one", "two")
    assert "two" in mine(own, "run", "mine/claim.py").stdout
    assert curves.read_bytes() == before
    assert fates(own) == ("reused", "reused", "reused")


def test_a_record_is_rewritten_only_when_a_number_changes(own):
    (path,) = (own / "out").rglob("mine/claim.json")
    record = json.loads(path.read_text())
    assert set(record) == {"schema", "study", "setting", "seed", "versions", "source", "checks", "curves"}
    older = path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"')
    path.write_text(older)
    edit(own / "mine" / "numbers.py", "1.0", "0.5 + 0.5")
    mine(own, "run", "mine/claim.py")
    assert path.read_text() == older
    edit(own / "mine" / "numbers.py", "0.5 + 0.5", "1.0 + 1e-13")
    mine(own, "run", "mine/claim.py")
    assert json.loads(path.read_text())["versions"]["numpy"] == np.__version__
    assert json.loads(path.read_text())["curves"] != record["curves"]


def test_a_source_that_cannot_be_trusted_is_never_reused(own):
    os.utime(own / "mine" / "numbers.py", (4e9, 4e9))  # dated in the future: was it edited while it ran?
    assert mine(own, "run", "mine/claim.py", "--fresh").returncode == 0
    assert "reused" not in mine(own, "run", "mine/claim.py").stdout


def test_a_figure_of_other_numbers_is_not_left_beside_a_record(own):
    (figure,) = (own / "out").rglob("claim.svg")
    mine(own, "run", "mine/claim.py", "--no-figures", "--fresh")
    assert figure.exists()
    mine(own, "run", "mine/claim.py", "--no-figures", "--set", "value=3")
    assert not figure.exists()


def test_a_store_of_a_later_version_is_refused_and_left_alone(tmp_path):
    theorylab.run("one_hot", out=tmp_path)
    paths = stored.files(tmp_path, "regression.ema_linear_regression.one_hot")
    record = json.loads(paths["json"].read_text(encoding="utf-8"))
    paths["json"].write_text(json.dumps(record | {"schema": store.SCHEMA + 1}))
    before = {path: path.read_bytes() for path in paths.values()}
    with pytest.raises(InputError, match=r"was written by a later version of the lab .* choose another folder"):
        theorylab.run("one_hot", out=tmp_path)
    assert {path: path.read_bytes() for path in paths.values()} == before
    paths["json"].write_text(json.dumps(record | {"schema": store.SCHEMA - 1}))
    paths["ledger"].unlink()
    assert not theorylab.run("one_hot", out=tmp_path).reused
    ledger = json.loads(paths["ledger"].read_text(encoding="utf-8"))["ledger"] | {"schema": store.SCHEMA + 1}
    store.write_json(paths["ledger"], {"checksum": stored._sum(ledger), "ledger": ledger})
    with pytest.raises(InputError, match=r"was written by a later version of the lab"):
        theorylab.run("one_hot", out=tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_loses_nothing(truth, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        run = finished(disk)
        # The run goes on without checkpoints and says so; the result does not fit, and the study says that.
        assert "No space left on device; the run goes on" in run.stderr
        assert run.returncode == 1
        assert "No space left" in " ".join(run.stdout.split()), run.stdout
        for path in disk.rglob("*.json"):
            json.loads(path.read_text(encoding="utf-8"))  # whole, or not there
        there = len(kept(disk))
        assert there, "what fitted is kept"
        subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)
        run = finished(disk)
        assert (run.returncode, run.stderr) == (0, "")
        assert written(disk) == truth[0]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_runs_side_by_side_do_not_disturb_each_other(truth, tmp_path):
    line, variables = command(tmp_path)
    runs = [subprocess.Popen(line, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(3)]
    outcomes = [(run.communicate()[1], run.returncode) for run in runs]
    assert outcomes == [(b"", 0)] * 3
    assert written(tmp_path) == truth[0]


def test_two_settings_side_by_side_leave_files_that_belong_together(tmp_path):
    runs = []
    for seed in (1, 2, 3, 4):
        line, variables = command(tmp_path, "--seed", str(seed), replicas=1000)
        runs.append(subprocess.Popen(line, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    for run in runs:  # another seed of so few replicas may leave a claim open: 1
        assert run.communicate()[1] == b""
        assert run.returncode in (0, 1)
    paths = stored.files(tmp_path, f"regression.ema_linear_regression.{STUDY}")
    record = json.loads(paths["json"].read_text(encoding="utf-8"))
    sums = json.loads(paths["ledger"].read_text(encoding="utf-8"))["ledger"]["sums"]
    assert sums == {kind: store.checksum(paths[kind]) for kind in ("json", "npz", "svg")}
    curves, inner = store.read_curves(paths["npz"])
    assert store.digest_of(curves) == record["curves"]
    assert inner["seed"] == record["seed"]


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
    assert calls[0][1] > 3000 * before // checkpoints_count(), "what was finished was computed again"
    assert curve.samples.tobytes() == replicate(draw, 3, **given).samples.tobytes()


def checkpoints_count():
    from theorylab.running.tasks import MAX_PIECES

    return 2 * MAX_PIECES


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
    line, variables = command(tmp_path / "out", replicas=200)
    for _ in range(2):
        assert subprocess.run(line, env=variables, capture_output=True, check=True).stderr == b""
        for path in (tmp_path / "out").rglob("*"):
            os.utime(path, (4e9, 4e9))


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
from tests.running.test_survival import draw, squares
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
