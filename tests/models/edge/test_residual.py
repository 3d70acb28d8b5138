"""Two weights on one residual: closed forms by SymPy, the loop against plain Python, bounds under attack."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.edge import residual

RNG = np.random.default_rng(20231016)


def plain(start, lengths, step_size, count):
    (a, b), (V, U), sums = start, lengths, np.zeros(4)
    for _ in range(count):
        r = 1 - a**2 - b**2
        sums += r, r**2, r**3, np.log(1 + 2 * step_size * V * r)
        a, b = a * (1 + 2 * step_size * V * r), b * (1 + 2 * step_size * U * r)
    return a, b, *sums


@pytest.mark.parametrize("step_size", [0.1, 0.55, 0.7])
def test_a_run_is_that_of_plain_python(step_size):
    start, lengths = (0.1, 0.2), (1.0, 0.3)
    found = residual.run(start, lengths, step_size, [0, 1, 7, 50])
    for j, count in enumerate((0, 1, 7, 50)):
        assert [row[j] for row in found] == pytest.approx(plain(start, lengths, step_size, count), rel=1e-9)
    body = residual.descend.py_func(np.array(start), np.array(lengths), step_size, False, np.array([7]))
    assert body[:, 0] == pytest.approx([row[2] for row in found], rel=1e-12)


def test_a_linear_step_by_hand():
    found = residual.run((0.1, 0.2), (1.0, 0.5), 0.5, [1], linear=True)
    assert [row[0] for row in found[:4]] == pytest.approx([0.45, 0.375, 0.7, 0.49])


def test_a_run_stops_where_a_factor_is_not_positive():
    found = residual.run((2.0, 0.0), (1.0, 0.0), 0.9, [0, 1])
    assert found.strong[0] == 2
    assert np.isnan(found.strong[1])


def test_cycle_of_one_feature():
    s, f, load = sp.symbols("s f load", positive=True)
    other = sp.expand(f * (1 + s * (1 - f)) ** 2)
    # On a 2-cycle (1 + s (1 - f)) (1 + s (1 - g)) = 1: roots of f g s^2 = 1 with f + g = 1 + 1/s.
    total, product = 1 + 1 / s, 1 / s**2
    g = total - f
    residue = sp.rem(sp.Poly(sp.together((other - g) * s), f), sp.Poly(f**2 - total * f + product, f))
    assert sp.simplify(residue.as_expr()) == 0
    assert sp.simplify((1 - total / 2).subs(s, 2 * load) - residual.cycle_residual(load)) == 0
    slope = sp.diff(other, f)
    both = sp.expand(sp.simplify(slope * slope.subs(f, g)))
    multiplier = sp.rem(sp.Poly(sp.together(both * s**2), f), sp.Poly(f**2 - total * f + product, f)).as_expr() / s**2
    assert sp.simplify(multiplier - (9 - 2 * (1 + s) ** 2)) == 0
    assert sp.simplify((9 - 2 * (1 + s) ** 2 + 1).subs(s, 2 * sp.nsimplify((sp.sqrt(5) - 1) / 2))) == 0
    assert pytest.approx(float((sp.sqrt(5) - 1) / 2)) == residual.FOUR_CYCLE
    # The largest f that the map reaches from (0, 1) leaves no room for a positive factor.
    peak = other.subs(f, (1 + s) / (3 * s))
    assert sp.simplify(sp.diff(other, f).subs(f, (1 + s) / (3 * s))) == 0
    assert float((peak - 1 - 1 / s).subs(s, 2 * residual.SIGN_CHANGE)) == pytest.approx(0, abs=1e-12)
    assert float(sp.diff(other, f).subs({f: 1, s: 2 * residual.OSCILLATES})) == pytest.approx(-1)


def test_weak_feature_over_a_cycle():
    s, k = sp.symbols("s k", positive=True)
    total, product = 1 - 1 / s, 1 - (1 + 1 / s) + 1 / s**2  # of the residuals 1 - f, 1 - g
    growth = 1 + k * s * total + k**2 * s**2 * product
    assert sp.simplify(growth - residual.cycle_weak_growth(s / 2, k)) == 0
    late = residual.run((0.7, 1e-6), (1.0, 0.04), 0.57, [2000, 2002]).weak
    assert late[1] / late[0] == pytest.approx(residual.cycle_weak_growth(0.57, 0.04), rel=1e-7)


def test_residual_sum_bound_is_the_cubic_of_the_logarithm():
    x = sp.symbols("x")
    cubic = x - x**2 / 2 + x**3 / 3
    assert sp.simplify(sp.diff(cubic - sp.log(1 + x), x) - x**3 / (1 + x)) == 0  # of the sign of x
    tight = 0.0
    for _ in range(200):
        load, a = RNG.uniform(0.05, 0.79), RNG.uniform(0.01, 1.0)
        path = residual.run((a, 0.0), (1.0, 0.0), load, [1, 5, 60])
        bound = residual.residual_sum_bound(load, np.log(path.strong / a), path.squares, path.cubes)
        assert (path.residuals >= bound - 1e-12).all()
        tight = max(tight, (bound / path.residuals).max())
    assert tight > 0.98


def test_weak_growth_bound_holds_at_every_step_size():
    for _ in range(200):
        load, ratio, start = RNG.uniform(0.05, 0.79), RNG.uniform(0.01, 0.9), RNG.uniform(0.01, 0.6, 2)
        path = residual.run(start, (1.0, ratio), load, [1, 5, 60])
        bound = residual.weak_growth_bound(path.strong / start[0], ratio)
        assert (path.weak / start[1] >= bound * (1 - 1e-12)).all()
    path = residual.run((0.1, 0.2), (1.0, 0.3), 1e-4, [100_000])
    assert path.weak / 0.2 == pytest.approx(residual.weak_growth_bound(path.strong / 0.1, 0.3), rel=1e-3)


def test_weak_share_bound_is_the_edge_of_stability():
    a, b, V, U, h = sp.symbols("a b V U h", positive=True)
    x, lengths = sp.symbols("x"), (V, U)
    # Loss in the weights along the two features, of lengths sqrt V and sqrt U: w = a / sqrt V and so on.
    w = sp.symbols("w1 w2", positive=True)
    loss = (1 - sum(length * weight**2 for length, weight in zip(lengths, w, strict=True))) ** 2 / 2
    hessian = sp.hessian(loss, w).subs({w[0]: a / sp.sqrt(V), w[1]: b / sp.sqrt(U)})
    at_minimum = sp.simplify(hessian.subs(a, sp.sqrt(1 - b**2)))
    assert sp.simplify(at_minimum.det()) == 0
    assert sp.simplify(at_minimum.trace() - 4 * (V * (1 - b**2) + U * b**2)) == 0
    share = sp.solve(4 * (V * (1 - x) + U * x) - 2 / h, x)[0]
    assert sp.simplify(share - residual.weak_share_bound(h, V, U)) == 0


def test_bad_calls_cost_one_sentence():
    for arguments, words in (
        (((0.1,), (1.0, 0.1), 0.1, [1]), "two numbers"),
        (((0.0, 0.1), (1.0, 0.1), 0.1, [1]), r"start\[0\]"),
        (((0.1, 0.1), (1.0, -0.1), 0.1, [1]), r"lengths\[1\]"),
        (((0.1, 0.1), (1.0, 0.1), 0.0, [1]), "step_size"),
    ):
        with pytest.raises(InputError, match=words):
            residual.run(*arguments)
