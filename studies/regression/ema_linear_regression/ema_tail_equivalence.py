"""In variance, EMA with decay a is worth the average of the last 2/(1-a) iterates.

Both weigh about as many iterates: n_eff = (1+a)/(1-a) for the EMA. The equality is the paper's up to constants; how
far it holds here is `within`, kept below half way to the neighbours (half or twice as many iterates) where these are
farthest: on directions in their tail, all these averages agree.
The paper's condition that ties the length to a was not read, and is not on trial; nor is the bias of the two.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source(
    "comparison with tail averaging (read up to constants); the length 2/(1-a) derived here",
    kind="derived",
)
LENGTHS = {"2/(1-a)": 2, "1/(1-a)": 1, "4/(1-a)": 4}


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)
    horizons: tuple[int, ...] = (100, 300, 1000, 3000)
    averages: tuple[float, ...] = (5.0, 20.0)  # N (1-a)
    within: float = 0.2


QUICK = Setting(dim=200)
FULL = Setting(dim=2000, horizons=(100, 200, 500, 1000, 2000, 5000))


def ratio(s, multiple):
    """Variance risk of EMA over that of the last multiple/(1-a) iterates, rows (spectrum x average)."""
    rows, rounding = [], []
    for exponent, average in product(s.exponents, s.averages):
        noise = LeastSquares.power_law(s.dim, exponent, start=0.0, noise_std=1.0)
        step_size = 1 / (6 * noise.trace)
        rows.append([
            theory.ema_risk(noise, step_size, 1 - average / n, [n])[0]
            / theory.average_risk(noise, step_size, n - round(multiple * n / average), [n])[0]
            for n in s.horizons
        ])  # fmt: skip
        rounding.append(2 * theory.relative_rounding(noise, step_size, s.horizons))
    return exact(s.horizons, rows, rounding)


def measure(s):
    return {name: ratio(s, multiple) for name, multiple in LENGTHS.items()}


def predict(s):
    return {name: exact(s.horizons, np.ones(len(s.horizons)), ulps=0) for name in LENGTHS}


def checks(s, measured, predicted):
    main = "2/(1-a)"
    for other in ("1/(1-a)", "4/(1-a)"):
        rival = Rival(claim=f"the last {other} iterates", measured=measured[other])
        claim = f"variance of EMA = that of the last {main} iterates, not {other}"
        yield agrees(claim, measured[main], predicted[main], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(LENGTHS):
        for j, row in enumerate(measured[name].samples):
            plots.points(axes, s.horizons, row, k, "" if j else f"last {name} iterates")
    plots.prediction(axes, predicted["2/(1-a)"], "equal variance")
    plots.label(axes, "horizon N", "variance of EMA / variance of tail average", f"d = {s.dim}")
    axes.set_ylim(0.3, 4.0)
    return drawn


if __name__ == "__main__":
    script()
