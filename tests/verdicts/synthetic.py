"""Curves without luck, on which any check has one right answer; and a claim that holds for every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve, exact
from theorylab.trials.calibration import DECADES, TIMES
from theorylab.verdicts import (
    Check,
    Rival,
    above,
    agrees,
    below,
    decays_as,
    geometric,
    monotone,
    ordered,
)

Floats = NDArray[np.float64]

P = 5
X = np.arange(1.0, P + 1)
INF, NAN = float("inf"), float("nan")
EPS = 2.0**-52


def generator(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((20253, *key))))


def replicas(mean: Any, deviation: float = 0.1, count: int = 64, x: Floats = X, key: int = 0) -> Curve:
    """Curve of normal replicas whose sample mean and deviation are exactly those given: verdicts without luck."""
    z = generator(key).standard_normal((count, x.size))
    z -= z.mean(axis=0)
    z /= z.std(axis=0, ddof=1)
    return Curve(x, np.broadcast_to(mean, x.shape) + deviation * z)


def row(values: Any, rounding: float = 0.0, x: Floats = X) -> Curve:
    return exact(x, np.broadcast_to(np.asarray(values, float), x.shape), rounding)


def noisy(mean: Floats, x: Floats) -> Curve:
    """Replicas within about a per cent of a mean that spans decades."""
    return Curve(x, mean * replicas(1.0, 0.01, x=x).samples)


def rival(**sides: Any) -> Rival:
    return Rival(claim="the rival", **sides)


def one_bad(value: float, curve: Curve) -> Curve:
    samples = curve.samples.copy()
    samples[0, 2] = value
    return Curve(curve.x, samples, curve.exact)


HOLDS: dict[str, Callable[[bool], Check]] = {
    "agrees": lambda mc: agrees("c", replicas(1.0) if mc else row(1.0, EPS), row(1.0), rival=rival(predicted=row(2.0))),
    "below": lambda mc: below("c", replicas(1.0) if mc else row(1.0, EPS), row(1.5), rival=rival(predicted=row(0.5))),
    "above": lambda mc: above("c", replicas(1.0) if mc else row(1.0, EPS), row(0.5), rival=rival(predicted=row(1.5))),
    "ordered": lambda mc: ordered(
        "c",
        replicas(1.0) if mc else row(1.0, EPS),
        replicas(2.0, key=1) if mc else row(2.0, EPS),
        rival=rival(predicted=replicas(0.5, key=2) if mc else row(0.5, EPS)),
    ),
    "monotone": lambda mc: monotone(
        "c",
        replicas(-X) if mc else row(-X, EPS),
        rival=rival(measured=replicas(X, key=1) if mc else row(X, EPS)),
    ),
    "decays_as": lambda mc: decays_as(
        "c",
        noisy(1 / DECADES, DECADES) if mc else row(1 / DECADES, EPS, DECADES),
        -1.0,
        rival=rival(predicted=-0.5),
        homogeneous=True,
    ),
    "geometric": lambda mc: geometric(
        "c",
        noisy(0.9**TIMES, TIMES) if mc else row(0.9**TIMES, EPS, TIMES),
        0.9,
        rival=rival(predicted=0.8),
    ),
}
