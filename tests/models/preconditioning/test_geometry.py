"""Smoothness in norms of blocks: bounds attacked, the law of noisy signs by simulation and by its own equations."""

import math

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import brentq
from scipy.special import ndtr

from theorylab.errors import InputError
from theorylab.models.preconditioning import block_descent, geometry
from theorylab.models.preconditioning.optimisers.blockwise_adam import Method
from theorylab.numerics.streams import generator


def random_hessian(draws, dim):
    root = draws.standard_normal((dim, draws.integers(1, dim + 1)))
    return root @ root.T


def test_bounds_by_hand():
    hessian = np.array([[2.0, -1.0], [-1.0, 3.0]])
    assert geometry.block_smoothness_bound(hessian) == pytest.approx(7.0, rel=1e-14)
    assert geometry.block_smoothness_bound(hessian, 2) == pytest.approx(2 * (2.5 + 1.25**0.5), rel=1e-14)
    assert geometry.sign_smoothness(hessian) == pytest.approx(7.0, rel=1e-14)
    three = np.diag([1.0, 4.0, 9.0])  # blocks of 2 and 1
    assert geometry.block_smoothness_bound(three, 2) == pytest.approx(2 * 4 + 9, rel=1e-14)


def test_largest_curvature_along_signs():
    draws = generator(1, 0)
    for _ in range(50):
        dim = int(draws.integers(1, 9))
        hessian = random_hessian(draws, dim)
        s = np.array(np.meshgrid(*dim * [[-1.0, 1.0]])).reshape(dim, -1)
        most = geometry.sign_smoothness(hessian)
        assert most == pytest.approx(((hessian @ s) * s).sum(axis=0).max(), rel=1e-12)
        assert np.trace(hessian) * (1 - 1e-12) <= most <= np.abs(hessian).sum() * (1 + 1e-12)
    with pytest.raises(InputError, match="2\\^21 signs are too many"):
        geometry.sign_smoothness(np.eye(21))


def test_no_step_is_steeper_than_the_bounds():
    draws = generator(2, 0)
    for _ in range(300):
        dim, block = int(draws.integers(1, 10)), int(draws.integers(1, 5))
        block = min(block, dim)
        hessian = random_hessian(draws, dim)
        s = draws.standard_normal(dim)
        for first in range(0, dim, block):
            part = s[first : first + block]
            part *= math.sqrt(part.size) / np.linalg.norm(part)
        assert s @ hessian @ s <= geometry.block_smoothness_bound(hessian, block) * (1 + 1e-12)


def test_the_chain_of_smoothness_is_attained():
    assert geometry.smoothness_chain(np.eye(4)) == pytest.approx(np.array([1, 4, 4, 4, 8, 8]), rel=1e-14)
    assert geometry.smoothness_chain(np.ones((4, 4))) == pytest.approx(np.array([4, 4, 16, 16, 16, 32]), rel=1e-14)


def test_mean_gradient_bound_from_one_step():
    fall, eta, steps, smooth, noise = sp.symbols("D eta T L s", positive=True)
    # A step loses eta (dual norm - 0.34 noise) - eta^2 L / 2 at least; T of them lose D at most.
    mean = (fall / steps + eta**2 * smooth / 2) / eta + geometry.NORMAL_LOSS * noise
    assert sp.simplify(geometry.mean_gradient_bound(fall, eta, steps, smooth, noise) - mean) == 0


def test_most_that_wrong_signs_cost_under_normal_noise():
    z = brentq(lambda z: ndtr(-z) - z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), 0.1, 2.0, xtol=1e-15)
    assert pytest.approx(2 * z * ndtr(-z), rel=1e-14) == geometry.NORMAL_LOSS
    grid = np.linspace(0.0, 10.0, 100_001)
    assert (2 * grid * ndtr(-grid)).max() <= geometry.NORMAL_LOSS


def test_best_step_of_the_bound():
    fall, eta, steps, smooth = sp.symbols("D eta T L", positive=True)
    bound = geometry.mean_gradient_bound(fall, eta, steps, smooth)
    best = geometry.best_step(fall, steps, smooth)
    at = {fall: 2, steps: 7, smooth: 3}
    assert float(sp.diff(bound, eta).subs(eta, best).subs(at)) == pytest.approx(0.0, abs=1e-12)
    assert float(bound.subs(eta, best).subs(at)) == pytest.approx((2 * 2 * 3 / 7) ** 0.5, rel=1e-12)


def test_runs_keep_within_the_bound():
    draws = generator(3, 0)
    for _ in range(150):
        dim = int(draws.integers(1, 8))
        block, steps = int(draws.integers(1, dim + 1)), int(draws.integers(1, 60))
        hessian, start, eta = random_hessian(draws, dim), draws.standard_normal(dim), 10 ** draws.uniform(-2, 1)
        found = block_descent.run(Method(eta, 0.0, 0.0, block), hessian, start, steps)[1, :-1].mean()
        smooth = geometry.block_smoothness_bound(hessian, block)
        assert found <= geometry.mean_gradient_bound(start @ hessian @ start / 2, eta, steps, smooth) * (1 + 1e-9)


def test_two_steps_of_descent_by_hand():
    hessian, start = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([1.0, 0.0])
    losses, norms = block_descent.run(Method(0.5, 0.0, 0.0, 1), hessian, start, 2)
    # g = (2, 1), x = (.5, -.5), g = (.5, -.5), x = (0, 0).
    assert losses == pytest.approx([1.0, 0.25, 0.0], rel=1e-14)
    assert norms == pytest.approx([3.0, 1.0, 0.0], rel=1e-14)
    _, norms = block_descent.run(Method(0.5, 0.0, 0.0, 2), hessian, start, 1)
    assert norms[0] == pytest.approx(math.sqrt(2 * 5), rel=1e-14)
    losses, _ = block_descent.run(Method(0.5, 0.0, 0.0, 1), hessian, start, 2, last=2)
    assert losses == pytest.approx([1.0, 0.25, 0.0625], rel=1e-14)  # the second step is halved
    assert block_descent.gradient_descent(hessian, start, 1, 0.5) == pytest.approx([1.0, 0.25], rel=1e-14)


def test_noise_enters_every_gradient():
    draws = [
        block_descent.run(Method(0.1, 0.0, 0.0, 1), np.eye(1), np.zeros(1), 1, 1.0, seed=k)[0, 1] for k in range(8)
    ]
    assert draws == pytest.approx(8 * [0.005], rel=1e-12)  # a step of 0.1 either way
    mean = block_descent.mean_dual_norm.py_func
    assert (
        mean(Method(1.0, 0.0, 0.0, 1), np.eye(1), 0.0, np.array([3.0]), 3, 1, block_descent.stream(1, 0))[0] == 1.5
    )  # 3, 2, 1


def test_mean_loss_of_noisy_gradient_descent():
    hessian, start = np.diag([1.0, 3.0]), np.array([2.0, -1.0])
    draws = generator(4, 0).standard_normal((40_000, 3, 2))
    x = np.tile(start, (40_000, 1))
    for t in range(3):
        x = x - 0.2 * (3 - t) / 3 * (x @ hessian + 0.5 * draws[:, t])
    losses = ((x @ hessian) * x).sum(axis=1) / 2
    exact = block_descent.noisy_gradient_loss(hessian, start, 3, 0.2, 0.5)
    assert abs(losses.mean() - exact) < 5 * losses.std() / 200
    turn = geometry.rotation(generator(5, 0), 2)
    turned = turn @ hessian @ turn.T, turn @ start
    assert block_descent.noisy_gradient_loss_in_place(*turned, 3, 0.2, 0.5) == pytest.approx(exact, rel=1e-13)


def test_rates_are_tuned_on_another_stream_and_curves_are_joined():
    rates = (0.01, 0.3, 50.0)
    found = block_descent.tuned_losses(np.eye(2), np.ones(2), Method(1.0, 0.9, 1e-16, 1), rates, (0.1, 30), 5, 1)
    assert found.x == [0.3]
    both = block_descent.joined([1, 2], [found, found], "case")
    assert both.samples.shape == (5, 2)
    again = block_descent.final_loss(
        Method(0.3, 0.9, 1e-16, 1), np.eye(2), 0.1, np.ones(2), 30, 30, block_descent.stream(1, 2)
    )
    assert both.samples[2, 1] == again[0]


def test_stationary_law_of_noisy_signs():
    h, sigma, eta = 2.0, 0.5, 0.1
    x = eta * (np.arange(-200, 200) + 0.5)
    up = 0.5 * np.array([math.erfc(h * v / sigma / 2**0.5) for v in x])
    move = np.diag(up[:-1], 1) + np.diag(1 - up[1:], -1)
    law = np.ones(400) / 400
    for _ in range(3000):
        law = law @ (np.eye(400) + move) / 2  # lazy: the walk itself has period 2
        law /= law.sum()
    assert geometry.sign_walk_gradient(h, sigma, eta) == pytest.approx(law @ np.abs(h * x), rel=1e-10)
    with pytest.raises(InputError, match="step_size"):
        geometry.sign_walk_gradient(1.0, 1.0, 0.0)


def test_noisy_signs_leave_the_root_of_the_step():
    h, sigma, eta = sp.symbols("h sigma eta", positive=True)
    # Drift -eta sqrt(2/pi) h x / sigma and variance eta^2 a step: a normal law of variance v, E|h x| = h sqrt(2 v/pi).
    variance = eta**2 / (2 * eta * sp.sqrt(2 / sp.pi) * h / sigma)
    leading = geometry.sign_walk_gradient_leading(h, sigma, eta)
    assert float((h * sp.sqrt(2 * variance / sp.pi) / leading).subs({h: 2, sigma: 3, eta: 5})) == pytest.approx(1.0)
    assert geometry.sign_walk_gradient(2.0, 0.5, 1e-6) == pytest.approx(
        geometry.sign_walk_gradient_leading(2.0, 0.5, 1e-6), rel=1e-5
    )


def test_norm_of_rotated_hessians():
    eigenvalues = np.linspace(0.5, 1.5, 300)
    rotate = geometry.rotation(generator(5, 0), 300)
    assert rotate @ rotate.T == pytest.approx(np.eye(300), abs=1e-12)
    found = geometry.block_smoothness_bound(rotate @ np.diag(eigenvalues) @ rotate.T)
    assert found == pytest.approx(geometry.rotated_norm_leading(eigenvalues), rel=0.01)


def test_rotations_by_shares():
    assert (geometry.rotation(generator(6, 0), 4, 0.0) == np.eye(4)).all()
    turn = geometry.rotation(generator(6, 0), 4, 0.5)
    assert turn @ turn.T == pytest.approx(np.eye(4), abs=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_blocks_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="give \\(d, d\\)"):
        geometry.block_smoothness_bound(np.ones((2, 3)))
    with pytest.raises(InputError, match="block"):
        geometry.block_smoothness_bound(np.eye(2), 3)
