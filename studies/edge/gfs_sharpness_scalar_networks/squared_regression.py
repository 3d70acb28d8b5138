"""In squared regression the sharpness of the flow's solution falls in most runs, not in all: a finding.

beta = plus^2 - minus^2. A step multiplies every plus_i minus_i by 1 - (2 step size g_i)^2; while no entry changes its
sign they all shrink. With as many samples as directions the flow's solution keeps beta, plus_i^2 + minus_i^2 =
sqrt(beta_i^2 + 4 (plus_i minus_i)^2) shrinks, and the largest eigenvalue of (4/N) X diag(plus^2 + minus^2) X^T with it.
With fewer, beta moves, and the sharpness may rise: the smallest case has 2 samples and 3 directions, at load 1, below
the edge. With one sample no rise was found, none is excluded. The paper reports the decrease as an observation.
Its observations on trained networks are not on trial: no exact flow solution, and the image data are out of reach.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, below, exact, monotone, plots, script, stacked
from theorylab.curves import Curve
from theorylab.models.edge import squared, theory

SOURCE = Source("abstract (decrease observed in squared regression); counterexample found here", kind="read")
FINDING = Finding(
    kind="false as stated",
    sentence=(
        "In squared regression, too, gradient descent lowers the sharpness of the flow's solution at every step. The "
        "paper reports it as observed; as a law it is false, with fewer samples than directions."
    ),
    case=(
        "X = [[1, -1, 1], [2, -1, -1]], y = (-2, 2), from plus = 1, minus = 1/2 at load 1: 21.371 -> 21.409 in the "
        "first step"
    ),
    check="the sharpness of the flow's solution never rises (N = 2, d = 3)",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    rows: int
    steps: int
    loads: tuple[float, float] = (1.9, theory.LOAD_LIMIT)
    plus: float = 0.9
    minus: float = 0.6
    seed: int


QUICK = Setting(rows=600, steps=30, seed=1)
FULL = Setting(rows=4000, steps=100, seed=2)
SHAPES = {"square": (3, 3), "smallest": (2, 3), "wide": (3, 8), "one sample": (1, 8)}  # samples, directions


def smallest_case(s):
    """Two samples in three directions, load 1: the first step raises the sharpness from 21.371 to 21.409."""
    given = squared.problems([[[1.0, -1.0, 1.0], [2.0, -1.0, -1.0]]], [-2.0, 2.0], 1.0, 0.5)
    return squared.descend(given, 1 / squared.flow_sharpness(given), s.steps)


def measure(s):
    found = {}
    for name, (samples, directions) in SHAPES.items():
        given = squared.random_problems(s.rows, samples, directions, s.plus, s.minus, s.seed)
        loads = np.linspace(s.loads[0], s.loads[1], s.rows)
        found[name] = squared.descend(given, loads / squared.flow_sharpness(given), s.steps)
    steps, curves = np.arange(s.steps + 1), {}
    for name, paths in (found | {"case": smallest_case(s)}).items():
        on = paths.survived
        curves[name] = exact(steps, paths.sharpness[on], paths.rounding[on])
        curves[f"iterate, {name}"] = exact(steps, paths.iterate_sharpness[on], 1e-10)
    wide = curves["wide"]
    rises = (np.diff(wide.samples) > wide.rounding[:, 1:] + wide.rounding[:, :-1]).any(axis=1, keepdims=True)
    curves["share"] = Curve(np.zeros(1), rises.astype(float), x_name="run").bounded(0, 1)
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="with as many samples as directions", measured=measured["square"])
    rows = stacked([measured["case"], measured["smallest"]])
    claim = "the sharpness of the flow's solution never rises (N = 2, d = 3)"
    yield monotone(claim, rows, rival=rival, declared="refuted")
    rival = Rival(claim="in none (1 of 200)", predicted=0.005)
    yield below("it rises in fewer than 1 of 10 runs (N = 3, d = 8)", measured["share"], 0.1, rival=rival)
    rival = Rival(claim="the sharpness at the iterate falls, too", measured=measured["iterate, one sample"])
    yield monotone("it never rises with one sample (d = 8)", measured["one sample"], rival=rival)


def figure(s, measured, predicted):
    drawn, (paths, rises) = plots.panels(2)
    wide = measured["wide"]
    for k, row in enumerate(np.linspace(0, wide.replicas - 1, 4).astype(int)):
        load = s.loads[0] + (s.loads[1] - s.loads[0]) * row / wide.replicas
        ratio = wide.samples[row] / wide.samples[row, 0]
        plots.line(paths, wide.x, ratio, k, f"N = 3, d = 8, load about {load:.1f}")
    case = measured["case"].samples[0]
    plots.points(paths, wide.x, case / case[0], 4, "smallest rise: N = 2, d = 3, load 1", markersize=3)
    plots.label(paths, "steps", "sharpness of flow's solution / its start", log="")
    paths.set(xlim=(-1, 30), ylim=(-0.35, 1.05))
    for k, (name, (samples, directions)) in enumerate(SHAPES.items()):
        curve = measured[name]
        largest = np.sort((curve.samples[:, 1:] / curve.samples[:, :-1] - 1).max(axis=1))[::-1]
        seen = largest[largest > 1e-10]
        colour, marker, _ = plots.SERIES[k]
        text = f"N = {samples}, d = {directions}: {seen.size} of {largest.size} rise"
        shares = np.arange(1, seen.size + 1) / largest.size
        rises.plot(seen, shares, marker, color=colour, markersize=3, label=text)
    plots.label(rises, "largest relative rise in one step", "share of runs with more", "loads 1.9 to 2√2 at the start")
    return drawn


if __name__ == "__main__":
    script()
