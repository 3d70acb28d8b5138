"""Merging: paths by NumPy, moments against many runs and by steps, the gap by two clients, bad input."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.gossip import merging, model, theory
from theorylab.models.gossip.merging import Clients
from theorylab.models.gossip.model import Method
from theorylab.numerics.streams import fill_normal, stream

THREE = merging.clients([0.5, 1.0, 1.8], [-1.0, 0.5, 2.0])


def test_paths_are_numpys():
    steps, x, z, state, normals = np.array([0, 2, 4]), np.zeros(3), 0.0, stream(3, 0), np.empty(3)
    found = merging.merging_paths(model.ring(3), THREE, Method(0.2, 0.7), steps, stream(3, 0))
    assert merging.merging_paths.py_func(model.ring(3), THREE, Method(0.2, 0.7), steps, stream(3, 0)) == (
        pytest.approx(found, rel=1e-13)
    )
    for t in range(5):
        if t in (0, 2, 4):
            assert found[:, t // 2] == pytest.approx([x.mean(), z, (x**2).mean()], rel=1e-12)
        fill_normal(state, normals)
        x = model.ring(3) @ (x - 0.2 * (THREE.curvatures * (x - THREE.targets) + 0.7 * normals))
        z = z - 0.2 * (THREE.curvatures * (z - THREE.targets) + 0.7 * normals).mean()
    curves = merging.simulate(model.ring(3), THREE, Method(0.2, 0.7), steps, replicas=2, seed=3)
    assert curves["parallel"].samples[0] == pytest.approx(found[1])


def test_moments_are_those_of_runs():
    method, ring = Method(0.2, 0.7), model.ring(3)
    step, push, noise = merging.one_step(THREE, ring, method)
    x = np.array([0.3, -0.4, 0.8])
    assert step @ x + push == pytest.approx(ring @ (x - 0.2 * THREE.curvatures * (x - THREE.targets)))
    assert noise == pytest.approx(0.14**2 * ring @ ring.T)
    mean, spread = merging.stationary(THREE, ring, method)
    assert mean == pytest.approx(step @ mean + push)
    assert spread == pytest.approx(step @ spread @ step.T + noise)
    best = merging.optimum(THREE)
    assert best == pytest.approx((THREE.curvatures * THREE.targets).sum() / 3.3)
    late = merging.scheduled(THREE, [ring] * 400, method)
    assert merging.risks(THREE, mean, spread) == pytest.approx(late)
    draws = np.random.default_rng(1).multivariate_normal(mean, spread, 200_000)
    excess = THREE.curvatures.mean() / 2 * (draws - best) ** 2
    assert late.local == pytest.approx(excess.mean(), rel=0.01)
    assert late.merged == pytest.approx((1.1 / 2 * (draws.mean(axis=1) - best) ** 2).mean(), rel=0.01)


def test_gap_by_two_clients_and_by_matrices():
    pair, mode, load, noise = merging.clients([2.0, 2.0], [1.0, -1.0]), 0.3, 0.2, 0.13
    w = np.array([[1 + mode, 1 - mode], [1 - mode, 1 + mode]]) / 2
    rest = mode * load / (1 - mode * (1 - load))  # x_1 = -x_2 = l (r x_1 + load) at rest
    spread = noise**2 / 2 * mode**2 / (1 - (mode * (1 - load)) ** 2)
    gap = merging.local_gap(np.array([mode]), np.array([2**0.5]), load, noise, 2.0)
    assert gap == pytest.approx(2.0 / 2 * (rest**2 + spread))
    found = merging.risks(pair, *merging.stationary(pair, w, Method(load / 2, noise / load * 2)))
    assert found.local - found.merged == pytest.approx(gap)
    many = merging.clients(np.full(8, 1.0), np.linspace(-2, 2, 8))
    both = merging.risks(many, *merging.stationary(many, model.ring(8), Method(0.1, 1.0)))
    amplitudes = np.abs(np.fft.fft(many.targets))[1:] / 8**0.5
    gap = merging.local_gap(theory.ring_modes(8), amplitudes, 0.1, 0.1, 1.0)
    assert both.local - both.merged == pytest.approx(gap)
    assert both.merged == pytest.approx(theory.mean_variance(0.1, 0.1, 8) / 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: merging.clients([0.0], [1.0]), "curvatures"),
        (lambda: merging.clients([1.0], [1.0, 2.0]), "do not fit"),
        (lambda: merging.simulate(model.ring(4), THREE, Method(0.1, 1.0), [1], replicas=2, seed=1), "3 clients"),
        (lambda: merging.stationary(THREE, model.ring(3), Method(9.0, 1.0)), "not stable"),
        (lambda: merging.scheduled(Clients(THREE.curvatures, THREE.targets), [], Method(0.0, 1.0)), "step_size"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_isolated_clients_that_average_late():
    # By hand: h = 1, a = (0, 2), step size 1/2, noise 1: two steps alone give means (0, 3/2) and variances 5/16.
    pair = merging.clients([1.0, 1.0], [0.0, 2.0])
    alone = merging.isolated_then_averaged(pair, 2, 0, Method(0.5, 1.0))
    assert alone.local == pytest.approx(((1 + 0.25) / 2 + 5 / 16) / 2)
    assert alone.merged == pytest.approx((1 / 16 + 5 / 32) / 2)
    # One average at the end of the second step, then one of parallel SGD: mean 7/8, variance 5/128 + 1/8.
    assert merging.isolated_then_averaged(pair, 1, 1, Method(0.5, 1.0)).local == pytest.approx(alone.merged)
    late = merging.isolated_then_averaged(pair, 1, 2, Method(0.5, 1.0))
    assert late.local == pytest.approx((1 / 64 + 5 / 128 + 1 / 8) / 2)
    unequal = merging.clients([0.5, 1.0, 2.0], [-1.0, 3.0, 0.5])
    mixings = [np.eye(3)] * 6 + [np.full((3, 3), 1 / 3)] * 4
    expected = merging.scheduled(unequal, mixings, Method(0.3, 0.7))
    assert merging.isolated_then_averaged(unequal, 6, 4, Method(0.3, 0.7)) == pytest.approx(expected, rel=1e-12)
    with pytest.raises(InputError, match="isolated"):
        merging.isolated_then_averaged(unequal, -1, 4, Method(0.3, 0.7))
