"""How long scale-invariant weights grow under momentum, exactly and to leading order in the effective step.

w.g = 0 and |g| = c / |w|; p <- b p + g, w <- w - a p, or without the part of p along w. Derived for this project in the
setting of Heo et al. (arXiv 2006.08217). `persistent` gradients turn w the same way each step, in the plane; noise has
a fresh direction each step.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def grown_square(start_square: Any, rate: Any, decay: Any, squares: Any) -> Any:
    """|w_t|^2, t = 0, 1, ..., from |p_t|^2 (t,): |w_{t+1}|^2 = |w_t|^2 + a^2 |p_t|^2 + 2 a^2 sum_{k < t} b^(t-k)
    |p_k|^2.
    Derived: tests/models/preconditioning/test_scale.py::test_growth_is_an_identity.
    """
    out, remembered = [start_square], 0 * rate
    for square in squares:
        out.append(out[-1] + rate**2 * (square + 2 * remembered))
        remembered = decay * (remembered + square)
    return np.array(out)


def excess(decay: Any) -> Any:
    """Growth per a^2 |p|^2 where |p| is steady: 1 + 2 b / (1 - b) = (1 + b) / (1 - b).
    Derived: tests/models/preconditioning/test_scale.py::test_excess_of_a_steady_momentum.
    """
    return 1 + 2 * decay / (1 - decay)


def persistent_slope_leading(rate: Any, decay: Any, size: Any, projected: bool = False) -> Any:
    """Growth of |w|^4 a step, persistent gradients: 2 a^2 c^2 / (1 - b)^2, times (1 + b) / (1 - b) unless projected.
    Derived: tests/models/preconditioning/test_scale.py::test_slopes_of_fourth_powers.
    """
    return 2 * rate**2 * size**2 / (1 - decay) ** 2 * (1 if projected else excess(decay))


def noise_slope_leading(rate: Any, decay: Any, size: Any, projected: bool = False) -> Any:
    """Growth of |w|^4 a step, noise: 2 a^2 c^2 / (1 - b^2), times (1 + b) / (1 - b) unless projected.
    Derived: tests/models/preconditioning/test_scale.py::test_slopes_of_fourth_powers.
    """
    return 2 * rate**2 * size**2 / (1 - decay**2) * (1 if projected else excess(decay))


def equilibrium_leading(rate: Any, decay: Any, size: Any, weight_decay: Any) -> Any:
    """|w|^4 where noise grows and weight decay lam shrinks it alike: a c^2 / (2 lam (1 - b)).
    Derived: tests/models/preconditioning/test_scale.py::test_equilibria_with_weight_decay.
    """
    return rate * size**2 / (2 * weight_decay * (1 - decay))


def projected_equilibrium_leading(rate: Any, decay: Any, size: Any, weight_decay: Any, ratio: Any) -> Any:
    """The same where updates are projected and the decay is `ratio` of itself: a c^2 / (2 lam ratio (1 + b)).
    Derived: tests/models/preconditioning/test_scale.py::test_equilibria_with_weight_decay.
    """
    return rate * size**2 / (2 * weight_decay * ratio * (1 + decay))


def turned_share_leading(decay: Any) -> Any:
    """Angle turned by persistent gradients in a long time with momentum, over that of the descent of matched step:
    sqrt((1 - b) / (1 + b)).
    Derived: tests/models/preconditioning/test_scale.py::test_angles_turned.
    """
    return ((1 - decay) / (1 + decay)) ** 0.5
