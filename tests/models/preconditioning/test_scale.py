"""Momentum on scale-invariant weights: the identity of growth, slopes and equilibria derived again, kernels by hand."""

import numpy as np
import pytest
import sympy as sp

from theorylab.models.preconditioning import scale_invariance as runs
from theorylab.models.preconditioning import theory_scale as theory
from theorylab.models.preconditioning.optimisers import adamp, sgdp
from theorylab.numerics.streams import stream

ROW = np.array


def test_growth_is_an_identity():
    rng = np.random.default_rng(0)
    for _ in range(200):
        d, rate, decay = int(rng.integers(2, 6)), rng.uniform(0.01, 1), rng.uniform(0, 0.99)
        w, p, squares = rng.standard_normal(d), np.zeros(d), []
        lengths = [w @ w]
        for _ in range(12):
            g = rng.standard_normal(d) * 10 ** rng.uniform(-1, 1)
            p = decay * p + g - (g @ w) / (w @ w) * w
            w = w - rate * p
            squares.append(p @ p)
            lengths.append(w @ w)
        assert theory.grown_square(lengths[0], rate, decay, squares) == pytest.approx(ROW(lengths), rel=1e-11)


def test_excess_of_a_steady_momentum():
    b, k = sp.symbols("b k", positive=True)
    ages = sp.summation(b**k, (k, 1, sp.oo)).args[0][0]  # for b < 1
    assert sp.simplify(1 + 2 * ages - theory.excess(b)) == 0
    assert sp.simplify(theory.excess(b) - (1 + b) / (1 - b)) == 0
    steady = theory.grown_square(1.0, 0.1, 0.5, [2.0] * 80)
    assert steady[-1] - steady[-2] == pytest.approx(0.01 * 2 * theory.excess(0.5))


def test_slopes_of_fourth_powers():
    a, b, c, square = sp.symbols("a b c W", positive=True)
    # |w|^4 grows by 2 W dW, and dW is a^2 |p|^2, with the excess unless projected.
    persistent, noise = (c / (1 - b)) ** 2 / square, c**2 / (1 - b**2) / square
    for size, form in ((persistent, theory.persistent_slope_leading), (noise, theory.noise_slope_leading)):
        assert sp.simplify(2 * square * a**2 * size - form(a, b, c, True)) == 0
        assert sp.simplify(2 * square * a**2 * size * (1 + b) / (1 - b) - form(a, b, c)) == 0
    matched = theory.noise_slope_leading(a / (1 - b), 0, c)
    assert sp.simplify(theory.noise_slope_leading(a, b, c) - matched) == 0
    assert sp.simplify(theory.persistent_slope_leading(a, b, c, True) - matched) == 0


def test_equilibria_with_weight_decay():
    a, b, c, lam, r, fourth = sp.symbols("a b c lam r F", positive=True)
    growth, grown_less = theory.noise_slope_leading(a, b, c), theory.noise_slope_leading(a, b, c, True)
    shrink = 4 * a * lam / (1 - b) * fourth  # of |w|^4, w shrinking by a lam / (1 - b)
    assert sp.simplify(sp.solve(growth - shrink, fourth)[0] - theory.equilibrium_leading(a, b, c, lam)) == 0
    found = sp.solve(grown_less - r * shrink, fourth)[0]
    assert sp.simplify(found - theory.projected_equilibrium_leading(a, b, c, lam, r)) == 0


def test_angles_turned():
    a, b, c, t, s = sp.symbols("a b c t s", positive=True)
    # A step turns by a c / ((1 - b) |w|^2), |w|^4 = slope t.
    angles = [
        sp.integrate(a * c / (1 - b) / sp.sqrt(theory.persistent_slope_leading(a, b, c, kind) * s), (s, 0, t))
        for kind in (False, True)
    ]
    ratio = (angles[0] / angles[1]).subs({b: sp.Rational(9, 10), a: 1, c: 1, t: 1})
    assert float(ratio) == pytest.approx(float(theory.turned_share_leading(0.9)))


def test_gradients_are_orthogonal_and_of_their_size():
    w, g = ROW([3.0, 4.0]), np.empty(2)
    runs.invariant_gradient(runs.PERSISTENT, 2.0, w, g, stream(0, 0))
    assert g == pytest.approx(2 * ROW([-4.0, 3.0]) / 25)
    w, g = np.arange(1.0, 6.0), np.empty(5)
    for body in (runs.invariant_gradient, runs.invariant_gradient.py_func):
        source = stream(1, 0)
        body(runs.NOISE, 2.0, w, g, source)
        assert g @ w == pytest.approx(0.0, abs=1e-14)
        assert np.linalg.norm(g) == pytest.approx(2 / np.linalg.norm(w))
        noise = g.copy()
        body(runs.RAYLEIGH, 2.0, w, g, stream(1, 0))
        h = np.diag(np.arange(1.0, 6.0))
        assert g - noise == pytest.approx(2 * (h @ w - (w @ h @ w) / (w @ w) * w) / (w @ w))


@pytest.mark.parametrize("run", [runs.invariant_run, runs.invariant_run.py_func])
def test_two_persistent_steps_by_hand(run):
    method = sgdp.Method(0.5, 0.5, 0.0, 0.0)
    square, angle, momentum = run(method, runs.PERSISTENT, 1.0, ROW([2.0, 0.0]), ROW([0.0, 1.0, 2.0]),
                                  stream(0, 0)).reshape(3, 3)  # fmt: skip
    first = ROW([2.0, -0.25])
    p = 0.5 * ROW([0.0, 0.5]) + ROW([0.25, 2.0]) / (first @ first)
    second = first - 0.5 * p
    assert square == pytest.approx([4.0, first @ first, second @ second])
    assert momentum == pytest.approx([0.0, 0.25, p @ p])
    turns = [np.arctan2(0.25, 2.0), np.arctan2(-second[1], second[0])]
    assert angle == pytest.approx([0.0, *turns])


def test_slopes_and_equilibria_are_those_of_runs():
    start, horizon = ROW([1.0, 0.0]), 10
    found = runs.growth_slopes(ROW([0.1]), ROW([0.5]), ROW([0.0]), runs.PERSISTENT, start, horizon, stream(0, 0))
    method, steps = sgdp.Method(0.1, 0.5, 0.0, 0.0), ROW([5.0, 10.0])
    square = runs.invariant_run(method, runs.PERSISTENT, 1.0, start, steps, stream(0, 0))[:2]
    assert found[0] == pytest.approx((square[1] ** 2 - square[0] ** 2) / 5)
    found = runs.decayed_fourth_powers(0.1, ROW([0.5]), 0.2, 0.1, start, horizon, stream(2, 0))
    method = sgdp.Method(0.1, 0.5, 0.2, 0.1, 0.1)
    square = runs.invariant_run(method, runs.NOISE, 1.0, start, np.arange(5.0, 10.0), stream(2, 0))[:5]
    assert found[0] == pytest.approx((square**2).mean())


def test_single_steps_of_both_kinds():
    w, p, g = ROW([2.0, 0.0]), ROW([1.0, 1.0]), ROW([0.0, 3.0])
    gap = runs.direction_gaps(ROW([0.1]), w, p, g)
    q = 0.9 * p + g
    assert gap[0] == pytest.approx(np.arctan2(0.1 * q[1], 2 - 0.1 * q[0]) - np.arctan2(0.1 * q[1], 2))
    w, g = ROW([2.0, 1.0]), ROW([-1.0, 2.0])  # Adam's first step is along signs, (1, -1) here
    for threshold in (0.0, 0.1):
        x, memory = w.copy(), np.zeros((2, 2))
        adamp.step(adamp.Method(0.1, threshold=threshold), 1, x, g, memory)
        assert runs.first_growths(ROW([0.1]), w, g, threshold)[0] == pytest.approx(abs(x @ x - 5))
    assert runs.first_growths(ROW([0.1]), w, g, 0.0)[0] == pytest.approx(2 * 0.1 + 2 * 0.01, rel=1e-6)
