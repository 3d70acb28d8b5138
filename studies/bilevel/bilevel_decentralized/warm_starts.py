"""A hypergradient system that is solved anew needs ever more inner iterations; one that goes on needs one a step.

If HIGP starts from z = 0 in each step, n inner iterations leave a share factor^n of its error, with the factor of
gradient tracking on all agents: x ends off by as much, and log K iterations are needed for an error that vanishes with
K. Where y, z and their trackers go on from the step before, the method ends where exact inner loops do, for any n: its
fixed point is that of the inner loops. Unlike agents end at F' of order alpha all the same, since x is gossiped without
tracking. Scalar quadratics on a ring, without noise; derived here.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, geometric, plots, script
from theorylab.models.bilevel import agents, averaged

SOURCE = Source("inner iterations of order log K (recalled); derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    agents: int = 5
    alpha: float = 0.02
    most: int  # inner iterations
    points: int
    problem: int = 5


QUICK = Setting(most=76, points=10)
FULL = Setting(most=190, points=25)
ROUNDING = 1e-9  # of linear recursions of 48 unknowns: tests compare extended precision


def counts(s):
    return np.arange(1, s.most + 1, 3)


def alphas(s):
    return np.geomspace(1e-4, 0.1, s.points)


def problem(s, inner=1, cold=False):
    return averaged.random_averaging(s.problem, s.agents, 0.0, int(inner), cold=cold)


def slope_at_end(s, alpha):
    """|F'(mean x)| where exact inner loops rest."""
    slope, constant = averaged.hyper_slope(problem(s))
    return abs(slope * averaged.settled(problem(s), alpha).mean() + constant)


def measure(s):
    curves, end = {}, slope_at_end(s, s.alpha)
    for name, cold in (("anew", True), ("goes on", False)):
        found = np.array([averaged.stationary(problem(s, n, cold), s.alpha)[0] ** 0.5 for n in counts(s)])
        curves[name] = exact(counts(s), found, ROUNDING, "inner iterations")
    off = np.abs(curves["anew"].mean - end)
    curves["off"] = exact(counts(s), off, ROUNDING * end / off, "inner iterations").at(off > 100 * ROUNDING * end)
    curves["rest"] = exact(alphas(s), [slope_at_end(s, a) for a in alphas(s)], ROUNDING, "alpha")
    return curves


def predict(s):
    return {"goes on": exact(counts(s), slope_at_end(s, s.alpha) + 0 * counts(s), ROUNDING, "inner iterations")}


def checks(s, measured, predicted):
    p = problem(s)
    factor = agents.slowest_factor(agents.ring(s.agents), p.hessians[:, None, None], p.system_step)
    rival = Rival(claim="1 - step times the mean curvature", predicted=1 - p.system_step * p.hessians.mean())
    claim = "HIGP from 0: the end is off by the factor of tracking per inner iteration"
    yield geometric(claim, measured["off"], factor, rival=rival)
    rival = Rival(claim="from 0 too", measured=measured["anew"])
    claim = "HIGP that goes on: the end of exact inner loops, for any number of inner iterations"
    yield agrees(claim, measured["goes on"], predicted["goes on"], rival=rival)
    rival = Rival(claim="as alpha^2", predicted=Power(2))
    yield decays_as("exact inner loops rest at F' of order alpha", measured["rest"], Power(1), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("anew", "from z = 0 in each step"), ("goes on", "from the step before"))):
        plots.points(axes, counts(s), measured[name].mean, k, label)
    plots.prediction(axes, predicted["goes on"], "exact inner loops")
    plots.label(axes, "inner iterations a step", "|F'| at the end", f"ring of {s.agents}, alpha = {s.alpha:g}", log="y")
    return drawn


if __name__ == "__main__":
    script()
