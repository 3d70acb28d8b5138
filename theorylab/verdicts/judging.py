"""A theorist's own numbers: the rate of a table (x, y, stderr) or of printed digits, without a study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import reals
from theorylab.verdicts.checks import Check
from theorylab.verdicts.evidence import Evidence
from theorylab.verdicts.outcomes import Rival
from theorylab.verdicts.powers import NOTHING, Power, Powers
from theorylab.verdicts.rates import LEVEL, Rate
from theorylab.verdicts.series import Axis, Series, tabulated
from theorylab.verdicts.slopes import judged

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """What a table tells of its rate: the rate itself, and the check where a claim and a rival were given."""

    rate: Rate
    check: Check | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """Interval of the asymptotic exponent."""
        return self.rate.interval

    @property
    def verdict(self) -> str | None:
        """supported, refuted, inconclusive or error; None without a claim."""
        return None if self.check is None else str(self.check.verdict)

    @property
    def separates_at(self) -> float | None:
        """The first x from which on claim and rival are told apart; None where they are not."""
        return None if self.check is None else self.check.separates_at

    def __repr__(self) -> str:
        low, high = self.interval
        rate = self.rate
        lines = [
            f"exponent {rate.value:.6g} in [{low:.6g}, {high:.6g}], missed in {rate.miss:.1%} of such tables",
            f"local slopes {rate.kind.name.lower()}{', a logarithm fits as well' if rate.logarithm else ''}; last x "
            f"{rate.last_x:g}; assumed: {rate.assumption}"
            + ("; on one side the drift grows, and nothing bounds the limit" if rate.open_ended else ""),
        ]
        if self.check is not None:
            check = self.check
            apart = "" if check.separates_at is None else f"; told apart from x = {check.separates_at:g} on"
            lines.append(f"{check.verdict}: {check.claim}, against {check.rival.claim}{apart}; {check.note}")
        return "\n".join(lines)


def judge(
    x: ArrayLike,
    y: ArrayLike | Sequence[str],
    stderr: ArrayLike | None = None,
    rounding: ArrayLike | None = None,
    *,
    claim: Power | float | None = None,
    rival: Power | float | None = None,
    towards: float = math.inf,
    level: float = LEVEL,
) -> Judgement:
    """The asymptotic exponent of a table y(x), and a verdict on `claim` against `rival` (exponents or Powers).

    x, y: (points,), 4 points or more, x increasing, y > 0. `stderr`: standard errors; `rounding`: largest rounding
    errors, half a unit of the last digit for values as printed. Given as strings, values of y are printed digits, and
    their half units are taken from them. Rounding and standard errors add in quadrature. `towards`: x grows, or falls
    to 0. Raises InputError for a table that cannot be judged, with what is wrong.
    """
    columns = [_column(x, "x"), _column(y, "y")]
    given = np.atleast_1d(np.asarray(y)).ravel()
    if rounding is None and any(isinstance(value, str) for value in given):  # of a data frame's column they are objects
        rounding = [half_unit(str(value)) if isinstance(value, str) else 0.0 for value in given]
    size = columns[1].size
    require(columns[0].shape == (size,), f"{columns[0].size} values of x and {size} of y: give as many")
    for values, name in ((stderr, "stderr"), (rounding, "rounding")):
        column = np.zeros(size) if values is None else _column(values, name)
        require(column.size in (1, size), f"{column.size} values of {name} for {size} of y: give one for all, or each")
        require((column >= 0).all(), f"{name} has negative values: give sizes of errors")
        columns.append(np.broadcast_to(column, (size,)))
    order, forms = np.argsort(columns[0], kind="stable"), Powers(small=towards == 0)
    require(towards in (0, math.inf), f"towards={towards} is not allowed: x grows (math.inf) or falls to 0")
    at, values, errors, digits = (column[order] for column in columns)

    def data(axis: Axis, taken: Power) -> Series:
        return tabulated(at, values, errors, digits, axis, 0.0 if taken == NOTHING else taken.log(at))

    evidence = Evidence(data, at, "", math.inf if (errors > 0).any() else None)
    found = evidence.rate(forms.place(NOTHING, Power(1.0)))
    if claim is None:
        require(rival is None, "a rival without a claim: give both, or neither")
        return Judgement(found)
    require(rival is not None, "a claim needs a rival, the exponent that the same table must reject: give rival=")
    mine, theirs = forms.form(claim), forms.form(rival)
    against = Rival(claim=f"as {theirs}", predicted=theirs)
    return Judgement(found, judged(f"as {mine}", evidence, mine, against, level, "supported", forms))


def half_unit(printed: str) -> float:
    """Half a unit of the last digit of a number as it is printed: 0.005 for '1.20', 0.05e-3 for '1.2e-3'.

    Raises InputError for what is no number.
    """
    number, _, exponent = printed.strip().lower().partition("e")
    digits = len(number.partition(".")[2])
    try:
        float(printed)
        return 0.5 * 10.0 ** (int(exponent or 0) - digits)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{printed!r} is no number as it is printed: give digits, such as '1.20e-3'") from error


def _column(values: ArrayLike | Sequence[str], name: str) -> Floats:
    column = np.atleast_1d(reals(name, values, texts=True))
    require(column.ndim == 1 and np.isfinite(column).all(), f"{name} needs finite numbers in one row")
    return column
