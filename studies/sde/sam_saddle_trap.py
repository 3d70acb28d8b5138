"""Full-batch SAM is trapped by every saddle, in a ball of size rho; at a minimum it ends on a two-cycle.

SAM (and DNSAM, then the same map) moves a direction by -eta l (x + rho sign(l x)). For l < 0 it is drawn from |x| < rho
to |x| <= eta |l| rho and escapes from |x| > rho, whatever eta and l. In more dimensions a negative direction contracts,
in one step, exactly where |Hx| < rho |l|. For l = h > 0 it ends on |x| = eta h rho / (2 - eta h).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, ordered, plots, script, threshold
from theorylab.sde import theory

SOURCE = Source("monzio2023sam", "abstract (saddles attract); thresholds derived here")
MINIMA = ((0.1, 0.5), (0.1, 2.0), (0.3, 1.0), (0.5, 3.0))  # step size, curvature


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.05
    radius: float = 0.1
    curvatures: tuple[float, ...] = (-0.25, -0.5, -1.0, -2.0)
    steps: int = 2000
    directions: int  # starts in two dimensions
    seed: int = 0  # exact road: draws nothing


QUICK = Setting(directions=200)
FULL = Setting(directions=2000, step_size=0.02, steps=6000)


def path(step_size, curvature, radius, start, steps):
    """Iterates of SAM in one dimension, up to where they leave |x| <= 2 radius for good."""
    x = [start]
    while len(x) <= steps and (curvature > 0 or abs(x[-1]) <= 2 * radius):
        gradient = curvature * x[-1]
        x.append(x[-1] - step_size * curvature * (x[-1] + radius * np.sign(gradient)))
    return np.array(x)


def critical(s, curvature):
    """Critical start: bisected on whether the iterate leaves."""

    def beyond(start):
        return path(s.step_size, curvature, s.radius, start, s.steps).size <= s.steps

    return bracket(beyond, 0.1 * s.radius, 1.9 * s.radius, relative_width=1e-9)


def after_one_step(s, share):
    """|x_2| after and before a step of SAM from starts with |Hx| = share rho |l|, H = diag(1, l)."""
    h, angle = np.array([1.0, s.curvatures[2]]), (np.arange(s.directions) + 0.5) * 2 * np.pi / s.directions
    start = share * s.radius * abs(h[1]) * np.stack([np.cos(angle), np.sin(angle)]) / h[:, None]
    gradient = h[:, None] * start
    moved = start - s.step_size * h[:, None] * (start + s.radius * gradient / np.linalg.norm(gradient, axis=0))
    return [exact(np.arange(s.directions), np.abs(x[1]), 64 * 2.0**-52, "start") for x in (moved, start)]


def measure(s):
    ends = [abs(path(eta, h, s.radius, 1.0, s.steps)[-1]) for eta, h in MINIMA]
    trapped = path(s.step_size, s.curvatures[-1], s.radius, 0.9 * s.radius, s.steps)
    return {
        "critical": brackets(np.abs(s.curvatures), [critical(s, h) for h in s.curvatures], "|curvature|"),
        "inside": after_one_step(s, 0.9)[0],
        "outside": after_one_step(s, 1.1)[0],
        # The cycle attracts: 8 units of rounding a step, over the share eta h that a step forgets.
        "cycle": exact(range(len(MINIMA)), ends, [8 / (eta * h) * 2.0**-52 for eta, h in MINIMA], "minimum"),
        "trapped": exact(np.arange(trapped.size), trapped, 0.0),
    }


def predict(s):
    size, cycles = np.full(len(s.curvatures), s.radius), [theory.sam_orbit(*case, s.radius) for case in MINIMA]
    return {
        "critical": exact(np.abs(s.curvatures), size, 1e-12, "|curvature|"),
        "gradient": exact(np.abs(s.curvatures), size * np.abs(s.curvatures), 1e-12, "|curvature|"),
        "inside": after_one_step(s, 0.9)[1],
        "outside": after_one_step(s, 1.1)[1],
        "cycle": exact(range(len(MINIMA)), cycles, 2.0**-50, "minimum"),
        "half": exact(range(len(MINIMA)), [eta * h * s.radius / 2 for eta, h in MINIMA], 2.0**-50, "minimum"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="|x| > rho |l|", predicted=predicted["gradient"])
    yield threshold("SAM escapes from |x| > rho only", measured["critical"], predicted["critical"], rival=rival)
    rival = Rival(claim="the same at |Hx| = 1.1 rho |l|", measured=measured["outside"], predicted=predicted["outside"])
    claim = "the negative direction contracts where |Hx| = 0.9 rho |l|"
    yield ordered(claim, measured["inside"], predicted["inside"], rival=rival)
    rival = Rival(claim="eta h rho / 2", predicted=predicted["half"])
    yield agrees("SAM at a minimum: two-cycle", measured["cycle"], predicted["cycle"], rival=rival)


def figure(s, measured, predicted):
    drawn, (starts, way) = plots.panels(2)
    plots.measurement(starts, measured["critical"], 0, "SAM, bisected")
    plots.prediction(starts, predicted["critical"], "ρ")
    plots.exact_line(starts, predicted["gradient"], 1, "ρ |l| (rival)")
    plots.label(starts, "|l|, curvature l < 0", "critical start |x|", f"η = {s.step_size:g}, ρ = {s.radius:g}")
    plots.measurement(way, measured["trapped"].at(slice(0, 150)), 0, "SAM from 0.9 ρ", markersize=3)
    for sign in (1, -1):
        bound = exact([0, 150], [sign * s.step_size * abs(s.curvatures[-1]) * s.radius] * 2, 0.0)
        plots.prediction(way, bound, "" if sign < 0 else "± η |l| ρ")
    plots.label(way, "iterations", "x", f"saddle of curvature {s.curvatures[-1]:g}", log="")
    return drawn


if __name__ == "__main__":
    script()
