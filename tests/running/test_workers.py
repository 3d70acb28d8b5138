"""Worker processes: every job once, whoever does it; one that dies costs its own call; Ctrl-C reaches all."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from theorylab.running import workers
from theorylab.running.workers import Died, Job, side_by_side


def double(number):
    return 2 * number, os.getpid()


def sometimes_dies(number):
    if number == 3:
        os._exit(9)
    return number


def slow(folder):
    """Sleeps, and leaves a word of how it ended."""
    Path(folder, f"{os.getpid()}.began").touch()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        Path(folder, f"{os.getpid()}.stopped").touch()
        raise


@pytest.mark.parametrize("processes", [1, 2, 9])
def test_every_job_is_done_once_in_at_most_so_many_processes(processes):
    found = dict(side_by_side(double, [Job(i) for i in range(8)], processes))
    assert {place: value for place, (value, _) in found.items()} == {i: 2 * i for i in range(8)}
    pids = {pid for _, pid in found.values()}
    assert os.getpid() not in pids
    assert len(pids) <= min(processes, 8)


def test_no_jobs_need_no_process():
    assert list(side_by_side(double, [], 2)) == []


def test_the_longest_come_first_and_unknown_ones_before_them():
    jobs = [Job(i, seconds) for i, seconds in enumerate([1.0, 3.0, None, 2.0])]
    assert [place for place, _ in side_by_side(double, jobs, 1)] == [2, 1, 3, 0]


def test_a_worker_stays_with_the_groups_that_it_has_seen_and_helps_at_the_end():
    pipe = type("Pipe", (), {"send": lambda self, argument: None})()
    one, other = crew = [workers._Worker(None, pipe), workers._Worker(None, pipe)]
    jobs, left, order = [Job(i, 1.0, group) for i, group in enumerate("aabbaa")], list(range(6)), []
    for worker in (one, other, one, one, other, other):
        workers._hand_out(worker, jobs, left, crew)
        order.append(worker.job)
    assert order == [0, 2, 1, 4, 3, 5]
    assert left == []


def test_a_worker_that_dies_costs_its_own_call():
    found = dict(side_by_side(sometimes_dies, [Job(i) for i in range(6)], 2))
    assert isinstance(found.pop(3), Died)
    assert found == {i: i for i in (0, 1, 2, 4, 5)}


def test_an_interrupt_reaches_workers_and_leaves_them_time(tmp_path):
    def interrupt():
        while len(list(tmp_path.glob("*.began"))) < 2:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            list(side_by_side(slow, [Job(str(tmp_path))] * 3, 2))
    finally:
        thread.join()
        signal.signal(signal.SIGINT, before)
    assert len(list(tmp_path.glob("*.stopped"))) == 2


def test_a_caller_that_stops_leaves_no_worker(tmp_path):
    stream = side_by_side(double, [Job(i) for i in range(50)], 2)
    _, (_, pid) = next(stream)
    stream.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_cannot_be_preloaded_is_passed_over(monkeypatch):
    monkeypatch.setenv(workers.PRELOAD, "no_such_module,json")
    workers.preload()
