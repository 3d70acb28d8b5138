"""The resolvent step of Algorithm 2 trades outer against inner work: calls scale as n, n^3/4, sqrt(n), sqrt(n) in n.

Outer steps D/(eta eps), each of -log(accuracy) inner contractions; the inner problem is 1-strongly monotone and
eta L-Lipschitz on average. Variance-reduced extragradient contracts second moments there by a factor that is an exact
spectral radius on each mode (theory.inner_matrix; inner_solver.py lays it over runs that count their calls).
Over all bilinear modes: at eta = sqrt(n)/L the factor per n calls does not depend on n; larger eta buys nothing more.
Calls are per unit of -log(accuracy), eta = n^c/L. That eta = sqrt(n)/L is the paper's choice stands in the authors'
code; the rates are ours, on bilinear games with components of extreme spread. (The code's inner solver is VR-FoRB.)
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, decays_as, exact, plots, script
from theorylab.models.minimax import theory

SOURCE = Source("abstract (oracle complexity, monotone Lipschitz case, read); rates derived here", kind="derived")
SLOPES = {0.0: 1.0, 0.25: 0.75, 0.5: 0.5, 0.75: 0.5}


@dataclass(frozen=True, kw_only=True)
class Setting:
    least: float = 3.0  # log10 n
    most: float
    points: int
    accuracy: float = 1e-12  # eps / (L D): an outer step is needed at every eta


QUICK = Setting(most=9.0, points=10)
FULL = Setting(most=10.0, points=22)


def sizes(s):
    return np.unique(np.logspace(s.least, s.most, s.points).astype(int))


def measure(s):
    n, curves = sizes(s), {}
    for power in SLOPES:
        # Rates are 1 - radius ~ c/n, so that rounding of 100 units in the radius is 100 n/c units in the rate.
        rounding = 400 * n * 2.0**-53 / np.minimum(0.1, n ** (0.5 - power))
        calls = [theory.resolvent_cost(int(m), float(m) ** power, s.accuracy) for m in n]
        curves[f"{power:g}"] = exact(n, calls, rounding, "n")
        rate = [m * theory.inner_rate(int(m), float(m) ** power) for m in n]
        curves[f"rate {power:g}"] = exact(n, rate, rounding, "n")
    return curves


def checks(s, measured, predicted):
    for power, order in SLOPES.items():
        for other in (order - 0.25, order + 0.25):
            rival = Rival(claim=f"as n^{other:g}", predicted=Power(other))
            claim = f"calls at eta = n^{power:g}/L grow as n^{order:g}, not n^{other:g}"
            yield decays_as(claim, measured[f"{power:g}"], Power(order), rival=rival)
    rival = Rival(claim="falls as n^-1/4", predicted=Power(-0.25))
    claim = "inner contraction per n calls at eta = sqrt(n)/L does not depend on n"
    yield decays_as(claim, measured["rate 0.5"], Power(0), rival=rival)
    rival = Rival(claim="does not depend on n", predicted=Power(0))
    claim = "inner contraction per n calls at eta = n^0.75/L falls as n^-1/4"
    yield decays_as(claim, measured["rate 0.75"], Power(-0.25), rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for i, (power, order) in enumerate(SLOPES.items()):
        curve = measured[f"{power:g}"]
        plots.points(left, curve.x, curve.samples * s.accuracy, i, f"eta = n^{power:g}/L")
        slope = curve.samples[0, -1] * s.accuracy * (curve.x / curve.x[-1]) ** order
        plots.guide(left, curve.x, slope, "" if i else "n, n^3/4, n^1/2, n^1/2")
        plots.measurement(right, measured[f"rate {power:g}"], i, f"eta = n^{power:g}/L")
    plots.label(left, "components n", "calls x eps / (L D log(1/accuracy))", "Algorithm 2")
    plots.label(right, "components n", "-log contraction per n calls", "inner solver, worst mode")
    right.set_ylim(1e-3, 1.5)
    return drawn


if __name__ == "__main__":
    script()
