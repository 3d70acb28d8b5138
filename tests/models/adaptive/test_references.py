"""Reference recursions by hand: two steps each, their symmetries, and compiled steps against their Python bodies."""

import math

import numpy as np
import pytest

from theorylab.models.adaptive.optimisers import (
    adadagrad_norm,
    adafactor,
    cocob,
    d_adaptation,
    dog,
    dowg,
    prodigy,
    riemannian,
    sgd_sai,
    vrgd,
)

PARAMETER_FREE = {
    "dog": (dog, dog.Method(1e-2)),
    "dowg": (dowg, dowg.Method(1e-2)),
    "prodigy": (prodigy, prodigy.Method(first_distance=1e-2)),
    "cocob": (cocob, cocob.Method(2.0)),
    "d_adaptation": (d_adaptation, d_adaptation.Method(first_distance=1e-2)),
}


def path(module, method, gradients, x0, *more, step="step", compiled=False):
    """Points after each step along given gradients, from x0; `more` are further arguments, a list with one a step."""
    x = np.array(x0, dtype=float)
    memory = np.zeros((module.MEMORIES, *x.shape))
    if hasattr(module, "start"):
        (module.start if compiled else module.start.py_func)(method, x, memory)
    body, points = getattr(module, step), []
    for t, gradient in enumerate(gradients, 1):
        further = [each[t - 1] for each in more]
        (body if compiled else body.py_func)(method, t, x, np.array(gradient, dtype=float), memory, *further)
        points.append(x.copy())
    return np.array(points)


def test_three_steps_of_dog_by_hand():
    found = path(dog, dog.Method(0.5, 1.0), [[3.0, 4.0], [0.0, 2.0], [1.0, 0.0]], [0.0, 0.0])
    first = -0.5 / 26**0.5 * np.array([3.0, 4.0])  # r_0 = 0.5, G = 1 + 25; |x_1| < 0.5
    assert found[0] == pytest.approx(first, rel=1e-15)
    assert found[1] == pytest.approx(first - 0.5 / 30**0.5 * np.array([0.0, 2.0]), rel=1e-15)
    r = max(0.5, float(np.hypot(*found[1])))
    assert r > 0.5
    assert found[2] == pytest.approx(found[1] - r / 31**0.5 * np.array([1.0, 0.0]), rel=1e-15)


def test_the_first_distance_of_dog_is_relative_and_epsilon_is_in_the_sum_once():
    x, memory = np.array([3.0, 4.0]), np.zeros((3, 2))
    dog.start.py_func(dog.Method(), x, memory)
    assert memory[1, 0] == pytest.approx(6e-6)
    assert memory[2, 0] == 1e-8
    assert path(dog, dog.Method(factor=3.0, epsilon=0.0), [[0.0, -2.0]], [3.0, 4.0])[0, 1] == pytest.approx(4 + 18e-6)


def test_dowg_by_hand():
    found = path(dowg, dowg.Method(0.5), [[3.0], [2.0], [1.0]], [1.0])[:, 0]
    assert found[0] == 1 - 0.25 * 3 / 1.5
    assert found[1] == pytest.approx(found[0] - 0.25 * 2 / (0.25 * 13) ** 0.5, rel=1e-15)
    r2 = (found[1] - 1) ** 2
    assert found[2] == pytest.approx(found[1] - r2 / (0.25 * 13 + r2) ** 0.5, rel=1e-15)


def test_prodigy_by_hand():
    method = prodigy.Method(0.5, 0.5, 0.25, 0.125, 0.2)  # b3 = 1/2
    found = path(prodigy, method, [[2.0], [-1.0]], [1.0])[:, 0]
    m, v, s = 0.5 * 0.2 * 2, 0.75 * 0.04 * 4, 0.5 * 0.5 * 0.04 * 2
    first = 1 - 0.5 * 0.2 * m / (v**0.5 + 0.2 * 0.125)
    assert found[0] == pytest.approx(first, rel=1e-15)  # r = 0: d stays
    m, v = 0.5 * m - 0.5 * 0.2, 0.25 * v + 0.75 * 0.04
    assert found[1] == pytest.approx(first - 0.1 * m / (v**0.5 + 0.025), rel=1e-14)
    x, memory = np.array([1.0]), np.zeros((6, 1))
    prodigy.start.py_func(method, x, memory)
    for t, g in enumerate((2.0, 1.0), 1):
        prodigy.step.py_func(method, t, x, np.array([g]), memory)
    r, s = 0.5 * 0.5 * 0.04 * (1 - first), 0.5 * s + 0.5 * 0.5 * 0.04
    assert memory[5, 0] == pytest.approx(max(0.2, r / s), rel=1e-14)


def test_the_first_step_of_prodigy_and_its_correction():
    # -d_0 0.1 / sqrt(0.001), as its authors' package answers by default; -d_0 when corrected, as others do.
    assert path(prodigy, prodigy.Method(), [[1.0]], [0.0])[0, 0] == pytest.approx(-3.1622e-6, rel=1e-4)
    assert path(prodigy, prodigy.Method(corrected=True), [[1.0]], [0.0])[0, 0] == pytest.approx(-1e-6, rel=1e-4)


def test_cocob_by_hand():
    found = path(cocob, cocob.Method(3.0), [[2.0], [-4.0], [-1.0]], [1.0])[:, 0]
    assert found[0] == 1 - 2 * 2 / (2 * max(4, 6))
    # L = 4, G = 6, the reward 0 + 4 (x - 1) < 0 is 0, theta = 2; then L = 4, G = 7, reward = x - 1, theta = 3.
    assert found[1] == 1 + 2 * 4 / (4 * max(10, 12))
    assert found[2] == pytest.approx(1 + 3 * (4 + found[1] - 1) / (4 * 12), rel=1e-15)


def test_cocob_by_default_starts_with_a_hundredth():
    assert path(cocob, cocob.Method(), [[1e5]], [0.0])[0, 0] == pytest.approx(-0.01)


def test_d_adaptation_by_hand():
    method = d_adaptation.Method(0.5, 0.5, 0.25, 0.125, 0.2)  # b3 = 1/2
    x, memory = np.array([1.0]), np.zeros((5, 1))
    d_adaptation.start.py_func(method, x, memory)
    d_adaptation.step.py_func(method, 1, x, np.array([2.0]), memory)
    m, v, s = 0.5 * 0.1 * 2, 0.75 * 4, 0.5 * 0.1 * 2
    assert x[0] == pytest.approx(1 - m / (v**0.5 + 0.125), rel=1e-15)
    assert memory[4, 0] == 0.2  # s was 0: no estimate yet
    first = x[0]
    d_adaptation.step.py_func(method, 2, x, np.array([1.0]), memory)
    m, v = 0.5 * m + 0.5 * 0.1, 0.25 * v + 0.75
    assert x[0] == pytest.approx(first - m / (v**0.5 + 0.125), rel=1e-14)
    r, s = 0.5 * 0.1 * s / (v**0.5 + 0.125), 0.5 * s + 0.5 * 0.1
    assert memory[4, 0] == pytest.approx(max(0.2, r / (0.5 * s)), rel=1e-14)


@pytest.mark.parametrize(("name", "place", "most"), [("prodigy", 5, 1.0), ("d_adaptation", 4, 10.0)])
def test_the_distance_is_found_in_its_order(name, place, most):
    # With momentum and means that forget, D-Adaptation is no lower bound: its proof is for dual averaging.
    module, method = PARAMETER_FREE[name][0], PARAMETER_FREE[name][0].Method()
    x, memory = np.zeros(1), np.zeros((module.MEMORIES, 1))
    module.start(method, x, memory)
    for t in range(1, 1001):
        module.step(method, t, x, np.sign(x - 3.0), memory)  # of |x - 3|
    assert 0.1 * 3.0 < memory[place, 0] <= most * 3.0


@pytest.mark.parametrize("name", PARAMETER_FREE)
def test_parameter_free_methods_forget_the_scale_of_the_loss(name):
    module, method = PARAMETER_FREE[name]
    if hasattr(method, "epsilon"):
        method = method._replace(epsilon=0.0)
    gradients = np.random.default_rng(1).standard_normal((30, 3))
    plain = path(module, method, gradients, [1.0, 2.0, -1.0])
    assert path(module, method, 1e4 * gradients, [1.0, 2.0, -1.0]) == pytest.approx(plain, rel=1e-9)
    assert path(module, method, 0 * gradients, [1.0, 2.0, -1.0])[-1].tolist() == [1.0, 2.0, -1.0]


@pytest.mark.parametrize("name", PARAMETER_FREE)
def test_compiled_parameter_free_steps_are_their_bodies(name):
    module, method = PARAMETER_FREE[name]
    gradients = np.random.default_rng(2).standard_normal((12, 3)) + 0.5
    plain = path(module, method, gradients, [1.0, 2.0, -1.0])
    assert path(module, method, gradients, [1.0, 2.0, -1.0], compiled=True) == pytest.approx(plain, rel=1e-12)


def test_two_steps_of_adafactor_by_hand():
    method = adafactor.Method(0.1, False, 0.5, 1.0, 0.0, 0.5)
    first, second = np.array([[1.0, 2.0], [0.5, -3.0]]), np.array([[-1.0, 0.0], [2.0, 1.0]])
    x0 = np.array([[0.1, 0.1], [0.1, 0.1]])
    found = path(adafactor, method, [first, second], x0)
    v, x = np.zeros((2, 2)), x0
    for t, g in enumerate((first, second), 1):
        v = (1 - t**-0.5) * v + t**-0.5 * g**2  # whole: the factors of the mean are the means of the factors
        u = g / np.sqrt(np.outer(v.sum(1), v.sum(0)) / v.sum())
        u /= max(1.0, np.sqrt(np.mean(u**2)))
        x = x - 0.1 * max(0.5, np.sqrt(np.mean(x**2))) * u
        assert found[t - 1] == pytest.approx(x, rel=1e-13)


def test_the_rate_of_adafactor_declines_and_its_clipping_clips():
    g = np.array([[10.0, 0.0], [1.0, 1.0], [0.0, 7.0]])
    method = adafactor.Method(clipping=0.3)
    moved = path(adafactor, method, [g], np.full((3, 2), 2.0))[0] - 2
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(2 * 1e-2 * 0.3, rel=1e-13)
    scale = adafactor.length.py_func(adafactor.Method(rate=1.0), 4, 8.0, 0.0, 8.0 * 16)
    assert scale == 1e-3 * 0.5 / 4


def test_adafactor_for_vectors_by_hand():
    method = adafactor.Method(0.1, False, 1.0, 2.0, 0.0, 1e-3)
    found = path(adafactor, method, [[2.0, -1.0], [-4.0, 0.0]], [1.0, 1.0], step="vector_step")
    assert found[0] == pytest.approx([0.9, 1.1], rel=1e-15)  # U = (1, -1), RMS(x) = 1
    size = math.sqrt((0.81 + 1.21) / 2)
    assert found[1] == pytest.approx([0.9 + 0.1 * size * 4 / 10**0.5, 1.1], rel=1e-14)
    again = path(adafactor, method, [[2.0, -1.0], [-4.0, 0.0]], [1.0, 1.0], step="vector_step", compiled=True)
    assert again == pytest.approx(found, rel=1e-13)


def test_compiled_adafactor_is_its_body():
    gradients = np.random.default_rng(3).standard_normal((5, 3, 4))
    plain = path(adafactor, adafactor.Method(), gradients, np.ones((3, 4)))
    assert path(adafactor, adafactor.Method(), gradients, np.ones((3, 4)), compiled=True) == pytest.approx(plain)


def test_signal_to_noise_by_hand():
    ratio = sgd_sai.signal_to_noise.py_func
    assert ratio(np.array([1.0, 3.0]), 0.5) == pytest.approx(10**0.5 / (2**0.5 + 0.5), rel=1e-15)
    assert ratio(np.array([0.3]), 1e-8) == pytest.approx(3e7)
    assert ratio(np.zeros(3), 0.0) == 0.0


def test_two_steps_of_sgd_sai_by_hand():
    method = sgd_sai.Method(0.1, 0.75, 0.5, 0.0)
    found = path(sgd_sai, method, [[1.0, 3.0], [2.0, -1.0]], [1.0, 1.0], [10.0, math.nan])
    ratio = 5**0.5 / 10
    assert found[0] == pytest.approx(0.95 - 0.1 * ratio * np.array([1.0, 3.0]), rel=1e-14)
    buffer = 0.75 * np.array([1.0, 3.0]) + 0.25 * np.array([2.0, -1.0])
    assert found[1] == pytest.approx(0.95 * found[0] - 0.1 * ratio * buffer, rel=1e-14)
    by_size = path(sgd_sai, sgd_sai.Method(0.1, by_size=True), [[1.0, 3.0]], [0.0, 0.0], [math.nan])
    assert by_size[0] == pytest.approx(-0.1 * 2**0.5 * np.array([1.0, 3.0]))
    again = path(sgd_sai, method, [[1.0, 3.0], [2.0, -1.0]], [1.0, 1.0], [10.0, math.nan], compiled=True)
    assert again == pytest.approx(found, rel=1e-13)


def test_two_steps_of_vrgd_by_hand():
    method = vrgd.Method(0.1, 0.2, 0.9, False)
    gradients, variances = [[1.0, 0.1], [2.0, 3.0]], [np.array([2.0, 1.0]), np.array([1.0, 0.0])]
    found = path(vrgd, method, gradients, [0.0, 0.0], variances)
    assert found[0] == pytest.approx([-0.1 * 0.5, -0.1 * 0.2 * 0.1], rel=1e-14)
    assert found[1] == pytest.approx(found[0] - 0.1 * 0.9 * np.array([2.0, 3.0]), rel=1e-14)
    shared = path(vrgd, method._replace(normalised=True), gradients, [0.0, 0.0], variances)
    mean = (0.5 + 0.01) / 2
    assert shared[0] == pytest.approx([-0.1 * 0.9, -0.1 * 0.2 * 0.1], rel=1e-14)
    assert 0.5 / mean > 0.9
    again = path(vrgd, method, gradients, [0.0, 0.0], variances, compiled=True)
    assert again == pytest.approx(found, rel=1e-14)
    assert vrgd.gain.py_func(0.4, 0.1, 1.0) == 0.4


def test_adadagrad_norm_by_hand():
    method = adadagrad_norm.Method(0.5, 2.0, 0.5)
    found = path(adadagrad_norm, method, [[3.0, 0.0], [0.0, 6.0]], [0.0, 0.0])
    assert found[0] == pytest.approx([-1.5 / 13**0.5, 0.0], rel=1e-15)
    assert found[1] == pytest.approx([-1.5 / 13**0.5, -3.0 / 7], rel=1e-15)
    again = path(adadagrad_norm, method, [[3.0, 0.0], [0.0, 6.0]], [0.0, 0.0], compiled=True)
    assert again == pytest.approx(found, rel=1e-14)
    nothing = path(adadagrad_norm, method._replace(first_sum=0.0), [[0.0, 0.0]], [1.0, 2.0])
    assert nothing[0].tolist() == [1.0, 2.0]


def test_the_norm_test_by_hand():
    method, batch = adadagrad_norm.Method(0.5, 2.0, 0.5), adadagrad_norm.next_batch.py_func
    assert batch(method, 4, 3.0, 3.0) == 4.0  # 3 / 4 <= 3 / 4
    assert batch(method, 4, 3.1, 3.0) == 5.0
    assert batch(method, 4, 1.0, 0.0) == math.inf
    assert batch(method, 4, 0.0, 0.0) == 4.0


def riemannian_path(rule, curvature, x, gradients, **more):
    return path(riemannian, riemannian.Method(rule, 0.5, curvature, **more), gradients, x)


def test_riemannian_factors_of_one_line_are_coordinates_of_adagrad():
    gradients = np.random.default_rng(4).standard_normal((6, 3, 1))
    found = riemannian_path(riemannian.RADAGRAD, 0, np.zeros((3, 1)), gradients)[:, :, 0]
    wanted = np.cumsum(-0.5 * gradients / np.sqrt(np.cumsum(gradients**2, axis=0)), axis=0)[:, :, 0]
    assert found == pytest.approx(wanted, rel=1e-13)


def test_riemannian_adam_and_amsgrad_by_hand():
    gradients = [[[3.0, 4.0]], [[0.0, 1.0]]]
    more = {"first_decay": 0.5, "second_decay": 0.75}
    adam, amsgrad = (riemannian_path(rule, 0, np.zeros((1, 2)), gradients, **more)[:, 0] for rule in (1, 2))
    first = -0.5 * np.array([1.5, 2.0]) / 2.5
    assert adam[0] == pytest.approx(first)
    m, v = np.array([0.75, 1.5]), 0.75 * 6.25 + 0.25
    assert adam[1] == pytest.approx(first - 0.5 * m / v**0.5)
    assert amsgrad[1] == pytest.approx(first - 0.5 * m / 2.5)


@pytest.mark.parametrize("curvature", [-1, 1])
def test_moves_of_known_length_along_geodesics(curvature):
    grow, across = (math.cosh, math.sinh) if curvature < 0 else (math.cos, math.sin)
    x = np.array([[1.0, 0.0, 0.0]])
    found = riemannian_path(riemannian.RADAGRAD, curvature, x, [[[0.0, 0.0, -7.0]]])[0, 0]
    assert found == pytest.approx([grow(0.5), 0.0, across(0.5)], rel=1e-14)  # the first step has length `rate`
    # Momentum goes on along the geodesic: a gradient of 0 moves by rate b1 (1 - b1) / sqrt(b2 (1 - b2)).
    gradients = [[[0.0, 0.0, -7.0]], [[0.0, 0.0, 0.0]]]
    found = riemannian_path(riemannian.RADAM, curvature, x, gradients, first_decay=0.5, second_decay=0.75)[1, 0]
    way = 0.5 * (0.5 / 0.25**0.5 + 0.25 / 0.1875**0.5)
    assert found == pytest.approx([grow(way), 0.0, across(way)], rel=1e-13)


def test_riemannian_norms_and_projections():
    assert riemannian.squared_norm.py_func(-1, np.array([[1.0, 2.0]]), 0) == 3.0
    assert riemannian.squared_norm.py_func(1, np.array([[1.0, 2.0]]), 0) == 5.0
    x = np.array([[5.0, 3.0, 4.0]])
    riemannian.onto.py_func(-1, x, 0)
    assert x[0, 0] == 26**0.5
    x = np.array([[0.0, 3.0, 4.0]])
    riemannian.onto.py_func(1, x, 0)
    assert x[0].tolist() == [0.0, 0.6, 0.8]
    x, direction = np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]])
    riemannian.move.py_func(1, x, direction, 0, 3.0)
    assert x.tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("curvature", [-1, 0, 1])
def test_compiled_riemannian_steps_are_their_bodies(curvature):
    rng = np.random.default_rng(5)
    x = np.tile([1.0, 0.0, 0.0], (2, 1))
    gradient = rng.standard_normal((1, 2, 3))
    gradient[:, :, 0] = 0.0
    method = riemannian.Method(riemannian.RAMSGRAD, 0.5, curvature)
    plain = path(riemannian, method, gradient, x)
    assert path(riemannian, method, gradient, x, compiled=True) == pytest.approx(plain, rel=1e-13)
