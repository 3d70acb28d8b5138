"""Where the error bound fails, so does O(sigma): the value gap falls as sigma^(1/3), or not at all.

Quartic lower problem g = y^4/4 - x y at x = 0, f = (y - 1)^2/2: psi - psi_sigma ~ 3/4 sigma^(1/3), while psi_sigma'
grows as sigma^(-2/3). Jump: g = x y on [-1, 1], f = y, psi(x) = -sign x; at x = -sigma/4 the gap is 3/2 for every
sigma, and psi_sigma' = -2/sigma. The control has the error bound: with g = y^2/2 the gap falls as sigma.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.model import Scalar

SOURCE = Source(
    "abstract (a small-error proximal error bound is assumed, read); instances derived here",
    kind="derived",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    smallest: float = 1e-15
    largest: float = 1e-2
    late: float = 1e-12  # below it the limit 3/4 is read
    within: float = 0.001


QUICK = Setting(points=27)
FULL = Setting(points=105)
PROBLEMS = {"quadratic": Scalar(curvature=1.0, upper_slope=-1.0, upper_curvature=1.0),
            "quartic": Scalar(curvature=0.0, fourth=6.0, upper_slope=-1.0, upper_curvature=1.0)}  # fmt: skip


def jump(sigma):
    """psi - psi_sigma and -psi_sigma' at x = -sigma/4 from the definitions: a linear function is least at an end."""
    x, ends = -sigma / 4, np.array([-1.0, 1.0])[:, None]
    penalised, lower = sigma * ends + x * ends, x * ends
    y, z = ends[penalised.argmin(axis=0), 0], ends[lower.argmin(axis=0), 0]
    return z - (penalised.min(axis=0) - lower.min(axis=0)) / sigma, (z - y) / sigma


def measure(s):
    sigma = np.geomspace(s.smallest, s.largest, s.points)
    curves = {}
    for name, p in PROBLEMS.items():
        t = theory.penalised_drift(p, sigma)
        curves[name] = exact(sigma, theory.value_gap(p.terms(), sigma, t), theory.SCALAR_ROUNDING, "sigma")
    t = theory.penalised_drift(PROBLEMS["quartic"], sigma)
    curves["quartic, slope"] = exact(sigma, t / sigma, theory.SCALAR_ROUNDING, "sigma")
    gap, slope = jump(sigma)
    curves["jump"] = exact(sigma, gap, ulps=4, x_name="sigma")  # four roundings, of numbers at most twice the gap
    curves["jump, slope"] = exact(sigma, slope, ulps=4, x_name="sigma")
    return curves


def predict(s):
    sigma = np.geomspace(s.smallest, s.largest, s.points)
    quadratic = theory.value_gap_floor(1.0, 1.0, 1.0, sigma)
    return {"quadratic": exact(sigma, quadratic, ulps=16, x_name="sigma"),
            "quartic": exact(sigma, 0.75 * sigma ** (1 / 3), ulps=16, x_name="sigma"),
            "unit": exact(sigma, sigma ** (1 / 3), ulps=16, x_name="sigma"),
            "jump": exact(sigma, np.full(sigma.size, 1.5), ulps=0, x_name="sigma"),
            "one": exact(sigma, np.ones(sigma.size), ulps=0, x_name="sigma")}  # fmt: skip


def checks(s, measured, predicted):
    linear, bounded = Rival(claim="as sigma", predicted=Power(1)), Rival(claim="it stays bounded", predicted=Power(0))
    quartic, late = measured["quartic"], measured["quartic"].x <= s.late
    yield decays_as("value gap falls as sigma^(1/3), quartic g", quartic, Power(1 / 3), rival=linear, towards=0)
    rival = Rival(claim="1 sigma^(1/3)", predicted=predicted["unit"].at(late))
    claim = "value gap -> 3/4 sigma^(1/3), quartic g"
    yield agrees(claim, quartic.at(late), predicted["quartic"].at(late), rival=rival, within=s.within)
    claim = "psi_sigma' grows as sigma^(-2/3), quartic g"
    yield decays_as(claim, measured["quartic, slope"], Power(-2 / 3), rival=bounded, towards=0)
    rival = Rival(claim="1", predicted=predicted["one"])
    claim = "value gap at x = -sigma/4 is 3/2 for every sigma, jump"
    yield agrees(claim, measured["jump"], predicted["jump"], rival=rival)
    yield decays_as(
        "value gap at x = -sigma/4 does not fall, jump", measured["jump"], Power(0), rival=linear, towards=0
    )
    claim = "psi_sigma' at x = -sigma/4 grows as 1/sigma, jump"
    yield decays_as(claim, measured["jump, slope"], Power(-1), rival=bounded, towards=0)
    rival = Rival(claim="as sigma^(1/3)", predicted=Power(1 / 3))
    yield decays_as("value gap falls as sigma, quadratic g", measured["quadratic"], Power(1), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    labels = {"jump": "jump: g = x y on [-1, 1]", "quartic": "quartic: g = y⁴/4", "quadratic": "quadratic: g = y²/2"}
    for k, (name, label) in enumerate(labels.items()):
        every = slice(None, None, max(1, s.points // 26))
        plots.measurement(axes, measured[name].at(every), k, label)
        plots.prediction(axes, predicted[name], "" if k else "3/2, 3/4 sigma^(1/3), sigma/2(1 + sigma)")
    plots.label(axes, "penalty strength sigma", "psi - psi_sigma")
    return drawn


if __name__ == "__main__":
    script()
