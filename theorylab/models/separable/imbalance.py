"""Class imbalance in closed form: when the minority's loss rises, how long, and how noise turns normalised gradients.

`ratio` is the majority's size over the minority's, mean gradients are those of a class's mean loss.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, hyp1f1
from scipy.stats import binom

from theorylab.errors import require

Floats = NDArray[np.float64]


def critical_ratio(cosine: Any, minority: Any, majority: Any) -> Any:
    """Imbalance from which gradient descent raises the minority's loss: -|g_0| / (c |g_1|), mean gradients, c < 0.
    Derived: tests/models/separable/test_imbalance.py::test_slopes_are_those_of_the_chain_rule.
    """
    return -minority / (cosine * majority)


def plain_slope(own: Any, other: Any, cosine: Any, share: Any) -> Any:
    """Slope of a class's loss in the step size under gradient descent, two classes: -(s |g|^2 + (1 - s) c |g| |g'|).
    Derived: tests/models/separable/test_imbalance.py::test_slopes_are_those_of_the_chain_rule.
    """
    return -(share * own**2 + (1 - share) * cosine * own * other)


def normalised_slope(own: Any, cosines: Any) -> Any:
    """Slope of a class's loss in the step size under per-class normalised descent: -|g| (1 + sum of the cosines).
    Derived: tests/models/separable/test_imbalance.py::test_slopes_are_those_of_the_chain_rule.

    The cosines are those of its gradient with each other class's; with one other class the slope is never > 0.
    """
    return -own * (1 + cosines)


def own_error(steps: Any, step_size: Any, ratio: Any) -> Any:
    """Error in the minority's own coordinate under gradient descent from 0: (1 - step_size / (1 + ratio))^t.
    Derived: tests/models/separable/test_imbalance.py::test_orthogonal_classes_by_hand.
    """
    return (1 - step_size / (1 + ratio)) ** steps


def halving_time(step_size: Any, ratio: Any) -> Any:
    """Steps until that error is a half, not rounded up: log 2 / -log(1 - step_size / (1 + ratio)).
    Derived: tests/models/separable/test_imbalance.py::test_orthogonal_classes_by_hand.
    """
    return np.log(2) / -np.log1p(-step_size / (1 + ratio))


def minority_loss(steps: Any, step_size: Any, ratio: Any, offset: Any) -> Any:
    """The minority's loss on `Classes.orthogonal` from 0 under gradient descent: (shared error^2 + own error^2) / 2.
    Derived: tests/models/separable/test_imbalance.py::test_orthogonal_classes_by_hand.

    The shared coordinate tends to offset (ratio - 1)/(ratio + 1) by 1 - step_size a step, for both classes together.
    """
    shared = offset * (ratio - 1) / (ratio + 1) * (1 - (1 - step_size) ** steps) + offset
    return (shared**2 + own_error(steps, step_size, ratio) ** 2) / 2


def mean_cosine(count: ArrayLike, dimension: Any, noise: Any) -> Any:
    """E cos of the mean of `count` samples e + noise N(0, I_d) with e, a unit vector; 0 for a count of 0.
    Derived: tests/models/separable/test_imbalance.py::test_mean_cosine_is_its_integral.

    a / sqrt 2 Gamma((d+1)/2) / Gamma(d/2 + 1) 1F1(1/2; d/2 + 1; -a^2/2), a = sqrt(count) / noise.
    """
    n, d = np.asarray(count, dtype=float), np.asarray(dimension, dtype=float)
    a = n**0.5 / noise
    gammas = np.exp(gammaln((d + 1) / 2) - gammaln(d / 2 + 1))
    return a / 2**0.5 * gammas * hyp1f1(0.5, d / 2 + 1, -(a**2) / 2)


def mean_cosine_leading(count: Any, dimension: Any, noise: Any) -> Any:
    """The same to leading order in d: (1 + noise^2 (d - 1) / count)^(-1/2).
    Derived: tests/models/separable/test_imbalance.py::test_mean_cosine_is_its_integral.
    """
    return (1 + noise**2 * (dimension - 1) / count) ** -0.5


def absent(ratio: Any, batch: Any) -> Any:
    """Probability that a batch has no sample of the minority: (ratio / (1 + ratio))^batch.
    Derived: tests/models/separable/test_imbalance.py::test_batches_by_hand.
    """
    return (ratio / (1 + ratio)) ** batch


def normalised_drift(share: float, batch: int, dimension: int, noise: float) -> float:
    """E of what per-class normalised SGD moves along a class's gradient: E over binomial counts of `mean_cosine`.
    Derived: tests/models/separable/test_imbalance.py::test_batches_by_hand.

    Raises InputError for a share outside (0, 1).
    """
    require(0 < share < 1, f"share={share} is not allowed: give a number in (0, 1)")
    counts = np.arange(batch + 1)
    return float((binom.pmf(counts, batch, share) * mean_cosine(counts, dimension, noise)).sum())
