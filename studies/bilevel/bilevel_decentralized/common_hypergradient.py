"""Agents that share a lower problem cannot average their own hypergradients: the Hessians are averaged, then inverted.

grad F = mean grad_x f_i - (mean grad_xy g_i) z with (mean grad_yy g_i) z = mean grad_y f_i. The mean of the agents' own
J_i^T H_i^-1 b_i is something else, unless all have the same H and J (blocks, each with a lower problem of its own, want
just that mean: block_hypergradient.py). The other road differentiates F as it is defined, by complex steps.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.bilevel import hypergradients

SOURCE = Source("setting (global hypergradient); recalled, derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    problems: int
    agents: int = 8
    lower: int = 4
    upper: int = 3
    seed: int


QUICK = Setting(problems=10, seed=3)
FULL = Setting(problems=200, lower=8, seed=4)


def instances(s, alike=False):
    seeds = range(1000 * s.seed, 1000 * s.seed + s.problems)
    return [hypergradients.random_problems(k, s.agents, s.lower, s.upper, alike=alike) for k in seeds]


def curve(s, road, alike=False):
    given = instances(s, alike)
    rows = np.array([road(p, x) for p, x in given])
    bounds = np.array([hypergradients.difference_bound(p, x) for p, x in given])
    rounding = bounds[:, None] / np.abs(rows)
    return exact(np.arange(s.upper), rows, rounding, "component").drawn_from("random problems", s.problems)


def steps(p, x):
    return hypergradients.complex_step(p, x, common=True)


def measure(s):
    return {"gradient": curve(s, steps), "alike": curve(s, steps, alike=True)}


def predict(s):
    roads = {"gradient": hypergradients.common_hypergradient, "local": hypergradients.averaged_products}
    return {name: curve(s, road) for name, road in roads.items()} | {
        "local, alike": curve(s, hypergradients.averaged_products, alike=True)
    }


def checks(s, measured, predicted):
    rival = Rival(claim="mean of the agents' own hypergradients", predicted=predicted["local"])
    yield agrees("global hypergradient", measured["gradient"], predicted["gradient"], rival=rival)
    rival = Rival(claim="with different H and J too", measured=measured["gradient"], predicted=predicted["local"])
    claim = "equal H and J: the mean of the agents' own is right"
    yield agrees(claim, measured["alike"], predicted["local, alike"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    found = measured["gradient"].samples
    plots.points(axes, found, predicted["local"].samples, 1, "mean of the agents' own", markersize=2.5)
    plots.points(axes, found, predicted["gradient"].samples, 0, "global", markersize=2.5)
    plots.guide(axes, [found.min(), found.max()], [found.min(), found.max()], "equal")
    title = f"{s.problems} random problems of {s.agents} agents"
    plots.label(axes, "component of grad F, complex steps", "formula", title, log="")
    return drawn


if __name__ == "__main__":
    script()
