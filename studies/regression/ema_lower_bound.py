"""The risk of EMA is at least a constant times (bias + sigma^2 D), whatever the start.

Total risk = bias run + variance run >= 1/2 sum_i l_i b_i^2 e_0i^2 + low sigma^2/2 D, with `low` of
theory.effective_dimension_band: so the constant is low/2. The paper's constant was not read; this one is derived here.
Its fourth-moment assumption, which one-hot data violate, is on trial in one_hot.py.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, exact, plots, script
from theorylab.regression import theory
from theorylab.regression.model import LeastSquares

SOURCE = Source("li2025ema", "risk lower bound (existence)")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponent: float = 2.0
    horizons: tuple[int, ...] = (100, 300, 1000, 3000)
    average: float = 5.0  # N (1-a)
    starts: tuple[float, ...] = (0.0, 0.1, 1.0, 10.0)
    seed: int = 0  # exact road: draws nothing


QUICK = Setting(dim=200)
FULL = Setting(dim=2000, horizons=(100, 200, 500, 1000, 2000, 5000))


def measure(s):
    """Total risk of EMA, a row per start."""
    rows, rounding = [], []
    for start in s.starts:
        p = LeastSquares.power_law(s.dim, s.exponent, start=start, noise_std=1.0)
        step_size = 1 / (6 * p.trace)
        rows.append([theory.ema_risk(p, step_size, 1 - s.average / n, [n])[0] for n in s.horizons])
        rounding.append(theory.relative_rounding(p, step_size, s.horizons))
    return {"risk": exact(s.horizons, rows, rounding)}


def predict(s):
    """bias + sigma^2 D times the constant, a row per start; and times four, the rival."""
    low, _ = theory.effective_dimension_band(1 / 6, s.average)
    rows, rounding = [], []
    for start in s.starts:
        p, row = LeastSquares.power_law(s.dim, s.exponent, start=start, noise_std=1.0), []
        step_size = 1 / (6 * p.trace)
        for n in s.horizons:
            mean = theory.mean_paths(p, step_size, 1 - s.average / n, [n])["ema"][0]
            size = theory.effective_dimension(p.eigenvalues, step_size, 1 - s.average / n, n)
            row.append(0.5 * (p.eigenvalues * mean**2).sum() + size)
        rows.append(row)
        rounding.append(3 * theory.relative_rounding(p, step_size, s.horizons))
    return {"risk": exact(s.horizons, low / 2 * np.array(rows), rounding),
            "tightened": exact(s.horizons, 2 * low * np.array(rows), rounding)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="with four times the constant", predicted=predicted["tightened"])
    claim = "risk of EMA >= low/2 (bias + sigma^2 D)"
    yield above(claim, measured["risk"], predicted["risk"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, start in enumerate(s.starts):
        plots.measurement(axes, exact(s.horizons, measured["risk"].samples[k], 0.0), k, f"EMA, start {start:g}")
        bound = exact(s.horizons, predicted["risk"].samples[k], 0.0)
        plots.prediction(axes, bound, "" if k else "lower bound, derived", marker=plots.SERIES[k][1], markersize=2.5)
    title = f"Gaussian data, d = {s.dim}, N (1-a) = {s.average:g}"
    plots.label(axes, "horizon N (iterations)", "excess risk", title)
    axes.set_ylim(top=300.0)
    return drawn


if __name__ == "__main__":
    script()
