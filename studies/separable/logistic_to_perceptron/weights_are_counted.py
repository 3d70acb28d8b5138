"""Points whose first coordinate is 1 count the weights: the position's first coordinate is their sum over n.

On n - 1 points (1, v) against one (1, -1) the perceptron, ties at 1, makes n mistakes in the first step and one in each
later one until it ends: n + T - 1, T known exactly. n copies of one point, R = mu, make n: the bound n R^2/mu^2 is
reached. Logistic gradient descent at any step size ends at (sum of weights) / n along the first axis; divided by the
mean weight it moves by 1 per step there. Nothing of this rests on a bound: what a run counts is compared with where it
is.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.model import Labelled

SOURCE = Source("setting; identities derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    counts: tuple[int, ...] = (2, 3, 5, 20)
    ratios: tuple[float, ...] = (1.5, 2.0, 3.0, 5.0, 10.0)  # 1 to 5 steps for the first: every one of them counts
    step_sizes: tuple[float, ...]
    ahead: tuple[int, ...] = (1, 2, 3, 4, 5)  # steps of the normalised form


QUICK = Setting(step_sizes=(0.01, 0.1, 1.0, 10.0, 1e3))
FULL = Setting(counts=(2, 3, 5, 20, 80, 320), step_sizes=(1e-3, 0.01, 0.1, 1.0, 10.0, 1e3, 1e6, 1e12))


def problems(s):
    return [Labelled.hard(n, ratio) for n, ratio in product(s.counts, s.ratios)]


def curve(rows, steps=0.0):
    """A column per problem, sums of `steps` terms of up to 320 products each."""
    rows = np.array(rows).T
    return exact(range(rows.shape[-1]), rows, (np.array(steps).T + 400) * 2.0**-52, "data set")


def measure(s):
    data = problems(s)
    runs = np.array([[simulation.solve(p, size)[:2] for size in s.step_sizes] for p in data])
    ends = [[p.count * simulation.positions(p, size, [int(steps)])[0, 0] for size, (steps, _) in
             zip(s.step_sizes, rows, strict=True)] for p, rows in zip(data, runs, strict=True)]  # fmt: skip
    forms = {name: [simulation.positions(p, 1.0, s.ahead, name)[:, 0] for p in data] for name in ("weights", "none")}
    copies = [Labelled(np.tile([3.0, 4.0], (n, 1)), np.ones(n)) for n in s.counts]
    return {
        "mistakes": curve([simulation.solve(p, np.inf, tie=1.0).weight for p in data]),
        "copies": exact(s.counts, [simulation.solve(p, np.inf, tie=1.0).weight for p in copies], ulps=0, x_name="n"),
        "weights": curve(runs[:, :, 1], runs[:, :, 0]),
        "where it ends": curve(ends, runs[:, :, 0]),
        "normalised": curve(forms["weights"]),
        "as it is": curve(forms["none"]),
    }


def predict(s):
    cases = list(product(s.counts, s.ratios))
    first, later = np.array(cases)[:, 0], np.array([theory.hard_iterations(*case, tie=1.0) - 1 for case in cases])
    bounds = [theory.mistakes_bound(n, 5.0, 5.0) for n in s.counts]
    return {
        "mistakes": curve(first + later),
        "half": curve(first / 2 + later),
        "copies": exact(s.counts, bounds, ulps=4, x_name="n"),
        "bound without n": exact(s.counts, np.ones(len(bounds)), ulps=4, x_name="n"),
        "normalised": curve(np.tile(1.0 * np.array(s.ahead), (len(cases), 1))),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="n / 2 in the first step", predicted=predicted["half"])
    claim = "n - 1 points against one: n mistakes in step 1, then one in each"
    yield agrees(claim, measured["mistakes"], predicted["mistakes"], rival=rival)
    rival = Rival(claim="R^2/mu^2, without n", predicted=predicted["bound without n"])
    yield agrees("n copies of one point reach n R^2/mu^2", measured["copies"], predicted["copies"], rival=rival)
    ends, first = measured["where it ends"], np.repeat(s.counts, len(s.ratios)) / 2
    rival = Rival(claim="without the first step's n / 2", predicted=exact(ends.x, ends.samples - first, 1e-12))
    yield agrees("summed weights = n x first coordinate, any step size", measured["weights"], ends, rival=rival)
    rival = Rival(claim="not divided", measured=measured["as it is"])
    claim = "divided by the mean weight: first coordinate = steps"
    yield agrees(claim, measured["normalised"], predicted["normalised"], rival=rival)


def figure(s, measured, predicted):
    drawn, (mistakes, weights) = plots.panels(2)
    for k, n in enumerate(s.counts[:5]):
        part = slice(k * len(s.ratios), (k + 1) * len(s.ratios))
        plots.points(mistakes, s.ratios, measured["mistakes"].mean[part], k, f"n = {n}")
        plots.guide(mistakes, s.ratios, predicted["mistakes"].mean[part], "" if k else "n + T - 1")
        last = part.stop - 1
        plots.points(weights, s.step_sizes, measured["weights"].samples[:, last], k, f"n = {n}")
        ends = measured["where it ends"].samples[:, last]
        plots.guide(weights, s.step_sizes, ends, "" if k else "n x first coordinate")
    plots.label(mistakes, "R / mu", "mistakes of the perceptron", "n - 1 points against one")
    mistakes.set_ylim(top=2e4)  # room for the legend
    plots.label(weights, "step size", "summed weights, logistic", f"R/mu = {s.ratios[-1]:g}")
    return drawn


if __name__ == "__main__":
    script()
