"""Compiled runs against their Python bodies and against gradient descent written out; edge cases."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.edge import descent, ensembles, kernels, model, theory


def starts(depth=3, points=20, loads=(1.0, 3.5)):
    return ensembles.random_starts(depth, points, loads=loads, products=(0.05, 1.3), spread=1.0, seed=5)


STEPS = np.array([0, 1, 2, 7, 20])


def test_kernels_match_their_python_bodies():
    w, eta = starts()
    runs = descent.descend(w, eta, STEPS), descent.descend.py_func(w, eta, STEPS)
    for compiled, python in zip(*runs, strict=True):
        stopped = np.isinf(python)
        assert np.array_equal(np.isinf(compiled), stopped)
        assert compiled[~stopped] == pytest.approx(python[~stopped], rel=1e-9)
    assert kernels.iterates(w, eta, 3) == pytest.approx(kernels.iterates.py_func(w, eta, 3), rel=1e-12)
    assert kernels.class_margins(w, eta) == pytest.approx(kernels.class_margins.py_func(w, eta), rel=1e-9)
    products = np.linspace(0.1, 2, 20)
    assert kernels.flow_squares(w, products) == pytest.approx(kernels.flow_squares.py_func(w, products), rel=1e-14)
    gaps, step = np.array([0.0, 0.3, 2.0]), np.array([1.2, 0.7, 0.9])
    for name, arguments in (
        ("smallest_square", (gaps, 0.7, 1.0)),
        ("first_guess", (gaps, 0.7)),
        ("inverse_sum", (gaps, 0.4)),
        ("frozen_product", (gaps, 0.4, 0.5)),
        ("highest_product", (gaps, 0.4, 0.5)),
        ("squared_gaps", (step, gaps.copy())),
        ("gradient_step", (step.copy(), 0.5)),
    ):  # fmt: skip
        kernel = getattr(kernels, name)
        copies = [tuple(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments) for _ in range(2)]
        assert kernel(*copies[0]) == pytest.approx(kernel.py_func(*copies[1]), rel=1e-12)
        assert np.allclose(copies[0][0], copies[1][0], rtol=1e-13)
    orbit = (
        kernels.frozen_orbits(w, eta, np.full(20, 0.8), 2, 3),
        kernels.frozen_orbits.py_func(w, eta, np.full(20, 0.8), 2, 3),
    )
    assert np.allclose(*orbit, rtol=1e-9)


@pytest.mark.parametrize("depth", [1, 2, 4, 9])
def test_runs_side_by_side_are_those_of_the_plain_specification(depth):
    w, eta = starts(depth, 150, loads=(0.3, 4.0))
    steps = np.array([0, 1, 2, 3, 10, 100, 400])
    found, plain = descent.descend(w, eta, steps), descent.descend_plainly(w, eta, steps)
    assert np.array_equal(np.isinf(found), np.isinf(plain))
    assert np.isinf(found[0, :, -1]).any(), "some must stop"
    finite = np.isfinite(plain)
    # Chaotic runs forget their start: rounding grows there, so only early steps are compared digit by digit.
    early = finite & (steps <= 10)
    assert found[early] == pytest.approx(plain[early], rel=1e-9)
    calm = np.abs(found[1, :, -1] - 1) < 1e-12
    assert calm.any(), "some must converge"
    assert found[:, calm] == pytest.approx(plain[:, calm], rel=1e-7)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_runs_are_gradient_descent_as_written_in_the_model(depth):
    w, eta = starts(depth, loads=(0.5, 1.5))
    runs = model.descend(w, eta, STEPS)
    path = [w]
    for _ in range(20):
        p = path[-1].prod(axis=1, keepdims=True)
        path.append(path[-1] - eta[:, None] * (p - 1) * p / path[-1])
    path = np.array(path)
    assert model.iterates(w, eta, 20) == pytest.approx(path.transpose(1, 0, 2), rel=1e-11)
    kept = (path > 0).all(axis=(0, 2))
    assert kept.any()
    assert np.array_equal(kept, runs.survived)
    sharpness = np.array([theory.flow_sharpness(x[kept]) for x in path])
    assert runs.sharpness[kept] == pytest.approx(sharpness[STEPS].T, rel=1e-10)
    assert runs.product[kept] == pytest.approx(path[STEPS][:, kept].prod(axis=2).T, rel=1e-10)
    growth = np.maximum.accumulate(sharpness[1:] / sharpness[:-1])
    assert runs.growth[kept, 1:] == pytest.approx(growth[STEPS[1:] - 1].T, rel=1e-10)


def test_zero_steps_record_the_start():
    runs = model.descend([0.5, 1.5], 0.3, [0])
    assert runs.sharpness[0, 0] == theory.flow_sharpness([0.5, 1.5])
    assert runs.product[0, 0] == 0.75
    assert runs.growth[0, 0] == -np.inf
    assert np.array_equal(model.iterates([0.5, 1.5], 0.3, 0), [[[0.5, 1.5]]])


def test_a_run_whose_weight_turns_negative_stops_there():
    runs = model.descend([3.0, 1.0], 1.0, [0, 1, 2])
    # One step: 3 - 2 * 1 = 1 and 1 - 2 * 3 = -5.
    assert np.array_equal(runs.product, [[3.0, -5.0, -5.0]])
    assert np.array_equal(np.isinf(runs.sharpness), [[False, True, True]])
    assert np.isposinf(runs.growth[0, 1:]).all()
    assert not runs.survived[0]
    assert np.array_equal(model.iterates([3.0, 1.0], 1.0, 1)[0, 1], [1.0, -5.0])


def test_iterates_are_inf_after_a_weight_is_exactly_zero():
    # 2 - 0.25 * 2 * 1... : equal weights with p - 1 = 1 / step size land on 0 together.
    path = model.iterates([2.0, 2.0], 1 / 3, 2)
    assert np.isinf(path[0, 1:]).all()


def test_a_run_at_the_minimum_rests():
    runs = model.descend([2.0, 0.5], 10.0, [0, 5])
    assert runs.product[0, 1] == 1
    assert runs.sharpness[0, 1] == runs.sharpness[0, 0]


@pytest.mark.parametrize(("load", "settles"), [(1.999, True), (2.001, False)])
def test_the_edge_is_the_stability_limit_of_a_minimum(load, settles):
    minimum = np.array([2.0, 0.5])
    start = theory.flow_point(minimum, 1 + 1e-7)
    runs = model.descend(start, load / theory.flow_sharpness(minimum), [0, 400])
    distance = np.abs(runs.product[0] - 1)
    assert (distance[1] < distance[0]) == settles


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": [1.0, -1.0]}, "weight -1.0 is not allowed"),
        ({"weights": [1.0, 0.0]}, "weight 0.0 is not allowed"),
        ({"step_size": 0.0}, "step_size=0.0 is not allowed"),
        ({"step_size": [0.1, np.inf]}, "step_size has shape"),
        ({"steps": [1, 0]}, "steps must increase, but 1 is followed by 0"),
        ({"steps": [0.5]}, "steps must be integers"),
        ({"steps": []}, "steps must have shape"),
    ],
)
def test_bad_input_is_named(changes, message):
    given = {"weights": [1.0, 2.0], "step_size": 0.1, "steps": [0, 1]} | changes
    with pytest.raises(InputError, match=message):
        model.descend(**given)


def test_a_bad_count_is_named():
    with pytest.raises(InputError, match="count=-1 is not allowed"):
        model.iterates([1.0, 2.0], 0.1, -1)


def test_runs_side_by_side_change_no_bit_of_each_other():
    # One of them, of weights 1e30 and 1e-30, has to be solved apart from the others.
    draws = np.random.default_rng(8)
    w, eta = draws.uniform(0.5, 1.5, (70, 8)), draws.uniform(0.01, 0.1, 70)
    w[5] = [1e30, 1e-30, 1e30, 1e-30, 1.0, 1.0, 1e20, 1e-20]
    eta[5] = 1e-62
    together = descent.descend(w, eta, STEPS)
    assert np.isfinite(together[0, 5, 0])
    for k in (0, 5, 63, 64, 69):
        assert descent.descend(w[k : k + 1], eta[k : k + 1], STEPS)[:, 0].tobytes() == together[:, k].tobytes()
    without = descent.descend(np.delete(w, 5, axis=0), np.delete(eta, 5), STEPS)
    assert without.tobytes() == np.delete(together, 5, axis=1).tobytes()
