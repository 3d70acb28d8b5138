"""A Dask cluster of separate processes: the bytes of here, one thread each, a dead worker costs its own work."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import theorylab
from tests.faults import subject
from theorylab import grid, replicate, using
from theorylab.errors import InputError
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import OUTPUTS, simulate
from theorylab.running.tasks import Reference

distributed = pytest.importorskip("distributed")
# Libraries that a cluster brings warn of what is not ours to change.
pytestmark = pytest.mark.filterwarnings(
    "default:::distributed", "default::ResourceWarning", "default::DeprecationWarning"
)

ROOT = Path(theorylab.__file__).parents[1]


@pytest.fixture(scope="module")
def cluster():
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as given:
        yield given


@pytest.fixture
def executor(cluster):
    with distributed.Client(cluster) as client, using(executor=client.get_executor()):
        yield client


def threads():
    import numba

    import theorylab.numerics.jit

    assert theorylab.numerics.jit
    return os.getpid(), numba.config.NUMBA_NUM_THREADS, os.environ["OPENBLAS_NUM_THREADS"]


def test_workers_are_other_processes_with_one_thread_each(executor):
    found = list(executor.run(threads).values())
    assert len({pid for pid, _, _ in found} | {os.getpid()}) == 3
    assert [(numba, blas) for _, numba, blas in found] == [(1, "1")] * 2


def test_bytes_are_those_of_this_process(executor):
    problem = LeastSquares.power_law(4, 1.0, start=1.0, noise_std=1.0)
    there = simulate(problem, 0.1, 0.9, [1, 5, 20], replicas=500, seed=2)
    points = np.random.default_rng(0).normal(size=(1000, 2))
    total = grid(shifted, points, 0.5, reduce="sum")
    with using(executor=InThisProcess()):
        here = simulate(problem, 0.1, 0.9, [1, 5, 20], replicas=500, seed=2)
        assert grid(shifted, points, 0.5, reduce="sum").tobytes() == total.tobytes()
    for name in OUTPUTS:
        assert here[name].samples.tobytes() == there[name].samples.tobytes()


def shifted(points, shift):
    """The points, shifted."""
    return points + shift


class InThisProcess(theorylab.running.tasks.ThreadPoolExecutor):
    """Threads of this process."""

    def __init__(self):
        super().__init__(2)


def test_the_command_writes_the_same_files_on_a_cluster(cluster, tmp_path):
    line = [
        sys.executable,
        "-c",
        "from theorylab.views.cli import main; main()",
        "run",
        "one_hot",
        "ema_bias_and_variance",
    ]
    for more in (["--out", "here"], ["--out", "there", "--dask", cluster.scheduler_address]):
        run = subprocess.run([*line, *more], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
    names = sorted(path.relative_to(tmp_path / "here") for path in (tmp_path / "here").rglob("*.*") if path.is_file())
    names = [name for name in names if name.parts[0] != ".store"]  # where the seconds of each run stand
    assert len(names) == 7
    for name in names:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def slow(points, source):
    """The numbers 0, 1, ... and the first draw of the stream; slowly."""
    out = np.empty(points)
    theorylab.numerics.streams.fill_uniform(source, out)
    time.sleep(0.005)
    return out


def test_a_killed_worker_costs_its_own_work(cluster, executor):
    victim = next(iter(executor.run(os.getpid).values()))
    given = {"x": np.arange(3.0), "replicas": 600, "seed": 1}
    seen = []
    threading.Timer(0.7, os.kill, (victim, signal.SIGKILL)).start()
    with using(progress=lambda *report: seen.append((report[1], time.monotonic()))):
        curve = replicate(slow, 3, **given)
    assert victim not in executor.run(os.getpid).values(), "the worker was not killed in time"
    done = [count for count, _ in seen]
    assert done == sorted(done)
    assert done[-1] == 600
    with using(executor=InThisProcess()):
        assert curve.samples.tobytes() == replicate(slow, 3, **given).samples.tobytes()


def test_a_worker_with_other_sources_is_refused(executor, monkeypatch):
    reference = Reference.to(slow)
    other = Reference(reference.place, "0" * 64, reference.origin)
    with pytest.raises(InputError, match=r"has other sources of .*: install the same version of the project"):
        executor.submit(other.resolve).result()
    assert executor.submit(reference.resolve).result().__name__ == "slow"


def test_an_address_where_nothing_answers_is_refused_in_one_line(tmp_path):
    line = [
        sys.executable,
        "-c",
        "from theorylab.views.cli import main; main()",
        "run",
        "one_hot",
        "--dask",
        "tcp://127.0.0.1:1",
    ]
    run = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith("theorylab: no Dask scheduler answers at --dask tcp://127.0.0.1:1")
    assert len(run.stderr.splitlines()) == 1


def test_without_the_extra_the_message_says_what_to_install(tmp_path):
    code = "import sys; sys.modules['distributed'] = None; from theorylab.views.cli import main; main()"
    line = [sys.executable, "-c", code, "run", "one_hot", "--dask", "tcp://127.0.0.1:1"]
    run = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr == "theorylab: --dask needs the cluster extra: pip install -e '.[cluster]'\n"


# A cluster that dies

LONG = ("run", "mine/walk.py", "--set", "replicas=640", "--set", "pause=0.02", "--no-figures")


@pytest.fixture
def processes(tmp_path):
    """The folder of the study, the scheduler's address, scheduler and worker as processes that can be killed."""
    folder, file = subject.plant(tmp_path / "own"), tmp_path / "scheduler.json"
    where = ("--scheduler-file", str(file))
    started = []

    def start(part, *arguments):
        line = [sys.executable, "-m", f"distributed.cli.dask_{part}", *where, *arguments]
        variables = subject.variables(folder) | {"PYTHONWARNINGS": "ignore"}
        given = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(line, env=variables, cwd=tmp_path, **given))
        return started[-1]

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    worker = start("worker", "--nthreads", "1", "--no-dashboard", "--no-nanny")
    while not file.is_file() or not file.read_text():
        assert scheduler.poll() is None
        time.sleep(0.05)
    yield folder, json.loads(file.read_text())["address"], scheduler, worker
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("victim", ["scheduler", "worker", "client"])
def test_who_dies_costs_a_sentence_and_the_pieces_are_kept(processes, victim):
    folder, address, scheduler, worker = processes
    with distributed.Client(address) as client:
        client.wait_for_workers(1, timeout=60)
    before = "from theorylab.views.cli import clusters; clusters.FORSAKEN = 2.0; clusters.LOOK = 0.5"
    line = subject.line(*LONG, "--dask", address, before=before)
    given = {"cwd": folder, "env": subject.variables(folder), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, text=True, **given) as run:
        while len(subject.kept(folder / "out")) < 3:
            assert run.poll() is None, run.communicate()
            time.sleep(0.01)
        {"scheduler": scheduler, "worker": worker, "client": run}[victim].kill()
        out, err = run.communicate(timeout=90)
    assert len(subject.kept(folder / "out")) >= 3
    if victim != "client":
        assert run.returncode == 1
        assert err == ""
        words = " ".join(out.split())
        assert "the cluster was lost" in words
        assert "what was finished is kept, and the same command goes on from there" in words
    done = subject.command(folder, *LONG)
    assert (done.returncode, done.stderr) == (0, "")
    undisturbed = subject.command(folder, *LONG, "--out", "undisturbed")
    assert undisturbed.returncode == 0
    assert subject.written(folder / "out") == subject.written(folder / "undisturbed")


def test_a_cluster_without_workers_is_refused(processes):
    folder, address, _, worker = processes
    worker.kill()
    worker.wait()
    while True:
        with distributed.Client(address) as client:
            if not client.nthreads():
                break
    done = subject.cold(folder, *LONG, "--dask", address)
    assert done.returncode == 2
    assert done.stderr.startswith(f"theorylab: the Dask cluster at {address} has no workers")
    assert len(done.stderr.splitlines()) == 1
