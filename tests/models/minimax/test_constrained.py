"""Algorithm 1 over a box: its instances' solutions, its kernel against the pure-Python body and by hand."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.minimax import constrained, schedules
from theorylab.models.minimax.constrained import BoxedSquares, constrained_page
from theorylab.models.minimax.simulation import independent_samples
from theorylab.numerics.streams import stream


def test_random_instances_have_their_solution_partly_on_the_sides():
    p = BoxedSquares.random(12, 6, 3)
    slope = (p.rows * (p.rows @ p.solution - p.right)[:, None]).mean(axis=0)
    assert slope[2::3] == pytest.approx(0, abs=1e-12)
    assert (slope[0::3] > 0).all()  # at 0, pressing outwards
    assert (slope[1::3] < 0).all()  # at 1
    moved = constrained.forward_backward(p.solution, 0.25, slope)
    assert moved == pytest.approx(p.solution, abs=1e-12)
    assert np.linalg.norm(p.rows * (p.rows @ p.solution - p.right)[:, None]) > 1  # what batches see there


def test_the_kernel_matches_its_python_body():
    p = BoxedSquares.random(5, 3, 1)
    data = constrained.Data(p.rows, p.right, p.start())
    for source, reduced in (("paper", True), ("code", True), ("paper", False)):
        given = (data, schedules.page_rule(5, 9, source), reduced, np.array([0, 1, 9]))
        python = constrained.constrained_runs.py_func(*given, stream(1, 0))
        assert constrained.constrained_runs(*given, stream(1, 0)) == pytest.approx(python, rel=1e-11)


def test_components_count_their_calls_and_add_up():
    p, calls, out = BoxedSquares.random(5, 3, 1), np.zeros(1, dtype=np.int64), np.zeros(3)
    data, u = constrained.Data(p.rows, p.right, p.start()), np.array([0.2, 0.5, 0.9])
    for i in range(5):
        constrained.add_component(data, i, u, 0.2, out, calls)
    assert calls[0] == 5
    assert out == pytest.approx(p.rows.T @ (p.rows @ u - p.right) / 5)


def test_first_step_by_hand_on_one_coordinate_each():
    # Rows e_1, e_2, e_3: F(u) = (u - right)/3, start (1, 0, 1), anchor 2/5: u_1 = P(start - F(start)/4).
    p = BoxedSquares(np.eye(3), np.array([-1.0, 2.0, 0.5]), np.array([0.0, 1.0, 0.5]))
    run = constrained_page(p, schedules.page_rule(3, 1), [0, 1], replicas=2, seed=0)
    u = np.array([1 - 2 / 12, 2 / 12, 1 - 0.5 / 12])
    moved = u - np.clip(u - (u - p.right) / 12, 0, 1)
    assert run["residual"].samples[:, 1] == pytest.approx(16 * (moved**2).sum(), rel=1e-13)
    assert (run["calls"].samples == [0, 3]).all()


def test_batches_without_replacement_count_as_more_samples():
    # The mean of 2 of 4 numbers: variance S^2/2 (4-2)/(4-1), by all six pairs.
    values = np.array([0.0, 1.0, 5.0, 2.0])
    pairs = [(values[i] + values[j]) / 2 for i in range(4) for j in range(i)]
    rule = schedules.page_rule(4, 1, "code")
    assert rule.batch == 2
    assert np.var(pairs) == pytest.approx(values.var() / independent_samples(rule, 4))
    assert independent_samples(rule._replace(batch=4), 4) == np.inf
    assert independent_samples(schedules.page_rule(5, 1), 5) == 3.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BoxedSquares.random(2, 3, 1), "size=2 is below the dimension"),
        (lambda: BoxedSquares.random(5, 2, 1), "dimension=2"),
        (lambda: BoxedSquares(np.eye(3), np.ones(2), np.ones(3)), r"right has shape \(2,\): give \(3,\)"),
        (lambda: BoxedSquares(np.eye(3), np.ones(3), np.ones(2)), r"solution has shape \(2,\): give \(3,\)"),
        (lambda: BoxedSquares(2 * np.eye(3), np.ones(3), np.ones(3)), "rows need norm 1"),
        (lambda: constrained_page(BoxedSquares.random(4, 3, 1), schedules.page_rule(4, 5), [9], replicas=2, seed=0),
         "the rule holds 5 steps, 9 are asked for"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
