"""Scaling laws of power-law random features (`features`): levels, parts of the loss, compute-optimal exponents.

alpha, beta, d, v as there; g the step, summed over a batch of B; r steps cost r d B. The loss is a sum of parts that
each fade as a power of r or d: gradient descent on what the features see in order (F_pp), on what they smear over all
directions (F_ac), what they miss (F_0), and the noise of SGD (K_pp / (g B)). Which two of them meet at the best d for
a budget is the phase. Derived here from integrals over the spectrum; the table of phases agrees with the one recalled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gamma

from theorylab.errors import require
from theorylab.models.regression.features import PowerLaw
from theorylab.models.regression.model import LeastSquares

Floats = NDArray[np.float64]
PHASES = ("Ia", "Ib", "Ic", "II", "III", "IVa", "IVb")


def resolution(law: PowerLaw) -> float:
    """tau with sum_j l_j tau / (1 + l_j tau) = d, l_j = j^(-2 alpha): features see inputs of variance above 1 / tau.
    Derived: tests/models/regression/test_scaling.py::test_the_misfit_is_that_of_many_draws.

    Large d: the deterministic equivalent of W^T diag(l) W.
    """
    spectrum, d = law.spectrum, law.features

    def surplus(log_tau: float) -> float:
        seen = spectrum * np.exp(log_tau)
        return float((seen / (1 + seen)).sum()) - d

    first = np.log(d / spectrum.sum())  # seen / (1 + seen) < seen: too little
    last = first + 1.0
    while surplus(last) < 0:
        last += 2.0
    return float(np.exp(brentq(surplus, first - 1e-9, last, xtol=1e-13)))


def misfit_leading(law: PowerLaw) -> float:
    """What the best student misses, on the average over W: sum_j j^(-2 (alpha + beta)) / (1 + tau j^(-2 alpha)).
    Derived: tests/models/regression/test_scaling.py::test_the_misfit_is_that_of_many_draws.

    With tau = `resolution`; up to corrections that fade with d.
    """
    seen = resolution(law) * law.spectrum
    return float((law.spectrum * law.target**2 / (1 + seen)).sum())


def smooth_problem(law: PowerLaw, batch: int = 1) -> LeastSquares:
    """A student without randomness in its features: eigenvalues j^(-2 alpha), errors of the averages over W.
    Derived: tests/models/regression/test_scaling.py::test_the_smooth_student_learns_as_drawn_ones_do.

    E error0_j^2 = j^(-2 beta), with c / d more where alpha, beta > 1/2, c = sum_{j<=d} j^(-2 beta): what features smear
    over all directions. Eigenvalues are lifted by 1 / tau where alpha < 1/2; the misfit is label noise.
    """
    spectrum, target = law.spectrum[: law.features], law.target[: law.features]
    smeared = float((target**2).sum()) / law.features if min(law.alpha, law.beta) > 0.5 else 0.0
    lifted = spectrum + (1 / resolution(law) if law.alpha < 0.5 else 0.0)
    return LeastSquares(lifted, (target**2 + smeared) ** 0.5, misfit_leading(law) ** 0.5, batch=batch)


def seen_in_order_leading(alpha: Any, beta: Any, time: Any) -> Any:
    """F_pp = sum_j j^(-2 (a + b)) exp(-time j^(-2 a)) for 1 << time << d^(2 a), time = 2 g B r.
    Derived: tests/models/regression/test_scaling.py::test_parts_of_the_loss_are_integrals_over_the_spectrum.

    Gamma(1 + b/a - 1/(2a)) / (2a) time^-(1 + b/a - 1/(2a)); floats or arrays.
    """
    power = 1 + beta / alpha - 1 / (2 * alpha)
    return gamma(power) / (2 * alpha) * time**-power


def smeared_leading(alpha: Any, weight: Any, time: Any) -> Any:
    """F_ac = weight sum_j j^(-2 a) exp(-time j^(-2 a)) for alpha > 1/2 and times as in F_pp.
    Derived: tests/models/regression/test_scaling.py::test_parts_of_the_loss_are_integrals_over_the_spectrum.

    weight Gamma(1 - 1/(2a)) / (2a) time^-(1 - 1/(2a)); weight = c / d of `smooth_problem`.
    """
    power = 1 - 1 / (2 * alpha)
    return weight * gamma(power) / (2 * alpha) * time**-power


def noise_kernel_leading(alpha: Any, step: Any, batch: Any, time: Any) -> Any:
    """K_pp = g^2 B sum_j j^(-4 a) exp(-time j^(-2 a)) for alpha > 1/4 and times as in F_pp.
    Derived: tests/models/regression/test_scaling.py::test_parts_of_the_loss_are_integrals_over_the_spectrum.

    g^2 B Gamma(2 - 1/(2a)) / (2a) time^-(2 - 1/(2a)).
    """
    power = 2 - 1 / (2 * alpha)
    return step**2 * batch * gamma(power) / (2 * alpha) * time**-power


def misfit_exponent(alpha: float, beta: float) -> float:
    """The exponent of d in what features miss, -2 alpha + max(0, 1 - 2 beta), where 2 (alpha + beta) > 1.
    Derived: tests/models/regression/test_scaling.py::test_phases_come_from_balances_of_two_parts.
    """
    return -2 * alpha + max(0.0, 1 - 2 * beta)


def phase(alpha: float, beta: float) -> str:
    """The phase of (alpha, beta): which two parts of the loss meet at the best d. One of PHASES.
    Derived: tests/models/regression/test_scaling.py::test_phases_come_from_balances_of_two_parts.

    Raises InputError where there is no power law, 2 (alpha + beta) <= 1.
    """
    a, b = alpha, beta
    require(a > 0 and 2 * (a + b) > 1, f"alpha={a}, beta={b} has no power law: it needs alpha > 0, alpha + beta > 1/2")
    if 2 * b < 1:
        return "Ia" if 2 * a > 1 else "Ib"
    if 2 * a > 1:
        return "II" if b < a else "III"
    return "Ic" if a < 0.25 else "IVb" if a < 1 - 2**-0.5 else "IVa"


def loss_exponent(alpha: Any, beta: Any, name: str) -> Any:
    """eta of the phase: the best loss of a budget of f operations falls as f^-eta.
    Derived: tests/models/regression/test_scaling.py::test_phases_come_from_balances_of_two_parts.
    """
    a, b = alpha, beta
    if name == "Ia":
        return (2 * a + 2 * b - 1) / (2 * a + 1)
    if name == "Ib":
        return a + b - 1 / 2
    if name == "Ic":
        return a * (2 * a + 2 * b - 1) / (2 * b - 1 + a * (3 - 2 * b))
    if name == "II":
        return (2 * a + 2 * b - 1) / (2 * (a + b))
    if name == "III":
        return 1 - 1 / (4 * a)
    if name == "IVa":
        return a
    return (1 - 2 * a) * (2 * a + 2 * b - 1) / (2 * (2 * b - a - 2 * a * b))


def size_exponent(alpha: Any, beta: Any, name: str) -> Any:
    """xi of the phase: the best d for a budget of f operations grows as f^xi.
    Derived: tests/models/regression/test_scaling.py::test_phases_come_from_balances_of_two_parts.
    """
    a, b = alpha, beta
    if name == "Ia":
        return 1 / (2 * a + 1)
    if name == "Ic":
        return (2 * a + 2 * b - 1) / (2 * (2 * b - 1 + a * (3 - 2 * b)))
    if name == "II":
        return b / (a + b)
    if name == "IVb":
        return (b - a) / (2 * b - a - 2 * a * b)
    return 1 / 2  # Ib, III, IVa
