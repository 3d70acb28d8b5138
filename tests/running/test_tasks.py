"""How work is cut, grouped and handed out."""

import time

import pytest

from theorylab.errors import InputError
from theorylab.running import tasks
from theorylab.running.tasks import compute, cut, estimated, kept_samples, timed, using

LEAST = tasks.MIN_TASK_SECONDS


@pytest.mark.parametrize("stop", [1, 2, 63, 64, 65, 1000, 10**7])
@pytest.mark.parametrize("multiple", [1, 4])
def test_pieces_cover_the_work_once_in_order_and_evenly(stop, multiple):
    stop *= multiple
    pieces = cut(0, stop, multiple)
    assert [piece[0] for piece in pieces] == [0, *(piece[1] for piece in pieces[:-1])]
    assert pieces[-1][1] == stop
    assert len(pieces) == min(stop // multiple, tasks.MAX_PIECES)
    sizes = [(b - a) // multiple for a, b in pieces]
    assert max(sizes) - min(sizes) <= 1
    assert all((b - a) % multiple == 0 for a, b in pieces)


class Counting(tasks.ThreadPoolExecutor):
    """Counts the tasks that it is given."""

    count = 0

    def submit(self, *arguments, **named):
        self.count += 1
        return super().submit(*arguments, **named)


@pytest.mark.parametrize(("seconds", "expected"), [(1.0, 64), (LEAST, 64), (LEAST / 64, 10), (1e-9, 1)])
def test_small_pieces_travel_together(seconds, expected):
    # 640 units in 64 pieces of 10: a task holds as many pieces as make it last MIN_TASK_SECONDS seconds.
    with Counting(1) as pool, using(executor=pool):
        found = dict(
            compute(
                lambda start, stop: lambda: stop - start,
                cut(0, 640),
                label="units",
                key=None,
                seconds=seconds,
            )
        )
        assert found == dict.fromkeys(cut(0, 640), 10)
        assert pool.count == expected


def test_a_function_that_cannot_be_found_by_name_travels_itself():
    def local():
        return 1

    assert tasks.Reference.to(local).resolve() is local
    assert tasks.Reference.to(cut).place == ("theorylab.running.tasks", "cut")
    assert tasks.Reference.to(cut).resolve() is cut


def test_a_function_from_other_sources_is_refused():
    elsewhere = tasks.Reference(("theorylab.running.tasks", "cut"), "0" * 64, ("another machine", 1))
    with pytest.raises(InputError, match=r"has other sources of theorylab\.running\.tasks"):
        elsewhere.resolve()


def test_free_memory_is_a_number_of_bytes():
    free = tasks.available_memory()
    assert free is None or free > 2**20


def test_samples_are_kept_only_where_the_context_keeps_them():
    assert kept_samples() is None
    held = {}
    with using(samples=held):
        assert kept_samples() is held
    assert kept_samples() is None


def test_a_call_is_timed_beside_its_result():
    result, seconds = timed(lambda: time.sleep(0.01) or "done")
    assert result == "done"
    assert 0.01 <= seconds < 60


def test_a_worker_without_the_module_says_what_it_lacks():
    elsewhere = tasks.Reference(("no_such_claim", "kernel"), "0" * 64, ("another machine", 1))
    with pytest.raises(InputError, match=r"cannot import no_such_claim \(.*\): install it there, or put its folder on"):
        elsewhere.resolve()


def test_a_long_run_is_estimated_without_compilation():
    pauses = iter([0.05, 0.0, 0.05])
    call = lambda: time.sleep(next(pauses)) or "done"  # noqa: E731 (the first call is slow, as if it compiled)
    result, seconds = estimated(call, 10**9)
    assert result == "done"
    assert seconds < 0.05
    assert estimated(call, 10)[1] >= 0.05  # one call is enough where it does not matter


def test_what_takes_longer_than_its_hours_is_refused_before_it_starts():
    def compute_all(**given):
        calls = []
        call = lambda start, stop: lambda: calls.append(start) or stop - start  # noqa: E731
        return dict(compute(call, cut(0, 640), label="units", key=None, **given)), calls

    assert compute_all(seconds=100.0)[1]
    with pytest.raises(InputError, match=r"^640 runs of units would take up to .* years here .* --hours \d+"):
        compute_all(seconds=1e8)
    with using(hours=1e12):
        assert compute_all(seconds=1e8)[1]
    with pytest.raises(InputError, match=r"would take up to 0\.\d+ hours here"), using(hours=1e-3):
        compute_all(seconds=1.0)


def test_a_context_tells_whether_somebody_hears_of_progress():
    assert not tasks.reports_progress()
    with using(progress=lambda *report: None):
        assert tasks.reports_progress()
        with using(workers=1):
            assert tasks.reports_progress()
    assert not tasks.reports_progress()
