"""The network on weak and strong features: its response by hand, its step against differences, data as described."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.edge import features
from theorylab.models.edge.features import Data
from theorylab.numerics.streams import fill_integers, fill_normal, stream

RNG = np.random.default_rng(11)


def response(weights, patches):
    """f by its definition, weights (2 m, d)."""
    signs = np.repeat([1.0, -1.0], len(weights) // 2)
    return signs @ (np.maximum(weights @ patches.T, 0) ** 2).sum(axis=1) / (len(weights) // 2)


def patches_of(parts, noise):
    rows = np.zeros((3, noise.size))
    rows[0, 0], rows[1, 1], rows[2] = *parts, noise
    return rows


def noise_of(d):
    return np.concatenate([[0.0, 0.0], RNG.standard_normal(d - 2)])


def test_response_is_its_definition():
    weights, parts, noise = RNG.standard_normal((6, 5)), np.array([0.3, -1.2]), noise_of(5)
    seen = np.empty((6, 3))
    expected = response(weights, patches_of(parts, noise))
    assert features.respond(weights, parts, noise, seen) == pytest.approx(expected)
    assert features.respond.py_func(weights, parts, noise, seen) == pytest.approx(expected)
    assert seen == pytest.approx(np.maximum(weights @ patches_of(parts, noise).T, 0))


@pytest.mark.parametrize("point", [0, 2])
def test_a_step_is_the_gradient_by_differences(point):
    data = Data(points=3, dimension=4, strong_points=1, neurons=2)
    weights, labels = RNG.standard_normal((4, 4)), np.array([1.0, 1.0, -1.0])
    noise = np.array([noise_of(4) for _ in range(3)])
    y, strong = labels[point], 1.0 if point < 1 else 0.0
    rows = patches_of((y * data.weak**0.5, y * strong), noise[point])
    gradient = np.empty_like(weights)
    for index in np.ndindex(*weights.shape):
        h = np.zeros_like(weights)
        h[index] = 1e-6
        ends = [(y - response(weights + s * h, rows)) ** 2 / 2 for s in (1, -1)]
        gradient[index] = (ends[0] - ends[1]) / 2e-6
    moved = weights.copy()
    features.learn(moved, labels, noise, data, 0.01, np.array([point]), np.empty((4, 3)))
    assert moved - weights == pytest.approx(-0.01 * gradient, abs=1e-8)


def test_points_are_drawn_as_described():
    labels, noise = np.empty(2000), np.empty((2000, 5))
    features.draw_points(labels, noise, 0.5, stream(1, 0))
    assert (noise[:, :2] == 0).all()
    assert noise[:, 2:].std() == pytest.approx(0.5, rel=0.05)
    assert set(labels) == {-1.0, 1.0}
    assert abs(labels.mean()) < 0.1


def test_without_noise_the_weak_feature_is_learnt():
    found = features.simulate(Data(noise=0.0, tests=4), [1.0], 4000.0, replicas=3, seed=1)
    assert (found["test"].samples == 1).all()
    assert (found["train"].samples == 1).all()
    assert found["weak"].mean > 0.5


def test_the_edge_of_a_single_datum_is_at_two():
    data = Data(points=1, dimension=3, strong_points=1, weak=1e-12, neurons=4)
    for ratio, settles in ((1.9, True), (2.1, False)):
        weights = np.full((8, 3), 0.1)
        weights[4:] = 0.0
        seen, order = np.empty((8, 3)), np.zeros(3000, np.int64)
        features.learn(weights, np.ones(1), np.zeros((1, 3)), data, ratio * 4 / 4, order, seen)
        f = features.respond(weights, np.array([1e-6, 1.0]), np.zeros(3), seen)
        assert (abs(f - 1) < 1e-6) == settles


def test_a_run_that_diverges_is_wrong_everywhere():
    found = features.simulate(Data(tests=4), [60.0], 3000.0, replicas=3, seed=1)
    assert (found["test"].samples == 0).all()
    assert (found["weak"].samples == 0).all()


def test_bad_calls_cost_one_sentence():
    for data, ratios, words in (
        (Data(points=0), [1.0], "points"),
        (Data(dimension=2), [1.0], "dimension"),
        (Data(strong_points=21), [1.0], "strong_points"),
        (Data(noise=-1.0), [1.0], "noise"),
        (Data(weak=0.0), [1.0], "weak"),
        (Data(), [0.0], "ratios"),
        (Data(), [20.0], "time"),
    ):
        with pytest.raises(InputError, match=words):
            features.simulate(data, ratios, 10.0, replicas=2, seed=1)


def test_a_replica_is_its_draws_and_its_steps():
    data, ratios = Data(points=4, dimension=5, strong_points=2, noise=0.3, neurons=2, scale=0.4, tests=6), [0.5, 1.0]
    found = features.trained(data, np.array(ratios), 20.0, stream(7, 1))
    assert features.trained.py_func(data, np.array(ratios), 20.0, stream(7, 1)) == pytest.approx(found, rel=1e-10)
    state, (labels, asked) = stream(7, 1), (np.empty(4), np.empty(6))
    noise, fresh, start, seen = np.empty((4, 5)), np.empty((6, 5)), np.empty((4, 5)), np.empty((4, 3))
    features.draw_points(labels, noise, 0.3, state)
    features.draw_points(asked, fresh, 0.3, state)
    fill_normal(state, start.ravel())
    for p, ratio in enumerate(ratios):
        weights, order = 0.4 * start, np.empty(round(20 / ratio), np.int64)
        fill_integers(state, 4, order)
        features.learn(weights, labels, noise, data, ratio * 2 / 4, order, seen)
        on_tests = [asked[i] * response(weights, patches_of((asked[i] * 0.2, 0.0), fresh[i])) > 0 for i in range(6)]
        strong = np.array([1.0, 1.0, 0.0, 0.0]) * labels
        on_data = [
            labels[i] * response(weights, patches_of((0.2 * labels[i], strong[i]), noise[i])) > 0 for i in range(4)
        ]
        weak = 0.04 * (np.maximum(weights[:2, 0], 0) ** 2).mean()
        assert found[:, p] == pytest.approx([np.mean(on_tests), np.mean(on_data), weak])
