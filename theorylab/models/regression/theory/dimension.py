"""The effective dimension of EMA, and the constants of its two-sided bound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require

Floats = NDArray[np.float64]


def effective_dimension(eigenvalues: Floats, step_size: float, ema_decay: float, steps: int) -> float:
    """D = (1-a) k_dag + step_size sum_{k_dag < i <= k*} l_i + step_size^2 N sum_{i > k*} l_i^2 of the EMA.
    (li2025ema, risk bound of the abstract, recalled).

    k_dag = #{l_i >= (1-a)/step_size}, k* = #{l_i >= 1/(N step_size)}; needs N (1-a) >= 1. The form is that of Li &
    Gu's risk bound as recalled; `effective_dimension_band` derives constants that hold for it.
    """
    require(
        steps * (1 - ema_decay) >= 1, f"N (1-a) = {steps * (1 - ema_decay):.3g} is below 1: average over more steps"
    )
    return float(effective_dimension_terms(eigenvalues, step_size, ema_decay, steps).sum())


def effective_dimension_terms(eigenvalues: Floats, step_size: float, ema_decay: float, steps: int) -> Floats:
    """The terms of `effective_dimension`, one per direction, (d,).
    Derived: tests/models/regression/test_theory.py::test_effective_dimension_in_dimension_three_by_hand.
    """
    scaled = step_size * np.asarray(eigenvalues, dtype=float)
    tail = np.where(scaled >= 1 / steps, scaled, steps * scaled**2)
    return np.asarray(np.where(scaled >= 1 - ema_decay, 1 - ema_decay, tail))


def effective_dimension_band(trace_step: float, horizon: float) -> tuple[float, float]:
    """Constants (low, high) with low <= EMA variance risk / (sigma^2/2 D) <= high, for any spectrum, Gaussian data.
    Derived: tests/models/regression/test_theory.py::test_lower_constant_of_the_band_is_the_infimum_over_one_direction.

    trace_step = step_size * trace <= 1/6, horizon = N (1-a) >= 5 (InputError otherwise). Derived here: the ratio is
    a mean, with the weights of D, of one-direction ratios l_i v_i / (sigma^2 D_i), and
    high: v_i grows to its limit, noise is at most sigma^2 / (1 - K), K <= trace_step / (2 (1 - trace_step));
          head and middle directions stay below 2/3, tail directions below 1 / (1 - K);
    low:  noise is at least sigma^2; the one-direction ratio is then explicit, and smallest where
          step_size * l = 1-a, in the limit of many steps: 1/4 (1 - (1 + 2h + 2h^2) e^(-2h)), h = horizon.
    """
    require(0 < trace_step <= 1 / 6 + 1e-12, f"step_size * trace = {trace_step:.4g}: the band is derived for <= 1/6")
    require(horizon >= 5 - 1e-12, f"N (1-a) = {horizon:.4g}: the band is derived for >= 5")
    feedback = trace_step / (2 * (1 - trace_step))
    low = 0.25 * (1 - (1 + 2 * horizon + 2 * horizon**2) * float(np.exp(-2 * horizon)))
    return low, 1 / (1 - feedback)
