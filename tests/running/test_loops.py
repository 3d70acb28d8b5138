"""The compiled loop over replicas gives the bytes of the plain one, for every kernel that it takes."""

from typing import NamedTuple

import numpy as np
import pytest

from theorylab import replicate
from theorylab.errors import InputError
from theorylab.models.regression.kernels import Observation, paths
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import fill_normal, fill_uniform, stream
from theorylab.running import loops, replicas


class Inner(NamedTuple):
    shift: float
    counts: np.ndarray


class Outer(NamedTuple):
    inner: Inner
    matrix: np.ndarray
    on: bool
    pair: tuple[float, float]


@kernel
def nested(problem, points, source):
    out = np.empty((2, points))
    fill_normal(source, out[0])
    fill_uniform(source, out[1])
    if problem.on:
        out += problem.inner.shift * problem.matrix[1, 0] + problem.pair[1] * problem.inner.counts[-1]
    return out


@kernel
def ragged(points, source):
    draw = np.empty(1)
    fill_uniform(source, draw)
    return np.zeros(points if draw[0] < 0.9 else points - 1)


@kernel
def whole_numbers(points, source):
    return np.arange(points)


@kernel
def turned(points, source):
    out = np.empty((points, 2))
    fill_uniform(source, out[:, 0].copy())
    return out.T


@kernel
def raising(points, source):
    draw = np.empty(1)
    fill_uniform(source, draw)
    if draw[0] > 0.9:
        raise ValueError("drew too much")
    return np.zeros(points)


def in_python(points, source):
    out = np.empty(points)
    fill_uniform(source, out)
    return out


OUTER = Outer(Inner(0.5, np.arange(3)), np.arange(6.0).reshape(2, 3).T.copy(), True, (1.0, -2.0))
REGRESSION = LeastSquares.power_law(4, 1.0, start=1.0, noise_std=1.0, batch=2)
STEPS = np.array([1, 4, 9])
OBSERVED = Observation(STEPS, 0 * STEPS, REGRESSION.eigenvalues, 2)
RUNS = {
    "nested": (nested, (OUTER, 3), (2, 3)),
    "regression": (paths, (REGRESSION.data(), 0.1, 0.9, OBSERVED), (4, 3)),
}


def plainly(function, arguments, seed, block, start, stop):
    rows = []
    for first in range(start, stop, block):
        row = np.array(function(*arguments, stream(seed, first)))
        for r in range(first + 1, first + block):
            row += function(*arguments, stream(seed, r))
        rows.append(row / block if block > 1 else row)
    return np.stack(rows)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize(("block", "start", "stop"), [(1, 0, 7), (1, 5, 6), (3, 6, 21), (1, 2**40, 2**40 + 3)])
def test_bytes_are_those_of_calls_from_python(name, block, start, stop):
    function, arguments, shape = RUNS[name]
    found = loops.rows(function, arguments, 7, block, shape, start, stop)
    assert found is not None
    assert found.shape == ((stop - start) // block, *shape)
    assert found.tobytes() == plainly(function, arguments, 7, block, start, stop).tobytes()


@pytest.mark.parametrize("function", [in_python, nested.py_func, whole_numbers, turned])
def test_what_no_loop_can_call_is_left_to_python(function):
    assert loops.rows(function, (3,), 1, 1, (3,), 0, 4) is None


@pytest.mark.parametrize("argument", ["word", None, np.array(["a"]), (1.0, "word")])
def test_other_arguments_are_left_to_python(argument):
    assert loops.rows(nested, (argument, 3), 1, 1, (2, 3), 0, 4) is None


def test_a_replica_of_another_shape_is_named():
    lengths = [ragged(3, stream(2, r)).size for r in range(100)]
    with pytest.raises(InputError, match=f"for replica {lengths.index(2)} than"):
        loops.rows(ragged, (3,), 2, 1, (3,), 0, 100)


def test_what_a_kernel_raises_is_raised():
    with pytest.raises(ValueError, match="drew too much"):
        loops.rows(raising, (3,), 1, 1, (3,), 0, 1000)


@pytest.mark.parametrize("function", [nested, whole_numbers, in_python])
def test_a_run_has_the_same_bytes_with_and_without_the_loop(function, monkeypatch):
    arguments, names = ((OUTER, 3), ("a", "b")) if function is nested else ((3,), None)

    def run(loop_from):
        monkeypatch.setattr(replicas, "LOOP_FROM", loop_from)
        found = replicate(function, *arguments, x=[1, 2, 3], replicas=130, seed=4, names=names)
        return [curve.samples.tobytes() for curve in (found.values() if names else [found])]

    assert run(1) == run(10**9)


def test_blocks_have_the_same_bytes_with_and_without_the_loop(monkeypatch):
    def run(loop_from):
        monkeypatch.setattr(replicas, "LOOP_FROM", loop_from)
        monkeypatch.setattr(replicas, "MAX_SAMPLE_BYTES", 1)
        return replicate(nested, OUTER, 3, x=[1, 2, 3], replicas=2048, seed=4, names=("a", "b"))["b"]

    assert run(1).block == 8
    assert run(1).samples.tobytes() == run(10**9).samples.tobytes()


def test_long_runs_take_the_loop(monkeypatch):
    taken = []
    rows = loops.rows
    monkeypatch.setattr(loops, "rows", lambda *given: taken.append(given) or rows(*given))
    replicate(nested, OUTER, 3, x=[1, 2, 3], replicas=replicas.LOOP_FROM - 1, seed=4, names=("a", "b"))
    assert not taken
    replicate(nested, OUTER, 3, x=[1, 2, 3], replicas=replicas.LOOP_FROM + 1, seed=4, names=("a", "b"))
    assert taken
