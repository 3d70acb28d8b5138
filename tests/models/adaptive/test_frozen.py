"""Frozen preconditioners: rates by hand and by SymPy, bounds on random blocks, the law of two dimensions."""

import math

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.adaptive import blocks, quadratics
from theorylab.models.adaptive.model import method, symmetric_matrix
from theorylab.models.adaptive.theory import frozen


@pytest.mark.parametrize("seed", range(10))
def test_scaled_extremes_are_those_of_the_iteration(seed):
    draws = np.random.default_rng(seed)
    a = draws.standard_normal((4, 4))
    h, d = a @ a.T + 0.1 * np.eye(4), draws.exponential(size=4) + 0.1
    found = np.sort(np.linalg.eigvals(h / d[:, None]).real)
    assert frozen.scaled_extremes(h, d) == pytest.approx(found[[0, -1]], rel=1e-10)


def test_best_rate_is_where_both_ends_contract_alike():
    low, high = sp.symbols("l L", positive=True)
    size = 2 / (low + high)
    assert sp.simplify((1 - size * low) - frozen.best_rate(high / low)) == 0
    assert sp.simplify((size * high - 1) - frozen.best_rate(high / low)) == 0


def test_no_step_size_beats_the_square_from_the_worst_start():
    low, high, size = sp.symbols("l L a", positive=True)
    ratio = frozen.one_step_ratio(low, high, size)
    best = sp.solve(sp.diff(ratio, size), size)
    assert len(best) == 1
    assert sp.simplify(best[0] - 2 / (low + high)) == 0
    assert sp.simplify(ratio.subs(size, best[0]) - frozen.best_rate(high / low) ** 2) == 0
    for step_size, t in ((0.1, 3), (0.5, 2), (0.7, 1)):
        assert frozen.one_step_ratio(1.0, 3.0, step_size, t) >= 0.25**t - 1e-15
        path = quadratics.frozen_path(
            np.diag([1.0, 3.0]), np.ones(2), step_size, np.array([1, 1 / 3]), np.array([0, t])
        )
        assert path[1] / path[0] == pytest.approx(frozen.one_step_ratio(1.0, 3.0, step_size, t), rel=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_block_bound_holds_on_random_blocks(seed):
    draws = np.random.default_rng(seed)
    spectra = np.sort(np.exp(draws.uniform(0, 8, (3, 2))), axis=1)
    given = blocks.draw(spectra.tolist(), 20, seed)
    sizes = np.abs(given.gradients)
    low, high = frozen.scaled_extremes(given.hessians, sizes)
    cut = sizes.reshape(20, 3, 2)
    bound = frozen.block_condition_bound(
        spectra[:, 1], spectra[:, 1] / spectra[:, 0], list(cut.min(axis=2).T), list(cut.max(axis=2).T)
    )
    assert (high / low <= bound * (1 + 1e-9)).all()


def test_block_bound_of_blocks_of_one_is_attained():
    low, high = frozen.scaled_extremes(np.diag([2.0, 30.0]), [5.0, 3.0])
    assert frozen.block_condition_bound([2.0, 30.0], [1.0, 1.0], [5.0, 3.0], [5.0, 3.0]) == pytest.approx(high / low)


@pytest.mark.parametrize("seed", range(10))
def test_condition_of_two_is_that_of_the_matrix(seed):
    draws = np.random.default_rng(seed)
    a = draws.standard_normal((2, 2))
    h, g = a @ a.T + 0.05 * np.eye(2), draws.exponential(size=2)
    low, high = frozen.scaled_extremes(h, g)
    assert frozen.condition_of_two(h[0, 0], h[0, 1], h[1, 1], g[0] / g[1]) == pytest.approx(high / low, rel=1e-9)


def test_survival_of_two_is_that_of_draws():
    h = np.array([[5.0, 3.0], [3.0, 2.0]])
    draws = np.abs(np.random.default_rng(4).standard_normal((200_000, 2)) @ h)
    found = frozen.condition_of_two(5.0, 3.0, 2.0, draws[:, 0] / draws[:, 1])
    for level in (2.0, 30.0, 38.5, 45.0, 80.0, 500.0):
        chance, share = float(frozen.condition_survival(5.0, 3.0, 2.0, level)), (found > level).mean()
        assert abs(share - chance) < 4 * (chance * (1 - chance) / found.size) ** 0.5 + 1e-12
    assert frozen.condition_survival(5.0, 3.0, 2.0, 30.0) == pytest.approx(1.0)


def test_survival_falls_as_one_over_x():
    for h in ((5.0, 3.0, 2.0), (1.0, 0.0, 1.0), (1.0, -0.7, 10.0)):
        far = float(frozen.condition_survival(*h, 1e9))
        assert far == pytest.approx(frozen.condition_survival_leading(*h, 1e9), rel=1e-6)


def test_exceeding_shares_are_those_of_the_law():
    from theorylab.numerics.streams import stream

    levels = np.array([45.0, 100.0])
    found = quadratics.exceeding_shares(5.0, 3.0, 2.0, levels, 100_000, stream(3, 0))
    assert np.abs(found - frozen.condition_survival(5.0, 3.0, 2.0, levels)).max() < 0.006
    by_hand = quadratics.exceeding_shares.py_func(5.0, 3.0, 2.0, levels, 50, stream(3, 0))
    assert (by_hand == quadratics.exceeding_shares(5.0, 3.0, 2.0, levels, 50, stream(3, 0))).all()


def test_gradient_and_loss_by_hand():
    gradient = np.empty(2)
    assert quadratics.fill_gradient.py_func(np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -1.0]), gradient) == 1.5
    assert gradient.tolist() == [1.0, -2.0]


def test_frozen_path_and_steps_by_hand():
    h, d, start = np.diag([1.0, 3.0]), np.array([1.0, 2.0]), np.array([2.0, -1.0])
    path = quadratics.frozen_path(h, d, 0.5, start, np.array([0, 1, 2]))
    w = start * np.array([0.5, 0.25])
    assert path == pytest.approx([3.5, (w**2) @ [1, 3] / 2, ((w * [0.5, 0.25]) ** 2) @ [1, 3] / 2])
    rows = (h[None], d[None], np.array([0.5]), start[None])
    assert quadratics.frozen_steps(*rows, 0.2, 10)[0] == 1 + (path[1] > 0.7)
    assert quadratics.frozen_steps(*rows, 1e-30, 3)[0] == math.inf


def test_draws_have_their_spectra_and_starts_of_their_own():
    given = blocks.draw(blocks.HALF, 3, 5)
    assert np.linalg.eigvalsh(given.hessians) == pytest.approx(
        np.tile(np.sort(np.ravel(blocks.HALF)), (3, 1)), rel=1e-9
    )
    assert (given.hessians[:, :3, 3:] == 0).all()
    assert np.array_equal(given.starts, blocks.draw(blocks.HOMOGENEOUS, 3, 5).starts)
    assert np.allclose(np.einsum("nij,nj->ni", given.hessians, given.starts), given.gradients)
    assert (blocks.frozen_conditions(given) > 1).all()


def test_steps_needed_are_no_more_than_the_rate_allows():
    given = blocks.draw(blocks.HETEROGENEOUS, 30, 6)
    sizes = np.abs(given.gradients)
    needed, kd = blocks.steps_needed(given, sizes, 1e-3, 10**5), blocks.frozen_conditions(given)
    assert (needed <= np.ceil(np.log(1e-3) / (2 * np.log(frozen.best_rate(kd))))).all()
    with pytest.raises(InputError, match="ratio=2"):
        blocks.steps_needed(given, sizes, 2, 10)


def test_adaptive_path_by_hand_and_its_scaling():
    h, start = np.array([[2.0]]), np.array([1.0])
    signs = method("Adam", 0.4, declining=False, second_decay=0.0)  # sign descent: 1, .6, .2, -.2, .2
    assert quadratics.adaptive_path(h, signs, start, np.array([2, 4])) == pytest.approx([0.36, 0.04])
    adam = method("Adam", 0.25, declining=False, second_decay=0.9)
    larger = method("Adam", 0.5, declining=False, second_decay=0.9)
    steps = np.array([10, 100])
    assert (
        4 * quadratics.adaptive_path(h, adam, start, steps) == quadratics.adaptive_path(h, larger, 2 * start, steps)
    ).all()
    plain = quadratics.adaptive_path.py_func(h, adam, start, steps)
    assert plain == pytest.approx(quadratics.adaptive_path(h, adam, start, steps), rel=1e-10)


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("do not fit", lambda: frozen.scaled_extremes(np.eye(2), [1.0])),
        ("a gradient of 0 has none", lambda: frozen.scaled_extremes(np.eye(2), [1.0, 0.0])),
        ("not positive definite", lambda: frozen.condition_survival(1.0, 2.0, 1.0, 5.0)),
        ("not > 1", lambda: frozen.condition_survival(1.0, 0.0, 1.0, 0.5)),
        ("blocks of one size", lambda: blocks.draw([[1.0], [1.0, 2.0]], 2, 1)),
        ("eigenvalue=-1", lambda: blocks.draw([[-1.0]], 2, 1)),
        ("square matrix", lambda: symmetric_matrix("hessian", [[1.0, 2.0]])),
        ("is not symmetric", lambda: symmetric_matrix("hessian", [[1.0, 2.0], [0.0, 1.0]])),
        ("positive definite", lambda: symmetric_matrix("hessian", [[1.0, 2.0], [2.0, 1.0]])),
        ("not finite", lambda: symmetric_matrix("hessian", [[math.inf]])),
    ],
)
def test_bad_input_is_answered_in_a_sentence(words, call):
    with pytest.raises(InputError, match=words):
        call()
