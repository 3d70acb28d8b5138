"""A spike: the two groups' losses swap sides at every step, and c^2 - |b|^2 falls by 2 step size a c^2 b_o^2 a step.

With labels that have a part k |x_o|, no linear signal, the groups' losses differ by 2 a k c b_o. Beyond the edge b_o
changes its sign at every step and grows by step size a c^2 - 1, so that one group's loss is up when the other's is
down; below the edge it keeps its side. c^2 alone falls by less, since b grows as c shrinks: by that over 1 + |beta|^2 /
c^4, half of it near c^2 = |beta|.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.edge import valley
from theorylab.models.edge.valley import Signals

SOURCE = Source("abstract (opposing groups oscillate and spike, read); rates derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    load: float = 1.15  # step size x a c^2 / 2 at the start of the spike
    steps: int
    opposing: float  # b_o where it starts


QUICK = Setting(steps=60, opposing=1e-5)
FULL = Setting(steps=200, opposing=1e-9)
SIGNALS, MINIMUM = Signals(4.0, 50.0, 0.1), np.array([2.0, 0.0, 0.0, 2.0])


def spike(s, load):
    """Weights (steps + 1, 4) from a minimum with b_o moved."""
    start = MINIMUM + np.array([0.0, 0.0, s.opposing, 0.0])
    return valley.run(start, SIGNALS, 2 * load / (SIGNALS.a * 4.0), np.arange(s.steps + 1))


def gaps(s, load):
    """Loss of group + less that of group -, along a spike."""
    losses = np.array([valley.group_losses(w, SIGNALS) for w in spike(s, load)])
    return losses[:, 0] - losses[:, 1]


def sides(s, load):
    """1 where the groups keep their sides in a step, -1 where they swap."""
    gap = gaps(s, load)
    return exact(np.arange(s.steps), np.sign(gap[1:] * gap[:-1]), ulps=0)


def measure(s):
    path = spike(s, s.load)
    rows = {"fall": path[:, 3] ** 2 - path[:, 0] ** 2, "of c^2": path[:, 3] ** 2}
    return {name: exact([s.steps], [row[0] - row[-1]], 1e-9) for name, row in rows.items()} | {
        "swap": sides(s, s.load), "stay": sides(s, 0.4),
        "growth": exact(np.arange(s.steps), path[1:, 2] / path[:-1, 2], 1e-9)}  # fmt: skip


def predict(s):
    path, steps = spike(s, s.load), np.arange(s.steps)
    moved = 2 * s.load / 4.0 * path[:-1, 3] ** 2  # step size x a c^2
    return {"growth": exact(steps, 1 - moved, 1e-9), "frozen": exact(steps, np.full(s.steps, 1 - 2 * s.load), 1e-9),
            "fall": exact([s.steps], [2 * (moved * path[:-1, 2] ** 2).sum()], 1e-9)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="below the edge, too", measured=measured["stay"])
    yield below("beyond the edge the groups swap sides at every step", measured["swap"], -1.0, rival=rival)
    rival = Rival(claim="with c held", predicted=predicted["frozen"])
    yield agrees("b_o grows by 1 - step size a c^2", measured["growth"], predicted["growth"], rival=rival)
    rival = Rival(claim="c^2 alone", measured=measured["of c^2"])
    claim = "c^2 - |b|^2 falls by the sum of 2 step size a c^2 b_o^2"
    yield agrees(claim, measured["fall"], predicted["fall"], rival=rival, within=0.02)


def figure(s, measured, predicted):
    drawn, (groups, fall) = plots.panels(2)
    path, steps = spike(s, s.load), np.arange(s.steps + 1)
    losses = np.array([valley.group_losses(w, SIGNALS) for w in path])
    peak = int(np.argmax(np.abs(path[:, 2])))
    shown = slice(max(0, peak - 15), peak + 20)
    for k, sign in enumerate("+-"):
        plots.line(groups, steps[shown], losses[shown, k], k, f"group {sign}", marker=".", markersize=3)
    plots.label(groups, "steps", "loss", f"a spike, |β| = 4, a = 50, k = {SIGNALS.odd:g}", log="")
    for k, (row, name) in enumerate(((path[:, 3] ** 2 - path[:, 0] ** 2, "c² - |b|²"), (path[:, 3] ** 2, "c²"))):
        plots.line(fall, steps, row[0] - row, k, name)
    sums = np.cumsum(s.load * path[:-1, 3] ** 2 * path[:-1, 2] ** 2)
    plots.guide(fall, steps[1:], sums, "Σ 2 step size a c² b_o²")
    plots.label(fall, "steps", "fall since the start", f"load {s.load:g}", log="")
    return drawn


if __name__ == "__main__":
    script()
