"""Where no minimum is stable the sharpness of the flow's solution freezes at D, and the product cycles for ever.

Sharpness is at least D, where all weights are equal, so that for step size x D > 2 every minimum repels. The product
keeps oscillating, each balance keeps shrinking by its factor 1 - rho^2, and the sharpness falls to D, which is above
the edge 2 / step size, while the loss does not vanish. A sharpness that falls is therefore no proof of convergence.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, above, agrees, exact, log_steps, plots, script
from theorylab.models.edge import model, theory

SOURCE = Source("abstract (monotone decrease, read); the frozen phase is derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "A sharpness of the flow's solution that falls at every step is no proof of convergence: where step size x "
        "depth > 2 it freezes above the edge, and the loss does not vanish."
    ),
    case="depth 4, step size 0.516: the sharpness freezes at 4, the edge is 2 / 0.516 = 3.876",
    check="step size x D > 2: sharpness falls to D",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    minimum: tuple[float, ...] = (1.4, 1.15, 0.9, 0.75)  # up to scale
    step_sizes: tuple[float, ...] = (0.516, 0.583, 0.628)
    stable: float = 0.48  # below 2 / D = 1/2
    product: float = 0.5
    late: int
    settled: float = 1e-6  # |p - 1| of a run that has converged


QUICK = Setting(late=5000)
FULL = Setting(late=100_000)


def run(s, step_size, steps):
    minimum = np.array(s.minimum) / np.prod(s.minimum) ** (1 / len(s.minimum))
    return model.descend(theory.flow_point(minimum, s.product), step_size, steps)


def measure(s):
    early, late = log_steps(1, s.late, 100), s.late + np.arange(40)
    unit = float(theory.run_rounding(len(s.minimum), 1.5))
    every = (*s.step_sizes, s.stable)
    runs, end = ([run(s, step_size, steps) for step_size in every] for steps in (early, late))
    # A product is good to 20 D units: a distance of 1e-3 and more to 2^-30, a smaller one is below every bound here.
    return {
        "sharpness": exact(early, np.vstack([x.sharpness for x in runs]), unit),
        "distance": exact(early, np.abs(np.vstack([x.product for x in runs]) - 1), ulps=2**22),
        "late sharpness": exact(late, np.vstack([x.sharpness for x in end]), unit),
        "late distance": exact(late, np.abs(np.vstack([x.product for x in end]) - 1), ulps=2**22),
    }


def predict(s):
    late, unstable = s.late + np.arange(40), len(s.step_sizes)
    edges = np.tile(theory.EDGE / np.array(s.step_sizes)[:, None], late.size)
    return {"late sharpness": exact(late, np.full((unstable, late.size), float(len(s.minimum))), ulps=0),
            "edge": exact(late, edges, ulps=1)}  # fmt: skip


def rows(curve, selection):
    return exact(curve.x, curve.samples[selection], curve.rounding[selection] / curve.samples[selection])


def checks(s, measured, predicted):
    rival = Rival(claim="falls to the edge 2 / step size", predicted=predicted["edge"])
    frozen = rows(measured["late sharpness"], slice(-1))
    yield agrees("step size x D > 2: sharpness falls to D", frozen, predicted["late sharpness"], rival=rival)
    cycling, converged = (rows(measured["late distance"], part) for part in (slice(-1), slice(-1, None)))
    rival = Rival(claim=f"also for step size x D = {s.stable * len(s.minimum):g}", measured=converged)
    yield above("... and the product never settles", cycling, s.settled, rival=rival)


def figure(s, measured, predicted):
    drawn, (sharpness, distance) = plots.panels(2)
    for k, step_size in enumerate((*s.step_sizes, s.stable)):
        for axes, name in ((sharpness, "sharpness"), (distance, "distance")):
            plots.exact_line(axes, rows(measured[name], slice(k, k + 1)), k, f"step size {step_size:g}")
    sharpness.axhline(len(s.minimum), color="black", linestyle=(0, (4, 2)), linewidth=1.2)
    plots.label(sharpness, "steps", "sharpness of flow's solution", "dashes: D", log="x")
    plots.label(distance, "steps", "|p - 1|", f"stable only below {2 / len(s.minimum):g}")
    distance.set_ylim(1e-7, 2)
    return drawn


if __name__ == "__main__":
    script()
