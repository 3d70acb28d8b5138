"""From beyond the edge, gradient descent settles at a minimum of load at most 2, not at the one of gradient flow.

Load is step size x sharpness; starts lie in the invariant class with loads of the flow's solution from 2 to 2 sqrt 2.
The end is linear: |p - 1| falls by load - 1 per step, and the sign of p - 1 alternates. How far below 2 a run ends is
shown, not claimed. Step sizes stay below 1.9 / D: a minimum of load <= 2 exists only up to 2 / D (frozen_sharpness).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, below, exact, geometric, plots, script
from theorylab.curves import Curve
from theorylab.models.edge import model, theory
from theorylab.models.edge.ensembles import Starts, random_starts, split_by_class

SOURCE = Source("abstract (convergence to the edge, read); bound and rate of the end derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 4, 6, 8)
    starts: int
    loads: tuple[float, float] = (theory.EDGE, theory.LOAD_LIMIT)
    horizon: int
    exists: float = 1.9  # largest step size x D: a margin, near 2 convergence takes ever longer
    settled: float = 1e-6  # |p - 1| of a run that has ended
    seed: int


QUICK = Setting(starts=200, horizon=3000, seed=1)
FULL = Setting(starts=5000, horizon=100_000, seed=2)
WINDOW = np.arange(100.0, 401.0)
UNEQUAL = np.array([3.0, 1.0, 1.0, 0.5]) / 1.5**0.25
ROUNDING = float(theory.run_rounding(8, 2.0))


def ends(s, depth):
    """Loads (runs, 2) at the start and the end of the runs that have ended, and the share of the runs that has."""
    drawn = random_starts(depth, s.starts, loads=s.loads, products=(0.02, 1.3), spread=1.0, seed=s.seed)
    starts, _ = split_by_class(Starts(*(x[drawn.step_size * depth < s.exists] for x in drawn)))
    runs = model.descend(*starts, [0, s.horizon])
    ended = np.abs(runs.product[:, 1] - 1) < s.settled
    return (starts.step_size[:, None] * runs.sharpness)[ended], ended.mean()


def distance(start, step_size, steps):
    """p - 1 along one run: each step moves the product by 20 D units at most, and later ones shrink what it did."""
    product = model.descend(start, step_size, steps).product
    return Curve(steps, product - 1, True, np.array(25 * 20 * start.size * theory.UNIT))


def measure(s):
    loads, shares = zip(*(ends(s, depth) for depth in s.depths), strict=True)
    start, sharpness = theory.flow_point(UNEQUAL, 0.5), theory.flow_sharpness(UNEQUAL)
    fast, slow = (distance(start, load / sharpness, WINDOW) for load in (2.3, 0.05))
    last = model.descend(start, 2.3 / sharpness, WINDOW[-1:]).sharpness * 2.3 / sharpness
    return {
        "flow": exact([0], np.concatenate(loads)[:, :1], ROUNDING),
        "end": exact([0], np.concatenate(loads)[:, 1:], ROUNDING),
        "ended": exact(s.depths, shares, ulps=0, x_name="depth"),
        "distance": Curve(WINDOW[::2], np.abs(fast.samples[:, ::2]), True, fast.rounding[:, ::2]),
        "last load": exact(WINDOW[-1:], last, ROUNDING),
        "sides": Curve(WINDOW[1:], -np.sign(fast.samples[:, 1:] * fast.samples[:, :-1]), True),
        "one side": Curve(WINDOW[1:], -np.sign(slow.samples[:, 1:] * slow.samples[:, :-1]), True),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="the load of gradient flow's minimum", measured=measured["flow"])
    yield below("load at the end <= 2", measured["end"], theory.EDGE, rival=rival)
    rival = Rival(claim="not at all, as at load 2", predicted=1.0)
    factor = float(measured["last load"].mean[0] - 1)
    yield geometric("|p - 1| falls by last load - 1 per step", measured["distance"], factor, rival=rival)
    rival = Rival(claim="also at load 0.05", measured=measured["one side"])
    yield above("the sign of p - 1 alternates at a load above 1", measured["sides"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (ends_axes, rate) = plots.panels(2)
    for k, (name, label) in enumerate((("flow", "gradient flow"), ("end", "gradient descent"))):
        style = {"color": plots.SERIES[k][0], "linestyle": plots.SERIES[k][2], "label": label, "histtype": "step"}
        ends_axes.hist(measured[name].samples[:, 0], np.linspace(1.3, 2.85, 63).tolist(), **style)
    ends_axes.axvline(theory.EDGE, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="edge 2")
    title = f"{measured['end'].replicas} runs that settle, {measured['ended'].mean.min():.1%} or more at each depth"
    plots.label(ends_axes, "load (step size x sharpness) of the minimum reached", "runs", title, log="")
    seen, factor = measured["distance"], measured["last load"].mean[0] - 1
    plots.measurement(rate, seen.at(slice(None, None, 8)), 0, "run from load 2.3, D = 4")
    plots.guide(rate, seen.x, seen.mean[-1] * factor ** (seen.x - seen.x[-1]), f"factor {factor:.4f} per step")
    plots.label(rate, "steps", "|p - 1|", log="y")
    return drawn


if __name__ == "__main__":
    script()
