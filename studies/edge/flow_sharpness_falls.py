"""Gradient descent lowers, step by step, the sharpness that gradient flow would reach from its iterate.

Scalar networks of depth D; s(w) is the minimum that gradient flow reaches from w, phi = sum_i 1/s_i^2 its sharpness.
The invariant class (form recalled, membership derived in theory.class_margins): load = step size x phi <= 2 sqrt 2, and
a B such that one step followed by a return to the old balances maps products (0, B) into (0, B). Inside, phi never
rises, no weight reaches 0, and no iterate leaves. Outside either condition the same is false.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, below, exact, monotone, plots, script
from theorylab.edge import model, theory
from theorylab.edge.ensembles import random_starts, split_by_class, stacked
from theorylab.replicas import Curve

SOURCE = Source("kreisler2023gfs", "abstract (monotone decrease); class and constant derived here")


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8)
    starts: int  # drawn per depth: the class holds most of them
    horizon: int = 1000
    inside: tuple[float, float] = (1.0, theory.LOAD_LIMIT)
    outside: tuple[float, float] = (2.9, 3.6)
    seed: int


QUICK = Setting(starts=400, seed=1)
FULL = Setting(starts=20_000, seed=2)
STEPS = np.arange(21)
LATER = (1, 3, 10, 30)


def draw(s, depth, loads):
    return random_starts(depth, s.starts, loads=loads, products=(0.001, 1.3), spread=1.0, seed=s.seed)


def follow(s, starts):
    """Sharpness at the first steps, largest growth of any step, survival, class margins: rows are starts."""
    steps = np.append(STEPS, s.horizon)
    runs = model.descend(starts.weights, starts.step_size, steps)
    alive = runs.survived
    unit = theory.run_rounding(starts.weights.shape[1], runs.product.max(axis=1, keepdims=True))
    path = model.iterates(starts.weights, starts.step_size, max(LATER))[:, LATER]
    margins = np.full(path.shape[:2], -1.0)  # of a run whose weights are not positive
    for j in range(len(LATER)):
        kept = (path[:, : j + 1] > 0).all(axis=(1, 2)) & np.isfinite(path[:, j]).all(axis=1)
        if kept.any():
            margins[kept, j] = theory.class_margins(path[kept, j], starts.step_size[kept]).min(axis=0)
    return {
        "sharpness": exact(steps, runs.sharpness[alive], unit[alive]),
        "growth": exact([s.horizon], runs.growth[alive, -1:], 2 * unit[alive]),
        "survival": exact([s.horizon], 1.0 * alive[:, None], 0.0),
        # A margin is a difference: its absolute error is below 100 units (factors up to 25 P with P < 3).
        "margin": Curve(np.array(LATER, float), margins, exact=True, rounding=100 * unit),
    }


def measure(s):
    inside = [split_by_class(draw(s, depth, s.inside)) for depth in s.depths]
    groups = {
        "class": [follow(s, trapped) for trapped, _ in inside],
        "untrapped": [follow(s, untrapped) for _, untrapped in inside if len(untrapped.weights)],
        "beyond": [follow(s, draw(s, depth, s.outside)) for depth in s.depths],
    }
    return {f"{key}, {name}": stacked([rows[key] for rows in depths])
            for name, depths in groups.items() for key in depths[0]}  # fmt: skip


def predict(s):
    return {}  # the claims are inequalities


def checks(s, measured, predicted):
    rival = Rival(claim="also for loads of 2.9 to 3.6", measured=measured["sharpness, beyond"])
    yield monotone("sharpness of the flow's solution never rises", measured["sharpness, class"], rival=rival)
    rival = Rival(claim="also for loads of 2.9 to 3.6", measured=measured["growth, beyond"])
    yield below(f"nor in any of {s.horizon} steps", measured["growth, class"], 1.0, rival=rival)
    for key, claim, bound in (("survival", "no weight reaches 0", 1.0), ("margin", "no iterate leaves the class", 0.0)):
        rival = Rival(claim="for load <= 2 sqrt 2 alone", measured=measured[f"{key}, untrapped"])
        yield above(claim, measured[f"{key}, class"], bound, rival=rival)


def figure(s, measured, predicted):
    drawn, (paths, growth) = plots.panels(2)
    falling = measured["sharpness, class"]
    shares = (falling.samples / falling.samples[:, :1])[:, : STEPS.size]
    for k, level in enumerate((100, 75, 50, 25)):
        row = exact(STEPS, np.percentile(shares, level, axis=0), 0.0)
        plots.measurement(paths, row, k, "largest of all runs" if level == 100 else f"{level} of 100 runs are below")
    plots.prediction(paths, exact(STEPS, np.ones(STEPS.size), 0.0), "bound 1")
    title = f"{falling.replicas} starts in the class, D = {min(s.depths)} to {max(s.depths)}"
    plots.label(paths, "steps", "sharpness of flow's solution / its start", title, log="")
    for k, (name, label) in enumerate((("class", "inside the class"), ("beyond", "loads of 2.9 to 3.6"))):
        values = np.sort(measured[f"growth, {name}"].samples[:, 0] - 1)[::-1]
        seen = values[values > 1e-13]
        colour, marker, _ = plots.SERIES[k]
        text = f"{label}: {seen.size} of {values.size} rise"
        growth.plot(np.arange(1, seen.size + 1), seen, marker, color=colour, markersize=3, label=text)
    plots.label(growth, "runs, sorted", "largest relative rise in one step", "rises beyond rounding (1e-13)")
    return drawn


if __name__ == "__main__":
    script()
