"""The invariant class is invariant: no iterate leaves it, and no weight ever reaches 0.

A start is in the class if its load (step size x sharpness of the flow's solution) is at most 2 sqrt 2, and if its
product lies in some (0, B) that the frozen map (one step, then back to the old balances) maps into itself. Both are
margins of theory.class_margins, >= 0 inside. The load alone keeps no sign: starts that fail the second condition only
do reach 0. The form of the class is recalled from the paper, not read.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, exact, plots, script, stacked
from theorylab.curves import Curve
from theorylab.models.edge import model, theory
from theorylab.models.edge.ensembles import random_starts, split_by_class

SOURCE = Source("invariant class, recalled; its margins derived here", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8)
    starts: int  # drawn per depth
    loads: tuple[float, float] = (1.0, theory.LOAD_LIMIT)
    steps: tuple[int, ...] = (1, 2, 3, 10, 30)
    horizon: int = 1000
    seed: int


QUICK = Setting(starts=500, seed=1)
FULL = Setting(starts=20_000, seed=2)


def follow(s, starts):
    """Smaller class margin after each of the steps, and survival to the horizon: a row per start."""
    runs = model.descend(starts.weights, starts.step_size, [*s.steps, s.horizon])
    path = model.iterates(starts.weights, starts.step_size, max(s.steps))
    margins = np.full((len(path), len(s.steps)), -1.0)  # where a weight has reached 0
    for j, t in enumerate(s.steps):
        kept = np.isfinite(runs.sharpness[:, j])
        margins[kept, j] = theory.class_margins(path[kept, t], starts.step_size[kept]).min(axis=0)
    # A margin is a difference: its absolute error is below 100 units (factors up to 25 P with P < 2).
    unit = 100 * theory.run_rounding(starts.weights.shape[1], 2.0)
    margin = Curve(np.array(s.steps, dtype=float), margins, exact=True, rounding=unit)
    survival = exact([s.horizon], 1.0 * runs.survived[:, None], ulps=0)
    return margin.drawn_from("random starts"), survival.drawn_from("random starts")


def measure(s):
    groups: dict[str, list[tuple[Curve, Curve]]] = {"class": [], "untrapped": []}
    for depth in s.depths:
        drawn = random_starts(depth, s.starts, loads=s.loads, products=(0.001, 1.3), spread=1.0, seed=s.seed)
        for rows, starts in zip(groups.values(), split_by_class(drawn), strict=True):
            rows += [follow(s, starts)] if len(starts.weights) else []
    return {
        f"{name}, {group}": stacked([row[i] for row in rows])
        for group, rows in groups.items()
        for i, name in enumerate(("margin", "survival"))
    }


def checks(s, measured, predicted):
    words = "for load <= 2 sqrt 2 alone"
    rival = Rival(claim=words, measured=measured["margin, untrapped"])
    yield above("no iterate leaves the class", measured["margin, class"], 0.0, rival=rival)
    rival = Rival(claim=words, measured=measured["survival, untrapped"])
    yield above(f"no weight reaches 0 in {s.horizon} steps", measured["survival, class"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    for k, (group, label) in enumerate((("class", "start in the class"), ("untrapped", "load <= 2√2 alone"))):
        alive = measured[f"survival, {group}"].samples[:, 0]
        margin = np.sort(measured[f"margin, {group}"].samples.min(axis=1))
        share = np.arange(1, margin.size + 1) / margin.size
        pick = np.unique(np.linspace(0, margin.size - 1, 500).astype(int))
        text = f"{label}: {int(alive.sum())} of {alive.size} keep their signs"
        axes.plot(margin[pick], share[pick], color=plots.SERIES[k][0], linestyle=plots.SERIES[k][2], label=text)
    plots.guide(axes, [0.0, 1e-9], [0.0, 1.0], "border of the class")
    axes.set(xlim=(-1.05, 1.0), ylim=(-0.03, 1.3))
    plots.label(axes, f"smallest margin in {max(s.steps)} steps (-1: reached 0)", "share of starts below", log="")
    return drawn


if __name__ == "__main__":
    script()
