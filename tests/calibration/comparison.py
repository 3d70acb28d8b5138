"""Exponents of Monte Carlo curves and the comparison of forms on the same truths: coverage, width, silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve, exact
from theorylab.verdicts.rates import compare, power_law

Floats = NDArray[np.float64]

X = np.geomspace(10, 1e4, 24)
REPLICAS = 64
ROUNDING = 1e-13
LEVEL = 0.05
NOISES = (0.0, 0.05, 0.5)
"""Standard deviations per replica, relative to the mean; independent from point to point. 0 is an exact curve."""
TRUTHS: dict[str, Callable[[Floats], Floats]] = {
    "1/x": lambda x: 1 / x,
    "log(x)/x": lambda x: np.log(x) / x,
    "1/x + 1e-5": lambda x: 1 / x + 1e-5,
    "1/x + 1e-4": lambda x: 1 / x + 1e-4,
    "1/(x + 30)": lambda x: 1 / (x + 30),
    "(1 + 5/x)/x": lambda x: (1 + 5 / x) / x,
    "(1 + 2/sqrt x)/x": lambda x: (1 + 2 / np.sqrt(x)) / x,
    "log-periodic 2%": lambda x: (1 + 0.02 * np.sin(3 * np.log(x))) / x,
    "log-periodic 20%": lambda x: (1 + 0.2 * np.sin(3 * np.log(x))) / x,
}
"""Means whose exponent, that of the term which decays as a power, is -1; the limit of the slopes is 0 under a floor."""
NAMED = ("1/x", "log(x)/x", "1/x + 1e-5", "1/x + 1e-4", "1/(x + 30)")
"""Truths that are one of the forms compared: their coverage is promised, that of the others is only measured."""


@dataclass(frozen=True)
class Row:
    """How one reader fared on one truth: answers among draws, answers that cover -1, and the median width."""

    truth: str
    noise: float
    reader: str
    draws: int
    answered: int
    covered: int
    width: float

    def __str__(self) -> str:
        share = f"{self.covered / self.answered:.3f}" if self.answered else "-"
        width = f"{self.width:.2g}" if self.answered else "-"
        silent = f"{1 - self.answered / self.draws:.3f}"
        false = f"{(self.answered - self.covered) / self.draws:.3f}"
        return f"| {self.truth} | {self.noise:g} | {self.reader} | {share} | {width} | {silent} | {false} |"


def measure(draws: int, truths: tuple[str, ...] = tuple(TRUTHS)) -> list[Row]:
    """Rows of the table, from `draws` curves per truth and noise (one where there is no noise)."""
    rows = []
    for number, truth in enumerate(truths):
        mean = TRUTHS[truth](X)
        for noise in NOISES:
            rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20253, number, int(1000 * noise)))))
            curves = [exact(X, mean, ROUNDING)]
            if noise:
                shape = (draws, REPLICAS, X.size)
                curves = [Curve(X, mean * (1 + noise * draw)) for draw in rng.standard_normal(shape)]
            for reader in ("power_law", "compare"):
                if reader == "power_law":
                    intervals = [power_law(curve, level=LEVEL).interval for curve in curves]
                else:
                    intervals = [compare(curve, level=LEVEL).interval for curve in curves]
                seen = [interval for interval in intervals if interval is not None]
                covered = sum(low <= -1 <= high for low, high in seen)
                width = float(np.median([high - low for low, high in seen])) if seen else 0.0
                rows.append(Row(truth, noise, reader, len(curves), len(seen), covered, width))
    return rows
