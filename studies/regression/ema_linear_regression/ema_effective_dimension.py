"""The variance of EMA is an effective dimension, two-sided: D = sum_i min(1-a, l_i, N l_i^2).

l = step size x eigenvalue: 1-a for each l_i >= 1-a, l_i down to l_i >= 1/N, N l_i^2 below. The form is the
paper's as recalled, the constants of the band are derived here (theory.effective_dimension_band). At N (1-a) = 1
the EMA still weighs its start, and no band is claimed.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, above, below, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.trials.hunt import Range

SOURCE = Source("abstract (risk bound of SGD with EMA); form recalled, constants derived here", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)
    horizons: tuple[int, ...] = (100, 300, 1000, 3000)
    averages: tuple[float, ...] = (5.0, 20.0)  # N (1-a): horizon in units of the averaging time


QUICK = Setting(dim=200)
FULL = Setting(dim=2000, horizons=(100, 200, 500, 1000, 2000, 5000))
SPACE = {
    "dim": Range(1, 300, log=True, integer=True),
    "exponents": Range(0, 6),
    "horizons": Range(10, 10_000, log=True, integer=True),
    "averages": Range(5, 200, log=True),
}


def allowed(s):
    short = max(s.averages) > min(s.horizons)
    return "an averaging time below one step: N (1-a) must be <= N" if short else ""


def ratio(s, dimension_of):
    """Variance risk / (sigma^2 / 2 D) over (spectrum x average) rows and horizons, D from `dimension_of`."""
    rows, rounding = [], []
    for exponent, average in product(s.exponents, s.averages):
        noise = LeastSquares.power_law(s.dim, exponent, start=0.0, noise_std=1.0)
        step_size = 1 / (6 * noise.trace)
        rows.append([
            theory.ema_risk(noise, step_size, 1 - average / n, [n])[0]
            / (0.5 * dimension_of(step_size * noise.eigenvalues, average / n, n))
            for n in s.horizons
        ])  # fmt: skip
        rounding.append(2 * theory.relative_rounding(noise, step_size, s.horizons))
    return exact(s.horizons, rows, rounding)


def paper(scaled, rate, n):
    return theory.effective_dimension(scaled, 1.0, 1 - rate, n)


def flat_middle(scaled, rate, n):
    """Rival: 1-a for the middle directions too."""
    return np.where(scaled >= 1 / n, rate, n * scaled**2).sum()


def squared_head(scaled, rate, n):
    """Rival: (1-a)^2 for the head."""
    return np.where(scaled >= rate, rate**2, np.where(scaled >= 1 / n, scaled, n * scaled**2)).sum()


def measure(s):
    return {rule.__name__: ratio(s, rule) for rule in (paper, flat_middle, squared_head)}


def predict(s):
    low, high = theory.effective_dimension_band(1 / 6, min(s.averages))
    return {"low": exact(s.horizons, np.full(len(s.horizons), low), ulps=4),
            "high": exact(s.horizons, np.full(len(s.horizons), high), ulps=4)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="with (1-a)^2 per head direction", measured=measured["squared_head"])
    yield below("variance risk <= high sigma^2/2 D", measured["paper"], predicted["high"], rival=rival)
    rival = Rival(claim="with 1-a per middle direction", measured=measured["flat_middle"])
    yield above("variance risk >= low sigma^2/2 D", measured["paper"], predicted["low"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (exponent, average) in enumerate(product(s.exponents, s.averages)):
        row = measured["paper"].samples[k]
        style = {"markerfacecolor": "none"} if k % 2 else {}
        plots.points(axes, s.horizons, row, k // 2, f"i^-{exponent:g}, N (1-a) = {average:g}", **style)
    plots.prediction(axes, predicted["low"], "band, derived")
    plots.prediction(axes, predicted["high"])
    plots.label(axes, "horizon N", "variance risk / (σ²/2 D)", f"d = {s.dim}")
    axes.set_ylim(0.2, 5.0)
    return drawn


if __name__ == "__main__":
    script()
