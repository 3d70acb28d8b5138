"""A lower level frozen for I steps costs O(I eta): with eta = eps^3, at most I = O(eps^-2) keeps it below O(eps).

x moves eta per step, y*(x) = x no faster, so the y of the last update is off by at most (I - 1) eta, attained while x
travels one way; the hypergradient a sinh(a y) is then off by a^2 cosh(a x0) I eta at most. With I = eps^-3 the
error does not vanish with eps. Deterministic: y is exact at each update. Noisy runs with updates that far apart,
and as often as every step, are on trial in bo_rep_calls.py. One dimension, where y* moves as fast as x: the factor
|g_xy| / mu of other lower problems is not on trial.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, below, decays_as, exact, log_steps, plots, script
from theorylab.models.bilevel.model import Cosh
from theorylab.models.bilevel.simulation import descent

SOURCE = Source("periodic updates (abstract), I = O(eps^-2) (reviews), both read; drift derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    scale: float = 1.0
    start: float = 3.0
    travel: float = 2.0  # distance that x goes in all
    largest: float = 0.5  # eps
    smallest: float
    points: int


QUICK = Setting(smallest=0.02, points=13)
FULL = Setting(smallest=0.005, points=31)
INTERVALS = {"eps^-1": 1, "eps^-2": 2, "eps^-3": 3}


def grid(s):
    # eps^-1 is whole, and with it every interval: rounded ones would scatter about their law.
    whole = log_steps(round(1 / s.largest), round(1 / s.smallest), s.points)
    return 1 / whole, {name: whole.astype(float) ** power for name, power in INTERVALS.items()}


def measure(s):
    eps, intervals = grid(s)
    drift, error = ({name: np.empty(eps.size) for name in INTERVALS} for _ in range(2))
    for k, step in enumerate(eps**3):
        steps = round(s.travel / step)
        x = descent(Cosh(s.scale), s.start, step, steps, momentum=0.9, normalise=True)[0]
        for name in INTERVALS:
            y = x[np.arange(steps + 1) // int(intervals[name][k]) * int(intervals[name][k])]
            drift[name][k] = np.abs(y - x).max()
            error[name][k] = np.abs(s.scale * (np.sinh(s.scale * y) - np.sinh(s.scale * x))).max()
    # x sums up to 2 / eta terms below 4, each good to 4 2^-53; a difference shows that over I eta
    slack = 8 * s.travel / eps**3 * 2.0**-53
    curves = {f"drift, {n}": exact(1 / eps, d, slack / np.maximum(d, 1e-9), "1/eps") for n, d in drift.items()}
    return curves | {n: exact(1 / eps, e, 30 * slack / np.maximum(e, 1e-9), "1/eps") for n, e in error.items()}


def predict(s):
    eps, intervals = grid(s)
    curves = {}
    for name, counts in intervals.items():
        travelled = np.minimum(counts * eps**3, s.travel)
        curves[f"drift, {name}"] = exact(1 / eps, travelled, ulps=4, x_name="1/eps")
        curves[name] = exact(1 / eps, s.scale**2 * np.cosh(s.scale * s.start) * travelled, ulps=4, x_name="1/eps")
        curves[f"root, {name}"] = exact(1 / eps, np.sqrt(counts) * eps**3, ulps=4, x_name="1/eps")
    return curves


def checks(s, measured, predicted):
    for name in ("eps^-1", "eps^-2"):
        rival = Rival(claim="eta I^(1/2), as if steps were random", predicted=predicted[f"root, {name}"])
        claim = f"frozen y is off by at most I eta, I = {name}"
        yield below(claim, measured[f"drift, {name}"], predicted[f"drift, {name}"], rival=rival)
        rival = Rival(claim=f"I = {name}: as if frozen for eps^-3 steps", measured=measured["eps^-3"])
        claim = f"hypergradient is off by at most a^2 cosh(a x0) I eta, I = {name}"
        yield below(claim, measured[name], predicted[name], rival=rival)
    for name, power, other in (("eps^-1", -2, -1), ("eps^-2", -1, 0), ("eps^-3", 0, -1)):
        rival = Rival(claim=f"as eps^{-other}", predicted=Power(other))
        claim = f"hypergradient error as eps^{-power}, I = {name}"
        yield decays_as(claim, measured[name], Power(power), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(INTERVALS):
        eps = 1 / measured[name].x
        plots.points(axes, eps, measured[name].samples, k, f"I = {name}")
        plots.guide(axes, eps, predicted[name].samples, "" if k else "a² cosh(a x0) I eta")
    plots.label(axes, "eps (step size eps³)", "largest error of the hypergradient", f"cosh({s.scale:g} x)")
    return drawn


if __name__ == "__main__":
    script()
