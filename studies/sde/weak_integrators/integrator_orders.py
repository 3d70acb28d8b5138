"""Euler-Maruyama has strong order 1/2 and weak order 1, Milstein strong order 1; additive noise lifts Euler to 1.

dX = a X dt + b X dW: all second moments of the numerical and the exact solution on one path are closed products, so the
root mean square error at t = 1 is exact. dX = a X dt + s dW (b = 0): by a recursion of three moments.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import theory
from theorylab.models.sde.integrators import Linear
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source(
    "textbook orders of strong and weak convergence; moments derived here",
    kind="recalled",
    key="kloeden1992",
)
GEOMETRIC, ADDITIVE = Linear(growth=-0.5, volatility=0.4), Linear(growth=-1.0, additive=0.7)


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 4  # steps per unit of time
    most: int
    points: int = 12


QUICK = Setting(most=2000)
FULL = Setting(most=4000, points=20)


def gap(n, form):
    """Root mean square error of a method at t = 1 from its moments, and a bound of its rounding."""
    a, b = GEOMETRIC.growth, GEOMETRIC.volatility
    _, square, mixed = form(a, b, 1 / n, n)
    true = theory.exact_moments(a, b, 1.0)[1]
    # Three products of n factors, each good to 4 units, cancel in the sum.
    value, rounding = square - 2 * mixed + true, 4 * true * (4 * n + 8) * 2.0**-52
    return value**0.5, rounding / (2 * value**0.5)


def measure(s):
    n = log_steps(s.fewest, s.most, s.points)
    a, b = GEOMETRIC.growth, GEOMETRIC.volatility
    curves = {}
    for name, form in (("Euler", theory.euler_moments), ("Milstein", theory.milstein_moments)):
        curves[f"strong, {name}"] = weak_error(n, gap(n, form)[0], 0.0, gap(n, form)[1])
        truth = theory.exact_moments(a, b, 1.0)[1]
        curves[f"weak, {name}"] = weak_error(n, form(a, b, 1 / n, n)[1], truth, (4 * n + 8) * 2.0**-52)
    pairs = np.array([ADDITIVE.mean_square_gap(1 / k, int(k)) for k in n]).T
    curves["strong, Euler, additive"] = weak_error(n, pairs[0] ** 0.5, 0.0, pairs[1] / (2 * pairs[0] ** 0.5))
    return curves


def checks(s, measured, predicted):
    half, one = Rival(claim="h^(1/2)", predicted=Power(-0.5)), Rival(claim="h", predicted=Power(-1))
    yield decays_as("Euler-Maruyama: strong error as h^(1/2)", measured["strong, Euler"], -0.5, rival=one)
    yield decays_as("Milstein: strong error as h", measured["strong, Milstein"], -1, rival=half)
    yield decays_as("Euler-Maruyama: error of E X^2 as h", measured["weak, Euler"], -1, rival=half)
    yield decays_as("Milstein: error of E X^2 as h", measured["weak, Milstein"], -1, rival=half)
    claim = "Euler-Maruyama, additive noise: strong error as h"
    yield decays_as(claim, measured["strong, Euler, additive"], -1, rival=half)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2, height=3.8)
    names = ("strong, Euler", "strong, Milstein", "strong, Euler, additive", "weak, Euler", "weak, Milstein")
    for k, name in enumerate(names):
        curve = measured[name]
        plots.measurement(axes, curve, k, name)
        plots.prediction(axes, through_last(curve, -1 if k else -0.5), "" if k else "slopes -1/2, -1")
    plots.label(axes, "steps per unit of time, 1/h", "error at t = 1", "strong: root mean square; weak: E X²")
    axes.set_ylim(top=30 * axes.get_ylim()[1])
    return drawn


if __name__ == "__main__":
    script()
