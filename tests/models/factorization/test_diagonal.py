"""Diagonal networks: steps by NumPy in the two factors as they are written, the search for a step, bad input."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.factorization import diagonal
from theorylab.models.factorization.diagonal import Data, Schedule
from theorylab.numerics.streams import fill_integers, stream

DATA = diagonal.sparse_data(6, 4, 2, seed=5)


def drawn(samples, count, seed):
    """The points that SGD takes."""
    state, indices = stream(seed, 0), np.empty(count, np.int64)
    fill_integers(state, samples, indices)
    return indices


@pytest.mark.parametrize("seed", [None, 3])
def test_runs_are_numpys_in_the_two_factors(seed):
    u, v, total, squares, loss = np.full(4, 0.1), np.zeros(4), np.zeros(4), np.zeros(4), 0.0
    order = drawn(6, 9, seed or 0)
    path = diagonal.run(DATA, Schedule(0.3, 5, 0.07), [0, 5, 9], seed=seed)
    assert (path.losses[0], *path.slopes[0]) == (0, 0, 0, 0, 0)
    assert path.sums[0] == pytest.approx(np.full(4, 0.1))
    for t in range(9):
        rows = slice(None) if seed is None else [order[t]]
        residuals = DATA.inputs[rows] @ (u * v) - DATA.labels[rows]
        g, step = (DATA.inputs[rows] * residuals[:, None]).mean(axis=0), 0.3 if t < 5 else 0.07
        u, v = u - step * g * v, v - step * g * u
        total, squares, loss = total + step * g, squares + (step * g) ** 2, loss + (residuals**2).mean() / 2
        if t in (4, 8):
            k = 1 + (t == 8)
            assert path.sums[k] == pytest.approx(u + v, rel=1e-12)
            assert path.differences[k] == pytest.approx(u - v, rel=1e-12)
            assert path.slopes[k] == pytest.approx(total, rel=1e-11)
            assert path.squares[k] == pytest.approx(squares, rel=1e-11)
            assert path.losses[k] == pytest.approx(loss / (5 if k == 1 else 4), rel=1e-11)
            assert diagonal.weights(path)[k] == pytest.approx(u * v, rel=1e-11)
            assert diagonal.log_balance(path)[k] == pytest.approx(np.log(np.abs(u**2 - v**2)), rel=1e-9)
            assert diagonal.risk(DATA, path)[k] == pytest.approx(((u * v - DATA.truth) ** 2).sum() / 2, rel=1e-11)
            loss = 0.0
    arguments = (DATA.inputs, DATA.labels, 0.1, Schedule(0.3, 2, 0.1), np.array([0, 4]))
    for kernel, rest in ((diagonal.descent_path, [()] * 2), (diagonal.sgd_path, [(stream(1, 0),), (stream(1, 0),)])):
        for ours, theirs in zip(kernel(*arguments, *rest[0]), kernel.py_func(*arguments, *rest[1]), strict=True):
            assert ours == pytest.approx(theirs, rel=1e-12)


def test_data_are_sparse_and_without_noise():
    data = diagonal.sparse_data(50, 8, 3, seed=1)
    assert (data.truth[:3] > 0).all()
    assert not data.truth[3:].any()
    assert np.linalg.norm(data.truth) == pytest.approx(1)
    assert data.labels == pytest.approx(data.inputs @ data.truth)
    assert data.inputs.std() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("noisy", [True, False])
def test_the_first_step_that_keeps_the_loss_is_found(noisy):
    loads = 2.0 * 1.1 ** np.arange(12)
    kept = list(diagonal.stabilised((8, 5, 2), loads, 300, level=1e-3, count=3, seed=4, noisy=noisy))
    seeds = [row.seed for row in kept]
    assert len(kept) == 3
    for place in range(4, seeds[-1] + 1, 1000):
        data, first = diagonal.sparse_data(8, 5, 2, seed=place), None
        for load in loads:
            step = load / (2 * data.truth.sum())
            path = diagonal.run(data, Schedule(step, 300, step), [270, 300], seed=place if noisy else None)
            if np.isfinite(path.sums).all() and path.losses[-1] > 1e-3:
                first = step
                break
        assert (first is not None) == (place in seeds)
        if first is not None:
            found = kept[seeds.index(place)]
            assert found.step_size == pytest.approx(first)
            assert found.path.losses[-1] == pytest.approx(path.losses[-1])
            assert found.path.losses.size == 11
            assert (found.data.inputs == data.inputs).all()


def test_the_edge_of_one_entry_is_two_over_its_curvature():
    # One input 2: the network (u, v) with target 1, whose flat minimum has curvature 2 x^2 |truth| = 8 for descent.
    data = Data(np.array([[2.0]]), np.array([2.0]), np.array([1.0]))
    lasting = diagonal.run(data, Schedule(0.255, 500, 0.255), [450, 500])
    assert 1e-6 < lasting.losses[-1] < 10
    still = diagonal.run(data, Schedule(0.2, 500, 0.2), [450, 500])
    assert still.losses[-1] < 1e-20


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: diagonal.sparse_data(2, 3, 4, seed=1), "support=4"),
        (lambda: diagonal.run(DATA, Schedule(0.0, 1, 0.1), [1]), "schedule.large"),
        (lambda: diagonal.run(DATA, Schedule(0.1, -1, 0.1), [1]), "schedule.until"),
        (lambda: diagonal.run(DATA, Schedule(0.1, 1, 0.1), [1], start=0.0), "start"),
        (lambda: diagonal.run(DATA._replace(labels=np.ones(5)), Schedule(0.1, 1, 0.1), [1]), "do not fit 5 labels"),
        (lambda: next(diagonal.stabilised((6, 4, 2), [0.0], 10, level=1.0, count=1, seed=1)), "loads"),
        (lambda: next(diagonal.stabilised((6, 4, 2), [0.1], 9, level=1.0, count=1, seed=1)), "horizon"),
        (
            lambda: next(diagonal.stabilised((6, 4, 2), [0.1], 10, level=9.0, count=1, seed=1)),
            "of 20 data sets too few",
        ),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()
