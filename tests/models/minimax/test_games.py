"""Matrix games against NumPy: the natural residual, the methods' usual steps, the bound by the resolvent."""

import numpy as np
import pytest

from theorylab.models.minimax import games, theory
from theorylab.models.minimax.game_kernels import Game, natural_residual
from theorylab.models.minimax.games import deterministic_methods, resolvent_bound
from theorylab.models.minimax.model import MatrixGame


def onto_simplex(v):
    """The nearest point of the simplex, by bisection on the shift."""
    low, high = v.min() - 1, v.max()
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(v - middle, 0).sum() > 1 else (low, middle)
    return np.maximum(v - low, 0)


@pytest.mark.parametrize("simplex", [False, True])
def test_the_natural_residual_is_its_definition(simplex):
    draws = np.random.default_rng(0)
    payoffs, z, step = draws.standard_normal((3, 2)), draws.random(5), 0.3
    game = Game(payoffs, simplex, np.zeros(5), step)
    x, y = z[:3], z[3:]
    moved = [x - step * payoffs @ y, y + step * payoffs.T @ x]
    image = np.concatenate([onto_simplex(half) for half in moved] if simplex else moved)
    assert natural_residual(game, z, np.empty(5)) == pytest.approx(np.linalg.norm(z - image) / step, rel=1e-12)
    assert natural_residual(game, np.full(5, np.nan), np.empty(5)) == np.inf


def test_every_method_has_the_steps_of_its_paper():
    methods = deterministic_methods(2.0, 10)
    assert {name: schedule.step.size for name, schedule in methods.items()} == {
        "GDA": 20, "EG": 10, "EAG-C": 10, "EAG-V": 10, "FEG": 10,
    }  # fmt: skip
    assert methods["GDA"].step == pytest.approx(0.15)
    assert methods["EAG-C"].step == pytest.approx(0.0625)
    assert methods["FEG"].step[0] == pytest.approx(0.5)


@pytest.mark.parametrize("simplex", [False, True])
def test_the_bound_by_the_resolvent_falls_as_one_over_k(simplex):
    game = MatrixGame(payoffs=np.eye(2), simplex=simplex)
    bound = resolvent_bound(game, [0, 1, 9])
    assert bound[0] / bound == pytest.approx([1, 2, 10])
    eta = game.size**0.5 / game.average_lipschitz
    assert bound[0] == pytest.approx(2 * (2 if simplex else 1) / eta)


def test_the_published_game_is_that_of_the_authors_code():
    # matrix_game.py: min over x, max over y of y' A x, A[i, j] = w_j (1 - exp(-0.8 |i - j|)), w = |randn|, seed 1.
    game = MatrixGame.published(4)
    w = np.abs(np.random.RandomState(1).randn(4))
    A = np.array([[w[j] * (1 - np.exp(-0.8 * abs(i - j))) for j in range(4)] for i in range(4)])
    assert pytest.approx(A, rel=1e-14) == game.payoffs.T
    assert game.start == pytest.approx(np.full(8, 0.25))
    x, y = game.start[:4], game.start[4:]
    moved = np.concatenate([onto_simplex(x - A.T @ y), onto_simplex(y + A @ x)])
    found = natural_residual(games.data(game), game.start, np.empty(8))
    assert found == pytest.approx(np.linalg.norm(game.start - moved), rel=1e-12)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2)])
@pytest.mark.parametrize("simplex", [False, True])
def test_a_rectangular_game_is_the_square_one_with_rows_or_columns_of_zeros(shape, simplex):
    payoffs = np.random.default_rng(2).standard_normal(shape)
    game = MatrixGame(payoffs=payoffs, simplex=False)
    square = np.zeros((3, 3))
    square[: shape[0], : shape[1]] = payoffs
    start = np.zeros(6)
    start[: shape[0]], start[3 : 3 + shape[1]] = game.start[: shape[0]], game.start[shape[0] :]
    padded = MatrixGame(payoffs=square, simplex=False, start=start, residual_step=game.residual_step)
    assert game.average_lipschitz == pytest.approx(padded.average_lipschitz)
    runs = [games.resolvent(each, [0, 3], replicas=2, seed=4) for each in (game, padded)]
    for name in ("residual", "passes"):
        assert runs[0][name].samples == pytest.approx(runs[1][name].samples, rel=1e-10)


def test_resolvent_passes_by_hand():
    # n = 10: ceil(10 (6.4 + 2.6 log 2)) = 83 inner steps, then ceil(10 (6.4 + 2.6 log 3)) = 93.
    assert theory.resolvent_passes(10, [0, 1]) == pytest.approx([1 + 33.2, 2 + 33.2 + 37.2], rel=1e-14)
    run = games.resolvent(MatrixGame.burglar(10), [0, 1], replicas=200, seed=3)["passes"]
    assert run.mean == pytest.approx(theory.resolvent_passes(10, [0, 1]), rel=0.03)


def test_two_houses_of_the_burglar_by_hand():
    first, second = 1 + np.sin(1.0) ** 2, 1 + np.sin(2.0) ** 2
    away = 1 - np.exp(-0.8)
    assert MatrixGame.burglar(2).payoffs == pytest.approx(np.array([[0, first * away], [second * away, 0]]), rel=1e-14)


def test_every_call_is_counted_where_it_is_made():
    game = MatrixGame.burglar(5)
    for name, schedule in deterministic_methods(game.lipschitz, 6).items():
        assert (
            games.deterministic(game, schedule, [0, 2, 6]).x == [0, *(np.array([2, 6]) * (1 + (name != "GDA")))]
        ).all()
