"""Synthetic truths for rates: many curves of known exponent at once, of the kinds that papers and programs produce.

Values are -p log x + log(correction), on positions that are equally spaced or not; half of them are rounded to four
printed digits. Powers and amplitudes are drawn anew for every curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from theorylab.verdicts import drift
from theorylab.verdicts.series import SPAN

Floats: TypeAlias = NDArray[np.float64]

ORDERS = (0.5, 1.0, 2.0, 4.0)
EXACT = 1e-13
"""Relative error of the values that are not rounded."""


@dataclass(frozen=True)
class Batch:
    """Curves of one family and number of points: position, log values and their errors (curves, points)."""

    position: Floats
    values: Floats
    error: Floats
    truth: Floats

    def read(self) -> drift.Reading:
        """What the instrument reads off."""
        steps = np.diff(self.position)
        weights = drift.tail_weights(self.position)
        slopes = np.hypot(self.error[:, 1:], self.error[:, :-1]) / steps
        return drift.read(self.position, self.values, slopes, np.sqrt(((weights * self.error) ** 2).sum(axis=1)))


class _Draws:
    """One batch in the making: time t from 0 to the span, log x, and helpers that draw one number per curve."""

    def __init__(self, rng: np.random.Generator, curves: int, points: int, decades: tuple[float, float] | None) -> None:
        self.rng, self.curves = rng, curves
        length = np.log(10) * rng.uniform(*decades, curves) if decades else np.full(curves, SPAN)
        jitter = np.where(rng.random((curves, 1)) < 0.5, 0.0, rng.uniform(-0.3, 0.3, (curves, points)) / (points - 1))
        share = np.linspace(0, 1, points) + jitter
        share = (share - share[:, :1]) / (share[:, -1:] - share[:, :1])
        self.length = length[:, None]
        self.t = share * self.length
        self.start = np.log(10) * rng.uniform(0, 2, (curves, 1))
        self.order = rng.choice(ORDERS, (curves, 1))

    def sized(self, low: float, high: float) -> Floats:
        """Sizes between the two, uniform in their logarithm."""
        return np.asarray(np.exp(self.rng.uniform(np.log(low), np.log(high), (self.curves, 1))))

    def sign(self) -> Floats:
        return self.rng.choice([-1.0, 1.0], (self.curves, 1))

    def correction(self, *thetas: float) -> Floats:
        """a x^-theta, |a| between 1% and 100% at the first point (-90% below)."""
        size = self.sized(0.01, 1.0) * self.rng.choice([-0.9, 1.0], (self.curves, 1))
        return np.asarray(size * np.exp(-self.rng.choice(thetas, (self.curves, 1)) * self.t))

    def drift(self) -> Floats:
        """Nothing in half of the curves; a correction in 35%, a factor log x in 15%."""
        which = self.rng.random((self.curves, 1))
        power, log = np.log1p(self.correction(0.5, 1.0, 2.0)), self.sign() * np.log(self.start + np.log(2) + self.t)
        return np.where(which < 0.5, 0.0, np.where(which < 0.85, power, log))

    def noise(self) -> Floats:
        return self.rng.standard_normal(self.t.shape)


def _pure(d: _Draws) -> Floats:
    return np.zeros(d.t.shape)


def _power(d: _Draws) -> Floats:
    return np.log1p(d.correction(0.75, 1.0, 1.5, 2.0, 3.0))


def _root(d: _Draws) -> Floats:
    return np.log1p(d.correction(0.5))


def _two_powers(d: _Draws) -> Floats:
    first = d.correction(0.5, 1.0, 2.0)
    second = d.correction(0.5, 1.0, 2.0) * np.exp(-d.rng.choice([0.5, 1.0, 2.0], (d.curves, 1)) * d.t)
    return np.log1p(0.5 * first + 0.5 * second)


def _shift(d: _Draws) -> Floats:
    shift = np.where(d.sign() < 0, -d.rng.uniform(0.05, 0.7, (d.curves, 1)), d.sized(0.05, 3.0))
    return -d.order * np.log1p(shift * np.exp(-d.t))


def _wiggle(d: _Draws) -> Floats:
    end = d.rng.uniform(0.1, 1 / 3, (d.curves, 1)) * d.length
    start_up = np.where(d.t < end, d.rng.uniform(-1, 1, (d.curves, 1)) * (d.t - end), 0.0)
    return start_up + d.drift()


def _parity(d: _Draws) -> Floats:
    size = d.sized(0.002, 0.02) * d.sign()
    return np.log1p(size * (-1.0) ** np.arange(d.t.shape[1])) + d.drift()


def _scatter(d: _Draws) -> Floats:
    return d.sized(0.001, 0.1) * d.noise() + d.drift()


def _logarithm(d: _Draws) -> Floats:
    return d.sign() * np.log(d.start + np.log(2) + d.t)


def _known_noise(d: _Draws) -> Floats:
    return d.drift()


def _prefactor(d: _Draws) -> Floats:
    return d.sign() * d.rng.choice([0.5, 1.0, 2.0], (d.curves, 1)) * np.log(d.sized(0.1, 7.0) + d.t)


POWERS = {
    "pure": _pure, "one power": _power, "x^-1/2": _root, "two powers": _two_powers, "shift": _shift, "wiggle": _wiggle,
    "parity": _parity, "scatter": _scatter, "log x": _logarithm, "known noise": _known_noise,
}  # fmt: skip
FACTORS = POWERS | {"log x": _prefactor}
"""Geometric curves: modes that fade exponentially, and a power of x in front."""


def draw(rng: np.random.Generator, family: str, curves: int, points: int, decades: tuple[float, float] | None) -> Batch:
    """A batch of one family over a range drawn between two numbers of decades; geometric curves for None."""
    made = _Draws(rng, curves, points, decades)
    correction = (POWERS if decades else FACTORS)[family](made)
    position = made.t + made.start + (np.log(2) if family == "log x" else 0.0)
    values = -made.order * position + correction
    error = np.full(values.shape, EXACT)
    if family == "known noise":
        error = np.broadcast_to(made.sized(0.001, 0.1), values.shape)
        return Batch(position, values + error * made.noise(), error, -made.order[:, 0])
    tens = values / np.log(10)
    whole = np.floor(tens)
    printed = np.round(10 ** (tens - whole), 3)  # four digits
    as_printed = rng.random((curves, 1)) < 0.5
    values = np.where(as_printed, np.log(printed) + whole * np.log(10), values)
    return Batch(position, values, np.where(as_printed, 0.0005 / printed / 3**0.5, error), -made.order[:, 0])
