"""A higher logistic loss can mean an earlier solution: larger steps raise it, and the points are right sooner.

On the hard family, from step size 1 on, the order of runs by their loss at one step is the reverse of that by time to
a solution. Small steps, below 2 / smoothness, are the control: there a larger step has the lower loss. On other data
time is not monotone in the step size, and no order is claimed.
The paper's own runs, on images as recalled, are not on trial: their data are out of reach.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Curve, Rival, Source, exact, monotone, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract, second observation; data are ours", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 40
    ratio: float = 10.0
    at: int = 20  # the step at which losses are compared
    rising: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0)
    falling: tuple[float, ...] = (0.005, 0.01, 0.02, 0.04)  # below 2 / smoothness, at least 8 / R^2 = 0.08 here
    drawn: tuple[float, ...] = (1.0, 10.0, 1e2, 1e3, 1e4, 1e6)  # in the figure
    dim: int  # of the Gaussian data in the figure, ten times as many points
    gap: float = 0.05
    seed: int


QUICK = Setting(dim=20, seed=1)
FULL = Setting(dim=100, seed=2)


def compared(s, sizes):
    """On the hard family, against the step size: loss at step `at`, and steps to a solution."""
    data, rows, steps = Labelled.hard(s.count, s.ratio), [], np.arange(s.at + 1)
    for size in sizes:
        places = simulation.positions(data, size, steps)
        values = simulation.loss(data, places, size)
        lost = theory.loss_rounding(data, places, size, values)[-1] / values[-1]
        rows.append((size * values[-1], lost, simulation.solve(data, size).iterations))
    loss, rounding, times = np.array(rows).T
    return exact(sizes, loss, rounding, "step size"), exact(sizes, times, ulps=0, x_name="step size")


def runs(s, step_size):
    """Share of points that are right, and loss over the step size, on the data of the figure; inf: the perceptron."""
    gaussian = Labelled.gaussian(10 * s.dim, s.dim, s.gap, seed=s.seed)
    for name, data, last in (("hard", Labelled.hard(s.count, s.ratio), 120), ("Gaussian", gaussian, 30)):
        grid = np.arange(1, last + 1)
        places = simulation.positions(data, step_size, grid)
        yield name, grid, simulation.accuracy(data, places), simulation.loss(data, places, step_size)


def measure(s):
    curves: dict[str, Curve] = {}
    for name, sizes in (("rising", s.rising), ("falling", s.falling)):
        curves[f"loss, {name}"], curves[f"steps, {name}"] = compared(s, sizes)
    for size in s.drawn:
        for name, grid, right, loss in runs(s, size):
            curves[f"accuracy, {name}, {size:g}"] = exact(grid, right, ulps=0)
            curves[f"loss, {name}, {size:g}"] = exact(grid, size * loss, ulps=0)
    return curves


def predict(s):
    """The perceptron: its accuracy, and its mean max(0, -margin) times the largest step size drawn."""
    found, top = list(runs(s, np.inf)), max(s.drawn)
    curves = {f"accuracy, {name}": exact(grid, right, ulps=0) for name, grid, right, _ in found}
    return curves | {f"loss, {name}": exact(grid, top * y, ulps=0).at(y > 0) for name, grid, _, y in found}


def checks(s, measured, predicted):
    rival = Rival(claim="also for small steps", measured=measured["loss, falling"])
    yield monotone(f"loss at step {s.at} rises with s", measured["loss, rising"], rival=rival, direction="increasing")
    steps = measured["steps, rising"]
    rival = Rival(claim="less loss means fewer steps", measured=exact(steps.x, steps.mean[::-1], ulps=0))
    yield monotone("of these runs, the more loss, the fewer steps to a solution", steps, rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(4, width=3.2)
    titles = {"hard": f"hard, n = {s.count}, R/mu = {s.ratio:g}", "Gaussian": f"Gaussian, n = 10 d, d = {s.dim}"}
    for panel, (name, what) in zip(axes, product(titles, ("accuracy", "loss")), strict=True):
        for k, size in enumerate(s.drawn):
            style = {"color": "#a50f15", "linewidth": 2.2, "alpha": 0.5, "linestyle": "-"} if k > 4 else {}
            plots.exact_line(panel, measured[f"{what}, {name}, {size:g}"], k, f"s = {size:g}", **style)
        plots.prediction(panel, predicted[f"{what}, {name}"], f"perceptron (loss: x {max(s.drawn):g})")
        y, log, low = ("logistic loss", "y", 1e-6) if what == "loss" else ("share of points right", "", None)
        plots.label(panel, "iterations", y, titles[name], log=log, legend=panel is axes[2])
        panel.set_ylim(bottom=low)
    return drawn


if __name__ == "__main__":
    script()
