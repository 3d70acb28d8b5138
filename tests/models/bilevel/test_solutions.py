"""Roots and minimisers against their definitions; rounding bounds hold, and are not far too wide."""

import numpy as np
import pytest

from theorylab.models.bilevel import kernels, solutions, theory
from theorylab.models.bilevel.instances import random_quadratic
from theorylab.models.bilevel.model import CoshTerms, Terms
from theorylab.models.bilevel.normalised import Descent, lower_descent, ready
from theorylab.numerics.streams import stream

TERMS = Terms(curvature=0.7, third=0.4, fourth=1.3, upper_slope=-0.9, upper_curvature=0.6, coupling=1.2)


def test_the_penalised_slope_is_a_derivative_and_vanishes_at_the_root():
    def objective(t):
        lower = 0.7 * t**2 / 2 + 0.4 * t**3 / 6 + 1.3 * t**4 / 24
        return -0.9 * t + 0.6 * t**2 / 2 + lower / 0.2

    h = 1e-5
    slope = (objective(0.3 + h) - objective(0.3 - h)) / (2 * h)
    assert kernels.penalised_slope(TERMS, 0.2, 0.3) == pytest.approx(slope, rel=1e-8)
    (root,) = kernels.penalised_roots(TERMS, np.array([0.2]))
    assert kernels.penalised_slope(TERMS, 0.2, root) == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_the_residual_of_a_computed_minimiser_is_within_its_bound(seed):
    problem, x = random_quadratic(seed, 3, 6, mixing=True)
    residual = problem.lower @ solutions.selected_minimiser(problem, x) - problem.coupling @ x
    assert 0 < solutions.residual_rounding(problem, x) < 1e-9
    assert np.abs(residual).max() <= solutions.residual_rounding(problem, x)


@pytest.mark.parametrize("seed", range(20))
def test_gaps_of_a_quadratic_stand_within_their_bound_of_the_dense_road(seed):
    problem, x = random_quadratic(seed, 2, 4)
    sigma = 0.3
    bound = theory.quadratic_rounding(problem)
    assert 0 < bound < 1e-6
    gap = theory.quadratic_gaps(problem, x, sigma)[0]
    dense = solutions.value(problem, x) - solutions.penalised_value(problem, x, sigma)
    size = abs(solutions.value(problem, x)) + 1
    assert abs(float(np.ravel(gap)[0]) - dense) <= bound * size


def test_descent_enters_a_small_ball_after_the_leading_number_of_steps():
    scale, start, radius = 1.0, 6.0, 1e-3
    step = theory.descent_threshold(scale, start) / 4
    x, steps = start, 0
    while abs(x) > radius:  # of cosh(scale x), whose slope is scale sinh(scale x)
        x -= step * scale * np.sinh(scale * x)
        steps += 1
    assert theory.descent_entry_leading(scale, start, radius) == pytest.approx(steps, rel=0.05)


def test_the_lower_loop_is_gradient_descent_within_its_ball():
    p, quiet, calls = CoshTerms(1.0, 2.0, 0.5, 0.0, 1.0, 0.0), np.zeros(9), np.zeros(1, dtype=np.int64)
    free, held = (Descent(0.1, radius, 3.0, 7) for radius in (100.0, 0.5))
    assert lower_descent(p, 2.0, 5.0, free, quiet, 2, calls) == pytest.approx(1 + 4 * 0.8**7)
    assert lower_descent(p, 2.0, 5.0, held, quiet, 2, calls) == 4.5
    assert calls[0] == 14
    once = free._replace(steps=1)
    assert lower_descent(p, 2.0, 1.0, once, np.array([9.0, 3.0]), 1, calls) == pytest.approx(1 - 0.9)


@pytest.mark.parametrize("skewed", [False, True])
def test_draws_are_used_once_each_and_have_their_mean_and_deviation(skewed):
    state, pool, at, taken = stream(1, 0), np.empty(64), 64, []
    for _ in range(4000):
        at = ready(skewed, pool, at, 5, state)
        taken += pool[at : at + 5].tolist()
        at += 5
    assert len(set(taken)) == 20_000
    assert np.std(taken) == pytest.approx(1, rel=0.05)
    assert np.mean(taken) == pytest.approx(0, abs=5 / 20_000**0.5)
