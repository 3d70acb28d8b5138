"""Schedules and the reduction: by hand, by SymPy, and on random convex functions."""

import numpy as np
import pytest
import sympy

from theorylab.errors import InputError
from theorylab.models.convex import last_iterates, model, simulation, theory
from theorylab.models.convex.last_iterates import FAMILIES, noisy_slope, random_problem, reduced, subgradient
from theorylab.models.convex.theory import last_iterate
from theorylab.numerics.streams import stream

EDGE = 1 + 1e-10


@pytest.mark.parametrize("family", FAMILIES)
def test_the_reduction_holds_for_any_moves(family):
    for key in range(30):
        draw = np.random.default_rng(key)
        p, count = random_problem(family, 3, 7, key), int(draw.integers(1, 15))
        weights = np.exp(draw.uniform(-2, 2, count))
        moves, start = draw.standard_normal((count, 3)), draw.standard_normal(3)
        run = reduced(p.function, start, p.comparator, weights, moves)
        gap = run.values[-1] - p.function(p.comparator)[0]
        assert gap <= run.regrets.sum() / weights.sum() + 1e-10
    assert last_iterate.tails([1.0, 1.0, 2.0]).tolist() == [0.75, 0.5, 0.0]


def test_the_reduction_by_hand():
    # x_1 = z_1 = 1, x_2 = 1 - 1/2, z_2 = 0; f = x^2/2, u = 0: 1/8 <= (1 * 1 + 0.5 * 0)/2.
    run = reduced(lambda x: (float(x @ x) / 2, x), [1.0], [0.0], [1.0, 1.0], [[-1.0], [5.0]])
    assert run.values.tolist() == [0.5, 0.125]
    assert run.regrets.tolist() == [1.0, 0.0]
    late = reduced(lambda x: (float(x @ x) / 2, x), [1.0], [0.0], [1.0, 1.0], [[-1.0], [5.0]], late=True)
    assert late.values.tolist() == [0.5, 0.0]


@pytest.mark.parametrize("family", FAMILIES)
def test_bounds_of_schedules_hold_on_random_functions(family):
    for key in range(20):
        draw = np.random.default_rng(100 + key)
        p, T = random_problem(family, 3, 8, key), int(draw.integers(1, 30))
        D, G = float(np.linalg.norm(p.start - p.comparator)), p.lipschitz
        least = p.function(p.comparator)[0]
        weights, norms = np.exp(draw.standard_normal(T)), np.full(T, G)
        run = subgradient(p.function, p.start, last_iterate.weighted_schedule(weights, norms, D))
        assert (run.norms <= G * EDGE).all()
        assert run.values[-1] - least <= last_iterate.weighted_bound(weights, norms, D) * EDGE
        scale = float(np.exp(draw.uniform(-2, 2)))
        t = np.arange(1, T + 1)
        run = subgradient(p.function, p.start, scale * last_iterate.linear_decay(D, G, T, t))
        assert run.values[-1] - least <= last_iterate.scaled_decay_bound(scale, D, G, T) * EDGE
        steps = np.exp(draw.uniform(-3, 0, T)) * D / G
        a, b = last_iterate.schedule_terms(steps, norms)
        assert subgradient(p.function, p.start, steps).values[-1] - least <= (a * D**2 + b) * EDGE


def test_equal_weights_give_linear_decay():
    T, t = 9, np.arange(1, 10)
    schedule = last_iterate.weighted_schedule(np.full(T, 3.0), np.full(T, 0.5), 2.0)
    assert schedule == pytest.approx(last_iterate.linear_decay(2.0, 0.5, T, t), rel=1e-13)
    assert last_iterate.weighted_bound(np.ones(T), np.full(T, 0.5), 2.0) == pytest.approx(2 * 0.5 / 3)
    assert theory.tuned_subgradient_bound(2.0, 0.5, T) == pytest.approx(2 * 0.5 / 3)


def test_weights_of_inverse_squares_are_best():
    G = np.array([3.0, 1.0, 0.5])
    best = last_iterate.weighted_bound(G**-2, G, 1.0)
    assert best == pytest.approx((1 / 9 + 1 + 4) ** -0.5)
    for seed in range(200):
        weights = np.exp(np.random.default_rng(seed).standard_normal(3))
        assert best <= last_iterate.weighted_bound(weights, G, 1.0) * EDGE


def test_a_short_schedule_ends_half_way():
    s, D, G, T, t = sympy.symbols("s D G T t", positive=True)
    slope = G / (s * sympy.sqrt(T))
    walked = sympy.summation(s * last_iterate.linear_decay(D, G, T, t) * slope, (t, 1, T - 1))
    assert sympy.simplify(slope * (D - walked) - last_iterate.short_decay_gap(s, D, G, T)) == 0
    at_sixteen = [f(0.25, 1.0, 1.0, 16) for f in (last_iterate.short_decay_gap, last_iterate.scaled_decay_bound)]
    assert at_sixteen[0] == pytest.approx(at_sixteen[1])


def test_the_bound_of_any_schedule_telescopes():
    draw = np.random.default_rng(4)
    eta, q = draw.uniform(0.1, 2, 6), draw.standard_normal(6)
    S = eta[::-1].cumsum()[::-1]
    averages = [(eta[k:] @ q[k:]) / S[k] for k in range(6)]
    grown = [eta[k] / (S[k] * S[k + 1]) * (eta[k:] @ (q[k:] - q[k])) for k in range(5)]
    assert averages[0] + sum(grown) == pytest.approx(q[-1])  # q_T from averages of the end, each a regret against x_k
    a, b = last_iterate.schedule_terms([1.0, 2.0], [3.0, 4.0])  # S = 3, 2; Q = 9 + 64, 64
    assert (a, b) == pytest.approx((1 / 6, 73 / 6 + 1 * 73 / (3 * 2) / 2))
    scales = np.geomspace(0.01, 100, 20_001)
    terms = [last_iterate.schedule_terms(c * np.ones(5), np.ones(5)) for c in scales]
    least = min(x * 4.0 + y for x, y in terms)
    assert last_iterate.best_scaled_bound(np.ones(5), np.ones(5), 2.0) == pytest.approx(least, rel=1e-6)
    assert last_iterate.best_scaled_bound(np.ones(5), np.ones(5), 1.0) == pytest.approx(
        ((1 + sum(1 / k for k in range(1, 5))) / 5) ** 0.5
    )


def test_shapes_by_hand():
    assert last_iterate.shape("linear", 4).tolist() == [1.0, 0.75, 0.5, 0.25]
    assert last_iterate.shape("root", 4)[3] == 0.5
    assert last_iterate.shape("constant", 2).tolist() == [1.0, 1.0]
    assert last_iterate.shape("cosine", 2) == pytest.approx([1.0, 0.5])


def test_lifted_ends_keep_their_values():
    for T, value in ((64, 1.08), (256, 1.38)):
        run = simulation.resist(model.late_traps(T), T**-0.5)
        assert run.lag.max() <= 1e-13
        assert run.values[-1] * T**0.5 == pytest.approx(value, abs=5e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_random_problems_have_the_constants_that_they_say(family):
    for key in range(10):
        p, draw = random_problem(family, 3, 9, key), np.random.default_rng(key)
        for _ in range(10):
            x, y = draw.standard_normal((2, 3))
            (fx, gx), (fy, gy) = p.function(x), p.function(y)
            assert fy >= fx + gx @ (y - x) - 1e-10
            assert np.linalg.norm(gy) <= p.lipschitz * EDGE
            if "loss" not in family:
                assert fx >= p.function(p.comparator)[0] - 1e-10


def test_the_noisy_slope_is_its_python_body_and_by_hand():
    for own in (0, 1):
        ours = noisy_slope(0.3, 1.0, 7, 1.0, own, stream(1, 2))
        assert ours == pytest.approx(noisy_slope.py_func(0.3, 1.0, 7, 1.0, own, stream(1, 2)))
    gap, bound = noisy_slope(0.3, 0.0, 5, 2.0, 0, stream(1, 2))[:, 0]
    assert bound == pytest.approx(2.0 * 0.3 / 5**0.5)
    assert gap == pytest.approx(0.3 * (2.0 - 2.0 / 5**0.5 * 2))  # sum of 1 - t/5 is 2
    assert noisy_slope(0.3, 0.0, 5, 2.0, 1, stream(1, 2))[:, 0] == pytest.approx([gap, bound])


def test_bad_input_is_answered():
    with pytest.raises(InputError, match="family='svm' is not known"):
        random_problem("svm", 2, 1, 1)
    with pytest.raises(InputError, match="2 moves for 1 weights"):
        reduced(lambda x: (0.0, x), [0.0], [0.0], [1.0], [[1.0], [2.0]])
    assert last_iterates.FAMILIES == FAMILIES
