"""Where batches differ in their Hessians, USAM's limit drifts by E H^2 and diffuses by the whole of S1.

f_g = H_g x^2/2 + z_g x, H_g = h +- s: the implicit loss f + rho/2 E|grad f_g|^2 has E H^2 = h^2 + s^2 in its gradient;
with (E H)^2 in its place, as for noise of the gradient alone, means err by sqrt(eta) at rho ~ sqrt(eta). Var x / eta is
met as eta with S1 = Cov(g, H_g g), by sqrt(eta) only without it. Moments of the method are exact: for each of the four
batches a step is affine. One dimension, a quadratic and two Hessians are on trial, no network.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import batches
from theorylab.models.sde.batches import Batches
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source("abstract (mini-batch, Hessian-dependent noise); the limit recalled, derived again here", kind="read")
CLAIMS = {
    "E x, E H²": ("E x against the drift of E H^2: error falls as eta", -1),
    "E x, (E H)²": ("E x against the drift of (E H)^2: error falls as sqrt(eta) only", -0.5),
    "Var, S₁": ("Var x / eta against the limit: error falls as eta", -1),
    "Var, no S₁": ("Var x / eta against the limit without S1: error falls as sqrt(eta) only", -0.5),
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 100  # steps per unit of time, 1/eta
    most: int
    points: int = 10
    radius: float = 0.5  # rho / sqrt(eta)
    spread: float = 0.7  # of the curvature about 1


QUICK = Setting(most=5000)
FULL = Setting(most=50_000, points=20)


def measure(s):
    problem, n = Batches(spread=s.spread), log_steps(s.fewest, s.most, s.points)
    settings = [(1 / k, s.radius / k**0.5) for k in n]
    runs = [batches.usam_moments(problem, *pair, int(k)) for pair, k in zip(settings, n, strict=True)]

    def error(variance, **rival):
        limits = [batches.limit_moments(problem, *pair, 1.0, **rival) for pair in settings]
        # A power of a matrix of entries of order one, by squaring: some 8 units a step.
        unsure = (8 * n + 64) * 2.0**-52
        if not variance:
            return weak_error(n, [first for first, _ in runs], [first for first, _ in limits], unsure)
        found, wanted = (np.array([second - first**2 for first, second in pairs]) for pairs in (runs, limits))
        return weak_error(n, n * found, n * wanted, 4 * n * unsure)

    return {
        "E x, E H²": error(False),
        "E x, (E H)²": error(False, spread_in_drift=False),
        "Var, S₁": error(True),
        "Var, no S₁": error(True, s1=0.0),
    }


def checks(s, measured, predicted):
    half, one = Rival(claim="as sqrt(eta)", predicted=Power(-0.5)), Rival(claim="as eta", predicted=Power(-1))
    for name, (claim, power) in CLAIMS.items():
        yield decays_as(claim, measured[name], power, rival=half if power == -1 else one)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    for panel, what in zip(panels, ("E x", "Var"), strict=True):
        for k, name in enumerate(name for name in CLAIMS if name.startswith(what)):
            plots.measurement(panel, measured[name], k, f"limit with {name.removeprefix(what + ', ')}")
            plots.prediction(panel, through_last(measured[name], CLAIMS[name][1]), "" if k else "slopes -1, -1/2")
        shown = "E x" if what == "E x" else "Var x / η"
        plots.label(panel, "steps per unit of time, 1/η", f"error of {shown} at t = 1", f"USAM, H = 1 ± {s.spread:g}")
        panel.set_ylim(top=panel.get_ylim()[1] * 20)
    return drawn


if __name__ == "__main__":
    script()
