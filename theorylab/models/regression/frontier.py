"""The compute-optimal frontier of SGD on power-law features: the size that has the least loss after a budget.

A budget f = r d pays for r steps of a student of d features. Losses are exact at whole steps, and between them straight
in logarithms; the least over d is that of the quartic through the five sizes, half octaves apart, around the best.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.models.regression import theory
from theorylab.models.regression.features import PowerLaw
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.arguments import positive_row, whole

Floats = NDArray[np.float64]
SMALLEST = 50
LOSS_ERROR, SIZE_ERROR = 1e-3, 5e-3
"""Relative errors of the least loss and of its size: estimates, sizes 28 times as dense move them by less."""


def losses(law: tuple[float, float], sizes: ArrayLike, budgets: ArrayLike, *, wide: int = 4, share: float = 0.5,
           noisy: bool = True) -> Floats:  # fmt: skip
    """Losses (sizes, budgets) of the smooth student of each size, of exponents law = (alpha, beta).

    The data have `wide` directions a feature; step x trace = share. Without SGD's noise where not `noisy`. Raises
    InputError for sizes or budgets that are no finite numbers > 0, or a budget below one step of a size.
    """
    d, paid = np.round(positive_row("sizes", sizes)).astype(int), positive_row("budgets", budgets)
    require(paid.min() >= d.max(), f"a budget of {paid.min():g} pays for no step of {d.max()} features: give more")
    rows = []
    for size in d:
        problem = theory.smooth_problem(PowerLaw(wide * size, size, *law))
        steps = paid / size
        around = np.unique(np.concatenate([np.floor(steps), np.floor(steps) + 1])).astype(int)
        way = problem if noisy else LeastSquares(problem.eigenvalues, problem.error0, 0.0, "additive")
        loss = problem.noise_std**2 + 2 * theory.sgd_risk(way, share / problem.trace, around)
        rows.append(np.exp(np.interp(np.log(steps), np.log(around), np.log(loss))))
    return np.array(rows)


def best(law: tuple[float, float], count: int, budgets: ArrayLike, *, wide: int = 4, share: float = 0.5,
         noisy: bool = True) -> tuple[Floats, Floats]:  # fmt: skip
    """Least loss and best size per budget, (budgets,) each, over half octaves of sizes from SMALLEST on.

    Of `count` sizes. Known to LOSS_ERROR and SIZE_ERROR. Raises InputError as `losses`, and where a least
    loss lies at the end of the sizes.
    """
    halves = SMALLEST * 2 ** (np.arange(whole("count", count, least=5)) / 2)
    table = np.log(losses(law, halves, budgets, wide=wide, share=share, noisy=noisy))
    out = []
    for column in table.T:
        k = int(column.argmin())
        require(2 <= k <= count - 3, "a least loss lies at the end of the sizes: give other budgets, or more sizes")
        near = (np.arange(-2, 3) * np.log(2)) / 2
        fine = np.linspace(near[1], near[3], 4001)
        curve = np.polyval(np.polyfit(near, column[k - 2 : k + 3], 4), fine)
        out.append((curve.min(), np.log(halves[k]) + fine[curve.argmin()]))
    loss, size = np.exp(out).T
    return loss, size
