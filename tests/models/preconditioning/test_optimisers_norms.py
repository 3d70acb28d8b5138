"""Muon, LARS, LAMB, Lion, signSGD and blockwise Adam: steps by hand, and matrices by their singular values."""

import math

import numpy as np
import pytest

from theorylab.models.preconditioning.optimisers import blockwise_adam, lamb, lars, lion, muon, signsgd

ROW = np.array


def run(module, method, start, gradients):
    """Points after each step (steps, *shape), and the memory."""
    x, memory, path = start.astype(float), np.zeros((module.MEMORIES, *start.shape)), []
    for t, g in enumerate(gradients, 1):
        module.step(method, t, x, g, memory)
        path.append(x.copy())
    return ROW(path), memory


def quintic(s, method):
    """Newton-Schulz on singular values, which it leaves apart."""
    for _ in range(method.iterations):
        s = method.linear * s + method.cubic * s**3 + method.quintic * s**5
    return s


def test_two_steps_of_muon_on_a_diagonal_matrix_by_hand():
    method = muon.Method(0.5, 0.5, 0.25, True, 1, 2.0, -1.5, 0.5, 0.0)
    gradients = [np.diag([3.0, 4.0]), np.diag([1.0, 0.0])]
    path, memory = run(muon, method, np.eye(2), gradients)
    first = np.diag([0.875, 0.875]) - 0.5 * np.diag([2 * s - 1.5 * s**3 + 0.5 * s**5 for s in (0.6, 0.8)])
    assert path[0] == pytest.approx(first, rel=1e-15)
    assert memory[0] == pytest.approx(np.diag([1.25, 1.0]), rel=1e-15)  # 1.5/2 + 1/2, 2/2
    u = ROW([1.125, 0.5]) / math.hypot(1.125, 0.5)  # averaged once more with the gradient
    second = 0.875 * first - 0.5 * np.diag(2 * u - 1.5 * u**3 + 0.5 * u**5)
    assert path[1] == pytest.approx(second, rel=1e-14)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (1, 6), (6, 1), (1, 1)])
def test_muon_moves_along_singular_vectors(shape):
    gradient = np.random.default_rng(1).standard_normal(shape)
    method = muon.Method(decay=0.0, epsilon=0.0)
    u, s, v = np.linalg.svd(gradient, full_matrices=False)
    path, _ = run(muon, method, np.zeros(shape), [gradient])
    scale = 0.02 * math.sqrt(max(1.0, shape[0] / shape[1]))
    assert path[0] == pytest.approx(-scale * (u * quintic(s / np.linalg.norm(s), method)) @ v, rel=1e-12, abs=1e-15)


def test_newton_schulz_of_a_rotated_matrix():
    memory = np.zeros((muon.MEMORIES, 2, 2))
    memory[1] = [[0.0, -0.5], [1.0, 0.0]]  # singular values 1/2 and 1
    muon.newton_schulz(muon.Method(linear=2.0, cubic=-1.5, quintic=0.5), memory)
    assert memory[1] == pytest.approx(ROW([[0.0, -(1 - 0.1875 + 0.015625)], [1.0, 0.0]]), rel=1e-15)


def test_muon_without_nesterov_follows_its_momentum():
    gradients = np.random.default_rng(2).standard_normal((2, 2, 3))
    method = muon.Method(nesterov=False)
    path, memory = run(muon, method, np.zeros((2, 3)), gradients)
    momentum = 0.95 * 0.05 * gradients[0] + 0.05 * gradients[1]
    assert memory[0] == pytest.approx(momentum, rel=1e-14)
    u, s, v = np.linalg.svd(momentum, full_matrices=False)
    size = np.linalg.norm(s) + 1e-7
    assert path[1] - path[0] == pytest.approx(-0.02 * (u * quintic(s / size, method)) @ v, rel=1e-11, abs=1e-14)


def test_muon_stands_still_without_a_gradient():
    path, _ = run(muon, muon.Method(), np.eye(2), [np.zeros((2, 2))])
    assert (path[0] == np.eye(2)).all()


def test_two_steps_of_lars_by_hand():
    method = lars.Method(0.5, 0.5, 0.25)
    start = ROW([3.0, 4.0])
    path, memory = run(lars, method, start, ROW([[-0.75, 1.0], [1.0, -1.0]]))
    # g + x/4 = (0, 2), m = (0, 1): a step of 2.5 along it.
    assert path[0] == pytest.approx([3.0, 1.5], rel=1e-15)
    m = ROW([(1 + 0.75) / 2, 0.5 + (-1 + 0.375) / 2])
    second = path[0] - 0.5 * math.hypot(3.0, 1.5) * m / np.linalg.norm(m)
    assert path[1] == pytest.approx(second, rel=1e-15)
    assert memory[0] == pytest.approx(m, rel=1e-15)


def test_trust_ratio_has_limits_and_is_1_without_a_norm():
    start, gradient = ROW([3.0, 4.0]), ROW([[0.0, 2.0]])
    assert lars.trust_ratio(25.0, 4.0, 0.0, math.inf) == 2.5
    for least, most, moved in ((0.0, 1.0, 1.0), (10.0, 20.0, 10.0), (0.0, math.inf, 5.0)):
        path, _ = run(lars, lars.Method(0.1, 0.0, 0.0, least, most), start, gradient)
        assert path[0] == pytest.approx([3.0, 4.0 - 0.1 * moved], rel=1e-15)
    path, _ = run(lars, lars.Method(0.1, 0.0), np.zeros(2), gradient)
    assert path[0] == pytest.approx([0.0, -0.2], rel=1e-15)
    path, _ = run(lars, lars.Method(0.1), start, np.zeros((1, 2)))
    assert (path[0] == start).all()


def test_two_steps_of_lamb_by_hand():
    method = lamb.Method(0.1, 0.5, 0.75, 0.25, 0.5)
    start = ROW([3.0, 4.0])
    path, memory = run(lamb, method, start, ROW([[1.0, -2.0], [2.0, 0.0]]))
    u = ROW([1 / 1.25, -2 / 2.25]) + start / 2
    first = start - 0.1 * 5 * u / np.linalg.norm(u)
    assert path[0] == pytest.approx(first, rel=1e-15)
    m, v = ROW([1.25, -0.5]), ROW([0.75 * 0.25 + 1.0, 0.75])
    assert memory == pytest.approx(ROW([m, v]), rel=1e-15)
    u = m / 0.75 / (np.sqrt(v / (1 - 0.5625)) + 0.25) + first / 2
    assert path[1] == pytest.approx(first - 0.1 * np.linalg.norm(first) * u / np.linalg.norm(u), rel=1e-15)


def test_lamb_without_epsilon_takes_nothing_from_coordinates_without_gradients():
    path, _ = run(lamb, lamb.Method(0.1, epsilon=0.0, most=1.0), ROW([3.0, 4.0]), ROW([[0.0, -2.0]]))
    assert path[0] == pytest.approx([3.0, 4.1], rel=1e-15)


def test_two_steps_of_lion_by_hand():
    method = lion.Method(0.5, 0.5, 0.75, 0.25)
    path, memory = run(lion, method, ROW([1.0, -2.0]), ROW([[2.0, 0.0], [-0.4, -1.0]]))
    assert path[0] == pytest.approx([1 - 0.5 * 1.25, -2 + 0.25], rel=1e-15)
    # m = (0.5, 0): 0.25 - 0.2 > 0, -0.5 < 0.
    assert path[1] == pytest.approx([0.375 - 0.5 * (1 + 0.25 * 0.375), -1.75 + 0.5 * (1 + 0.4375)], rel=1e-15)
    assert memory[0] == pytest.approx([0.375 - 0.1, -0.25], rel=1e-15)


def test_two_steps_of_signsgd_and_of_signum_by_hand():
    gradients = ROW([[2.0, -3.0, 0.0], [-1.0, -5.0, 1.0]])
    path, _ = run(signsgd, signsgd.Method(0.5), np.zeros(3), gradients)
    assert (path == [[-0.5, 0.5, 0.0], [0.0, 1.0, -0.5]]).all()
    path, memory = run(signsgd, signsgd.Method(0.5, 0.5), np.zeros(3), gradients)
    assert (path == [[-0.5, 0.5, 0.0], [-0.5, 1.0, -0.5]]).all()  # m = (1, -1.5, 0), then (0, -3.25, 0.5)
    assert (memory[0] == [0.0, -3.25, 0.5]).all()


def test_two_steps_of_blockwise_adam_by_hand():
    method = blockwise_adam.Method(0.5, 0.75, 0.25, 2)
    path, memory = run(blockwise_adam, method, np.zeros(3), ROW([[1.0, 3.0, 2.0], [2.0, 0.0, 0.0]]))
    v = ROW([5 / 4, 4 / 4])  # means of squares 5 and 4, of which a quarter
    first = -0.5 * ROW([1, 3, 2]) / np.sqrt(ROW([v[0], v[0], v[1]]) + 0.25)
    assert path[0] == pytest.approx(first, rel=1e-15)
    v = 0.75 * v + ROW([0.5, 0.0])
    assert path[1] == pytest.approx(first - 0.5 * ROW([2, 0, 0]) / np.sqrt(v[0] + 0.25), rel=1e-15)
    assert memory[0, ::2] == pytest.approx(v, rel=1e-15)


def test_blockwise_adam_without_memory_is_sign_descent():
    gradient = ROW([[3.0, -1e-9, 0.0]])
    path, _ = run(blockwise_adam, blockwise_adam.Method(0.5, 0.0, 0.0), np.zeros(3), gradient)
    assert path[0] == pytest.approx([-0.5, 0.5, 0.0], rel=1e-15)
