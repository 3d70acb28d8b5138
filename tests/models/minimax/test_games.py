"""Matrix games against NumPy: the natural residual, the methods' usual steps, the bound by the resolvent."""

import numpy as np
import pytest

from theorylab.models.minimax.games import Game, deterministic_methods, natural_residual, resolvent_bound
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
    payoffs, z, step = draws.standard_normal((3, 3)), draws.random(6), 0.3
    game = Game(payoffs, simplex, np.zeros(6), step)
    x, y = z[:3], z[3:]
    moved = [x - step * payoffs @ y, y + step * payoffs.T @ x]
    image = np.concatenate([onto_simplex(half) for half in moved] if simplex else moved)
    assert natural_residual(game, z, np.empty(6)) == pytest.approx(np.linalg.norm(z - image) / step, rel=1e-12)
    assert natural_residual(game, np.full(6, np.nan), np.empty(6)) == np.inf


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
    game = MatrixGame(np.eye(2), simplex)
    bound = resolvent_bound(game, [0, 1, 9])
    assert bound[0] / bound == pytest.approx([1, 2, 10])
    eta = game.size**0.5 / game.average_lipschitz
    assert bound[0] == pytest.approx(2 * (2 if simplex else 1) / eta)
