"""Optimisers that look at curvature, or at the length of their weights: two steps by hand, and what they must obey."""

import numpy as np
import pytest

from theorylab.models.preconditioning.optimisers import adafisher, adahessian, adamp, mfac, psgd, sgdp, sophia, tract

ROW = np.array


def run(module, method, x, gradients, *others, body="py_func"):
    """Points after each gradient, (steps, *x.shape), and the memory; others are given a row a step."""
    x, memory = x.copy(), np.zeros((module.MEMORIES, *x.shape))
    if hasattr(module, "start"):
        module.start(method, x, memory)
    path, step = [], getattr(module.step, body) if body else module.step
    for t, (gradient, *more) in enumerate(zip(gradients, *others, strict=True), 1):
        step(method, t, x, gradient, memory, *more)
        path.append(x.copy())
    return ROW(path), memory


def test_two_steps_of_sophia_by_hand():
    method = sophia.Method(0.1, 0.5, 0.75, 2.0, 0.5, 0.1, 2)
    gradients, estimates = ROW([[1.0, -8.0], [3.0, 1.0], [0.0, 0.0]]), ROW([[4.0, -4.0], [99.0, 99.0], [8.0, 8.0]])
    path, memory = run(sophia, method, ROW([1.0, 2.0]), gradients, estimates)
    # m = (0.5, -4); h = (1, -1): divisors max(2, 0.5) and max(-2, 0.5): 0.25 and -8, clipped to -1.
    first = ROW([1.0 - 0.1 * (0.1 + 0.25), 2.0 - 0.1 * (0.2 - 1)])
    assert path[0] == pytest.approx(first, rel=1e-15)
    # m = (1.75, -1.5), h as before: 0.875, and -3 clipped.
    second = first - 0.1 * (0.1 * first + ROW([0.875, -1.0]))
    assert path[1] == pytest.approx(second, rel=1e-15)
    # m = (0.875, -0.75), h = (0.75 + 2, -0.75 + 2): divisors 5.5 and 2.5.
    assert path[2] == pytest.approx(second - 0.1 * (0.1 * second + ROW([0.875 / 5.5, -0.3])), rel=1e-15)
    assert memory[1] == pytest.approx([2.75, 1.25], rel=1e-15)


def test_sophia_without_curvature_is_sign_descent():
    gradients = np.random.default_rng(0).standard_normal((20, 4))
    method = sophia.Method(0.1, first_decay=0.0, period=1)
    path, _ = run(sophia, method, np.zeros(4), gradients, -np.abs(gradients))
    assert path == pytest.approx(-0.1 * np.cumsum(np.sign(gradients), axis=0), rel=1e-13)


def test_two_steps_of_adahessian_by_hand():
    method = adahessian.Method(0.5, 0.5, 0.75, 0.25, 0.1, 1.0, 2)
    gradients, estimates = ROW([[1.0, 2.0, 3.0], [1.0, 0.0, -1.0]]), ROW([[5.0, -3.0, 2.0], [0.0, 0.0, 4.0]])
    start = ROW([1.0, 0.0, -1.0])
    path, _ = run(adahessian, method, start, gradients, estimates)
    # Means over blocks of two: 1, 1, and 2 alone. Debiased in step 1: m = g, v = D^2.
    first = start - 0.5 * (ROW([1.0, 2.0, 3.0]) / ROW([1.25, 1.25, 2.25]) + 0.1 * start)
    assert path[0] == pytest.approx(first, rel=1e-15)
    m = ROW([0.75, 0.5, 0.25]) / 0.75
    v = ROW([0.1875, 0.1875, 0.75 + 4]) / (1 - 0.5625)
    assert path[1] == pytest.approx(first - 0.5 * (m / (np.sqrt(v) + 0.25) + 0.1 * first), rel=1e-15)


def test_powers_of_adahessian():
    gradients, estimates = ROW([[4.0, 6.0]]), ROW([[4.0, 9.0]])
    for power, direction in ((1.0, [1.0, 2 / 3]), (0.5, [2.0, 2.0]), (0.0, [4.0, 6.0])):
        method = adahessian.Method(0.5, epsilon=0.0, power=power)
        path, _ = run(adahessian, method, np.zeros(2), gradients, estimates)
        assert path[0] == pytest.approx(-0.5 * ROW(direction), rel=1e-14)


def test_two_steps_of_sgdp_by_hand():
    method = sgdp.Method(0.1, 0.5, 0.2, 0.5, 0.25)
    # The first gradient is orthogonal to x = (2, 0); so is the momentum: nothing to remove, and a quarter of the decay.
    path, memory = run(sgdp, method, ROW([2.0, 0.0]), ROW([[0.0, 4.0], [1.0, 1.0]]))
    first = ROW([2 * (1 - 0.25 * 0.1 * 0.2 / 0.5), -0.4])
    assert path[0] == pytest.approx(first, rel=1e-15)
    # The second has cosine (1.98 - 0.4) / (2.02 sqrt 2) = 0.55 > 0.5 / sqrt 2: no projection, all of the decay.
    assert path[1] == pytest.approx(first * (1 - 0.04) - 0.1 * ROW([1.0, 3.0]), rel=1e-15)
    assert memory[0] == pytest.approx([1.0, 3.0])


def test_the_radial_part_is_what_sgdp_removes():
    method, x = sgdp.Method(0.1, 0.5), ROW([3.0, 4.0])
    path, memory = run(sgdp, method, x, ROW([[-4.0, 3.0], [0.0, 0.0]]))
    assert path[0] == pytest.approx(x - 0.1 * ROW([-4.0, 3.0]))
    p, w = memory[0], path[0] / np.linalg.norm(path[0])
    assert path[1] == pytest.approx(path[0] - 0.1 * (p - (w @ p) * w), rel=1e-14)
    assert (path[1] - path[0]) @ path[0] == pytest.approx(0.0, abs=1e-14)


@pytest.mark.parametrize(
    ("x", "gradient", "answer"),
    [
        ([1.0, 0.0], [0.0, 1.0], True),
        ([1.0, 0.0], [0.070, 1.0], True),  # 0.1 / sqrt 2 = 0.0707
        ([1.0, 0.0], [-0.071, 1.0], False),
        ([1.0, 0.0], [0.0, 0.0], True),
        ([1e-9, 0.0], [0.1, 0.0], True),  # lengths of 1e-10 count as 1e-8
    ],
)
def test_what_counts_as_invariant(x, gradient, answer):
    assert sgdp.counts_as_invariant.py_func(ROW(x), ROW(gradient), 0.1) == answer


def test_two_steps_of_adamp_by_hand():
    method = adamp.Method(0.1, 0.5, 0.75, 0.25, 0.2, 0.5, 0.5)
    start = ROW([2.0, 0.0])
    path, _ = run(adamp, method, start, ROW([[0.0, 4.0], [-2.0, 0.5]]))
    first = ROW([2 * (1 - 0.5 * 0.02), -0.1 * 4 / 4.25])
    assert path[0] == pytest.approx(first, rel=1e-15)
    # The second gradient points along x: plain Adam, with all of the decay.
    update = ROW([-1.0, 1.25]) / 0.75 / (np.sqrt(ROW([1.0, 0.75 * 4 + 0.0625]) / 0.4375) + 0.25)
    assert path[1] == pytest.approx(first * 0.98 - 0.1 * update, rel=1e-15)


def test_adamp_moves_orthogonally_where_the_weights_are_invariant():
    x, rng = ROW([3.0, -1.0, 2.0]), np.random.default_rng(1)
    memory = np.zeros((2, 3))
    for t in range(1, 30):
        before, g = x.copy(), rng.standard_normal(3)
        g -= (g @ x) / (x @ x) * x
        adamp.step(adamp.Method(0.1), t, x, g, memory)
        assert (x - before) @ before == pytest.approx(0.0, abs=1e-13)
    assert np.abs(x - before).max() > 1e-3


def test_two_steps_of_psgd_by_hand():
    method = psgd.Method(0.5, 0.1)
    gradients, probes, products = ROW([[1.0, 1.0], [1.0, 0.0]]), ROW([[1.0, 2.0], [1.0, 0.0]]), np.zeros((2, 2))
    products[0] = [3.0, 1.0]
    path, memory = run(psgd, method, np.zeros(2), gradients, probes, products)
    q = ROW([1 - 0.1 / 15 * (9 - 1), 1 - 0.1 / 15 * (1 - 4)])
    assert path[0] == pytest.approx(-0.5 * q**2, rel=1e-15)
    q[0] *= 1.1  # without curvature, of an only probe: mu (v/q)^2 / (v/q)^2
    assert memory[0] == pytest.approx(q, rel=1e-15)
    assert path[1] == pytest.approx(path[0] - 0.5 * ROW([q[0] ** 2, 0.0]), rel=1e-15)


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_mfac_is_the_inverse_of_its_window(momentum):
    rng, lam, m = np.random.default_rng(2), 0.3, 3
    method = mfac.Method(0.1, momentum, 0.2, m, lam)
    x, memory, window = rng.standard_normal(4), np.zeros((mfac.memories(method), 4)), np.zeros((m, 4))
    average = np.zeros(4)
    for t in range(1, 6):
        g, before = rng.standard_normal(4), x.copy()
        mfac.step.py_func(method, t, x, g, memory)
        window[(t - 1) % m] = g + 0.2 * before
        product = np.linalg.solve(lam * np.eye(4) + window.T @ window / m, window[(t - 1) % m])
        average = momentum * average + (1 - momentum) * product
        assert x == pytest.approx(before - 0.1 * average, rel=1e-12)


def test_two_steps_of_adafisher_by_hand():
    method = adafisher.Method(0.1, 0.5, 0.01, 0.5, 2, 0.1)
    gradients = ROW([[[1.0, 2.0]], [[3.0, 0.0]], [[0.0, 0.0]]])
    outputs, inputs = ROW([[7.0], [9.0], [1.0]]), ROW([[4.0, 2.0], [0.0, 0.0], [1.0, 3.0]])
    path, memory = run(adafisher, method, ROW([[1.0, 0.0]]), gradients, outputs, inputs)
    s, a = 0.05, ROW([0.05 + 0.005 * 2 / (2 + 1e-6), 0.05])
    first = ROW([1.0, 0.0]) - 0.1 * ROW([1.1, 2.0]) / (s * a + 0.01)
    assert path[0, 0] == pytest.approx(first, rel=1e-14)
    m = (0.25 * ROW([1.1, 2.0]) + 0.5 * (ROW([3.0, 0.0]) + 0.1 * first)) / 0.75
    assert path[1, 0] == pytest.approx(first - 0.1 * m / (s * a + 0.01), rel=1e-14)
    assert memory[1, 0, 0] == pytest.approx(0.05 * s)
    assert memory[2, 0] == pytest.approx(0.05 * a + ROW([0.0, 0.005 * 2 / (2 + 1e-6)]))


def test_what_adafisher_keeps_of_squares():
    factor = ROW([1.0, 1.0, 1.0])
    adafisher.averaged.py_func(adafisher.Method(), factor, ROW([3.0, 1.0, 2.0]))
    assert factor == pytest.approx([0.088, 0.08, 0.084], rel=1e-6)


def test_a_step_of_tract_by_hand():
    x, inputs, slopes = ROW([[1.0]]), ROW([[1.0, 3.0]]), ROW([[2.0, -1.0]])
    tract.step.py_func(tract.Method(0.1, 0.5), 1, x, slopes, np.zeros((0, 1, 1)), inputs)
    assert x[0, 0] == pytest.approx(1 - 0.1 / 2 * (2 - 3) / (10 / 2 + 0.5), rel=1e-15)


@pytest.mark.parametrize(
    ("module", "method", "extra"),
    [
        (sophia, sophia.Method(0.1), 1),
        (adahessian, adahessian.Method(block=2), 1),
        (sgdp, sgdp.Method(0.1), 0),
        (adamp, adamp.Method(), 0),
        (psgd, psgd.Method(0.1), 2),
    ],
)
def test_compiled_steps_are_their_python_bodies(module, method, extra):
    rng = np.random.default_rng(3)
    draws, x = rng.standard_normal((1 + extra, 8, 5)), rng.standard_normal(5)
    found, oracle = (run(module, method, x, *draws, body=body)[0] for body in ("", "py_func"))
    assert found == pytest.approx(oracle, rel=1e-12)


def test_compiled_steps_of_layers_are_their_python_bodies():
    rng = np.random.default_rng(4)
    x, g, s, a = (rng.standard_normal(shape) for shape in ((3, 5), (8, 3, 5), (8, 3), (8, 5)))
    found, oracle = (run(adafisher, adafisher.Method(), x, g, s**2, a**2, body=body)[0] for body in ("", "py_func"))
    assert found == pytest.approx(oracle, rel=1e-12)
    slopes, inputs = rng.standard_normal((4, 3, 7)), rng.standard_normal((4, 5, 7))
    found, oracle = (run(tract, tract.Method(0.1), x, slopes, inputs, body=body)[0] for body in ("", "py_func"))
    assert found == pytest.approx(oracle, rel=1e-12)
    method = mfac.Method(0.1, 0.5, 0.1, 3, 0.1)
    ends = []
    for step in (mfac.step, mfac.step.py_func):
        y, memory = x[0].copy(), np.zeros((mfac.memories(method), 5))
        for t in range(1, 6):
            step(method, t, y, g[t, 0], memory)
        ends.append(y)
    assert ends[0] == pytest.approx(ends[1], rel=1e-10)
