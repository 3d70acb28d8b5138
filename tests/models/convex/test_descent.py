"""Bounds of deterministic methods: by hand, by SymPy, on random functions; and against semidefinite certificates."""

import numpy as np
import pytest
import sympy

from theorylab.errors import InputError
from theorylab.models.convex import certified, model, simulation, theory

RANDOM = np.random.default_rng(20230112)
EDGE = 1 + 1e-11


def random_function(draw, mu=0.0):
    """A convex function on R^3 with its minimum 0 at 0: Huber functions of random directions, and mu/2 |x|^2."""
    rows, kinks = draw.standard_normal((6, 3)), np.exp(draw.uniform(-4, 1, 6))
    smoothness = np.linalg.eigvalsh(rows.T @ rows)[-1] + mu

    def value_and_gradient(x):
        value, slope = model.huber(rows @ x, 1.0, kinks)
        return value.sum() + mu / 2 * x @ x, rows.T @ slope + mu * x

    return value_and_gradient, smoothness


def run(function, start, step_size, steps):
    """Iterates x_0..x_T, their values and squared gradients."""
    x, found = start, []
    for _ in range(steps + 1):
        value, gradient = function(x)
        found.append((x, value, gradient @ gradient))
        x = x - step_size * gradient
    points, values, squares = zip(*found, strict=True)
    return np.array(points), np.array(values), np.array(squares)


@pytest.mark.parametrize("trial", range(100))
def test_bounds_of_descent_hold_on_random_functions(trial):
    draw = np.random.default_rng(trial)
    mu = float(np.exp(draw.uniform(-5, 0))) if trial % 2 else 0.0
    function, L = random_function(draw, mu)
    steps, share, start = int(draw.integers(1, 40)), draw.uniform(0.05, 1.0), draw.standard_normal(3)
    g, D, T = share / L, np.linalg.norm(start), np.arange(1, steps + 1)
    points, values, squares = run(function, start, g, steps)
    assert (values[1:] <= theory.descent_gap_bound(g, D, T) * EDGE).all()
    assert (values[1:] <= theory.huber_worst_gap(L, g, D, T) * EDGE).all()
    assert (np.minimum.accumulate(squares)[:-1] <= theory.smallest_gradient_bound(g, values[0], T) * EDGE).all()
    if mu:
        distances = (points[1:] ** 2).sum(axis=1)
        assert (distances <= theory.strongly_convex_bound(g, mu, D, T) * EDGE).all()
        assert (distances <= theory.strongly_convex_worst(g, mu, L, D, T) * EDGE).all()
        assert (values[1:] <= theory.lojasiewicz_bound(g, mu, L, values[0], T) * EDGE).all()  # mu-convex: PL with mu
    far = draw.uniform(1, 1.99) / L  # beyond 1/L
    points, values, _ = run(function, start, far, steps)
    if mu:
        assert ((points[1:] ** 2).sum(axis=1) <= theory.strongly_convex_worst(far, mu, L, D, T) * EDGE).all()
        assert (values[1:] <= theory.lojasiewicz_bound(far, mu, L, values[0], T) * EDGE).all()


def test_the_wavy_function_is_smooth_and_satisfies_the_inequality():
    x = np.linspace(-30, 30, 600_001)
    value, slope = model.wavy(x)
    assert np.abs(np.gradient(slope, x)).max() <= model.WAVY_SMOOTHNESS * (1 + 1e-6)
    constant = (slope[x != 0] ** 2 / (2 * value[x != 0])).min()
    assert model.wavy_constant() == pytest.approx(constant, rel=1e-7)
    assert model.wavy_constant() == pytest.approx(0.17553, abs=5e-6)
    start = np.linspace(0.01, 6, 400)
    path = simulation.descend(model.wavy, start, 1 / 8, 30)
    T = np.arange(31)[:, None]
    assert (path.values <= theory.lojasiewicz_bound(1 / 8, constant, 8.0, path.values[0], T) * EDGE).all()
    assert (path.values[1] / path.values[0]).max() == pytest.approx(0.9553, abs=2e-4)


def test_worst_huber_gap_by_hand():
    L, g, D, T = sympy.symbols("L g D T", positive=True)
    kink = theory.huber_worst_kink(L, g, D, T)
    end = D - T * g * L * kink  # every step moves by g L kink, and ends at or beyond the kink
    gap = L * kink * (end - kink / 2)
    assert sympy.simplify(gap - theory.huber_worst_gap(L, g, D, T)) == 0
    assert sympy.simplify(end - kink * (1 + T * g * L)) == 0
    path = simulation.descend(lambda x: model.huber(x, 2.0, 1 / 7), [1.0], 0.5, 3)
    assert path.values[-1, 0] == pytest.approx(2 / 14, rel=1e-14)


def test_smallest_gradient_on_a_slope_by_hand():
    L, g, T = sympy.symbols("L g T", positive=True)
    gap = L * (1 + (T - 1) * g * L) - L / 2  # kink 1, from 1 + (T - 1) g L
    assert sympy.simplify(theory.huber_smallest_gradient(L, g, gap, T) - L**2) == 0
    path = simulation.descend(lambda x: model.huber(x, 2.0, 1.0), [4.0], 0.5, 4)
    assert path.slopes[:, 0].tolist() == [2.0, 2.0, 2.0, 2.0, 0.0]


def test_worst_smallest_gradient_is_the_certified_one():
    curve = certified.certified("smallest gradient")
    form = theory.smallest_gradient_worst(1.0, 1.0, curve.x)
    assert (np.abs(curve.samples[0] - form) <= 1e-6 * form).all()
    for trial in range(100):  # random smooth functions, not convex, bounded below by -3
        draw = np.random.default_rng(trial)
        w, phase = draw.uniform(0.2, 1, 3), draw.uniform(0, 6, 3)
        run_of = simulation.descend(lambda x, w=w, p=phase: (np.cos(w * x[..., None] + p).sum(-1) / w.size,
                                    -(w * np.sin(w * x[..., None] + p)).sum(-1) / w.size), [0.0], 1.0, 9)  # fmt: skip
        smallest = np.minimum.accumulate(run_of.slopes[:9, 0] ** 2)
        assert (smallest <= theory.smallest_gradient_worst(1.0, run_of.values[0, 0] + 1, np.arange(1, 10)) * EDGE).all()


def test_worst_kink_of_the_proximal_method_by_hand():
    c, g, D, T = sympy.symbols("c g D T", positive=True)
    gap = c * (D - T * g * c)
    assert sympy.solve(sympy.diff(gap, c), c) == [D / (2 * T * g)]
    assert sympy.simplify(gap.subs(c, D / (2 * T * g)) - theory.proximal_worst_gap(g, D, T)) == 0
    assert simulation.proximal_kink(0.25, -3.0, 2.0, 2).tolist() == [-3.0, -2.5, -2.0]
    assert simulation.proximal_kink([2.0], [1.0], 1.0, 1)[-1] == 0.0


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize("name", certified.METHODS)
def test_the_certified_table_is_what_the_programme_gives(name):
    pytest.importorskip("PEPit", reason="certificates need PEPit: pip install 'theorylab[certificates]'")
    pytest.importorskip("clarabel", reason="certificates need an open semidefinite solver")
    primal, dual = certified.solve(name, 2)
    curve = certified.certified(name)
    place = certified.METHODS[name][1].index(2)
    assert abs(dual - curve.samples[0, place]) <= 2 * curve.rounding[0, place]
    assert primal <= dual * (1 + 1e-5)


def test_unknown_methods_and_steps_are_refused():
    for call in (certified.certified, lambda name: certified.solve(name, 1)):
        with pytest.raises(InputError, match="method='Adam' is not known: give one of gradient descent"):
            call("Adam")
    with pytest.raises(InputError, match="steps=-1 is not allowed"):
        simulation.descend(model.wavy, [1.0], 0.1, -1)
    with pytest.raises(InputError, match="steps=-1 is not allowed"):
        simulation.proximal_kink(1.0, 1.0, 0.1, -1)
