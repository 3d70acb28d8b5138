"""Decentralised SGD by NumPy, its covariance by plain steps, mixing matrices by hand, bad input."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.gossip import kernels, model, simulation, theory
from theorylab.models.gossip.model import Landscape, Method
from theorylab.numerics.streams import fill_normal, stream


def test_mixing_by_hand():
    assert model.ring(4) * 3 == pytest.approx(np.array([[1, 1, 0, 1], [1, 1, 1, 0], [0, 1, 1, 1], [1, 0, 1, 1]]))
    assert model.exponential(4) == pytest.approx(model.complete(4))
    assert model.exponential(8)[0] * 6 == pytest.approx([1, 1, 1, 0, 1, 0, 1, 1])
    assert model.circulant(6, [2])[0] * 3 == pytest.approx([1, 0, 1, 0, 1, 0])
    assert np.flatnonzero(model.torus(3)[4]).tolist() == [1, 3, 4, 5, 7]
    for matrix in (model.ring(5), model.torus(4), model.exponential(9), model.complete(3)):
        assert model.mixing(matrix) is not None


@pytest.mark.parametrize("adapt_first", [False, True])
@pytest.mark.parametrize("landscape", [Landscape(0.7, 0.2), Landscape(0.0, 0.0, 0.3, 0.4)])
def test_paths_are_numpys(adapt_first, landscape):
    start, matrix, method = np.array([0.5, -0.2, 0.1, 0.9]), model.ring(4), Method(0.1, 0.3, adapt_first)
    state, normals, w, central = stream(7, 0), np.empty(4), start, start.mean()
    found = kernels.gossip_paths(matrix, landscape, method, start, np.array([0, 3, 5]), stream(7, 0))
    assert kernels.gossip_paths.py_func(matrix, landscape, method, start, np.array([0, 3, 5]), stream(7, 0)) == (
        pytest.approx(found, rel=1e-13)
    )

    def slope(x):
        h, k, height, tilt = landscape
        return h * x + k * x**2 / 2 + height * np.exp(tilt * x) * (x**2 - 1) * (4 * x + tilt * (x**2 - 1))

    for t in range(6):
        if t in (0, 3, 5):
            row = found[:, (0, 3, 5).index(t)]
            assert row == pytest.approx(
                [w.mean(), w.var(), central, float(w.mean() < 0), float(central < 0)], rel=1e-12
            )
        fill_normal(state, normals)
        gradients = slope(w) + 0.3 * normals
        central = central - 0.1 * (slope(central) + 0.3 * normals.mean())
        w = matrix @ (w - 0.1 * gradients) if adapt_first else matrix @ w - 0.1 * gradients
    curves = simulation.simulate(matrix, landscape, method, start, [0, 3], replicas=3, seed=7)
    assert curves["diversity"].samples[0] == pytest.approx(found[1, :2])
    assert curves["mean left"].bounds.tolist() == [[0, 0], [1, 1]]


def test_slopes_are_those_of_the_landscape():
    for w in (-1.3, 0.2, 0.9):
        well = theory.well_derivative(1, w, 0.4) * np.exp(0.4 * w)
        assert kernels.slope(Landscape(0, 0, 0.5, 0.4), w) == pytest.approx(0.5 * well)
        assert kernels.slope(Landscape(2.0, 3.0), w) == pytest.approx(2 * w + 1.5 * w**2)
        assert kernels.slopes(Landscape(2.0, 3.0), np.array([0.0, w]))[1] == kernels.slope(Landscape(2.0, 3.0), w)
    out = np.empty(3)
    kernels.combine(model.complete(3), np.array([1.0, 2.0, 6.0]), out)
    assert out == pytest.approx([3, 3, 3])


@pytest.mark.parametrize("adapt_first", [False, True])
def test_covariance_is_that_of_plain_steps(adapt_first):
    matrix, method, c = model.ring(5), Method(0.1, 1.3, adapt_first), np.zeros((5, 5))
    step = matrix * 0.93 if adapt_first else matrix - 0.07 * np.eye(5)
    fresh = 0.13**2 * (matrix @ matrix if adapt_first else np.eye(5))
    for _ in range(8):
        c = step @ c @ step.T + fresh
    assert simulation.covariance(matrix, 0.7, method, 3) == pytest.approx(c, rel=1e-12)
    mean, spread = simulation.split(simulation.covariance(matrix, 0.7, method))
    form = theory.diversity_adapt_first if adapt_first else theory.diversity
    assert spread == pytest.approx(form(theory.ring_modes(5), 0.07, 0.13, 5), rel=1e-12)
    assert mean == pytest.approx(theory.mean_variance(0.07, 0.13, 5), rel=1e-12)
    w = np.random.default_rng(1).standard_normal((200_000, 5))
    sample = simulation.split(w.T @ w / len(w))
    assert sample == pytest.approx((w.mean(axis=1).var(), w.var(axis=1).mean()), rel=1e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: model.ring(2), "size=2"),
        (lambda: model.circulant(6, [4]), "integers from 1 to 3"),
        (lambda: model.circulant(6, [0.5]), "integers from 1 to 3"),
        (lambda: model.torus(2), "side=2"),
        (lambda: model.mixing([[0.5, 0.5], [0.4, 0.6]]), "symmetric"),
        (lambda: model.mixing([[0.5, 0.4], [0.4, 0.5]]), "rows sum to 1"),
        (lambda: model.method(Method(0.0, 1.0)), "step_size"),
        (lambda: model.method(Method(0.1, -1.0)), "noise_std"),
        (lambda: model.landscape(Landscape(np.nan)), "curvature"),
        (lambda: simulation.covariance(model.ring(4), 30.0, Method(0.1, 1.0)), "not stable"),
        (lambda: simulation.covariance(model.ring(4), 0.0, Method(0.1, 1.0)), "curvature"),
        (
            lambda: simulation.simulate(model.ring(4), Landscape(), Method(0.1, 1.0), [0.0], [1], replicas=2, seed=1),
            "start of 1 workers",
        ),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()
