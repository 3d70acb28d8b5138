"""Merges by hand in dimension one, and their errors on random quadratics and logistic losses."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.quadratics import merging

RNG = np.random.default_rng(8)


def quadratics(d):
    roots = RNG.standard_normal((2, d, 2 * d))
    return roots @ roots.swapaxes(1, 2), RNG.standard_normal((2, d))


def test_merges_in_dimension_one_by_hand():
    # l_t = h (theta - c)^2 / 2, h = 1, 3, c = 2, -1, anchor 0, penalty 1: theta = 1, -3/4; target, alpha = 1: -1/5.
    hessians, anchor, penalty = np.array([[[1.0]], [[3.0]]]), np.zeros(1), np.eye(1)
    tasks = [merging.quadratic_task(h, np.array([c])) for h, c in zip(hessians, (2.0, -1.0), strict=True)]
    points = np.array([merging.trained([task], [1.0], anchor, penalty) for task in tasks])
    assert points.ravel() == pytest.approx([1.0, -0.75])
    assert merging.trained(tasks, [1.0, 1.0], anchor, penalty) == pytest.approx([-0.2])
    assert merging.task_arithmetic(points, [1.0, 1.0], anchor) == pytest.approx([0.25])
    assert merging.gradient_matching(points, hessians, [1.0, 1.0], anchor, penalty) == pytest.approx([(2 - 3) / 5])
    assert merging.fisher_average(points, hessians, [1.0, 1.0], penalty) == pytest.approx([(2 - 3) / 6])


def test_gradient_matching_is_exact_on_quadratics():
    for _ in range(30):
        hessians, minimisers = quadratics(4)
        anchor, penalty, weights = RNG.standard_normal(4), 0.7 * np.eye(4), RNG.uniform(0.2, 1.5, 2)
        tasks = [merging.quadratic_task(h, c) for h, c in zip(hessians, minimisers, strict=True)]
        points = np.array([merging.trained([task], [1.0], anchor, penalty) for task in tasks])
        target = merging.trained(tasks, weights, anchor, penalty)
        merged = merging.gradient_matching(points, hessians, weights, anchor, penalty)
        assert merged == pytest.approx(target, rel=1e-9, abs=1e-10)
        weights = weights / weights.sum()
        target = merging.trained(tasks, weights, anchor, penalty)
        assert merging.fisher_average(points, hessians, weights, penalty) == pytest.approx(target, rel=1e-9, abs=1e-10)
        diagonals = hessians * np.eye(4)
        mine = merging.gradient_matching(points, hessians, weights, anchor, penalty, diagonal=True)
        assert mine == pytest.approx(merging.gradient_matching(points, diagonals, weights, anchor, penalty))


def test_mismatch_is_the_error_of_task_arithmetic():
    features, anchor, penalty = RNG.standard_normal((20, 3)), RNG.standard_normal(3), 0.5 * np.eye(3)
    tasks = [merging.logistic_task(features, RNG.uniform(0, 1, 20)) for _ in range(2)]
    points = np.array([merging.trained([task], [1.0], anchor, penalty) for task in tasks])
    for weights in ([1.0, 1.0], [0.7, 0.3]):
        target = merging.trained(tasks, weights, anchor, penalty)
        gap = target - merging.task_arithmetic(points, weights, anchor)
        assert merging.gradient_mismatch(tasks, points, target, weights, penalty) == pytest.approx(gap, abs=1e-11)


def test_least_squares_task_by_differences():
    features, labels, point = RNG.standard_normal((9, 2)), RNG.standard_normal(9), np.array([0.4, -0.8])
    slope, hessian = merging.least_squares_task(features, labels)(point)
    loss = [((features @ (point + move) - labels) ** 2).sum() / 2 for move in 1e-3 * np.array([[1, 0], [-1, 0]])]
    assert slope[0] == pytest.approx((loss[0] - loss[1]) / 2e-3, rel=1e-8)
    least = np.linalg.lstsq(features, labels, rcond=None)[0]
    assert hessian @ (point - least) == pytest.approx(slope)


def test_logistic_task_by_differences():
    features, labels, point = RNG.standard_normal((9, 2)), RNG.uniform(0, 1, 9), np.array([0.4, -0.8])
    task = merging.logistic_task(features, labels)

    def loss(x):
        z = features @ x
        return np.sum(np.log1p(np.exp(z)) - labels * z)

    step = 1e-5
    for i, unit in enumerate(np.eye(2)):
        numeric = (loss(point + step * unit) - loss(point - step * unit)) / (2 * step)
        assert task(point)[0][i] == pytest.approx(numeric, rel=1e-6)
        column = (task(point + step * unit)[0] - task(point - step * unit)[0]) / (2 * step)
        assert task(point)[1][i] == pytest.approx(column, rel=1e-6)


def test_other_weights_are_answered():
    with pytest.raises(InputError, match="give one for each"):
        merging.trained([merging.quadratic_task(np.eye(1), np.zeros(1))], [1.0, 1.0], np.zeros(1), np.eye(1))
