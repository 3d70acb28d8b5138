"""Full-batch SAM is trapped where curvature is negative: from |x| < rho it stays, from beyond it escapes.

SAM (and DNSAM, then the same map) moves a direction of curvature l < 0 by -eta l (x + rho sign(l x)): outwards exactly
where |x| > rho. Trapped, it moves without rest within eta |l| rho, since the map expands: the two-cycle of size
eta |l| rho / (2 + eta |l|) repels. In more dimensions a negative direction contracts where |Hx| < rho |l|. There one
step is on trial, not the basin: a step says nothing of the path that follows.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, bracket, brackets, exact, ordered, plots, script, threshold
from theorylab.models.sde import theory

SOURCE = Source("abstract (saddles attract, read); thresholds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.05
    radius: float = 0.1
    curvatures: tuple[float, ...] = (-0.25, -0.5, -1.0, -2.0)
    steps: int = 2000
    directions: int  # starts in two dimensions


QUICK = Setting(directions=200)
FULL = Setting(directions=2000, step_size=0.02, steps=6000)


def path(s, curvature, start):
    """Iterates of SAM in one dimension, up to where they leave |x| <= 2 radius for good."""
    x = [start]
    while len(x) <= s.steps and abs(x[-1]) <= 2 * s.radius:
        x.append(x[-1] - s.step_size * curvature * (x[-1] + s.radius * np.sign(curvature * x[-1])))
    return np.array(x)


def after_one_step(s, share):
    """|x_2| after and before a step of SAM from starts with |Hx| = share rho |l|, H = diag(1, l)."""
    h, angle = np.array([1.0, s.curvatures[2]]), (np.arange(s.directions) + 0.5) * 2 * np.pi / s.directions
    start = share * s.radius * abs(h[1]) * np.stack([np.cos(angle), np.sin(angle)]) / h[:, None]
    gradient = h[:, None] * start
    moved = start - s.step_size * h[:, None] * (start + s.radius * gradient / np.linalg.norm(gradient, axis=0))
    return [exact(np.arange(s.directions), np.abs(x[1]), ulps=64, x_name="start") for x in (moved, start)]


def measure(s):
    def critical(h):  # bisected on whether the iterate leaves
        return bracket(lambda start: path(s, h, start).size <= s.steps, 0.1 * s.radius, 1.9 * s.radius)

    late = np.abs(path(s, s.curvatures[-1], 0.9 * s.radius))[s.steps // 2 :]
    return {
        "critical": brackets(np.abs(s.curvatures), [critical(h) for h in s.curvatures], "|curvature|"),
        "inside": after_one_step(s, 0.9)[0],
        "outside": after_one_step(s, 1.1)[0],
        # The bound holds for rounded steps too, up to the 8 units of the last one.
        "trapped": exact(np.arange(late.size), late, ulps=8),
    }


def predict(s):
    size, late = np.full(len(s.curvatures), s.radius), np.arange(s.steps + 1 - s.steps // 2)
    reach = s.step_size * abs(s.curvatures[-1]) * s.radius
    cycle = theory.sam_orbit(s.step_size, s.curvatures[-1], s.radius)
    return {
        "critical": exact(np.abs(s.curvatures), size, ulps=0, x_name="|curvature|"),
        "gradient": exact(np.abs(s.curvatures), size * np.abs(s.curvatures), ulps=1, x_name="|curvature|"),
        "inside": after_one_step(s, 0.9)[1],
        "outside": after_one_step(s, 1.1)[1],
        "trapped": exact(late, np.full(late.size, reach), ulps=8),
        "cycle": exact(late, np.full(late.size, cycle), ulps=8),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="|x| > rho |l|", predicted=predicted["gradient"])
    yield threshold("SAM escapes from |x| > rho only", measured["critical"], predicted["critical"], rival=rival)
    rival = Rival(claim="the same at |Hx| = 1.1 rho |l|", measured=measured["outside"], predicted=predicted["outside"])
    yield ordered("l < 0 contracts where |Hx| = 0.9 rho |l|", measured["inside"], predicted["inside"], rival=rival)
    rival = Rival(claim="within the two-cycle", predicted=predicted["cycle"])
    yield below("trapped, SAM stays within eta |l| rho", measured["trapped"], predicted["trapped"], rival=rival)


def figure(s, measured, predicted):
    drawn, (starts, way) = plots.panels(2)
    plots.measurement(starts, measured["critical"], 0, "SAM, bisected")
    plots.prediction(starts, predicted["critical"], "ρ")
    plots.exact_line(starts, predicted["gradient"], 1, "ρ |l| (rival)")
    plots.label(starts, "|l|, curvature l < 0", "critical start |x|", f"η = {s.step_size:g}, ρ = {s.radius:g}")
    some = slice(0, 200)
    plots.measurement(way, measured["trapped"].at(some), 0, "SAM, trapped", markersize=3)
    plots.prediction(way, predicted["trapped"].at(some), "η |l| ρ")
    plots.exact_line(way, predicted["cycle"].at(some), 1, "two-cycle (rival)")
    plots.label(way, f"iterations after the first {s.steps // 2}", "|x|", f"l = {s.curvatures[-1]:g}", log="")
    way.set_ylim(top=1.5 * predicted["trapped"].mean[0])
    return drawn


if __name__ == "__main__":
    script()
