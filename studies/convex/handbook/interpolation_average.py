"""Under interpolation the average of SGD has D^2/(2 g T) up to g = 1/Lmax: the textbook's 1/(1 - g Lmax) is not needed.

Where f_i'(x*) = 0, 2 <f_i'(x), x - x*> >= 2 (f_i(x) - f_i(x*)) + |f_i'(x)|^2/Lmax, and the square pays for the noise of
the step: no floor, and no constant that diverges at g = 1/Lmax. Attained in one step of g = 1/Lmax on x^2/2. Noise at
the solution breaks it, by a floor.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, below, decays_as, exact, log_steps, plots, script, stacked
from theorylab.models.convex import moments, theory
from theorylab.models.convex.model import QuadraticSum

SOURCE = Source("SGD's average under interpolation; the sharper constant is derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    shares: tuple[float, ...] = (0.001, 0.01, 0.1, 0.5, 1.0)
    gains: tuple[float, ...] = (0.25, 0.5, 0.9, 1.0)
    horizon: int
    noise: float = 0.3


QUICK = Setting(horizon=3000)
FULL = Setting(horizon=300_000)


def grid(s):
    return log_steps(1, s.horizon, 24)


def averages(s, noise):
    """Mean gap of the average on gates, a row for each share and step size."""
    found = []
    for share in s.shares:
        for gain in s.gains:
            curve = moments.moments(QuadraticSum.gated(share, noise), moments.sgd(gain, s.horizon), grid(s))["average"]
            found.append(Curve(curve.x, curve.samples * share / 2, True, curve.rounding * share / 2))
    return stacked(found)


def measure(s):
    return {"still": averages(s, 0.0), "noisy": averages(s, s.noise)}


def predict(s):
    rows = [theory.interpolation_average_sharper(gain, 1.0, grid(s)) for _ in s.shares for gain in s.gains]
    return {"still": exact(grid(s), rows, ulps=8), "square": exact(grid(s), np.array(rows) / grid(s), ulps=8)}


def checks(s, measured, predicted):
    rival = Rival(claim="with noise at the solution too", measured=measured["noisy"])
    claim = "mean gap of the average <= D^2/(2 g T), g <= 1/Lmax"
    yield below(claim, measured["still"], predicted["still"], rival=rival)
    rival = Rival(claim="D^2/(2 g T^2)", predicted=predicted["square"])
    yield below("... not of a higher order", measured["still"], predicted["still"], rival=rival)
    late = (grid(s) >= 10) & (grid(s) <= 1000)  # rounding is that of 1 at the start
    final = Curve(grid(s)[late], measured["still"].samples[-1:, late], True, measured["still"].rounding[-1:, late])
    rival = Rival(claim="as 1/T", predicted=Power(-1))
    yield decays_as("on x^2/2 alone it falls as 1/T^2", final, Power(-2), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    for k, (name, text) in enumerate((("still", "s = 0"), ("noisy", f"s = {s.noise:g}"))):
        ratio = (measured[name].samples / predicted["still"].samples).max(axis=0)
        plots.points(axes, grid(s), ratio, k, f"largest over gates and steps, {text}")
    plots.limit(axes, 1.0, "bound D²/(2gT)")
    plots.label(axes, "steps T", "gap of the average / bound", "g <= 1/Lmax")
    return drawn


if __name__ == "__main__":
    script()
