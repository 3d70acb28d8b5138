"""The risk of EMA is at least a constant times (bias + sigma^2 D); one-hot data escape the coupling behind it.

Gaussian data have E[x x^T A x x^T] - HAH >= tr(HA) H. Total risk = bias run + variance run >= 1/2 sum l b^2 e_0^2 +
sigma^2/2 low D, with `low` derived in theory.effective_dimension_band: the constant is low/2. (The paper's constant
was not read.) One-hot data violate the assumption: no noise is fed from direction to direction, and simulation follows
the uncoupled recursion, not the Gaussian one with the same covariance.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import plots, spectra
from theorylab.check import Rival
from theorylab.regression import theory
from theorylab.regression.model import LeastSquares
from theorylab.regression.simulation import simulate
from theorylab.replicas import exact
from theorylab.study import Source
from theorylab.verdicts import above, agrees

SOURCE = Source("li2025ema", "risk lower bound (existence), fourth-moment assumption")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dimension: int
    exponent: float = 2.0
    horizons: tuple[int, ...] = (100, 300, 1000, 3000)
    average: float = 5.0  # N (1-a)
    starts: tuple[float, ...] = (0.0, 0.1, 1.0, 10.0)
    replicas: int
    seed: int


QUICK = Setting(dimension=50, replicas=2000, seed=1)
FULL = Setting(dimension=500, horizons=(100, 200, 500, 1000, 2000, 5000), replicas=2000, seed=2)


def problem(s, start, design):
    eigenvalues = spectra.power_law(s.dimension, s.exponent)
    if design == "one-hot":
        eigenvalues = eigenvalues / eigenvalues.sum()
    return LeastSquares(eigenvalues, np.full(s.dimension, start), noise_std=1.0, design=design)


def over_bound(s):
    """Total risk / (mean bias + sigma^2 D), rows of starts, points of horizons."""
    rows, rounding = [], []
    for start in s.starts:
        p, row = problem(s, start, "gaussian"), []
        step_size = 1 / (6 * p.eigenvalues.sum())
        for n in s.horizons:
            decay = 1 - s.average / n
            mean = theory.mean_paths(p, step_size, decay, [n])["ema"][0]
            size = theory.effective_dimension(p.eigenvalues, step_size, decay, n)
            bias = 0.5 * (p.eigenvalues * mean**2).sum()
            row.append(theory.ema_risk(p, step_size, decay, [n])[0] / (bias + size))
        rows.append(row)
        rounding.append(4 * theory.relative_rounding(p, step_size, s.horizons))
    return exact(s.horizons, rows, rounding)


def one_hot(s):
    """The one-hot problem, its step, decay and a few horizons; the step is far from stability (2 for one-hot data)."""
    return problem(s, 1.0, "one-hot"), 0.5, 0.9, np.array([5, 10, 20, 50, 100])


def measure(s):
    p, step_size, decay, steps = one_hot(s)
    run = simulate(p, step_size, decay, steps, replicas=s.replicas, seed=s.seed)
    return {"over bound": over_bound(s), "one-hot": run["ema"]}


def predict(s):
    low, _ = theory.effective_dimension_band(1 / 6, s.average)
    p, step_size, decay, steps = one_hot(s)
    coupled = LeastSquares(p.eigenvalues, p.error0, p.noise_std)
    return {
        "over bound": exact(s.horizons, np.full(len(s.horizons), low / 2), 2.0**-50),
        "tightened": exact(s.horizons, np.full(len(s.horizons), 2 * low), 2.0**-50),
        "one-hot": exact(steps, theory.ema_risk(p, step_size, decay, steps), 2.0**-40),
        "gaussian": exact(steps, theory.ema_risk(coupled, step_size, decay, steps), 2.0**-40),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="with four times the constant", predicted=predicted["tightened"])
    claim = "risk of EMA >= low/2 (bias + sigma^2 D)"
    yield above(claim, measured["over bound"], predicted["over bound"], rival=rival)
    rival = Rival(claim="the Gaussian recursion, noise fed between directions", predicted=predicted["gaussian"])
    yield agrees("one-hot EMA follows the uncoupled recursion", measured["one-hot"], predicted["one-hot"], rival=rival)


def figure(s, measured, predicted):
    drawn, (bound, hot) = plots.panels(2)
    for k, start in enumerate(s.starts):
        plots.measurement(bound, exact(s.horizons, measured["over bound"].samples[k], 0.0), k, f"start {start:g}")
    plots.prediction(bound, predicted["over bound"], "lower bound, derived")
    plots.label(bound, "horizon N", "risk / (bias + σ² D)", f"Gaussian data, d = {s.dimension}")
    plots.measurement(hot, measured["one-hot"], 0, "one-hot data, simulated")
    plots.prediction(hot, predicted["one-hot"], "uncoupled recursion")
    plots.exact_line(hot, predicted["gaussian"], 1, "Gaussian recursion (rival)")
    plots.label(hot, "iterations", "excess risk of EMA")
    return drawn


if __name__ == "__main__":
    from theorylab.cli import run_module

    run_module(__spec__.name)
