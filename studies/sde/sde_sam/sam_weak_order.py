"""SAM and DNSAM have limits of their own, of first order in eta at rho ~ sqrt(eta); exchanged, they err by sqrt(eta).

Exact on the circle, f' = tilt + sin x with normal noise. SAM drifts along f + rho E|g|, E|g| smooth: its drift at a
gradient f' is rho f'' erf(f'/(sqrt 2 sigma)), neither rho f'' sign(f') (full-batch normalisation) nor none (SGD). DNSAM
drifts along f + rho |f'|; tilt > 1 keeps it away from critical points, where it divides by zero. Means are blind to the
diffusions of the two limits in this order, when noise has fixed size; Var/eta sees them: it is met as eta with the
covariance that rho adds, as sqrt(eta) only without. In one dimension: the curvature that E|g| adds at a minimum in
d >= 2 is not on trial.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import circle, sam
from theorylab.models.sde.model import Landscape
from theorylab.models.sde.weak import through_last, variance_error, weak_error

SOURCE = Source("abstract (order-1 weak limits); equations recalled, derived again here", kind="read")
CASES = {"SAM": Landscape(noise_std=1.0), "DNSAM": Landscape(tilt=2.0, noise_std=1.5)}
LIMITS = {"SAM": ("SAM", "SGD", "full-batch sign"), "DNSAM": ("DNSAM", "SGD", "SAM")}


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 50  # steps per unit of time, 1/eta
    most: int
    points: int = 8
    radius: float = 0.5  # rho / sqrt(eta)
    start: float = 0.7
    nodes: int = 65
    narrowest: int = 1000  # steps per unit of time for Var, beyond which more nodes are needed


QUICK = Setting(most=2000)
FULL = Setting(most=20_000, points=16, nodes=129, narrowest=4000)


def limit(s, method, landscape, step_size, radius, correction=1.0):
    if method != "full-batch sign":
        return sam.limit_expectations(landscape, method, step_size, radius, s.start, 1.0, s.nodes, correction)
    # f' keeps its sign along the way from 0 < start < pi: away from the jump of the drift the flow is smooth.
    return circle.flow(lambda x: -np.sin(x) - radius * np.cos(x) * np.sign(np.sin(x)), s.start, 1.0)


def measure(s):
    n = log_steps(s.fewest, s.most, s.points)
    curves = {}
    for method, landscape in CASES.items():
        settings = [(1 / k, s.radius / k**0.5) for k in n]
        runs = [
            sam.expectations(landscape, method, *pair, s.start, int(k), s.nodes)
            for pair, k in zip(settings, n, strict=True)
        ]
        for other in LIMITS[method]:
            limits = [limit(s, other, landscape, *pair) for pair in settings]
            ends, bounds = [v[1] for v, _ in runs], [a[1] + b[1] for (_, a), (_, b) in zip(runs, limits, strict=True)]
            curves[f"{method}, {other}"] = weak_error(n, ends, [v[1] for v, _ in limits], bounds)
        few = int((n <= s.narrowest).sum())
        for name, correction in (("Var", 1.0), ("Var, dropped", 0.0)):
            limits = [limit(s, method, landscape, *pair, correction) for pair in settings[:few]]
            curves[f"{method}, {name}"] = variance_error(n[:few], runs[:few], limits)
    return curves


def checks(s, measured, predicted):
    half, one = Rival(claim="as sqrt(eta)", predicted=Power(-0.5)), Rival(claim="as eta", predicted=Power(-1))
    for method, limits in LIMITS.items():
        for other in limits:
            curve = measured[f"{method}, {other}"]
            if method == other:
                yield decays_as(f"{method} against its own limit: error falls as eta", curve, -1, rival=half)
            else:
                claim = f"{method} against the limit of {other}: error falls as sqrt(eta) only"
                yield decays_as(claim, curve, -0.5, rival=one)
        yield decays_as(
            f"{method}: Var sin x / eta of the limit is off by eta", measured[f"{method}, Var"], -1, rival=half
        )
        claim = f"{method}: without the covariance that rho adds, by sqrt(eta)"
        yield decays_as(claim, measured[f"{method}, Var, dropped"], -0.5, rival=one)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(3)
    for panel, (method, limits) in zip(panels, LIMITS.items(), strict=False):
        for k, other in enumerate(limits):
            curve = measured[f"{method}, {other}"]
            plots.measurement(panel, curve, k, f"limit of {other}")
            plots.prediction(panel, through_last(curve, -0.5 if k else -1), "" if k else "slopes -1, -1/2")
        case = CASES[method]
        plots.label(panel, "steps per unit of time, 1/η", "error of E sin x at t = 1",
                    f"{method}, f' = {case.tilt:g} + sin x, σ = {case.noise_std:g}, ρ = {s.radius:g}√η")  # fmt: skip
        panel.set_ylim(top=panel.get_ylim()[1] * 20)
    for k, (method, name) in enumerate((method, name) for method in LIMITS for name in ("Var", "Var, dropped")):
        label = f"limit of {method}" + ", V = σ²" * (name != "Var")
        plots.measurement(panels[2], measured[f"{method}, {name}"], k, label)
    plots.label(panels[2], "steps per unit of time, 1/η", "error of Var sin x / η at t = 1", "diffusion of the limits")
    panels[2].set_ylim(top=panels[2].get_ylim()[1] * 20)
    return drawn


if __name__ == "__main__":
    script()
