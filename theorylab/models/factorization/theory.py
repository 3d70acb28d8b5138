"""Balances, excess ranks, drifts and rates of factored descent, all derived here.

`excess` is an eigenvalue of X X^T outside the target's rank, or the entry f g of a scalar block outside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def balance_factor(step_size: Any, slope: Any) -> Any:
    """Factor of one step on u^2 - v^2 where u' = u - step_size slope v and v' = v - step_size slope u: 1 - (s g)^2.
    Derived: tests/models/factorization/test_theory.py::test_balance_and_product_of_one_step.
    """
    return 1 - (step_size * slope) ** 2


def product_step(product: Any, squares: Any, step_size: Any, slope: Any) -> Any:
    """u v after that step: u v (1 + (s g)^2) - s g (u^2 + v^2), `squares` = u^2 + v^2.
    Derived: tests/models/factorization/test_theory.py::test_balance_and_product_of_one_step.
    """
    return product * (1 + (step_size * slope) ** 2) - step_size * slope * squares


def excess_step(excess: Any, step_size: Any) -> Any:
    """An excess eigenvalue of symmetric descent one step on: x (1 - step_size x)^2.
    Derived: tests/models/factorization/test_theory.py::test_excess_eigenvalues_follow_the_scalar_map.
    """
    return excess * (1 - step_size * excess) ** 2


def excess_leading(steps: Any, step_size: Any, start: Any) -> Any:
    """Excess eigenvalue after many steps: 1 / (1/x_0 + 2 s t + (3 s/2) log(1 + 2 s t x_0)).
    Derived: tests/models/factorization/test_theory.py::test_excess_leading_is_the_expansion_of_the_map.

    1/x grows by 2 s + 3 s^2 x + O(x^2) a step; leading for step_size x_0 small.
    """
    grown = 2 * step_size * steps
    return 1 / (1 / start + grown + 1.5 * step_size * np.log1p(grown * start))


def excess_error_limit(excess_rank: Any, step_size: Any) -> Any:
    """Limit of T^2 |X X^T - S|^2 under symmetric descent with k > r: (k - r) / (4 step_size^2), k <= n.
    Derived: tests/models/factorization/test_theory.py::test_excess_leading_is_the_expansion_of_the_map.
    """
    return excess_rank / (4 * step_size**2)


def exact_rank_factor(step_size: Any, least: Any) -> Any:
    """Factor per step of the squared error with k = r: (1 - step_size sigma_r)^2, of the part across the target.
    Derived: tests/models/factorization/test_theory.py::test_modes_of_exact_rank.

    The part inside contracts by 1 - 2 step_size sigma_r in the error itself, which is faster.
    """
    return (1 - step_size * least) ** 2


def imbalanced_factor(step_size: Any, square: Any) -> Any:
    """Factor per step of the squared error of an asymmetric run with k > r: (1 - step_size sigma^2)^2.
    Derived: tests/models/factorization/test_theory.py::test_scalar_block_by_hand.

    sigma is the least singular value that the surviving factor has at the limit among its excess columns.
    """
    return (1 - step_size * square) ** 2


def log_balance_leading(squares: Any) -> Any:
    """Change of log |u^2 - v^2| over steps whose sum of (step_size g)^2 is `squares`: -squares, up to fourth powers.
    Derived: tests/models/factorization/test_theory.py::test_logarithms_of_many_small_steps.
    """
    return -squares


def log_weight_leading(slopes: Any, squares: Any) -> Any:
    """Change of log |u v| from v = 0 on, `slopes` the sum of step_size g: 2 |slopes| - squares, up to third powers.
    Derived: tests/models/factorization/test_theory.py::test_logarithms_of_many_small_steps.

    u + v and u - v are multiplied by the exponentials of -slopes - squares / 2 and slopes - squares / 2; the larger one
    decides. The start's square / 4 comes first.
    """
    return 2 * abs(slopes) - squares


def held_slopes_leading(squares: Any) -> Any:
    """|sum of step_size g| of an entry whose weight neither grows nor vanishes: squares / 2.
    Derived: tests/models/factorization/test_theory.py::test_logarithms_of_many_small_steps.

    With weights penalised by lambda |beta|_1 it would be lambda: large steps act like a lasso, of half the noise.
    """
    return squares / 2
