"""The total risk of tail-averaged accelerated SGD lies between that under noise sigma^2 and under sigma^2 + 2 max S_t.

On Gaussian data the noise of direction i at u_t has variance l_i (l_i E u_i^2 + S_t + sigma^2), S_t twice the risk of
u_t: at least l_i sigma^2, at most l_i (sigma^2 + 2 S_t). With such noise, independent of the iterate, the risk is that
of the mean path plus a variance without feedback, both known: an effective bias and an effective variance, in which the
start adds to the label noise. Derived here, in the shape of the paper's bound, whose own bias half was not read.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares

SOURCE = Source("risk bound (its existence read, shape recalled); bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    cutoff: int = 5
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)
    starts: tuple[float, ...] = (0.1, 0.3, 1.0)  # in every direction
    horizons: tuple[int, ...] = (30, 100, 300, 1000)  # the second half is averaged


QUICK = Setting(dim=100)
FULL = Setting(dim=2000, horizons=(30, 100, 300, 1000, 3000))


def cases(s):
    """Problem and parameters, a row per spectrum and start."""
    for exponent, start in product(s.exponents, s.starts):
        p = LeastSquares.power_law(s.dim, exponent, start=start, noise_std=1.0)
        yield p, Acceleration.with_cutoff(p, s.cutoff)


def tails(s, change):
    """Risks of the averaged last half, (cases, horizons), of problems that `change(problem, parameters)` returns."""
    steps, rows, rounding = np.array(s.horizons), [], []
    for p, a in cases(s):
        rows.append(theory.asgd_tail_risk(change(p, a), a, steps // 2, steps))
        rounding.append(theory.asgd_tail_relative_rounding(change(p, a), a, steps // 2, steps))
    return exact(steps, rows, rounding)


def additive(p, a):
    return replace(p, design="additive")


def at_most(s, times):
    """Additive noise of variance sigma^2 + times max S_t, the most over the steps of the run."""

    def change(p, a):
        fed = 2 * theory.asgd_lookahead_risk(p, a, np.arange(s.horizons[-1])).max()
        return replace(p, design="additive", noise_std=float((p.noise_std**2 + times * fed) ** 0.5))

    return change


def measure(s):
    return {"gaussian": tails(s, lambda p, a: p), "last": leaps(s, theory.additive_risk)}


def leaps(s, risk):
    """Last iterate under additive noise."""
    steps = np.array(s.horizons)
    rows = [risk(additive(p, a), a, steps) for p, a in cases(s)]
    return exact(steps, rows, [theory.asgd_relative_rounding(p, a, steps) for p, a in cases(s)])


def predict(s):
    stronger = tails(s, lambda p, a: replace(p, design="additive", noise_std=1.5 * p.noise_std))
    return {
        "least": tails(s, additive),
        "stronger": stronger,
        "most": tails(s, at_most(s, 2)),
        "last": leaps(s, theory.asgd_risk),
        "gaussian": exact(s.horizons, [theory.asgd_risk(p, a, s.horizons) for p, a in cases(s)], 1e-9),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="with 1.5 times the label noise", predicted=predicted["stronger"])
    claim = "total risk >= mean bias + variance of noise sigma^2"
    yield above(claim, measured["gaussian"], predicted["least"], rival=rival)
    rival = Rival(claim="without 2 max S_t", predicted=predicted["least"])
    claim = "total risk <= mean bias + variance of noise sigma^2 + 2 max S_t"
    yield below(claim, measured["gaussian"], predicted["most"], rival=rival)
    rival = Rival(claim="that on Gaussian data", predicted=predicted["gaussian"])
    claim = "additive noise: last iterate by leaps = by steps"
    yield agrees(claim, measured["last"], predicted["last"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(len(s.starts), width=3.4)
    for k, (panel, start) in enumerate(zip(axes, s.starts, strict=True)):
        row = len(s.exponents) // 2 * len(s.starts) + k
        plots.points(panel, s.horizons, measured["gaussian"].samples[row], 0, "Gaussian data")
        for name, label in (("least", "noise sigma^2"), ("most", "noise sigma^2 + 2 max S")):
            plots.guide(panel, s.horizons, predicted[name].samples[row], label)
        plots.label(panel, "horizon N", "risk of the averaged last half", f"start {start:g}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
