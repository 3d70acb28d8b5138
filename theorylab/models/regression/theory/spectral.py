"""The second moments of `sgd` at any horizon, to 2^53 steps: by modes of the recursion instead of its steps.

The functions have the names, arguments and values of those of `stepped`, which are the oracle of these; they cost the
same at every horizon: O(d^2) once, then O(d) per point for the risk of the last iterate and O(d^2) per point (times
log2 of the steps for averages) for everything else. Stable step sizes only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.models.regression import horizons
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory.recursions import amplification, feedback, moment_losses, risk_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def sgd_risk(problem: LeastSquares, step_size: float, points: Integers) -> Floats:
    """Expected excess risk of the iterate at each of `points`, (points,).
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.
    """
    if feedback(problem):
        return 0.5 * horizons.feedback_sum(_driven(problem, step_size), points)
    return risk_of(problem, sgd_moments(problem, step_size, points))


def sgd_moments(problem: LeastSquares, step_size: float, points: Integers) -> Floats:
    """E e_{t,i}^2 in every direction, (points, d).
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.
    """
    return np.asarray(horizons.last(_driven(problem, step_size), points))


def ema_moments(problem: LeastSquares, step_size: float, ema_decay: float, points: Integers) -> Floats:
    """E m_{t,i}^2 of m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, (points, d).
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.
    """
    return np.asarray(horizons.ema(_driven(problem, step_size), float(ema_decay), points))


def average_moments(problem: LeastSquares, step_size: float, start: int, points: Integers) -> Floats:
    """E of the squared mean of e_{t,i} over start <= t < N, at each N of `points`, (points, d).
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.
    """
    return np.asarray(horizons.average(_driven(problem, step_size), start, points))


def relative_rounding(problem: LeastSquares, step_size: float, points: Integers, risks: Floats) -> Floats:
    """Bound (points,) on the relative rounding errors of `risks` (points,) of this module at `points`.
    Derived: tests/models/regression/test_spectral.py::test_moments_after_a_million_million_steps_in_seventy_digits.

    (d + 64 + 16 log2(t + 1)) (2 + log max(R_0 / R_t, 1)) 2^-52 / (1 - K), K = `noise_amplification` summed (0 if
    nothing is fed back). Sums of d terms and the doublings give the first factor, in rates and amplitudes. A relative
    error e of the rates moves exp(-x_k), x_k = rate_k t, by e x_k; the mean of x_k under weights p_k exp(-x_k) is at
    most log(sum p_k / sum p_k exp(-x_k)), by Jensen. Of noise it moves (1 - exp(-x_k)) / rate_k by at most e. Roots are
    relatively exact to 2^-52 / (1 - K), as 1 - K is a difference. Amplitudes p_k of the start are of both signs where
    slow directions start larger than fast ones, of size 1 / (1 - K) in units of their sum: that errors of consistent
    eigenvectors do not add up to more than that is tried in tests, not proven. Raises InputError where step_size *
    largest eigenvalue > 1: averages cancel there; and where a direction keeps less than 1/64 of its moment in one step,
    as additive noise and large batches allow: what is kept, 1 - loss, has lost its digits there.
    """
    scaled, kept = step_size * float(problem.eigenvalues[0]), 1 - float(moment_losses(problem, step_size).max())
    require(scaled <= 1, f"step_size * largest eigenvalue = {scaled:.3g}: the rounding bound needs <= 1")
    require(kept >= 1 / 64, f"a direction keeps {kept:.3g} of its moment in a step: the rounding bound needs >= 1/64")
    first = 0.5 * float(problem.eigenvalues @ problem.error0**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        fallen = np.where(risks < first, np.log(first) - np.log(risks), 0.0)
    terms = problem.dimension + 64 + 16 * np.log2(points + 1.0)
    return np.asarray(terms * (2 + fallen) * 2.0**-52 / (1 - amplification(problem, step_size)))


def _driven(problem: LeastSquares, step_size: float) -> horizons.Driven:
    left = 1 - amplification(problem, step_size)
    require(
        left > problem.dimension * 2.0**-40,
        f"step_size={step_size!r} is too close to the largest stable one for so many steps: rounding leaves no digits "
        f"of 1 - K = {left:.1e}; lower it, or ask for fewer steps",
    )
    return horizons.driven(
        problem.eigenvalues, moment_losses(problem, step_size), float(step_size), problem.batch, feedback(problem),
        problem.noise_std**2, problem.error0**2, problem.noise_spectrum,
    )  # fmt: skip
