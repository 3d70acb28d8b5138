"""Hypergradients of blocks and of agents by hand, by differences, and against 50 digits."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.bilevel import hypergradients
from theorylab.models.bilevel.hypergradients import LowerProblems


def scalars(h, j, q, c, ridge):
    """Two problems in dimension one."""
    return LowerProblems(
        *(np.array(part).reshape(2, *([1] * n)) for part, n in ((h, 2), (j, 2), (q, 1), (c, 1))), ridge
    )


def test_hypergradients_by_hand_in_dimension_one():
    h, j, q, c, x = (2.0, 5.0), (0.5, -1.5), (0.3, 0.7), (0.2, -0.4), 0.9
    given, point = scalars(h, j, q, c, 0.1), sp.Symbol("x")
    own = [(j[i] * point + q[i]) / h[i] for i in range(2)]
    common = (sum(j) * point + sum(q)) / sum(h)
    for ys, road in ((own, hypergradients.block_hypergradient), ([common] * 2, hypergradients.common_hypergradient)):
        value = sum(sp.log(1 + (y - c[i]) ** 2) for i, y in enumerate(ys)) / 2 + sp.Rational(1, 20) * point**2
        assert road(given, [x])[0] == pytest.approx(float(sp.diff(value, point).subs(point, x)), rel=1e-13)


def test_both_roads_keep_their_rounding_bound():
    worst = 0.0
    for seed in range(40):
        given, x = hypergradients.random_problems(seed, 1 + seed % 5, 1 + seed % 4, 1 + seed % 3)
        bound = hypergradients.difference_bound(given, x)
        for common, road in ((False, hypergradients.block_hypergradient), (True, hypergradients.common_hypergradient)):
            true = precise(given, x, common)
            for found in (road(given, x), hypergradients.complex_step(given, x, common=common)):
                worst = max(worst, float(np.abs(found - true).max()) / bound)
    assert 1e-5 < worst < 1


def precise(given, x, common):
    """The hypergradient at 50 digits."""
    with mpmath.workdps(50):
        matrices = [[mpmath.matrix(part.tolist()) for part in parts] for parts in (given.hessians, given.couplings)]
        shifts, targets = ([mpmath.matrix(part.tolist()) for part in parts] for parts in (given.shifts, given.targets))
        n, point = len(shifts), mpmath.matrix(list(x))
        H, J = matrices
        if common:
            H, J = ([sum(parts[1:], parts[0]) / n] * n for parts in matrices)
            shifts = [sum(shifts[1:], shifts[0]) / n] * n
        total = mpmath.zeros(len(x), 1)
        for i in range(n):
            y = mpmath.lu_solve(H[i], J[i] * point + shifts[i])
            b = mpmath.matrix([2 * (y[k] - targets[i][k]) / (1 + (y[k] - targets[i][k]) ** 2) for k in range(len(y))])
            total += J[i].T * mpmath.lu_solve(H[i], b) / n
        return np.array((total + mpmath.mpf(given.ridge) * point).tolist(), dtype=float)[:, 0]


def test_what_averages_too_early_is_right_for_equal_lower_problems_alone():
    given, x = hypergradients.random_problems(3, 4, 3, 2, alike=True)
    bound = hypergradients.difference_bound(given, x)
    pairs = ((hypergradients.averaged_hessians, hypergradients.block_hypergradient),
             (hypergradients.averaged_products, hypergradients.common_hypergradient))  # fmt: skip
    for wrong, right in pairs:
        assert np.abs(wrong(given, x) - right(given, x)).max() <= 2 * bound
    other, x = hypergradients.random_problems(3, 4, 3, 2)
    for wrong, right in pairs:
        assert np.abs(wrong(other, x) - right(other, x)).max() > 1e-3


def test_minimisers_and_slopes():
    given, x = hypergradients.random_problems(5, 3, 4, 2)
    y = hypergradients.block_minimisers(given, x)
    for i in range(3):
        assert given.hessians[i] @ y[i] == pytest.approx(given.couplings[i] @ x + given.shifts[i])
    common = hypergradients.common_minimiser(given, x)
    slope = given.hessians @ common - given.couplings @ x - given.shifts
    assert slope.sum(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)
    h = 1e-6
    upper = [np.log(1 + (common + d - given.targets) ** 2) for d in (h, -h)]
    assert hypergradients.upper_slope(given, common) == pytest.approx((upper[0] - upper[1]) / (2 * h), abs=1e-8)


def test_bad_problems_are_refused():
    given, x = hypergradients.random_problems(1, 2, 2, 2)
    for change, words in (
        ({"hessians": given.hessians[0]}, "hessians"),
        ({"couplings": given.couplings[:1]}, "couplings"),
        ({"shifts": given.shifts[:, :1]}, "shifts"),
        ({"targets": given.targets[:1]}, "targets"),
        ({"hessians": -given.hessians}, "positive definite"),
        ({"ridge": -1.0}, "ridge"),
    ):
        with pytest.raises(InputError, match=words):
            hypergradients.problems(*given._replace(**change))
    with pytest.raises(InputError, match="entries"):
        hypergradients.block_hypergradient(given, x[:1])
    with pytest.raises(InputError, match="count"):
        hypergradients.random_problems(1, 0, 2, 2)
