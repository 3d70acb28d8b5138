"""Factored descent: closed forms by SymPy, and against runs in dimension one and two."""

import numpy as np
import pytest
import sympy as sp

from theorylab.models.factorization import sensing, theory


def test_balance_and_product_of_one_step():
    u, v, s, g = sp.symbols("u v s g")
    a, b = u - s * g * v, v - s * g * u
    assert sp.expand(a**2 - b**2 - (u**2 - v**2) * theory.balance_factor(s, g)) == 0
    assert sp.expand(a * b - theory.product_step(u * v, u**2 + v**2, s, g)) == 0


def test_excess_eigenvalues_follow_the_scalar_map():
    x, s = sp.symbols("x s", positive=True)
    entry = sp.sqrt(x) - s * x * sp.sqrt(x)  # X' = X - s X X^T X for one entry
    assert sp.simplify(entry**2 - theory.excess_step(x, s)) == 0
    start = np.array([[0.5, 0.1], [0.0, 0.4]])
    run = sensing.symmetric(np.zeros((2, 2)), start, 0.1, [1])
    sizes = np.linalg.eigvalsh(start @ start.T)
    assert np.linalg.eigvalsh(run.left @ run.left.T) == pytest.approx(theory.excess_step(sizes, 0.1), rel=1e-13)


def test_excess_leading_is_the_expansion_of_the_map():
    x, s = sp.symbols("x s", positive=True)
    grown = sp.series(1 / theory.excess_step(x, s), x, 0, 2).removeO()
    assert sp.expand(grown - (1 / x + 2 * s + 3 * s**2 * x)) == 0
    size, start, steps = 0.01, 0.5, 200_000
    value = start
    for _ in range(steps):
        value = float(theory.excess_step(value, size))
    assert float(theory.excess_leading(steps, size, start)) == pytest.approx(value, rel=1e-6)
    assert float(theory.excess_leading(0, size, start)) == start
    assert 3 * (value * steps) ** 2 == pytest.approx(theory.excess_error_limit(3, size), rel=0.01)


def test_modes_of_exact_rank():
    # Target diag(sigma, 0), X = (a, b): b' = b (1 - s (a^2 + b^2)), and a^2 -> sigma.
    s, sigma = 0.1, 0.7
    run = sensing.symmetric(np.diag([sigma, 0.0]), [[sigma**0.5], [1e-4]], s, [0, 40, 41])
    assert run.errors[2] / run.errors[1] == pytest.approx(theory.exact_rank_factor(s, sigma), rel=1e-6)


def test_scalar_block_by_hand():
    run = sensing.asymmetric([[0.0]], [[0.8]], [[0.2]], 0.5, [0, 1])
    assert run.errors[0] == pytest.approx(0.16**2)
    assert run.left[0, 0] == pytest.approx(0.8 - 0.5 * 0.2**2 * 0.8)
    assert run.right[0, 0] == pytest.approx(0.2 - 0.5 * 0.8**2 * 0.2)
    late = sensing.asymmetric([[0.0]], [[0.8]], [[0.2]], 0.5, [60, 61])
    assert late.errors[1] / late.errors[0] == pytest.approx(
        theory.imbalanced_factor(0.5, late.left[0, 0] ** 2), rel=1e-12
    )


def test_logarithms_of_many_small_steps():
    m, a, b = sp.symbols("m a b", positive=True)  # m = step_size g of one step; a, b = sums of m and of m^2
    plus, minus = (sp.series(sp.log(1 + sign * m), m, 0, 3).removeO() for sign in (-1, 1))
    assert sp.expand(plus + minus - theory.log_balance_leading(m**2)) == 0
    assert sp.series(sp.log(1 - m**2), m, 0, 4).removeO() == theory.log_balance_leading(m**2)
    assert sp.expand(2 * minus - theory.log_weight_leading(m, m**2)) == 0  # beta = (p^2 - q^2) / 4: the larger decides
    assert sp.expand(2 * plus.subs(m, -m) - theory.log_weight_leading(-m, m**2)) == 0
    assert sp.expand(theory.log_weight_leading(a, b).subs(a, theory.held_slopes_leading(b))) == 0
