"""Subgradient, proximal and Polyak steps: by hand, on random functions, and against an adversary."""

import numpy as np
import pytest
import sympy

from theorylab.errors import InputError
from theorylab.models.convex import model, moments, simulation, textbook, theory
from theorylab.models.convex.model import QuadraticSum

EDGE = 1 + 1e-11


@pytest.mark.parametrize("trial", range(100))
def test_bounds_of_subgradient_steps_hold(trial):
    draw = np.random.default_rng(trial)
    rows, offsets = draw.standard_normal((5, 3)), draw.standard_normal(5)
    G, T = np.linalg.norm(rows, axis=1).max(), int(draw.integers(1, 40))
    mu = draw.uniform(0.1, 1.0) if trial % 2 else 0.0
    comparator, g = draw.standard_normal(3), float(np.exp(draw.uniform(-3, 1)))

    def value(x):
        return (rows @ x + offsets).max() + mu / 2 * x @ x

    x, path, largest = np.zeros(3), [], 0.0
    for t in range(1, T + 1):
        path.append(x)
        slope = rows[np.argmax(rows @ x + offsets)] + mu * x
        largest = max(largest, np.linalg.norm(slope))
        x = x - (2 / (mu * (t + 1)) if mu else g) * slope
    D, values = np.linalg.norm(comparator), [value(x) for x in path]
    if mu:
        weights = np.arange(1, T + 1)
        gap = value(weights @ np.array(path) / weights.sum()) - value(comparator)
        assert gap <= theory.strongly_convex_subgradient_bound(mu, largest, T) * EDGE
    else:
        bound = theory.subgradient_bound(g, D, G, T)
        assert max(value(np.mean(path, axis=0)), min(values)) - value(comparator) <= bound * EDGE
        assert theory.tuned_subgradient_bound(D, G, T) <= bound * EDGE
        tuned = D / (G * T**0.5)
        assert theory.subgradient_bound(tuned, D, G, T) == pytest.approx(theory.tuned_subgradient_bound(D, G, T))


def test_the_adversary_answers_with_subgradients():
    for rows in (model.coordinates(7, 2.0), model.late_traps(40)):
        for share in (np.ones(len(rows)), 1 - np.arange(1, len(rows) + 1) / len(rows)):
            run = simulation.resist(rows, share * len(rows) ** -0.5)
            assert run.lag.max() <= 1e-12
        assert (np.linalg.norm(rows, axis=1) <= rows.max() + 1 + 1e-12).all()
    run = simulation.resist(model.coordinates(3), [0.1, 0.2, 0.3])
    assert run.iterates.tolist() == [[0, 0, 0], [-0.1, 0, 0], [-0.1, -0.2, 0], [-0.1, -0.2, -0.3]]
    assert run.values.tolist() == [0.0, 0.0, 0.0]
    strong = simulation.resist(model.coordinates(2), 0.5, 1.0)
    assert strong.iterates[2].tolist() == [-0.25, -0.5]
    assert strong.values.tolist() == [0.0, 0.125]


def test_polyak_steps_on_random_least_squares():
    for trial in range(100):
        draw = np.random.default_rng(trial)
        rows, solution = draw.standard_normal((6, 2)), draw.standard_normal(2)
        noise = draw.standard_normal(6) * (trial % 2)
        targets = rows @ solution + noise
        solution = np.linalg.lstsq(rows, targets, rcond=None)[0]
        least = (rows @ solution - targets) ** 2 / 2
        path = simulation.polyak_path(rows, targets, np.zeros(2), draw.integers(0, 6, 40), least)
        distances = np.linalg.norm(path - solution, axis=1)
        assert (np.diff(distances) <= 1e-13).all()
        if trial % 2 == 0:  # interpolation; gaps of the drawn components, pathwise
            largest = (rows**2).sum(axis=1).max()
            every = [np.mean((rows @ x - targets) ** 2) / 2 for x in path[:-1]]
            drops = distances[:-1] ** 2 - distances[1:] ** 2
            assert (drops >= -1e-13).all()
            assert min(every) <= theory.polyak_bound(largest, distances[0], 40) * 3  # of one run, not of its mean
    path = simulation.polyak_path([[2.0]], [0.0], [1.0], [0, 0], [0.0])
    assert path[:, 0].tolist() == [1.0, 0.5, 0.25]


def test_polyak_bound_over_every_sequence():
    from itertools import product

    for trial in range(10):
        draw = np.random.default_rng(trial)
        rows, T = draw.standard_normal((3, 2)), 4
        gaps = []
        for choices in product(range(3), repeat=T):
            path = simulation.polyak_path(rows, np.zeros(3), np.ones(2), choices, np.zeros(3))[:T]
            gaps.append(np.mean((rows @ path.mean(axis=0)) ** 2) / 2)
        assert np.mean(gaps) <= theory.polyak_bound((rows**2).sum(axis=1).max(), 2**0.5, T) * EDGE


def test_stationary_moments_of_proximal_point():
    g, a, b, c, d = sympy.symbols("g a b c d", positive=True)
    data = ((a, c), (b, d), (sympy.Rational(1, 3), sympy.Rational(2, 3)))
    mean, square = theory.proximal_fixed_mean(g, *data), theory.proximal_fixed_square(g, *data)
    first = sum(p * (mean + g * x * y) / (1 + g * x) for x, y, p in zip(*data, strict=True))
    second = sum(p * (square + 2 * g * x * y * mean + (g * x * y) ** 2) / (1 + g * x) ** 2
                 for x, y, p in zip(*data, strict=True))  # fmt: skip
    numbers = {g: 0.7, a: 1.3, b: 0.4, c: 2.0, d: 1.1}
    assert float((first - mean).subs(numbers)) == pytest.approx(0, abs=1e-14)
    assert float((second - square).subs(numbers)) == pytest.approx(0, abs=1e-14)
    problem = QuadraticSum(np.array([1.0, 3.0]), np.array([1.5, -0.5]))
    for step, mean, square in ((0.01, 0.00739, 0.0057), (1.0, 0.30, 0.517), (100.0, 0.4967, 1.234)):
        plan = moments.sgd(step, 3000, proximal=True)
        found = moments.moments(problem, plan, [3000])
        assert found["mean"].samples[0, 0] == pytest.approx(mean, abs=6e-3 * mean)
        assert found["square"].samples[0, 0] == pytest.approx(square, rel=1e-2)


def test_mean_square_stability_of_sgd():
    problem = QuadraticSum(np.array([1.0, 3.0]), np.array([1.5, -0.5]))
    limit = theory.stable_step_size(problem.curvature, problem.square_curvature)
    assert limit == pytest.approx(0.8)
    for step, grows in ((0.79, False), (0.81, True)):
        found = moments.moments(problem, moments.sgd(step, 3000), [2000, 3000])["square"].samples[0]
        assert (found[1] > 2 * found[0]) == grows


@pytest.mark.parametrize("name", textbook.ROWS)
def test_every_row_of_the_textbook_keeps_its_bound_and_breaks_what_is_too_strong(name):
    row, steps = textbook.ROWS[name], np.array([1, 4, 30])
    trials = [row.trial(steps, condition) for condition in (3.0, 50.0)]
    assert all((t.attained <= t.bound + t.rounding).all() for t in trials)
    assert any((t.attained > t.wrong + t.rounding).any() for t in trials)


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("subgradient", 1.0),
        ("SGD, interpolation", 1.0),
        ("SGD, Lojasiewicz", 1.0),
        ("proximal gradient", 0.5),
        ("GD, convex", 0.5),
        ("GD, smallest gradient", 0.5),
        ("stochastic proximal point", 0.535),
        ("SGD, distance", 1 / 3),
        ("SGD, average", 0.8166),
        ("SGD, moving average", 0.3712),
        ("Polyak step", 0.237),
    ],
)
def test_attained_shares(name, share):
    trial = textbook.ROWS[name].trial(np.array([1, 4, 30, 200]), 10.0)
    assert (trial.attained / trial.bound)[:, -1].max() == pytest.approx(share, rel=1e-2)


def test_bad_input_is_answered():
    with pytest.raises(InputError, match="3 step sizes for rows of shape"):
        simulation.resist(model.coordinates(2), [0.1, 0.2, 0.3])
    with pytest.raises(InputError, match="steps=0 is not allowed"):
        model.coordinates(0)
    with pytest.raises(InputError, match="steps=0 is not allowed"):
        model.late_traps(0)
