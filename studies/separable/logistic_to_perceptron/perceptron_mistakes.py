"""The batch perceptron makes at most n R^2 / mu^2 mistakes on separable data, whatever the data.

On the max-margin direction the position grows by mu / n per mistake, its square by at most (R k_t / n)^2 in a step with
k_t mistakes, and k_t <= n. So sum_t k_t <= n R^2 / mu^2 with ties counted as mistakes, and T <= 2 n R^2 / mu^2 with
ties at 1/2, the logistic value. Without the factor n the bound is broken, by n - 1 points against one. Where one point
is given twice under both labels there is no margin: it never stops. (The number of mistakes per step need not fall from
step to step; nothing here asks it.)
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, below, exact, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.margin import hard_margin
from theorylab.models.separable.model import Labelled
from theorylab.trials.hunt import Range

SOURCE = Source("abstract, first observation (batch perceptron, read); bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    counts: tuple[int, ...] = (5, 20)
    dims: tuple[int, ...] = (2, 5)
    gaps: tuple[float, ...] = (0.2, 0.4, 0.8, 1.6)
    ratios: tuple[float, ...] = (1.5, 2.0, 3.0, 5.0, 10.0)
    sets: int
    seed: int


QUICK = Setting(sets=8, seed=1)
FULL = Setting(counts=(5, 20, 80), dims=(2, 5, 20), gaps=(0.1, 0.2, 0.4, 0.8, 1.6), sets=20, seed=2)
SPACE = {
    "counts": Range(2, 60, log=True, integer=True),
    "dims": Range(1, 6, integer=True),
    "gaps": Range(0.05, 3.0, log=True),
    "ratios": Range(1.5, 20.0, log=True),
    "seed": Range(0, 1e6, integer=True),
    "sets": 1,
}  # the margin of every data set is certified: separable data are all that the theorem asks for


def problems(s):
    """Gaussian points outside a slab, and the hard family, each with its certified margin."""
    for count, dim, gap, replica in product(s.counts, s.dims, s.gaps, range(s.sets)):
        data = Labelled.gaussian(count, dim, gap, seed=s.seed, replica=replica)
        yield data, hard_margin(data).lower
    for count, ratio in product(s.counts, s.ratios):
        data = Labelled.hard(count, ratio)
        yield data, hard_margin(data).lower


def measure(s):
    rows = []
    for data, margin in problems(s):
        # Every step makes a mistake or more: one step more than the bound is enough to break it.
        limit = int(theory.mistakes_bound(data.count, data.radius, margin)) + 1
        rows.append((
            simulation.solve(data, np.inf, tie=1.0).weight,
            simulation.solve(data, np.inf).iterations,
            simulation.solve(data.contradicted(), np.inf, tie=1.0, limit=limit).weight,
        ))  # fmt: skip
    names, columns = ("mistakes", "steps", "contradicted"), np.array(rows).T
    drawn = len(rows) - len(s.counts) * len(s.ratios)  # the others are the hard family
    return {name: exact(range(len(rows)), x, ulps=0, x_name="data set").drawn_from("Gaussian data", drawn)
            for name, x in zip(names, columns, strict=True)}  # fmt: skip


def predict(s):
    mistakes, rounding, alone = [], [], []
    for data, margin in problems(s):
        bound = theory.mistakes_bound(data.count, data.radius, margin)
        mistakes.append(bound)  # no run has more steps than mistakes
        alone.append((data.radius / margin) ** 2)
        rounding.append(theory.count_rounding(data.count, data.dimension, data.radius / margin, bound))
    sets, steps = range(len(mistakes)), theory.perceptron_bound(1, 1, 1) * np.array(mistakes)
    values = {"mistakes": mistakes, "steps": steps, "without n": alone}
    return {name: exact(sets, row, rounding, "data set") for name, row in values.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="<= R^2/mu^2, without n", predicted=predicted["without n"])
    claim = "mistakes of the perceptron <= n R^2/mu^2"
    yield below(claim, measured["mistakes"], predicted["mistakes"], rival=rival)
    claim = "steps of the perceptron, ties at 1/2, <= 2 n R^2/mu^2"
    rival = Rival(claim="also with a point under both labels, ties at 1", measured=measured["contradicted"])
    yield below(claim, measured["steps"], predicted["steps"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    bound, hard = predicted["mistakes"].mean, len(s.counts) * len(s.ratios)
    kinds = (("contradicted", slice(None), "one point under both labels (rival)", 1),
             ("mistakes", slice(None, -hard), "Gaussian outside a slab", 0),
             ("mistakes", slice(-hard, None), "hard family", 2))  # fmt: skip
    for name, part, label, k in kinds:
        style = {"markerfacecolor": "none", "markersize": 3.0}
        plots.points(axes, bound[part], measured[name].mean[part], k, label, **style)
    ends = np.array([bound.min(), bound.max()])
    plots.guide(axes, ends, ends, "bound")
    plots.label(axes, "n R² / mu²", "mistakes of the batch perceptron", "ties count as mistakes")
    return drawn


if __name__ == "__main__":
    script()
