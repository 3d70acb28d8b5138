"""At fixed rho USAM's diffusion limit has an error that no small step removes: a floor, proportional to rho^2.

The limit expands the second gradient to first order in rho; on f = 1 - cos x with fixed rho, eta -> 0 leaves the
flow x' = -sin(x + rho sin x), against its expansion x' = -sin x - rho sin x cos x. On a quadratic the expansion is
exact, and the error falls as eta at any rho: that is what separates the floor from a step too large. What the limit
drops of the noise, rho^2 h^2 s^2 of (1 + rho h)^2 s^2, leaves a floor in Var x / eta even there, again as rho^2; with
the first-order term S1 dropped or of the wrong sign it would fall as rho.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from theorylab import Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import circle, sam, theory
from theorylab.models.sde.model import Landscape
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source("range of rho (recalled); floor derived here", kind="derived")
CURVATURE = 2.0
VANISHING = 10**7  # steps per unit of time, at which Var x / eta has its own error of 1/VANISHING


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 50  # steps per unit of time, 1/eta
    most: int
    points: int = 10
    radius: float = 0.3
    least: float = 0.005  # radii of the floor
    noise_std: float = 1.0
    start: float = 1.0


QUICK = Setting(most=2000)
FULL = Setting(most=20_000, points=20)


def ascent(radius, x):
    return -np.sin(x + radius * np.sin(x))


def expansion(radius, x):
    return -np.sin(x) - radius * np.sin(x) * np.cos(x)


def measure(s):
    n, landscape = log_steps(s.fewest, s.most, s.points), Landscape(noise_std=s.noise_std)
    runs = [sam.expectations(landscape, "USAM", 1 / k, s.radius, s.start, int(k)) for k in n]
    limits = [sam.limit_expectations(landscape, "USAM", 1 / k, s.radius, s.start, 1.0) for k in n]
    ends, bounds = [v[1] for v, _ in runs], [a[1] + b[1] for (_, a), (_, b) in zip(runs, limits, strict=True)]
    moments = [theory.usam_moments(1 / k, CURVATURE, s.radius, s.noise_std, s.start, int(k))[1] for k in n]
    others = [theory.usam_limit_moments(1 / k, CURVATURE, s.radius, s.noise_std, s.start, 1.0)[1] for k in n]
    radii = np.geomspace(s.radius, s.least, s.points)
    floor = [[circle.flow(partial(form, r), s.start, 1.0) for form in (ascent, expansion)] for r in radii]
    true, expanded = ([pair[i][0][1] for pair in floor] for i in range(2))
    unsure = [a[1] + b[1] for (_, a), (_, b) in floor]
    given = 1 / VANISHING, CURVATURE
    noise = [theory.usam_moments(*given, r, s.noise_std, 0.0, VANISHING)[1] * VANISHING for r in radii]
    limit = [theory.usam_limit_moments(*given, r, s.noise_std, 0.0, 1.0)[1] * VANISHING for r in radii]
    late = np.array(noise) * 10 * CURVATURE * (1 + s.radius * CURVATURE) / VANISHING
    return {
        "noise": weak_error(1 / radii, noise, limit, late, "1/rho"),
        "circle": weak_error(n, ends, [v[1] for v, _ in limits], bounds),
        # m^(2k) from m known to a few units: 2k times as many of them; the rest is a sum of two terms of order one.
        "quadratic": weak_error(n, moments, others, (2 * n + 32) * 4 * 2.0**-52),
        "floor": weak_error(1 / radii, true, expanded, unsure, "1/rho"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="it falls as eta", predicted=Power(-1))
    yield decays_as("fixed rho on 1 - cos x: the error stays", measured["circle"], 0, rival=rival)
    rival = Rival(claim="it stays", predicted=Power(0))
    yield decays_as("fixed rho on h x^2/2: the error falls as eta", measured["quadratic"], -1, rival=rival)
    rival = Rival(claim="as rho", predicted=Power(-1))
    yield decays_as("the floor on 1 - cos x falls as rho^2", measured["floor"], -2, rival=rival)
    yield decays_as("the floor of Var x / eta on h x^2/2 falls as rho^2", measured["noise"], -2, rival=rival)


def figure(s, measured, predicted):
    drawn, (steps, radii) = plots.panels(2)
    for k, (name, label) in enumerate((("circle", "E sin x, f = 1 − cos x"), ("quadratic", "E x², f = x²"))):
        plots.measurement(steps, measured[name], k, label)
        plots.prediction(steps, through_last(measured[name], -k), "" if k else "slopes 0, -1")
    plots.label(steps, "steps per unit of time, 1/η", "error at t = 1", f"USAM against its limit, ρ = {s.radius:g}")
    for k, (name, label) in enumerate((("floor", "E sin x, f = 1 − cos x"), ("noise", "Var x / η, f = x²"))):
        plots.measurement(radii, measured[name], k, label)
        plots.prediction(radii, through_last(measured[name], -2), "" if k else "slope -2")
    plots.label(radii, "1 / radius, 1/ρ", "floor of the error at t = 1", "η → 0")
    return drawn


if __name__ == "__main__":
    script()
