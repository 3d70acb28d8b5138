"""Blocks keep their own Hessians: grad F = mean_i [grad_x f_i - grad_xy g_i (grad_yy g_i)^-1 grad_y f_i].

Each lower problem has a minimiser of its own, so that its own inverse stands in its own term. Averaging the Hessians
before they are inverted, which is right where all agents share one lower problem (common_hypergradient.py, on
decentralised bilevel optimisation), is off. The other road differentiates F as it is defined, by complex steps. The
mean over I of m blocks, drawn without replacement, has the variance S^2 / I (1 - I / m) of all subsets: none at I = m,
which is what the indicator 1(I < m) in the paper's rate stands for.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.bilevel import hypergradients, trackers
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (multi-block problem, read); hypergradient recalled, derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    problems: int
    blocks: int = 6
    lower: int = 4
    upper: int = 3
    few: int = 8  # blocks whose subsets are all taken
    seed: int


QUICK = Setting(problems=10, seed=1)
FULL = Setting(problems=200, blocks=16, lower=8, seed=2)


def instances(s, alike=False):
    seeds = range(1000 * s.seed, 1000 * s.seed + s.problems)
    return [hypergradients.random_problems(k, s.blocks, s.lower, s.upper, alike=alike) for k in seeds]


def draws(s):
    return generator(s.seed).standard_normal(s.few)


def curve(s, road, alike=False):
    given = instances(s, alike)
    rows = np.array([road(p, x) for p, x in given])
    bounds = np.array([hypergradients.difference_bound(p, x) for p, x in given])
    rounding = bounds[:, None] / np.abs(rows)
    return exact(np.arange(s.upper), rows, rounding, "component").drawn_from("random problems", s.problems)


def steps(p, x):
    return hypergradients.complex_step(p, x, common=False)


def measure(s):
    values = draws(s)
    means = [np.var([np.mean(part) for part in itertools.combinations(values, i)]) for i in range(1, values.size)]
    return {"gradient": curve(s, steps), "alike": curve(s, steps, alike=True),
            "mean": exact(np.arange(1, values.size), means, ulps=512, x_name="sampled")}  # fmt: skip


def predict(s):
    wrong = hypergradients.averaged_hessians
    curves = {"gradient": curve(s, hypergradients.block_hypergradient), "averaged": curve(s, wrong),
              "averaged, alike": curve(s, wrong, alike=True)}  # fmt: skip
    values, sampled = draws(s), np.arange(1, s.few)
    means = {"mean": [trackers.block_mean_variance(values, i) for i in sampled], "with": values.var() / sampled}
    return curves | {name: exact(sampled, row, ulps=64, x_name="sampled") for name, row in means.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="Hessians averaged over the blocks, then inverted", predicted=predicted["averaged"])
    yield agrees("hypergradient of blocks", measured["gradient"], predicted["gradient"], rival=rival)
    rival = Rival(claim="unequal ones", measured=measured["gradient"], predicted=predicted["averaged"])
    claim = "equal H and J: averaging the Hessians first is right"
    yield agrees(claim, measured["alike"], predicted["averaged, alike"], rival=rival)
    rival = Rival(claim="as with replacement", predicted=predicted["with"])
    claim = "variance of the mean of I blocks: S^2 / I (1 - I / m)"
    yield agrees(claim, measured["mean"], predicted["mean"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    found = measured["gradient"].samples
    plots.points(axes, found, predicted["averaged"].samples, 1, "Hessians averaged first", markersize=2.5)
    plots.points(axes, found, predicted["gradient"].samples, 0, "each its own inverse", markersize=2.5)
    plots.guide(axes, [found.min(), found.max()], [found.min(), found.max()], "equal")
    title = f"{s.problems} random problems of {s.blocks} blocks"
    plots.label(axes, "component of grad F, complex steps", "formula", title, log="")
    return drawn


if __name__ == "__main__":
    script()
