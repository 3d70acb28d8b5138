"""Replicas: the same bytes whoever computes them, divergence reported, interruptions prompt; curves."""

import multiprocessing
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from theorylab import Curve, exact, replicate, using
from theorylab.errors import DivergedError, InputError
from theorylab.models.regression.kernels import Observation, paths
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import OUTPUTS, simulate
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import fill_uniform, stream
from theorylab.running import tasks
from theorylab.running.tasks import available_cores

POINTS = np.array([1.0, 2.0, 3.0])


@kernel
def draw(shift, points, source):
    """Uniforms, shifted: its replicas are told apart by their values."""
    out = np.empty(points)
    fill_uniform(source, out)
    return out + shift


def drawn_by(replica, seed, shift=0.0):
    return draw(shift, POINTS.size, stream(seed, replica))


def run(replicas=100, seed=3, **means):
    return replicate(draw, 0.5, 3, x=POINTS, replicas=replicas, seed=seed, **means)


class Backwards(Executor):
    """Runs, in one thread, what came last first; `order` holds the numbers of the tasks as they ran."""

    def __init__(self):
        self.tasks, self.order, self.thread = [], [], None

    def submit(self, function, /, *arguments, **named):
        future = Future()
        self.tasks.append((len(self.tasks), future, function, arguments, named))
        if self.thread is None:
            self.thread = threading.Thread(target=self._work, daemon=True)
            self.thread.start()
        return future

    def _work(self):
        seen = -1
        while seen != len(self.tasks):  # all tasks arrive at once: wait until no more come
            seen = len(self.tasks)
            time.sleep(0.2)
        for number, future, function, arguments, named in reversed(self.tasks):
            self.order.append(number)
            future.set_result(function(*arguments, **named))


def test_replica_r_is_the_kernel_on_stream_r():
    curve = run(replicas=70, seed=5)
    assert curve.samples.tobytes() == np.array([drawn_by(r, 5, 0.5) for r in range(70)]).tobytes()
    assert curve.x.tolist() == POINTS.tolist()
    assert not curve.exact


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_bytes_do_not_depend_on_the_number_of_threads(workers):
    expected = run().samples.tobytes()
    with using(workers=workers):
        assert run().samples.tobytes() == expected


def test_bytes_do_not_depend_on_the_order_of_the_tasks(monkeypatch):
    monkeypatch.setattr(tasks, "MIN_TASK_SECONDS", 0.0)  # a task per piece
    backwards = Backwards()
    with using(executor=backwards):
        found = run()
    assert found.samples.tobytes() == run().samples.tobytes()
    assert len(backwards.order) > 1
    assert backwards.order != sorted(backwards.order)


def test_an_executor_that_was_lent_is_used_and_not_shut_down():
    class Counting(ThreadPoolExecutor):
        count = 0

        def submit(self, *arguments, **named):
            self.count += 1
            return super().submit(*arguments, **named)

    with Counting(2) as given:
        with using(executor=given):
            first = run()
        assert given.count > 0
        assert given.submit(int).result() == 0, "an executor that was lent must not be shut down"
    assert first.samples.tobytes() == run().samples.tobytes()


def test_bytes_are_the_same_from_other_processes():
    problem = LeastSquares.power_law(4, 1.0, start=1.0, noise_std=1.0)
    given = {"replicas": 40, "seed": 2}
    here = simulate(problem, 0.1, 0.9, [1, 5, 20], **given)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool, using(executor=pool):
        there = simulate(problem, 0.1, 0.9, [1, 5, 20], **given)
    for name in OUTPUTS:
        assert here[name].samples.tobytes() == there[name].samples.tobytes()


@pytest.mark.parametrize("replicas", [2, 3, 64, 65, 66, 130])
def test_the_first_half_of_twice_the_replicas_is_the_run(replicas):
    assert run(2 * replicas).samples[:replicas].tobytes() == run(replicas).samples.tobytes()


def test_seeds_give_other_numbers():
    assert not np.intersect1d(run(seed=1).samples, run(seed=2).samples).size


def test_a_stream_is_never_shared():
    # Were a stream used by two threads, or twice, draws would repeat: 6000 doubles collide by chance once in 1e8 runs.
    with using(workers=4):
        samples = run(replicas=2000).samples
    assert np.unique(samples).size == samples.size


def test_names_give_several_curves_of_one_run():
    calls = []

    def both(source):
        calls.append(1)
        out = np.empty(3)
        fill_uniform(source, out)
        return np.array([out, 10 + out])

    curves = replicate(both, x=POINTS, replicas=20, seed=4, names=("low", "high"))
    assert list(curves) == ["low", "high"]
    assert len(calls) == 20
    expected = np.array([drawn_by(r, 4) for r in range(20)])
    assert curves["low"].samples.tobytes() == expected.tobytes()
    assert curves["high"].samples.tobytes() == (10 + expected).tobytes()


def test_x_name_and_rounding_reach_the_curve():
    curve = run(x_name="weeks", rounding=1e-3)
    assert curve.x_name == "weeks"
    assert curve.rounding == pytest.approx(1e-3 * curve.samples)


@pytest.mark.parametrize("replicas", [1, 0, -5, 2.0, "10", None, True])
def test_fewer_than_two_replicas_have_no_uncertainty(replicas):
    with pytest.raises(InputError, match=r"^replicas=.* is not allowed: an uncertainty needs an integer >= 2$"):
        run(replicas=replicas)


@pytest.mark.parametrize("seed", [-1, 1.5, True, None])
def test_a_bad_seed_is_refused_before_any_work(seed):
    def never(source):
        raise AssertionError("the kernel was called")

    with pytest.raises(InputError, match=r"^seed=.* is not allowed"):
        replicate(never, x=POINTS, replicas=10, seed=seed)


@pytest.mark.parametrize("x", [[], 1.0, [[1.0, 2.0, 3.0]]])
def test_x_is_one_row_of_points(x):
    with pytest.raises(InputError, match=r"^x needs shape \(points,\), points >= 1"):
        replicate(draw, 0.0, 3, x=x, replicas=10, seed=1)


@pytest.mark.parametrize(
    ("output", "names", "shapes"),
    [
        (np.zeros(2), None, r"\(2,\), expected \(3,\)"),
        (np.zeros((1, 3)), None, r"\(1, 3\), expected \(3,\)"),
        (1.0, None, r"\(\), expected \(3,\)"),
        (np.zeros(3), ("a", "b"), r"\(3,\), expected \(2, 3\)"),
        (np.zeros((3, 2)), ("a", "b"), r"\(3, 2\), expected \(2, 3\)"),
    ],
)
def test_an_output_of_the_wrong_shape_is_refused_after_one_call(output, names, shapes):
    calls = []

    def wrong(source):
        calls.append(1)
        return output

    with pytest.raises(InputError, match=f"kernel wrong returned shape {shapes}"):
        replicate(wrong, x=POINTS, replicas=10, seed=1, names=names)
    assert len(calls) == 1


def returns_nothing(points, source):
    fill_uniform(source, np.empty(points))


def two_arrays(points, source):
    return np.zeros(points), np.zeros(points + 1)


@kernel
def no_loops(points, source):
    return {point: object() for point in points}


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (draw, (0.5,), r"kernel draw\(shift, points, source\) does not fit the 1 arguments .*write def draw\("),
        (draw, (0.5, 3, 1), r"kernel draw\(shift, points, source\) does not fit the 3 arguments"),
        (returns_nothing, (3,), r"kernel returns_nothing returned nothing, expected \(3,\): return an array"),
        (two_arrays, (3,), r"kernel two_arrays returned a tuple that is no array, expected \(3,\): return an array"),
        (no_loops, (3,), "kernel no_loops cannot be compiled for its arguments .*: write loops over arrays"),
    ],
)
def test_a_kernel_that_does_not_fit_is_told_what_to_write_in_one_sentence(function, arguments, message):
    with pytest.raises(InputError, match=message) as caught:
        replicate(function, *arguments, x=POINTS, replicas=10, seed=1)
    assert "\n" not in str(caught.value)


def explodes(step_size, tries, source):
    """A path that leaves the finite numbers in about a third of the replicas, at its second or third point."""
    draw = np.empty(2)
    fill_uniform(source, draw)
    out = np.ones(3)
    if draw[0] < 1 / 3:
        out[1 + int(2 * draw[1]) :] = np.inf if draw[1] < 0.25 else np.nan
    return out


def expected_divergence(replicas, seed):
    """Which replicas of `explodes` diverge, and which of them does so at the second point first."""
    samples = np.array([explodes(0, 0, stream(seed, r)) for r in range(replicas)])
    bad = ~np.isfinite(samples)
    assert bad.any(axis=0).tolist() == [False, True, True]
    return bad.any(axis=1), int(np.flatnonzero(bad[:, 1])[0])


def test_divergence_says_how_many_where_and_under_which_arguments():
    bad, first = expected_divergence(50, seed=6)
    with pytest.raises(DivergedError) as caught:
        replicate(explodes, 2.5, 7, x=[10, 20, 30], replicas=50, seed=6, x_name="iterations")
    message = str(caught.value)
    assert message.startswith(f"{bad.sum()} of 50 replicas of explodes(step_size=2.5, tries=7) diverged, ")
    assert f"first at iterations 20 (replica {first})" in message
    assert "\n" not in message


def test_divergence_under_one_of_several_names_is_seen():
    def second_only(source):
        return np.array([np.ones(3), explodes(0, 0, source)])

    bad, first = expected_divergence(50, seed=6)
    with pytest.raises(DivergedError, match=rf"^{bad.sum()} of 50 replicas .* first at steps 2 \(replica {first}\)"):
        replicate(second_only, x=POINTS, replicas=50, seed=6, names=("good", "bad"))


def test_kept_divergence_is_in_the_curve():
    bad, _ = expected_divergence(50, seed=6)
    curve = replicate(explodes, 2.5, 7, x=POINTS, replicas=50, seed=6, keep_diverged=True, rounding=1e-12)
    assert curve.diverged.tolist() == bad.tolist()
    assert not np.isfinite(curve.samples[bad]).all(axis=1).any()
    assert np.isfinite(curve.samples[~bad]).all()
    assert np.isfinite(curve.rounding).all()
    assert not run().diverged.any()


def test_the_standard_error_of_a_diverged_curve_is_not_finite_and_warns_of_nothing():
    error = Curve(POINTS, [[1.0, np.inf, 1.0], [2.0, 3.0, 1.0]]).standard_error
    assert np.isfinite(error).tolist() == [True, False, True]


def test_divergence_of_a_compiled_kernel_names_its_scalar_arguments():
    problem, steps = LeastSquares(np.ones(2), np.ones(2), 0.0), np.array([1, 2000])
    given = (problem.data(), 50.0, 0.5, Observation(steps, np.zeros(2, dtype=int), np.ones(2), 2))
    message = r"^4 of 4 replicas of paths\(step_size=50, ema_decay=0.5\) diverged, first at steps 2000 "
    with pytest.raises(DivergedError, match=message):
        replicate(paths, *given, x=steps, replicas=4, seed=1, names=OUTPUTS)
    kept = simulate(problem, 50.0, 0.5, steps, replicas=4, seed=1, allow_unstable=True)
    assert kept["last"].diverged.all()


@pytest.mark.parametrize("workers", [1, 4])
def test_progress_never_falls_and_ends_at_the_total(workers):
    def slow(source):
        time.sleep(0.002)
        return np.zeros(3)

    seen = []
    with using(workers=workers, progress=lambda *report: seen.append(report)):
        replicate(slow, x=POINTS, replicas=150, seed=1)
    assert {(name, total) for name, _, total in seen} == {("slow", 150)}
    done = [report[1] for report in seen]
    assert done == sorted(done)
    assert done[0] >= 1
    assert done[-1] == 150
    assert len(done) > 10


def test_a_kernel_that_raises_propagates():
    def fails(source):
        draw = np.empty(1)
        fill_uniform(source, draw)
        if draw[0] < 0.1:
            raise ZeroDivisionError("inside the kernel")
        return np.zeros(3)

    with pytest.raises(ZeroDivisionError, match="inside the kernel"):
        replicate(fails, x=POINTS, replicas=500, seed=1)
    with using(workers=2), pytest.raises(ZeroDivisionError, match="inside the kernel"):
        replicate(fails, x=POINTS, replicas=500, seed=1)


@pytest.mark.parametrize("lent", [False, True])
@pytest.mark.parametrize("stop_at", [1, 2])
def test_ctrl_c_stops_what_is_queued(stop_at, lent):
    # Each call takes a millisecond: had the queue run on, all 3200 would be made before `replicate` comes back.
    calls = []

    def slow(source):
        calls.append(1)
        time.sleep(0.001)
        return np.zeros(3)

    def interrupt(name, done, total):
        if done >= stop_at:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        means = {"executor": pool} if lent else {"workers": 1}
        with using(progress=interrupt, **means), pytest.raises(KeyboardInterrupt):
            replicate(slow, x=POINTS, replicas=3200, seed=1)
        made = len(calls)
        time.sleep(0.05)
        assert lent or len(calls) == made, "threads still run after the interruption"
    assert len(calls) < 1600


@pytest.mark.parametrize("workers", [0, -1])
def test_a_run_needs_a_worker(workers):
    context = using(workers=workers)
    with pytest.raises(InputError, match=f"^workers={workers} is not allowed: give an integer >= 1$"), context:
        pass


def test_means_end_with_their_context():
    seen = []
    with pytest.raises(ZeroDivisionError), using(progress=lambda *report: seen.append(report)):
        raise ZeroDivisionError
    run()
    assert not seen


def test_there_is_a_core_to_run_on():
    assert available_cores() >= 1


def test_curve_statistics_match_numpy():
    samples = np.random.default_rng(0).normal(size=(7, 3))
    curve = Curve(POINTS, samples)
    assert curve.replicas == 7
    assert curve.mean == pytest.approx(np.mean(samples, axis=0), rel=1e-14)
    assert curve.standard_error == pytest.approx(np.std(samples, axis=0, ddof=1) / np.sqrt(7), rel=1e-14)
    assert Curve(POINTS, samples, exact=True).standard_error.tolist() == [0, 0, 0]
    assert Curve(POINTS, samples[:1]).mean.tolist() == samples[0].tolist()
    assert Curve(POINTS, samples[:1]).standard_error.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("x", "samples", "message"),
    [
        (1.0, [[1.0]], r"x needs shape \(points,\), not \(\)"),
        ([[1.0]], [[1.0]], r"x needs shape \(points,\), not \(1, 1\)"),
        ([1.0, 2.0], [1.0, 2.0], r"samples of shape \(2,\) do not fit x of shape \(2,\): give \(replicas, points\)"),
        ([1.0, 2.0], [[1.0], [2.0]], r"samples of shape \(2, 1\) do not fit"),
        ([1.0], np.zeros((0, 1)), r"samples of shape \(0, 1\) do not fit"),
    ],
)
def test_a_curve_refuses_shapes_that_do_not_fit(x, samples, message):
    with pytest.raises(InputError, match=message):
        Curve(x, samples)


@pytest.mark.parametrize("selection", [[True, False, True], slice(None, None, 2), [0, 2]])
def test_a_selection_keeps_everything_else(selection):
    rounding = np.arange(6.0).reshape(2, 3)
    curve = Curve(POINTS, np.arange(6).reshape(2, 3), exact=True, rounding=rounding, x_name="epochs")
    part = curve.at(selection)
    assert part.x.tolist() == [1, 3]
    assert part.samples.tolist() == [[0, 2], [3, 5]]
    assert part.rounding.tolist() == [[0, 2], [3, 5]]
    assert part.exact
    assert part.x_name == "epochs"


def test_a_curve_says_what_it_is():
    assert repr(Curve(POINTS, np.zeros((4, 3)), x_name="epochs")) == "Curve(simulated, 4 x 3, epochs 1..3)"
    assert repr(exact([0.5, 20], [1.0, 2.0], 0.0)) == "Curve(deterministic, 1 x 2, steps 0.5..20)"
    assert repr(Curve([], np.zeros((1, 0)))) == "Curve(simulated, 1 x 0, no points)"


def test_an_exact_curve_knows_its_rounding():
    one = exact(POINTS, [1.0, -2.0, 4.0], 0.5, x_name="i")
    assert one.exact
    assert one.samples.shape == (1, 3)
    assert one.rounding.tolist() == [[0.5, 1.0, 2.0]]
    assert one.mean.tolist() == [1, -2, 4]
    many = exact(POINTS, [[1, 2, 4], [2, 4, 8]], [1.0, 0.5, 0.25])
    assert many.rounding.tolist() == [[1, 1, 1], [2, 2, 2]]
    assert many.replicas == 2


def test_rounding_is_spread_over_the_samples():
    assert Curve(POINTS, np.ones((2, 3)), rounding=0.1).rounding.tolist() == [[0.1] * 3] * 2
    assert Curve(POINTS, np.ones((2, 3)), rounding=[1, 2, 3]).rounding.tolist() == [[1, 2, 3]] * 2


def never(source):
    raise AssertionError("the kernel was called")


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ([1.0, np.nan], "x holds NaN"),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), "x has 1 masked"),
        ([1j], "x are not numbers"),
    ],
)
def test_points_that_are_none_are_refused_before_the_kernel_is_called(x, words):
    with pytest.raises(InputError, match=words):
        replicate(never, x=x, replicas=10, seed=1)


def complex_row(source):
    return np.array([1.0, 2j])


def test_a_kernel_of_complex_numbers_is_refused():
    with pytest.raises(InputError, match="kernel complex_row returned complex numbers, expected"):
        replicate(complex_row, x=[1, 2], replicas=10, seed=1)


def quick_row(source):
    return np.array([1.0, 2.0])


@pytest.mark.parametrize("replicas", [999_999_999_999, 10**18])
def test_more_replicas_than_hours_are_refused_with_an_estimate(replicas):
    with pytest.raises(
        InputError, match=rf"^{replicas} runs of quick_row would take up to .* allow it with --hours \d+"
    ):
        replicate(quick_row, x=[1, 2], replicas=replicas, seed=1)
    with pytest.raises(InputError, match="would take up to"), using(hours=1e-9):
        replicate(quick_row, x=[1, 2], replicas=1000, seed=1)
    with pytest.raises(InputError, match="hours=0 is not allowed"), using(hours=0):
        pass


def test_a_number_of_replicas_without_divisors_is_refused_at_once():
    with pytest.raises(InputError, match="do not divide into blocks"):
        replicate(never, x=[1, 2], replicas=10**12 + 39, seed=1)
