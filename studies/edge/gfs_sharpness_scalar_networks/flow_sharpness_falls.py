"""Gradient descent lowers, step by step, the sharpness that gradient flow would reach from its iterate.

Scalar networks of depth D; s(w) is the minimum that gradient flow reaches from w, phi = sum_i 1/s_i^2 its sharpness.
Starts lie in the invariant class: load = step size x phi at most 2 sqrt 2, and a product that one step followed by a
return to the old balances keeps below some B for ever (class_is_invariant). The form of the class is recalled, its
membership derived in theory.class_margins. Beyond load 2 sqrt 2 the same is false, for runs that keep their signs too.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, exact, log_steps, monotone, plots, script, stacked
from theorylab.models.edge import model, theory
from theorylab.models.edge.ensembles import random_starts, split_by_class
from theorylab.trials.hunt import Range

SOURCE = Source("abstract (monotone decrease); class recalled, its margins derived here", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8)
    starts: int  # drawn per depth: the class holds most of them
    horizon: int = 1000
    inside: tuple[float, float] = (1.0, theory.LOAD_LIMIT)
    outside: tuple[float, float] = (2.9, 3.6)
    products: tuple[float, float] = (0.001, 1.3)
    spread: float = 1.0  # of the logarithm of the weights at the minimum
    seed: int


QUICK = Setting(starts=600, seed=1)
FULL = Setting(starts=20_000, seed=2)
STEPS = np.arange(21)
SPACE = {
    "depths": Range(2, 10, integer=True),
    "inside": Range(0.1, theory.LOAD_LIMIT, copies=2),
    "products": Range(0.001, 1.3, copies=2, log=True),
    "spread": Range(0.0, 3.0),
    "seed": Range(0, 1e6, integer=True),
    "starts": 50,
    "horizon": 200,
}  # membership in the class is checked start by start, by `split_by_class`


def draw(s, depth, loads):
    return random_starts(depth, s.starts, loads=loads, products=s.products, spread=s.spread, seed=s.seed)


def follow(s, starts):
    """Sharpness at the first steps and the last, and largest growth in any step, of the runs that keep their signs."""
    steps = np.append(STEPS, s.horizon)
    runs = model.descend(starts.weights, starts.step_size, steps)
    kept, unit = runs.survived, theory.run_rounding(starts.weights.shape[1], 2.0)  # products stay below 2
    return exact(steps, runs.sharpness[kept], unit), exact([s.horizon], runs.growth[kept, -1:], 2 * unit)


def measure(s):
    inside = [follow(s, split_by_class(draw(s, depth, s.inside))[0]) for depth in s.depths]
    outside = [follow(s, draw(s, depth, s.outside)) for depth in s.depths]
    return {
        "sharpness": stacked([sharpness for sharpness, _ in inside]),
        "growth": stacked([growth for _, growth in inside]),
        "sharpness, outside": stacked([sharpness for sharpness, _ in outside]),
        "growth, outside": stacked([growth for _, growth in outside]),
    }


def checks(s, measured, predicted):
    words = f"also for loads of {s.outside[0]:g} to {s.outside[1]:g}"
    rival = Rival(claim=words, measured=measured["sharpness, outside"])
    yield monotone("sharpness of the flow's solution never rises", measured["sharpness"], rival=rival)
    rival = Rival(claim=words, measured=measured["growth, outside"])
    yield below(f"nor in any of {s.horizon} steps", measured["growth"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (paths, growth) = plots.panels(2)
    falling = measured["sharpness"]
    shares = (falling.samples / falling.samples[:, :1])[:, : STEPS.size]
    for k, level in enumerate((100, 75, 50, 25)):
        text = "largest of all runs" if level == 100 else f"{level} of 100 runs are below"
        plots.points(paths, STEPS, np.percentile(shares, level, axis=0), k, text)
    plots.guide(paths, STEPS, np.ones(STEPS.size), "bound 1")
    title = f"{falling.replicas} starts in the class, D = {min(s.depths)} to {max(s.depths)}"
    plots.label(paths, "steps", "sharpness of flow's solution / its start", title, log="")
    names = {"growth": "inside the class", "growth, outside": f"loads of {s.outside[0]:g} to {s.outside[1]:g}"}
    for k, (name, label) in enumerate(names.items()):
        values = measured[name].samples[:, 0] - 1
        seen = np.sort(values[values > 1e-12])[::-1]
        places = log_steps(1, max(seen.size, 1), 200)[: seen.size]
        plots.points(growth, places, seen[places - 1], k, f"{label}: {seen.size} of {values.size} rise")
    some = any((measured[name].samples > 1 + 1e-12).any() for name in names)
    title = "rises beyond rounding (1e-12)"
    plots.label(growth, "runs, sorted", "largest relative rise in one step", title, log="xy" if some else "")
    return drawn


if __name__ == "__main__":
    script()
