"""The compute-optimal frontier: losses by the recursion itself, the least among denser sizes, bad budgets."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.regression import frontier, theory
from theorylab.models.regression.features import PowerLaw

BUDGETS = 2e5 * 2.0 ** np.arange(4)
LAWS = [(1.0, 0.3), (0.8, 0.7), (0.7, 1.0)]


def test_a_loss_at_whole_steps_is_that_of_the_recursion():
    (found,) = frontier.losses((0.8, 0.7), [60], [60 * 300.0, 60 * 4000.0])
    problem = theory.smooth_problem(PowerLaw(240, 60, 0.8, 0.7))
    risk = theory.sgd_risk(problem, 0.5 / problem.trace, [300, 4000])
    np.testing.assert_allclose(found, problem.noise_std**2 + 2 * risk, rtol=1e-12)


def test_without_the_noise_of_sgd_the_loss_is_lower():
    noisy, quiet = (frontier.losses((0.7, 1.0), [100], BUDGETS, noisy=noisy) for noisy in (True, False))
    assert (quiet < 0.99 * noisy).all()


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("noisy", [True, False])
def test_denser_sizes_move_the_least_loss_and_its_size_by_less_than_is_stated(law, noisy):
    loss, size = frontier.best(law, 18, BUDGETS, noisy=noisy)
    for k in range(BUDGETS.size):
        dense = np.unique(np.round(size[k] * np.exp(np.linspace(-0.25, 0.25, 41))))
        (values,) = np.log(frontier.losses(law, dense, BUDGETS[k : k + 1], noisy=noisy)).T
        x, fine = np.log(dense / size[k]), np.linspace(-0.2, 0.2, 4001)
        curve = np.polyval(np.polyfit(x, values, 6), fine)
        assert loss[k] == pytest.approx(np.exp(curve.min()), rel=frontier.LOSS_ERROR)
        assert abs(fine[curve.argmin()]) < frontier.SIZE_ERROR


def test_budgets_and_sizes_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="a budget of 50 pays for no step of 100 features"):
        frontier.losses((0.8, 0.7), [100], [50.0])
    with pytest.raises(InputError, match="a least loss lies at the end of the sizes"):
        frontier.best((0.8, 0.7), 5, [1e7])
