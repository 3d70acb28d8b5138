"""The forms that checks of rates claim: power laws with logarithms, and factors; their places and their mistakes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import InputError, require
from theorylab.verdicts.series import Axis

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Power:
    """The form x**exponent * log(x)**logarithm; a negative exponent is decay."""

    exponent: float
    logarithm: float = 0.0

    def __post_init__(self) -> None:
        require(math.isfinite(self.exponent) and math.isfinite(self.logarithm), f"{self} is no power law: give numbers")

    def log(self, x: Floats) -> Floats:
        """Logarithm of the form at x, (points,)."""
        if self.logarithm and not (x > 1).all():
            raise InputError("a power of log x needs x > 1: drop the first points")
        correction = self.logarithm * np.log(np.log(x)) if self.logarithm else 0.0
        return np.asarray(self.exponent * np.log(x) + correction)

    def __str__(self) -> str:
        return f"x^{self.exponent:g}" + (f" log^{self.logarithm:g} x" if self.logarithm else "")


NOTHING = Power(0.0)


@dataclass(frozen=True)
class Place:
    """Where a form stands: the axis, what is taken out of the data before they are read, and the slope it claims."""

    axis: Axis
    taken: Power
    slope: float


@dataclass(frozen=True)
class Powers:
    """Power laws: how forms are read, placed and mutated."""

    small: bool = False
    kind = "decays_as"
    unit = "of the exponent"

    def form(self, given: Any) -> Power:
        """The Power that was given, or that of a bare exponent."""
        if not isinstance(given, Power) and not isinstance(given, Real):
            raise InputError(f"{given!r} is no power law: give an exponent or a Power(exponent, logarithm)")
        form = given if isinstance(given, Power) else Power(float(given))
        require(not (self.small and form.logarithm), "logarithms towards x = 0: give the curve at 1/x instead")
        return form

    def place(self, form: Power, other: Power) -> Place:
        """Forms that differ in their logarithms alone are told apart by the exponent of log x."""
        if form.exponent == other.exponent and form.logarithm != other.logarithm:
            return Place(Axis.LOGARITHM, Power(form.exponent), form.logarithm)
        axis = Axis.SMALL if self.small else Axis.POWER
        return Place(axis, Power(0.0, form.logarithm), form.exponent)

    def wrong(self, form: Power, x: Floats) -> dict[str, Power]:
        """Standard mistakes in a form."""
        found = {
            "exponent + 0.1": replace(form, exponent=form.exponent + 0.1),
            "exponent - 0.1": replace(form, exponent=form.exponent - 0.1),
        }
        if form.exponent:
            found["sign"] = replace(form, exponent=-form.exponent)
        if form.logarithm:
            found["logarithm dropped"] = replace(form, logarithm=0.0)
        elif (x > 1).all() and not self.small:
            found["logarithm added"] = replace(form, logarithm=1.0)
        return found

    def shifted(self, form: Power, error: float) -> Power:
        """The form whose exponent is off by so much."""
        return replace(form, exponent=form.exponent + error)


@dataclass(frozen=True)
class Factors:
    """Geometric decay, as `Powers`; a factor r is the form x -> x log r."""

    kind = "geometric"
    unit = "relative to the rate"

    def form(self, given: Any) -> Power:
        """The form of a factor > 0."""
        require(isinstance(given, Real) and float(given) > 0, f"factor={given!r} is not allowed: give a number > 0")
        return Power(math.log(given))

    def place(self, form: Power, other: Power) -> Place:
        """Slopes of log y against x itself."""
        return Place(Axis.GEOMETRIC, Power(0.0), form.exponent)

    def wrong(self, form: Power, x: Floats) -> dict[str, Power]:
        """Rates with a standard mistake, by name; none of the factor 1."""
        shares = {"rate x 2": 2.0, "rate x 1/2": 0.5, "sign": -1.0} if form.exponent else {}
        return {name: Power(share * form.exponent) for name, share in shares.items()}

    def shifted(self, form: Power, error: float) -> Power:
        """The rate that is wrong by a relative error, to the side of its sign."""
        return Power(form.exponent * (1 + error if error > 0 else 1 / (1 - error)))


Forms = Powers | Factors
