"""Gradient descent on the logistic loss separates at any step size s, in 2 n (R^2/mu^2 + 4 W(1/e) n/(s mu^2)) steps.

While some point is wrong the weights sum to 1/2 or more, and each point that is right adds at most 2 W(1/e) / (s n) to
the squared position per step (max m / (1 + e^m) = W(1/e) = 0.278). So time falls as 1/s while s is small, the second
term being needed, and from there on the bound is the perceptron's, at any s up to 1e12. Mistakes in the logistic sense,
the weights summed over points and steps, obey half of it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from theorylab import Power, Rival, Source, below, decays_as, exact, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.margin import hard_margin
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract, third observation (iteration complexity, read); bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 10
    dim: int = 3
    gap: float = 0.3
    sets: int
    step_sizes: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 1e2, 1e3, 1e6, 1e9, 1e12)
    ratios: tuple[float, ...] = (2.0, 5.0, 20.0)
    slowest: float  # time falls as 1/s over the two decades from here, where a set takes many steps
    seed: int


QUICK = Setting(sets=10, slowest=1e-6, seed=1)
FULL = Setting(count=40, dim=8, gap=0.15, sets=50, ratios=(2.0, 5.0, 20.0, 80.0), slowest=1e-4, seed=2)


def problems(s):
    """Gaussian data, then the hard family."""
    yield from (Labelled.gaussian(s.count, s.dim, s.gap, seed=s.seed, replica=r) for r in range(s.sets))
    yield from (Labelled.hard(s.count, ratio) for ratio in s.ratios)


def measure(s):
    data = list(problems(s))
    runs = np.array([[simulation.solve(p, size) for size in s.step_sizes] for p in data])
    normalised = [[simulation.solve(p, size, "weights").iterations for size in s.step_sizes] for p in data]
    slow = s.slowest * np.geomspace(1, 100, 10)
    total = [sum(simulation.solve(p, size).iterations for p in data[: s.sets]) for size in slow]
    steps, weight = (exact(s.step_sizes, runs[:, :, i], ulps=0, x_name="step size") for i in (0, 1))
    return {"steps": steps.drawn_from("Gaussian data", s.sets), "weight": weight.drawn_from("Gaussian data", s.sets),
            "normalised": exact(s.step_sizes, normalised, ulps=0, x_name="step size"),
            "slow": exact(slow, total, ulps=0, x_name="step size")}  # fmt: skip


def predict(s):
    sizes = np.array(s.step_sizes)
    rows: dict[str, list[Any]] = {name: [] for name in ("steps", "weight", "perceptron", "rounding")}
    for p in problems(s):
        n, radius, margin = p.count, p.radius, hard_margin(p).lower
        rows["steps"].append(theory.logistic_bound(n, radius, margin, sizes))
        rows["weight"].append(theory.weight_bound(n, radius, margin, sizes))
        rows["perceptron"].append(np.full(sizes.size, theory.perceptron_bound(n, radius, margin)))
        rows["rounding"].append(theory.count_rounding(n, p.dimension, radius / margin, rows["steps"][-1]))
    rounding = rows.pop("rounding")
    return {name: exact(sizes, values, rounding, "step size") for name, values in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="the perceptron's bound 2 n R^2/mu^2, without 1/s", predicted=predicted["perceptron"])
    yield below("steps <= 2 n (R^2/mu^2 + 1.11 n/(s mu^2))", measured["steps"], predicted["steps"], rival=rival)
    rival = Rival(claim="n R^2/mu^2, without 1/s", predicted=exact(
        s.step_sizes, predicted["perceptron"].samples / 2, predicted["perceptron"].rounding, "step size"))  # fmt: skip
    claim = "summed weights <= n R^2/mu^2 + 1.11 n^2/(s mu^2)"
    yield below(claim, measured["weight"], predicted["weight"], rival=rival)
    rival = Rival(claim="as 1/sqrt(s)", predicted=Power(-0.5))
    yield decays_as("small step sizes: steps fall as 1/s", measured["slow"], Power(-1), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    kinds = ((0, f"Gaussian, n = {s.count}, d = {s.dim}"), (s.sets + 1, f"hard, n = {s.count}, R/mu = {s.ratios[1]:g}"))
    for panel, (row, title) in zip(axes, kinds, strict=True):
        for k, (name, label) in enumerate((("steps", "gradient descent"), ("normalised", "normalised"))):
            plots.points(panel, s.step_sizes, measured[name].samples[row], k, label)
        plots.guide(panel, s.step_sizes, predicted["steps"].samples[row], "bound, gradient descent")
        plots.line(panel, s.step_sizes, predicted["perceptron"].samples[row], 4, "without 1/s (rival)")
        plots.label(panel, "step size", "steps until all points are right", title)
    return drawn


if __name__ == "__main__":
    script()
