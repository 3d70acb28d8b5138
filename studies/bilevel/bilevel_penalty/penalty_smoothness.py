"""psi_sigma is as smooth as psi, however small sigma: gradient descent on it needs no step of order sigma.

f = 1/2 (x-c)^2 + 1/2 (y-d)^2, g = mu/2 (y - a x)^2: psi_sigma'' = 1 + a^2 mu / (mu + sigma), so descent on psi_sigma is
stable up to 2 / psi_sigma''. Descent on f + g / sigma in (x, y) together is stable only up to 2 / (1 + mu (1 + a^2) /
sigma), of order sigma. Both thresholds are bisected on long runs. On this quadratic instance: smoothness of psi_sigma
for every g with an error bound is not on trial, its constant being unknown.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, bracket, brackets, decays_as, exact, plots, script, threshold
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.kernels import penalised_descent

SOURCE = Source("abstract (gradient of psi_sigma is O(sigma)-close, read); thresholds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    curvature: float = 0.5
    coupling: float = 1.5
    smallest: float = 1e-6
    largest: float = 1e-2
    steps: int
    width: float = 1e-9  # relative width of the brackets; a long run rounds by 1e-12


QUICK = Setting(points=10, steps=1000)
FULL = Setting(points=41, steps=10_000)


def sigmas(s):
    return np.geomspace(s.smallest, s.largest, s.points)


def critical(s, hessian, start, guess):
    """Bracket of the step size beyond which the iterate is larger after so many steps than before."""

    def grows(step_size):
        return bool(penalised_descent(hessian, start, float(step_size), s.steps) > 1.0)

    return bracket(grows, 0.5 * guess, 2.0 * guess, relative_width=s.width)


def measure(s):
    a, mu, outer, joint = s.coupling, s.curvature, [], []
    across = np.array([a, -1.0])  # start off the valley y = a x, at right angles to it
    for sigma in sigmas(s):
        # psi_sigma from its lower minimiser y_sigma(x) = (mu a x + sigma d) / (mu + sigma), by Danskin's theorem
        slope = 1 + mu * a * (a - mu * a / (mu + sigma)) / sigma
        outer.append(critical(s, np.array([[slope]]), np.ones(1), 2 / slope))
        hessian = np.eye(2) + mu / sigma * np.array([[a * a, -a], [-a, 1.0]])
        joint.append(critical(s, hessian, across, 2 / np.linalg.eigvalsh(hessian)[-1]))
    return {"outer": brackets(sigmas(s), outer, "sigma"), "joint": brackets(sigmas(s), joint, "sigma")}


def predict(s):
    outer = 2 / theory.penalised_hessian(sigmas(s), s.curvature, s.coupling)
    joint = 2 / theory.joint_curvature(sigmas(s), s.curvature, s.coupling)
    return {
        "outer": exact(sigmas(s), outer, ulps=16, x_name="sigma"),
        "joint": exact(sigmas(s), joint, ulps=16, x_name="sigma"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="2 / curvature of f + g / sigma", predicted=predicted["joint"])
    claim = "descent on psi_sigma diverges from 2 / psi_sigma'' on"
    yield threshold(claim, measured["outer"], predicted["outer"], rival=rival)
    rival = Rival(claim="2 / psi_sigma''", predicted=predicted["outer"])
    claim = "joint descent diverges from 2 / (1 + mu (1 + a^2) / sigma) on"
    yield threshold(claim, measured["joint"], predicted["joint"], rival=rival)
    rival = Rival(claim="as sigma", predicted=Power(1))
    yield decays_as(
        "largest step of descent on psi_sigma does not shrink", measured["outer"], Power(0), rival=rival, towards=0
    )
    rival = Rival(claim="it does not shrink", predicted=Power(0))
    yield decays_as(
        "largest step of joint descent shrinks as sigma", measured["joint"], Power(1), rival=rival, towards=0
    )


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("outer", "on psi_sigma(x)"), ("joint", "on f + g / sigma in (x, y)"))):
        plots.measurement(axes, measured[name], k, f"{label}, bisected")
        plots.prediction(axes, predicted[name], "" if k else "2 / largest curvature")
    plots.label(axes, "penalty strength sigma", "critical step size", f"mu = {s.curvature}, a = {s.coupling}")
    return drawn


if __name__ == "__main__":
    script()
