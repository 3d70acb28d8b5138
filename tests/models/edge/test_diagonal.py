"""Diagonal networks: a step by hand, the loop against NumPy, where runs end."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.edge import diagonal
from theorylab.numerics.streams import fill_integers, stream

RNG = np.random.default_rng(5)


def test_a_step_by_hand():
    # f = 6, residual 6 - 1 = 5 at x = 1: u = 2 - 0.1 * 5 * 3, v = 3 - 0.1 * 5 * 2
    found = diagonal.train([[1.0]], [1.0], [[2.0], [3.0]], 0.1, batch=0, steps=1, seed=0)
    assert found.ravel() == pytest.approx([0.5, 2.0])


@pytest.mark.parametrize("batch", [0, 1, 3])
def test_a_run_is_that_of_numpy(batch):
    x, y, start = RNG.standard_normal((4, 3)), RNG.standard_normal(4), RNG.standard_normal((2, 3))
    found = diagonal.train(x, y, start, 0.05, batch=batch, steps=5, seed=2, replica=3)
    plain = diagonal.descend.py_func(x, y, start, 0.05, batch, 5, stream(2, 3))
    assert plain == pytest.approx(found, rel=1e-12)
    state, (u, v) = stream(2, 3), start
    for _ in range(5):
        rows = np.arange(4)
        if batch:
            rows = np.empty(batch, np.int64)
            fill_integers(state, 4, rows)
        gradient = (x[rows] @ (u * v) - y[rows]) @ x[rows] / len(rows)
        u, v = u - 0.05 * gradient * v, v - 0.05 * gradient * u
    assert found == pytest.approx(np.array([u, v]), rel=1e-11)


def test_small_steps_keep_the_balances_and_fit():
    x, y = RNG.standard_normal((3, 5)), RNG.standard_normal(3)
    start = np.array([np.full(5, 0.7), np.full(5, 0.1)])
    u, v = diagonal.train(x, y, start, 1e-3, batch=0, steps=800_000, seed=0)
    assert x @ (u * v) == pytest.approx(y, abs=1e-5)
    assert u**2 - v**2 == pytest.approx(np.full(5, 0.48), rel=1e-2)


def test_gradients_are_derivatives_of_the_predictions():
    x, w = RNG.standard_normal((4, 3)), RNG.standard_normal((2, 3))
    found = diagonal.gradients(x, w)
    for k in range(6):
        h = np.zeros(6)
        h[k] = 1e-6
        ends = [x @ np.multiply(*(w + sign * h.reshape(2, 3))) for sign in (1, -1)]
        assert found[:, k] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


def test_bad_calls_cost_one_sentence():
    for arguments, options, words in (
        (([[1.0]], [1.0, 2.0], [[1.0], [1.0]], 0.1), {}, "do not fit"),
        (([[1.0]], [1.0], [[1.0], [1.0]], -0.1), {}, "step_size"),
        (([[1.0]], [1.0], [[1.0], [1.0]], 0.1), {"batch": -1}, "batch"),
    ):
        with pytest.raises(InputError, match=words):
            diagonal.train(*arguments, **({"batch": 1, "steps": 1, "seed": 0} | options))
