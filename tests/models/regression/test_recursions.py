"""Parts of the moments of SGD by hand, and what may be asked: step sizes, decays, steps, starts."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.regression import kernels
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory import recursions
from theorylab.numerics.arguments import increasing_steps
from theorylab.numerics.streams import stream


def problem(**more):
    return LeastSquares(np.array([0.5, 0.3]), np.array([1.0, -2.0]), noise_std=0.7, **more)


def test_the_risk_of_second_moments_is_half_their_weighted_sum():
    assert recursions.risk_of(problem(), np.array([[1.0, 4.0], [0.0, 2.0]])) == pytest.approx([0.85, 0.3])


def test_the_spread_of_a_gradient_is_that_of_its_design():
    assert recursions.gradient_spread(problem()) == pytest.approx([0.25, 0.09])
    assert recursions.gradient_spread(problem(design="one-hot")) == pytest.approx([0.25, 0.21])
    assert (recursions.gradient_spread(problem(design="additive")) == 0).all()


def test_an_observable_is_quadratic_or_linear_in_the_error():
    weights, error = np.array([2.0, 3.0]), np.array([1.0, -2.0])
    assert kernels.observe(weights, 2, 0.5, error) == pytest.approx(0.5 * 0.25 * (2 + 12))
    assert kernels.observe(weights, 1, 0.5, error) == pytest.approx(0.5 * (2 - 6))
    assert kernels.observe(weights, 2, 1.0, np.array([np.nan, 1.0])) == np.inf


@pytest.mark.parametrize(
    "more", [{}, {"batch": 3}, {"design": "one-hot"}, {"design": "additive", "batch": 2}, {"design": "isotropic"}]
)
def test_drawn_gradients_have_the_mean_and_the_spread_of_theory(more):
    p = problem(**more)
    data, error, state = p.data(), np.array([1.0, -2.0]), stream(5, 0)
    normals, choice, gradient = np.empty(3), np.empty(1), np.empty(2)
    count = 40_000
    total, squares = np.zeros(2), np.zeros(2)
    for _ in range(count):
        kernels.draw_gradient(data, error, normals, choice, gradient, state)
        total += gradient / p.batch
        squares += (gradient / p.batch) ** 2
    mean, lam = total / count, p.eigenvalues
    deviation = (squares / count - mean**2) ** 0.5
    assert (np.abs(mean + lam * error) <= 5 * deviation / count**0.5).all()
    # One sample: E g_i^2 = spread_i e_i^2 + (lambda_i e_i)^2 + lambda_i (sigma^2 + feedback of the other errors).
    fed = 0.0 if more.get("design") else float((lam * error**2).sum())
    one = recursions.gradient_spread(p) * error**2 + p.noise_spectrum * p.noise_std**2 + lam * fed
    assert deviation**2 == pytest.approx(one / p.batch, rel=0.1)


def test_step_sizes_beyond_stability_are_refused_unless_allowed():
    limit = recursions.critical_step_size(problem())
    recursions.valid_step_size(problem(), 0.99 * limit, False)
    recursions.valid_step_size(problem(), 2 * limit, True)
    assert recursions.is_stable(problem(), 0.99 * limit)
    assert not recursions.is_stable(problem(), 1.01 * limit)
    with pytest.raises(InputError, match="is unstable"):
        recursions.valid_step_size(problem(), 2 * limit, False)
    for bad in (0.0, np.nan, [0.1]):
        with pytest.raises(InputError, match="finite number > 0"):
            recursions.valid_step_size(problem(), bad, True)


def test_a_decay_lies_below_one():
    recursions.valid_decay(0.0)
    for bad in (1.0, -0.1, np.nan):
        with pytest.raises(InputError, match=r"give a number in \[0, 1\)"):
            recursions.valid_decay(bad)


def test_steps_increase_and_averages_start_before_them():
    steps = increasing_steps([1, 5])
    assert recursions.averaging_starts(0, steps).tolist() == [0, 0]
    assert recursions.averaging_starts([0, 4], steps).tolist() == [0, 4]
    for bad, words in ((1, "start=1 at steps=1"), ([0.5, 1], "start=0.5"), ([0], "shape")):
        with pytest.raises(InputError, match=words):
            recursions.averaging_starts(bad, steps)
