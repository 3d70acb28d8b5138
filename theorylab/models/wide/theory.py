"""Errors of `model` in the limit of many dimensions, as integrals over the law of Marchenko and Pastur.

The eigenvalues of X X^T have density sqrt((l_+ - l)(l - l_-)) / (2 pi l) between l_-+ = (sqrt(load) -+ 1)^2, and an
atom 1 - load at 0 if load < 1. With l = (l_+ + l_-) / 2 - (l_+ - l_-) / 2 cos(angle) the density is smooth in the
angle, at load 1 too, and sums over equidistant angles converge faster than any power.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from theorylab.models.wide.model import Student, times_of
from theorylab.numerics.arguments import positive, whole

Floats = NDArray[np.float64]
NODES = 8192


def edges(load: Any) -> tuple[Any, Any]:
    """The ends (sqrt(load) -+ 1)^2 of the spectrum.
    Derived: tests/models/wide/test_wide.py::test_the_spectrum_is_that_of_a_large_draw.
    """
    return (load**0.5 - 1) ** 2, (load**0.5 + 1) ** 2


def spectrum(load: float, nodes: int = NODES) -> tuple[Floats, Floats, float]:
    """Eigenvalues (nodes,) > 0, their weights, and the weight of the eigenvalue 0.
    Derived: tests/models/wide/test_wide.py::test_the_spectrum_is_that_of_a_large_draw.
    """
    low, high = edges(positive("load", load))
    angle = (np.arange(whole("nodes", nodes)) + 0.5) * np.pi / nodes
    half = (high - low) / 2
    # low + 2 half sin^2(angle / 2): no cancellation next to the lower edge.
    values = low + 2 * half * np.sin(angle / 2) ** 2
    weights = half**2 * np.sin(angle) ** 2 / (2 * np.pi * values) * (np.pi / nodes)
    return values, weights, max(1.0 - load, 0.0)


def generalisation_error(student: Student, times: ArrayLike) -> Floats:
    """Expected test error at each time, (points,).
    Derived: tests/models/wide/test_wide.py::test_errors_are_those_of_a_mode_by_hand.

    int rho (1 + start) exp(-2 l t) + noise (1 - exp(-l t))^2 / l, plus the noise; what is not seen keeps 1 + start.
    """
    values, weights, unseen = spectrum(student.load)
    t = times_of(times)[:, None]
    kept = (1 + student.start_ratio) * np.exp(-2 * values * t)
    fitted = student.noise_ratio * np.expm1(-values * t) ** 2 / values
    return np.asarray(
        (weights * (kept + fitted)).sum(axis=1) + unseen * (1 + student.start_ratio) + student.noise_ratio
    )


def training_error(student: Student, times: ArrayLike) -> Floats:
    """Expected training error at each time, (points,).
    Derived: tests/models/wide/test_wide.py::test_errors_are_those_of_a_mode_by_hand.

    int rho ((1 + start) l + noise) exp(-2 l t) / load, plus noise (1 - 1 / load) where there are more samples.
    """
    values, weights, _ = spectrum(student.load)
    t = times_of(times)[:, None]
    left = ((1 + student.start_ratio) * values + student.noise_ratio) * np.exp(-2 * values * t)
    return np.asarray(
        (weights * left).sum(axis=1) / student.load + student.noise_ratio * max(1 - 1 / student.load, 0.0)
    )


def late_error(load: Any, noise_ratio: Any, start_ratio: Any) -> Any:
    """Test error after infinite time: (1 - a)(1 + start) + noise / (1 - a) for load a < 1, noise a / (a - 1) for a > 1.
    Derived: tests/models/wide/test_wide.py::test_late_errors_are_limits_of_the_integrals.
    """
    if load < 1:
        return (1 - load) * (1 + start_ratio) + noise_ratio / (1 - load)
    return noise_ratio * load / (load - 1)


def ridge_error(student: Student, penalty: float) -> float:
    """Test error of ridge regression with |w|^2 times `penalty` > 0 beside the summed squares; start_ratio 0 is meant.
    Derived: tests/models/wide/test_wide.py::test_ridge_is_least_at_the_noise_ratio.

    int rho (penalty^2 + noise l) / (l + penalty)^2 + noise; the atom keeps 1.
    """
    values, weights, unseen = spectrum(student.load)
    q = positive("penalty", penalty)
    seen = (weights * (q**2 + student.noise_ratio * values) / (values + q) ** 2).sum()
    return float(seen + unseen + student.noise_ratio)


def mode_time(eigenvalue: Any, noise_ratio: Any, start_ratio: Any) -> Any:
    """When a mode of eigenvalue l alone should stop: log(1 + l (1 + start) / noise) / l; floats or arrays.
    Derived: tests/models/wide/test_wide.py::test_errors_are_those_of_a_mode_by_hand.
    """
    return np.log(1 + eigenvalue * (1 + start_ratio) / noise_ratio) / eigenvalue


def best_stop(student: Student) -> tuple[float, float]:
    """The time of the least test error, and that error; noise_ratio > 0.
    Derived: tests/models/wide/test_wide.py::test_the_best_stop_is_a_minimum_between_the_modes.

    Searched between the times of the modes at both edges: before the first all modes still gain, after the last none.
    """
    positive("noise_ratio", student.noise_ratio)
    low, high = edges(student.load)
    first = mode_time(high, student.noise_ratio, student.start_ratio)
    last = mode_time(max(low, 1e-9), student.noise_ratio, student.start_ratio)
    found = minimize_scalar(
        lambda s: float(generalisation_error(student, [np.exp(s)])[0]),
        bounds=(float(np.log(first)), float(np.log(last)) + 1e-9), method="bounded", options={"xatol": 1e-10},
    )  # fmt: skip
    return float(np.exp(found.x)), float(found.fun)


def slow_growth_leading(noise_ratio: Any, time: Any) -> Any:
    """What label noise adds to the test error at load 1 after a long time: noise 2 (2 - sqrt 2) sqrt(t / pi).
    Derived: tests/models/wide/test_wide.py::test_noise_grows_as_the_root_of_time_at_load_one.
    """
    return noise_ratio * 2 * (2 - 2**0.5) * (time / np.pi) ** 0.5
