"""A hypergradient system that is solved anew needs ever more inner iterations; one that goes on needs one a step.

If HIGP starts from z = 0 in each step, n inner iterations leave a share factor^n of its error, with the factor of
gradient tracking on all agents: x ends off by as much, and log K iterations are needed for an error that vanishes with
K. Where y, z and their trackers go on from the step before, the end of the method is exact for any n, since its fixed
point is that of the inner loops. Scalar quadratics on a ring, without noise; derived here.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, exact, geometric, plots, script
from theorylab.models.bilevel import agents, averaged

SOURCE = Source("inner iterations of order log K (recalled); derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    agents: int = 6
    alpha: float = 0.02
    most: int  # inner iterations
    problem: int = 5


QUICK = Setting(most=60)
FULL = Setting(most=120)
SLACK = 1e-20  # of F'^2, at sizes of 1: rounding of 1e-16 through a condition below 10^4, squared


def counts(s):
    return np.arange(4, s.most + 1, 4)


def problem(s, inner, cold):
    return averaged.random_averaging(s.problem, s.agents, 0.0, int(inner), cold=cold)


def measure(s):
    curves = {}
    for name, cold in (("anew", True), ("goes on", False)):
        found = np.array([averaged.stationary(problem(s, n, cold), s.alpha)[0] for n in counts(s)])
        size = np.sqrt(np.abs(found))
        curves[name] = exact(counts(s), size, np.sqrt(SLACK) / np.maximum(size, 1e-30), "inner iterations")
    return curves


def checks(s, measured, predicted):
    p = problem(s, 1, True)
    factor = agents.slowest_factor(agents.ring(s.agents), p.hessians[:, None, None], p.system_step)
    rival = Rival(claim="1 - step times the mean curvature", predicted=1 - p.system_step * p.hessians.mean())
    claim = "HIGP from 0: |F'| at the end falls by the factor of tracking per inner iteration"
    yield geometric(claim, measured["anew"], factor, rival=rival)
    rival = Rival(claim="from 0 too", measured=measured["anew"])
    claim = "HIGP that goes on: F' = 0 at the end, for any inner iterations"
    yield below(claim, measured["goes on"], 1e-8, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("anew", "from z = 0 in each step"), ("goes on", "from the step before"))):
        plots.points(axes, counts(s), np.maximum(measured[name].mean, 1e-17), k, label)
    plots.label(axes, "inner iterations a step", "|F'| at the end", f"ring of {s.agents}, no noise", log="y")
    return drawn


if __name__ == "__main__":
    script()
